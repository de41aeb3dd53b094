"""Plants: what is put into the panels of organic accounts, vectorised: shared events, platform days, lockstep groups.

Everything is put into exact counters as they were seen, and shown again in the steps in which the platform shows them.
Groups and events draw from generators of their own, so that the same seed plants the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from detector.panel import FloatArray, HistoryPanel, Panel
from detector.repair import display_step

__all__ = ["Group", "Plants", "farm", "planted"]

DAYS = 50
"""Days before the newest look in which things are planted."""

LIFETIMES = (2_000, 500_000)
"""Followers of accounts that get orders."""

PACKAGES = (1_000.0, 2_000.0, 2_500.0, 5_000.0, 10_000.0)
"""Followers of one order; ten times as many likes."""

WORTH = 40.0
"""Nobody orders less than a fortieth of what there is: 1,000 followers go to accounts of 40,000 at most."""


@dataclass(frozen=True, slots=True)
class Group:
    """A lockstep group: rows of the panel, which counter, whether all get the same amounts, days of the orders."""

    rows: NDArray[np.intp]
    counter: str
    same: bool
    days: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Plants:
    """What is planted: lockstep groups, niches that events lift together, a purge day, days of wrong counters.

    Of the orders of a group shares never come, come a day late, and are divided by midnight.
    """

    groups: int = 20
    niches: int = 20
    seed: int = 1
    never: float = 0.05
    late: float = 0.1
    divided: float = 0.05


def planted(panel: Panel, plants: Plants) -> tuple[Panel, list[Group]]:
    """A panel with events and groups put in, and the groups."""
    counters = {name: getattr(panel.history, name).copy() for name in ("followers", "likes")}
    exact = {name: _exact(panel, name) for name in counters}
    rng = np.random.default_rng([plants.seed, 1])
    last = int(np.nanmax(panel.history.last_day))
    column = _Columns(panel.history.last_day, counters["followers"].shape[1], last)
    for _ in range(plants.niches):
        _niche(counters, column, rng)
    _purge(counters, column, rng)
    _glitch(counters, column, rng)
    rng = np.random.default_rng([plants.seed, 2])
    groups, taken = [], np.zeros(len(panel), dtype=bool)
    sizes = np.geomspace(10, 200, max(plants.groups, 2)).astype(int)[: plants.groups]
    for number, size in enumerate(sizes.tolist()):
        groups.append(_group(panel, counters, column, rng, plants, size, taken, same=number % 2 == 0))
    shown = {name: _shown(values, exact[name]) for name, values in counters.items()}
    history = replace(panel.history, **shown)
    return replace(panel, history=HistoryPanel(**{n: getattr(history, n) for n in _HISTORY})), groups


_HISTORY = ("followers", "likes", "views", "posts", "last_day")


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where a calendar day, counted back from the newest of all, stands in each account's row."""

    last_day: FloatArray
    width: int
    last: int

    def of(self, rows: NDArray[np.intp], ago: NDArray[np.int64] | int) -> NDArray[np.int64]:
        behind = self.last - np.nan_to_num(self.last_day[rows], nan=float(self.last)).astype(np.int64)
        return self.width - 1 - (np.asarray(ago) - behind)


def _add(values: FloatArray, rows: NDArray[np.intp], column: NDArray[np.int64], amount: FloatArray) -> None:
    """Add an amount to all looks of some rows from a column on."""
    for start in range(0, len(rows), 20_000):
        part = slice(start, start + 20_000)
        later = np.arange(values.shape[1]) >= column[part, None]
        values[rows[part]] += np.where(later, np.floor(amount[part, None]), 0.0)


def _niche(counters: dict[str, FloatArray], column: _Columns, rng: np.random.Generator) -> None:
    """Accounts of one niche, lifted together by three to six events: late or at once, much or little, for days."""
    n = len(column.last_day)
    size = int(n * np.exp(rng.uniform(np.log(0.003), np.log(0.05))))
    niche = rng.choice(n, size, replace=False)
    own = rng.normal(0.0, 0.6, size)
    for ago in rng.choice(np.arange(4, DAYS), rng.integers(3, 7), replace=False).tolist():
        lifted = rng.random(size) < 0.7
        rows = niche[lifted]
        share = np.exp(rng.normal(np.log(0.04), 0.3) + own[lifted] + rng.normal(0.0, 0.5, len(rows)))
        level = np.nan_to_num(counters["followers"][rows, -1], nan=0.0)
        fade = np.where(rng.random(len(rows)) < 0.25, 0.02, rng.uniform(0.2, 0.7, len(rows)))
        liked = np.exp(rng.normal(1.5, 0.7, len(rows)))
        late = rng.choice(3, len(rows), p=(0.6, 0.3, 0.1))
        for after in range(4):
            at = column.of(rows, ago - late - after)
            amount = share * level * fade**after
            _add(counters["followers"], rows, at, amount)
            _add(counters["likes"], rows, at, amount * liked)


def _purge(counters: dict[str, FloatArray], column: _Columns, rng: np.random.Generator) -> None:
    """The platform removes accounts: seven in ten lose a share of their followers on one day."""
    rows = np.flatnonzero(rng.random(len(column.last_day)) < 0.7)
    share = np.exp(rng.normal(np.log(0.015), 0.5, len(rows)))
    values = counters["followers"]
    at = column.of(rows, int(rng.integers(5, DAYS)))
    lost = -np.ceil(share * np.nan_to_num(values[rows, np.clip(at, 0, values.shape[1] - 1)], nan=0.0))
    _add(values, rows, at, lost)


