"""Crowd: the stage of a night that looks across accounts, and puts what it found beside each account's row.

Buckets have left their shards, and their judged rows in the folder of work. All of this is done again when a run goes
on: it depends on these alone, and ends with the same bytes.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detector.audit.part import judged_file, part_file, shards, write_table
from detector.audit.plan import Plan
from detector.audit.routing import n_buckets
from detector.contract import BATCH, Kind
from detector.crowd.night import Crowd, find_crowd, write_columns
from detector.crowd.shards import ACCOUNT_BITS
from detector.errors import DetectorError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["columns_file", "put_all_together", "put_together", "see_crowd"]


def columns_file(work: Path) -> Path:
    """Where the columns of all accounts wait, in the order of their numbers."""
    return shards(work) / "columns.parquet"


def see_crowd(work: Path, connection: Any) -> Crowd:
    """Find the groups of a night, and write the columns of the crowd.

    Raises
    ------
    duckdb.Error
        There is no room.
    """
    crowd = find_crowd(connection, shards(work))
    write_columns(connection, crowd, columns_file(work))
    return crowd


def put_all_together(
    plan: Plan, work: Path, out: Path, workers: int, step: Callable[[str, int, int], None]
) -> None:
    """Write all parts of the result with the columns of the crowd, as many at a time as there are workers.

    Threads will do: Arrow reads and writes beside Python.

    Raises
    ------
    DetectorError
        Files of the folder of work were lost.
    """
    from concurrent.futures import ThreadPoolExecutor

    import pyarrow.parquet as pq

    def put(bucket: int) -> int:
        judged, part = judged_file(plan, work, out, bucket), part_file(out, bucket)
        return put_together(judged, columns_file(work), part, bucket)

    total, done = pq.read_metadata(columns_file(work)).num_rows, 0
    with ThreadPoolExecutor(workers) as pool:
        for n in pool.map(put, range(n_buckets(plan.bounds))):
            done += n
            step("looking across accounts", done, total)


def put_together(judged: Path, columns: Path, part: Path, bucket: int) -> int:
    """Write a part of the result out of its judged rows and the columns of the crowd; gives its number of accounts.

    Raises
    ------
    DetectorError
        Files of the folder of work were lost.
    """
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    table = pq.read_table(judged, partitioning=None)
    first, last = bucket << ACCOUNT_BITS, (bucket + 1) << ACCOUNT_BITS
    names = [column.name for column in BATCH]
    within = (pc.field("account") >= first) & (pc.field("account") < last)
    found = pq.read_table(columns, columns=names, filters=within, partitioning=None)
    if found.num_rows != table.num_rows:
        raise DetectorError(
            f"{judged} has {table.num_rows:,} accounts, and {found.num_rows:,} are known across accounts. Run the "
            "audit with --restart to begin anew."
        )
    for column in BATCH:
        table = table.append_column(column.name, found.column(column.name).cast(_type(column.kind)))
    write_table(part, table)
    return int(table.num_rows)


def _type(kind: Kind) -> "pa.DataType":
    import pyarrow as pa

    types: dict[Kind, pa.DataType] = {
        "number": pa.float64(),
        "count": pa.int64(),
        "list": pa.list_(pa.string()),
    }
    return types[kind]
