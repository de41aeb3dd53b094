"""Groups: accounts that move together, a line a group for people, and a row a member for programs."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from detector.audit.reports.lists import write_list
from detector.audit.reports.rows import Rows
from detector.crowd.night import Crowd, Named
from detector.outputs.atomic import replacing
from detector.outputs.words import name as name_of

__all__ = ["COLUMNS", "MEMBER_COLUMNS", "Listed", "write_groups"]

SHOWN = 10
"""Members named on a group's line."""

COLUMNS = (
    "rank",
    "group",
    "kind",
    "platform",
    "accounts",
    "suspicious",
    "score",
    "expected_by_chance",
    "first_day",
    "last_day",
    "evidence",
    "members",
)
"""Columns of groups.csv."""

MEMBER_COLUMNS = (
    "group",
    "kind",
    "platform",
    "account_id",
    "handle",
    "level",
    "suspicion",
    "score",
    "evidence",
)
"""Columns of groups.parquet; `level`, `suspicion` and `score` are the account's own."""

_MEMBERS = """
SELECT "group", platform, account_id, handle, level, suspicion, score FROM (
    SELECT unnest(batch_groups) AS "group", platform, account_id, handle, level, suspicion, score
    FROM today WHERE len(batch_groups) > 0
) ORDER BY "group", platform, account_id
"""
_BATCH = 10_000


@dataclass(slots=True)
class Listed:
    """A group as people read it: `suspicious` of its accounts are so by themselves, `members` names the first."""

    group: Named
    suspicious: int = 0
    members: list[str] = field(default_factory=list)


def write_groups(csv: Path, parquet: Path, crowd: Crowd, rows: Rows) -> tuple[Listed, ...]:
    """Write groups.csv and groups.parquet, and give the groups with what their members are.

    Raises
    ------
    AuditError
        The parts of the result cannot be read.
    DetectorError
        The files cannot be written there.
    """
    listed = {one.name: Listed(one) for one in crowd.groups}
    _write_members(parquet, listed, rows)
    found = tuple(listed.values())
    write_list(csv, COLUMNS, (_line(rank, one) for rank, one in enumerate(found, 1)))
    return found


def _write_members(path: Path, listed: dict[str, Listed], rows: Rows) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {"suspicion": pa.float64(), "score": pa.float64()}
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in MEMBER_COLUMNS])
    with replacing(path) as stream, pq.ParquetWriter(stream, schema) as writer:
        waiting: list[dict[str, Any]] = []
        for row in _members(listed, rows) if listed else ():
            waiting.append(row)
            if len(waiting) == _BATCH:
                writer.write_table(pa.Table.from_pylist(waiting, schema))
                waiting = []
        writer.write_table(pa.Table.from_pylist(waiting, schema))


def _members(listed: dict[str, Listed], rows: Rows) -> Iterator[dict[str, Any]]:
    for row in rows.ask(_MEMBERS):
        one = listed[row["group"]]
        one.suspicious += row["level"] == "suspicious"
        if len(one.members) < SHOWN:
            one.members.append(name_of(row))
        yield {**row, "kind": one.group.what, "evidence": " ".join(one.group.evidence)}


def _line(rank: int, one: Listed) -> tuple[Any, ...]:
    group = one.group
    days = [_iso(day) for _, day in group.days]
    more = [f"and {len(group) - len(one.members):,} more"] if len(group) > len(one.members) else []
    return (
        rank,
        group.name,
        group.what,
        group.platform,
        len(group),
        one.suspicious,
        group.score,
        group.expected,
        min(days, default=None),
        max(days, default=None),
        " ".join(group.evidence),
        "; ".join([*one.members, *more]),
    )


def _iso(day: int) -> str:
    import numpy as np

    return str(np.datetime64(day, "D"))
