"""Exports: files as platforms and tools hand them out. One module a format, one line here.

How to add one: docs/adding-a-source.md.
"""

from typing import Any, Protocol

from detector.sources.exports import instagram_graph, tiktok_web, youtube
from detector.sources.exports.rows import Rows

__all__ = ["FORMATS", "ExportFormat", "format_of"]


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


FORMATS: tuple[ExportFormat, ...] = (
    tiktok_web,
    youtube,
    instagram_graph,
)
"""In this order a document is tried; a contract test sees to it that none takes another's."""


def format_of(document: Any) -> ExportFormat | None:
    """The format of a document, None when it is none of `FORMATS`.

    Every export nests; a flat object is a row of a table, told apart without asking each format.
    """
    if not isinstance(document, dict) or not any(
        isinstance(value, (dict, list)) for value in document.values()
    ):
        return None
    return next((found for found in FORMATS if found.matches(document)), None)
