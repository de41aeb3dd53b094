"""RawTable: rows as a file holds them, before names are resolved and values are typed.

Every reader ends here (delimited text, JSON, Parquet, exports), so that naming, typing and setting aside
are written once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.contract import Kind
from detector.sources.columns import known_names
from detector.sources.shown import as_text

__all__ = [
    "Document",
    "Problem",
    "RawTable",
    "Unreadable",
    "code_points",
    "from_records",
    "object_array",
    "plain",
]


@dataclass(frozen=True, slots=True)
class Problem:
    """A value that cannot be used: in which row of its column, what is wrong, what was expected."""

    row: int
    reason: str
    expected: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row that could not even be split into columns (`where` it stands, why, and what was there)."""

    where: str
    reason: str
    expected: str
    row: Mapping[str, Any]


@dataclass(frozen=True, slots=True, repr=False)
class Document:
    """One JSON document of a file, and how messages name its place."""

    value: Any
    where: str


@dataclass(frozen=True, slots=True, repr=False)
class RawTable:
    """Columns of one file under the file's own names.

    Attributes
    ----------
    origin : str
        How messages name the file.
    columns : mapping
        Name to an array of shape (n,): NumPy, or a pyarrow ChunkedArray that `values` converts when asked.
    others : tuple of str
        Names of further columns that no table knows, and that the reader did not read.
    n_rows : int
    places : sequence of int or str, optional
        Per row: its number in `unit`, or its whole place as text. Numbered from 1 when absent.
    unit : str
        What a number counts: ``line`` or ``row``.
    unreadable : tuple of Unreadable
    notices : tuple of str
    records : sequence of mappings, optional
        The rows as they were, where the columns were made of records.
    """

    origin: str
    columns: Mapping[str, Any]
    n_rows: int
    places: Sequence[int] | Sequence[str] | NDArray[np.int64] | None = None
    unit: str = "row"
    unreadable: tuple[Unreadable, ...] = ()
    notices: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    records: Sequence[Mapping[str, Any]] | None = None

    def __repr__(self) -> str:
        return f"RawTable({self.origin}: {self.n_rows} rows, {len(self.columns)} columns)"

    def where(self, row: int) -> str:
        """Where a row stands, for a person: ``accounts.csv, line 12``."""
        place = row + 1 if self.places is None else self.places[row]
        return place if isinstance(place, str) else f"{self.origin}, {self.unit} {place}"

    def values(self, name: str, kind: Kind) -> NDArray[Any]:
        """A column as a NumPy array of shape (n,), of any dtype that `kind` can be read from."""
        column = self.columns[name]
        if isinstance(column, np.ndarray):
            return column
        from detector.sources.parquet import to_numpy

        return to_numpy(column, kind, f"{self.origin}, column {name}")

    def coded(self, name: str) -> tuple[NDArray[Any], NDArray[np.intp]]:
        """A column of texts as its different values, in order of appearance, and the number of each row's, (n,).

        Ids stand in many rows: what is asked of each is asked once. Columns of other than Arrow are as they are.
        """
        column = self.columns[name]
        if isinstance(column, np.ndarray):
            return column, np.arange(len(column))
        from detector.sources.parquet import coded

        return coded(column, f"{self.origin}, column {name}")

    def row(self, row: int) -> dict[str, Any]:
        """A row as plain Python values under the file's own names; what it does not have is left out."""
        cells = (
            self.records[row]
            if self.records
            else {name: column[row] for name, column in self.columns.items()}
        )
        found = {_writable(name): plain(value) for name, value in cells.items()}
        return {name: value for name, value in found.items() if value is not None}


def object_array(values: Sequence[Any]) -> NDArray[Any]:
    """A one-dimensional object array, whatever the values are (lists stay cells)."""
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def is_none(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Which values are None, shape (n,)."""
    return np.array([value is None for value in values.tolist()], dtype=bool)


def code_points(texts: NDArray[Any], width: int) -> NDArray[np.int64]:
    """The first `width` characters of each text as numbers, shape (n, width), padded with 0."""
    return texts.astype(f"U{width}").view(np.uint32).reshape(-1, width).astype(np.int64)


def from_records(
    origin: str,
    records: Sequence[Mapping[str, Any]],
    places: Sequence[str],
    mapping: Mapping[str, str],
) -> RawTable:
    """A raw table of dictionaries, with the columns that some table knows; an absent key is None.

    Keys that no table knows make no columns: a file with a new key in every row would fill the memory.
    """
    names = list(dict.fromkeys(name for record in records for name in record))
    known = set(known_names(names, mapping).values())
    columns = {
        name: object_array([record.get(name) for record in records]) for name in names if name in known
    }
    others = tuple(name for name in names if name not in known)
    return RawTable(origin, columns, len(records), places, others=others, records=records)


def plain(value: Any) -> Any:
    """A cell as a plain Python value that any file can hold: times and nested values become text."""
    if hasattr(value, "as_py"):
        try:
            value = value.as_py()
        except (ValueError, OverflowError):  # a time that Python's own cannot hold
            value = value.value
    if isinstance(value, np.generic):
        value = value.item() if value.dtype.kind != "M" else None if np.isnat(value) else str(value)
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return None if value != value else value if abs(value) != float("inf") else str(value)
    return _writable(as_text(value))


def _writable(text: str) -> str:
    """The text with unpaired surrogates, which no file can hold, as escapes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
