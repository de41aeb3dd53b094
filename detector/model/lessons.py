"""Lessons: what labelled cases taught, as packed trees that move the unlabelled score, and a probability.

A lesson belongs to a pattern of evidence (a set of atoms), so that nobody gains or loses because a counter is missing:
of the lessons that an account's evidence covers the richest speaks. It adds `weight` x log10 odds to the score; the
sum is calibrated anew on the reference, size band by size band, so that a level keeps its promise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from detector.model.evidence import Evidence
from detector.model.trees import check_trees
from detector.model.unit import Cohort, Pair, Unit
from detector.panel import FloatArray

__all__ = [
    "ODDS_CEILING",
    "Boosted",
    "Chance",
    "Column",
    "ColumnKind",
    "Heard",
    "Lesson",
    "Said",
    "covered",
    "hear",
    "weighed",
]

ColumnKind = Literal["deviation", "signal", "quantity"]

DEVIATION_CEILING = 6.0
"""In spreads; beyond it an account is as odd as cases can tell, and the unlabelled score goes on alone."""

ODDS_CEILING = 3.0
"""In powers of ten: what a few hundred cases can support at most."""

LOWEST_ADDED = -5.0
"""In powers of ten: labels of some accounts never wholly excuse what is rarer still, which they may not know."""

MIN_CALIBRATION = 20
"""A size band with fewer reference accounts gives no p-value, as for units."""

LN10 = float(np.log(10.0))


@dataclass(frozen=True, slots=True)
class Column:
    """One number that a lesson looks at.

    `deviation` is how far a signal lies from what the quantities `given` make expected, in spreads; `signal` and
    `quantity` are the numbers themselves. `fill` stands in where it is unknown: what is usual in the reference.
    """

    kind: ColumnKind
    name: str
    given: tuple[str, ...]
    unit: int
    fill: float

    def values(self, evidence: Evidence, units: Sequence[Unit]) -> FloatArray:
        """The column, shape (n,), without NaN."""
        found = evidence.quantities[self.name] if self.kind == "quantity" else evidence.signals[self.name]
        if self.kind == "deviation":
            pair: Pair = (self.name, self.given)
            found = units[self.unit].peers[pair].deviation(found, evidence.quantities)
            found = np.clip(found, -DEVIATION_CEILING, DEVIATION_CEILING)
        return np.where(np.isnan(found), self.fill, found)


@dataclass(frozen=True, slots=True, repr=False)
class Boosted:
    """Small trees whose leaves add up to natural log odds; arrays are shaped (trees, nodes), padded.

    `feature` is -1 at a leaf, `value` is what a node stands for: a leaf's own, above it the mean of its children by
    training accounts, so that each split's step can be told.
    """

    feature: NDArray[np.int32]
    threshold: NDArray[np.float32]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: FloatArray
    columns: int

    def __post_init__(self) -> None:
        check_trees("a lesson", self, (self.threshold, self.value), self.columns)

    def __repr__(self) -> str:
        return f"Boosted({len(self.feature)} trees over {self.columns} columns)"

    def log_odds(self, rows: FloatArray) -> FloatArray:
        """Natural log odds of being inflated beside those of the cases as a whole, (n,). `rows` is (n, columns)."""
        node = np.zeros((len(rows), len(self.feature)), dtype=np.int32)
        for step in self._steps(rows, node):
            node = step
        trees = np.arange(len(self.feature))
        found: FloatArray = np.ascontiguousarray(self.value[trees, node]).sum(axis=1)
        return found

    def shares(self, rows: FloatArray) -> FloatArray:
        """What each column adds to the log odds, (n, columns): the steps of all splits on it. They add up to
        `log_odds` less what the roots stand for, which is the same for everybody.
        """
        trees = np.arange(len(self.feature))
        found = np.zeros((len(rows), self.columns))
        node = np.zeros((len(rows), len(trees)), dtype=np.int32)
        for step in self._steps(rows, node):
            gain = self.value[trees, step] - self.value[trees, node]
            column = np.maximum(self.feature[trees, node], 0)
            row = np.broadcast_to(np.arange(len(rows))[:, None], column.shape)
            np.add.at(found, (row, column), gain)
            node = step
        return found

    @property
    def root(self) -> float:
        """What the roots stand for in all."""
        return float(self.value[:, 0].sum())

    def _steps(self, rows: FloatArray, node: NDArray[np.int32]) -> "list[NDArray[np.int32]]":
        """The nodes of all walks, level by level."""
        trees, row = np.arange(len(self.feature)), np.arange(len(rows))[:, None]
        values = rows.astype(np.float32)
        levels: list[NDArray[np.int32]] = []
        while True:
            feature = self.feature[trees, node]
            inner = feature >= 0
            if not inner.any():
                return levels
            goes_left = values[row, np.maximum(feature, 0)] <= self.threshold[trees, node]
            node = np.where(inner, np.where(goes_left, self.left[trees, node], self.right[trees, node]), node)
            levels.append(node)


@dataclass(frozen=True, slots=True, repr=False)
class Chance:
    """A score's probability of being inflated, with its Venn-Abers interval.

    `at` (k,) are the ascending scores of the calibration cases; `low` and `high` (2k + 1,) the isotonic probabilities
    with the account itself counted as genuine or as inflated: below, at and between those scores. Within the interval
    the place is `intercept` + `slope` x score on the logistic scale, so that a step of the isotonic line still ranks.
    `n` cases are behind it.

    References
    ----------
    Vovk, Petej 2014, Venn-Abers predictors, section 4.
    """

    at: FloatArray
    low: FloatArray
    high: FloatArray
    intercept: float
    slope: float
    n: int

    def __repr__(self) -> str:
        return f"Chance({len(self.at)} scores of {self.n} cases)"

    def read(self, score: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Probability and the ends of its interval, each (n,), 0..1; NaN for NaN."""
        slot = np.searchsorted(self.at, score, "left") + np.searchsorted(self.at, score, "right")
        unknown = np.isnan(score)
        slot = np.where(unknown, 0, slot)
        low, high = (np.where(unknown, np.nan, ends[slot]) for ends in (self.low, self.high))
        place = 1.0 / (1.0 + np.exp(-np.clip(self.intercept + self.slope * score, -50.0, 50.0)))
        return low + (high - low) * place, low, high


