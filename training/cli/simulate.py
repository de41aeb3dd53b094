"""`detector train simulate`: invented creators, or a source of one's own, with known inflation and the truth."""

import sys
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from detector.cli.options import MappedNames, Quiet
from detector.cli.progress import progress_bar
from detector.cli.say import say
from detector.contract import PLATFORMS
from detector.errors import UsageError
from training.cli.reading import Reading, read_source, silent

if TYPE_CHECKING:
    from training.simulate.inflation import Inflation

__all__ = ["HELP", "simulate"]

HELP = """Write tables with known inflation and the truth about each account.

\b
detector train simulate --out lives --accounts 5000 --inflated 0.2
detector train simulate --out spikes --mechanic lifetime_like_spike --dose 0.1
detector train simulate --inject-into exports/ --out dosed --inflated 0.2
detector train simulate --list

DIR gets accounts, posts and snapshots, which `detector score DIR` reads; DIR-truth.csv beside it says
what was put into whom, and serves as --cases. One seed gives the same bytes. What was made is said on stderr.
"""

ACCOUNTS, DAYS, POSTS, PLATFORM = 1_000, 90, 30, "tiktok"


def _list(wanted: bool) -> None:
    if wanted:
        from training.simulate.listing import listing

        sys.stdout.write(listing())
        raise typer.Exit


def simulate(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write the tables to.")],
    accounts: Annotated[
        int | None, typer.Option(min=1, help=f"Simulated creators [default: {ACCOUNTS:,}].")
    ] = None,
    days: Annotated[
        int | None, typer.Option(min=7, help=f"Usual length of a history [default: {DAYS}].")
    ] = None,
    posts: Annotated[int | None, typer.Option(min=1, help=f"Newest posts listed [default: {POSTS}].")] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Same seed, same bytes.")] = 7,
    platform: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help=f"Platform [default: {PLATFORM}]; of a source: of rows that name none."
        ),
    ] = None,
    inflated: Annotated[
        float | None,
        typer.Option(
            metavar="SHARE",
            min=0,
            max=1,
            help="Share of the accounts to inflate [default: 1 with --mechanic or --inject-into, else 0].",
        ),
    ] = None,
    mechanic: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="What to inflate with, see --list; all if not given. Repeatable."),
    ] = None,
    dose: Annotated[
        float | None,
        typer.Option(metavar="X", help="In the mechanic's unit; one of its usual doses if not given."),
    ] = None,
    archetype: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Kinds of creators, see --list; all if not given. Repeatable."),
    ] = None,
    inject_into: Annotated[
        str | None,
        typer.Option(
            metavar="SOURCE", help="Inflate accounts of a folder of tables, one table, or an export."
        ),
    ] = None,
    mapping: MappedNames = None,
    file_format: Annotated[
        Literal["parquet", "csv"], typer.Option("--format", help="Of the tables.")
    ] = "parquet",
    workers: Annotated[int | None, typer.Option(min=1, help="Processes [default: 1].")] = None,
    quiet: Quiet = False,
    list_: Annotated[
        bool,
        typer.Option("--list", callback=_list, is_eager=True, help="Print the mechanics and archetypes."),
    ] = False,
) -> None:
    """Write simulated tables; see `HELP`."""
    from training.simulate.output import check_out

    names = tuple(mechanic or ())
    share = (
        inflated
        if inflated is not None
        else float(bool(names or dose is not None or inject_into is not None))
    )
    inflation = _inflation(share, seed, names, dose)
    tell = silent if quiet else say
    if inject_into is None:
        settings = _settings(accounts, days, posts, platform, archetype, workers, mapping)
        check_out(out)
        with progress_bar(quiet=quiet, doing="simulating") as progress:
            _simulated(out, settings | {"progress": progress, "seed": seed}, inflation, file_format, tell)
        return
    _refuse(inject_into, accounts=accounts, days=days, posts=posts, archetype=archetype, workers=workers)
    check_out(out, inject_into)
    _injected(out, inject_into, Reading(platform, mapping), inflation, file_format, tell)


