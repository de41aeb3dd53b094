"""Fits the probability of being inflated: Venn-Abers intervals over scores of cases judged without their labels."""

import numpy as np
from numpy.typing import NDArray

from detector.model.lessons import Chance
from detector.panel import FloatArray

__all__ = [
    "MIN_CASES_FOR_CHANCE",
    "MIN_DRAWN",
    "MIN_EACH_FOR_CHANCE",
    "calibration_error",
    "expected_error",
    "fit_chance",
    "representing",
]

MIN_CASES_FOR_CHANCE, MIN_EACH_FOR_CHANCE = 100, 20
"""Fewer cases change the score only (DESIGN, section 4.6)."""

MOST_SCORES = 200
"""Distinct calibration scores; more are joined by rank, which moves a probability by less than one in 200."""

MIN_DRAWN = 30
"""Cases drawn at random below which they cannot stand for all accounts that nobody picked."""

FOLDS = 5
BINS = 10


def fit_chance(score: FloatArray, inflated: NDArray[np.bool_], weight: FloatArray | None = None) -> Chance:
    """Venn-Abers on scores (n,) and labels (n,); `weight` (n,), of mean 1, is how many accounts each stands for."""
    weight = np.ones(len(score)) if weight is None else weight
    at, hits, counts = _grouped(score, inflated, weight)
    k = len(at)
    low, high = np.empty(2 * k + 1), np.empty(2 * k + 1)
    for slot in range(2 * k + 1):
        for label, ends in ((0.0, low), (1.0, high)):
            ends[slot] = _with_one(hits, counts, slot, label)
    # Adding one more account at a higher place never lowers either end, up to rounding.
    intercept, slope = _logistic(score, inflated, weight)
    low, high = np.maximum.accumulate(low), np.maximum.accumulate(high)
    return Chance(at, np.clip(low, 0, 1), np.clip(np.maximum(low, high), 0, 1), intercept, slope, len(score))


def representing(drawn: NDArray[np.bool_], accounts: int) -> FloatArray | None:
    """How many accounts each case stands for, (n,) with mean 1; None where that cannot be known.

    Of `accounts` in all some were picked for review, and stand for themselves; the others are represented by those that
    were `drawn` at random among them. So what a queue prefers does not pass for what is usual.
    """
    n_drawn, n_picked = int(drawn.sum()), int((~drawn).sum())
    if n_drawn < MIN_DRAWN:
        return None
    weight: FloatArray = np.where(drawn, max(accounts - n_picked, n_drawn) / n_drawn, 1.0)
    return np.asarray(weight / weight.mean())


def calibration_error(
    score: FloatArray, inflated: NDArray[np.bool_], weight: FloatArray | None = None
) -> float:
    """Expected calibration error of the probability, in ten bins of equal size, on cases held back fold by fold."""
    weight = np.ones(len(score)) if weight is None else weight
    fold = np.arange(len(score)) % FOLDS
    said = np.empty(len(score))
    for held in range(FOLDS):
        kept = fold != held
        own = weight[kept] / weight[kept].mean()
        said[~kept] = fit_chance(score[kept], inflated[kept], own).read(score[~kept])[0]
    return float(expected_error(said, inflated, weight))


def expected_error(
    said: FloatArray, inflated: NDArray[np.bool_], weight: FloatArray, bins: int = BINS
) -> FloatArray:
    """Expected calibration error of a probability (n,) in bins of equal numbers of accounts, by what is said.

    `inflated` may be (n,) or many draws of it, (draws, n): there is one error a draw. `bins` is at most n.
    """
    order = np.argsort(said, kind="stable")
    missed = (weight * (said - inflated))[..., order]
    starts = [len(part) for part in np.array_split(order, bins)]
    found = np.add.reduceat(missed, np.cumsum([0, *starts[:-1]]), axis=-1)
    error: FloatArray = np.abs(found).sum(axis=-1) / weight.sum()
    return error


def _grouped(
    score: FloatArray, inflated: NDArray[np.bool_], weight: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Ascending distinct scores, at most `MOST_SCORES`; weight of inflated cases and of all at each."""
    distinct, place = np.unique(score, return_inverse=True)
    if len(distinct) > MOST_SCORES:
        group = np.arange(len(distinct)) * MOST_SCORES // len(distinct)
        distinct, place = np.array([distinct[group == g].mean() for g in range(MOST_SCORES)]), group[place]
    hits, counts = np.zeros(len(distinct)), np.zeros(len(distinct))
    np.add.at(hits, place, np.where(inflated, weight, 0.0))
    np.add.at(counts, place, weight)
    return distinct, hits, counts


def _with_one(hits: FloatArray, counts: FloatArray, slot: int, label: float) -> float:
    """The isotonic probability at a slot (odd: at a score, even: between) with one more account of a label there."""
    place, at_score = divmod(slot, 2)
    if at_score:
        hits, counts = hits.copy(), counts.copy()
        hits[place] += label
        counts[place] += 1.0
    else:
        hits, counts = np.insert(hits, place, label), np.insert(counts, place, 1.0)
    return _isotonic_at(hits, counts, place)


def _isotonic_at(hits: FloatArray, counts: FloatArray, place: int) -> float:
    """Isotonic regression at one place: the largest over starts of the smallest over ends of the means between."""
    before = np.concatenate([[0.0], np.cumsum(hits)])
    weight = np.concatenate([[0.0], np.cumsum(counts)])
    starts, ends = np.arange(place + 1), np.arange(place + 1, len(hits) + 1)
    gain = before[ends][None, :] - before[starts][:, None]
    means = gain / (weight[ends][None, :] - weight[starts][:, None])
    return float(means.min(axis=1).max())


def _logistic(score: FloatArray, inflated: NDArray[np.bool_], weight: FloatArray) -> tuple[float, float]:
    """Intercept and slope of a logistic line; a slope below 0 would turn the ranking round, so it is none then."""
    from sklearn.linear_model import LogisticRegression

    spread = float(np.std(score))
    if spread <= 0:
        return 0.0, 0.0
    fitted = LogisticRegression(C=1.0).fit((score / spread)[:, None], inflated, weight)
    slope = max(float(fitted.coef_[0, 0]) / spread, 0.0)
    return (float(fitted.intercept_[0]) if slope else 0.0), slope
