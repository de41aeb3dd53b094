"""Spreadsheets (.xlsx) -> RawTable: the one sheet that holds a table, row by row, by openpyxl.

Titles above the header and empty rows are passed over. A spreadsheet keeps 15 digits of a number: longer ids that
were kept as numbers are damaged, and refused further on like ids that passed through floats anywhere.
"""

import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import IO, Any

import numpy as np

from detector.errors import SourceError, UnknownFormatError
from detector.sources.columns import known_names
from detector.sources.packed import check_members
from detector.sources.raw import RawTable, Unreadable, object_array
from detector.sources.shown import as_text, listed, repeated, shown
from detector.sources.sniff import known_formats

__all__ = ["read_spreadsheet"]

MOST_BYTES = 2 << 30
"""No workbook may unpack to more: a sheet of a million rows and 20 columns takes about 1 GB."""

_HEADER_ROWS = 20
_MOST_COLUMNS = 1024
_DIGITS_KEPT = 15


def read_spreadsheet(path: Path, name: str, mapping: Mapping[str, str]) -> RawTable:
    """Read a workbook's table.

    Parameters
    ----------
    path, name
        The file, and how messages name it.
    mapping
        Contract name -> the file's own name.

    Raises
    ------
    SourceError
        It is damaged, has several sheets with a table, or a column name twice.
    UnknownFormatError
        No sheet has a table with known columns.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            check_members(archive, path.stat().st_size, name, MOST_BYTES)
        with warnings.catch_warnings(), path.open("rb") as file:  # of a path, openpyxl judges the name
            warnings.simplefilter("ignore")  # of styles and extensions that it does not know
            return _read(file, name, mapping)
    except SourceError:
        raise
    except Exception as error:  # of a damaged workbook openpyxl raises whatever comes
        raise SourceError(
            f"{name} is a damaged spreadsheet: {type(error).__name__} {shown(error, 120)}. Save it again, or save the "
            "sheet as CSV."
        ) from error


def _read(file: IO[bytes], name: str, mapping: Mapping[str, str]) -> RawTable:
    from openpyxl import load_workbook

    workbook = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    try:
        headers = {sheet.title: _header(sheet, mapping) for sheet in workbook.worksheets}
        title = _only_table(name, headers, mapping)
        found = headers[title]
        assert found is not None  # noqa: S101 - `_only_table` names one that has a header
        others = [other for other in headers if other != title]
        notices = (f"{name}: sheet {shown(title)} was read, not {listed(others)}.",) if others else ()
        where = name if not others else f"{name}, sheet {title}"
        return _table(workbook[title], where, *found, notices)
    finally:
        workbook.close()


def _header(sheet: Any, mapping: Mapping[str, str]) -> tuple[int, list[str]] | None:
    """Row number and names of the header: of the first rows, the one that names most of our columns."""
    best: tuple[int, int, list[str]] | None = None
    rows = sheet.iter_rows(max_row=_HEADER_ROWS, max_col=_MOST_COLUMNS, values_only=True)
    for number, row in enumerate(islice(rows, _HEADER_ROWS), start=1):
        names = ["" if cell is None else as_text(cell).strip() for cell in row]
        while names and not names[-1]:
            names.pop()
        n_known = len(known_names([text for text in names if text], mapping))
        if n_known and (best is None or n_known > best[0]):
            best = n_known, number, names
    return None if best is None else best[1:]


def _only_table(
    name: str, headers: Mapping[str, tuple[int, list[str]] | None], mapping: Mapping[str, str]
) -> str:
    found = {title: header[1] for title, header in headers.items() if header is not None}
    with_id = [title for title, names in found.items() if "account_id" in known_names(names, mapping)]
    if len(with_id) > 1:
        raise SourceError(
            f"{name} has several sheets with a table: {listed(with_id)}. Save each as a file of its own, in one folder."
        )
    if not found:
        raise UnknownFormatError(
            f"{name} is a spreadsheet without a table: no sheet ({listed(headers)}) has a row of known column names "
            f"among its first {_HEADER_ROWS}. {known_formats()}."
        )
    return with_id[0] if with_id else next(iter(found))


def _table(sheet: Any, name: str, header_at: int, header: list[str], notices: tuple[str, ...]) -> RawTable:
    twice = repeated(header)
    if twice is not None:
        raise SourceError(
            f"{name} has more than one column {shown(twice)}: which one counts? Rename or remove the others."
        )
    names = [column or f"column {i}" for i, column in enumerate(header, start=1)]
    rows, places, unreadable = [], [], []
    for number, cells in _rows(sheet, header_at, len(names)):
        if cells[len(names) :] and cells[len(names)] is not None:
            unreadable.append(_ragged(name, number, cells, names))
        else:
            rows.append(cells[: len(names)])
            places.append(number)
    columns = dict(zip(names, map(_column, zip(*rows, strict=True)), strict=True)) if rows else {}
    columns = columns or {column: object_array([]) for column in names}
    return RawTable(
        name, columns, len(rows), np.array(places, dtype=np.int64), "row", tuple(unreadable), notices
    )


def _rows(sheet: Any, header_at: int, width: int) -> Iterator[tuple[int, tuple[Any, ...]]]:
    rows = sheet.iter_rows(min_row=header_at + 1, max_col=width + 1, values_only=True)
    for number, row in enumerate(rows, start=header_at + 1):
        if any(cell is not None and cell != "" for cell in row):
            cells = tuple(map(_plain, row))
            yield number, cells + (None,) * (width - len(cells))


def _plain(cell: Any) -> Any:
    if isinstance(cell, (datetime, date, time)):
        return cell.isoformat()
    return as_text(cell) if isinstance(cell, timedelta) else cell


def _column(cells: Sequence[Any]) -> Any:
    """The cells of a column; long whole numbers that all end in zeros lost their digits, so they become floats."""
    long = [cell for cell in cells if type(cell) is int and abs(cell) >= 10**_DIGITS_KEPT]
    if long and all(len(str(abs(cell)).rstrip("0")) <= _DIGITS_KEPT for cell in long):
        cells = [
            float(cell) if type(cell) is int and abs(cell) >= 10**_DIGITS_KEPT else cell for cell in cells
        ]
    return object_array(cells)


def _ragged(name: str, number: int, cells: Sequence[Any], header: Sequence[str]) -> Unreadable:
    row = {column: cell for column, cell in zip(header, cells, strict=False) if cell is not None}
    return Unreadable(
        f"{name}, row {number}",
        f"has a value beyond its last column, {shown(cells[len(header)])}",
        f"{len(header)} columns, as in the header",
        {**row, f"column {len(header) + 1}": cells[len(header)]},
    )
