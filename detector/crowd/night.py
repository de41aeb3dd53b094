"""Night: the shards of all accounts in; groups, platform days, the null, and a row of columns for every account out."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from detector.contract import PLATFORMS
from detector.crowd.cells import FALSE_CELLS, PHASES, count_cells, counted, names_of, tokens
from detector.crowd.grouping import Cell, Group, cells_of, groups_of
from detector.crowd.jumps import COUNTERS
from detector.crowd.kinds import KINDS, SMEARED
from detector.crowd.members import Fit, fits_of, widen
from detector.crowd.null import TURNS, Null, null_of
from detector.crowd.platform_days import PlatformDay, platform_days
from detector.crowd.shards import TABLES
from detector.crowd.words import days_of, sentences
from detector.sources.streams import from_files

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Crowd", "Named", "find_crowd", "look_at", "write_columns"]

FALSE_GROUPS = 0.01
"""Groups of links alone as odd as one that is told: as many may be expected by chance in a night."""


@dataclass(frozen=True, slots=True)
class Named:
    """A group that is told: `expected` such groups come by chance in a night, `score` is -log10 of that."""

    name: str
    what: str
    platform: str
    score: float
    expected: float
    days: tuple[tuple[str, int], ...]
    evidence: tuple[str, ...]
    group: Group

    def __len__(self) -> int:
        return len(self.group.accounts)


@dataclass(frozen=True, slots=True)
class Crowd:
    """What a night's accounts have in common."""

    groups: tuple[Named, ...]
    days: tuple[PlatformDay, ...]
    null: Null

    def as_dict(self) -> dict[str, Any]:
        """Figures for a summary."""
        kinds = sorted({one.what for one in self.groups})
        return {
            "groups": len(self.groups),
            "accounts": len({int(at) for one in self.groups for at in one.group.accounts.tolist()}),
            "by_kind": {what: sum(one.what == what for one in self.groups) for what in kinds},
            "false_groups_expected": FALSE_CELLS + FALSE_GROUPS,
            "null": {"cells": self.null.cells, "groups": self.null.groups, "steps": self.null.steps},
            "days": [
                {
                    "platform": one.platform,
                    "counter": one.counter,
                    "day": str(np.datetime64(one.day, "D")),
                    "what": one.what,
                    "accounts": one.known,
                    "share": round(one.share, 4),
                    "usual": round(one.usual, 4),
                }
                for one in self.days
            ],
        }


