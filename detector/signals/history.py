"""Spike signals of the history: gains of one counter that another did not share. Each gives (n,), higher = odder.

NaN without `MIN_DAYS` known days. A viral hit raises followers, likes and views together; that is why nothing here
looks at a spike alone, but for `follower_spike`, which is context and weighs little.

References
----------
SIGNALS 3.3; NATO StratCom COE 2022/23: 89 % of inflated engagement arrived within one day.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.panel import FloatArray, Panel, once
from detector.signals.compiled import fast
from detector.signals.gains import (
    at_column,
    days_known,
    enough_gains,
    filled_level,
    first_level,
    gain_spread,
    gains_of,
    interleaved_gains,
    n_gains,
    nearby_peak,
    robust_excess,
    usual_gain,
    usual_step,
    window_sums,
)
from detector.signals.quantities import MIN_DAYS
from detector.signals.stats import count, maximum, median, median_and_mad, median_of_ratios

__all__ = [
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

COMPANION_DAYS = 3
"""What carries a spike organically may come some days before or after it."""


RISE_BESIDE_LIKES = 3.0
"""How many times as far as likes followers may rise, in spreads of either: strangers whom a hit reaches follow, and
most of them like one post. With 1, hits of still accounts had the largest rises of all (docs/decisions/0028)."""


def _without(
    panel: Panel, spiking: str, companion: str, windows: tuple[int, ...], times: float = 1.0
) -> FloatArray:
    """ln(1 + largest z of the spiking counter beyond `times` the largest nearby z of its companion, if any)."""
    found = np.full(len(panel), -np.inf)
    for days in windows:
        z = robust_excess(panel, spiking, days)
        best = (
            maximum(z) if not companion else _highest_beyond(z, times * robust_excess(panel, companion, days))
        )
        found = np.fmax(found, best)
    known = np.isfinite(found)
    return np.where(known, np.log1p(np.maximum(np.where(known, found, 0.0), 0.0)), np.nan)


def _highest_beyond(z: FloatArray, accompanied: FloatArray) -> FloatArray:
    """The largest z of each row beyond the largest nearby one of the companion."""
    if (loops := fast()) is not None:
        highest: FloatArray = loops.highest_beyond(z, accompanied, COMPANION_DAYS)
        return highest
    beyond = z - nearby_peak(accompanied, COMPANION_DAYS)
    # A day on which the companion is unknown says nothing: it may have risen just as well.
    beyond[np.isnan(accompanied)] = np.nan
    return maximum(beyond)


@once
def follower_spike(panel: Panel) -> FloatArray:
    """ln(1 + z) of the largest one- or three-day gain of followers (H1). Context: viral hits spike too."""
    return _without(panel, "followers", "", (1, 3))


@once
def like_spike(panel: Panel) -> FloatArray:
    """The same of lifetime likes, for what could explain their steps; no signal by itself."""
    return _without(panel, "likes", "", (1, 3))


def follower_spike_without_likes(panel: Panel) -> FloatArray:
    """Followers of the largest gain that brought fewer likes than this account's followers usually do (H3)."""
    return _shortfall(panel, "followers", "likes")


def follower_spike_without_views(panel: Panel) -> FloatArray:
    """Followers of the largest gain that brought fewer views than this account's followers usually do (H3)."""
    return _shortfall(panel, "followers", "views")


def follower_rise_without_likes(panel: Panel) -> FloatArray:
    """Largest two-week rise of followers beyond the likes' (drip feed seen as a whole)."""
    return _without(panel, "followers", "likes", (14,), RISE_BESIDE_LIKES)


def follower_rise_without_views(panel: Panel) -> FloatArray:
    """Largest two-week rise of followers beyond the views' (drip feed seen as a whole)."""
    return _without(panel, "followers", "views", (14,))


LEVEL_SHARE = 0.02
"""A gain of 2 % of the counter in a day or three is large for anybody; smaller ones count for less."""


PRIOR_GAIN = 300.0
"""Gained counts outside the window at which the account's own rate weighs as much as a fifth of its lifetime rate."""


LEAST_LEVEL = 30.0
"""Below so many counts the lifetime rate would be one of luck."""


TOP_DAYS, ALONE_DAYS = 3, 2
"""Days of the companion's largest gains that say nothing about its usual rate, where nothing rose so many days away."""

WINDOWS = (1, 3)
"""Days over which the largest gain is looked for."""


