"""Delivery signals of the history: the shapes in which inflated followers arrive and leave. Each gives (n,).

Higher = odder, NaN without `MIN_DAYS` known days. Organic attention is ragged and decays over days; deliveries are
boxes, even drips, and losses that are filled up again.

References
----------
SIGNALS 1 and 3.3; NATO StratCom COE 2022/23; Stringhini et al. 2013.
"""

from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from detector.panel import FloatArray, Panel, once
from detector.signals.compiled import fast
from detector.signals.gains import (
    at_column,
    enough_gains,
    filled,
    gain_spread,
    gains_of,
    n_gains,
    robust_excess,
    usual_gain,
    usual_resolution,
    usual_step,
    usual_sums,
)
from detector.signals.quantities import MIN_DAYS
from detector.signals.stats import at_places, median

__all__ = [
    "follower_box_shape",
    "follower_drip",
    "follower_gain_concentration",
    "follower_loss_after_spike",
    "follower_refill",
]


def follower_gain_concentration(panel: Panel) -> FloatArray:
    """Share of all gained followers that came in the top three days, 0..1 (H5); 0 where hardly any were gained."""
    total, most = _total_and_top(gains_of(panel, "followers").daily)
    matters = total > 5 * np.nan_to_num(usual_resolution(panel, "followers"), nan=np.inf)
    return enough_gains(panel, "followers") * np.where(matters, most / np.where(total > 0, total, 1.0), 0.0)


def _total_and_top(gains: FloatArray) -> tuple[FloatArray, FloatArray]:
    """All that was gained, and what came in the top three days, (n,) each."""
    if (loops := fast()) is not None:
        total, most = loops.top_three(gains)
        return total, most
    gains = np.fmax(gains, 0.0)
    top = np.partition(gains, [-3, -2, -1], axis=1)[:, -3:]
    return np.sum(gains, axis=1), np.sum(top, axis=1)


MIN_SPIKE_Z = 8.0
"""A spike below this is within what rounding and luck do to an ordinary account; its shape is not looked at."""


@dataclass(frozen=True, slots=True)
class _Spike:
    """The largest daily gain: its column, its excess over the usual day, its robust z, and the usual day, all (n,)."""

    column: NDArray[np.intp]
    excess: FloatArray
    z: FloatArray
    usual: FloatArray


@once
def _spike(panel: Panel) -> _Spike:
    daily, z = gains_of(panel, "followers").daily, robust_excess(panel, "followers", 1)
    column = np.argmax(np.fmax(z, -np.inf), axis=1)
    usual = usual_sums(panel, "followers", 1)[0]
    return _Spike(column, at_column(daily, column) - usual, at_column(z, column), usual)


def follower_box_shape(panel: Panel) -> FloatArray:
    """Share of a spike's excess of four days that fell on its first day, 0..1 (H6); 0 without a spike.

    Organic attention decays over days; a delivery is a box. Misleads where a platform shows a cached counter.
    """
    daily, spike = gains_of(panel, "followers").daily, _spike(panel)
    total = np.zeros(len(panel))
    for ahead in range(4):
        at = spike.column + ahead
        inside = at < daily.shape[1]
        gain = at_column(daily, np.minimum(at, daily.shape[1] - 1)) - spike.usual
        total = total + np.where(inside & ~np.isnan(gain), np.maximum(gain, 0.0), 0.0)
    after = daily.shape[1] - 1 - spike.column >= 3
    spiked = after & (spike.z >= MIN_SPIKE_Z)
    share = spike.excess / np.where(spiked, np.maximum(total, 1e-12), 1.0)
    return enough_gains(panel, "followers") * np.where(spiked, share, 0.0)


def follower_loss_after_spike(panel: Panel) -> FloatArray:
    """Losses in the 30 days after the largest spike as a share of its gain, 0..1 (H7); 0 without a spike."""
    spike = _spike(panel)
    found = np.zeros(len(panel))
    rows = np.flatnonzero(spike.z >= MIN_SPIKE_Z)
    daily, column = gains_of(panel, "followers").daily[rows], spike.column[rows, None]
    days = np.arange(daily.shape[1])
    after = (days > column) & (days <= column + 30)
    losses = np.sum(np.where(after & ~np.isnan(daily), np.maximum(-daily, 0.0), 0.0), axis=1)
    found[rows] = np.minimum(losses / np.maximum(spike.excess[rows], 1e-12), 1.0)
    return enough_gains(panel, "followers") * found


def follower_refill(panel: Panel) -> FloatArray:
    """ln(1 + times that followers fell by 0.5 % or more in a week and were back at the old peak within a week) (H8).

    Counted only after a spike: a dip that comes back by itself without one is a platform's glitch.
    """
    spike = _spike(panel)
    found = np.zeros(len(panel))
    rows = np.flatnonzero(spike.z >= MIN_SPIKE_Z)
    if len(rows):
        level = filled(panel.history.followers[rows])
        found[rows] = _refills(np.log1p(level), spike.column[rows])
    return enough_gains(panel, "followers") * np.log1p(found)


