"""Crowd: the stage of a night that looks across accounts, and puts what it found beside each account's row.

Buckets have left their shards, and their judged rows in the folder of work. All of this is done again when a run goes
on: it depends on these alone, and ends with the same bytes.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detector.audit.bucket import judged_file, part_file, shards
from detector.audit.plan import Plan
from detector.audit.routing import n_buckets
from detector.contract import BATCH, Kind
from detector.crowd.night import Crowd, find_crowd, write_columns
from detector.crowd.shards import ACCOUNT_BITS
from detector.errors import DetectorError
from detector.outputs.atomic import replacing
from detector.sources.streams import from_files

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["see_crowd"]


def see_crowd(
    plan: Plan, work: Path, out: Path, connection: Any, step: Callable[[str, int, int], None]
) -> Crowd:
    """Find the groups of a night, and write the parts of its result with the columns of the crowd.

    Raises
    ------
    DetectorError
        Files of the folder of work were lost, or there is no room.
    """
    import pyarrow.parquet as pq

    crowd = find_crowd(connection, shards(work))
    columns = shards(work) / "columns.parquet"
    write_columns(connection, crowd, columns)
    total, done = pq.read_metadata(columns).num_rows, 0
    for bucket in range(n_buckets(plan.bounds)):
        judged, part = judged_file(plan, work, out, bucket), part_file(out, bucket)
        done += _put_together(judged, columns, part, bucket, connection)
        step("looking across accounts", done, total)
    return crowd


def _put_together(judged: Path, columns: Path, part: Path, bucket: int, connection: Any) -> int:
    """Write a part with the columns of the crowd; gives its number of accounts."""
    import pyarrow.parquet as pq

    table = pq.read_table(judged)
    first, last = bucket << ACCOUNT_BITS, (bucket + 1) << ACCOUNT_BITS
    names = ", ".join(column.name for column in BATCH)
    found = connection.sql(
        f"SELECT {names} FROM {from_files([str(columns)])} "  # noqa: S608 - names are ours
        f"WHERE account >= {first} AND account < {last} ORDER BY account"
    ).to_arrow_table()
    if found.num_rows != table.num_rows:
        raise DetectorError(
            f"{judged} has {table.num_rows:,} accounts, and {found.num_rows:,} are known across accounts. Run the "
            "audit with --restart to begin anew."
        )
    for column in BATCH:
        table = table.append_column(column.name, found.column(column.name).cast(_type(column.kind)))
    part.parent.mkdir(parents=True, exist_ok=True)
    with replacing(part) as stream:
        pq.write_table(table, stream)
    return int(table.num_rows)


def _type(kind: Kind) -> "pa.DataType":
    import pyarrow as pa

    types: dict[Kind, pa.DataType] = {
        "number": pa.float64(),
        "count": pa.int64(),
        "list": pa.list_(pa.string()),
    }
    return types[kind]
