"""In time: looks put in order of account and time, once for all counters, and not at all where they come so."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.owners import in_order

__all__ = ["InTime", "in_time", "order_of", "together_in_time"]


@dataclass(frozen=True, slots=True)
class InTime:
    """Looks in order of account and time. Of several at the same moment the larger value of a counter counts.

    `order` are rows as given, `starts` the places in it where another moment begins; both are None where nothing is to
    be done. `owner` and `times` (microseconds) are of each moment.
    """

    order: NDArray[np.intp] | None
    starts: NDArray[np.intp] | None
    owner: NDArray[np.intp]
    times: NDArray[np.int64]

    def of(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """A counter at each moment, NaN where no look knows it."""
        ordered = values if self.order is None else values[self.order]
        return ordered if self.starts is None else np.fmax.reduceat(ordered, self.starts)


def order_of(owner: NDArray[np.intp], times: NDArray[np.int64]) -> NDArray[np.intp] | None:
    """Rows by account and time; None where they stand so already."""
    if in_order(owner) and bool(((times[1:] >= times[:-1]) | (owner[1:] > owner[:-1])).all()):
        return None
    return _sorted(owner, times)


def _sorted(owner: NDArray[np.intp], times: NDArray[np.int64]) -> NDArray[np.intp]:
    """Rows by account and time, as `np.lexsort` has them: by one number for both where these fit into one, which takes
    a tenth of the time.
    """
    if len(times) == 0:
        return np.empty(0, dtype=np.intp)
    first = int(times.min())
    span = int(times.max()) - first + 1
    if (
        span * (int(owner.max()) + 1) >= 2**63
    ):  # among others where a time is not known, which is the lowest number
        return np.lexsort([times, owner])
    return np.argsort(owner * span + (times - first), kind="stable")


def in_time(owner: NDArray[np.intp], times: NDArray[np.int64]) -> InTime:
    """The looks of one table."""
    return _moments(owner, times, order_of(owner, times))


def together_in_time(
    own: NDArray[np.intp], at: NDArray[np.int64], new: NDArray[np.intp], new_at: NDArray[np.int64]
) -> InTime:
    """Looks of two tables, behind each other as given: many of each account, and one more of some."""
    owner, times = np.concatenate([own, new]), np.concatenate([at, new_at])
    if not bool((new[1:] > new[:-1]).all()):
        return _moments(owner, times, _sorted(owner, times))
    order = order_of(own, at)
    if not len(new):
        return _moments(owner, times, order)
    # Both can stand in order: where the one look of an account goes among its others is counted, not sorted.
    until = np.full(int(owner.max()) + 1, np.iinfo(np.int64).min)
    until[new] = new_at
    counts = np.bincount(own, minlength=len(until))
    before = np.cumsum(counts) - counts + np.bincount(own[at <= until[own]], minlength=len(until))
    ordered = np.arange(len(own)) if order is None else order
    return _moments(owner, times, np.insert(ordered, before[new], len(own) + np.arange(len(new))))


def _moments(owner: NDArray[np.intp], times: NDArray[np.int64], order: NDArray[np.intp] | None) -> InTime:
    """Moments of looks that stand in order once taken by `order`."""
    if order is not None:
        owner, times = owner[order], times[order]
    same = (owner[1:] == owner[:-1]) & (times[1:] == times[:-1])
    if not same.any():
        return InTime(order, None, owner, times)
    starts = np.concatenate([[0], np.flatnonzero(~same) + 1])
    return InTime(order, starts, owner[starts], times[starts])
