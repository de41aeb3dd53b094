"""Tail: the frozen distribution of a number among reference accounts, read as -log10 of the share above it.

Kept are quantiles that rest on at least `MIN_ABOVE` accounts each; beyond the last one an exponential tail goes
on, so that a score keeps ranking where the reference has nobody left.
"""

from dataclasses import dataclass

import numpy as np

from detector.panel import FloatArray

__all__ = ["MIN_ABOVE", "Tail", "fit_tail"]

MIN_ABOVE = 20
"""Accounts at or above the highest stored quantile: no stored number speaks of fewer (DESIGN, section 4)."""

TAIL_SHARE = 0.05
"""The tail is fitted to the top 5 %, or to `MIN_ABOVE` accounts where that is more."""

MIN_EXCESSES = 10
STEP = 1e-6
POINTS = 40
LN10 = float(np.log(10.0))


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


def fit_tail(values: FloatArray, min_above: int = MIN_ABOVE) -> Tail:
    """The tail of the known `values`, shape (n,); at least one must be known.

    `min_above` is the number of accounts at or above the highest stored quantile; numbers near an account's own
    counters keep the default.

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
    return Tail(at, -np.log10(np.minimum(share, 1.0)), 1.0 / (_scale(ordered, wide) * LN10), n)


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
