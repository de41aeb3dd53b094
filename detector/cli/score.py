"""`detector score`: every account of a source, or numbers read off one profile page, judged and explained."""

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detector import api
from detector.cli import intake
from detector.cli.options import (
    FOUND,
    SOURCE,
    Account,
    FailOn,
    MappedNames,
    ModelAddress,
    Platform,
    Queries,
    Reasons,
    TableNames,
)
from detector.cli.progress import progress_bar
from detector.cli.say import reader_may_leave, say
from detector.errors import UsageError

if TYPE_CHECKING:
    from detector.model.model import Model
    from detector.tables import Tables
    from detector.verdict import Result

__all__ = ["HELP", "score"]

HELP = """Score the accounts of SOURCE, or one account from numbers typed as its page shows them.

\b
detector score exports/
detector score history.csv --platform tiktok --account paper.boats22
detector score accounts.csv --map followers=follower_count --out out.parquet
detector score postgresql://db.example/stats --table accounts=crm.creators
detector score --platform tiktok --followers 1.2M --likes 3.4K --posts 40

The result goes to stdout; what was read, set aside and judged is said on stderr.
"""


def score(
    source: Annotated[str | None, SOURCE] = None,
    platform: Platform = None,
    handle: Annotated[
        str | None, typer.Option(metavar="NAME", help="Name to print beside typed numbers.")
    ] = None,
    followers: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="As the page shows it: 1.2M, 12,3K, 1 234.")
    ] = None,
    following: Annotated[str | None, typer.Option(metavar="NUMBER", help="Accounts that it follows.")] = None,
    likes: Annotated[str | None, typer.Option(metavar="NUMBER", help="Lifetime likes received.")] = None,
    posts: Annotated[str | None, typer.Option(metavar="NUMBER", help="Posts or videos in all.")] = None,
    views: Annotated[str | None, typer.Option(metavar="NUMBER", help="Lifetime views.")] = None,
    recent_views: Annotated[
        str | None, typer.Option(metavar="N,N,...", help="Views of the latest posts: 12K,9.1K,8400.")
    ] = None,
    recent_likes: Annotated[
        str | None, typer.Option(metavar="N,N,...", help="Likes of the same posts, in the same order.")
    ] = None,
    recent_comments: Annotated[
        str | None, typer.Option(metavar="N,N,...", help="Comments of the same posts.")
    ] = None,
    verified: Annotated[
        bool | None, typer.Option("--verified/--not-verified", help="Whether the platform says so.")
    ] = None,
    mapping: MappedNames = None,
    table: TableNames = None,
    query: Queries = None,
    account: Account = None,
    model: ModelAddress = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the result: .csv, .html, .json, .jsonl, .parquet or .txt."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON to stdout instead of the table.")
    ] = False,
    reasons: Reasons = "worst",
    fail_on: FailOn = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Nothing on stderr but errors; with --out, no table either.")
    ] = False,
) -> None:
    """Score a source or typed numbers; see `HELP`."""
    typed = {
        "followers": followers,
        "following": following,
        "likes": likes,
        "posts": posts,
        "views": views,
        "recent_views": recent_views,
        "recent_likes": recent_likes,
        "recent_comments": recent_comments,
    }
    from detector.cli.accounting import account_for  # here: `--help` has no need of it, nor of numpy

    # What can be wrong with the options is found before the work, and the model before a long read.
    if out is not None:
        intake.check_out(out, source)
    given = {
        "mapping": intake.read_mapping(mapping or ()),
        "tables": intake.read_relations("--table", table or (), mapping or ()),
        "queries": intake.read_relations("--query", query or (), mapping or ()),
        "account": account,
    }
    read = _reader(source, platform, typed, handle, verified, given)
    loaded = api.load_model(model)
    tables = read()
    for notice in () if quiet else tables.notices:
        say(f"note: {notice}")
    with progress_bar(quiet=quiet) as progress:
        result = api.judge(tables, loaded, reasons=reasons, progress=progress)
    shown = {"as_json": as_json, "table": not (quiet and out), "explain_all": reasons == "all"}
    if len(result) or not tables.set_aside:  # else nothing could be used, which an empty result would hide
        _write(result, tables, loaded, out, **shown)
    account_for(tables, result, out, source=source, quiet=quiet)
    odd = {"suspicious": ("suspicious",), "unusual": ("suspicious", "unusual"), None: ()}[fail_on]
    if any(level in odd for level in result.columns["level"]):
        raise typer.Exit(FOUND)


