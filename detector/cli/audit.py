"""`detector audit`: every account of a source of any size, every night, in bounded memory and without a row lost."""

import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from detector import api
from detector.cli import intake
from detector.cli.night_log import NightLog
from detector.cli.options import (
    FOUND,
    FailOn,
    MappedNames,
    ModelAddress,
    Platform,
    Queries,
    Quiet,
    Reasons,
    Source,
    TableNames,
)
from detector.errors import UsageError

__all__ = ["HELP", "audit"]

HELP = """Judge every account of SOURCE into a folder: bounded memory, and no row lost.

\b
detector audit warehouse/creators --out audits/2026-11-26
detector audit postgresql://db.example/stats --out audits/today --memory 2GB

Interrupted by anything, the same command goes on where it stopped. Folders of Parquet tables and PostgreSQL are
streamed; other sources are read into memory first.
"""


def audit(
    source: Source,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder of this audit alone.")],
    platform: Platform = None,
    mapping: MappedNames = None,
    table: TableNames = None,
    query: Queries = None,
    model: ModelAddress = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Judge accounts that were seen at that time or later; UTC."),
    ] = None,
    previous: Annotated[
        str | None,
        typer.Option(
            metavar="DIR", help="An earlier audit, or `latest` beside DIR: say what changed, and why."
        ),
    ] = None,
    incremental: Annotated[
        bool,
        typer.Option(
            "--incremental",
            help="Judge only accounts whose rows changed since the previous audit; carry over the others.",
        ),
    ] = False,
    crowd: Annotated[
        bool, typer.Option("--crowd/--no-crowd", help="Look for accounts that move together, or not.")
    ] = True,
    to: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="postgresql://...: write the result into a table there too."),
    ] = None,
    keep: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Then remove all but the newest N audits beside DIR."),
    ] = None,
    engine: Annotated[
        Literal["local", "spark"],
        typer.Option(help="Who does the work: processes of this machine, or Spark (docs/scale.md)."),
    ] = "local",
    memory: Annotated[
        str, typer.Option(metavar="SIZE", help="What it should keep to, such as 600MB.")
    ] = "1GB",
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; else one a core.")] = None,
    top: Annotated[int, typer.Option(min=0, help="Accounts in flagged.csv.")] = 500,
    reasons: Reasons = "worst",
    restart: Annotated[
        bool, typer.Option("--restart", help="Throw away what is in DIR, and begin anew.")
    ] = False,
    fail_on: FailOn = None,
    log: Annotated[
        Literal["text", "json"],
        typer.Option(help="How the work is told on stderr: for people, or JSON lines."),
    ] = "text",
    as_json: Annotated[bool, typer.Option("--json", help="Print summary.json to stdout.")] = False,
    quiet: Quiet = False,
) -> None:
    """Audit a source; see `HELP`."""
    from detector.audit.folder import SET_ASIDE
    from detector.audit.retention import retain
    from detector.audit.run import Watch
    from detector.audit.run import audit as run
    from detector.audit.settings import AuditSettings

    if to is not None:
        from detector.audit.reports.to_database import check_address

        check_address(to)
    if incremental and previous is None:
        raise UsageError("--incremental carries over from an earlier audit: give --previous DIR, or latest.")
    settings = AuditSettings(
        source=source,
        out=out,
        model=model,
        platform=platform,
        mapping=intake.read_mapping(mapping or ()),
        tables=intake.read_relations("--table", table or (), mapping or ()),
        queries=intake.read_relations("--query", query or (), mapping or ()),
        since=None if since is None else _time(since),
        reasons=reasons,
        top=top,
        previous=_previous(previous, out),
        incremental=incremental,
        crowd=crowd,
        database=to,
        memory=_bytes(memory),
        workers=workers or _cores(),
        engine=engine,
    )
    loaded = api.load_model(model)
    told = NightLog(as_json=log == "json", quiet=quiet)
    with told:
        summary = run(settings, loaded, Watch(told.say, told.step), restart=restart)
        for notice in [*summary["notices"], *summary["drift"]["warnings"]]:
            told.note(notice)
        aside = sum(rows["set_aside"] for rows in summary["rows"].values())
        if aside:
            told.say(f"rows set aside, each with its reason: {out / SET_ASIDE}")
    for old in retain(out, keep) if keep is not None else ():
        told.say(f"removed an old audit: {old}")
    _print(summary, out, as_json=as_json, quiet=quiet)
    odd = {"suspicious": ("suspicious",), "unusual": ("suspicious", "unusual"), None: ()}[fail_on]
    if any(summary["levels"][level] for level in odd):
        raise typer.Exit(FOUND)


def _previous(given: str | None, out: Path) -> Path | None:
    """The folder to compare with. The first night has none: then `latest` compares with nothing."""
    if given != "latest":
        return None if given is None else Path(given)
    from detector.audit.retention import latest
    from detector.audit.run import begun_with

    begun = begun_with(out)
    if begun is not None:  # a run that goes on is compared with what it began with
        return None if begun["previous"] is None else Path(begun["previous"])
    found = latest(out.resolve().parent, out)
    return None if found is None else found.folder


def _print(summary: dict[str, Any], out: Path, *, as_json: bool, quiet: bool) -> None:
    from detector.cli.say import reader_may_leave
    from detector.outputs.hostile import json_text
    from detector.outputs.words import roughly

    with reader_may_leave():
        if as_json:
            sys.stdout.write(json_text(summary) + "\n")
        elif not quiet:
            levels = ", ".join(f"{n:,} {level.replace('_', ' ')}" for level, n in summary["levels"].items())
            sys.stdout.write(f"{levels}\n")
            chance, scored = summary["expected_by_chance"], summary["accounts"]["scored"]
            if scored > 1:
                sys.stdout.write(
                    f"If all {scored:,} were ordinary, about {roughly(chance)} would be called suspicious by chance.\n"
                )
            sys.stdout.write(f"{out}\n")


_UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}
LEAST_MEMORY = 400_000_000


def _bytes(text: str) -> int:
    """A size such as 600MB or 1.5 GiB.

    Raises
    ------
    UsageError
        It is none, or too little to work with.
    """
    import re

    found = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([a-z]*)\s*", text.casefold())
    if found is None or found[2] not in _UNITS:
        raise UsageError(f"--memory {text!r} is no size; expected one such as 600MB, 1GB or 1.5GiB.")
    size = int(float(found[1]) * _UNITS[found[2]])
    if size < LEAST_MEMORY:
        raise UsageError(f"--memory {text!r} is too little: Python and its packages alone need 400MB.")
    return size


def _time(text: str) -> str:
    """A time as UTC in ISO form.

    Raises
    ------
    UsageError
        It is none.
    """
    import numpy as np

    from detector.sources.times import NotATimeError, parse_time

    try:
        found = parse_time(text)
    except NotATimeError as error:
        raise UsageError(f"--since {text!r}: {error}. Write 2026-11-25 or 2026-11-25T06:00:00Z.") from error
    if np.isnat(found):
        raise UsageError(f"--since {text!r} is no time. Write 2026-11-25 or 2026-11-25T06:00:00Z.")
    return str(found)


def _cores() -> int:
    import os

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
