"""Tables as CSV files that a person can look at and `detector` reads: one file a table, the same bytes each time."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.contract import TABLES, Kind
from detector.tables import Tables

__all__ = ["write_records", "write_tables"]


def write_tables(tables: Tables, folder: Path) -> None:
    """Writes accounts.csv, posts.csv and snapshots.csv, those with rows, into `folder`, made where it is missing.

    Counts are whole numbers, times UTC (to the microsecond where there are any), flags true or false, missing values
    empty.

    Raises
    ------
    OSError
        When the folder or a file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for table in (tables.accounts, tables.posts, tables.snapshots):
        if not len(table):
            continue
        columns = [column for column in TABLES[table.name] if column.name in table.columns]
        texts = [_as_text(column.kind, table.column(column.name)) for column in columns]
        write_records(
            folder / f"{table.name}.csv", [column.name for column in columns], zip(*texts, strict=True)
        )


def write_records(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Writes a CSV file: UTF-8, a header, lines that end in a line feed on every system."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _as_text(kind: Kind, values: NDArray[Any]) -> list[str]:
    if kind == "count":
        return ["" if np.isnan(value) else str(int(value)) for value in values]
    if kind == "flag":
        return ["" if np.isnan(value) else "true" if value else "false" for value in values]
    if kind == "time":
        return ["" if np.isnat(value) else f"{_shortest(value)}Z" for value in values]
    return ["" if value is None else str(value) for value in values]


def _shortest(time: np.datetime64) -> np.datetime64:
    seconds = time.astype("datetime64[s]")
    return seconds if seconds == time else time
