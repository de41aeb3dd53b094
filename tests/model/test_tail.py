"""A frozen distribution: monotone, honest about ties, and still ranking where the reference has nobody left."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from detector.model.tail import MIN_ABOVE, Tail, fit_tail

VALUES = arrays(np.float64, st.integers(1, 400), elements=st.floats(-50, 50, width=32))


@given(VALUES, arrays(np.float64, 30, elements=st.floats(-100, 100)))
@settings(derandomize=True, max_examples=100)
def test_a_higher_value_is_never_less_surprising(reference, asked):
    read = fit_tail(reference).read(np.sort(asked))
    assert np.isfinite(read).all()
    assert (read >= 0).all()
    assert (np.diff(read) >= -1e-12).all()


@given(VALUES)
@settings(derandomize=True, max_examples=50)
def test_stored_quantiles_ascend_and_rest_on_enough_accounts(reference):
    tail = fit_tail(reference)
    assert (np.diff(tail.at) > 0).all()
    assert (np.diff(tail.surprise) >= 0).all()
    assert tail.n == len(reference)
    start = min(MIN_ABOVE, max(len(reference) // 4, 1))
    assert (reference >= tail.at[-2]).sum() >= start


def test_the_share_above_is_that_of_the_reference_account_itself_included():
    reference = np.random.default_rng(0).normal(size=4000)
    tail = fit_tail(reference)
    asked = np.quantile(reference, [0.2, 0.5, 0.9, 0.99])
    wanted = [(np.sum(reference >= value) + 1) / 4001 for value in asked]
    assert 10 ** -tail.read(asked) == pytest.approx(wanted, rel=0.12)


def test_beyond_the_reference_it_keeps_ranking():
    reference = np.random.default_rng(1).exponential(size=1000)
    tail = fit_tail(reference)
    read = tail.read(np.array([8.0, 12.0, 50.0, 500.0]))
    assert (np.diff(read) > 0).all()
    # An exponential goes on as one: a surprise of 1 / ln 10 for every unit.
    assert (read[2] - read[1]) / 38 == pytest.approx(1 / np.log(10), rel=0.25)


def test_unknown_stays_unknown_and_below_all_is_no_surprise():
    tail = fit_tail(np.arange(100.0))
    read = tail.read(np.array([np.nan, -5.0, 0.0]))
    assert np.isnan(read[0])
    assert read[1:].tolist() == [0.0, 0.0]


def test_unknown_reference_values_are_left_out():
    known = np.random.default_rng(2).normal(size=500)
    with_gaps = np.concatenate([known, np.full(300, np.nan)])
    one, other = fit_tail(known), fit_tail(with_gaps)
    assert one.n == other.n == 500
    assert np.array_equal(one.at, other.at)
    assert np.array_equal(one.surprise, other.surprise)


def test_where_nearly_all_are_zero_a_zero_is_ordinary_and_any_more_is_rare():
    tail = fit_tail(np.concatenate([np.zeros(1990), np.ones(5), np.full(5, 2.0)]))
    zero, half, one, two = 10 ** -tail.read(np.array([0.0, 0.5, 1.0, 2.0]))
    assert zero == pytest.approx(1.0)
    assert half <= 11 / 2001 + 1e-9
    assert half > one > two > 0


def test_a_reference_without_any_difference_finds_only_more_than_it_rare():
    tail = fit_tail(np.full(300, 4.0))
    same, less, more = tail.read(np.array([4.0, 3.0, 5.0]))
    assert same == less == 0.0
    assert more > 2.0


def test_no_known_value_is_said():
    with pytest.raises(ValueError, match="no known value"):
        fit_tail(np.full(5, np.nan))


def test_the_order_of_the_reference_changes_nothing():
    values = np.random.default_rng(3).normal(size=700).round(1)
    one, other = fit_tail(values), fit_tail(values[::-1].copy())
    assert one.at.tobytes() == other.at.tobytes()
    assert (one.surprise.tobytes(), one.decay) == (other.surprise.tobytes(), other.decay)


def test_a_value_reads_the_same_alone_or_among_others():
    tail: Tail = fit_tail(np.random.default_rng(4).normal(size=700))
    asked = np.random.default_rng(5).normal(size=50) * 3
    assert tail.read(asked).tobytes() == b"".join(tail.read(asked[i : i + 1]).tobytes() for i in range(50))
