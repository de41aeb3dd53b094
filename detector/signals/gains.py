"""Gains: what a counter gained from day to day, and the robust arithmetic on it that history signals share.

Everything is judged against the account's own usual day (median, MAD) plus the step in which the platform shows the
counter, so that a rounded counter's jump of one step is never a spike. Looks more than `MAX_GAP` days apart give no
gain at all: a gap is not a spike.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.panel import FloatArray, Panel, once
from detector.repair import display_step, recorded_steps, shown_from
from detector.signals.compiled import fast
from detector.signals.quantities import MIN_DAYS, platforms
from detector.signals.stats import count, median, median_and_mad, median_of_steps

__all__ = [
    "MAX_GAP",
    "Gains",
    "at_column",
    "coarsened",
    "daily_gains",
    "days_known",
    "enough_gains",
    "filled",
    "filled_level",
    "first_level",
    "gain_spread",
    "gains_of",
    "in_spreads",
    "interleaved_gains",
    "lessened",
    "n_gains",
    "nearby_peak",
    "robust_excess",
    "shown_steps",
    "steps_of",
    "usual_gain",
    "usual_resolution",
    "usual_step",
    "usual_sums",
    "window_sums",
]

MAX_GAP = 3
"""Days between two looks beyond which their difference is a rate, never a spike (DESIGN, section 3)."""


COARSE = 0.01
"""A shown step of more than a hundredth of the counter. TikTok shows likes in hundreds up to a million, then in steps
of 100,000: there the first step is a tenth of the counter at once, and took weeks."""


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


@once
def gains_of(panel: Panel, counter: str) -> Gains:
    """Daily gains of a counter of the history; of followers, which are judged by them, lessened where they became shown
    coarser. What other counters gain is held in an account's favour, and stays as shown.
    """
    values, step = getattr(panel.history, counter), shown_steps(panel, counter)
    gains = daily_gains(values, step)
    rows = coarsened(values, step) if counter == "followers" else ()
    if len(rows):
        shown, usual = gains.count[rows], median(gains.step[rows])[:, None]
        gains.count[rows] = lessened(shown, gains.step[rows] - usual)
        gains.daily[rows] *= gains.count[rows] / np.where(shown == 0, 1.0, shown)
    return gains


@once
def interleaved_gains(panel: Panel, counter: str) -> FloatArray:
    """Gains as counts, as the compiled loops take them, see `loops.rows.interleaved`."""
    gains = gains_of(panel, counter).count
    found: FloatArray = fast().interleaved(gains, gains.shape[1], 0)
    return found


@once
def days_known(panel: Panel, counter: str) -> NDArray[np.bool_]:
    """Days whose gain is known, (n, days)."""
    return ~np.isnan(gains_of(panel, counter).count)


@once
def n_gains(panel: Panel, counter: str) -> FloatArray:
    """How many days' gains are known, (n,)."""
    return count(gains_of(panel, counter).count)


def coarsened(values: FloatArray, step: FloatArray) -> NDArray[np.intp]:
    """Rows of a counter (n, days) that are shown in steps of more than `COARSE` of it on some days, finer on others."""
    if (loops := fast()) is not None:
        return np.flatnonzero(loops.coarsened(*_contiguous(values, step), COARSE))
    coarse = step > np.maximum(COARSE * values, 1.0)
    some = np.flatnonzero(coarse.any(axis=1))
    return some[(~coarse[some] & ~np.isnan(values[some])).any(axis=1)]


def lessened(gain: FloatArray, coarser: FloatArray) -> FloatArray:
    """Gains less what the step in which they are shown is `coarser` than usual, never beyond none.

    >>> lessened(np.array([100_000.0, -300.0, 250_000.0]), np.array([99_900.0, 0.0, 99_900.0])).tolist()
    [100.0, -300.0, 150100.0]
    """
    left = np.maximum(np.abs(gain) - np.fmax(coarser, 0.0), 0.0)
    found: FloatArray = np.copysign(left, gain)
    return found


@once
def shown_steps(panel: Panel, counter: str) -> FloatArray:
    """The step in which each value of a counter's history is shown, or was written, in counts; 1 where unknown."""
    values = getattr(panel.history, counter)
    if (loops := fast()) is None or not len(panel):
        return steps_of(panel.platform, counter, values)
    names, kind = platforms(panel)
    edges, steps = (np.array(one) for one in zip(*(shown_from(name, counter) for name in names), strict=True))
    return recorded_steps(values, loops.shown_in(values, kind, edges, steps))


