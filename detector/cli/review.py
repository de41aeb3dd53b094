"""`detector review`: the accounts most worth a person's label, asked about one by one."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detector.cli.intake import read_mapping, read_relations
from detector.cli.options import MappedNames, ModelAddress, Platform, Queries, TableNames
from detector.cli.say import say
from detector.errors import UsageError
from detector.how_many import how_many
from detector.sources.address import masked

if TYPE_CHECKING:
    from detector.review import Item, Log, Queue, Reviewed, Signs

__all__ = ["HELP", "review", "user"]

HELP = """Label accounts of a result: the suspicious, the uncertain, the unlike-any-case, and some at random.

\b
detector review audit-2026-03/
detector review result.parquet --source creators/ --reviewer kim
detector review result.parquet --second-opinion --reviewer lee

Each answer is written to the cases at once, so a session can be left and taken up again; the file is only ever
appended to, and serves `detector train retrain --cases`. What is asked next follows the answers so far: with --source
it learns which signals tell, without it the scores alone.
"""


def review(
    reviewed: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder of an audit, or a result written as Parquet.")
    ],
    cases: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Answers go here [default: cases.csv in DIR, or beside the file]."),
    ] = None,
    reviewer: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who answers [default: the user's name here].")
    ] = None,
    most: Annotated[int, typer.Option("--most", min=1, help="Accounts to ask about.")] = 40,
    second_opinion: Annotated[
        bool,
        typer.Option("--second-opinion", help="Accounts that others have labelled, without their answer."),
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="Of the random share.")] = 7,
    source: Annotated[
        str | None,
        typer.Option(
            metavar="SOURCE", help="What was scored: folder, file or database. Finds more per answer."
        ),
    ] = None,
    model: ModelAddress = None,
    platform: Platform = None,
    mapping: MappedNames = None,
    table: TableNames = None,
    query: Queries = None,
) -> None:
    """Ask about accounts; see `HELP`."""
    from datetime import UTC, datetime

    from detector.review import Item, Log, Queue, Session, read_result
    from detector.review import review as run

    who = (reviewer or user()).strip()
    if not who:
        raise UsageError("--reviewer is missing: whose answers are these?")
    log = Log(cases or (reviewed / "cases.csv" if reviewed.is_dir() else reviewed.with_name("cases.csv")))
    result = read_result(reviewed)
    labels = log.labels()
    items: Iterable[Item]
    if second_opinion:
        mine = log.labels(who)
        others = [at for at, key in enumerate(result.keys) if key in labels and key not in mine][:most]
        items, most = [Item(at, "second_opinion") for at in others], len(others)
    else:
        most = min(most, sum(key not in labels for key in result.keys))
        signs = _signs(result, source, model, platform, mapping, table, query) if most else None
        items = _asked(Queue(result, signs, seed), result, log, most) if signs else []
    if not most:
        say(_nobody_left(result, second_opinion))
        return
    session = Session(log, who, _ask, _show, lambda: datetime.now(UTC))
    counts = run(session, result, items, most)
    given = ", ".join(f"{n} {label}" for label, n in sorted(counts.items())) or "no answer"
    say(f"{given}; {log.path} holds {how_many(len(log.read()), 'answer')}")
    _disagreements(log)


def _nobody_left(result: "Reviewed", second_opinion: bool) -> str:
    if not len(result):
        return "This result holds no account."
    return (
        "Nobody else has answered." if second_opinion else "Every account of this result has a label already."
    )


def _signs(
    result: "Reviewed",
    source: str | None,
    model: str | None,
    platform: str | None,
    mapping: Sequence[str] | None,
    table: Sequence[str] | None,
    query: Sequence[str] | None,
) -> "Signs":
    """By what accounts can stand out: all signals with the source that was scored, else the scores of the result."""
    from detector import api
    from detector.review import signs_of_result, signs_of_tables

    if source is None:
        given = {
            "--model": model,
            "--platform": platform,
            "--map": mapping,
            "--table": table,
            "--query": query,
        }
        alone = ", ".join(name for name, value in given.items() if value)
        if alone:
            raise UsageError(f"{alone} says how to read --source, which is not given.")
        return signs_of_result(result)
    tables = api.read(
        source,
        platform=platform,
        mapping=read_mapping(mapping or ()) or None,
        tables=read_relations("--table", table or (), mapping or ()) or None,
        queries=read_relations("--query", query or (), mapping or ()) or None,
    )
    absent = len(set(result.keys) - set(tables.keys()))
    if absent:
        say(
            f"note: {absent:,} of {len(result):,} accounts are not in {masked(source)}; their scores alone speak."
        )
    return signs_of_tables(result, tables, api.load_model(model))


def _asked(queue: "Queue", result: "Reviewed", log: "Log", most: int) -> "Iterator[Item]":
    """One account after the other, each chosen by all answers before it; what was skipped does not come again."""
    from detector.review import standing

    passed: set[tuple[str, str]] = set()
    while len(passed) < most:
        item = queue.next(standing(log.read()), passed)
        if item is None:
            return
        yield item
        passed.add(result.keys[item.at])


def _disagreements(log: "Log") -> None:
    from detector.cases import disagreements

    found = disagreements(log.read())
    for (platform, account), said in list(found.items())[:20]:
        told = ", ".join(f"{who or 'somebody'}: {label}" for who, label in said)
        say(f"reviewers disagree about {platform}/{account}: {told}")
    if found:
        say(f"left aside in training until reviewers agree: {how_many(len(found), 'account')}")


def user() -> str:
    """The user's name on this machine, empty where there is none."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


def _ask(prompt: str) -> str | None:
    _show(prompt)
    line = sys.stdin.readline()
    return line if line else None


def _show(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
