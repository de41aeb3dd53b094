"""The law, said on stderr: rows in = rows used + rows set aside, accounts = scored + without enough data.

Rows set aside are written to a file with the reason; nothing is dropped in silence.
"""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from detector.cli.say import say
from detector.errors import DetectorError
from detector.how_many import how_many
from detector.outputs.accounting import law, lost, none_usable
from detector.outputs.atomic import replacing
from detector.outputs.hostile import json_text
from detector.outputs.set_aside import plain_row

if TYPE_CHECKING:
    from detector.tables import SetAside, Tables
    from detector.verdict import Result

__all__ = ["account_for", "write_set_aside"]

KINDS_SAID = 8
"""Kinds of problems named on stderr; the file holds every row."""


def account_for(
    tables: "Tables", result: "Result", out: Path | None, *, source: str | None, quiet: bool
) -> None:
    """Write the rows set aside, and say where every row and account went.

    Raises
    ------
    DetectorError
        Every row was set aside; rows cannot be written; or the numbers do not add up, which is a fault of the tool.
    """
    path = write_set_aside(tables.set_aside, out, source)
    if not quiet:
        for line in [*law(tables, result), *_problems(tables.set_aside)]:
            say(line)
        if path is not None:
            say(f"rows set aside, each with its reason: {path}")
    gone = lost(tables, result)
    if gone:
        raise DetectorError(f"{gone} This is a fault of the tool: the result stands, but please report this.")
    if tables.set_aside and not len(result):
        first = tables.set_aside[0]
        said = none_usable(len(tables.set_aside), first.where, first.reason, first.expected, path)
        stale = f" {out} is of an earlier run." if out is not None and out.exists() else ""
        raise DetectorError(said + stale)


def _problems(rows: "tuple[SetAside, ...]") -> list[str]:
    kinds: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        kinds.setdefault((row.table, row.reason, row.expected), []).append(row.where)
    lines = []
    for (table, reason, expected), places in list(kinds.items())[:KINDS_SAID]:
        more = f" and {len(places) - 1:,} more" if len(places) > 1 else ""
        lines.append(f"  set aside from {table}: {places[0]}{more}: {reason}; expected {expected}")
    if len(kinds) > KINDS_SAID:
        lines.append(f"  ... and {len(kinds) - KINDS_SAID:,} more kinds of problems")
    return lines


def write_set_aside(rows: "tuple[SetAside, ...]", out: Path | None, source: str | None) -> Path | None:
    """Write rows set aside as JSON lines, beside `out` or else into the user's data directory.

    Returns the path, or None where there are no rows; then an older file of the same result is removed,
    since it would speak of rows that are in the result now.
    """
    beside = None if out is None else out.with_name(out.name + ".set_aside.jsonl")
    if not rows:
        if beside is not None:
            beside.unlink(missing_ok=True)
        return None
    lines = [json_text(plain_row(row)).encode() + b"\n" for row in rows]
    path = beside or _in_data_directory(source, lines)
    with replacing(path) as stream:
        stream.writelines(lines)
    return path


def _in_data_directory(source: str | None, lines: list[bytes]) -> Path:
    """Named for the source and the content, so that the same run again writes the same file."""
    import platformdirs

    from detector.sources.address import scheme_of

    scheme = scheme_of(source)
    source = scheme or source  # an address may hold a password
    digest = hashlib.sha256(b"".join(lines)).hexdigest()[:8]
    stem = (
        "".join(c if c.isalnum() or c in "-_" else "_" for c in Path(source or "typed").stem)[:40] or "source"
    )
    folder = platformdirs.user_data_path("bot-suspicion") / "set-aside"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DetectorError(
            f"{how_many(len(lines), 'row')} set aside and not kept: {folder} cannot be made: {error.strerror}. "
            "Score again with --out FILE: they are then written beside it."
        ) from error
    return folder / f"{stem}-{digest}.jsonl"
