"""The two walks through a forest, NumPy's and the compiled one, give the same bits, and those are scikit-learn's."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from sklearn.ensemble import IsolationForest

from detector.errors import ModelError
from detector.model import asked as asked_
from detector.model import compiled, store
from detector.model.asked import NEVER, asked
from detector.model.compiled import WORTH, Walk, compiled_walk
from detector.model.trees import Forest
from detector.model.walk import COLUMN, Flat, flat, keys_of, plain_walk
from training.fit.forest import pack

SHIPPED = Path(__file__).parents[2] / "models" / "default"


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    """Many zeros, ties and a ceiling, as forests see them, and what they never see: both infinities, minus zero."""
    values = np.random.default_rng(0).normal(size=(2_100, 5)).round(2).clip(-0.5, 3.0)
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


@pytest.fixture(params=["asked", "walked"])
def either(request, monkeypatch) -> str:
    """Forests as questions whatever their size, and none of them."""
    monkeypatch.setattr(asked_, "MOST", 10**6 if request.param == "asked" else 0)
    return str(request.param)


@pytest.mark.parametrize(("trees", "sample"), [(1, 32), (7, 64), (8, 256), (9, 3), (100, 256), (200, 16)])
def test_the_compiled_walk_gives_the_bits_of_the_plain_one(rows, numba_walk, either, trees: int, sample: int):
    layout = laid_out(fitted(rows, trees, sample)[1])
    assert (asked(layout) is None) == (either == "walked")
    whole = plain_walk(layout, rows)
    assert len(np.unique(whole)) > 1
    for n in (0, 1, 7, 8, 9, 255, 256, 257, 1_023, 1_024, 1_025, 2_100):
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


def accepted(rng: np.random.Generator, values: np.ndarray) -> Forest:
    """What no fit gives and `check_trees` lets pass: shared children, nodes that nobody reaches, any length."""
    shape = (11, 40)
    feature = rng.integers(-1, 5, shape, dtype=np.int32)
    feature[:, -1] = -1
    threshold = rng.choice(values[:, :4].ravel(), shape)
    threshold[rng.random(shape) < 0.1] = np.inf
    left, right = (rng.integers(np.arange(40) + 1, 41, shape).clip(max=39).astype(np.int32) for _ in range(2))
    return Forest(
        tuple("abcde"), feature, threshold, left, right, rng.choice([0.0, 1.5, 1e9, 1 / 3], shape), 5.0
    )


def test_both_give_the_same_bits_for_forests_that_nobody_fitted(rows, numba_walk, either):
    rng = np.random.default_rng(3)
    for _ in range(20):
        layout = laid_out(accepted(rng, rows))
        assert numba_walk(layout, rows[:300]).tobytes() == plain_walk(layout, rows[:300]).tobytes()


def test_no_question_is_asked_whose_answers_come_to_the_same(rows):
    forest = fitted(rows, 20, 256)[1]
    questions = asked(laid_out(forest))
    assert questions is not None
    leaf = forest.feature < 0
    tree, node = np.nonzero(~leaf)
    left, right = forest.left[tree, node], forest.right[tree, node]
    alike = leaf[tree, left] & leaf[tree, right] & (forest.length[tree, left] == forest.length[tree, right])
    assert alike.any()
    assert (questions.questions[:, 1] < NEVER).sum() <= (~alike).sum()


def test_forests_too_large_for_sixteen_bits_are_walked(rows, numba_walk, monkeypatch):
    layout = laid_out(fitted(rows, 8, 64)[1])
    assert asked(layout) is not None
    monkeypatch.setattr(asked_, "NEVER", 20)
    other = laid_out(fitted(rows, 8, 64)[1])
    assert asked(other) is None
    assert numba_walk(other, rows).tobytes() == numba_walk(layout, rows).tobytes()


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
