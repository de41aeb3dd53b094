"""Members: accounts that belong to a group though no cell beyond chance holds them.

A cell holds the accounts that were seen on all of its days. Once a group is known, so are its days and how large each
delivery was beside the others: whoever jumped on enough of these days by amounts that fit is of the group, whichever
deliveries were missed or never came.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.contract import PLATFORMS
from detector.crowd.grouping import Group
from detector.crowd.jumps import COUNTERS
from detector.crowd.words import days_of
from detector.panel import FloatArray

__all__ = ["Fit", "fits_of", "widen"]

WIDENED = 200
"""Groups that are looked at, the surest: each asks for all jumps of its days."""

FITS = 0.12
"""How far the logarithm of an amount may lie from what the group's days and the account's own size let expect."""

FITTING, SHARE = 3, 0.75
"""Days that must fit, and their share among the account's jumps on days of the group."""

WIDER, UNEVEN, SURPLUS = 4, 1.5, 2.0
"""Chance is told by those that fit so many times as loosely, who may lie so many times as densely near: on days of
events there are always some. A group is widened where so many times as many fit."""

PIECE = 0.5
"""Share of a group's accounts that fit another one."""

LEAST_DAYS = 3

ROUNDS = 4
"""Of taking medians by account and by day in turn: more change nothing."""


@dataclass(frozen=True, slots=True)
class _Jumps:
    """Jumps on a group's days: whose, on which of its days, and how large (ln); each (m,), by account."""

    account: NDArray[np.int64]
    day: NDArray[np.int64]
    size: FloatArray


@dataclass(frozen=True, slots=True)
class Fit:
    """Accounts whose jumps fit a group's days, in ascending order: `own` are of the group by its cells, and fit on
    `steps` days in all beyond the two that each has; `others` are not, where `chance` gives as many at most.
    """

    accounts: NDArray[np.int64]
    own: NDArray[np.int64]
    steps: int
    others: int
    chance: float


def fits_of(connection: Any, groups: Sequence[Group]) -> Iterator[tuple[Group, Fit]]:
    """Who fits the days of each group; of those with several days, the first `WIDENED`.

    Parameters
    ----------
    connection : DuckDB connection
        With the view `amounts`.
    groups : sequence of Group
    """
    some = [group for group in groups if group.what == "lockstep" and len(days_of(group)) >= LEAST_DAYS]
    for group, jumps in _jumps(connection, some[:WIDENED]):
        yield group, _fit(jumps, group.accounts)


def widen(connection: Any, groups: Sequence[Group]) -> list[Group]:
    """Lockstep groups with the accounts that fit; one that fits several belongs to the surest.

    A group of which half fits a surer one is a piece of that, and joins it.

    Parameters
    ----------
    connection : DuckDB connection
        With the view `amounts`.
    groups : sequence of Group
        The surest first; they are changed.

    Returns
    -------
    list of Group
        Those that are left, in the same order.
    """
    owner = {int(at): group for group in groups if group.what != "delivery" for at in group.accounts.tolist()}
    left = {id(group): group for group in groups}
    for group, fit in fits_of(connection, groups):
        if id(group) not in left or fit.others < SURPLUS * fit.chance:
            continue
        fitting = set(fit.accounts.tolist())
        for piece in _pieces(fitting, owner, group):
            group.cells += piece.cells
            fitting |= set(piece.accounts.tolist())
            owner |= dict.fromkeys(piece.accounts.tolist(), group)
            del left[id(piece)]
        own = [at for at in fitting if owner.setdefault(at, group) is group]
        group.accounts = np.union1d(group.accounts, np.array(own, dtype=np.int64))
    return list(left.values())


def _pieces(fitting: set[int], owner: dict[int, Group], group: Group) -> list[Group]:
    """Other lockstep groups of which at least `PIECE` fits."""
    met = {id(owner[at]): owner[at] for at in sorted(fitting) if at in owner and owner[at] is not group}
    return [
        other
        for other in met.values()
        if other.what == "lockstep"
        and len(fitting & set(other.accounts.tolist())) >= PIECE * len(other.accounts)
    ]


