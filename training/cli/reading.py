"""What the commands share that read a source: it is read, and each row that is not used is accounted for."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from detector.cli.accounting import write_set_aside
from detector.cli.intake import read_mapping, read_relations
from detector.errors import DetectorError
from detector.outputs.set_aside import rows_said

if TYPE_CHECKING:
    from detector.tables import Tables

__all__ = ["Reading", "read_source", "silent"]


@dataclass(frozen=True, slots=True)
class Reading:
    """How a source is read, as typed: the platform of rows that name none, --map, --table and --query."""

    platform: str | None = None
    mapping: Sequence[str] | None = None
    table: Sequence[str] | None = None
    query: Sequence[str] | None = None

    def settings(self) -> dict[str, str]:
        """The same for a run's settings."""
        lists = {"map": self.mapping, "table": self.table, "query": self.query}
        return {"platform": self.platform or ""} | {name: " ".join(one or ()) for name, one in lists.items()}


def silent(text: str) -> None:
    """Instead of `say`, with --quiet."""


def read_source(source: str, how: Reading, out: Path | None, tell: Callable[[str], None]) -> "Tables":
    """The tables of a source; rows set aside go, with the reason, to a file beside `out`, else to the user's data."""
    from detector.sources import read

    out = None if out is None else out.absolute()
    mapping = how.mapping or ()
    tables = read(
        source,
        platform=how.platform,
        mapping=read_mapping(mapping) or None,
        tables=read_relations("--table", how.table or (), mapping) or None,
        queries=read_relations("--query", how.query or (), mapping) or None,
    )
    for notice in tables.notices:
        tell(f"note: {notice}")
    aside = Counter(row.table for row in tables.set_aside)
    for table in (tables.accounts, tables.posts, tables.snapshots):
        if len(table) or aside[table.name]:
            rows = tables.rows_read.get(table.name, len(table) + aside[table.name])
            tell(rows_said(table.name, rows, len(table), aside[table.name]))
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