def _inflation(share: float, seed: int, names: tuple[str, ...], dose: float | None) -> "Inflation":
    from training.simulate.inflation import Inflation
    from training.simulate.mechanics import MECHANICS

    if share == 0 and (names or dose is not None):
        raise UsageError(
            "--inflated 0 inflates no account, so --mechanic and --dose say nothing; leave one out."
        )
    known("--mechanic", names, MECHANICS)
    if dose is not None:
        try:
            for name in names or MECHANICS:
                MECHANICS[name].check(dose)
        except ValueError as error:
            raise UsageError(
                f"--dose {dose:g}: {error}. Doses have a unit of their own: name one --mechanic."
            ) from error
    return Inflation(share, seed, names, dose)


def known(option: str, names: Iterable[str], registry: Collection[str]) -> None:
    """UsageError for the first name that is not in the registry, with those that look like it."""
    from difflib import get_close_matches

    for name in names:
        if name not in registry:
            near = get_close_matches(name, list(registry), n=2)
            hint = f" Did you mean {' or '.join(near)}?" if near else ""
            raise UsageError(
                f"{option} {name!r} is not known.{hint} `detector train simulate --list` has all of them."
            )


def _settings(
    accounts: int | None,
    days: int | None,
    posts: int | None,
    platform: str | None,
    archetypes: list[str] | None,
    workers: int | None,
    mapping: list[str] | None,
) -> dict[str, Any]:
    """What `population` takes."""
    from training.simulate.archetypes import ARCHETYPES

    if mapping:
        raise UsageError("--map is for the columns of a source; simulated accounts have none. Leave it out.")
    if platform is not None and platform not in PLATFORMS:
        raise UsageError(f"--platform {platform!r} is not known; expected one of {', '.join(PLATFORMS)}.")
    known("--archetype", archetypes or (), ARCHETYPES)
    return {
        "n": accounts or ACCOUNTS,
        "days": days or DAYS,
        "posts": posts or POSTS,
        "platform": platform or PLATFORM,
        "archetypes": archetypes or None,
        "workers": workers or 1,
    }


def _refuse(source: str, **simulated: object) -> None:
    given = ", ".join(f"--{name}" for name, value in simulated.items() if value)
    if given:
        raise UsageError(
            f"{given} describe simulated accounts, but those of {source} are as they are. Leave it out."
        )


def _simulated(
    out: Path, settings: dict[str, Any], inflation: "Inflation", file_format: str, tell: Callable[[str], None]
) -> None:
    from training.cli.made import made
    from training.simulate.csv_files import write_tables
    from training.simulate.inject import NO_ROOM
    from training.simulate.output import write_simulated
    from training.simulate.population import population, write_population
    from training.simulate.truth import read_truth, truth_file, write_truth

    def save(folder: Path) -> None:
        if file_format == "parquet":
            write_population(folder, **settings, change=inflation)
            return
        tables, truth = inflation(*population(**settings))
        write_tables(tables, folder)
        write_truth(truth, truth_file(folder))

    written = read_truth(write_simulated(save, out))
    left_out = {NO_ROOM: inflation.left_out(written)}
    for line in made(out, written, left_out, simulated=True):
        tell(line)


def _injected(
    out: Path,
    source: str,
    how: Reading,
    inflation: "Inflation",
    file_format: str,
    tell: Callable[[str], None],
) -> None:
    from collections import Counter

    from training.cli.made import made
    from training.simulate.csv_files import write_tables
    from training.simulate.output import write_simulated
    from training.simulate.parquet_files import write_part
    from training.simulate.truth import truth_file, write_truth

    mixed = inflation.mixed(read_source(source, how, out, tell))

    def save(folder: Path) -> None:
        if file_format == "parquet":
            write_part(mixed.tables, folder, 0)
        else:
            write_tables(mixed.tables, folder)
        write_truth(mixed.truth, truth_file(folder))

    write_simulated(save, out)
    for line in made(out, mixed.truth, Counter(mixed.missed.values()), simulated=False):
        tell(line)
