"""`detector review`: the accounts most worth a person's label, asked about one by one."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detector.cli.say import say
from detector.errors import UsageError

if TYPE_CHECKING:
    from detector.review.log import Log

__all__ = ["HELP", "review", "user"]

HELP = """Label accounts of a result: the suspicious, the uncertain, the unlike-any-case, and some at random.

\b
detector review audit-2026-03/
detector review result.parquet --cases cases.csv --reviewer kim
detector review result.parquet --second-opinion --reviewer lee

Each answer is written to the cases at once, so a session can be left and taken up again; the file is only ever
appended to, and serves `detector train retrain --cases`.
"""


def review(
    source: Annotated[
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
) -> None:
    """Ask about accounts; see `HELP`."""
    from datetime import UTC, datetime

    from detector.review import Session, queue, read_result
    from detector.review import review as run
    from detector.review.log import Log
    from detector.review.queue import Item

    who = (reviewer or user()).strip()
    if not who:
        raise UsageError("--reviewer is missing: whose answers are these?")
    log = Log(cases or (source / "cases.csv" if source.is_dir() else source.with_name("cases.csv")))
    result = read_result(source)
    labels = log.labels()
    if second_opinion:
        mine = log.labels(who)
        items = [
            Item(at, "second_opinion")
            for at, key in enumerate(result.keys)
            if key in labels and key not in mine
        ]
        items = items[:most]
    else:
        items = queue(result, labels, most, seed)
    if not items:
        say(
            "Every account of this result has a label already."
            if not second_opinion
            else "Nobody else has answered."
        )
        return
    session = Session(log, who, _ask, _show, lambda: datetime.now(UTC))
    counts = run(session, result, items)
    given = ", ".join(f"{n} {label}" for label, n in sorted(counts.items())) or "no answer"
    say(f"{given}; {log.path} holds {len(log.read())} answers")
    _disagreements(log)


def _disagreements(log: "Log") -> None:
    from detector.cases import disagreements

    found = disagreements(log.read())
    for (platform, account), said in list(found.items())[:20]:
        told = ", ".join(f"{who or 'somebody'}: {label}" for who, label in said)
        say(f"reviewers disagree about {platform}/{account}: {told}")
    if found:
        say(f"{len(found)} accounts are left aside in training until reviewers agree")


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
