"""What a unit's forest sees together: weak signs add up, one sign more never makes an account less odd."""

import numpy as np
import pytest

from detector.model.trees import Forest
from detector.model.unit import FOREST, FOREST_SHARE, joint_oddity, log_shares, one_sided
from training.fit.forest import fit_forest

COLUMNS = ("few_posts", "missing_picture", "empty_biography")
rows = np.random.default_rng(2).exponential(0.43, (600, 3))


@pytest.fixture(scope="module")
def forest() -> Forest:
    return fit_forest(one_sided(rows), COLUMNS, seed=1)


def test_several_weak_signs_are_odder_than_one(forest):
    one, two, three = joint_oddity(forest, np.array([[1.0, 0, 0], [1.0, 1.0, 0], [1.0, 1.0, 1.0]]))
    assert one < two < three


def test_a_signal_of_more_weight_counts_for_more(forest):
    heavy, light = joint_oddity(forest, np.array([[1.5, 0, 0], [0, 0, 1.5]]))
    assert heavy > light + 0.2


def test_isolation_still_has_a_say(forest):
    table = one_sided(rows)
    assert np.all(joint_oddity(forest, table) - forest.isolation(table) >= 0)
    assert joint_oddity(forest, np.zeros((1, 3)))[0] == forest.isolation(np.zeros((1, 3)))[0]


def test_the_same_bits_alone_or_among_others(forest):
    asked = one_sided(rows[:50])
    together = joint_oddity(forest, asked)
    assert together.tobytes() == b"".join(joint_oddity(forest, asked[i : i + 1]).tobytes() for i in range(50))


def test_the_budget_is_shared_out_wholly():
    shares = log_shares(list(COLUMNS), with_forest=True)
    assert sum(10**share for share in shares.values()) == pytest.approx(1.0)
    assert 10 ** shares[FOREST] == pytest.approx(FOREST_SHARE)
