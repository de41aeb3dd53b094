"""Delimited text (CSV and its relatives) -> RawTable, every cell as text.

Files with quotes or blank lines, and small ones, go through Python's csv module; large plain ones through
pyarrow, whose import alone takes longer than reading a small file. Both give the same table.
"""

import csv
import io
from collections.abc import Collection, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from detector.errors import SourceError, UnknownFormatError
from detector.sources.columns import known_names
from detector.sources.raw import RawTable, Unreadable, object_array
from detector.sources.shown import repeated, shown
from detector.sources.sniff import known_formats, read_text

__all__ = ["read_delimited"]

SMALL_BYTES = 1 << 20
"""Up to here Python's csv module reads; above, pyarrow where it can."""

_DELIMITERS = ",;\t|"
_BLOCK = 50_000


def read_delimited(path: Path, name: str, mapping: Mapping[str, str]) -> RawTable:
    """Read a delimited file; the delimiter is the one under which most column names are known.

    Parameters
    ----------
    path, name
        The file, and how messages name it.
    mapping
        Contract name -> the file's own name.

    Returns
    -------
    RawTable
        Text columns; rows of another length than the header stand in `unreadable`, with their line.

    Raises
    ------
    SourceError
        It has no rows of columns, a column name twice, or a quote that is never closed.
    UnknownFormatError
        It is text, but no table.
    """
    if path.stat().st_size > SMALL_BYTES:
        from detector.sources.delimited_fast import read_plain

        found = read_plain(path, name, mapping)
        if found is not None:
            return found
    text, notices = read_text(path, name)
    header_at, header, delimiter = header_of(text, name, mapping)
    return _read(text, name, header, delimiter, header_at, notices)


def header_of(text: str, name: str, mapping: Mapping[str, str]) -> tuple[int, list[str], str]:
    """Line number of the header (from 1), its column names, and the delimiter.

    Raises
    ------
    SourceError, UnknownFormatError
        As `read_delimited`.
    """
    given = None
    for number, line in enumerate(islice(_lines(text), 100), start=1):
        if not line.strip():
            continue
        if given is None and line.rstrip("\r\n").casefold() in {f"sep={mark}" for mark in _DELIMITERS}:
            given = line.rstrip("\r\n")[-1]  # spreadsheets write this line for each other
            continue
        return number, *_split_header(line, name, mapping, given or _DELIMITERS)
    raise SourceError(f"{name} is empty. Expected a header line and rows: write the export again.")


def _split_header(
    line: str, name: str, mapping: Mapping[str, str], delimiters: Collection[str]
) -> tuple[list[str], str]:
    best: tuple[int, int, list[str], str] = (-1, -1, [], ",")
    for delimiter in delimiters:
        try:
            header = next(csv.reader([line], delimiter=delimiter, strict=True))
        except (csv.Error, StopIteration):
            continue
        columns = [column.strip() for column in header]
        rank = (len(known_names(columns, mapping)), len(columns))
        if rank > best[:2]:
            best = (*rank, columns, delimiter)
    n_known, n_columns, columns, delimiter = best
    if n_columns < 0:
        raise SourceError(
            f"{name}: the header line has a quote that is not closed: {shown(line)}. Write it again."
        )
    if n_known == 0 and n_columns == 1:
        raise UnknownFormatError(
            f"{name} is text, but neither JSON nor a table with known columns; it starts with {shown(line)}. "
            f"{known_formats()}."
        )
    twice = repeated(columns)
    if twice is not None:
        raise SourceError(
            f"{name} has more than one column {shown(twice)}: which one counts? Rename or remove the others."
        )
    return [column or f"column {i}" for i, column in enumerate(columns, start=1)], delimiter


def _read(
    text: str, name: str, header: list[str], delimiter: str, header_at: int, notices: tuple[str, ...]
) -> RawTable:
    rows: list[list[str]] = []
    lines: list[int] = []
    unreadable: list[Unreadable] = []
    blocks: list[list[Any]] = []
    for line, row, why in _records(text, name, delimiter, header_at):
        if row is not None and len(row) == len(header):
            rows.append(row)
            lines.append(line)
        elif row or why:
            unreadable.append(_ragged(name, line, row or [], header, why))
        if len(rows) == _BLOCK:  # columns of short texts take a third of the memory of rows
            blocks.append(_columns(rows, len(header)))
            rows = []
    blocks.append(_columns(rows, len(header)))
    columns = {column: np.concatenate([block[i] for block in blocks]) for i, column in enumerate(header)}
    places = np.array(lines, dtype=np.int64)
    return RawTable(name, columns, len(lines), places, "line", tuple(unreadable), notices)


def _records(
    text: str, name: str, delimiter: str, header_at: int
) -> Iterator[tuple[int, list[str] | None, str | None]]:
    """Line number, cells (None when the line is malformed) and what is wrong, for each record after the header."""
    reader = csv.reader(_lines(text), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end of data" in str(error):
                raise SourceError(
                    f"{name}, line {line}: a quote opens that is never closed, so the rest of the file would be "
                    "one cell. The file may be cut off: close the quote, or write the file again."
                ) from error
            yield line, None, str(error)
            continue
        if line > header_at:
            yield line, row, None


def _lines(text: str) -> Iterator[str]:
    return iter(io.StringIO(text, newline=""))


def _columns(rows: list[list[str]], width: int) -> list[Any]:
    return [object_array(column) for column in zip(*rows, strict=True)] or [object_array([])] * width


def _ragged(name: str, line: int, row: list[str], header: list[str], why: str | None) -> Unreadable:
    named = dict(zip(header, row, strict=False))
    more = {f"column {i + 1}": cell for i, cell in enumerate(row) if i >= len(header)}
    reason = f"cannot be split into columns: {why}" if why else f"has {len(row)} columns"
    return Unreadable(
        f"{name}, line {line}", reason, f"{len(header)} columns, as in the header", {**named, **more}
    )
