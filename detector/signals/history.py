"""History signals: what daily counters say. Each gives (n,), higher = odder, NaN without `MIN_DAYS` known days.

Everything is judged against the account's own usual day (median, MAD) plus the step in which the platform shows
the counter, so that a rounded counter's jump of one step is never a spike. Looks more than `MAX_GAP` days apart
give no gain at all: a gap is not a spike.

References
----------
SIGNALS 3.3; NATO StratCom COE 2022/23: 89 % of inflated engagement arrived within one day.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.panel import FloatArray, Panel
from detector.repair import display_step
from detector.signals.quantities import MIN_DAYS
from detector.signals.stats import count, mad, maximum, median

__all__ = [
    "follower_box_shape",
    "follower_drip",
    "follower_gain_concentration",
    "follower_loss_after_spike",
    "follower_refill",
    "follower_rise_without_likes",
    "follower_rise_without_views",
    "follower_spike",
    "follower_spike_without_likes",
    "follower_spike_without_post",
    "follower_spike_without_views",
    "like_spike_without_followers",
    "like_spike_without_views",
    "likes_per_new_follower_break",
]

MAX_GAP = 3
"""Days between two looks beyond which their difference is a rate, never a spike (DESIGN, section 3)."""

COMPANION_DAYS = 3
"""What carries a spike organically may come some days before or after it."""


@dataclass(frozen=True, slots=True)
class _Gains:
    """Gain per day, relative (ln) and as a count, the counter's level, and what a day's gain is resolved to.

    All are (n, days); `resolution` is relative, `step` the same as a count.
    """

    daily: FloatArray
    count: FloatArray
    level: FloatArray
    resolution: FloatArray
    step: FloatArray


def _gains(values: FloatArray, platform: NDArray[np.object_], counter: str) -> _Gains:
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
    return _Gains(daily, (end - start) / gap, values, shown / (1.0 + np.maximum(start, 1.0)), shown)


def _windows(values: FloatArray, days: int) -> FloatArray:
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


def _excess(gains: _Gains, days: int) -> FloatArray:
    """Robust z of the gain in each window of `days` days, against the account's own windows."""
    sums = _windows(gains.daily, days)
    spread = mad(sums) + median(gains.resolution) + SPIKE_FLOOR
    z = (sums - median(sums)[:, None]) / spread[:, None]
    return np.where((count(gains.daily) >= MIN_DAYS - 1)[:, None], z, np.nan)


def _nearby(values: FloatArray, days: int) -> FloatArray:
    """Largest known value within `days` days before and after; 0 where none is known (nothing accompanies)."""
    filled = np.where(np.isnan(values), -np.inf, values)
    best = filled.copy()
    for back in range(1, days + 1):
        best[:, back:] = np.maximum(best[:, back:], filled[:, :-back])
        best[:, :-back] = np.maximum(best[:, :-back], filled[:, back:])
    return np.maximum(best, 0.0)


def _without(panel: Panel, spiking: str, companions: tuple[str, ...], windows: tuple[int, ...]) -> FloatArray:
    """ln(1 + largest z of the spiking counter beyond the largest nearby z of its companions)."""
    own = _gains(getattr(panel.history, spiking), panel.platform, spiking)
    others = [_gains(getattr(panel.history, name), panel.platform, name) for name in companions]
    found = np.full(len(panel), -np.inf)
    for days in windows:
        beyond = _excess(own, days)
        for other in others:
            accompanied = _excess(other, days)
            # A day on which the companion is unknown says nothing: it may have risen just as well.
            beyond = np.where(np.isnan(accompanied), np.nan, beyond - _nearby(accompanied, COMPANION_DAYS))
        best = maximum(beyond)
        found = np.fmax(found, best)
    known = np.isfinite(found)
    return np.where(known, np.log1p(np.maximum(np.where(known, found, 0.0), 0.0)), np.nan)


def follower_spike(panel: Panel) -> FloatArray:
    """ln(1 + z) of the largest one- or three-day gain of followers (H1). Context: viral hits spike too."""
    return _without(panel, "followers", (), (1, 3))


def follower_spike_without_likes(panel: Panel) -> FloatArray:
    """Largest follower spike beyond what likes did within three days of it (H3)."""
    return _without(panel, "followers", ("likes",), (1, 3))


def follower_spike_without_views(panel: Panel) -> FloatArray:
    """Largest follower spike beyond what views did within three days of it (H3)."""
    return _without(panel, "followers", ("views",), (1, 3))


def follower_rise_without_likes(panel: Panel) -> FloatArray:
    """Largest two-week rise of followers beyond the likes' (drip feed seen as a whole)."""
    return _without(panel, "followers", ("likes",), (14,))


