"""The two walks through a forest, NumPy's and the compiled one, give the same bits, and those are scikit-learn's."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from sklearn.ensemble import IsolationForest

from detector.errors import ModelError
from detector.model import compiled, store
from detector.model.compiled import WORTH, Walk, compiled_walk
from detector.model.trees import Forest
from detector.model.walk import COLUMN, Flat, flat, keys_of, plain_walk
from training.fit.forest import pack

SHIPPED = Path(__file__).parents[2] / "models" / "default"


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    """Many zeros, ties and a ceiling, as forests see them, and what they never see: both infinities, minus zero."""
    values = np.random.default_rng(0).normal(size=(1_000, 5)).round(2).clip(-0.5, 3.0)
    values[:20, 0], values[20:40, 1], values[40:60, 2] = np.inf, -np.inf, -0.0
    return values.astype(np.float32)


def laid_out(forest: Forest) -> Flat:
    return flat(forest.feature, forest.threshold, forest.left, forest.right, forest.length)


def fitted(rows: np.ndarray, trees: int, sample: int) -> tuple[IsolationForest, Forest]:
    finite = np.nan_to_num(rows, posinf=4.0, neginf=-4.0)
    theirs = IsolationForest(n_estimators=trees, max_samples=sample, random_state=trees).fit(finite)
    return theirs, pack(theirs, tuple("abcde"))


@pytest.fixture
def numba_walk(required) -> Walk:
    if find_spec("numba") is None:
        required("numba is not installed (the extra `fast`)")
    return compiled.numba_walk()


@pytest.mark.parametrize(("trees", "sample"), [(1, 32), (7, 64), (8, 256), (9, 3), (100, 256), (200, 16)])
def test_the_compiled_walk_gives_the_bits_of_the_plain_one(rows, numba_walk, trees: int, sample: int):
    layout = laid_out(fitted(rows, trees, sample)[1])
    whole = plain_walk(layout, rows)
    assert len(np.unique(whole)) > 1
    for n in (0, 1, 7, 8, 9, 255, 256, 257, 1_000):
        assert numba_walk(layout, rows[:n]).tobytes() == whole[:n].tobytes()


def test_both_give_the_same_bits_for_every_shipped_forest(numba_walk):
    values = np.random.default_rng(1).gumbel(size=(600, 20)).clip(0.0, 3.0).astype(np.float32)
    forests = [
        unit.forest
        for platform in store.load(SHIPPED).platforms.values()
        for unit in platform.units
        if unit.forest is not None
    ]
    assert forests
    for forest in forests:
        asked = np.ascontiguousarray(values[:, : len(forest.columns)])
        layout = laid_out(forest)
        assert numba_walk(layout, asked).tobytes() == plain_walk(layout, asked).tobytes()


def test_path_lengths_of_up_to_128_trees_are_added_as_numpy_adds_a_row(rows):
    forest = fitted(rows, 100, 256)[1]
    layout, place = laid_out(forest), np.arange(100)
    node = np.zeros((len(rows), 100), dtype=np.intp)
    for _ in range(20):
        feature = forest.feature[place, node]
        left = rows[np.arange(len(rows))[:, None], np.maximum(feature, 0)] <= forest.threshold[place, node]
        down = np.where(left, forest.left[place, node], forest.right[place, node])
        node = np.where(feature >= 0, down, node)
    assert plain_walk(layout, rows).tobytes() == forest.length[place, node].sum(axis=1).tobytes()


def test_many_rows_score_as_scikit_learn_says_whichever_walk_is_taken(rows, monkeypatch):
    theirs, ours = fitted(rows, 100, 256)
    finite = np.nan_to_num(rows, posinf=4.0, neginf=-4.0)
    expected = -theirs.score_samples(finite)
    found = {}
    for met in (0, WORTH):
        monkeypatch.setattr(compiled, "_met", met)
        found[met] = ours.isolation(finite.astype(np.float64))
        assert found[met] == pytest.approx(expected, abs=1e-9)
    assert found[0].tobytes() == found[WORTH].tobytes()


def test_numba_is_left_alone_until_a_process_has_met_enough_rows(monkeypatch):
    monkeypatch.setattr(compiled, "_met", 0)
    asked: list[int] = []
    monkeypatch.setattr(compiled, "numba_walk", lambda: asked.append(1) or plain_walk)
    monkeypatch.setattr(compiled, "find_spec", lambda name: name)
    assert compiled_walk(WORTH - 1) is None
    assert not asked
    assert compiled_walk(1) is plain_walk


def test_without_numba_the_plain_walk_goes_on(monkeypatch):
    monkeypatch.setattr(compiled, "_met", WORTH)
    monkeypatch.setattr(compiled, "find_spec", lambda name: None)
    assert compiled_walk(10) is None


def test_keys_keep_the_order_of_the_values():
    rng = np.random.default_rng(2)
    values = np.concatenate(
        [rng.normal(size=500) * 10.0 ** rng.integers(-40, 38, 500), [0.0, -0.0, np.inf, -np.inf]]
    )
    values = values.astype(np.float32)
    keys = keys_of(values)
    assert ((values[:, None] > values) == (keys[:, None] > keys)).all()
    assert ((values[:, None] == values) == (keys[:, None] == keys)).all()


def test_a_forest_over_more_columns_than_a_node_holds_is_refused():
    feature = np.array([[COLUMN + 1, -1, -1]], dtype=np.int32)
    zeros = np.zeros((1, 3))
    with pytest.raises(ModelError, match="larger than can be walked"):
        flat(feature, zeros.astype(np.float32), feature * 0 + 1, feature * 0 + 2, zeros)
