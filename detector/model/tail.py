"""Tail: the frozen distribution of a number among reference accounts, read as -log10 of the share above it.

Kept are quantiles that rest on at least `MIN_ABOVE` accounts each; beyond the last one a fitted tail goes on, so
that a score keeps ranking where the reference has nobody left. How it goes on is said by `Beyond`:

exponential  at the rate of the largest accounts
power        at the slower rate of a power law where the largest accounts call for it: a signal whose oddest honest
             accounts lie far out must not drown the others (docs/decisions/0009). Given the least shape of that law,
             whether they call for it or not
body         exponential, and nowhere less surprising than the rate of the ordinary half extrapolates to: inflated
             accounts in the reference must not excuse those that are scored. Given the reach of ordinary accounts, nor
             less surprising than a normal law through that half says, so many times as wide (docs/decisions/0019)
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from detector.panel import FloatArray

__all__ = ["MAXIMA_FROM", "MIN_ABOVE", "Beyond", "Tail", "by_maxima", "fit_tail", "power_shape"]

Beyond = Literal["exponential", "power", "body"]

MIN_ABOVE = 20
"""Accounts at or above the highest stored quantile: no stored number speaks of fewer (DESIGN, section 4)."""

TAIL_SHARE = 0.05
"""The tail is fitted to the top 5 %, or to `MIN_ABOVE` accounts where that is more."""

MIN_EXCESSES = 10
STEP = 1e-6
POINTS = 40
LN10 = float(np.log(10.0))

BODY = (0.5, 0.8)
"""Quantiles between which the rate of the body is read: inflated accounts are seldom among these."""

NORMAL = (0.2, 0.6)
"""Quantiles from which the middle and the spread of a normal law are read, below where inflated accounts gather."""

NORMAL_AT = np.array([1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 4.75])
"""Spreads above the middle at which a normal law is written down: where it starts to speak, up to one in a million,
beyond which no reference could say whether it holds."""

MAXIMA_FROM = 0.6
"""Quantile at which the law of maxima is read, and above which it speaks."""

MAXIMA_AT = np.arange(0.25, 6.01, 0.25)
"""Surprise above that quantile at which the law of maxima is written down."""

POWER_SHARE, MIN_POWER = 0.1, 40
"""A power law is fitted to the top tenth, or to 40 accounts where that is more."""

SHAPES = np.linspace(0.0, 1.0, 101)
SHAPE_RATIOS = np.array([(10.0**one - 1) / (2.0**one - 1) if one else LN10 / np.log(2.0) for one in SHAPES])
"""Ratio of the 90 % to the 50 % quantile of a generalised Pareto law of each shape (0 is exponential)."""

FARTHER = np.array([0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0])
"""Surprise beyond the last counted quantile at which a power law is written down."""


@dataclass(frozen=True, slots=True, repr=False)
class Tail:
    """`at` ascending values, `surprise` their -log10 P(X >= at), `decay` the tail's gain of surprise per unit.

    `n` is the number of reference accounts behind it.
    """

    at: FloatArray
    surprise: FloatArray
    decay: float
    n: int

    def __repr__(self) -> str:
        return f"Tail({len(self.at)} quantiles of {self.n} accounts)"

    def read(self, values: FloatArray) -> FloatArray:
        """-log10 of the share of reference accounts at or above each value; 0 below all, NaN for NaN."""
        inside = np.interp(values, self.at, self.surprise)
        inside = np.where(values < self.at[0], 0.0, inside)
        beyond = np.maximum(values - self.at[-1], 0.0) * self.decay
        return np.where(np.isnan(values), np.nan, inside + beyond)


def fit_tail(
    values: FloatArray,
    min_above: int = MIN_ABOVE,
    beyond: Beyond = "exponential",
    law: float | None = None,
) -> Tail:
    """The tail of the known `values`, shape (n,); at least one must be known.

    `min_above` is the number of accounts at or above the highest stored quantile; numbers near an account's own
    counters keep the default. `beyond` says how it goes on. `law` is what was measured of ordinary accounts, where a
    law has to stand in for them (`training.fit.contamination`): for `body` their reach, how many times as far as the
    normal law through their ordinary half they lie; for `power` the least shape of that law.

    The share at or above a value counts the value itself, as a conformal p-value does: (above + 1) / (n + 1).
    """
    ordered = np.sort(values[~np.isnan(values)])
    n = len(ordered)
    if n == 0:
        raise ValueError("no known value to fit a tail on")
    start = min(min_above, max(n // 4, 1))
    wide = min(max(MIN_ABOVE, int(np.ceil(n * TAIL_SHARE))), n)
    above = np.unique(np.geomspace(start, n, POINTS).round().astype(np.intp))[::-1]
    at = np.unique(ordered[n - above])
    share = (n - np.searchsorted(ordered, at, side="left") + 1) / (n + 1)
    # Many accounts may share the highest stored value (no refill at all): to lie above it is rarer than to reach it.
    n_above = int(np.sum(ordered > at[-1]))
    at = np.append(at, at[-1] + STEP)
    share = np.append(share, (n_above + 1) / (n + 1))
    found = Tail(at, -np.log10(np.minimum(share, 1.0)), 1.0 / (_scale(ordered, wide) * LN10), n)
    if beyond == "body":
        found = _by_body(found, ordered)
        return found if law is None else _by_normal(found, ordered, reach=law)
    return _by_power(found, ordered, least=law or 0.0) if beyond == "power" else found


def power_shape(values: FloatArray) -> float | None:
    """Shape of the power law that the farthest of `values`, (n,), call for, 0 (exponential) to 1; None for too few."""
    found = _shape(np.sort(values[~np.isnan(values)]))
    return None if found is None else found[0]


def by_maxima(tail: Tail, totals: FloatArray, odd: float = 1.0) -> Tail:
    """The tail of a unit's `totals`, nowhere less surprising than the largest of m independent surprises would be.

    A total is the largest of several weighted -log10 shares, so that the chance to reach t is about 1 - exp(-m / 10^t);
    m, how many of them count, is read where inflated accounts are seldom (docs/decisions/0019). `odd` is how many times
    as many honest accounts lie far out as the law says (docs/decisions/0027).
    """
    known = totals[~np.isnan(totals)]
    start = float(np.quantile(known, MAXIMA_FROM))
    if start - float(known.min()) < STEP:
        return tail  # most accounts share one value
    at = np.union1d(tail.at, start + MAXIMA_AT)
    m = -np.log(MAXIMA_FROM) * 10.0**start * odd
    law = np.where(at > start, -np.log10(-np.expm1(-m * 10.0**-at)), 0.0)
    return Tail(at, np.maximum.accumulate(np.maximum(tail.read(at), law)), tail.decay, tail.n)


def _by_body(tail: Tail, ordered: FloatArray) -> Tail:
    """The same, nowhere above the body's upper end less surprising than its rate extrapolates to."""
    low, high = np.quantile(ordered, BODY)
    if high - low < STEP or tail.n < MIN_POWER:
        return tail  # most accounts share one value: there is no rate to read
    rate = float(np.log((1 - BODY[0]) / (1 - BODY[1])) / (high - low) / LN10)
    expected = np.where(tail.at > high, -np.log10(1 - BODY[0]) + rate * (tail.at - low), 0.0)
    surprise = np.maximum.accumulate(np.maximum(tail.surprise, expected))
    if np.array_equal(surprise, tail.surprise):
        return tail
    return Tail(tail.at, surprise, max(tail.decay, rate), tail.n)