def _shortfall(panel: Panel, spiking: str, companion: str) -> FloatArray:
    """How far the companion fell short of what the largest one- or three-day gain of a counter usually brings.

    ln of (companion's gain that such a gain brings by the account's own rate outside the window) / (companion's gain
    within two days of it), both widened by the companion's usual noise, and at most 2.5 ln(1 + gain / 2 % of the
    counter), so that a trifle never counts. At least 0; (n,), NaN without `MIN_DAYS` days of both.

    The own rate is shrunk towards a fifth of the lifetime rate and never above it: what recommendations bring of the
    companion differs from account to account, and from hit to hit.
    """
    pair = _gained_together(panel, spiking, companion)
    lacking, size = _around_largest(panel, spiking, companion, pair)
    shortest = np.minimum(np.log(lacking), 2.5 * np.log1p(size))
    found = np.fmax.reduce(shortest, axis=0, initial=0.0)
    return np.where(pair.n_both >= MIN_DAYS - 1, found, np.nan)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Gains of two counters as counts on the days for which both are known, and which these are, all (n, days); how
    many, what is usual of both and the companion's spread, (n,).
    """

    gained: FloatArray
    came: FloatArray
    both: NDArray[np.bool_]
    n_both: FloatArray
    usual_gained: FloatArray
    usual_came: FloatArray
    spread: FloatArray


@dataclass(frozen=True, slots=True)
class _Sums:
    """The largest gain in a window, (n,) each: the column at its end, what it is beyond the usual, what such a gain
    brings of the companion, and what came within two days of it beyond the usual.
    """

    last: NDArray[np.intp]
    extra: FloatArray
    due: FloatArray
    nearby: FloatArray


def _around_largest(panel: Panel, spiking: str, companion: str, pair: _Pair) -> FloatArray:
    """What `_shortfall` takes the logarithms of, for the largest gain in each of the `WINDOWS`, (2, windows, n): how
    many times what came was due, and the gain in `LEVEL_SHARE` of the counter.
    """
    firsts, steps = ([of(panel, one) for one in (spiking, companion)] for of in (first_level, usual_step))
    if (loops := fast()) is not None:
        gains = (interleaved_gains(panel, counter) for counter in (spiking, companion))
        about = np.stack([pair.usual_gained, pair.usual_came, pair.spread, *firsts, *steps])
        values = getattr(panel.history, spiking)
        ratios: FloatArray = loops.around_largest(*gains, values, about, np.array(WINDOWS), _LIMITS)
        return ratios
    lifetime_rate = firsts[1] / np.maximum(firsts[0], LEAST_LEVEL)
    prior = PRIOR_GAIN * np.minimum(1.0, 1.0 / np.maximum(lifetime_rate, 1e-9)) + steps[0]
    found, level = np.empty((2, len(WINDOWS), len(panel))), filled_level(panel, spiking)
    for number, (days, sums) in enumerate(zip(WINDOWS, _sums(pair, lifetime_rate, prior), strict=True)):
        noise = 3.0 * pair.spread * np.sqrt(days + 4.0) + steps[1] + 2.0
        found[0, number] = (sums.due + noise) / (np.maximum(sums.nearby, 0.0) + noise)
        found[1, number] = sums.extra / np.maximum(LEVEL_SHARE * at_column(level, sums.last), 1.0)
    return found


_LIMITS = (LEAST_LEVEL, PRIOR_GAIN, LEVEL_SHARE)
"""What the compiled loop is told."""


def _sums(pair: _Pair, lifetime_rate: FloatArray, prior: FloatArray) -> list[_Sums]:
    alone = 3.0 * np.maximum(pair.usual_gained, 1.0)
    # A companion inflated by itself on some days would make every honest gain look short of it.
    highest = np.partition(np.fmax(pair.came, -np.inf), -TOP_DAYS, axis=1)[:, -TOP_DAYS]
    by_itself = (pair.came >= highest[:, None]) & (nearby_peak(pair.gained, ALONE_DAYS) < alone[:, None])
    return [_within(pair, pair.both & ~by_itself, days, lifetime_rate, prior) for days in WINDOWS]


def _within(
    pair: _Pair, usual: NDArray[np.bool_], days: int, lifetime_rate: FloatArray, prior: FloatArray
) -> _Sums:
    """The same of one window; `usual` are the days that tell the own rate."""
    gained, came = pair.gained, pair.came
    excess = window_sums(gained, days) - (days * pair.usual_gained)[:, None]
    last = np.argmax(np.fmax(excess, -np.inf), axis=1)
    extra = np.maximum(at_column(excess, last), 0.0)
    place = np.arange(gained.shape[1])
    near = (place >= (last - days - 1)[:, None]) & (place <= (last + 2)[:, None])
    near_both = near & pair.both
    nearby = np.sum(np.where(near_both, came, 0.0), axis=1) - np.sum(near_both, axis=1) * pair.usual_came
    elsewhere = ~near & usual
    rest = np.sum(np.where(elsewhere, np.maximum(gained, 0.0), 0.0), axis=1)
    rest_came = np.sum(np.where(elsewhere, np.maximum(came, 0.0), 0.0), axis=1)
    rate = np.minimum((rest_came + prior * 0.2 * lifetime_rate) / (rest + prior), lifetime_rate)
    return _Sums(last, extra, extra * rate, nearby)


def _gained_together(panel: Panel, spiking: str, companion: str) -> _Pair:
    gained, came = gains_of(panel, spiking).count, gains_of(panel, companion).count
    known, other_known = days_known(panel, spiking), days_known(panel, companion)
    if np.array_equal(known, other_known):  # what each is by itself has been computed, or will be used again
        usual, usual_came = usual_gain(panel, spiking), usual_gain(panel, companion)
        n_both = n_gains(panel, spiking)
        return _Pair(gained, came, known, n_both, usual, usual_came, gain_spread(panel, companion))
    both = known & other_known
    gained, came = np.where(both, gained, np.nan), np.where(both, came, np.nan)
    return _Pair(gained, came, both, count(gained), median(gained), *median_and_mad(came))


def like_spike_without_followers(panel: Panel) -> FloatArray:
    """Likes of the largest gain that brought fewer followers than this account's likes usually do (H2)."""
    return _shortfall(panel, "likes", "followers")


