"""Exports: files as platforms and tools hand them out. One module a format, one line here.

How to add one: docs/adding-a-source.md.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from detector.sources.exports import (
    apify_tiktok,
    instagram_graph,
    instaloader,
    social_blade,
    tiktok_research,
    tiktok_sigi,
    tiktok_tracker,
    tiktok_web,
    x_api,
    youtube,
    yt_dlp,
)
from detector.sources.exports.rows import Row, Rows

__all__ = [
    "FORMATS",
    "TABLE_FORMATS",
    "ExportFormat",
    "TableFormat",
    "format_of",
    "table_format_of",
    "titles",
]


class ExportFormat(Protocol):
    """What a module here offers: two names and two functions, neither of which ever fails on valid JSON."""

    @property
    def name(self) -> str:
        """The format's own name, that of its module."""
        ...

    @property
    def title(self) -> str:
        """What people call it."""
        ...

    def matches(self, document: Any, /) -> bool:
        """Whether a JSON document is of this format, by its content alone."""
        ...

    def read(self, document: Any, where: str, /) -> Rows:
        """The rows of a document that matches."""
        ...


class TableFormat(Protocol):
    """The same for exports that are tables: recognised by their columns, read from rows of text cells."""

    @property
    def name(self) -> str:
        """The format's own name, that of its module."""
        ...

    @property
    def title(self) -> str:
        """What people call it."""
        ...

    def matches_columns(self, columns: Sequence[str], /) -> bool:
        """Whether a table with these columns is of this format."""
        ...

    def read_table(self, rows: Sequence[Row], places: Sequence[str], /) -> Rows:
        """The rows of such a table: column name -> cell, and the place of each."""
        ...


FORMATS: tuple[ExportFormat, ...] = (
    tiktok_web,
    tiktok_sigi,
    tiktok_research,
    apify_tiktok,
    youtube,
    yt_dlp,
    instaloader,
    instagram_graph,
    x_api,
)
"""In this order a document is tried; a contract test sees to it that none takes another's."""

TABLE_FORMATS: tuple[TableFormat, ...] = (
    apify_tiktok,
    tiktok_tracker,
    social_blade,
)
"""The same for tables."""


def format_of(document: Any, *, flat: bool = False) -> ExportFormat | None:
    """The format of a document, None when it is none of `FORMATS`.

    Parameters
    ----------
    document
        Any JSON value.
    flat
        Whether to ask for a flat object too. Nearly all of these are rows of a table, so one that has our own
        `account_id` is never asked for.
    """
    if not isinstance(document, dict):
        return None
    nests = any(isinstance(value, (dict, list)) for value in document.values())
    if not nests and (not flat or "account_id" in document):
        return None
    return next((found for found in FORMATS if found.matches(document)), None)


def table_format_of(columns: Iterable[str]) -> TableFormat | None:
    """The format of a table with these columns, None when it is none of `TABLE_FORMATS`."""
    names = list(columns)
    return next((found for found in TABLE_FORMATS if found.matches_columns(names)), None)


def titles() -> list[str]:
    """What people call the formats, each once."""
    of_tables = [found.title for found in TABLE_FORMATS]
    return list(dict.fromkeys([*(found.title for found in FORMATS), *of_tables]))
