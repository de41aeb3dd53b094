"""The floor: DuckDB brings the same tables, sorted by account and time, as Arrow, and nothing is done with them.

Whole accounts in hash partitions, each sorted by itself, under the memory limit of the audit. No engine that hands
over whole accounts from unsorted Parquet with DuckDB can take less: `python -m benchmarks.peers.floor SOURCE`.
Few partitions are cut by reading all files once for each; many by writing all of them to a scratch folder first.
"""

import argparse
import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

__all__ = ["ORDER", "ROWS", "bring"]

ORDER = {
    "accounts": "account_id",
    "posts": "account_id, posted_at",
    "snapshots": "account_id, observed_at",
}
"""Table -> the order in which its rows are brought; these populations have one platform, so it is no key here."""

ROWS = 5_000_000
"""Rows of a partition, at most about so many: sorted within a limit of 1 GB without spilling."""

READ_AGAIN = 8
"""Up to so many partitions it is faster to read the files again than to write them (at 1 million accounts, 6 of them:
105 against 116 processor seconds)."""

_BATCH = 100_000


def bring(source: Path, memory: str, threads: int) -> dict[str, float]:
    """Fetch every batch of every table and let go of it; the rows of each, and how many partitions it took."""
    import duckdb
    import pyarrow.parquet as pq

    with tempfile.TemporaryDirectory() as scratch:
        connection = duckdb.connect(
            config={
                "memory_limit": memory,
                "threads": threads,
                "temp_directory": scratch,
                "preserve_insertion_order": False,
            }
        )
        found: dict[str, float] = {}
        rows = {
            table: sum(pq.read_metadata(path).num_rows for path in (source / table).glob("*.parquet"))
            for table in ORDER
        }
        partitions = max(1, -(-max(rows.values()) // ROWS))
        start = time.perf_counter()
        for table in ORDER:
            found[table] = _table(connection, source / table, Path(scratch), table, partitions)
        return {**found, "partitions": partitions, "seconds": time.perf_counter() - start}


def _table(
    connection: "duckdb.DuckDBPyConnection", files: Path, scratch: Path, table: str, partitions: int
) -> int:
    part = f"hash(account_id) % {partitions}"
    own = scratch / table
    if partitions > READ_AGAIN:
        numbered = connection.sql(f"select *, {part} as part from '{files}/*.parquet'")  # noqa: S608
        numbered.write_parquet(str(own), partition_by=["part"])
    rows = 0
    for number in range(partitions):
        if partitions > READ_AGAIN:
            chosen = f"from read_parquet('{own}/part={number}/*.parquet', hive_partitioning = false)"
        else:
            chosen = f"from '{files}/*.parquet' where {part} = {number}"
        for batch in connection.sql(f"{chosen} order by {ORDER[table]}").to_arrow_reader(_BATCH):
            rows += batch.num_rows
    shutil.rmtree(own, ignore_errors=True)
    return rows


def main(arguments: list[str] | None = None) -> None:
    """Bring the tables, and print how many rows there were."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("source", type=Path)
    parser.add_argument("--memory", default="1GB")
    parser.add_argument("--threads", type=int, default=2)
    chosen = parser.parse_args(arguments)
    print(json.dumps(bring(chosen.source, chosen.memory, chosen.threads)))


if __name__ == "__main__":
    main()
