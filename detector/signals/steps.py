"""Step signals of the history: likes or followers that come for one day or a few, end at once, and bring nothing along.

Attention fades: the day after a post's best day still brings a third of it or more, and followers come along with the
likes. A delivery is a box: nothing before, nothing after, and no followers. What is measured is therefore the ratio
of a day to the larger of its neighbours, beyond the same ratio of the companion, which needs no size in advance: a
thousand likes are a step on an account that gets ten a day, and none where ten thousand are usual. Followers that are
delivered bring no likes: the same, the other way round.

Each signal gives (n,), higher = odder, NaN without `MIN_DAYS` known days.

References
----------
SIGNALS 1, 2 (H2, H6, H9); NATO StratCom COE 2022/23: 89 % of inflated engagement arrived within one day.
docs/decisions/0007, 0028.
"""

import numpy as np

from detector.panel import FloatArray, Panel, once
from detector.signals.edges import Box
from detector.signals.looks import rates_of
from detector.signals.quantities import MIN_DAYS
from detector.signals.stats import count
from detector.signals.unshared import Pair, highest_unshared, sharpest

__all__ = [
    "follower_step_without_likes",
    "like_drip_without_followers",
    "like_step",
    "like_step_without_followers",
    "like_step_without_views",
]

ONE, TWO = Box(1, 2), Box(2, 2)
"""An order placed in the evening arrives by two looks."""

TWO_LOOKS = 0.2
"""What a step over two looks counts less, ln: hits have more of them. Of steps of 10 % .79 are found at 1 % false
positives with one look alone, .89 with two as well (docs/decisions/0007)."""

THREE = Box(3, 2)
LONGER = 0.1
"""What followers over two or three looks count less, ln: deliveries take up to three days (docs/decisions/0028)."""

DRIPS = tuple(Box(looks, 1, even=True) for looks in (4, 5, 6, 7))
"""Short drips. Of longer ones each day is too small to have edges."""

LIKES: Pair = ("likes", "followers")


def like_step(panel: Panel) -> FloatArray:
    """Sharpest rise of likes over a day or two: ln of it over the days around it (H6).

    Context where no companion is known, and weighs little: a post that fades within hours has such edges too.
    """
    one, two = np.log(sharpest(panel, LIKES, (ONE, TWO)))
    return _enough(panel, "likes", np.fmax(one, two - TWO_LOOKS))


def like_step_without_followers(panel: Panel) -> FloatArray:
    """Sharpest rise of likes over a day or two that the followers did not share (H2, H6).

    ln of (likes of the day / likes of the days around it), less the same for followers, plus a share of what followers
    fell short of and of how far the next look fell. A hit raises both and fades over days; a mention elsewhere raises
    both. Misleads where likes and followers are read from pages cached at different times.
    """
    return _step_without(panel, ("likes", "followers"))


def like_step_without_views(panel: Panel) -> FloatArray:
    """Sharpest rise of likes over a day or two that the views did not share (H2, H6); see the one for followers."""
    return _step_without(panel, ("likes", "views"))


def follower_step_without_likes(panel: Panel) -> FloatArray:
    """Sharpest rise of followers over one to three days that the likes did not share (H1, H3).

    As `like_step_without_followers`, with the counters in each other's place. A hit raises both and fades over days;
    after a mention on television followers come without many likes, but for days.
    """
    one, two, three = highest_unshared(panel, ("followers", "likes"), (ONE, TWO, THREE))
    return _enough(panel, "followers", np.fmax(one, np.fmax(two, three) - LONGER))


def like_drip_without_followers(panel: Panel) -> FloatArray:
    """Four to seven days of even likes with sharp edges that the followers did not share (H2, H9).

    The least of these days over the days before and after, less what followers did and how uneven the days were.
    Organic attention rises at once and fades, or swells slowly: it has one edge at most, and no flat top.
    """
    found = np.full(len(panel), np.nan)
    for one in highest_unshared(panel, LIKES, DRIPS):
        found = np.fmax(found, one)
    return _enough(panel, "likes", found)


def _step_without(panel: Panel, pair: Pair) -> FloatArray:
    one, two = highest_unshared(panel, pair, (ONE, TWO))
    return _enough(panel, pair[0], np.fmax(one, two - TWO_LOOKS))


def _enough(panel: Panel, counter: str, highest: FloatArray) -> FloatArray:
    """At least 0; NaN where too few looks are known, or the companion never is."""
    return np.where(_n_looks(panel, counter) >= MIN_DAYS - 1, np.maximum(highest, 0.0), np.nan)


@once
def _n_looks(panel: Panel, counter: str) -> FloatArray:
    """Gains of a counter that are known, (n,)."""
    return count(rates_of(panel, counter, counter).gain)
