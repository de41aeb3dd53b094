"""What the commands share that read a source: it is read, and each row that is not used is accounted for."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from detector.cli.accounting import write_set_aside
from detector.errors import DetectorError

if TYPE_CHECKING:
    from detector.tables import Tables

__all__ = ["read_source", "silent"]


def silent(text: str) -> None:
    """Instead of `say`, with --quiet."""


def read_source(
    source: str, platform: str | None, mapping: dict[str, str], out: Path | None, tell: Callable[[str], None]
) -> "Tables":
    """The tables of a source; rows set aside go, with the reason, to a file beside `out`, else to the user's data."""
    from detector.sources import read

    out = None if out is None else out.absolute()

    tables = read(source, platform=platform, mapping=mapping or None)
    for notice in tables.notices:
        tell(f"note: {notice}")
    aside = Counter(row.table for row in tables.set_aside)
    for table in (tables.accounts, tables.posts, tables.snapshots):
        if len(table) or aside[table.name]:
            rows = tables.rows_read.get(table.name, len(table) + aside[table.name])
            tell(f"{table.name}: {rows:,} rows = {len(table):,} used + {aside[table.name]:,} set aside")
    if tables.set_aside and out is not None:
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DetectorError(
                f"{out.parent} cannot be made: {error.strerror}. Name another folder."
            ) from error
    path = write_set_aside(tables.set_aside, out, source)
    if path is not None:
        tell(f"rows set aside, each with its reason: {path}")
    return tables