def _refills(level: FloatArray, spike: NDArray[np.intp]) -> FloatArray:
    """Times that a level fell and was back by a step, after the column of the spike."""
    days = np.arange(7, level.shape[1] - 1)
    low, single = level[:, 7:-1], level[:, 8:] - level[:, 7:-1]
    after = np.concatenate([level, np.full((len(level), 7), np.nan)], axis=1)
    peak, back = (
        reduce(np.fmax, (of[:, start + day : start + day + len(days)] for day in range(7)))
        for of, start in ((level, 0), (after, 8))
    )
    fell = (peak - low >= 0.005) & (np.abs(back - peak) <= np.maximum(0.1 * (peak - low), 1e-4))
    fell &= (single >= 0.6 * (peak - low)) & (days > spike[:, None])  # the return is a step
    found, last = np.zeros(len(level)), np.full(len(level), -99)
    for place in np.flatnonzero(fell.any(axis=0)):
        usable = fell[:, place] & (days[place] - last >= 3)
        found += usable
        last[usable] = days[place]
    return found


DRIP_DAYS = (10, 14, 21, 28)
DRIP_STRIDE = 2


MIN_SPIKE_DAYS = 7
"""Days outside a window that must be known to say what is usual."""


def follower_drip(panel: Panel) -> FloatArray:
    """A stretch of days that each bring about the same number of followers, more than other days do (H9).

    Over windows of 10 to 28 days: how far the window's low days (10 % quantile of the daily gains) lie above the
    high days outside it (75 %), in spreads of the account's gains; divided by the window's own relative spread, and
    less what likes explain by rising in the same window. ln scale, at least 0. Organic growth is ragged: the low days
    of a good fortnight lie below the high days of the others.
    """
    gains = gains_of(panel, "followers").count
    known = n_gains(panel, "followers")
    spread = gain_spread(panel, "followers") + usual_step(panel, "followers")
    likes = gains_of(panel, "likes").count
    usual_likes = np.maximum(usual_gain(panel, "likes"), 1.0)
    # A window's days are the highest if it is a drip, so the 75 % of the others is this place overall.
    places = np.floor(0.75 * np.maximum(known - np.array(DRIP_DAYS)[:, None] - 1, 0)).astype(np.intp)
    found = np.zeros(len(panel))
    for days, outside in zip(DRIP_DAYS, at_places(gains, places), strict=True):
        rows, starts = _may_drip(gains, outside, known >= days + MIN_SPIKE_DAYS, days)
        for part in range(0, len(rows), DRIP_BLOCK):
            row, start = rows[part : part + DRIP_BLOCK], starts[part : part + DRIP_BLOCK]
            at = start[:, None] + np.arange(days)
            window = np.sort(gains[row[:, None], at], axis=1)
            low, middle, high = (window[:, int(share * (days - 1))] for share in (0.1, 0.5, 0.8))
            above = np.log1p(np.maximum((low - outside[row]) / spread[row], 0.0))
            ragged = (high - window[:, int(0.2 * (days - 1))]) / np.maximum(middle, 1.0)
            liked = median(likes[row[:, None], at]) / usual_likes[row]
            explained = 2.0 * np.log(np.maximum(np.nan_to_num(liked, nan=1.0), 1.0))
            np.fmax.at(found, row, above / (0.15 + ragged) - explained)
    return np.where(known >= MIN_DAYS - 1, np.log1p(np.maximum(found, 0.0)), np.nan)


DRIP_BLOCK = 1_024


def _may_drip(
    gains: FloatArray, outside: FloatArray, enough: NDArray[np.bool_], days: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Windows whose low days lie above the high days outside, and so may count: their rows and first columns.

    In such a window no more days than the low one's place stand at or below `outside`; that is counted for all
    windows at once, where sorting each of them would take most of the time of all signals.
    """
    low = int(0.1 * (days - 1))
    if (loops := fast()) is not None:
        row, start = loops.may_drip(gains, outside, enough, days, DRIP_STRIDE, low)
        return row, start
    if not enough.any():
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
    starts = np.arange(0, gains.shape[1] - days + 1, DRIP_STRIDE)
    with np.errstate(invalid="ignore"):
        above = gains > outside[:, None]
    lacking, below = (
        until[:, starts + days] - until[:, starts] for until in (_until(np.isnan(gains)), _until(~above))
    )
    rows, which = np.nonzero((lacking == 0) & (below <= low) & enough[:, None])
    return rows, starts[which]


def _until(marked: NDArray[np.bool_]) -> NDArray[np.int16]:
    """How many columns are marked before each, (n, columns + 1)."""
    until = np.zeros((len(marked), marked.shape[1] + 1), dtype=np.int16)
    np.cumsum(marked, axis=1, dtype=np.int16, out=until[:, 1:])
    return until