def _by_normal(tail: Tail, ordered: FloatArray, reach: float) -> Tail:
    """The same, nowhere less surprising than a normal law through the body, `reach` times as wide."""
    from scipy.special import log_ndtr, ndtri

    low, high = np.quantile(ordered, NORMAL)
    if high - low < STEP or tail.n < MIN_POWER:
        return tail  # most accounts share one value: there is no spread to read
    spread = float((high - low) / (ndtri(NORMAL[1]) - ndtri(NORMAL[0])))
    middle = float(low - spread * ndtri(NORMAL[0]))
    spread *= reach
    at = np.union1d(tail.at, middle + spread * NORMAL_AT)
    above = (at - middle) / spread
    law = -log_ndtr(-np.minimum(above, NORMAL_AT[-1])) / LN10
    law += tail.decay * spread * np.maximum(above - NORMAL_AT[-1], 0.0)
    surprise = np.maximum(tail.read(at), np.where(above > NORMAL_AT[0] - STEP, law, 0.0))
    return Tail(at, np.maximum.accumulate(surprise), tail.decay, tail.n)


def _by_power(tail: Tail, ordered: FloatArray, least: float) -> Tail:
    """The same, going on as a generalised Pareto law where the largest accounts lie farther out than exponential.

    Its shape is `least` or more.
    """
    found = _shape(ordered)
    if found is None:
        return tail
    shape, start, middle = max(found[0], least), found[1], found[2]
    if shape < SHAPES[2]:
        return tail
    scale = middle * shape / (2.0**shape - 1.0)
    reached = np.log1p(shape * max(float(tail.at[-1]) - start, 0.0) / scale)
    farther = start + scale / shape * np.expm1(reached + FARTHER * shape * LN10)
    decay = float((FARTHER[-1] - FARTHER[-2]) / (farther[-1] - farther[-2]))
    return Tail(
        np.append(tail.at, farther), np.append(tail.surprise, tail.surprise[-1] + FARTHER), decay, tail.n
    )


def _shape(ordered: FloatArray) -> tuple[float, float, float] | None:
    """Shape of the power law of the farthest accounts, where these start, and their median excess; None for too few.

    The shape is read off the ratio of two quantiles of the excesses, which a few accounts far out hardly move.
    """
    n = len(ordered)
    wide = min(max(MIN_POWER, int(np.ceil(n * POWER_SHARE))), n // 2)
    if wide < MIN_ABOVE:
        return None
    start = float(ordered[n - wide - 1])
    excess = ordered[ordered > start] - start
    if len(excess) < MIN_ABOVE:
        return None
    middle, high = (float(one) for one in np.quantile(excess, [0.5, 0.9]))
    return float(np.interp(high / middle, SHAPE_RATIOS, SHAPES)), start, middle


def _scale(ordered: FloatArray, wide: int) -> float:
    """Scale of the exponential tail, from the excesses of the `wide` highest accounts over the lowest of them.

    Their median resists the few accounts far out that a real reference always holds. Where too few vary (a signal
    that is 0 for nearly everybody), one unit of the signal is taken.
    """
    n = len(ordered)
    excess = ordered[ordered > ordered[n - wide]] - ordered[n - wide]
    if len(excess) < MIN_EXCESSES:
        return 1.0
    spread = float(ordered[n - 1 - int(0.16 * (n - 1))] - np.median(ordered))
    return max(float(np.median(excess)) / float(np.log(2.0)), 0.1 * spread, 0.05)
