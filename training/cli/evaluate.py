"""`detector train evaluate`: how well a model finds what was put in, and whom it alarms about in vain."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detector.cli.options import MappedNames, Platform, Queries, Quiet, TableNames
from detector.cli.say import say
from detector.errors import DetectorError, UsageError
from detector.sources.address import masked
from training.cli.options import Experiment, NoTrack
from training.cli.reading import Reading, read_source, silent
from training.evaluate.settings import PARTS

if TYPE_CHECKING:
    from detector.cases import Case
    from detector.model.model import Model
    from detector.tables import Tables
    from training.evaluate import Evaluation, EvaluationSettings
    from training.evaluate.document import Document

__all__ = ["evaluate"]


def evaluate(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="Folder of a model, models:/NAME@ALIAS, or `default`.")
    ],
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="[SOURCE]", help="Accounts taken as ordinary; simulated creators if not given."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder for evaluation.json, report.md and the plots."),
    ] = None,
    cases: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="CSV of labelled accounts of SOURCE: a row of their own."),
    ] = None,
    platform: Platform = None,
    mapping: MappedNames = None,
    table: TableNames = None,
    query: Queries = None,
    accounts: Annotated[
        int, typer.Option(min=300, help="Simulated creators, where no SOURCE is given.")
    ] = 6_000,
    dosed: Annotated[int, typer.Option(min=10, help="Accounts that each mechanic is put into.")] = 400,
    mechanic: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this mechanic. Repeatable.")
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(metavar="PART", help=f"Leave a part out: {', '.join(PARTS)}. Repeatable."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, max=2**31 - 1, help="Same seed and input, same figures.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 2,
    keep: Annotated[
        bool,
        typer.Option(
            "--keep", help="Keep in MODEL's folder how often inflation was found: verdicts then say so."
        ),
    ] = False,
    json_: Annotated[bool, typer.Option("--json", help="The whole evaluation as JSON on stdout.")] = False,
    no_track: NoTrack = False,
    experiment: Experiment = None,
    quiet: Quiet = False,
) -> None:
    """Put known inflation into ordinary accounts and count what MODEL finds, and whom it alarms about in vain.

    A summary goes to stdout, progress to stderr; everything else to --out and to MLflow.
    """
    from detector.api import load_model
    from training.evaluate import evaluate as evaluate_model
    from training.evaluate.document import document

    if cases is not None and source is None:
        raise UsageError("--cases labels accounts of a SOURCE; name the source they are in.")
    folder = _folder_to_keep(model) if keep else None
    tell = silent if quiet else say
    settings = _settings(accounts, dosed, mechanic, without, seed, workers)
    loaded = load_model(None if model == "default" else model)
    how = Reading(platform, mapping, table, query)
    tables = None if source is None else read_source(source, how, out, tell)
    evaluation = evaluate_model(loaded, tables, settings, labelled=_labelled(cases), say=tell)
    if folder is not None:
        _keep(evaluation, loaded, folder, tell)
    found = document(evaluation)
    for notice in found["notices"]:
        tell(f"note: {notice}")
    if out is not None:
        _write(found, out)
        tell(f"evaluation.json, report.md and plots written to {out}")
    _print(found, as_json=json_)
    if not no_track:
        _track(found, tables, model, masked(source or ""), experiment, tell)


def _settings(
    accounts: int,
    dosed: int,
    mechanics: list[str] | None,
    without: list[str] | None,
    seed: int | None,
    workers: int,
) -> "EvaluationSettings":
    from training.evaluate import EvaluationSettings
    from training.simulate.mechanics import MECHANICS

    for name in mechanics or ():
        if name not in MECHANICS:
            raise UsageError(f"--mechanic {name!r} is unknown; expected one of {', '.join(MECHANICS)}.")
    for name in without or ():
        if name not in PARTS:
            raise UsageError(f"--without {name!r} is unknown; expected one of {', '.join(PARTS)}.")
    settings = EvaluationSettings(
        accounts=accounts,
        dosed=dosed,
        mechanics=tuple(mechanics or ()),
        parts=tuple(part for part in PARTS if part not in (without or ())),
        workers=workers,
    )
    return settings if seed is None else replace(settings, seed=seed)


def _folder_to_keep(model: str) -> Path:
    """The folder of a model that may be added to: of one's own, on this machine."""
    folder = Path(model)
    if model == "default" or not (folder / "card.json").is_file():
        raise UsageError(
            f"--keep adds to the folder of a model, and {model} is none. Name the folder that `detector train fit` "
            "wrote; a registered model is kept as it is."
        )
    return folder


