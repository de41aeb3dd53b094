"""Several looks become one: weighted Sidak, blind to order, never finer than the looks it is made of."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from detector.model.model import LOOKS, WEIGHTS, combine

SURPRISES = arrays(np.float64, (6, 4), elements=st.one_of(st.just(np.nan), st.floats(0, 10)))
SHARES = arrays(np.float64, 4, elements=st.floats(0.05, 1.0))


def test_one_look_alone_stays_as_it_is():
    surprise = np.array([[np.nan, value, np.nan] for value in (0.0, 0.3, 1.0, 2.0, 5.0, 11.0, 40.0)])
    assert combine(surprise, np.array([0.1, 0.7, 0.2])) == pytest.approx(surprise[:, 1], abs=1e-9)


def test_without_any_look_it_says_nothing():
    assert np.isnan(combine(np.full((2, 3), np.nan), np.ones(3))).all()


@given(SURPRISES, SHARES, st.permutations(range(4)))
@settings(derandomize=True, max_examples=100)
def test_the_order_of_looks_and_the_scale_of_weights_do_not_matter(surprise, weights, order):
    one = combine(surprise, weights)
    assert combine(surprise[:, order], weights[order]) == pytest.approx(one, abs=1e-9, nan_ok=True)
    assert combine(surprise, 7 * weights) == pytest.approx(one, abs=1e-9, nan_ok=True)


@given(SURPRISES, SHARES)
@settings(derandomize=True, max_examples=100)
def test_a_more_surprising_look_never_makes_the_whole_less_so(surprise, weights):
    more = surprise + np.array([0.0, 0.4, 0.0, 0.0])
    known = ~np.isnan(surprise).all(axis=1)
    one, other = combine(surprise, weights), combine(more, weights)
    assert (other[known] >= one[known] - 1e-9).all()


@given(SURPRISES, SHARES)
@settings(derandomize=True, max_examples=100)
def test_it_is_never_more_surprised_than_its_most_surprised_look(surprise, weights):
    known = ~np.isnan(surprise).all(axis=1)
    found, most = combine(surprise, weights)[known], np.nanmax(surprise[known], axis=1)
    assert (found >= 0).all()
    assert (found <= most + 1e-9).all()


def test_independent_looks_alarm_as_often_as_they_say():
    rng = np.random.default_rng(0)
    p = rng.random((200_000, 3))
    combined = 10 ** -combine(-np.log10(p), np.array([0.6, 0.3, 0.1]))
    for level in (0.01, 0.05, 0.5):
        assert np.mean(combined <= level) == pytest.approx(level, abs=5 * np.sqrt(level / 200_000))


def test_two_equal_weights_are_the_textbook_sidak():
    p = np.array([[0.01, 0.5], [0.2, 0.3]])
    wanted = 1 - (1 - p.min(axis=1)) ** 2
    assert 10 ** -combine(-np.log10(p), np.ones(2)) == pytest.approx(wanted, rel=1e-9)


def test_a_look_with_more_weight_speaks_louder():
    weights = np.array([0.9, 0.1])
    heavy, light = combine(np.array([[3.0, 0.0], [0.0, 3.0]]), weights)
    assert heavy > light


def test_an_account_combines_the_same_alone_or_among_others():
    surprise = np.random.default_rng(1).exponential(size=(50, len(LOOKS)))
    whole = combine(surprise, WEIGHTS)
    assert whole.tobytes() == b"".join(combine(surprise[i : i + 1], WEIGHTS).tobytes() for i in range(50))


def test_accounts_with_weights_of_their_own_combine_as_each_would_alone():
    rng = np.random.default_rng(2)
    surprise, weights = rng.exponential(size=(50, len(LOOKS))), WEIGHTS * rng.uniform(1, 9, (50, len(LOOKS)))
    whole = combine(surprise, weights)
    assert whole.tobytes() == b"".join(combine(surprise[i : i + 1], weights[i]).tobytes() for i in range(50))
    assert combine(surprise, np.tile(WEIGHTS, (50, 1))).tobytes() == combine(surprise, WEIGHTS).tobytes()


def test_every_look_has_a_positive_weight():
    assert len(WEIGHTS) == len(LOOKS)
    assert (WEIGHTS > 0).all()