def _reader(
    source: str | None,
    platform: str | None,
    typed: Mapping[str, str | None],
    handle: str | None,
    verified: bool | None,
    for_sources: Mapping[str, Any],
) -> "Callable[[], Tables]":
    """How to get the tables; wrong usage is said here, before anything is read."""
    given = {name: value for name, value in typed.items() if value is not None}
    if source is None:
        beside = [_OPTIONS[name] for name, value in for_sources.items() if value]
        tables = intake.typed_numbers(platform, given, handle, verified, beside)
        return lambda: tables
    said = {**given, "handle": handle, "verified": verified}
    typed_too = ", ".join(f"--{name.replace('_', '-')}" for name, value in said.items() if value is not None)
    if typed_too:
        raise UsageError(
            f"Both a SOURCE ({source}) and numbers of one account ({typed_too}) were given; give one of them."
        )
    return partial(api.read, source, platform=platform, **{k: v or None for k, v in for_sources.items()})


_OPTIONS = {"mapping": "--map", "tables": "--table", "queries": "--query", "account": "--account"}


def _write(
    result: "Result",
    tables: "Tables",
    model: "Model",
    out: Path | None,
    *,
    as_json: bool,
    table: bool,
    explain_all: bool,
) -> None:
    from detector import outputs

    if out is not None and out.suffix.lower() == outputs.html.OUTPUT.suffix:
        outputs.html.write_report(tables, model, result, out)
    elif out is not None:
        outputs.write(result, out)
    with reader_may_leave():
        if as_json:
            outputs.json_document.OUTPUT.write(result, sys.stdout.buffer)
        elif table:
            drawings = _drawings(result, tables, model, explain_all=explain_all)
            sys.stdout.write(_table(result, drawings, explain_all=explain_all))


def _drawings(
    result: "Result", tables: "Tables", model: "Model", *, explain_all: bool
) -> dict[tuple[str, str], list[str]]:
    """The histories of the first accounts that are explained, where there are any and stdout can show them."""
    from detector.outputs.terminal import EXPLAINED, explained

    rows = [
        row
        for row in explained(result, explain_all=explain_all).rows()
        if "history" in (row["evidence"] or "")
    ]
    if not rows:
        return {}
    from detector.explain import COUNTERS, odd_days, subjects
    from detector.outputs.sparkline import drawn_with, sparkline

    if not drawn_with(sys.stdout.encoding):
        return {}

    keys = [(row["platform"], row["account_id"]) for row in rows[:EXPLAINED]]
    days = (odd_days(subject, most=1) for subject in subjects(tables, model, keys))
    return {
        key: sparkline(found, COUNTERS) for key, found in zip(keys, days, strict=True) if found is not None
    }


def _table(
    result: "Result", drawings: "Mapping[tuple[str, str], Sequence[str]]", *, explain_all: bool
) -> str:
    from rich.console import Console

    from detector.outputs.terminal import NARROWEST, WIDTH, show, trimmed

    width = None if sys.stdout.isatty() else WIDTH
    console = Console(file=sys.stdout, width=width, markup=False, highlight=False, emoji=False)
    console.width = max(console.width, NARROWEST)
    with console.capture() as captured:  # rich ends the process when a pipe closes; we have more to do
        show(result, console, explain_all=explain_all, drawings=drawings)
    return trimmed(captured.get())
