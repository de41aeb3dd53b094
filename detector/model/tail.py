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
    from_here = ordered[n - wide]
    excess = ordered[ordered > from_here] - from_here
    # The median resists the few accounts far out that a real reference always holds.
    scale = float(np.median(excess)) / float(np.log(2.0)) if len(excess) >= 5 else 0.0
    spread = float(ordered[n - 1 - int(0.16 * (n - 1))] - np.median(ordered))
    scale = max(scale, 0.1 * spread, 0.02)
    return Tail(at, -np.log10(np.minimum(share, 1.0)), 1.0 / (scale * LN10), n)
