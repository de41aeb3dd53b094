"""Grouping: cells that hold mostly the same accounts are one group.

Accounts that got the same six orders are alike on each of the days, on each pair of them and on each triple: dozens of
cells. The surest cell begins a group; a cell that shares a quarter of its accounts with a group belongs to it, and what
it joins is one. Two groups have hardly an account in common: one that chance put into both does not join them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.contract import PLATFORMS
from detector.crowd.cells import PHASES, Found, names_of, tokens
from detector.crowd.jumps import COUNTERS

__all__ = ["Cell", "Group", "cells_of", "groups_of"]

SHARED, LEAST_SHARED = 0.25, 2
"""Share of a cell's accounts, or of a group's where that is smaller, that they have in common to be one."""

SHARED_CLONES = 0.05
"""The same for clones: their counters spread over several cells, and cells of two grids share a corner."""

IN_STEP = 0.5
"""Share of a group's accounts in cells of several days, from which on these days are what it has in common."""

SMALL, JOINING_DAYS = 4, 4
"""Groups of fewer accounts are joined by one cell, larger ones by cells of so many days, or of all that one has."""

CELLS_OF_ACCOUNT = 12
"""Of each kind and grid an account stands in its surest cells alone: a wild one has more, and they say the same."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A fine cell beyond chance and its accounts, in ascending order; what it says is in plain values.

    `days` are days since 1970, `apart` the days between two jumps of a delivery, `amounts` typical amounts (of the
    cell's middle), `surprise` -log10 of how many such cells chance gives in a night, `chance` the accounts expected.
    """

    kind: str
    what: str
    platform: str
    counter: str | None
    days: tuple[int, ...]
    apart: int | None
    amounts: tuple[float, ...]
    chance: float
    surprise: float
    sure: bool
    accounts: NDArray[np.int64]


@dataclass(slots=True)
class Group:
    """Cells of mostly the same accounts, those of most days first; `accounts` in ascending order.

    `what` is the way in which they are alike.
    """

    cells: list[Cell] = field(default_factory=list)
    accounts: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    what: str = ""


def cells_of(connection: Any, found: Sequence[Found], *, smeared: bool = False) -> list[Cell]:
    """All cells beyond chance with their accounts, and all links: those of several days first, links behind the sure
    ones; those of most days before others, then the surest. One day in common comes last: there two groups meet.
    """
    some = [one for one in found if one.cells + one.links]
    cells = [cell for one in some for cell in _cells(connection, one, smeared=smeared)]
    cells.sort(key=_order)
    return cells


def _order(cell: Cell) -> tuple[Any, ...]:
    size, first = len(cell.accounts), int(cell.accounts[0])
    return (
        len(cell.days) == 1,
        not cell.sure,
        -len(cell.days),
        -cell.surprise,
        -size,
        first,
        cell.kind,
        cell.days,
        cell.counter or "",
    )


def _cells(connection: Any, found: Found, *, smeared: bool) -> Iterator[Cell]:
    kind, phase = found.kind, found.phase
    keys, fine = names_of(kind)
    own = ", ".join((*keys, *fine))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE numbered AS SELECT row_number() OVER (ORDER BY {own}) - 1 AS cell, * "
        f"FROM {found.name}"
    )
    members = connection.execute(f"""
        SELECT DISTINCT cell, account FROM (
            SELECT n.cell, t.account FROM ({tokens(kind, phase, smeared=smeared)}) t JOIN numbered n USING ({own})
            QUALIFY dense_rank() OVER (PARTITION BY t.account ORDER BY n.surprise DESC, n.cell) <= {CELLS_OF_ACCOUNT}
        ) ORDER BY cell, account
    """).fetchnumpy()
    rows = connection.execute(
        f"SELECT cell, {own}, chance, surprise, sure FROM numbered ORDER BY cell"
    ).fetchnumpy()
    starts = np.searchsorted(members["cell"], np.arange(len(rows["cell"]) + 1))
    for number in range(len(rows["cell"])):
        accounts = np.asarray(members["account"][starts[number] : starts[number + 1]], dtype=np.int64)
        if len(accounts) >= 2:
            yield _cell(found, {name: values[number].item() for name, values in rows.items()}, accounts)


def _cell(found: Found, row: dict[str, Any], accounts: NDArray[np.int64]) -> Cell:
    kind = found.kind
    middles = [
        float(np.exp((row[f"f{i}"] + 0.5 - found.phase / PHASES) * kind.width))
        for i in range(1, len(kind.coordinates) + 1)
    ]
    named = kind.name != "same_shape_on_three_days"
    return Cell(
        kind.name,
        kind.what,
        PLATFORMS[row["platform"]],
        COUNTERS[row["counter"]] if "counter" in row else None,
        tuple(row[name] for name in ("day1", "day2", "day3") if name in row),
        row.get("apart"),
        tuple(middles) if named else (),
        row["chance"],
        row["surprise"],
        row["sure"],
        accounts,
    )