def _jumps(connection: Any, groups: Sequence[Group]) -> Iterator[tuple[Group, _Jumps]]:
    import pyarrow as pa

    places = [
        (number, PLATFORMS.index(group.cells[0].platform), COUNTERS.index(counter), day, which)
        for number, group in enumerate(groups)
        for which, (counter, day) in enumerate(days_of(group))
    ]
    kinds = (pa.int32(), pa.int8(), pa.int8(), pa.int32(), pa.int32())
    names = ("number", "platform", "counter", "day", "which")
    columns = list(zip(*places, strict=True)) or [()] * len(names)
    connection.register(
        "wanted",
        pa.table([pa.array(one, kind) for one, kind in zip(columns, kinds, strict=True)], names=list(names)),
    )
    rows = connection.execute(f"""
        SELECT number, account, which, size FROM amounts JOIN wanted USING (platform, counter, day)
        WHERE noise <= {FITS}
        QUALIFY count(*) OVER (PARTITION BY number, account) >= {LEAST_DAYS}
        ORDER BY number, account, which
    """).fetchnumpy()
    ends = np.searchsorted(rows["number"], np.arange(len(groups) + 1))
    for number, group in enumerate(groups):
        own = slice(ends[number], ends[number + 1])
        yield group, _Jumps(rows["account"][own], rows["which"][own].astype(np.int64), rows["size"][own])


def _fit(jumps: _Jumps, members: NDArray[np.int64]) -> Fit:
    """Accounts whose jumps fit the group's days, as its members have them."""
    own = np.isin(jumps.account, members)
    if not own.any():
        return Fit(members[:0], members[:0], 0, 0, 1.0)
    usual = _usual(_Jumps(jumps.account[own], jumps.day[own], jumps.size[own]), int(jumps.day.max()) + 1)
    known = ~np.isnan(usual[jumps.day])
    account, beyond = jumps.account[known], jumps.size[known] - usual[jumps.day[known]]
    who, which = np.unique(account, return_inverse=True)
    beyond = np.abs(beyond - _medians(which, beyond, len(who))[which])
    near, around = (_enough(beyond <= width, which, len(who)) for width in (FITS, FITS * WIDER))
    # Each day but the one that an account's size is told by must fit: as many as lie around by chance lie near.
    stranger = ~np.isin(who, members)
    n, m = int(np.sum(near & stranger)), int(np.sum(around & stranger))
    chance = UNEVEN * (m - n + 1) / (WIDER ** (FITTING - 1) - 1)
    days = np.bincount(which, beyond <= FITS, minlength=len(who))
    steps = int(np.sum(days[near & ~stranger] - (FITTING - 1)))
    return Fit(who[near], who[near & ~stranger], steps, n, chance)


def _enough(fits: NDArray[np.bool_], which: NDArray[np.intp], n: int) -> NDArray[np.bool_]:
    """Accounts of whose days enough fit, (n,)."""
    fitting = np.bincount(which, fits, minlength=n)
    return (fitting >= FITTING) & (fitting >= SHARE * np.bincount(which, minlength=n))


def _usual(jumps: _Jumps, n_days: int) -> FloatArray:
    """How large the delivery of each day was beside the account's others, (days,): medians in turn (Tukey's polish)."""
    who, which = np.unique(jumps.account, return_inverse=True)
    usual = np.zeros(n_days)
    for _ in range(ROUNDS):
        own = _medians(which, jumps.size - usual[jumps.day], len(who))
        usual = _medians(jumps.day, jumps.size - own[which], n_days)
    return usual


def _medians(which: NDArray[np.intp] | NDArray[np.int64], values: FloatArray, n: int) -> FloatArray:
    """The (lower) median of each group of values, (n,); NaN where a group has none."""
    order = np.lexsort([values, which])
    ordered = which[order]
    starts, ends = (
        np.searchsorted(ordered, np.arange(n)),
        np.searchsorted(ordered, np.arange(n), side="right"),
    )
    found = np.full(n, np.nan)
    some = ends > starts
    found[some] = values[order][starts[some] + (ends[some] - starts[some] - 1) // 2]
    return found
