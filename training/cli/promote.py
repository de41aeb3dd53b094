"""`detector train promote`, `rollback` and `history`: who is champion, and why."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detector.cli.options import MappedNames, Platform, Queries, Quiet, TableNames
from detector.cli.say import say
from detector.errors import DetectorError, UsageError
from training.cli.reading import Reading, read_source, silent

if TYPE_CHECKING:
    from detector.model.model import Model
    from training.champions import Event
    from training.gates import Outcome

__all__ = ["history", "promote", "rollback", "taught_from"]

NAME = Annotated[str, typer.Argument(metavar="NAME", help="Registered model.")]


def promote(
    name: NAME,
    source: Annotated[
        str,
        typer.Argument(metavar="SOURCE", help="Accounts taken as ordinary, and those that the cases name."),
    ],
    cases: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="The cases that the challenger was taught with: some it has not seen."
        ),
    ] = None,
    force: Annotated[
        str | None,
        typer.Option(
            metavar="WHY", help="Promote although a gate fails; the reason is kept in the registry."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what the gates find; change nothing.")
    ] = False,
    platform: Platform = None,
    mapping: MappedNames = None,
    table: TableNames = None,
    query: Queries = None,
    quiet: Quiet = False,
) -> None:
    """Make the challenger of NAME its champion, if it is not worse: every gate's figures go to stdout.

    Exit code 1 where a gate fails and no --force says why it may.
    """
    if force is not None and not force.strip():
        raise UsageError('--force wants the reason in words: --force "why".')
    from detector.api import load_model
    from detector.cases import read_cases
    from training import champions, tracking
    from training.gates import Ground, run

    tell = silent if quiet else say
    place = tracking.store()
    labelled = read_cases(cases) if cases is not None else ()
    version = champions.current(name, place, champions.CHALLENGER)
    if version is None:
        raise DetectorError(
            f"{name} has no challenger. `detector train retrain SOURCE --cases FILE --out DIR --register {name}` makes "
            "one."
        )
    before = champions.current(name, place)
    challenger = load_model(f"models:/{name}/{version}")
    champion = load_model(f"models:/{name}/{before}") if before is not None else taught_from(challenger, tell)
    tell(f"challenger: {challenger.version} (version {version})")
    tell(f"champion: {_whom(champion, before)}")
    tables = read_source(source, Reading(platform, mapping, table, query), None, tell)
    outcomes = run(Ground(champion, challenger, tables, labelled), say=tell)
    sys.stdout.write(report(outcomes))
    failed = [one.gate for one in outcomes if not one.passed]
    if failed and force is None:
        raise DetectorError(
            f"Not promoted: {', '.join(failed)} failed. Version {before or 'none'} stays the champion. If you know why "
            'this may be, promote it with --force "why": the reason is kept in the registry.'
        )
    if dry_run:
        tell("nothing was changed (--dry-run)")
        return
    event = champions.promote(name, version, place, outcomes, (force or "") if failed else "")
    tell(f"version {event.version} of {name} is the champion" + (f", before it {before}" if before else ""))


def taught_from(challenger: "Model", tell: Callable[[str], None] = silent) -> "Model | None":
    """The model that a challenger was retrained from, None if unknown: it stands in before there is a champion.

    Where the lineage names one that is not there as it was, `tell` hears why nothing is compared with it.
    """
    from detector.api import load_model

    lineage = dict(challenger.card.get("lineage", {}))
    address = lineage.get("champion_address")
    if not address:
        return None
    try:
        found = load_model(None if address == "default" else address)
    except DetectorError as error:
        tell(f"not compared with {lineage.get('champion')}, which the challenger was taught from: {error}")
        return None
    if found.version != lineage.get("champion"):
        tell(
            f"not compared with {lineage.get('champion')}, which the challenger was taught from: {address} now holds "
            f"{found.version}"
        )
        return None
    return found


def _whom(champion: "Model | None", before: str | None) -> str:
    if champion is None:
        return "none yet"
    if before is None:
        return f"none yet; it is compared with {champion.version}, which it was taught from"
    return f"{champion.version} (version {before})"


def rollback(
    name: NAME,
    why: Annotated[str, typer.Option(metavar="TEXT", help="Kept in the registry.")] = "",
) -> None:
    """Give the alias champion of NAME back to the champion before this one."""
    from training import champions, tracking

    event = champions.rollback(name, tracking.store(), why)
    sys.stdout.write(f"version {event.version} of {name} is the champion again, instead of {event.before}\n")


def history(
    name: NAME,
    as_json: Annotated[bool, typer.Option("--json", help="All events with all their figures.")] = False,
) -> None:
    """Show the champions of NAME, oldest first: since when, why, and by which figures."""
    import json
    from dataclasses import asdict

    from training import champions, tracking

    events = champions.history(name, tracking.store())
    if as_json:
        sys.stdout.write(json.dumps([asdict(event) for event in events], indent=1) + "\n")
        return
    if not events:
        say(f"{name} has had no champion yet.")
        return
    sys.stdout.write(_told(events))


def report(outcomes: "Sequence[Outcome]") -> str:
    """A line a gate: passed or FAILED, and its figures."""
    return "".join(f"{'passed' if one.passed else 'FAILED':<8}{one.gate:<17}{one.said}\n" for one in outcomes)


SHOWN = {
    "held-back cases: auc_challenger": "AUC {:.3f}",
    "matrix: recall_challenger": "recall {:.3f}",
    "false alarms: all.challenger": "false alarms {:.2%}",
}


def _told(events: "Sequence[Event]") -> str:
    from training.champions import line

    standing = line(events)
    lines = []
    for event in events:
        figures = [form.format(event.figures[key]) for key, form in SHOWN.items() if key in event.figures]
        now = "  <- champion" if event is events[-1] and standing and event.version == standing[-1] else ""
        lines.append(
            f"{event.at[:19]}Z  {event.action:<9}version {event.version:<5}{', '.join(figures)}{now}"
        )
        if event.forced:
            lines.append(f"{'':22}{'forced' if event.action == 'promote' else 'why'}: {event.forced}")
    return "\n".join(lines) + "\n"
