"""Rows set aside on their way out: as plain values that a file can hold, to be read and mended by people."""

from typing import Any

from detector.how_many import how_many
from detector.tables import SetAside

__all__ = ["plain_row", "rows_said"]


def plain_row(row: SetAside) -> dict[str, Any]:
    """A row set aside as plain values: where it stood, why, what was expected, and the row as it was read."""
    return {
        "table": row.table,
        "where": row.where,
        "reason": row.reason,
        "expected": row.expected,
        "row": {str(name): _value(value) for name, value in row.row.items()},
    }


def rows_said(table: str, read: int, used: int, set_aside: int) -> str:
    """The law of one table in words.

    >>> rows_said("posts", 1200, 1199, 1)
    'posts: 1,200 rows = 1,199 used + 1 set aside'
    >>> rows_said("posts", 1, 1, 0)
    'posts: 1 row = 1 used + 0 set aside'
    """
    return f"{table}: {how_many(read, 'row')} = {used:,} used + {set_aside:,} set aside"


def _value(value: Any) -> Any:
    """As it was read where JSON can say it, else as text."""
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return value if abs(value) < float("inf") else str(value)
    if isinstance(value, dict):
        return {str(name): _value(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_value(inner) for inner in value]
    return str(value)
