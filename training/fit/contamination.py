"""Contamination: which reference accounts lie farther out than ordinary ones would, and are left out of a unit's fit.

Real references hold inflated accounts, and what is learnt from them would excuse those that are scored. Deviations from
peers are close to normal on the log scale; how much farther than normal ordinary accounts reach was measured for each
signal (`REACH`). So the ordinary half of a reference says how many accounts to expect far out, and where clearly more
lie there, the surplus counts as inflated: the two-groups model of Efron (2008, Statistical Science 23:1). See
docs/decisions/0019. Accounts that were made to follow are counted against those of labelled sets (`emptiness`).
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from detector.model.evidence import Evidence
from detector.model.unit import Pair
from detector.panel import FloatArray
from detector.signals.catalogue import SIGNALS
from training.fit.emptiness import Emptiness, Shares, emptiness, share_above
from training.fit.peers import fit_peer

__all__ = [
    "BODY",
    "HEAVY",
    "REACH",
    "counted_chance",
    "keep_ordinary",
    "ordinary_chance",
    "reach_of",
    "weight_of_surplus",
]

BODY = (0.25, 0.65)
"""Quantiles from which the normal law of ordinary accounts is read: inflated ones are seldom among these."""

REACH: Mapping[str, Mapping[str, float]] = {
    "tiktok": {
        "followers_beyond_engagement": 1.2,
        "likes_below_followers": 1.3,
        "likes_per_post_below_followers": 1.15,
        "engagement_below_followers": 1.3,
        "views_below_followers": 1.45,
        "likes_beyond_followers": 1.1,
        "likes_per_view": 1.0,
        "likes_per_view_peak": 1.75,
        "shares_below_likes": 1.05,
        "saves_below_likes": 1.1,
        "showered_post": 1.9,
        "like_spread_below_views": 1.1,
        "follower_step_without_likes": 2.6,
        "follower_rise_without_likes": 2.8,
        "follower_spike": 2.6,
        "like_step_without_followers": 1.9,
        "like_drip_without_followers": 2.6,
    },
    "youtube": {
        "followers_beyond_engagement": 1.45,
        "follower_spike_without_views": 2.1,
        "follower_rise_without_views": 1.8,
        "follower_spike": 2.6,
    },
    "instagram": {
        "followers_beyond_engagement": 1.75,
        "following_beyond_likes": 1.2,
    },
}
"""How far out ordinary accounts lie, in spreads of the normal law read from `BODY`, by platform and signal.

About the most that `benchmarks/contamination.py` finds among the 20 to 2 % farthest creators and channels (histories
of TikTok: simulated ones). Ordinary users reach a little farther, by less than makes a surplus. A platform or signal
that is not listed was not measured, or its ordinary accounts reach too far for a surplus to be told: nothing is left
out there.
"""

HEAVY: Mapping[str, Mapping[str, float]] = {
    "tiktok": {"comments_below_likes": 0.9, "silent_likes_peak": 1.0},
}
"""Shape of the power law by which the oddest ordinary accounts lie out, by platform and signal.

