"""Delivery signals of the history: the shapes in which inflated followers arrive and leave. Each gives (n,).

Higher = odder, NaN without `MIN_DAYS` known days. Organic attention is ragged and decays over days; deliveries are
boxes, even drips, and losses that are filled up again.

References
----------
SIGNALS 1 and 3.3; NATO StratCom COE 2022/23; Stringhini et al. 2013.
"""

import numpy as np
from numpy.typing import NDArray

from detector.panel import FloatArray, Panel
from detector.signals.gains import Gains, at_column, daily_gains, filled, robust_excess
from detector.signals.quantities import MIN_DAYS
from detector.signals.stats import count, mad, median

__all__ = [
    "follower_box_shape",
    "follower_drip",
    "follower_gain_concentration",
    "follower_gains",
    "follower_loss_after_spike",
    "follower_refill",
]


def follower_gains(panel: Panel) -> tuple[Gains, FloatArray]:
    """Gains of followers, and 1 where enough days are known to judge them, NaN elsewhere, (n,)."""
    own = daily_gains(panel.history.followers, panel.platform, "followers")
    return own, np.where(count(own.daily) >= MIN_DAYS - 1, 1.0, np.nan)


def follower_gain_concentration(panel: Panel) -> FloatArray:
    """Share of all gained followers that came in the top three days, 0..1 (H5); 0 where hardly any were gained."""
    own, known = follower_gains(panel)
    gains = np.where(np.isnan(own.daily), 0.0, np.maximum(own.daily, 0.0))
    ordered = np.sort(gains, axis=1)
    total, top = np.sum(gains, axis=1), np.sum(ordered[:, -3:], axis=1)
    matters = total > 5 * np.nan_to_num(median(own.resolution), nan=np.inf)
    return known * np.where(matters, top / np.where(total > 0, total, 1.0), 0.0)


MIN_SPIKE_Z = 8.0
"""A spike below this is within what rounding and luck do to an ordinary account; its shape is not looked at."""


def _spike_day(own: Gains) -> tuple[NDArray[np.intp], FloatArray, FloatArray]:
    """Column of the largest daily gain, its excess over the usual day, and its robust z."""
    z = robust_excess(own, 1)
    column = np.argmax(np.where(np.isnan(z), -np.inf, z), axis=1)
    rows = np.arange(len(z))
    excess = own.daily[rows, column] - median(own.daily)
    return column, excess, z[rows, column]


def follower_box_shape(panel: Panel) -> FloatArray:
    """Share of a spike's excess of four days that fell on its first day, 0..1 (H6); 0 without a spike.

    Organic attention decays over days; a delivery is a box. Misleads where a platform shows a cached counter.
    """
    own, known = follower_gains(panel)
    column, excess, z = _spike_day(own)
    usual = median(own.daily)
    total = np.zeros(len(panel))
    rows = np.arange(len(panel))
    for ahead in range(4):
        at = column + ahead
        inside = at < own.daily.shape[1]
        gain = own.daily[rows, np.minimum(at, own.daily.shape[1] - 1)] - usual
        total = total + np.where(inside & ~np.isnan(gain), np.maximum(gain, 0.0), 0.0)
    after = own.daily.shape[1] - 1 - column >= 3
    spiked = after & (z >= MIN_SPIKE_Z)
    return known * np.where(spiked, excess / np.where(spiked, np.maximum(total, 1e-12), 1.0), 0.0)


def follower_loss_after_spike(panel: Panel) -> FloatArray:
    """Losses in the 30 days after the largest spike as a share of its gain, 0..1 (H7); 0 without a spike."""
    own, known = follower_gains(panel)
    column, excess, z = _spike_day(own)
    days = np.arange(own.daily.shape[1])
    after = (days > column[:, None]) & (days <= column[:, None] + 30)
    losses = np.sum(np.where(after & ~np.isnan(own.daily), np.maximum(-own.daily, 0.0), 0.0), axis=1)
    spiked = z >= MIN_SPIKE_Z
    return known * np.where(
        spiked, np.minimum(losses / np.where(spiked, np.maximum(excess, 1e-12), 1.0), 1.0), 0.0
    )


def follower_refill(panel: Panel) -> FloatArray:
    """ln(1 + times that followers fell by 0.5 % or more in a week and were back at the old peak within a week) (H8).

    Counted only after a spike: a dip that comes back by itself without one is a platform's glitch.
    """
    own, known = follower_gains(panel)
    level = np.log1p(filled(own.level))
    column, _, z = _spike_day(own)
    found = np.zeros(len(panel))
    width = level.shape[1]
    last = np.full(len(panel), -99)
    for day in range(7, width - 1):
        low = level[:, day]
        peak = np.fmax.reduce(level[:, day - 7 : day], axis=1)
        back = np.fmax.reduce(level[:, day + 1 : day + 8], axis=1)
        single = level[:, day + 1] - low
        fell = (peak - low >= 0.005) & (np.abs(back - peak) <= np.maximum(0.1 * (peak - low), 1e-4))
        sharp = single >= 0.6 * (peak - low)  # the return is a step
        usable = fell & sharp & (z >= MIN_SPIKE_Z) & (day > column) & (day - last >= 3)
        found += usable
        last = np.where(usable, day, last)
    return known * np.log1p(found)


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
    own, _ = follower_gains(panel)
    gains = own.count
    known = count(gains)
    ordered = np.sort(gains, axis=1)
    spread = mad(gains) + median(own.step)
    likes = daily_gains(panel.history.likes, panel.platform, "likes").count
    usual_likes = np.maximum(median(likes), 1.0)
    found = np.zeros(len(panel))
    for days in DRIP_DAYS:
        # The window's days are the highest if it is a drip, so the 75 % of the others is this place overall.
        place = np.floor(0.75 * np.maximum(known - days - 1, 0)).astype(np.intp)
        outside = at_column(ordered, place)
        for start in range(0, gains.shape[1] - days + 1, DRIP_STRIDE):
            window = np.sort(gains[:, start : start + days], axis=1)
            complete = ~np.isnan(window[:, -1]) & (known >= days + MIN_SPIKE_DAYS)
            if not complete.any():
                continue
            low, middle, high = (window[:, int(share * (days - 1))] for share in (0.1, 0.5, 0.8))
            above = np.log1p(np.maximum((low - outside) / spread, 0.0))
            ragged = (high - window[:, int(0.2 * (days - 1))]) / np.maximum(middle, 1.0)
            liked = median(likes[:, start : start + days]) / usual_likes
            explained = 2.0 * np.log(np.maximum(np.nan_to_num(liked, nan=1.0), 1.0))
            value = above / (0.15 + ragged) - explained
            found = np.where(complete, np.fmax(found, value), found)
    return np.where(known >= MIN_DAYS - 1, np.log1p(np.maximum(found, 0.0)), np.nan)
