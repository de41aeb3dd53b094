"""Model: all units of all platforms, and how they judge a panel. A pure function of each account's own data.

Units (an axis on a block of evidence) are combined as independent looks: with k looks whose smallest p-value is p,
the combined p-value is 1 - (1 - p)**k (Sidak), which never depends on who else was scored.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.contract import AXES
from detector.model.evidence import Evidence, gather
from detector.model.unit import RawScores, Unit, raw_scores
from detector.panel import FloatArray, Panel

__all__ = ["UNJUDGED_SHARE", "Judged", "Judgement", "Model", "Platform", "Reading", "sidak"]

UNJUDGED_SHARE = 0.10
"""Weight in the ranking `score` of an axis that may not carry a verdict: likes on a profile alone, no peers."""

NOT_ASKED = -1
"""Support of a look that may not carry a verdict: there is nothing to support."""

MIN_CALIBRATION = 20
"""Fewer calibration accounts than this: the unit gives a score, never a p-value."""


@dataclass(frozen=True, slots=True, repr=False)
class Platform:
    """The units of one platform and the number of reference accounts behind them."""

    name: str
    units: tuple[Unit, ...]
    n_accounts: int

    def __repr__(self) -> str:
        return f"Platform({self.name}: {self.n_accounts} accounts, {len(self.units)} units)"


@dataclass(frozen=True, slots=True, repr=False)
class Reading:
    """What one unit reads off the accounts `rows` (positions in the panel) that share one pattern."""

    unit: Unit
    pattern: int
    rows: NDArray[np.intp]
    evidence: Evidence
    raw: RawScores
    surprise: FloatArray
    support: NDArray[np.int8]
    cohort: NDArray[np.intp]
    judged: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, repr=False)
class Judged:
    """Per account, shape (n,): combined surprise (-log10 p) of the looks that may judge, and how many there were."""

    surprise: FloatArray
    looks: NDArray[np.int64]


@dataclass(frozen=True, slots=True, repr=False)
class Judgement:
    """All a model says of a panel; arrays are (n,), NaN or -1 where it says nothing.

    `leading` is the index into `readings` of the look with the smallest p-value, `place` the account's row in it.
    """

    axes: dict[str, Judged]
    axis_scores: dict[str, FloatArray]
    overall: Judged
    score: FloatArray
    readings: tuple[Reading, ...]
    leading: NDArray[np.intp]
    place: NDArray[np.intp]
    support: NDArray[np.int8]
    known: NDArray[np.bool_]
    no_peers: NDArray[np.bool_]
    atoms: dict[str, NDArray[np.bool_]]


@dataclass(frozen=True, slots=True, repr=False)
class Model:
    """A fitted model. `card` says on whom, from when, under which licence and for whom it is not."""

    platforms: Mapping[str, Platform]
    card: Mapping[str, Any]
    version: str = field(default="")

    def __repr__(self) -> str:
        return f"Model({self.version or 'unsaved'}: {', '.join(map(repr, self.platforms.values()))})"

    def judge(self, panel: Panel) -> Judgement:
        """Judges every account of a panel on its own."""
        evidence = gather(panel)
        readings = [
            reading
            for name, platform in sorted(self.platforms.items())
            for unit in platform.units
            for reading in _read(unit, panel, evidence, panel.platform == name)
        ]
        return _combine(panel, evidence, tuple(readings))


def sidak(surprise: FloatArray, looks: NDArray[np.int64]) -> FloatArray:
    """-log10 of 1 - (1 - p)**k for p = 10**-surprise: the chance that the oddest of k looks is at least this odd.

    >>> sidak(np.array([2.0]), np.array([1])), sidak(np.array([2.0]), np.array([2])).round(3)
    (array([2.]), array([1.701]))
    """
    p = np.power(10.0, -np.minimum(surprise, 15.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        combined = -np.log10(-np.expm1(looks * np.log1p(-p)))
    far = surprise - np.log10(np.maximum(looks, 1))  # where p is too small for the difference to matter
    return np.where(looks == 1, surprise, np.where(surprise > 12.0, far, np.maximum(combined, 0.0)))


def may_judge(unit: Unit, panel: Panel, evidence: Evidence) -> NDArray[np.bool_]:
    """Whether a unit may carry a verdict for each account, whatever its score (DESIGN 4.5), bool (n,).

    Followers need likes, views or a history (given by their signals) and an account with posts that is not
    private. Likes need recent posts or a history: on a profile alone a hit shown to strangers looks the same.
    Automation needs followers, following and one field of the profile.
    """
    atoms = evidence.atoms
    posts, private = panel.profile["posts"], panel.profile["private"]
    active = ~(posts == 0) & ~(private == 1)
    if unit.axis == "automation":
        fields = ("bio_length", "handle_digits", "has_picture", "has_link")
        return (
            atoms["followers"] & atoms["following"] & np.logical_or.reduce([atoms[name] for name in fields])
        )
    if unit.axis == "likes" and unit.block == "counters":
        return active & atoms["post.likes"]
    return active


def _read(unit: Unit, panel: Panel, evidence: Evidence, mine: NDArray[np.bool_]) -> list[Reading]:
    pattern_of = np.where(mine, unit.pattern_of(evidence.atoms, evidence.n), -1)
    allowed = may_judge(unit, panel, evidence)
    readings = []
    for index in sorted(set(pattern_of.tolist()) - {-1}):
        pattern = unit.patterns[index]
        rows = np.flatnonzero(pattern_of == index)
        own = evidence.take(rows)
        raw = raw_scores(own, pattern.pairs, unit.peers, unit.forest, unit.forest_tail)
        followers = own.quantities["followers"]
        size = np.where(np.isnan(followers), 0.0, np.expm1(followers))
        cohort = np.clip(np.searchsorted([c.low for c in pattern.cohorts], size, side="right") - 1, 0, None)
        surprise = np.full(len(rows), np.nan)
        for number, band in enumerate(pattern.cohorts):
            in_band = cohort == number
            surprise[in_band] = band.tail.read(raw.total[in_band])
        support = np.full(len(rows), 2, dtype=np.int8)
        for span in pattern.ranges:
            support = np.minimum(support, span.support(own.quantities[span.quantity]))
        enough = np.array([band.tail.n >= MIN_CALIBRATION for band in pattern.cohorts])[cohort]
        support[~allowed[rows]] = NOT_ASKED
        judged = (support > 0) & enough & ~np.isnan(surprise)
        readings.append(Reading(unit, index, rows, own, raw, surprise, support, cohort, judged))
    return readings


def _combine(panel: Panel, evidence: Evidence, readings: tuple[Reading, ...]) -> Judgement:
    n = len(panel)
    highest = {axis: np.full(n, -np.inf) for axis in AXES}  # judged looks only
    looks = {axis: np.zeros(n, dtype=np.int64) for axis in AXES}
    ranked = {axis: np.full(n, -np.inf) for axis in AXES}  # all looks
    counted = {axis: np.zeros(n, dtype=np.int64) for axis in AXES}
    carrying = np.zeros(n, dtype=bool)
    leading, place = np.full(n, -1, dtype=np.intp), np.full(n, -1, dtype=np.intp)
    best, support = np.full(n, -np.inf), np.full(n, -1, dtype=np.int8)
    known, lacking = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    for number, reading in enumerate(readings):
        axis, rows, judged = reading.unit.axis, reading.rows, reading.judged
        seen = ~np.isnan(reading.surprise)
        known[rows] |= seen
        lacking[rows] |= reading.support == 0
        ranked[axis][rows] = np.fmax(ranked[axis][rows], reading.surprise)
        counted[axis][rows] += seen
        inside = rows[judged]
        highest[axis][inside] = np.fmax(highest[axis][inside], reading.surprise[judged])
        looks[axis][inside] += 1
        carrying[inside] = True
        support[inside] = np.where(
            support[inside] < 0, reading.support[judged], np.minimum(support[inside], reading.support[judged])
        )
        leads = judged & (reading.surprise > best[rows])
        best[rows[leads]] = reading.surprise[leads]
        leading[rows[leads]], place[rows[leads]] = number, np.flatnonzero(leads)
    axes = {axis: _judged(highest[axis], looks[axis]) for axis in AXES}
    scores = {axis: _judged(ranked[axis], counted[axis]).surprise for axis in AXES}
    total = np.sum(np.stack([looks[axis] for axis in AXES]), axis=0)
    overall = _judged(np.max(np.stack([highest[axis] for axis in AXES]), axis=0), total)
    score = np.where(np.isnan(overall.surprise), -np.inf, overall.surprise)
    for axis in AXES:
        aside = (looks[axis] == 0) & ~np.isnan(scores[axis])
        score = np.where(aside, np.maximum(score, scores[axis] + np.log10(UNJUDGED_SHARE)), score)
    return Judgement(
        axes,
        scores,
        overall,
        np.where(np.isinf(score), np.nan, score),
        readings,
        leading,
        place,
        support,
        known,
        lacking,
        evidence.atoms,
    )


def _judged(highest: FloatArray, looks: NDArray[np.int64]) -> Judged:
    some = looks > 0
    surprise = sidak(np.where(some, highest, 0.0), np.maximum(looks, 1))
    return Judged(np.where(some, surprise, np.nan), looks)