A few ordinary accounts close their comments, and a reference without enough of them, or with inflated accounts where
these begin, calls for no power law: then they outrank nearly every inflated one (docs/decisions/0019).
"""

MIN_KNOWN = 150
"""Fewer accounts cannot tell a surplus from chance."""

START = 1.0
"""A surplus is looked for from so many spreads (times the reach) above the middle on."""

MIN_SURPLUS, SURE = 0.015, 3.0
"""A surplus counts from this share of the accounts on, and from so many standard deviations of what is expected."""

MIN_SURPLUS_OF: Mapping[str, float] = {"likes": 0.01}
"""The same by axis, where less was measured to do: of 18 parts of each of four real populations none loses anybody for
its likes, where 6 of ordinary users would for their followers (docs/decisions/0019)."""

UNSEEN = MIN_SURPLUS / 2
"""Share of the accounts inflated in a way that shows no surplus, at a guess: it may be none, or all but a surplus."""

SURE_COUNTED = 2.0
"""The same where the expected share was counted in other populations, in the one that has most."""

MOST = 0.15
"""No more is left out: a law that asks for it at once does not fit the signal, and has no say."""

STEP = 12
"""Accounts that share one chance by a law that they themselves say: fewer would follow the noise."""

ROUNDS = 3
"""The law is read again without the surplus; more rounds eat into the ordinary accounts."""


def keep_ordinary(
    evidence: Evidence,
    pairs: Sequence[Pair],
    reach: Mapping[str, float],
    empty: Emptiness | None = None,
    vouched: NDArray[np.bool_] | None = None,
) -> NDArray[np.bool_]:
    """Which accounts a unit is fitted on, bool (n,): all, or all but a surplus far out.

    Parameters
    ----------
    evidence : of the reference accounts
    pairs : signals with the quantities by which peers expect them
    reach : by signal, as in `REACH`; others have no say
    empty : how many ordinary accounts look made to follow, where the unit is about that
    vouched : bool (n,), accounts that somebody labelled genuine, which stay
    """
    kept = np.ones(evidence.n, dtype=bool)
    counted = np.ones(evidence.n)
    if empty is not None:
        counted = counted_chance(emptiness(evidence.signals, empty.marks), empty.together)
    for _ in range(2):  # lines through what is left show the surplus more clearly
        chance = counted.copy()
        for name, given in pairs:
            peer = fit_peer(evidence, (name, given), kept) if name in reach else None
            if peer is not None:
                deviation = peer.deviation(evidence.signals[name], evidence.quantities)
                least = MIN_SURPLUS_OF.get(SIGNALS[name].axis, MIN_SURPLUS)
                chance = np.minimum(chance, ordinary_chance(deviation, reach[name], least))
        if vouched is not None:
            chance[vouched] = 1.0
        kept = _thinned(chance)
    return kept


def weight_of_surplus(left_out: float, most: float = np.inf) -> float:
    """How many times its usual share of the alarm budget a unit gets, by the share of accounts that it left out.

    Budget goes where inflated accounts are to be expected (Genovese, Roeder and Wasserman 2006, Biometrika 93:3): in
    proportion to how many are, those that were seen and those that may be there unseen, in this unit and in any other.
    No more than `most` times.

    >>> weight_of_surplus(0.0), weight_of_surplus(0.03), weight_of_surplus(0.03, most=2.0)
    (1.0, 5.0, 2.0)
    """
    return min(1.0 + left_out / UNSEEN, most)


def ordinary_chance(deviation: FloatArray, reach: float, least: float = MIN_SURPLUS) -> FloatArray:
    """Chance of each account to be an ordinary one, (n,) in [0, 1]; all 1 where no surplus is seen.

    Parameters
    ----------
    deviation : (n,), in spreads above what peers have; NaN, unknown, has chance 1
    reach : spreads of a normal law that ordinary accounts keep to
    least : share of the accounts from which on more of them than expected are a surplus
    """
    chance = np.ones(len(deviation))
    known = np.flatnonzero(~np.isnan(deviation))
    if len(known) < MIN_KNOWN:
        return chance
    order = known[np.argsort(-deviation[known], kind="stable")]  # farthest out first
    at, found = deviation[order], np.ones(len(known))
    for _ in range(ROUNDS):
        again = _read(at, found, reach, least)
        if again.mean() < 1.0 - MOST:
            break
        found = again
    chance[order] = found
    return chance


def counted_chance(values: FloatArray, shares: Shares) -> FloatArray:
    """Chance of each account to be an ordinary one, (n,) in [0, 1]; all 1 where no surplus is seen.

    Parameters
    ----------
    values : (n,), higher where fewer ordinary accounts are
    shares : of the ordinary accounts that reach the first value, how many reach which
    """
    order = np.argsort(-values, kind="stable")  # farthest out first
    at = values[order]
    far = int(np.searchsorted(-at, -shares[0][0], side="right"))
    found, ordinary = np.ones(far), share_above(at[:far], shares)
    for _ in range(ROUNDS):
        expected = found.sum() * ordinary
        needed = np.maximum(SURE_COUNTED * np.sqrt(expected + 1.0), MIN_SURPLUS * len(at))
        again = _of_surplus(at, expected, needed, 1)
        if far - again.sum() > MOST * len(at):
            break
        found = again
    chance = np.ones(len(values))
    chance[order[:far]] = found
    return chance


def reach_of(deviation: FloatArray, shares: Sequence[float] = (0.2, 0.1, 0.05, 0.02)) -> FloatArray | None:
    """How far out the farthest `shares` of the accounts lie, in spreads of the normal law: what `REACH` is read from.

    Returns
    -------
    (shares,), or None where too few are known or half of them share one value.
    """
    from scipy.special import ndtri

    values = np.sort(deviation[~np.isnan(deviation)])
    law = _law(values, np.ones(len(values))) if len(values) >= MIN_KNOWN else None
    if law is None:
        return None
    middle, spread = law
    far = np.quantile(values, 1.0 - np.asarray(shares))
    return np.asarray((far - middle) / spread / ndtri(1.0 - np.asarray(shares)), dtype=np.float64)


def _read(at: FloatArray, chance: FloatArray, reach: float, least: float) -> FloatArray:
    """Chances anew, for deviations `at` in descending order, by the law that the present chances leave."""
    from scipy.special import ndtr

    found = np.ones(len(at))
    law = _law(at[::-1], chance[::-1])
    if law is not None:
        middle, spread = law[0], law[1] * reach
        far = int(np.searchsorted(-at, -(middle + START * spread)))
        expected = chance.sum() * ndtr((middle - at[:far]) / spread)
        needed = SURE * np.sqrt(expected + 1.0) + least * len(at)
        found[:far] = _of_surplus(at, expected, needed, STEP)
    return found


def _of_surplus(at: FloatArray, expected: FloatArray, needed: FloatArray, step: int) -> FloatArray:
    """Chances of the first accounts, (far,), of the values `at` in descending order; all 1 where no surplus is seen.

    Parameters
    ----------
    expected : (far,), ordinary accounts at or above each of the first values
    needed : (far,), so many more than these make a surplus
    step : so many accounts share one chance, at least
    """
    from scipy.optimize import isotonic_regression

    far = len(expected)
    reached = np.searchsorted(-at, -at[:far], side="right")  # accounts at or above each, equal ones included
    if not np.any(reached - expected >= needed):
        return np.ones(far)
    ends = np.unique(np.append(reached[step - 1 : far - step : step], far))
    sizes = np.diff(ends, prepend=0)
    share = np.diff(expected[ends - 1], prepend=0.0) / sizes
    # Nobody becomes more ordinary farther out.
    return np.repeat(np.minimum(isotonic_regression(share, weights=sizes).x, 1.0), sizes)


def _law(ascending: FloatArray, chance: FloatArray) -> tuple[float, float] | None:
    """Middle and spread of the normal law through the body; None where most accounts share one value."""
    from scipy.special import ndtri

    reached = (np.cumsum(chance) - 0.5 * chance) / chance.sum()
    low, high = np.interp(BODY, reached, ascending)
    if high - low < 1e-6:
        return None
    spread = float((high - low) / (ndtri(BODY[1]) - ndtri(BODY[0])))
    return float(low - spread * ndtri(BODY[0])), spread


def _thinned(chance: FloatArray) -> NDArray[np.bool_]:
    """Of accounts with like chances as many as these add up to, every so many of them: the same each time."""
    order = np.argsort(chance, kind="stable")
    total = np.cumsum(chance[order])
    kept = np.zeros(len(chance), dtype=bool)
    kept[order] = np.floor(total + 0.5) > np.floor(total - chance[order] + 0.5)
    return kept
