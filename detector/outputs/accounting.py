"""The law in words: rows in = rows used + rows set aside, accounts = scored + without enough data."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from detector.how_many import how_many
from detector.outputs.set_aside import rows_said
from detector.outputs.summary import summary

if TYPE_CHECKING:
    from detector.tables import Tables
    from detector.verdict import Result

__all__ = ["law", "lost", "none_usable"]


def law(tables: "Tables", result: "Result") -> list[str]:
    """One line a table that was read, one for the accounts, one for counters that cannot be right."""
    lines = [rows_said(name, read, used, aside) for name, (read, used, aside) in _rows(tables).items()]
    counts = summary(result)
    lines.append(
        f"{how_many(counts.accounts, 'account')} = {counts.scored:,} scored + "
        f"{counts.insufficient_data:,} with insufficient data"
    )
    if counts.faults:
        lines.append(f"counters that cannot be right: {counts.faults:,} (see `faults` in the result)")
    return lines


def lost(tables: "Tables", result: "Result") -> str:
    """What was lost, in a sentence; empty where nothing was, as it must be."""
    for name, (read, used, aside) in _rows(tables).items():
        if read != used + aside:
            return f"{name}: {read:,} rows were read, but {used:,} used and {aside:,} set aside."
    accounts = len(tables.keys())
    return (
        ""
        if accounts == len(result)
        else f"{accounts:,} accounts were read, but the result has {len(result):,}."
    )


def none_usable(n_rows: int, where: str, reason: str, expected: str, path: Path | None) -> str:
    """What a source comes to of which no row could be used: no result that a script may take for a clean one."""
    return (
        f"No account can be judged, and no result is written: of {how_many(n_rows, 'row')} none could be used. The "
        f"first, {where}: {reason}; expected {expected}. All are in {path}."
    )


def _rows(tables: "Tables") -> dict[str, tuple[int, int, int]]:
    """(read, used, set aside) of each table that had any rows."""
    aside = Counter(row.table for row in tables.set_aside)
    found = {}
    for table in (tables.accounts, tables.posts, tables.snapshots):
        used, gone = len(table), aside.pop(table.name, 0)
        read = tables.rows_read.get(table.name, used + gone)
        if read or used or gone:
            found[table.name] = (read, used, gone)
    for name, gone in aside.items():
        found[name] = (tables.rows_read.get(name, gone), 0, gone)
    return found
