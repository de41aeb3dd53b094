"""One account's looks by day, and what is added to its counters on them."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.tables import Table, Tables

__all__ = ["DAY", "History", "added", "base_before", "history_of", "raised"]

Array = NDArray[np.float64]
DAY = np.timedelta64(86_400_000_000, "us")


@dataclass(frozen=True, slots=True)
class History:
    """Days of one account, counted from its first look.

    `day` (n_looks,): whole day of each row of snapshots, -1 where it has no time. `profile_day` (n_profiles,): that of
    the profile, the newest day where it has no time. `days`: how many there are.
    """

    day: NDArray[np.intp]
    profile_day: NDArray[np.intp]
    days: int


def history_of(tables: Tables) -> History:
    """The days of one account; of an account without a timed look there is one day."""
    times = tables.snapshots.column("observed_at")
    profile = tables.accounts.column("observed_at")
    timed = ~np.isnat(times)
    if not timed.any():
        return History(np.full(len(times), -1), np.zeros(len(profile), dtype=np.intp), 1)
    first = times[timed].min()
    day = _days(times, first, timed)
    last = int(day.max())
    known = ~np.isnat(profile)
    profile_day = np.where(known, np.minimum(_days(profile, first, known), last), last)
    return History(day, profile_day.astype(np.intp), last + 1)


def _days(times: NDArray[Any], first: Any, known: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Days between looks that are made daily at about the same hour: rounded, so that minutes do not count."""
    found = np.full(len(times), -1, dtype=np.intp)
    found[known] = np.rint((times[known] - first) / DAY).astype(np.intp)
    return found


def base_before(tables: Tables, history: History, counter: str, start: int) -> float:
    """The counter at the newest known look before a day, NaN where there is none, or none after it."""
    values = tables.snapshots.column(counter)
    known = np.isfinite(values) & (history.day >= 0)
    before = known & (history.day < start)
    if not before.any() or not (known & (history.day >= start)).any():
        return float("nan")
    return float(values[np.argmax(np.where(before, history.day, -1))])


def raised(tables: Tables, history: History, counter: str, path: Array) -> Tables:
    """A counter with a path by day (days,) on top, in snapshots and profile; before the first look nothing is."""
    return added(tables, counter, _at(path, history.profile_day), _at(path, history.day))


def _at(path: Array, day: NDArray[np.intp]) -> Array:
    return np.where(day >= 0, path[np.maximum(day, 0)], 0.0)


def added(tables: Tables, counter: str, profile: Array | float, looks: Array | float) -> Tables:
    """A counter with so much on top, where it is known: in the profile, and at each look."""
    return replace(
        tables,
        accounts=_plus(tables.accounts, counter, profile),
        snapshots=_plus(tables.snapshots, counter, looks),
    )


def _plus(table: Table, counter: str, extra: Array | float) -> Table:
    if counter not in table.columns:
        return table
    return table.replace(**{counter: table.columns[counter] + extra})
