"""Part: what the rows of a range of accounts came to, and the files that it becomes. The same bytes whoever does it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from detector.audit.carry.kept import kept_file, write_kept
from detector.audit.carry.marks import Marks
from detector.audit.ledger import Entry
from detector.audit.plan import Plan
from detector.crowd.notable import Notable
from detector.crowd.shards import write_shards
from detector.outputs.atomic import replacing
from detector.owners import Key

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Judged", "judged_file", "part_file", "shards", "write_part", "write_table"]


@dataclass(frozen=True, slots=True)
class Judged:
    """What rows came to: the result's rows in order of their keys, the counts, and what the next night carries over.

    `prints` and `marks` are None where nothing is to be kept, `notable` where nobody looks across accounts.
    """

    keys: list[Key]
    table: "pa.Table"
    entry: Entry
    marks: Marks | None = None
    prints: Mapping[Key, int] | None = None
    notable: Notable | None = None


def part_file(out: Path, bucket: int) -> Path:
    """Where the result of a bucket goes."""
    return out / "result" / f"part-{bucket:05d}.parquet"


def judged_file(plan: Plan, work: Path, out: Path, bucket: int) -> Path:
    """Where a bucket's rows go when they are judged: a part of the result, or what the crowd's columns are put to."""
    return work / "judged" / f"{bucket:05d}.parquet" if plan.settings["crowd"] else part_file(out, bucket)


def shards(work: Path) -> Path:
    """Folder of what buckets leave for the signals across accounts."""
    return work / "crowd"


def write_part(plan: Plan, work: Path, out: Path, judged: Judged, entry: Entry) -> Entry:
    """Write what a bucket's rows came to, after what is kept beside them; gives the entry with the size of it.

    Where the night looks across accounts, the rows wait in the folder of work for the columns of the crowd.
    """
    bucket = entry.bucket
    if judged.marks is not None and judged.prints is not None:
        path = kept_file(out, part_file(out, bucket).name)
        write_kept(path, judged.keys, judged.prints, judged.marks, judged.notable)
    if judged.notable is not None:
        write_shards(shards(work), bucket, judged.notable)
    path = judged_file(plan, work, out, bucket)
    write_table(path, judged.table)
    return replace(entry, part_bytes=path.stat().st_size)


def write_table(path: Path, table: "pa.Table") -> None:
    """Write a table, whole or not at all."""
    import pyarrow.parquet as pq

    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as stream:
        pq.write_table(table, stream)
