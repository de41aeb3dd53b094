"""`detector train fit`: a model of a reference population of one's own."""

import re
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detector.cli.options import MappedNames, Platform, Queries, Quiet, TableNames
from detector.cli.say import say
from detector.errors import UsageError
from detector.how_many import how_many
from detector.sources.address import masked
from training.cli.keeping import Kept, brief, check_tracking, keep
from training.cli.options import Experiment, NoTrack
from training.cli.reading import Reading, read_source, silent
from training.folder import check_replaceable, write_model

if TYPE_CHECKING:
    from detector.cases import Cases
    from detector.tables import Tables
    from training.fit import FitOutcome, FitSettings

__all__ = ["checked_name", "fit", "summary"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def fit(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="Folder of tables, one table, an export or a database.")
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write the model to.")],
    cases: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="CSV of labelled accounts: to learn from, and to clean SOURCE of."),
    ] = None,
    platform: Platform = None,
    mapping: MappedNames = None,
    table: TableNames = None,
    query: Queries = None,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Name of the model; that of the folder if not given.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Same seed and data, same model.")] = 7,
    signal: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Use this signal of an installed package too. Repeatable."),
    ] = None,
    no_track: NoTrack = False,
    experiment: Experiment = None,
    register: Annotated[
        str | None, typer.Option(metavar="NAME", help="Register the model in MLflow, as its challenger.")
    ] = None,
    hold_back: Annotated[
        float,
        typer.Option(
            metavar="SHARE", min=0, max=0.5, help="Labelled accounts kept for the gates, as `retrain` does."
        ),
    ] = 0.0,
    quiet: Quiet = False,
) -> None:
    """Fit a model on the accounts of SOURCE, taken as ordinary, and write it to a folder.

    The model's version goes to stdout; what was read, set aside, fitted and tracked is said on stderr.
    """
    check_tracking(experiment, register, no_track=no_track)
    if hold_back and cases is None:
        raise UsageError("--hold-back keeps labelled accounts apart, so it wants --cases.")
    from detector.model import store
    from detector.signals.joined import recorded
    from training.fingerprint import tables_sha256
    from training.fit import FitSettings

    check_replaceable(out)
    named = checked_name(name or out.absolute().name, given=name is not None)
    signals = tuple(sorted(set(signal or ())))
    recorded(signals)  # said before the long work, where one is not here
    tell = silent if quiet else say
    how = Reading(platform, mapping, table, query)
    tables = read_source(source, how, out, tell)
    settings = FitSettings(name=named, seed=seed, signals=signals)
    outcome = _fitted(tables, settings, cases, hold_back, tell)
    hashes = tables_sha256(tables) | ({"cases": sha256(cases.read_bytes()).hexdigest()} if cases else {})
    lineage = {"data_sha256": hashes} | ({"held_back_share": hold_back} if hold_back else {})
    card = {**outcome.model.card, "lineage": lineage}
    write_model(partial(store.save, replace(outcome.model, card=card)), out)
    version = store.load(out).version  # a model has its version from its stored content
    for line in summary(outcome):
        tell(line)
    tell(f"model {version} written to {out}")
    sys.stdout.write(f"{version}\n")
    if not no_track:
        extra = {"source": masked(source), "hold_back": str(hold_back)} | how.settings()
        keep(_kept(outcome, version, asdict(settings) | extra, hashes, out), experiment, register, {}, tell)


def _kept(
    outcome: "FitOutcome", version: str, settings: dict[str, Any], hashes: dict[str, str], folder: Path
) -> Kept:
    from training import plots

    report = outcome.report
    try:
        figures = plots.figures(report.out_of_fold)
    except Exception as error:  # a plot may not cost the model
        say(f"warning: the fit has no plots: {brief(error)}.")
        figures = {}
    return Kept(version, settings, hashes, report.metrics, report.notices, figures, folder)


def summary(outcome: "FitOutcome") -> list[str]:
    """The lines that say how the fit went: accounts, cohorts, false alarms on held-out accounts, notices."""
    from training.plots import size_bands

    held = outcome.report.out_of_fold
    platforms = Counter(str(platform) for platform in held["platform"])
    cohorts = {(str(p), str(c)) for p, c in zip(held["platform"], held["cohort"], strict=True)}
    lines = [
        f"{platform}: {n:,} reference accounts in {sum(p == platform for p, _ in cohorts):,} cohorts"
        for platform, n in sorted(platforms.items())
    ]
    lines.append(
        "called suspicious among those judged, each by a fit that had not seen it (1 % is promised):"
    )
    for band in size_bands(held):
        share = f"{band.share:.2%}, {band.low:.2%} to {band.high:.2%}" if band.judged else "none judged"
        found = f"{band.suspicious:>4,} of {band.judged:>6,} ({share}; {band.n:,} in all)"
        lines.append(f"  {band.platform:<10}{band.band:>13}: {found}")
    return lines + [f"note: {notice}" for notice in outcome.report.notices]


def checked_name(name: str, *, given: bool) -> str:
    """The name, or UsageError with what a name is; `given` with --name, else the folder's."""
    if _NAME.fullmatch(name):
        return name
    wanted = "letters, digits, dots, dashes and underlines, at most 64"
    if given:
        raise UsageError(f"--name {name!r} is no name for a model; expected {wanted}.")
    raise UsageError(f"The folder's name {name!r} is no name for a model ({wanted}); give one with --name.")


def _fitted(
    tables: "Tables",
    settings: "FitSettings",
    cases: Path | None,
    hold_back: float,
    tell: Callable[[str], None],
) -> "FitOutcome":
    from training.fit import fit as fit_model

    labelled: Cases = ()
    if cases is not None:
        from detector.cases import read_cases

        labelled = read_cases(cases)
    if hold_back:
        from training.accounts import only
        from training.retrain import split_cases

        labelled, apart = split_cases(labelled, hold_back)
        aside = {(case.platform, case.account_id) for case in apart}
        tables = only(tables, [key for key in tables.keys() if key not in aside])  # noqa: SIM118
        tell(f"held back for the gates: {how_many(len(aside), 'labelled account')}")
    return fit_model(tables, settings, cases=labelled, say=tell)
