"""Large delimited files without quotes -> RawTable, by pyarrow, every cell as text."""

import mmap
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np

from detector.sources.raw import RawTable, Unreadable
from detector.sources.sniff import cannot_read

__all__ = ["read_plain"]

_NOT_PLAIN = (b'"', b"\n\n", b"\r\n\r\n", b"\n\r\n")
_HEAD = 1 << 16


def read_plain(path: Path, name: str, mapping: Mapping[str, str]) -> RawTable | None:
    """Read a file that is UTF-8 without quotes and blank lines; None when it is not, so that another reads it.

    Then lines and rows are the same, and no two readers can differ.
    """
    from detector.sources.delimited import header_of

    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            head = data[:_HEAD]
            ends = head.find(b"\n")
            if (
                ends < 0
                or head.startswith((b"\n", b"\r"))
                or any(data.find(sign) >= 0 for sign in _NOT_PLAIN)
            ):
                return None
    except OSError as error:
        raise cannot_read(name, error) from error
    try:
        line = head[: ends + 1].decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if "\0" in line or line.casefold().startswith("sep="):
        return None
    _, header, delimiter = header_of(line, name, mapping)
    return _read(path, name, header, delimiter)


def _read(path: Path, name: str, header: list[str], delimiter: str) -> RawTable | None:
    import pyarrow as pa
    from pyarrow import csv

    ragged: list[tuple[int, str]] = []

    def keep(row: Any) -> Literal["skip"]:
        ragged.append((row.number, row.text))
        return "skip"

    columns = [f"c{i}" for i in range(len(header))]
    try:
        table = csv.read_csv(
            path,
            csv.ReadOptions(use_threads=False, column_names=columns, skip_rows=1),
            csv.ParseOptions(delimiter=delimiter, quote_char=False, invalid_row_handler=keep),
            csv.ConvertOptions(column_types=dict.fromkeys(columns, pa.string()), strings_can_be_null=False),
        )
    except (pa.ArrowInvalid, pa.ArrowKeyError):  # not UTF-8, or a line longer than pyarrow's block
        return None
    lines = np.arange(2, 2 + table.num_rows + len(ragged))
    unreadable = tuple(_unreadable(name, number, text, header, delimiter) for number, text in ragged)
    places = lines[~np.isin(lines, [number for number, _ in ragged])]
    found = {theirs: table.column(ours) for ours, theirs in zip(columns, header, strict=True)}
    return RawTable(name, found, table.num_rows, places, "line", unreadable)


def _unreadable(name: str, line: int, text: str, header: list[str], delimiter: str) -> Unreadable:
    cells = text.split(delimiter)
    named = dict(zip(header, cells, strict=False))
    more = {f"column {i + 1}": cell for i, cell in enumerate(cells) if i >= len(header)}
    reason = f"has {len(cells)} columns"
    return Unreadable(
        f"{name}, line {line}", reason, f"{len(header)} columns, as in the header", {**named, **more}
    )
