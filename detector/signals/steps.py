"""Step signals of the history: likes that come for one day or a few, end at once, and bring nobody along.

Attention fades: the day after a post's best day still brings a third of it or more, and followers come along with the
likes. A delivery is a box: nothing before, nothing after, and no followers. What is measured is therefore the ratio
of a day to the larger of its neighbours, beyond the same ratio of the companion, which needs no size in advance: a
thousand likes are a step on an account that gets ten a day, and none where ten thousand are usual.

Each signal gives (n,), higher = odder, NaN without `MIN_DAYS` known days.

References
----------
SIGNALS 1, 2 (H2, H6, H9); NATO StratCom COE 2022/23: 89 % of inflated engagement arrived within one day.
docs/decisions/0007.
"""

from dataclasses import dataclass

import numpy as np

from detector.panel import FloatArray, Panel
from detector.signals.looks import DIP_DAYS, HIDDEN_SHARE, Rates, likes_and, moved
from detector.signals.quantities import MIN_DAYS
from detector.signals.stats import count, maximum, median

__all__ = [
    "like_drip_without_followers",
    "like_step",
    "like_step_without_followers",
    "like_step_without_views",
]


@dataclass(frozen=True, slots=True)
class _Box:
    """A stretch of `looks`, and how many looks on either side say what is usual around it.

    An `even` box is as high as its lowest day, any other as its mean.
    """

    looks: int
    edge: int
    even: bool = False


ONE, TWO = _Box(1, 2), _Box(2, 2)
"""An order placed in the evening arrives by two looks."""

TWO_LOOKS = 0.2
"""What a step over two looks counts less, ln: hits have more of them. Of steps of 10 % .79 are found at 1 % false
positives with one look alone, .89 with two as well (docs/decisions/0007)."""

DRIPS = tuple(_Box(looks, 1, even=True) for looks in (4, 5, 6, 7))
"""Short drips. Of longer ones each day is too small to have edges."""

DELETED = 1.5
"""A fall of so many times the gain before it does not take the gain back: posts were deleted."""

COMPANION_SHARE = 0.5
"""Weight of the companion's absence beside the shape of the likes: with the shape alone .77 of steps of 10 % are found
at 0.1 % false positives, with it .83 (docs/decisions/0007)."""

MOST_ABSENCE = 2.0
"""Ceiling of the companion's absence, ln: that it came seven times short and a hundred times short say the same."""

FALL_SHARE, MOST_FALL = 0.3, 3.0
"""Weight and ceiling, ln, of how far the look after a step fell below it: what comes before a hit may be still, what
comes after it seldom is. With it .882 of steps of 10 % are found at 1 % false positives, without .878."""

OWN_SHARE, OWN_LOOKS = 0.4, 3
"""Weight of the sharpest rise elsewhere, more than so many looks away: an account whose likes often come in edges has
one more of them, an ordered step is the only one. With it .83 are found at 0.3 %, without .82."""


def like_step(panel: Panel) -> FloatArray:
    """Sharpest rise of likes over a day or two: ln of it over the days around it (H6).

    Context where no companion is known, and weighs little: a post that fades within hours has such edges too.
    """
    likes, _ = likes_and(panel, "likes")
    return _highest(
        np.fmax(_edges(likes, ONE, likes.noise), _edges(likes, TWO, likes.noise) - TWO_LOOKS), likes
    )


def like_step_without_followers(panel: Panel) -> FloatArray:
    """Sharpest rise of likes over a day or two that the followers did not share (H2, H6).

    ln of (likes of the day / likes of the days around it), less the same for followers, plus a share of what followers
    fell short of and of how far the next look fell, less a share of the account's next sharpest rise. A hit raises both
    and fades over days; a mention elsewhere raises both. Misleads where likes and followers are read from pages cached
    at different times.
    """
    return _step_without(panel, "followers")


def like_step_without_views(panel: Panel) -> FloatArray:
    """Sharpest rise of likes over a day or two that the views did not share (H2, H6); see the one for followers."""
    return _step_without(panel, "views")


def like_drip_without_followers(panel: Panel) -> FloatArray:
    """Four to seven days of even likes with sharp edges that the followers did not share (H2, H9).

    The least of these days over the days before and after, less what followers did and how uneven the days were.
    Organic attention rises at once and fades, or swells slowly: it has one edge at most, and no flat top.
    """
    likes, followers = likes_and(panel, "followers")
    found = np.full(len(panel), np.nan)
    for box in DRIPS:
        least, mean = _inside(likes.gain, box), _inside(likes.gain, _Box(box.looks, box.edge))
        uneven = np.log((np.maximum(mean, 0.0) + likes.noise) / (np.maximum(least, 0.0) + likes.noise))
        even = _unshared(likes, followers, box) - np.maximum(uneven, 0.0)
        found = np.fmax(found, _highest(even, likes))
    return found


def _step_without(panel: Panel, companion: str) -> FloatArray:
    likes, other = likes_and(panel, companion)
    steps = [_unshared(likes, other, box) + FALL_SHARE * _fall(likes, box) for box in (ONE, TWO)]
    return _highest(_beyond_own(np.fmax(steps[0], steps[1] - TWO_LOOKS)), likes)


