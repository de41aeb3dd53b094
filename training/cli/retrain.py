"""`detector train retrain`: the champion and labelled cases give a challenger."""

import sys
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detector.cli.options import MappedNames, Platform, Queries, Quiet, TableNames
from detector.cli.say import say
from detector.errors import ModelError
from detector.how_many import how_many
from detector.sources.address import masked
from training.cli.fit import checked_name
from training.cli.keeping import Kept, check_tracking, keep
from training.cli.options import Experiment, NoTrack
from training.cli.reading import Reading, read_source, silent
from training.folder import check_replaceable, write_model

if TYPE_CHECKING:
    from detector.model.model import Model

__all__ = ["retrain"]


def retrain(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE", help="The accounts that cases name, among accounts taken as ordinary."
        ),
    ],
    cases: Annotated[Path, typer.Option(metavar="FILE", help="CSV of labelled accounts, all there are.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write the challenger to.")],
    model: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL",
            help="The champion: a folder, an address, or `default`; that of --register if not given.",
        ),
    ] = None,
    register: Annotated[
        str | None, typer.Option(metavar="NAME", help="Register the challenger in MLflow under this name.")
    ] = None,
    hold_back: Annotated[
        float,
        typer.Option(
            metavar="SHARE", min=0, max=0.5, help="Labelled accounts kept for the gates, by account."
        ),
    ] = 0.2,
    platform: Platform = None,
    mapping: MappedNames = None,
    table: TableNames = None,
    query: Queries = None,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Name of the model; that of the folder if not given.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Same seed and data, same model.")] = 7,
    no_track: NoTrack = False,
    experiment: Experiment = None,
    quiet: Quiet = False,
) -> None:
    """Teach the champion what labelled cases say; its peers and calibration stay its own.

    The challenger's version goes to stdout. `detector train promote` compares it with the champion.
    """
    check_tracking(experiment, register, no_track=no_track)
    from detector.cases import read_cases
    from detector.model import store
    from training.fingerprint import tables_sha256
    from training.retrain import retrain as teach

    check_replaceable(out)
    named = checked_name(name or out.absolute().name, given=name is not None)
    tell = silent if quiet else say
    labelled = read_cases(cases)
    champion, address = _champion(model, register)
    tell(f"champion: {champion.version} ({address})")
    how = Reading(platform, mapping, table, query)
    tables = read_source(source, how, out, tell)
    hashes = tables_sha256(tables) | {"cases": sha256(cases.read_bytes()).hexdigest()}
    lineage: dict[str, Any] = {"data_sha256": hashes, "champion_address": address}
    found = teach(
        champion, tables, labelled, name=named, seed=seed, hold_back=hold_back, lineage=lineage, say=tell
    )
    write_model(partial(store.save, found.model), out)
    version = store.load(out).version
    for key, value in sorted(found.metrics.items()):
        tell(f"  {key:<52}{value:>9.3f}")
    for notice in found.notices:
        tell(f"note: {notice}")
    tell(f"held back for the gates: {how_many(found.n_held_back, 'labelled account')}")
    tell(f"model {version} written to {out}")
    sys.stdout.write(f"{version}\n")
    if not no_track:
        settings = {"seed": seed, "hold_back": hold_back, "champion": champion.version, "name": named}
        settings |= {"source": masked(source)} | how.settings()
        kept = Kept(version, settings, hashes, found.metrics, found.notices, {}, out)
        tags = {"bot_suspicion.champion": champion.version, "bot_suspicion.cases_sha256": hashes["cases"]}
        keep(kept, experiment, register, tags, tell)


def _champion(model: str | None, register: str | None) -> "tuple[Model, str]":
    from detector.api import load_model

    if model is not None:
        return load_model(None if model == "default" else model), model
    if register is None:
        return load_model(None), "default"
    address = f"models:/{register}@champion"
    try:
        return load_model(address), address
    except ModelError as error:
        raise ModelError(
            f"{error} Name the champion to start from with --model, for example --model default."
        ) from error
