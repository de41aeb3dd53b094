"""Likeness: how much accounts look like those that were labelled inflated, by random trees over all signs.

A queue of signs one by one is slow where several together tell. Accounts that nobody has labelled stand beside the
answers as genuine ones that count little, for most of them are: forty answers alone could not tell what is usual.
"""

import numpy as np
from numpy.typing import NDArray

from detector.panel import FloatArray

__all__ = ["MIN_FOUND", "likeness"]

MIN_FOUND = 4
"""Inflated accounts below which there is nothing to be like."""

TREES, COLUMNS, LEAF = 30, 0.3, 2
UNLABELLED = 0.05
"""What an account without an answer counts beside one with an answer. Chosen, like all here, on simulated populations
other than those that are reported: docs/decisions/0023."""


def likeness(
    place: NDArray[np.int8],
    labelled: NDArray[np.intp],
    inflated: NDArray[np.bool_],
    usual: NDArray[np.intp],
    seed: int,
) -> FloatArray:
    """Share of trees, weighted, by which each of `place`'s accounts (signs, n) is like the inflated ones: (n,), 0..1.

    Parameters
    ----------
    place : where accounts lie in each sign
    labelled, inflated : columns of `place` with an answer, and which of them are inflated; both kinds of length k
    usual : columns of `place` without an answer that stand for what is usual
    """
    from sklearn.ensemble import ExtraTreesClassifier

    rows = np.concatenate([labelled, usual])
    truth = np.concatenate([inflated, np.zeros(len(usual), dtype=bool)])
    weight = np.concatenate([np.ones(len(labelled)), np.full(len(usual), UNLABELLED)])
    trees = ExtraTreesClassifier(TREES, max_features=COLUMNS, min_samples_leaf=LEAF, random_state=seed)
    trees.fit(place[:, rows].T.astype(np.float32), truth, sample_weight=weight)
    found: FloatArray = trees.predict_proba(place.T.astype(np.float32))[:, list(trees.classes_).index(True)]
    return found