def follower_rise_without_views(panel: Panel) -> FloatArray:
    """Largest two-week rise of followers beyond the views' (drip feed seen as a whole)."""
    return _without(panel, "followers", ("views",), (14,))


LIFETIME_SHARE = 0.02
"""A gain of 2 % of the lifetime likes in a day or three is a hit for anybody; smaller ones count for less."""


def like_spike_without_followers(panel: Panel) -> FloatArray:
    """Likes of the largest one- or three-day gain that brought fewer followers than the account's likes do (H2).

    ln of (followers that so many likes usually bring this account, by its own rate outside the window) / (followers
    that came within two days of it), both widened by the usual noise, and at most 2.5 ln(1 + gain / 2 % of the
    lifetime likes), so that a trifle never counts. At least 0. A viral hit brings followers; recommendations to
    strangers bring few, which is why the account's own rate, shrunk towards a fifth of its lifetime rate, decides.
    """
    likes = _gains(panel.history.likes, panel.platform, "likes")
    followers = _gains(panel.history.followers, panel.platform, "followers")
    both = ~np.isnan(likes.count) & ~np.isnan(followers.count)
    liked, gained = np.where(both, likes.count, np.nan), np.where(both, followers.count, np.nan)
    first_likes = np.maximum(_first(likes.level), 30.0)
    lifetime_rate = _first(followers.level) / first_likes
    found = np.zeros(len(panel))
    for days in (1, 3):
        excess = _windows(liked, days) - days * median(liked)[:, None]
        last = np.argmax(np.where(np.isnan(excess), -np.inf, excess), axis=1)
        extra = np.maximum(_at(excess, last), 0.0)
        near = np.abs(np.arange(liked.shape[1]) - (last - (days - 1) / 2)[:, None]) <= (days - 1) / 2 + 2
        came = _total(gained, near) - np.sum(near & both, axis=1) * median(gained)
        rest_likes = np.maximum(_total(liked, ~near), 0.0)
        rest_followers = _total(np.maximum(gained, 0.0), ~near)
        rate = np.minimum((rest_followers + 60.0 * lifetime_rate) / (rest_likes + 300.0), lifetime_rate)
        noise = 3.0 * mad(gained) * np.sqrt(days + 4.0) + median(followers.step) + 2.0
        shortfall = np.log((extra * rate + noise) / (np.maximum(came, 0.0) + noise))
        size = 2.5 * np.log1p(extra / np.maximum(LIFETIME_SHARE * _at(_filled(likes.level), last), 1.0))
        found = np.fmax(found, np.minimum(shortfall, size))
    return np.where(count(liked) >= MIN_DAYS - 1, found, np.nan)


def _first(values: FloatArray) -> FloatArray:
    """First known value of each row."""
    return _at(values, np.argmax(~np.isnan(values), axis=1))


def _at(values: FloatArray, column: NDArray[np.intp]) -> FloatArray:
    return values[np.arange(len(values)), column]


def _total(values: FloatArray, where: NDArray[np.bool_]) -> FloatArray:
    return np.sum(np.where(where & ~np.isnan(values), values, 0.0), axis=1)


def like_spike_without_views(panel: Panel) -> FloatArray:
    """Largest spike of lifetime likes beyond what lifetime views did within three days of it (H2)."""
    return _without(panel, "likes", ("views",), (1, 3))


def _clean_gains(panel: Panel) -> tuple[_Gains, FloatArray]:
    own = _gains(panel.history.followers, panel.platform, "followers")
    return own, np.where(count(own.daily) >= MIN_DAYS - 1, 1.0, np.nan)


def follower_gain_concentration(panel: Panel) -> FloatArray:
    """Share of all gained followers that came in the top three days, 0..1 (H5); 0 where hardly any were gained."""
    own, known = _clean_gains(panel)
    gains = np.where(np.isnan(own.daily), 0.0, np.maximum(own.daily, 0.0))
    ordered = np.sort(gains, axis=1)
    total, top = np.sum(gains, axis=1), np.sum(ordered[:, -3:], axis=1)
    matters = total > 5 * np.nan_to_num(median(own.resolution), nan=np.inf)
    return known * np.where(matters, top / np.where(total > 0, total, 1.0), 0.0)


def _spike_day(own: _Gains) -> tuple[NDArray[np.intp], FloatArray, FloatArray]:
    """Column of the largest daily gain, its excess over the usual day, and its robust z."""
    z = _excess(own, 1)
    column = np.argmax(np.where(np.isnan(z), -np.inf, z), axis=1)
    rows = np.arange(len(z))
    excess = own.daily[rows, column] - median(own.daily)
    return column, excess, z[rows, column]