def like_spike_without_views(panel: Panel) -> FloatArray:
    """Likes of the largest gain that brought fewer views than this account's likes usually do (H2)."""
    return _shortfall(panel, "likes", "views")


def follower_spike_without_post(panel: Panel) -> FloatArray:
    """ln(1 + z) of the largest follower spike with no post in the seven days up to it (H11); needs posts' dates."""
    known, z, posted = (
        enough_gains(panel, "followers"),
        robust_excess(panel, "followers", 1),
        panel.posts.posted_day,
    )
    best = _highest_without_post(z, posted, panel.history.last_day)
    dated = count(posted) >= 1
    return known * np.where(dated, np.log1p(np.maximum(np.nan_to_num(best, nan=0.0), 0.0)), np.nan)


def _highest_without_post(z: FloatArray, posted: FloatArray, last_day: FloatArray) -> FloatArray:
    """The largest z of the days without a post in the seven days up to them, (n,)."""
    if (loops := fast()) is not None:
        highest: FloatArray = loops.highest_without_post(z, posted, last_day, 7)
        return highest
    width = z.shape[1]
    day = last_day[:, None] - (width - 1 - np.arange(width))
    oldest = -maximum(-posted)  # before the oldest known post nothing can be said
    usable = ~_recently(posted, day) & (day >= oldest[:, None] + 7)
    return maximum(np.where(usable, z, np.nan))


def _recently(posted: FloatArray, day: FloatArray) -> NDArray[np.bool_]:
    """Whether a post is at most seven days older than each of the days, (n, days)."""
    recent = np.zeros(day.shape, dtype=bool)
    for post in range(posted.shape[1]):
        ago = day - posted[:, post : post + 1]
        recent |= (ago >= 0) & (ago <= 7)
    return recent


def likes_per_new_follower_break(panel: Panel) -> FloatArray:
    """How far the week with the largest gain of followers fell below the account's usual likes per new follower (H4).

    The difference of ln(gained likes / gained followers), median week minus that week, at least 0. A shown step more of
    both counts everywhere: likes shown in steps of 100,000 stand still for weeks in which they were given all the same.
    Nor does a day count on which likes fell: posts were deleted.
    """
    known = (enough_gains(panel, "followers") == 1.0) & (enough_gains(panel, "likes") == 1.0)
    gains, likes = (gains_of(panel, counter).count for counter in ("followers", "likes"))
    liked, gained, column = weeks(gains, likes, usual_step(panel, "followers"), usual_step(panel, "likes"))
    least = np.log1p(at_column(liked, column)) - np.log1p(at_column(gained, column))
    drop = np.maximum(median_of_ratios(liked, gained, at_least=7) - least, 0.0)
    return np.where(known, np.nan_to_num(drop, nan=0.0), np.nan)


def weeks(
    gains: FloatArray, likes: FloatArray, step: FloatArray, likes_step: FloatArray
) -> tuple[FloatArray, FloatArray, NDArray[np.intp]]:
    """Likes and followers gained in each week that tells something, (n, days), NaN elsewhere, a shown step more of
    each; and the columns of the weeks with the largest gain of followers, (n,).
    """
    if (loops := fast()) is not None:
        over, under, column = loops.weeks(gains, likes, step, likes_step, 7)
        return over, under, column
    gained, liked = window_sums(gains, 7), window_sums(np.maximum(likes, 0.0), 7)
    step, likes_step = step[:, None], likes_step[:, None]
    usable = (gained > 7.0 * step) & (liked >= 0)
    column = np.argmax(np.where(usable, gained, -np.inf), axis=1)
    return np.where(usable, liked + likes_step, np.nan), np.where(usable, gained + step, np.nan), column