def _fall(likes: Rates, box: _Box) -> FloatArray:
    """How far the gain of the look after each box fell below the box's, ln, 0..`MOST_FALL`."""
    gain, after = (
        np.maximum(one, 0.0) + likes.noise for one in (_inside(likes.gain, box), moved(likes.rest, -1))
    )
    fall: FloatArray = np.clip(np.log(gain / after), 0.0, MOST_FALL)
    return fall


def _beyond_own(values: FloatArray) -> FloatArray:
    """The highest value of each row alone, (n, 1), less a share of the highest that is not near it."""
    known = np.where(np.isnan(values), -np.inf, values)
    best = np.argmax(known, axis=1)[:, None]
    near = np.abs(np.arange(values.shape[1]) - best) <= OWN_LOOKS
    elsewhere = np.maximum(np.max(np.where(near, -np.inf, known), axis=1), 0.0)[:, None]
    beyond: FloatArray = np.take_along_axis(values, best, axis=1) - OWN_SHARE * elsewhere
    return beyond


def _inside(gain: FloatArray, box: _Box) -> FloatArray:
    """Gain per day of the box that ends at each column."""
    window = [moved(gain, back) for back in range(box.looks)]
    if box.even:
        least: FloatArray = np.minimum.reduce(window)
        return least
    total = window[0]
    for one in window[1:]:
        total = total + one
    return total / box.looks


def _edges(rates: Rates, box: _Box, noise: FloatArray) -> FloatArray:
    """How far the gain, ln, in the box that ends at each column lies above the largest around it.

    Unknown where the look after it is: a step on the newest day cannot be told from the first day of a hit. What is
    taken back within days was a mistake of the platform, and does not count; a far larger fall is deleted posts.
    """
    gain = _inside(rates.gain, box)
    back = np.zeros_like(rates.gain)
    for ahead in range(1, DIP_DAYS + 1):
        back = back - np.minimum(np.nan_to_num(moved(rates.gain, -ahead)), 0.0)
    back = np.where(back > DELETED * gain * box.looks, 0.0, back / box.looks)
    held = gain - back - (1.0 - HIDDEN_SHARE) * rates.step
    beside = [moved(rates.rest, box.looks + further) for further in range(box.edge)]
    beside += [moved(rates.rest, -1 - further) for further in range(box.edge)]
    around = np.fmax(np.fmax.reduce(beside), rates.usual)
    ratio = np.log((np.maximum(held, 0.0) + noise) / (np.maximum(around, 0.0) + noise))
    return np.where(np.isnan(moved(rates.rest, -1)), np.nan, ratio)


def _unshared(likes: Rates, other: Rates, box: _Box) -> FloatArray:
    """The edges of the likes beyond those of the companion, plus `COMPANION_SHARE` of what it fell short of."""
    # Followers of a large account come and go by tens: what its usual day may be off by is no edge.
    shared = np.maximum(np.nan_to_num(_edges(other, box, np.maximum(other.noise, other.spread))), 0.0)
    return _edges(likes, box, likes.noise) - shared + COMPANION_SHARE * _absence(likes, other, box)


def _absence(likes: Rates, other: Rates, box: _Box) -> FloatArray:
    """What such likes bring of the companion at the account's own rate over what came, ln, 0..`MOST_ABSENCE`.

    The rate is the lower of the median days' and of all other days' together, so that neither one great day nor one
    without likes makes the rest look short. Where the companion fell far nothing is said: a purge hides a gain.
    """
    both = ~np.isnan(likes.gain) & ~np.isnan(other.gain)
    liked, came = (np.where(both, np.maximum(rates.gain, 0.0), np.nan) for rates in (likes, other))
    plain = _Box(box.looks, box.edge)
    own, brought = _inside(likes.gain, plain), _inside(other.gain, plain)
    rest_liked = _total(liked) - box.looks * np.maximum(np.nan_to_num(own), 0.0)
    rest_came = _total(came) - box.looks * np.maximum(np.nan_to_num(brought), 0.0)
    middle = (median(came) / np.maximum(median(liked), 1.0))[:, None]
    rate = np.minimum(np.maximum(rest_came, 0.0) / np.maximum(rest_liked, 1.0), middle)
    noise = other.step + 2.0 + 2.0 * np.sqrt(np.maximum(other.usual, 0.0)) + np.nan_to_num(other.spread)
    noise = noise / np.sqrt(box.looks)
    due = np.maximum(own - likes.step / box.looks, 0.0) * rate
    short = np.clip(np.log((due + noise) / (np.maximum(brought, 0.0) + noise)), 0.0, MOST_ABSENCE)
    return np.where(brought < -3.0 * (other.spread + other.step), 0.0, short)


def _total(values: FloatArray) -> FloatArray:
    total: FloatArray = np.sum(np.nan_to_num(values), axis=1)[:, None]
    return total


def _highest(values: FloatArray, likes: Rates) -> FloatArray:
    """Largest known value of each row, at least 0; NaN where too few looks are known, or the companion never is."""
    return np.where(count(likes.gain) >= MIN_DAYS - 1, np.maximum(maximum(values), 0.0), np.nan)