MIN_SPIKE_Z = 8.0
"""A spike below this is within what rounding and luck do to an ordinary account; its shape is not looked at."""


def follower_box_shape(panel: Panel) -> FloatArray:
    """Share of a spike's excess of four days that fell on its first day, 0..1 (H6); 0 without a spike.

    Organic attention decays over days; a delivery is a box. Misleads where a platform shows a cached counter.
    """
    own, known = _clean_gains(panel)
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
    own, known = _clean_gains(panel)
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
    own, known = _clean_gains(panel)
    level = np.log1p(_filled(own.level))
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


def _filled(values: FloatArray) -> FloatArray:
    """Unknown days filled with the last known value; NaN before the first."""
    place = np.where(np.isnan(values), -1, np.arange(values.shape[1]))
    last = np.maximum.accumulate(place, axis=1)
    filled = np.take_along_axis(values, np.maximum(last, 0), axis=1)
    return np.where(last >= 0, filled, np.nan)


DRIP_DAYS = (10, 14, 21, 28)
DRIP_STRIDE = 2


def follower_drip(panel: Panel) -> FloatArray:
    """A stretch of days that each bring about the same number of followers, more than other days do (H9).

    Over windows of 10 to 28 days: how far the window's low days (10 % quantile of the daily gains) lie above the
    high days outside it (75 %), in spreads of the account's gains; divided by the window's own relative spread, and
    less what likes explain by rising in the same window. ln scale, at least 0. Organic growth is ragged: the low days
    of a good fortnight lie below the high days of the others.
    """
    own, _ = _clean_gains(panel)
    gains = own.count
    known = count(gains)
    ordered = np.sort(gains, axis=1)
    spread = mad(gains) + median(own.step)
    likes = _gains(panel.history.likes, panel.platform, "likes").count
    usual_likes = np.maximum(median(likes), 1.0)
    found = np.zeros(len(panel))
    for days in DRIP_DAYS:
        # The window's days are the highest if it is a drip, so the 75 % of the others is this place overall.
        place = np.floor(0.75 * np.maximum(known - days - 1, 0)).astype(np.intp)
        outside = _at(ordered, place)
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


MIN_SPIKE_DAYS = 7
"""Days outside a window that must be known to say what is usual."""


def follower_spike_without_post(panel: Panel) -> FloatArray:
    """ln(1 + z) of the largest follower spike with no post in the seven days up to it (H11); needs posts' dates."""
    own, known = _clean_gains(panel)
    z = _excess(own, 1)
    width = z.shape[1]
    day = panel.history.last_day[:, None] - (width - 1 - np.arange(width))
    posted = panel.posts.posted_day
    recent = np.zeros_like(z, dtype=bool)
    for post in range(posted.shape[1]):
        ago = day - posted[:, post : post + 1]
        recent |= (ago >= 0) & (ago <= 7)
    oldest = -maximum(-posted)  # before the oldest known post nothing can be said
    usable = ~recent & (day >= oldest[:, None] + 7)
    best = maximum(np.where(usable, z, np.nan))
    dated = count(posted) >= 1
    return known * np.where(dated, np.log1p(np.maximum(np.nan_to_num(best, nan=0.0), 0.0)), np.nan)


def likes_per_new_follower_break(panel: Panel) -> FloatArray:
    """How far the week with the largest gain of followers fell below the account's usual likes per new follower (H4).

    The difference of ln(gained likes / gained followers), median week minus that week, at least 0.
    """
    followers = _gains(panel.history.followers, panel.platform, "followers")
    likes = _gains(panel.history.likes, panel.platform, "likes")
    known = (count(followers.daily) >= MIN_DAYS - 1) & (count(likes.daily) >= MIN_DAYS - 1)
    gained = _windows(np.expm1(followers.daily) * (1.0 + _filled(followers.level)), 7)
    liked = _windows(np.expm1(likes.daily) * (1.0 + _filled(likes.level)), 7)
    step = _windows(followers.resolution * (1.0 + _filled(followers.level)), 7)
    with np.errstate(invalid="ignore"):
        usable = (gained > step) & (liked >= 0)  # likes fall with deleted posts: that is no break
        ratio = np.where(usable, np.log1p(np.maximum(liked, 0.0)) - np.log1p(np.maximum(gained, 0.0)), np.nan)
        column = np.argmax(np.where(usable, gained, -np.inf), axis=1)
    at_peak = ratio[np.arange(len(panel)), column]
    drop = np.maximum(median(ratio, at_least=7) - at_peak, 0.0)
    return np.where(known, np.nan_to_num(drop, nan=0.0), np.nan)
