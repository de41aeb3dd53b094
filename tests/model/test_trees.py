"""Packed trees are scikit-learn's, to the ninth digit; damaged ones are refused."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.ensemble import IsolationForest

from detector.errors import ModelError
from detector.model.trees import Forest
from training.fit.forest import fit_forest, pack

COLUMNS = ("a", "b", "c")


def rows(n, seed=0):
    """What a forest sees: many zeros, ties, a ceiling."""
    values = np.random.default_rng(seed).normal(size=(n, 3)).round(2)
    return np.clip(values, 0.0, 2.0)


@pytest.fixture(scope="module")
def forest() -> Forest:
    return fit_forest(rows(500), COLUMNS, seed=1)


@pytest.mark.parametrize(("n", "sample"), [(500, 64), (300, 256), (40, 40), (3, 2)])
def test_packed_trees_score_as_scikit_learn_does_with_the_sign_turned(n, sample):
    seen = rows(n).astype(np.float32)
    fitted = IsolationForest(n_estimators=30, max_samples=sample, random_state=3).fit(seen)
    asked = np.concatenate([rows(200, seed=9), rows(50) * 3, np.zeros((1, 3))]).astype(np.float32)
    packed = pack(fitted, COLUMNS).isolation(asked.astype(np.float64))
    assert packed == pytest.approx(-fitted.score_samples(asked), abs=1e-9)


def test_values_on_a_threshold_go_the_same_way_as_in_scikit_learn():
    seen = rows(400).astype(np.float32)
    fitted = IsolationForest(n_estimators=20, max_samples=128, random_state=3).fit(seen)
    packed = pack(fitted, COLUMNS)
    cuts = packed.threshold[packed.feature >= 0]
    near = np.concatenate([cuts, np.nextafter(cuts, np.float32(9)), np.nextafter(cuts, np.float32(-9))])
    asked = np.stack([near, near, near], axis=1)
    assert packed.isolation(asked.astype(np.float64)) == pytest.approx(-fitted.score_samples(asked), abs=1e-9)


def test_the_odd_one_is_more_isolated(forest):
    common, odd = forest.isolation(np.array([[0.0, 0.0, 0.0], [2.0, 2.0, 2.0]]))
    assert 0 < common < odd < 1


def test_a_row_scores_the_same_alone_or_among_others(forest):
    asked = rows(100, seed=4)
    together = forest.isolation(asked)
    assert together.tobytes() == b"".join(forest.isolation(asked[i : i + 1]).tobytes() for i in range(100))


def test_the_same_seed_gives_the_same_trees(forest):
    again = fit_forest(rows(500), COLUMNS, seed=1)
    other = fit_forest(rows(500), COLUMNS, seed=2)
    assert again.threshold.tobytes() == forest.threshold.tobytes()
    assert other.threshold.tobytes() != forest.threshold.tobytes()


def changed(forest, name, value):
    array = getattr(forest, name).copy()
    inner = np.argwhere(forest.feature >= 0)[0]
    array[tuple(inner)] = value
    return {name: array}


@pytest.mark.parametrize(
    ("name", "value"),
    [("left", 0), ("left", -1), ("right", 10**6), ("right", 0), ("feature", 3), ("feature", 2**31 - 1)],
)
def test_a_pointer_outside_its_tree_or_backwards_is_refused(forest, name, value):
    with pytest.raises(ModelError, match="damaged"):
        replace(forest, **changed(forest, name, value))


@pytest.mark.parametrize("name", ["threshold", "left", "right", "length"])
def test_arrays_of_different_shapes_are_refused(forest, name):
    with pytest.raises(ModelError, match="differ in shape"):
        replace(forest, **{name: getattr(forest, name)[:, :-1]})


def test_a_forest_without_trees_is_refused():
    empty = np.zeros((0, 4))
    whole = empty.astype(np.int32)
    with pytest.raises(ModelError, match="damaged"):
        Forest(COLUMNS, whole, empty.astype(np.float32), whole, whole, empty, 1.0)