def groups_of(cells: Sequence[Cell]) -> list[Group]:
    """Cells joined to groups, in the order of their first cells.

    >>> ids = np.arange(9)
    >>> def cell(surprise, accounts):
    ...     return Cell("same", "lockstep", "tiktok", "likes", (1, 2), None, (), 0.1, surprise, True, accounts)
    >>> [len(group.cells) for group in groups_of([cell(9.0, ids[:5]), cell(8.0, ids[2:6]), cell(7.0, ids[5:])])]
    [2, 1]
    """
    every = np.unique(np.concatenate([np.empty(0, dtype=np.int64), *(cell.accounts for cell in cells)]))
    n = len(cells)
    joined = _Joined(
        np.full(len(every), -1, dtype=np.int64), np.arange(n), np.zeros(n, dtype=int), [set() for _ in cells]
    )
    for number, cell in enumerate(cells):
        joined.take(number, cell, np.searchsorted(every, cell.accounts))
    heads: dict[int, Group] = {}
    for number, cell in enumerate(cells):
        heads.setdefault(joined.head(number), Group()).cells.append(cell)
    belongs = np.array([joined.head(int(own)) for own in joined.owner], dtype=np.int64)
    order = np.argsort(belongs, kind="stable")
    for head, group in heads.items():
        first, last = np.searchsorted(belongs[order], [head, head + 1])
        group.accounts = every[order[first:last]]
        _call(group)
    return list(heads.values())


def _call(group: Group) -> None:
    """Says in which way a group is alike. Where days made it, one of them in common is not enough to belong to it."""
    several = [cell.accounts for cell in group.cells if len(cell.days) > 1]
    in_step = (
        group.accounts[np.isin(group.accounts, np.concatenate(several))] if several else group.accounts[:0]
    )
    if len(in_step) >= IN_STEP * len(group.accounts):
        group.accounts, group.what = in_step, "lockstep"
    else:
        group.what = next(cell.what for cell in group.cells if len(cell.days) <= 1)


@dataclass(slots=True)
class _Joined:
    """Whose each account is, and which cells were joined: `root` leads from a cell to another one of its group. The
    last of these knows how many accounts the group has, and the days of its cells of several days.
    """

    owner: NDArray[np.int64]
    root: NDArray[np.int64]
    size: NDArray[np.int64]
    days: list[set[Any]]
    asked: dict[tuple[int, int], tuple[set[Any], set[int]]] = field(default_factory=dict)

    def head(self, cell: int) -> int:
        while self.root[cell] != cell:
            self.root[cell] = self.root[self.root[cell]]
            cell = int(self.root[cell])
        return cell

    def take(self, number: int, cell: Cell, place: NDArray[np.int64]) -> None:
        """Put a cell and its accounts, at `place`, where they belong."""
        own = self.owner[place]
        heads = np.array([self.head(int(one)) for one in own[own >= 0]], dtype=np.int64)
        met, shared = np.unique(heads, return_counts=True)
        share = SHARED if cell.days else SHARED_CLONES
        least = np.maximum(share * np.minimum(len(place), self.size[met]), LEAST_SHARED if cell.sure else 1)
        alike = shared >= least
        met, shared = met[alike], shared[alike]
        order = np.argsort(-shared, kind="stable")
        head = int(met[order[0]]) if len(order) else number
        for other, n in zip(met[order[1:]].tolist(), shared[order[1:]].tolist(), strict=True):
            if self._may_join(head, other, n, cell, place):
                self.root[other] = head
                self.size[head] += self.size[other]
                self.days[head] |= self.days[other]
        self.root[number] = head
        self.days[head] |= _days(cell) if len(cell.days) > 1 else set()
        self.owner[place[own < 0]] = head
        self.size[head] += int((own < 0).sum())

    def _may_join(self, one: int, other: int, shared: int, cell: Cell, place: NDArray[np.int64]) -> bool:
        """Whether a cell joins two groups, the `other` by so many accounts: at once while one is small, else when cells
        of enough days and with enough of the smaller one's accounts have asked for it. Two suppliers may serve
        customers alike on a day or two, so one day in common joins no groups that have several; and an account alone
        may stand in the wrong one.
        """
        if len(cell.days) == 1 and self.days[one] and self.days[other]:
            return False
        if min(self.size[one], self.size[other]) < SMALL or not cell.days:
            return True
        if shared < LEAST_SHARED:
            return False
        days, accounts = self.asked.setdefault((min(one, other), max(one, other)), (set(), set()))
        days |= _days(cell)
        smaller = one if self.size[one] < self.size[other] else other
        accounts |= {
            at for at in place.tolist() if self.owner[at] >= 0 and self.head(int(self.owner[at])) == smaller
        }
        enough = min(JOINING_DAYS, *(len(self.days[each]) or JOINING_DAYS for each in (one, other)))
        return len(days) >= enough and len(accounts) >= SHARED * self.size[smaller]


def _days(cell: Cell) -> set[Any]:
    return {(cell.counter, day) for day in cell.days}