@dataclass(frozen=True, slots=True, repr=False)
class Lesson:
    """What cases with the evidence `atoms` taught.

    `weight` is chosen by cross-validation, 0 where cases do not better the unlabelled score; `cohorts` calibrate the
    moved score on the reference (empty where nothing moves); `chance` is None with too few cases.
    """

    atoms: frozenset[str]
    columns: tuple[Column, ...]
    trees: Boosted
    weight: float
    cohorts: tuple[Cohort, ...]
    chance: Chance | None
    n_inflated: int
    n_genuine: int

    def __repr__(self) -> str:
        return f"Lesson({self.n_inflated} inflated, {self.n_genuine} genuine, weight {self.weight:g})"

    def table(self, evidence: Evidence, units: Sequence[Unit]) -> FloatArray:
        """What it looks at, (n, columns)."""
        return np.stack([column.values(evidence, units) for column in self.columns], axis=1)

    def added(self, table: FloatArray) -> FloatArray:
        """What it adds to the score of each account, (n,)."""
        return weighed(self.weight, self.trees.log_odds(table))

    def surprise(self, score: FloatArray, followers: FloatArray) -> FloatArray:
        """-log10 of the share of reference accounts of that size with at least that moved score, (n,).

        No finer than one in the cohort plus one; NaN where the cohort is too small. `followers` is on the ln scale.
        """
        size = np.where(np.isnan(followers), 0.0, np.expm1(followers))
        band = np.clip(np.searchsorted([c.low for c in self.cohorts], size, side="right") - 1, 0, None)
        found = np.full(len(score), np.nan)
        for number, cohort in enumerate(self.cohorts):
            if cohort.tail.n >= MIN_CALIBRATION:
                mine = band == number
                finest = np.log10(cohort.tail.n + 1.0)
                found[mine] = np.minimum(cohort.tail.read(score[mine]), finest)
        return found


@dataclass(frozen=True, slots=True, repr=False)
class Said:
    """What one lesson says of the accounts `rows` (positions in the panel): its table and what it adds to each."""

    lesson: Lesson
    rows: NDArray[np.intp]
    table: FloatArray
    added: FloatArray


@dataclass(frozen=True, slots=True, repr=False)
class Heard:
    """Scores after all lessons, arrays (n,); `probability` with its interval is NaN where no lesson gives one."""

    overall: FloatArray
    score: FloatArray
    probability: FloatArray
    probability_low: FloatArray
    probability_high: FloatArray
    said: tuple[Said, ...]


def hear(
    evidence: Evidence,
    taught: Sequence[tuple[NDArray[np.bool_], Sequence[Unit], Sequence[Lesson]]],
    overall: FloatArray,
    score: FloatArray,
) -> Heard:
    """Applies each platform's lessons to its own accounts.

    Parameters
    ----------
    evidence : of all accounts
    taught : for each platform the mask of its accounts (n,), its units and its lessons, richest first
    overall, score : (n,) of the unlabelled model; NaN stays NaN
    """
    n = evidence.n
    overall, score = overall.copy(), score.copy()
    chance = np.full((3, n), np.nan)
    said = []
    for mine, units, lessons in taught:
        open_ = mine & ~np.isnan(score)
        for lesson in lessons:
            rows = np.flatnonzero(open_ & covered(evidence.atoms, lesson.atoms))
            if not len(rows):
                continue
            open_[rows] = False
            own = evidence.take(rows)
            table = lesson.table(own, units)
            one = Said(lesson, rows, table, lesson.added(table))
            said.append(one)
            if lesson.cohorts:
                followers = own.quantities["followers"]
                moved = lesson.surprise(overall[rows] + one.added, followers)
                # Without peers enough to calibrate it anew, the unlabelled verdict stands.
                overall[rows] = np.where(np.isnan(moved), overall[rows], moved)
                score[rows] = score[rows] + one.added
            if lesson.chance is not None:
                chance[:, rows] = lesson.chance.read(score[rows])
    return Heard(overall, score, chance[0], chance[1], chance[2], tuple(said))


def weighed(weight: float, log_odds: FloatArray) -> FloatArray:
    """What natural log odds (n,) of a lesson add to the score, in powers of ten."""
    odds = np.clip(log_odds / LN10, -ODDS_CEILING, ODDS_CEILING)
    return np.maximum(weight * odds, LOWEST_ADDED)


def covered(atoms: Mapping[str, NDArray[np.bool_]], wanted: frozenset[str]) -> NDArray[np.bool_]:
    """Accounts that have all of the wanted atoms, bool (n,)."""
    found: NDArray[np.bool_] = np.logical_and.reduce([atoms[atom] for atom in sorted(wanted)])
    return found
