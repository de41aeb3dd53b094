"""Baselines: what somebody would try instead, on identical tables. A baseline learns from untouched accounts and ranks.

To add one: a file with a class that has `name`, `fit(panels)` and `score(panel)`, and a line in `BASELINES`.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from detector.panel import FloatArray, Panel
from training.evaluate.baselines.folk import FolkRules
from training.evaluate.baselines.forests import Coniferest, PyodEcod, PyodForest, ScikitForest

__all__ = ["BASELINES", "Baseline", "Ranking"]


class Ranking(Protocol):
    """Ranks accounts by oddity: higher = odder."""

    name: str

    def score(self, panel: Panel) -> FloatArray:
        """Oddity of each account, (n,)."""


class Baseline(Ranking, Protocol):
    """A ranking that learns."""

    def fit(self, panels: Sequence[Panel]) -> None:
        """Learns from untouched accounts. ImportError where its package is not installed."""


BASELINES: tuple[Callable[[int], Baseline], ...] = (
    FolkRules,
    ScikitForest,
    PyodForest,
    PyodEcod,
    Coniferest,
)
"""Each is made from a seed."""
