"""Lists for people as CSV: a spreadsheet opens them, and no cell is a formula or holds what a terminal would obey."""

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import TextIOWrapper
from math import isfinite
from pathlib import Path
from typing import Any

from detector.outputs.atomic import replacing
from detector.outputs.hostile import formula_safe, printable

__all__ = ["iso", "write_list"]


def write_list(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a table, whole or not at all: UTF-8, commas, empty = missing.

    Raises
    ------
    DetectorError
        The file cannot be written there.
    """
    with replacing(path) as stream:
        text = TextIOWrapper(stream, encoding="utf-8", newline="", write_through=True)
        try:
            lines = csv.writer(text, lineterminator="\n")
            lines.writerow(header)
            lines.writerows([_cell(value) for value in row] for row in rows)
        finally:
            text.detach()  # the stream is closed, and moved to its place, by `replacing`


def iso(moment: datetime | None) -> str | None:
    """A time as it stands in lists; None for None.

    >>> iso(datetime(2026, 5, 3, 4, 5, 6))
    '2026-05-03T04:05:06Z'
    """
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _cell(value: Any) -> Any:
    """Numbers to four significant digits below a thousand, whole above: a list is read, the result is computed with.

    >>> [_cell(value) for value in (99.87654, 0.0123456, 1234567.8, None, "=1", True)]
    ['99.88', '0.01235', '1234568', '', "'=1", 'yes']
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        if not isfinite(value):
            return ""
        return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    if isinstance(value, str):
        return formula_safe(printable(value))
    return "" if value is None else str(value)