def look_at(connection: Any, shards: Path | None = None) -> tuple[PlatformDay, ...]:
    """Views of the shards, or of tables that are registered already, and the rises that are counted.

    Views, though some forty questions read the files again, a fifth of the time: three million accounts held as tables
    leave the questions no memory below 1 GB.

    Jumps of a day on which most of the platform rose are nobody's.
    """
    if shards is not None:
        for name in TABLES:
            files = from_files([str(path) for path in sorted((shards / name).glob("*.parquet"))])
            connection.execute(
                f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT {', '.join(TABLES[name])} FROM {files}"
            )
    days = tuple(platform_days(connection))
    _register(connection, "recounts", _keys(days, "recount"))
    _register(connection, "purges", _keys(days, "purge"))
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE every_rise AS
        SELECT account, platform, counter, day, noise, grain, smear, ln(amount) AS size,
            row_number() OVER (PARTITION BY account, counter ORDER BY noise, day) AS place
        FROM jumps ANTI JOIN recounts USING (platform, counter, day) WHERE amount > 0
    """)
    _as_it_is(connection)
    return days


def find_crowd(connection: Any, shards: Path | None = None) -> Crowd:
    """The groups of a night.

    Parameters
    ----------
    connection : DuckDB connection
        What does not fit into its memory is spilled. Keeps what `write_columns` needs.
    shards : Path, optional
        Folder of the buckets' shards; tables of the same names are there already when None.
    """
    days = look_at(connection, shards)
    cells = cells_of(connection, count_cells(connection))
    null = _null(connection, cells)
    groups = _told(connection, groups_of(_of(cells, delivery=False)), null)
    groups += _told(connection, groups_of(_of(cells, delivery=True)), null)
    groups.sort(key=lambda pair: (-pair[0], -len(pair[1].accounts), int(pair[1].accounts[0]), pair[1].what))
    score_of = {id(group): score for score, group in groups}
    groups = [(score_of[id(group)], group) for group in widen(connection, [group for _, group in groups])]
    return Crowd(tuple(_named(score, group, i) for i, (score, group) in enumerate(groups, 1)), days, null)


def _of(cells: Sequence[Cell], *, delivery: bool) -> list[Cell]:
    """Deliveries apart: one supplier may serve many groups."""
    return [cell for cell in cells if (cell.what == "delivery") == delivery]


EVIDENT = 15
"""Steps from which on accounts that links joined are left out of the null: of nights without groups none had more
than 10."""


def _null(connection: Any, cells: Sequence[Cell]) -> Null:
    sure = [cell.accounts for cell in cells if cell.sure]
    evident = [
        fit.own
        for _, fit in _links(connection, groups_of(_of(cells, delivery=False)))
        if fit.steps >= EVIDENT
    ]
    known = np.unique(np.concatenate([np.empty(0, dtype=np.int64), *sure, *evident]))
    _register(connection, "known", {"account": known})
    connection.execute(
        "CREATE OR REPLACE TEMP VIEW places AS SELECT * FROM shapes ANTI JOIN known USING (account)"
    )
    found, steps = 0, list[int]()
    for turn in range(TURNS):
        turned = f"smear + 0.5 + {turn / TURNS!r}"
        connection.execute(
            f"CREATE OR REPLACE TEMP VIEW rises AS SELECT * REPLACE ({turned} - floor({turned}) - 0.5 AS smear) "
            "FROM every_rise ANTI JOIN known USING (account)"
        )
        connection.execute(
            f"CREATE OR REPLACE TEMP VIEW amounts AS SELECT * REPLACE (size + {SMEARED} * smear AS size) FROM rises"
        )
        smeared = cells_of(
            connection, count_cells(connection, smeared=True, links_alone=turn > 0), smeared=True
        )
        found += sum(cell.sure for cell in smeared) if turn == 0 else 0
        groups = groups_of([cell for cell in smeared if not cell.sure])
        steps += [fit.steps for _, fit in _links(connection, groups)]
    _as_it_is(connection)
    return null_of(found, steps)


def _as_it_is(connection: Any) -> None:
    """Views of the night as it was, nothing smeared and nobody left out."""
    for view, table in (("rises", "every_rise"), ("amounts", "every_rise"), ("places", "shapes")):
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {view} AS SELECT * FROM {table}")


def _told(connection: Any, groups: Sequence[Group], null: Null) -> list[tuple[float, Group]]:
    """Groups that chance does not give, with -log10 of how many such ones it gives."""
    found = [(max(cell.surprise for cell in one.cells if cell.sure), one) for one in groups if _sure(one)]
    for group, fit in _links(connection, groups):
        group.accounts = fit.own  # who is linked and does not fit is there by chance
        found.append((null.surprise(fit.steps), group))
    return [
        (float(score), group)
        for score, group in found
        if score >= -np.log10(FALSE_GROUPS) and len(group.accounts) >= LEAST
    ]


def _links(connection: Any, groups: Sequence[Group]) -> Iterator[tuple[Group, Fit]]:
    """Groups that links alone made, and who of them fits; the first ones of most links."""
    linked = [one for one in groups if not _sure(one) and _linked(one)]
    linked.sort(key=lambda one: (-len(one.cells), -len(one.accounts), int(one.accounts[0])))
    return fits_of(connection, linked)


LEAST = 4
"""Accounts of a group."""


def _sure(group: Group) -> bool:
    return any(cell.sure for cell in group.cells)


def _linked(group: Group) -> bool:
    """Whether links of different days made it."""
    return group.what == "lockstep" and len({(cell.counter, cell.days) for cell in group.cells}) > 1


def _named(score: float, group: Group, rank: int) -> Named:
    expected = 10.0**-score
    return Named(
        f"{group.what}-{rank:04d}",
        group.what,
        group.cells[0].platform,
        score,
        expected,
        tuple(days_of(group)),
        sentences(group, expected),
        group,
    )


def write_columns(connection: Any, crowd: Crowd, path: Path) -> None:
    """Write the `batch_*` columns of every account, in the order of their numbers, as Parquet with `account`."""
    connection.register("grouped", _grouped(crowd))
    _days_in_step(connection, crowd)
    _clones(connection)
    connection.execute(f"""
        COPY (
            SELECT account,
                CASE WHEN g.score IS NULL AND c.times IS NULL AND NOT coalesce(h.has, false) THEN NULL
                    ELSE greatest(coalesce(g.score, 0.0), coalesce(log10(c.times), 0.0), 0.0) END AS batch_score,
                coalesce(g.groups, []) AS batch_groups,
                CASE WHEN coalesce(h.has, false) THEN coalesce(g.same_jumps, 0) END AS batch_same_jumps,
                CASE WHEN coalesce(h.has, false) THEN coalesce(d.days, 0) END AS batch_lockstep_days,
                c.times AS batch_clones,
                CASE WHEN coalesce(h.has, false) THEN coalesce(p.purged, 0) END AS batch_purge_days,
                coalesce(g.evidence, []) AS batch_evidence
            FROM shapes LEFT JOIN grouped g USING (account) LEFT JOIN cloned c USING (account)
            LEFT JOIN stepped d USING (account)
            LEFT JOIN (SELECT account, true AS has FROM shapes WHERE history) h USING (account)
            LEFT JOIN (
                SELECT account, count(*) AS purged FROM jumps SEMI JOIN purges USING (platform, counter, day)
                WHERE amount < 0 GROUP BY account
            ) p USING (account)
            ORDER BY account
        ) TO '{str(path).replace("'", "''")}' (FORMAT parquet)
    """)


def _clones(connection: Any) -> None:
    """How many times as many accounts as the accounts around let expect have nearly the same counters, by account."""
    parts = []
    for kind in KINDS:
        for phase in range(PHASES) if kind.what == "clones" else ():
            keys, fine = names_of(kind)
            own = ", ".join((*keys, *fine))
            parts.append(
                f"SELECT account, (n - 0.5) / (chance + 0.5) AS times FROM ({tokens(kind, phase, smeared=False)}) "
                f"JOIN ({counted(kind, phase, smeared=False, least=0)}) USING ({own})"
            )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE cloned AS SELECT account, max(times) AS times "
        f"FROM ({' UNION ALL '.join(parts)}) GROUP BY account"
    )


def _grouped(crowd: Crowd) -> "pa.Table":
    """A row for each account in a group."""
    import pyarrow as pa

    found: dict[int, dict[str, Any]] = {}
    for one in crowd.groups:
        for at in one.group.accounts.tolist():
            row = found.setdefault(at, {"score": one.score, "groups": [], "evidence": []})
            row["groups"].append(one.name)
            row["evidence"].extend(one.evidence)
    same = _same_jumps(crowd, found)
    accounts = sorted(found)
    return pa.table(
        {
            "account": pa.array(accounts, pa.int64()),
            "score": pa.array([found[at]["score"] for at in accounts], pa.float64()),
            "groups": pa.array([found[at]["groups"] for at in accounts], pa.list_(pa.string())),
            "same_jumps": pa.array([same.get(at, 0) for at in accounts], pa.int64()),
            "evidence": pa.array([found[at]["evidence"] for at in accounts], pa.list_(pa.string())),
        }
    )


def _same_jumps(crowd: Crowd, found: Container[int]) -> dict[int, int]:
    """How many others had the same jump on the same day, by account."""
    same: dict[int, int] = {}
    for cell in (cell for one in crowd.groups for cell in one.group.cells):
        if len(cell.amounts) == len(cell.days) > 0:
            for at in cell.accounts.tolist():
                if at in found:
                    same[at] = max(same.get(at, 0), len(cell.accounts) - 1)
    return same


def _days_in_step(connection: Any, crowd: Crowd) -> None:
    """On how many of its groups' days each account jumped, as the view `stepped`."""
    import pyarrow as pa

    days = [
        (number, COUNTERS.index(counter), day)
        for number, one in enumerate(crowd.groups)
        for counter, day in one.days
    ]
    members = [(number, at) for number, one in enumerate(crowd.groups) for at in one.group.accounts.tolist()]
    for name, rows, columns in (
        ("group_days", days, {"number": pa.int32(), "counter": pa.int8(), "day": pa.int32()}),
        ("group_members", members, {"number": pa.int32(), "account": pa.int64()}),
    ):
        values = list(zip(*rows, strict=True)) or [()] * len(columns)
        arrays = [pa.array(one, kind) for one, kind in zip(values, columns.values(), strict=True)]
        connection.register(name, pa.table(arrays, names=list(columns)))
    connection.execute("""
        CREATE OR REPLACE TEMP VIEW stepped AS
        SELECT account, count(DISTINCT (counter, day)) AS days
        FROM group_members JOIN group_days USING (number) JOIN every_rise USING (account, counter, day)
        GROUP BY account
    """)


def _keys(days: Sequence[PlatformDay], what: str) -> dict[str, Any]:
    some = [one for one in days if one.what == what]
    return {
        "platform": np.array([PLATFORMS.index(one.platform) for one in some], dtype=np.int8),
        "counter": np.array([COUNTERS.index(one.counter) for one in some], dtype=np.int8),
        "day": np.array([one.day for one in some], dtype=np.int32),
    }


def _register(connection: Any, name: str, columns: dict[str, Any]) -> None:
    import pyarrow as pa

    connection.register(name, pa.table({key: pa.array(values) for key, values in columns.items()}))