def steps_of(platform: NDArray[Any], counter: str, values: FloatArray) -> FloatArray:
    """`shown_steps` of some days of accounts, (n, days), whose platforms are given, (n,)."""
    names = sorted(set(platform.tolist()))
    if len(names) == 1:
        return recorded_steps(values, display_step(names[0], counter, values))
    step: FloatArray = np.ones_like(values)
    for name in names:
        mine = platform == name
        step[mine] = display_step(name, counter, values[mine])
    return recorded_steps(values, step)


def daily_gains(values: FloatArray, step: FloatArray) -> Gains:
    """Daily relative gains; over a gap of up to `MAX_GAP` days the gain is spread evenly.

    `step` is what each value is shown in, in counts.
    """
    logs = np.log1p(values)
    if (loops := fast()) is not None:
        daily, counts, resolution, shown, gapped = loops.gains_by_day(*_contiguous(values, logs, step))
        gains = Gains(daily, counts, values, resolution, shown)
        if gapped.any():
            _over_gaps(gains, logs, step, np.flatnonzero(gapped))
        return gains
    gains = Gains(_day_by_day(logs), _day_by_day(values), values, np.empty_like(values), step.copy())
    before = np.maximum(values[:, :-1], 1.0)
    before += 1.0
    np.divide(step[:, 1:], before, out=gains.resolution[:, 1:])
    unknown = np.isnan(gains.count)
    for own in (gains.step, gains.resolution):
        np.copyto(own, np.nan, where=unknown)
    gapped = gapped_rows(values)
    if len(gapped):
        _over_gaps(gains, logs, step, gapped)
    return gains


def _contiguous(*values: FloatArray) -> list[FloatArray]:
    """As the compiled loops take arrays: for any other they would be compiled again."""
    return [np.ascontiguousarray(one) for one in values]


def gapped_rows(values: FloatArray) -> NDArray[np.intp]:
    """Rows with days that are unknown after known ones."""
    unknown = np.isnan(values)
    return np.flatnonzero((unknown[:, 1:] > unknown[:, :-1]).any(axis=1))


def _day_by_day(values: FloatArray) -> FloatArray:
    out = np.empty(values.shape)
    whole, own = out.reshape(-1), np.ascontiguousarray(values).reshape(-1)
    np.subtract(own[1:], own[:-1], out=whole[1:])
    out[:, 0] = np.nan
    return out


def _over_gaps(gains: Gains, logs: FloatArray, step: FloatArray, rows: NDArray[np.intp]) -> None:
    """Writes the gains of accounts with days that were not looked at, spread over the days between two looks."""
    values, logs, step = gains.level[rows], logs[rows], step[rows]
    days = values.shape[1]
    known = ~np.isnan(values)
    place = np.arange(days)
    last = np.maximum.accumulate(np.where(known, place, -1), axis=1)
    before = np.concatenate([np.full((len(rows), 1), -1), last[:, :-1]], axis=1)  # last known strictly before
    upcoming = np.minimum.accumulate(np.where(known, place, days)[:, ::-1], axis=1)[:, ::-1]  # at or after
    usable = (before >= 0) & (upcoming < days) & (upcoming - before <= MAX_GAP)
    row = np.nonzero(usable)[0]
    at, frm = upcoming[usable], before[usable]
    gap = at - frm
    for out, of in ((gains.daily, logs), (gains.count, values)):
        own = np.full_like(values, np.nan)
        own[usable] = (of[row, at] - of[row, frm]) / gap
        out[rows] = own
    shown = np.full_like(values, np.nan)
    shown[usable] = step[row, at]
    gains.step[rows] = shown
    shown[usable] = shown[usable] / (1.0 + np.maximum(values[row, frm], 1.0))
    gains.resolution[rows] = shown


def window_sums(values: FloatArray, days: int) -> FloatArray:
    """Sums over windows of `days` days, known where every day is; the window ends at its column."""
    if (loops := fast()) is not None:
        sums: FloatArray = loops.window_sums(*_contiguous(values), days)
        return sums
    own = np.ascontiguousarray(values)
    total = own.copy()
    # Along all rows at once, three times as fast; what comes over from the row before is overwritten.
    whole, moved = total.reshape(-1), own.reshape(-1)
    for back in range(1, days):
        whole[back:] += moved[:-back]
    total[:, : days - 1] = np.nan
    return total


