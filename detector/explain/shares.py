"""Shares: what each signal adds to the score, so that all of them together are the score.

Signals and looks are combined by weighted maxima (docs/decisions/0003): several signals that tell the same story do not
add up, and which of them "did it" depends on the order in which one takes them away. A share is therefore the mean,
over every order, of how far the score falls when the signal is taken away (the Shapley value): exact, never below
zero, and the same for two signals that do the same. A signal that is taken away counts as entirely ordinary.

Told is the score behind the verdict: of the looks that may judge. Where none may, it is the score for ranking.
"""

from dataclasses import dataclass
from math import factorial

import numpy as np

from detector.contract import AXES
from detector.model.model import (
    LOOKS,
    WEIGHTS,
    Judgement,
    Reading,
    combine,
    log_behind,
    log_weight,
    look_of,
    weighed,
)
from detector.panel import FloatArray

__all__ = ["MAX_PARTS", "Share", "Shares", "score_shares"]

MAX_PARTS = 8
"""Signals told one by one: 256 subsets are read at once. The others are told together, as the rest."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one signal of one look adds to the score, from 0 upwards."""

    signal: str
    axis: str
    block: str
    amount: float


@dataclass(frozen=True, slots=True)
class Shares:
    """`score` = the sum of `parts` (largest first) + `rest`, what all other signals give without these.

    `moved` is what labelled cases add to that score, above or below zero; 0 where the model knows none.
    """

    score: float
    parts: tuple[Share, ...]
    rest: float
    moved: float = 0.0


@dataclass(frozen=True, slots=True)
class _Part:
    """One signal's weighted surprise in the look at place `look` of `readings`."""

    look: int
    signal: str
    value: float


def score_shares(judgement: Judgement, row: int = 0) -> Shares | None:
    """Shares of one account's score.

    Parameters
    ----------
    judgement : Judgement
    row : position of the account in its panel

    Returns
    -------
    Shares, or None where the account has no score.
    """
    readings = [(reading, _place(reading, row)) for reading in judgement.readings if row in reading.rows]
    judging = [(reading, place) for reading, place in readings if reading.judged[place]]
    readings = judging or readings
    parts = [
        _Part(look, name, float(values[place]))
        for look, (reading, place) in enumerate(readings)
        for name, values in reading.raw.parts.items()
        if not np.isnan(values[place])
    ]
    if not parts or np.isnan(judgement.score[row]):
        return None
    told = sorted(parts, key=lambda part: -_strength(part, readings))[:MAX_PARTS]
    untold = [part for part in parts if part not in told]
    scores = _scores(told, untold, readings)
    amounts = _means_over_orders(scores, len(told))
    shares = [
        Share(part.signal, readings[part.look][0].unit.axis, readings[part.look][0].unit.block, float(amount))
        for part, amount in zip(told, amounts, strict=True)
    ]
    ordered = sorted(shares, key=lambda share: (-share.amount, share.axis, share.block, share.signal))
    return Shares(float(scores[-1]), tuple(ordered), float(scores[0]), _moved(judgement, row))


def _moved(judgement: Judgement, row: int) -> float:
    said = judgement.heard.said if judgement.heard is not None else ()
    return float(sum(one.added[one.rows == row].sum() for one in said))


def _place(reading: Reading, row: int) -> int:
    return int(np.flatnonzero(reading.rows == row)[0])


def _surprise(reading: Reading, place: int, totals: FloatArray) -> FloatArray:
    """What totals of a look are worth among the account's peers: the same reading as the model's own."""
    cohorts = reading.unit.patterns[reading.pattern].cohorts
    return cohorts[int(reading.cohort[place])].tail.read(totals)


def _strength(part: _Part, readings: list[tuple[Reading, int]]) -> float:
    """How odd the signal makes its look by itself, weighted as the model weighs looks."""
    reading, place = readings[part.look]
    alone = _surprise(reading, place, np.array([part.value]))[0]
    judged = 0.0 if reading.judged[place] else log_behind(np.array(reading.unit.weight))
    return float(alone + log_weight(reading.unit) + judged)


def _scores(told: list[_Part], untold: list[_Part], readings: list[tuple[Reading, int]]) -> FloatArray:
    """The score for every subset of `told`, (2**told,); bit i of the index says whether part i is there."""
    subsets = np.arange(2 ** len(told))
    totals = np.full((len(subsets), len(readings)), -np.inf)
    for part in untold:
        totals[:, part.look] = np.maximum(totals[:, part.look], part.value)
    for bit, part in enumerate(told):
        here = (subsets >> bit) & 1 == 1
        totals[here, part.look] = np.maximum(totals[here, part.look], part.value)
    judged, ranked = (np.full((len(subsets), len(LOOKS)), np.nan) for _ in range(2))
    for number, (reading, place) in enumerate(readings):
        surprise = _surprise(reading, place, totals[:, number])
        ranked[:, look_of(reading.unit)] = surprise
        if reading.judged[place]:
            judged[:, look_of(reading.unit)] = surprise
    return _combined(judged, ranked, weighed(((reading.unit, slice(None)) for reading, _ in readings), 1)[0])


def _combined(judged: FloatArray, ranked: FloatArray, own: FloatArray) -> FloatArray:
    """The ranking score of `detector.model.model`: looks that judge, and from further back those that may not.

    `own` is the weight of the units themselves, (looks,).
    """
    weights = WEIGHTS * own
    score = combine(judged, weights)
    for axis in AXES:
        looks = [look for look, (name, _) in enumerate(LOOKS) if name == axis]
        axis_score, all_ = (combine(one[:, looks], weights[looks]) for one in (judged, ranked))
        behind = all_ + log_behind(own[looks].max())
        score = np.fmax(score, np.where(np.isnan(axis_score), behind, np.nan))
    return score


def _means_over_orders(scores: FloatArray, n: int) -> FloatArray:
    """Shapley values of `n` parts from the score of every subset, (n,)."""
    subsets = np.arange(2**n)
    sizes = np.array([int(subset).bit_count() for subset in subsets])
    weight = np.array([factorial(size) * factorial(n - 1 - size) for size in range(n)]) / factorial(n)
    amounts = np.empty(n)
    for bit in range(n):
        without = subsets[(subsets >> bit) & 1 == 0]
        amounts[bit] = np.sum(weight[sizes[without]] * (scores[without + (1 << bit)] - scores[without]))
    return amounts
