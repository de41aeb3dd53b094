"""Forests side by side: ours with and without the compiled walk, scikit-learn's and coniferest's, on the same rows.

Ours is scikit-learn's fitted forest packed as arrays, so both hold the same trees and must give the same scores.
coniferest fits its own, of as many trees on as many rows. All on one core.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["AGREED", "Contest", "contests"]

ROWS, COLUMNS, TREES, SAMPLE = 50_000, 8, 100, 256

AGREED = 1e-9
"""How far our scores may lie from scikit-learn's."""


@dataclass(frozen=True, slots=True)
class Contest:
    """Two ways to score the same rows, and the ratio of their times that ours should stay below."""

    name: str
    ours: str
    theirs: str
    run_ours: Callable[[], object]
    run_theirs: Callable[[], object]
    target: float | None


def contests(n: int = ROWS, seed: int = 7) -> list[Contest]:
    """The contests, after checking that ours gives scikit-learn's scores. SystemExit where it does not."""
    from coniferest.isoforest import IsolationForest as Coniferest
    from sklearn.ensemble import IsolationForest

    from detector.model.compiled import numba_walk
    from detector.model.walk import Flat, flat, plain_walk
    from training.fit.forest import pack

    rows = _rows(n, np.random.default_rng(seed))
    theirs = IsolationForest(n_estimators=TREES, max_samples=SAMPLE, random_state=seed, n_jobs=1).fit(rows)
    forest = pack(theirs, tuple(f"signal_{i}" for i in range(COLUMNS)))
    trees: Flat = flat(forest.feature, forest.threshold, forest.left, forest.right, forest.length)
    other = Coniferest(n_trees=TREES, n_subsamples=SAMPLE, random_seed=seed, n_jobs=1).fit(
        rows.astype(np.float64)
    )
    wide = rows.astype(np.float64)
    _agree(forest.isolation(wide), -theirs.score_samples(rows))
    compiled = numba_walk()
    if compiled(trees, rows).tobytes() != plain_walk(trees, rows).tobytes():
        raise SystemExit("the compiled walk and the plain one give different bits")
    sklearn_name, size = f"scikit-learn's score_samples, {TREES} trees", f"forest, {n:,} rows"
    return [
        Contest(
            size,
            "compiled walk",
            sklearn_name,
            lambda: compiled(trees, rows),
            lambda: theirs.score_samples(rows),
            0.125,
        ),
        Contest(
            size,
            "compiled walk",
            f"coniferest's score_samples, {TREES} trees",
            lambda: compiled(trees, rows),
            lambda: other.score_samples(wide),
            0.25,
        ),
        Contest(
            size,
            "plain walk (NumPy)",
            sklearn_name,
            lambda: plain_walk(trees, rows),
            lambda: theirs.score_samples(rows),
            None,
        ),
    ]


def _rows(n: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """What a forest of a unit sees: nothing on the ordinary side, a ceiling on the odd one."""
    return np.clip(rng.gumbel(0.0, 0.5, (n, COLUMNS)), 0.0, 3.0).astype(np.float32)


def _agree(ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> None:
    apart = float(np.abs(ours - theirs).max())
    if apart > AGREED:
        raise SystemExit(f"our scores lie {apart} from scikit-learn's; at most {AGREED} is allowed")
