"""Tables as part files of a folder that `detector` reads: one Parquet file a table and block."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from detector.contract import TABLES, Kind
from detector.tables import Table, Tables

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["write_part"]


def write_part(tables: Tables, folder: Path, number: int) -> None:
    """Writes part `number` of accounts, posts and snapshots into their folders in `folder`.

    Counts are 64-bit integers, times UTC to the microsecond, flags booleans, missing values null. A table without
    rows gets a file all the same, so that every part of every table has its columns.
    """
    import pyarrow.parquet as pq

    for table in (tables.accounts, tables.posts, tables.snapshots):
        place = folder / table.name
        place.mkdir(parents=True, exist_ok=True)
        pq.write_table(_arrow(table), place / f"part-{number:06d}.parquet", compression="zstd")


def _arrow(table: Table) -> "pa.Table":
    import pyarrow as pa

    columns = [column for column in TABLES[table.name] if column.name in table.columns or not len(table)]
    return pa.table({one.name: _column(one.kind, table.column(one.name)) for one in columns})


def _column(kind: Kind, values: NDArray[Any]) -> "pa.Array[Any]":
    import pyarrow as pa

    if kind == "text":
        return pa.array(values, type=pa.string())
    if kind == "time":
        return pa.array(values, type=pa.timestamp("us", tz="UTC"))
    unknown = np.isnan(values)
    known = np.where(unknown, 0.0, values) if unknown.any() else values
    if kind == "flag":
        return pa.array(known != 0, type=pa.bool_(), mask=unknown)
    return pa.array(known.astype(np.int64), type=pa.int64(), mask=unknown)
