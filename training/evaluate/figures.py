"""Figures of merit: recall at a rate of false alarms, AUC, and their intervals over accounts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.panel import FloatArray

__all__ = ["Draws", "Estimate", "Threshold", "auc", "calibrated_interval", "draw_accounts"]

BOOTSTRAP = 400
"""Resamples of the accounts: the 2.5 and 97.5 % points of a share move by less than a point of a hundred."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share or an AUC with its 95 % interval over accounts, and the number of inflated accounts behind it."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True, repr=False)
class Draws:
    """How often each untouched account is drawn in each resample: counts of shape (resamples, n)."""

    weights: NDArray[np.int16]

    def __repr__(self) -> str:
        return f"Draws{self.weights.shape}"


def draw_accounts(n: int, rng: np.random.Generator, resamples: int = BOOTSTRAP) -> Draws:
    """Resamples of `n` accounts with replacement."""
    picked = rng.integers(0, n, (resamples, n))
    weights = np.zeros((resamples, n), dtype=np.int16)
    np.add.at(weights, (np.arange(resamples)[:, None], picked), 1)
    return Draws(weights)


@dataclass(frozen=True, slots=True, repr=False)
class Threshold:
    """The score that a share `rate` of the untouched accounts exceeds: in the sample, and in each resample."""

    rate: float
    score: float
    resampled: FloatArray
    draws: Draws

    @classmethod
    def at(cls, rate: float, untouched: FloatArray, draws: Draws) -> "Threshold":
        """From the scores (n,) of the untouched accounts."""
        order = np.argsort(untouched, kind="stable")
        ordered = untouched[order]
        n = len(ordered)
        counted = np.cumsum(draws.weights[:, order], axis=1)
        # The account from which on, counted from below, a share of 1 - rate lies at or under its score.
        wanted = n - np.floor(rate * n)
        place = np.minimum((counted < wanted).sum(axis=1), n - 1)
        score = float(ordered[min(int(np.ceil(wanted)) - 1, n - 1)])
        return cls(rate, score, ordered[place], draws)

    def recall(self, inflated: FloatArray, twin: NDArray[np.intp] | None = None) -> Estimate:
        """Share of inflated accounts above the threshold.

        Parameters
        ----------
        inflated : scores (m,) of inflated accounts
        twin : (m,) position of each one's untouched twin, drawn together with it; None where they have no twins
        """
        n = len(inflated)
        if not n:
            return Estimate(float("nan"), float("nan"), float("nan"), 0)
        own = self.draws.weights[:, twin] if twin is not None else _own_draws(n, len(self.resampled))
        weights = own.astype(float)
        found = weights * (inflated[None, :] > self.resampled[:, None])
        total = weights.sum(axis=1)
        shares = found.sum(axis=1)[total > 0] / total[total > 0]
        low, high = np.quantile(shares, [0.025, 0.975]) if len(shares) else (np.nan, np.nan)
        return Estimate(float(np.mean(inflated > self.score)), float(low), float(high), n)


def _own_draws(n: int, resamples: int) -> NDArray[np.int16]:
    return draw_accounts(n, np.random.default_rng(n), resamples).weights


def auc(untouched: FloatArray, inflated: FloatArray) -> float:
    """Chance that an inflated account ranks above an untouched one, ties counting half; NaN without accounts.

    >>> auc(np.array([1.0, 2.0]), np.array([2.0, 3.0]))
    0.875
    """
    if not len(untouched) or not len(inflated):
        return float("nan")
    found = np.sort(untouched)
    above = np.searchsorted(found, inflated, "left") + np.searchsorted(found, inflated, "right")
    return float(above.mean() / 2.0 / len(found))


def calibrated_interval(n_calibration: int, n_test: int, rate: float = 0.01) -> tuple[int, int]:
    """Where 99 % of the counts of false alarms lie if a level is calibrated to `rate`.

    With n calibration accounts, floor(rate (n + 1)) of them are at least as odd as the threshold: the true rate is
    Beta(a, b) with a = floor(rate (n + 1)), b = n + 1 - a, and the count among the test accounts beta-binomial.
    """
    from scipy.stats import betabinom

    a = int(rate * (n_calibration + 1))
    if a == 0:
        return 0, 0
    law = betabinom(n_test, a, n_calibration + 1 - a)
    return int(law.ppf(0.005)), int(law.ppf(0.995))
