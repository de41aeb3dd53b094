"""Generic detectors on plain counters: isolation forests of three packages, and ECOD."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.panel import FloatArray, Panel
from training.evaluate.baselines.counters import counters

__all__ = ["Coniferest", "PyodEcod", "PyodForest", "ScikitForest"]

TREES = 200


class _Generic(ABC):
    """Medians of the reference fill what is unknown; columns that say nothing there are left out."""

    name = ""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.fitted: Any = None
        self.middle: FloatArray = np.empty(0)
        self.used: NDArray[np.intp] = np.empty(0, dtype=np.intp)

    def fit(self, panels: Sequence[Panel]) -> None:
        values = np.concatenate([counters(panel) for panel in panels])
        known = [column[~np.isnan(column)] for column in values.T]
        self.middle = np.array([np.median(column) if len(column) else np.nan for column in known])
        self.used = np.flatnonzero([len(np.unique(column)) > 1 for column in known])
        self.fitted = self.learn(self._filled(values))

    def score(self, panel: Panel) -> FloatArray:
        return np.asarray(self.oddity(self._filled(counters(panel))), dtype=float)

    def _filled(self, values: FloatArray) -> FloatArray:
        filled = np.where(np.isnan(values), self.middle, values)
        return np.ascontiguousarray(filled[:, self.used])

    @abstractmethod
    def learn(self, rows: FloatArray) -> Any:
        """The package's detector, fitted on rows (n, columns) without NaN."""

    @abstractmethod
    def oddity(self, rows: FloatArray) -> FloatArray:
        """Its oddity of rows, (n,), higher = odder."""


class ScikitForest(_Generic):
    """scikit-learn's isolation forest."""

    name = "scikit-learn isolation forest"

    def learn(self, rows: FloatArray) -> Any:
        from sklearn.ensemble import IsolationForest

        return IsolationForest(n_estimators=TREES, random_state=self.seed).fit(rows)

    def oddity(self, rows: FloatArray) -> FloatArray:
        return -np.asarray(self.fitted.score_samples(rows))


class PyodForest(_Generic):
    """PyOD's isolation forest."""

    name = "PyOD isolation forest"

    def learn(self, rows: FloatArray) -> Any:
        from pyod.models.iforest import IForest

        return IForest(n_estimators=TREES, random_state=self.seed).fit(rows)

    def oddity(self, rows: FloatArray) -> FloatArray:
        return np.asarray(self.fitted.decision_function(rows))


class PyodEcod(_Generic):
    """PyOD's ECOD. It mixes what it scores into its distributions: accounts are shown to it a few at a time."""

    name = "PyOD ECOD"
    at_once = 50

    def learn(self, rows: FloatArray) -> Any:
        from pyod.models.ecod import ECOD

        return ECOD().fit(rows)

    def oddity(self, rows: FloatArray) -> FloatArray:
        starts = range(0, len(rows), self.at_once)
        return np.concatenate([self.fitted.decision_function(rows[at : at + self.at_once]) for at in starts])


class Coniferest(_Generic):
    """coniferest's isolation forest."""

    name = "coniferest isolation forest"

    def learn(self, rows: FloatArray) -> Any:
        from coniferest.isoforest import IsolationForest

        sample = min(256, len(rows))  # 256 is the usual size; it warns where there are fewer rows
        return IsolationForest(n_trees=TREES, n_subsamples=sample, random_seed=self.seed).fit(rows)

    def oddity(self, rows: FloatArray) -> FloatArray:
        return -np.asarray(self.fitted.score_samples(rows))