def _glitch(counters: dict[str, FloatArray], column: _Columns, rng: np.random.Generator) -> None:
    """On one day eight in ten counters still show what they showed the day before; on another half show 4 % less; and
    once six in ten are counted anew, 2 to 6 % higher.
    """
    n = len(column.last_day)
    for values in counters.values():
        rows = np.flatnonzero(rng.random(n) < 0.8)
        at = np.clip(column.of(rows, 20), 1, values.shape[1] - 1)
        values[rows, at] = values[rows, at - 1]
        rows = np.flatnonzero(rng.random(n) < 0.5)
        at = np.clip(column.of(rows, 33), 0, values.shape[1] - 1)
        values[rows, at] = np.floor(values[rows, at] * 0.96)
    rows = np.flatnonzero(rng.random(n) < 0.6)
    values = counters["likes"]
    level = np.nan_to_num(values[rows, -1], nan=0.0)
    _add(values, rows, column.of(rows, 27), level * rng.uniform(0.02, 0.06, len(rows)))


def _group(
    panel: Panel,
    counters: dict[str, FloatArray],
    column: _Columns,
    rng: np.random.Generator,
    plants: Plants,
    size: int,
    taken: NDArray[np.bool_],
    *,
    same: bool,
) -> Group:
    """Orders for `size` accounts on four to eight days; jittered in amount and day, some of them never come."""
    counter = "followers" if rng.random() < 0.6 else "likes"
    values = counters[counter]
    level, unit = panel.profile["followers"], 1.0 if counter == "followers" else 10.0
    may = (level >= LIFETIMES[0]) & (level <= LIFETIMES[1]) & ~taken & ~np.isnan(values[:, -30:]).all(axis=1)
    package = rng.choice(PACKAGES)
    if same:
        may &= level <= WORTH * package
    rows = np.sort(rng.choice(np.flatnonzero(may), size, replace=False))
    taken[rows] = True
    days = _apart(rng, int(rng.integers(4, 9)))
    for ago in days.tolist():
        some = rows[rng.random(size) >= plants.never]
        if same:
            amount = (
                package
                * rng.choice((0.5, 1.0, 1.5, 2.0, 3.0, 4.0))
                * np.exp(rng.normal(0.0, 0.02, len(some)))
            )
        else:
            amount = rng.uniform(0.03, 0.25) * level[some] * np.exp(rng.normal(0.0, 0.04, len(some)))
        at = column.of(some, ago) + (rng.random(len(some)) < plants.late)
        first = np.where(rng.random(len(some)) < plants.divided, rng.uniform(0.2, 0.8, len(some)), 1.0)
        _add(values, some, at, unit * amount * first)
        _add(values, some, at + 1, unit * amount * (1.0 - first))
    return Group(rows, counter, same, tuple(days.tolist()))


def _apart(rng: np.random.Generator, n: int) -> NDArray[np.int64]:
    """Days of orders, three days from each other at least."""
    while True:
        days = np.sort(rng.choice(np.arange(3, DAYS), n, replace=False))
        if (np.diff(days) >= 3).all():
            return days


def _exact(panel: Panel, counter: str) -> NDArray[np.bool_]:
    """Accounts whose counter was read exactly: some look of it is no multiple of what the platform shows."""
    values = getattr(panel.history, counter)
    step = np.ones_like(values)
    for name in sorted(set(panel.platform.tolist())):
        mine = panel.platform == name
        step[mine] = display_step(name, counter, values[mine])
    exact: NDArray[np.bool_] = ((values >= 1e4) & (step == 1)).any(axis=1)
    return exact


def _shown(values: FloatArray, exact: NDArray[np.bool_]) -> FloatArray:
    """Counters as the page shows them, where it does not show them exactly; never below zero."""
    from training.simulate.look import as_shown

    values = np.maximum(values, 0.0)
    return np.where(exact[:, None] | np.isnan(values), values, as_shown(np.nan_to_num(values)))


def farm(panel: Panel, share: float, seed: int, templates: int = 6) -> tuple[Panel, NDArray[np.bool_]]:
    """A panel in which a share of the accounts are clones: the counters of a few templates, jittered by an eighth.

    They get no history. Templates are medians of bulk accounts: many followed, few followers, fewer posts.
    """
    rng = np.random.default_rng([seed, 3])
    n = len(panel)
    bots = np.zeros(n, dtype=bool)
    bots[rng.choice(n, int(n * share), replace=False)] = True
    own = rng.integers(0, templates, n)
    profile = dict(panel.profile)
    middles = {"followers": 90.0, "following": 900.0, "likes": 400.0, "posts": 30.0}
    for name, middle in middles.items():
        template = middle * np.exp(rng.normal(0.0, 0.8, templates))
        cloned = np.round(template[own] * np.exp(rng.normal(0.0, 0.12, n)))
        profile[name] = np.where(bots, cloned, profile[name])
    profile["views"] = np.where(bots, np.nan, profile["views"])
    history = {name: np.where(bots[:, None], np.nan, getattr(panel.history, name)) for name in _HISTORY[:-1]}
    last = np.where(bots, np.nan, panel.history.last_day)
    return replace(panel, profile=profile, history=HistoryPanel(**history, last_day=last)), bots


def rows_of(groups: Sequence[Group]) -> list[set[int]]:
    """The members of each group, as sets."""
    return [set(group.rows.tolist()) for group in groups]
