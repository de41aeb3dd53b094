"""Rows: what an export format makes of a document, and small helpers to look into JSON of any shape."""

from dataclasses import dataclass
from typing import Any

__all__ = ["Row", "Rows", "as_list", "dig", "handle_columns", "known", "text_length"]

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
    """

    accounts: tuple[Row, ...] = ()
    posts: tuple[Row, ...] = ()
    authors: tuple[Row, ...] = ()
    remark: str = ""


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


def known(value: Any) -> Any:
    """The value, None where it is one of the empty ones (``""``, 0, an empty list)."""
    return value or None


def text_length(value: Any) -> int | None:
    """Length of a text, None for what is no text."""
    return len(value) if isinstance(value, str) else None


def handle_columns(handle: Any) -> Row:
    """The columns about a handle: itself, its length, and how many of its signs are digits."""
    if not isinstance(handle, str) or not handle:
        return {"handle": None}
    bare = handle.removeprefix("@")
    return {"handle": bare, "handle_length": len(bare), "handle_digits": sum(c.isdigit() for c in bare)}