def _keep(evaluation: "Evaluation", model: "Model", folder: Path, tell: Callable[[str], None]) -> None:
    """Write the same model with its power into its folder, whole or not at all."""
    from shutil import copytree

    from detector.model import store
    from training.evaluate.power import power_of
    from training.folder import write_model

    try:
        power = power_of([evaluation])
    except ValueError as error:
        raise DetectorError(f"Nothing was kept: {error}. Give a larger source, or --dosed more.") from error

    def save(new: Path) -> None:
        copytree(folder, new, dirs_exist_ok=True)
        store.save(replace(model, power=power), new)

    write_model(save, folder)
    tell(f"kept in {folder}: {power!r}; with it, the model's version is {store.load(folder).version}")


def _labelled(path: Path | None) -> "tuple[Case, ...]":
    from detector.cases import read_cases

    return read_cases(path) if path is not None else ()


def _write(found: "Document", out: Path) -> None:
    from training.evaluate.document import write_document
    from training.evaluate.plots import figures
    from training.evaluate.report import page

    try:
        write_document(found, out / "evaluation.json")
        (out / "report.md").write_text(page(found), encoding="utf-8")
        (out / "plots").mkdir(exist_ok=True)
        for name, figure in figures(found).items():
            figure.savefig(out / "plots" / f"{name}.png", dpi=120, metadata={"Software": None})
    except OSError as error:
        raise DetectorError(f"{out} cannot be written: {error.strerror}. Name another folder.") from error


def _print(found: "Document", *, as_json: bool) -> None:
    import json

    from training.evaluate.summary import summary

    text = json.dumps(found, sort_keys=True) + "\n" if as_json else summary(found)
    sys.stdout.write(text)


def _track(
    found: "Document",
    tables: "Tables | None",
    model: str,
    source: str,
    experiment: str | None,
    tell: Callable[[str], None],
) -> None:
    """Log the evaluation. Whatever fails there is said; the figures were printed already."""
    from training import tracking
    from training.evaluate.document import metrics
    from training.evaluate.plots import figures
    from training.evaluate.report import page
    from training.fingerprint import tables_sha256

    place = tracking.store()
    try:
        record = tracking.Record(
            name=f"evaluate {found['model']}",
            settings={"model": model, "source": source, **found["settings"]},
            data_sha256=tables_sha256(tables) if tables is not None else {},
            metrics=metrics(found),
            notices=tuple(found["notices"]),
            figures=figures(found),
            folder=Path(),
        )
        import json

        texts = {
            "evaluation.json": json.dumps(found, indent=1, sort_keys=True) + "\n",
            "report.md": page(found),
        }
        tags = {"bot_suspicion.kind": "evaluation", "bot_suspicion.model": found["model"]}
        run = tracking.track_evaluation(
            record, texts, experiment or tracking.default_experiment(), place, tags
        )
    except Exception as error:  # a database, a server, a disk: none of them may cost the figures
        say(f"warning: the evaluation was not tracked at {place.uri}: {type(error).__name__}: {error}")
        return
    tell(f"tracked as run {run.run_id} of the experiment {run.experiment}; to look at it:")
    tell(f"  {place.page}")