SPIKE_FLOOR = 0.003
"""Relative gain that is never odd by itself, however still the account usually is: without it, accounts that hardly
move make every blip a spike of hundreds of spreads (docs/decisions/0003)."""


@once
def _sums(panel: Panel, counter: str, days: int) -> FloatArray:
    """Relative gain in each window of `days` days, (n, days)."""
    daily = gains_of(panel, counter).daily
    return daily if days == 1 else window_sums(daily, days)


@once
def usual_sums(panel: Panel, counter: str, days: int) -> tuple[FloatArray, FloatArray]:
    """Median and spread of the same, (n,) each."""
    return median_and_mad(_sums(panel, counter, days))


@once
def robust_excess(panel: Panel, counter: str, days: int) -> FloatArray:
    """Robust z of the gain in each window of `days` days, against the account's own windows."""
    sums, (middle, spread) = _sums(panel, counter, days), usual_sums(panel, counter, days)
    spread = spread + usual_resolution(panel, counter) + SPIKE_FLOOR
    return in_spreads(sums, middle, spread, enough_gains(panel, counter))


def in_spreads(values: FloatArray, middle: FloatArray, spread: FloatArray, enough: FloatArray) -> FloatArray:
    """How many spreads values (n, width) lie above the middle of their row, where `enough` is 1; NaN elsewhere."""
    if (loops := fast()) is not None:
        found: FloatArray = loops.in_spreads(values, middle, spread, enough)
        return found
    z = values - middle[:, None]
    z /= spread[:, None]
    z[enough != 1.0] = np.nan
    return z


@once
def usual_resolution(panel: Panel, counter: str) -> FloatArray:
    """Median of what a day's gain is resolved to, relative, (n,)."""
    return median(gains_of(panel, counter).resolution)


@once
def usual_step(panel: Panel, counter: str) -> FloatArray:
    """The same as a count."""
    step = gains_of(panel, counter).step
    return median_of_steps(step, step)


def usual_gain(panel: Panel, counter: str) -> FloatArray:
    """Median of a day's gain as a count, (n,)."""
    return _usual_and_spread(panel, counter)[0]


def gain_spread(panel: Panel, counter: str) -> FloatArray:
    """Median absolute deviation of a day's gain as a count, (n,), see `mad`."""
    return _usual_and_spread(panel, counter)[1]


@once
def _usual_and_spread(panel: Panel, counter: str) -> tuple[FloatArray, FloatArray]:
    return median_and_mad(gains_of(panel, counter).count)


@once
def enough_gains(panel: Panel, counter: str) -> FloatArray:
    """1 where enough days are known to judge a counter's gains, NaN elsewhere, (n,)."""
    return np.where(count(gains_of(panel, counter).daily) >= MIN_DAYS - 1, 1.0, np.nan)


@once
def filled_level(panel: Panel, counter: str) -> FloatArray:
    """A counter of the history, unknown days filled, see `filled`."""
    return filled(getattr(panel.history, counter))


def nearby_peak(values: FloatArray, days: int) -> FloatArray:
    """Largest known value within `days` days before and after; 0 where none is known (nothing accompanies)."""
    n, width = values.shape
    own = np.zeros((n, width + days))  # nothing between two rows, so that they can be taken as one
    np.fmax(values, 0.0, out=own[:, :width])
    flat = own.reshape(-1)
    best = flat.copy()
    for back in range(1, days + 1):
        np.maximum(best[back:], flat[:-back], out=best[back:])
        np.maximum(best[:-back], flat[back:], out=best[:-back])
    return best.reshape(own.shape)[:, :width]


def filled(values: FloatArray) -> FloatArray:
    """Unknown days filled with the last known value; NaN before the first."""
    out = values.copy()
    gapped = gapped_rows(values)
    if len(gapped):
        last = np.maximum.accumulate(
            np.where(~np.isnan(values[gapped]), np.arange(values.shape[1]), -1), axis=1
        )
        carried = np.take_along_axis(values[gapped], np.maximum(last, 0), axis=1)
        out[gapped] = np.where(last >= 0, carried, np.nan)
    return out


@once
def first_level(panel: Panel, counter: str) -> FloatArray:
    """First known value of a counter of the history, (n,)."""
    values = getattr(panel.history, counter)
    return at_column(values, np.argmin(np.isnan(values), axis=1))


def at_column(values: FloatArray, column: NDArray[np.intp]) -> FloatArray:
    return values[np.arange(len(values)), column]
