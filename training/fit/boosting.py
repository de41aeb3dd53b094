"""Boosts small trees on labelled accounts with scikit-learn and packs them as arrays."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from detector.model.lessons import Boosted
from detector.panel import FloatArray

if TYPE_CHECKING:
    from sklearn.ensemble import GradientBoostingClassifier

__all__ = ["boost", "trusted"]

TREES, DEPTH, RATE = 200, 3, 0.045
SUBSAMPLE, COLUMNS, LEAF = 0.4, 0.2, 2
"""Many slow trees, each on a part of the cases and of the columns. Chosen by cross-validation on labelled accounts of
the public bench's reference half, with 300 trees at .03: AUC .961 with 40 cases, .967 with 100, .974 with 200, .981
with 500, where random forests had .962, .969, .972, .976 and stumps .933 with 40 (docs/decisions/0015)."""

MIN_CASES_TO_DOUBT = 60
"""Fewer cases hold too few of a kind to tell a wrong label from a rare one."""

DOUBTING = 50
"""Trees that doubt a label, each a larger step: what they say need not be fine."""

DOUBTED, BELIEVED = 0.25, 0.2
"""A label to which the other cases give less chance than the first counts as the second share of a case. Of 200 cases
with a tenth of the labels turned round the AUC then loses .015 where it lost .022, and the error of calibration with
all labels right is .043 (benchmarks/results/labels.json). Stronger doubt, .35 and .1, loses .012, but makes the
probability too sure: its error is .052 (docs/decisions/0015).
"""


def trusted(rows: FloatArray, inflated: NDArray[np.bool_], fold: NDArray[np.intp], seed: int) -> FloatArray:
    """How much each label counts, (n,): less where trees taught on the cases of other folds say the contrary.

    Parameters
    ----------
    rows, inflated : cases, as `boost` takes them
    fold : (n,) of each case; both labels must occur outside of each
    """
    weight = np.ones(len(rows))
    if len(rows) < MIN_CASES_TO_DOUBT:
        return weight
    for held in np.unique(fold):
        kept, out = fold != held, fold == held
        chance = _fitted(rows[kept], inflated[kept], seed, None, DOUBTING).predict_proba(
            rows[out].astype(np.float32)
        )
        right = np.where(inflated[out], chance[:, 1], chance[:, 0])
        weight[out] = np.where(right < DOUBTED, BELIEVED, 1.0)
    return weight


def boost(
    rows: FloatArray, inflated: NDArray[np.bool_], seed: int, weight: FloatArray | None = None
) -> Boosted:
    """Boosted trees over `rows` (n, columns) without NaN; both labels must occur. `weight` (n,) of cases, or all 1."""
    fitted = _fitted(rows, inflated, seed, weight, TREES)
    return _packed([tree.tree_ for tree in fitted.estimators_[:, 0]], rows.shape[1])


def _fitted(
    rows: FloatArray, inflated: NDArray[np.bool_], seed: int, weight: FloatArray | None, trees: int
) -> "GradientBoostingClassifier":
    from sklearn import config_context
    from sklearn.ensemble import GradientBoostingClassifier

    fitted = GradientBoostingClassifier(
        n_estimators=trees,
        max_depth=DEPTH,
        learning_rate=RATE * TREES / trees,
        subsample=SUBSAMPLE,
        max_features=COLUMNS,
        min_samples_leaf=min(LEAF, max(1, len(rows) // 10)),
        random_state=seed,
    )
    # Asked of every tree anew, whether its settings and rows are sound takes a fifth of the time.
    with config_context(skip_parameter_validation=True, assume_finite=True):
        return fitted.fit(rows.astype(np.float32), inflated, weight)


def _packed(trees: list[object], columns: int) -> Boosted:
    nodes = max(tree.node_count for tree in trees)  # type: ignore[attr-defined]
    shape = (len(trees), nodes)
    feature = np.full(shape, -1, dtype=np.int32)
    threshold = np.zeros(shape, dtype=np.float32)
    left, right = np.zeros(shape, dtype=np.int32), np.zeros(shape, dtype=np.int32)
    value = np.zeros(shape)
    for i, tree in enumerate(trees):
        n, down = tree.node_count, tree.children_left >= 0  # type: ignore[attr-defined]
        cut = tree.threshold.astype(np.float32)  # type: ignore[attr-defined]
        # As for isolation forests: the largest float32 not above the threshold decides the same way.
        cut = np.where(cut > tree.threshold, np.nextafter(cut, np.float32(-np.inf)), cut)  # type: ignore[attr-defined]
        feature[i, :n] = np.where(down, tree.feature, -1)  # type: ignore[attr-defined]
        threshold[i, :n] = np.where(down, cut, 0.0)
        left[i, :n] = np.where(down, tree.children_left, 0)  # type: ignore[attr-defined]
        right[i, :n] = np.where(down, tree.children_right, 0)  # type: ignore[attr-defined]
        value[i, :n] = _node_values(tree, down)
    return Boosted(feature, threshold, left, right, value, columns)


def _node_values(tree: object, down: NDArray[np.bool_]) -> FloatArray:
    """Leaves as they are added up; above them the mean of the children by training accounts."""
    value: FloatArray = RATE * tree.value[:, 0, 0]  # type: ignore[attr-defined]
    weight = tree.weighted_n_node_samples  # type: ignore[attr-defined]
    for node in np.flatnonzero(down)[::-1]:  # children come after their parents
        left, right = tree.children_left[node], tree.children_right[node]  # type: ignore[attr-defined]
        both = weight[left] * value[left] + weight[right] * value[right]
        value[node] = both / (weight[left] + weight[right])
    return value
