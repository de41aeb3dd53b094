"""Fits isolation forests with scikit-learn and packs them as arrays."""

import numpy as np

from detector.model.trees import Forest
from detector.panel import FloatArray

__all__ = ["fit_forest", "pack"]

TREES = 100
SAMPLE = 256
"""scikit-learn's and Liu et al.'s defaults (2008, section 5)."""


def fit_forest(rows: FloatArray, columns: tuple[str, ...], seed: int) -> Forest:
    """An isolation forest over one-sided surprises, shape (n, columns), packed."""
    from sklearn.ensemble import IsolationForest

    forest = IsolationForest(n_estimators=TREES, max_samples=min(SAMPLE, len(rows)), random_state=seed)
    forest.fit(rows.astype(np.float32))
    return pack(forest, columns)


def _average_path(n: FloatArray) -> FloatArray:
    """Mean path length of an unsuccessful search in a binary tree of n points (Liu et al. 2008, equation 1)."""
    n = np.asarray(n, dtype=np.float64)
    harmonic = np.log(np.maximum(n - 1.0, 1.0)) + np.euler_gamma
    return np.where(n > 2, 2.0 * harmonic - 2.0 * (n - 1.0) / np.maximum(n, 1.0), np.where(n == 2, 1.0, 0.0))


def pack(forest: object, columns: tuple[str, ...]) -> Forest:
    """A fitted `sklearn.ensemble.IsolationForest` as arrays; thresholds are rounded down to float32.

    scikit-learn compares float32 values with float64 thresholds; the largest float32 not above a threshold decides
    the same way for every float32 value.
    """
    trees = [estimator.tree_ for estimator in forest.estimators_]  # type: ignore[attr-defined]
    nodes = max(tree.node_count for tree in trees)
    shape = (len(trees), nodes)
    feature = np.full(shape, -1, dtype=np.int32)
    threshold = np.zeros(shape, dtype=np.float32)
    left, right = np.zeros(shape, dtype=np.int32), np.zeros(shape, dtype=np.int32)
    length = np.zeros(shape)
    for i, tree in enumerate(trees):
        n = tree.node_count
        inner = tree.children_left >= 0
        feature[i, :n] = np.where(inner, tree.feature, -1)
        cut = tree.threshold.astype(np.float32)
        cut = np.where(cut > tree.threshold, np.nextafter(cut, np.float32(-np.inf)), cut)
        threshold[i, :n] = np.where(inner, cut, 0.0)
        left[i, :n], right[i, :n] = (
            np.where(inner, tree.children_left, 0),
            np.where(inner, tree.children_right, 0),
        )
        depth = np.zeros(n)
        for node in np.flatnonzero(inner):  # parents come before their children
            depth[tree.children_left[node]] = depth[tree.children_right[node]] = depth[node] + 1
        length[i, :n] = np.where(inner, 0.0, depth + _average_path(tree.n_node_samples))
    usual = float(_average_path(np.array([forest._max_samples]))[0])  # type: ignore[attr-defined]
    return Forest(columns, feature, threshold, left, right, length, usual)
