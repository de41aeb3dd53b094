"""`detector report`: the page that a brand manager reads before a deal. One creator in full, several compared."""

from pathlib import Path
from typing import Annotated

import typer

from detector import api
from detector.cli import intake
from detector.cli.options import (
    Account,
    MappedNames,
    ModelAddress,
    Platform,
    Queries,
    Quiet,
    Source,
    TableNames,
)
from detector.cli.progress import progress_bar
from detector.cli.say import say
from detector.errors import DetectorError, UsageError

__all__ = ["HELP", "report"]

HELP = """Write the report of SOURCE as one HTML file: the verdict in pictures and sentences.

\b
detector report export.zip --out report.html
detector report exports/ --account paper.boats22 --out report.html
detector report postgresql://db/stats --account 68704794565 --out report.html

Of one creator it is the whole report, of several a comparison. The file holds no script and loads nothing: it can be
sent, archived and printed (two pages).
"""


def report(
    source: Source,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The page to write, such as report.html.")],
    account: Account = None,
    platform: Platform = None,
    mapping: MappedNames = None,
    table: TableNames = None,
    query: Queries = None,
    model: ModelAddress = None,
    quiet: Quiet = False,
) -> None:
    """Write the report of a source; see `HELP`."""
    if out.suffix.lower() != ".html":
        raise UsageError(f"{out} does not end in .html; a report is a page: --out report.html")
    intake.check_out(out, source)
    mapped = intake.read_mapping(mapping or ())
    tables_of = intake.read_relations("--table", table or (), mapping or ())
    queries = intake.read_relations("--query", query or (), mapping or ())
    loaded = api.load_model(model)
    tables = api.read(
        source,
        platform=platform,
        mapping=mapped or None,
        account=account,
        tables=tables_of or None,
        queries=queries or None,
    )
    for notice in () if quiet else tables.notices:
        say(f"note: {notice}")
    with progress_bar(quiet=quiet) as progress:
        result = api.judge(tables, loaded, reasons="all", progress=progress)
    from detector.cli.accounting import account_for
    from detector.outputs.html import write_report

    if len(result):
        write_report(tables, loaded, result, out)
    account_for(tables, result, out, source=source, quiet=quiet)
    if not len(result):
        raise DetectorError(f"{source} holds no account, so there is nobody to report on.")
    if not quiet:
        say(f"report: {out}")
