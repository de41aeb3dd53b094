"""Where honest creators come from: the one place that `detector train simulate` takes them from.

To be replaced by training/simulate/population.py, which has the same signatures.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from detector.contract import TABLES
from detector.tables import Table, Tables
from training.simulate.organic import organic
from training.simulate.truth import Truth, truth_file, write_truth

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ARCHETYPES", "Change", "Progress", "population", "write_part", "write_population"]

Progress = Callable[[int, int], None]
Change = Callable[[Tables, tuple[Truth, ...]], tuple[Tables, tuple[Truth, ...]]]
ARCHETYPES: Mapping[str, Any] = MappingProxyType({})
BLOCK = 1_000


def population(
    n: int,
    seed: int,
    *,
    platform: str = "tiktok",
    days: int = 90,
    posts: int = 30,
    archetypes: Sequence[str] | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> tuple[Tables, tuple[Truth, ...]]:
    """`n` honest creators, and the truth about each."""
    tables = organic(n, seed, platform, days, posts)
    return tables, tuple(Truth(*key, label="genuine") for key in tables.keys())  # noqa: SIM118 - no dictionary


def write_population(
    out: Path,
    n: int,
    seed: int,
    *,
    platform: str = "tiktok",
    days: int = 90,
    posts: int = 30,
    archetypes: Sequence[str] | None = None,
    workers: int = 1,
    progress: Progress | None = None,
    change: Change | None = None,
) -> Path:
    """The same, written to a folder of Parquet parts, the truth beside it."""
    told: list[Truth] = []
    for first in range(0, n, BLOCK):
        tables = organic(min(BLOCK, n - first), seed, platform, days, posts, first)
        truth = tuple(Truth(*key, label="genuine") for key in tables.keys())  # noqa: SIM118
        tables, truth = change(tables, truth) if change else (tables, truth)
        write_part(tables, out, first // BLOCK)
        told += truth
    write_truth(told, truth_file(out))
    return truth_file(out)


def write_part(tables: Tables, folder: Path, number: int) -> None:
    """Writes part `number` of the tables into their folders in `folder`."""
    import pyarrow.parquet as pq

    for table in (tables.accounts, tables.posts, tables.snapshots):
        place = folder / table.name
        place.mkdir(parents=True, exist_ok=True)
        pq.write_table(_arrow(table), place / f"part-{number:06d}.parquet", compression="zstd")


def _arrow(table: Table) -> "pa.Table":
    import pyarrow as pa

    kinds = {column.name: column.kind for column in TABLES[table.name]}
    types: dict[str, Any] = {
        "text": pa.string(),
        "time": pa.timestamp("us", tz="UTC"),
        "flag": pa.bool_(),
        "count": pa.int64(),
    }
    columns = {}
    for name, kind in kinds.items():
        if name in table.columns or not len(table):
            values = table.column(name)
            unknown = np.isnan(values) if kind in ("count", "flag") else None
            known = values if unknown is None else np.where(unknown, 0, values)
            known = known != 0 if kind == "flag" else known.astype(np.int64) if kind == "count" else known
            columns[name] = pa.array(known, type=types[kind], mask=unknown)
    return pa.table(columns)
