"""Populations of any size as unsorted, partitioned Parquet: `python -m benchmarks.populations 1000000 FOLDER`.

Each account has 30 looks and 10 posts, in a folder of tables as the contract has it. The rows of an account lie
scattered over all files of a table, as in a warehouse that appends by time. Same settings, same bytes, whatever the
number of workers; memory is that of a row group for each worker, whatever the number of accounts.
"""

import argparse
import json
import math
import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.draws import Counts
from benchmarks.lives import GIANT_POSTS, GIANT_SHARE, LOOKS, POSTS, Lives

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["BLOCK", "Population", "write_population"]

BLOCK, GROUP = 1_000_000, 125_000
"""Rows of a file, and of a row group in it."""

LEAST_FILES = 4
"""Small populations lie in several files too."""

_FIRST_ID, _IDS, _ODD = 10**18, 2**62, 2_862_933_555_777_941_757
"""Ids of 19 digits: `_FIRST_ID` + (number x an odd factor mod 2**62), so that each number has its own."""

_GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0


@dataclass(frozen=True, slots=True)
class Population:
    """What is written: number of accounts, seed, and whether one account in a thousand has 5,000 posts."""

    accounts: int
    seed: int = 1
    giants: bool = False

    @property
    def rows(self) -> dict[str, int]:
        """Rows of each table."""
        more = self.n_giants * (GIANT_POSTS - POSTS)
        return {
            "accounts": self.accounts,
            "posts": self.accounts * POSTS + more,
            "snapshots": self.accounts * LOOKS,
        }

    @property
    def n_giants(self) -> int:
        return -(-self.accounts // GIANT_SHARE) if self.giants else 0

    def blocks(self, table: str) -> Iterator[tuple[int, int]]:
        """First and last (exclusive) place of each file's rows."""
        rows = self.rows[table]
        size = min(BLOCK, -(-rows // LEAST_FILES))
        return ((start, min(start + size, rows)) for start in range(0, rows, size))


def write_population(population: Population, folder: Path, *, workers: int = 1) -> Path:
    """Write the tables into `folder`, unless they are there already; what else is in it is removed.

    Beside it lies a file of the settings, written last.

    Returns
    -------
    Path
        The folder, a source for `detector`.
    """
    wanted = {**asdict(population), "rows": population.rows}
    done = folder.with_name(folder.name + ".json")  # beside it: it is no part of the source
    if done.is_file() and json.loads(done.read_text(encoding="utf-8")) == wanted:
        return folder
    done.unlink(missing_ok=True)
    if folder.exists():
        shutil.rmtree(folder)
    jobs = []
    for table in population.rows:
        (folder / table).mkdir(parents=True)
        for number, (start, end) in enumerate(population.blocks(table)):
            jobs.append((population, table, start, end, folder / table / f"part-{number:05}.parquet"))
    if workers == 1:
        for job in jobs:
            _write_block(*job)
    else:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            for one in [pool.submit(_write_block, *job) for job in jobs]:
                one.result()
    done.write_text(json.dumps(wanted) + "\n", encoding="utf-8")
    return folder


def _write_block(population: Population, table: str, start: int, end: int, path: Path) -> None:
    import pyarrow.parquet as pq

    groups = (_block(population, table, first, min(first + GROUP, end)) for first in range(start, end, GROUP))
    first = next(groups)
    # Ids hardly repeat within a file: a dictionary of them would be as long as the file.
    with pq.ParquetWriter(path, first.schema, use_dictionary=["platform"]) as writer:
        writer.write_table(first)
        for group in groups:
            writer.write_table(group)


def _block(population: Population, table: str, start: int, end: int) -> "pa.Table":
    """The rows at the places `start` to `end` of a table's order."""
    import pyarrow as pa

    rows = population.rows[table]
    row = _scattered(np.arange(start, end), rows)
    lives = Lives(population.seed, population.giants)
    account, which = _owner(population, row, table)
    columns: dict[str, Any] = {"platform": _constant("tiktok", len(row)), "account_id": _ids(account)}
    if table == "accounts":
        columns["handle"] = _handles(account)
        values = lives.accounts(account)
    elif table == "snapshots":
        values = lives.looks(account, which)
    else:
        columns["post_id"] = _ids(row + 2**40)
        values = lives.posts(account, which)
    columns |= {name: _column(name, column) for name, column in values.items()}
    return pa.table(columns)


def _scattered(place: Counts, rows: int) -> Counts:
    """The row that lies at each place: a permutation in which rows of an account are far from each other.

    Steps of the golden share of all rows, a number without a common factor, never come back before the end.
    """
    step = max(int(rows * _GOLDEN), 1)
    while math.gcd(step, rows) > 1:
        step += 1
    return (place * step) % rows


def _owner(population: Population, row: Counts, table: str) -> tuple[Counts, Counts]:
    """Account of each row, and which of its rows it is; the posts that only giants have come last."""
    account, which = row % population.accounts, row // population.accounts
    if table != "posts" or not population.giants:
        return account, which
    beyond = row - population.accounts * POSTS
    return (
        np.where(beyond < 0, account, (beyond % population.n_giants) * GIANT_SHARE),
        np.where(beyond < 0, which, POSTS + beyond // population.n_giants),
    )


def _ids(number: Counts) -> "pa.Array[Any]":
    import pyarrow as pa
    import pyarrow.compute as pc

    with np.errstate(over="ignore"):
        spread = (number.astype(np.uint64) * np.uint64(_ODD)) % np.uint64(_IDS)
    return pc.cast(pa.array(spread.astype(np.int64) + _FIRST_ID), pa.string())


def _handles(account: Counts) -> "pa.Array[Any]":
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.binary_join_element_wise("invented", pc.cast(pa.array(account), pa.string()), "_")


def _constant(text: str, rows: int) -> "pa.DictionaryArray[Any]":
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(np.zeros(rows, dtype=np.int32), [text])


def _column(name: str, values: "np.ndarray[Any, Any]") -> "pa.Array[Any]":
    """Times in UTC, flags as they are, floats as 64-bit counts with NaN as missing."""
    import pyarrow as pa

    if name.endswith("_at"):
        return pa.array(values.astype("datetime64[us]"), pa.timestamp("us", "UTC"))
    if values.dtype == np.bool_:
        return pa.array(values)
    hidden = np.isnan(values)
    return pa.array(np.where(hidden, 0.0, values).astype(np.int64), mask=hidden)


def main(arguments: list[str] | None = None) -> None:
    """Write a population, and say how large it is."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("accounts", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--giants", action="store_true", help="one account in a thousand has 5,000 posts")
    parser.add_argument("--workers", type=int, default=2)
    chosen = parser.parse_args(arguments)
    if chosen.accounts < 1 or chosen.workers < 1:
        parser.error("accounts and --workers must be at least 1")
    population = Population(chosen.accounts, chosen.seed, chosen.giants)
    write_population(population, chosen.folder, workers=chosen.workers)
    print(", ".join(f"{rows:,} rows of {table}" for table, rows in population.rows.items()))


if __name__ == "__main__":
    main()
