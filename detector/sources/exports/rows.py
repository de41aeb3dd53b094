"""Rows: what an export format makes of a document, and small helpers to look into JSON of any shape."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from detector.sources.keys import platform_of
from detector.sources.shown import listed

__all__ = [
    "Row",
    "Rows",
    "as_list",
    "column_of",
    "dig",
    "first",
    "handle_columns",
    "known",
    "left_aside",
    "objects",
    "platform_column",
    "platform_columns",
    "text_length",
]

Row = dict[str, Any]
"""Contract names (and `handle`, in posts too) to values as they stand in the document; None = missing.

`where` names the place. Values are typed later, by the same code as every table's: formats convert nothing.
"""


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one document.

    Attributes
    ----------
    accounts : tuple of Row
        What the document says of accounts themselves.
    posts : tuple of Row
    authors : tuple of Row
        What a list of posts says of accounts in passing: it fills gaps, and never replaces an account's own row.
    remark : str
        Why there may be no rows: a status or an error the document holds.
    assumed_platform : str
        Platform of rows that name none, where the format's counters are those of one platform alone.
    notices : tuple of str
        What to say of the document, without its place.
    """

    accounts: tuple[Row, ...] = ()
    posts: tuple[Row, ...] = ()
    authors: tuple[Row, ...] = ()
    remark: str = ""
    assumed_platform: str = ""
    notices: tuple[str, ...] = ()


def dig(value: Any, *path: str) -> Any:
    """What lies at a path of keys, None where the path ends early.

    >>> dig({"a": {"b": 1}}, "a", "b"), dig({"a": [1]}, "a", "b")
    (1, None)
    """
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def as_list(value: Any) -> list[Any]:
    """A JSON array, or an empty list for anything else."""
    return value if isinstance(value, list) else []


def objects(value: Any) -> list[dict[str, Any]]:
    """The items of a JSON array; what is no object counts as an empty one, so that it is set aside and not lost."""
    return [item if isinstance(item, dict) else {} for item in as_list(value)]


def column_of(columns: Sequence[str], names: Sequence[str]) -> str | None:
    """The first column that has one of the names, in any spelling (`Total Views` is `total_views`).

    >>> column_of(["Date", "Total Views"], ["total_views"])
    'Total Views'
    """
    spelt = {"_".join(re.findall(r"[a-z0-9]+", column.casefold())): column for column in reversed(columns)}
    return next((spelt[name] for name in names if name in spelt), None)


def platform_column(rows: Sequence[Row]) -> str | None:
    """The column that names each row's platform, None where there is none or nothing in it.

    >>> platform_column([{"Date": "2026-01-01", "Platform": "Instagram"}])
    'Platform'
    """
    column = column_of([*rows[0]] if rows else [], ("platform", "network", "social_network"))
    return column if column and any(str(row[column] or "").strip() for row in rows) else None


def platform_columns(row: Row, column: str | None) -> Row:
    """The column about a row's platform, under the contract's name where it is one we know."""
    if column is None:
        return {}
    cell = str(row[column] or "").strip()
    return {"platform": platform_of(cell) or cell or None}


def left_aside(columns: Sequence[str], read: Collection[str | None]) -> tuple[str, ...]:
    """A notice of the columns that nothing is read from."""
    others = [column for column in columns if column not in read]
    return (f"columns left aside: {listed(others)}",) if others else ()


def first(*values: Any) -> Any:
    """The first value that is not None.

    >>> first(None, 0, 7)
    0
    """
    return next((value for value in values if value is not None), None)


def known(value: Any) -> Any:
    """The value, None where it is one of the empty ones (``""``, 0, ``"0"``, an empty list)."""
    return None if value == "0" else value or None


def text_length(value: Any) -> int | None:
    """Length of a text, None for what is no text."""
    return len(value) if isinstance(value, str) else None


def handle_columns(handle: Any) -> Row:
    """The columns about a handle: itself, its length, and how many of its signs are digits."""
    if not isinstance(handle, str) or not handle:
        return {"handle": None}
    bare = handle.removeprefix("@")
    return {"handle": bare, "handle_length": len(bare), "handle_digits": sum(c.isdigit() for c in bare)}
