"""Gains: what a counter gained from day to day, and the robust arithmetic on it that history signals share.

Everything is judged against the account's own usual day (median, MAD) plus the step in which the platform shows the
counter, so that a rounded counter's jump of one step is never a spike. Looks more than `MAX_GAP` days apart give no
gain at all: a gap is not a spike.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.panel import FloatArray
from detector.repair import display_step
from detector.signals.quantities import MIN_DAYS
from detector.signals.stats import count, mad, median

__all__ = [
    "MAX_GAP",
    "Gains",
    "at_column",
    "daily_gains",
    "filled",
    "first_known",
    "nearby_peak",
    "robust_excess",
    "total_where",
    "window_sums",
]

MAX_GAP = 3
"""Days between two looks beyond which their difference is a rate, never a spike (DESIGN, section 3)."""


@dataclass(frozen=True, slots=True)
class Gains:
    """Gain per day, relative (ln) and as a count, the counter's level, and what a day's gain is resolved to.

    All are (n, days); `resolution` is relative, `step` the same as a count.
    """

    daily: FloatArray
    count: FloatArray
    level: FloatArray
    resolution: FloatArray
    step: FloatArray


def daily_gains(values: FloatArray, platform: NDArray[np.object_], counter: str) -> Gains:
    """Daily relative gains; over a gap of up to `MAX_GAP` days the gain is spread evenly."""
    n, days = values.shape
    known = ~np.isnan(values)
    place = np.arange(days)
    last = np.maximum.accumulate(np.where(known, place, -1), axis=1)
    before = np.concatenate([np.full((n, 1), -1), last[:, :-1]], axis=1)  # last known strictly before
    following = np.where(known, place, days)
    upcoming = np.minimum.accumulate(following[:, ::-1], axis=1)[:, ::-1]  # first known at or after
    usable = (before >= 0) & (upcoming < days) & (upcoming - before <= MAX_GAP)
    rows = np.arange(n)[:, None]
    at, frm = np.clip(upcoming, 0, days - 1), np.clip(before, 0, days - 1)
    gap = np.where(usable, upcoming - before, 1)
    start, end = np.where(usable, values[rows, frm], np.nan), np.where(usable, values[rows, at], np.nan)
    daily = (np.log1p(end) - np.log1p(start)) / gap
    step = np.ones_like(values)
    for name in sorted(set(platform.tolist())):
        mine = platform == name
        step[mine] = display_step(name, counter, values[mine])
    shown = np.where(usable, step[rows, at], np.nan)
    return Gains(daily, (end - start) / gap, values, shown / (1.0 + np.maximum(start, 1.0)), shown)


def window_sums(values: FloatArray, days: int) -> FloatArray:
    """Sums over windows of `days` days, known where every day is; the window ends at its column."""
    total = values.copy()
    for back in range(1, days):
        shifted = np.full_like(values, np.nan)
        shifted[:, back:] = values[:, :-back]
        total = total + shifted
    return total


SPIKE_FLOOR = 0.003
"""Relative gain that is never odd by itself, however still the account usually is: without it, accounts that hardly
move make every blip a spike of hundreds of spreads (docs/decisions/0003)."""


def robust_excess(gains: Gains, days: int) -> FloatArray:
    """Robust z of the gain in each window of `days` days, against the account's own windows."""
    sums = window_sums(gains.daily, days)
    spread = mad(sums) + median(gains.resolution) + SPIKE_FLOOR
    z = (sums - median(sums)[:, None]) / spread[:, None]
    return np.where((count(gains.daily) >= MIN_DAYS - 1)[:, None], z, np.nan)


def nearby_peak(values: FloatArray, days: int) -> FloatArray:
    """Largest known value within `days` days before and after; 0 where none is known (nothing accompanies)."""
    filled = np.where(np.isnan(values), -np.inf, values)
    best = filled.copy()
    for back in range(1, days + 1):
        best[:, back:] = np.maximum(best[:, back:], filled[:, :-back])
        best[:, :-back] = np.maximum(best[:, :-back], filled[:, back:])
    return np.maximum(best, 0.0)


def filled(values: FloatArray) -> FloatArray:
    """Unknown days filled with the last known value; NaN before the first."""
    place = np.where(np.isnan(values), -1, np.arange(values.shape[1]))
    last = np.maximum.accumulate(place, axis=1)
    filled = np.take_along_axis(values, np.maximum(last, 0), axis=1)
    return np.where(last >= 0, filled, np.nan)


def first_known(values: FloatArray) -> FloatArray:
    """First known value of each row."""
    return at_column(values, np.argmax(~np.isnan(values), axis=1))


def at_column(values: FloatArray, column: NDArray[np.intp]) -> FloatArray:
    return values[np.arange(len(values)), column]


def total_where(values: FloatArray, where: NDArray[np.bool_]) -> FloatArray:
    total: FloatArray = np.sum(np.where(where & ~np.isnan(values), values, 0.0), axis=1)
    return total
