"""A frozen distribution: monotone, honest about ties, and still ranking where the reference has nobody left."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import norm

from detector.model.tail import MIN_ABOVE, Beyond, Tail, by_maxima, fit_tail, power_shape

KINDS: tuple[Beyond, ...] = ("exponential", "power", "body")
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


def _exponential(n: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).exponential(1.0, n)


def test_a_body_tail_is_the_plain_one_where_the_reference_thins_out_fast() -> None:
    values = np.random.default_rng(2).normal(size=2_000)  # thinner than exponential
    plain, body = fit_tail(values), fit_tail(values, beyond="body")
    at = np.linspace(-3, 6, 50)
    assert np.array_equal(plain.read(at), body.read(at))


def test_inflated_accounts_in_the_reference_do_not_excuse_others_by_a_body_tail() -> None:
    clean = _exponential(2_000)
    dirty = np.concatenate([clean[:1_800], np.random.default_rng(3).uniform(6, 9, 200)])
    at = np.array([7.0])
    truth = fit_tail(clean).read(at)[0]
    assert fit_tail(dirty).read(at)[0] < 0.5 * truth
    # The body holds a few of them too, so that some of the surprise is lost.
    assert 0.65 * truth < fit_tail(dirty, beyond="body").read(at)[0] < truth


def test_a_body_tail_says_the_same_of_ordinary_accounts() -> None:
    dirty = np.concatenate([_exponential(1_800), np.full(200, 8.0)])
    low = np.quantile(dirty, [0.1, 0.5, 0.7])
    assert np.array_equal(fit_tail(dirty).read(low), fit_tail(dirty, beyond="body").read(low))


def _normal(n: int, seed: int = 6) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=n)


@pytest.mark.parametrize("reach", [1.0, 1.5])
def test_a_tail_of_known_reach_goes_on_as_the_normal_law_says(reach: float) -> None:
    values = np.concatenate([_normal(1_800), 3.0 + _normal(200, 7)])  # a tenth lies far out
    tail = fit_tail(values, beyond="body", law=reach)
    at = np.array([3.0, 3.5, 4.0])
    says = -norm.logsf(at, scale=reach) / np.log(10)
    assert (fit_tail(values, beyond="body").read(at) < 0.85 * says).all()
    # The tenth lies above the body and moves its middle and spread up by a little.
    assert tail.read(at) == pytest.approx(says, rel=0.3)
    assert (tail.read(at) < says).all()


def test_a_tail_of_known_reach_never_surprises_less_than_one_without() -> None:
    values, at = _normal(2_000), np.linspace(-4, 12, 200)
    without = fit_tail(values, beyond="body").read(at)
    for reach in (1.0, 1.3, 2.6):
        read = fit_tail(values, beyond="body", law=reach).read(at)
        assert (read >= without - 1e-12).all()
        assert np.array_equal(read[at < 0.9], without[at < 0.9])
    assert np.array_equal(read[at < 2.5], without[at < 2.5])  # a wide reach leaves the counted part alone


def test_a_law_speaks_up_to_one_in_a_million_and_the_tail_goes_on_from_there() -> None:
    tail = fit_tail(np.append(_normal(2_000), [30.0] * 30), beyond="body", law=1.0)
    read = tail.read(np.array([5.5, 6.5, 8.5, 29.0]))
    assert read[0] == pytest.approx(6.2, abs=0.4)
    assert np.diff(read) / [1.0, 2.0, 20.5] == pytest.approx([tail.decay] * 3, rel=0.01)


def test_reach_says_nothing_of_exponential_tails() -> None:
    values, at = _normal(900), np.linspace(-3, 9, 60)
    assert np.array_equal(fit_tail(values, law=1.1).read(at), fit_tail(values).read(at))


def test_where_most_share_a_value_there_is_no_law() -> None:
    values, at = np.repeat([0.0, 1.0, 2.0], [800, 60, 40]), np.linspace(-3, 9, 60)
    assert np.array_equal(
        fit_tail(values, beyond="body", law=1.1).read(at), fit_tail(values, beyond="body").read(at)
    )


def _totals(n: int, signals: int, seed: int) -> np.ndarray:
    """Largest of several weighted surprises, as a unit's raw scores are."""
    shares = np.random.default_rng(seed).uniform(size=(n, signals))
    weights = np.arange(1, signals + 1) / np.arange(1, signals + 1).sum()
    return np.asarray((np.log10(weights) - np.log10(shares)).max(axis=1))


@pytest.mark.parametrize("signals", [3, 10])
def test_totals_of_ordinary_accounts_follow_the_law_of_maxima(signals: int) -> None:
    totals = _totals(20_000, signals, 8)
    plain = fit_tail(totals, 5)
    at = np.quantile(totals, [0.7, 0.9, 0.99, 0.999])
    assert by_maxima(plain, totals).read(at) == pytest.approx(plain.read(at), abs=0.12)


def test_inflated_accounts_in_the_reference_do_not_excuse_others_by_the_law_of_maxima() -> None:
    clean = _totals(1_000, 8, 9)
    dirty = np.concatenate([clean[:920], np.random.default_rng(10).uniform(1.8, 4.0, 80)])
    at = np.array([2.5, 3.0])
    law = by_maxima(fit_tail(dirty, 5), dirty).read(at)
    assert (fit_tail(dirty, 5).read(at) < 1.6).all()
    assert law == pytest.approx(at, abs=0.25)
    low = np.quantile(dirty, [0.1, 0.4, 0.55])
    assert np.array_equal(by_maxima(fit_tail(dirty, 5), dirty).read(low), fit_tail(dirty, 5).read(low))


def test_the_law_of_maxima_never_lowers_a_surprise_and_keeps_ranking() -> None:
    totals = np.append(_totals(600, 5, 11), np.nan)
    plain = fit_tail(totals, 5)
    at = np.linspace(-1, 15, 400)
    read = by_maxima(plain, totals).read(at)
    assert (read >= plain.read(at) - 1e-12).all()
    assert (np.diff(read[at > 0.5]) > 0).all()


def test_where_more_ordinary_accounts_lie_far_out_the_law_of_maxima_says_less_and_never_less_than_counting() -> (
    None
):
    totals = _totals(600, 5, 11)
    plain, at = fit_tail(totals, 5), np.linspace(-1, 6, 200)
    law, doubled = (by_maxima(plain, totals, odd).read(at) for odd in (1.0, 2.0))
    assert (doubled >= plain.read(at) - 1e-12).all()
    assert (doubled <= law + 1e-12).all()
    dirty = np.concatenate([totals[:550], np.random.default_rng(10).uniform(1.8, 4.0, 50)])
    law, doubled = (by_maxima(fit_tail(dirty, 5), dirty, odd).read(np.array([3.0])) for odd in (1.0, 2.0))
    assert law - doubled == pytest.approx(np.log10(2.0), abs=0.01)


def test_without_differences_there_is_no_law_of_maxima() -> None:
    totals = np.repeat([0.0, 1.0], [290, 10])
    plain = fit_tail(totals, 5)
    assert by_maxima(plain, totals) is plain


def test_a_power_tail_follows_a_power_law_and_an_exponential_one_does_not() -> None:
    values = np.random.default_rng(4).pareto(2.0, 20_000)
    far = np.quantile(values, 0.9999)
    told = {kind: fit_tail(values[:2_000], beyond=kind).read(np.array([far]))[0] for kind in KINDS}
    assert told["power"] == pytest.approx(4.0, abs=0.7)
    assert told["exponential"] > 6.0


def test_a_power_tail_is_the_plain_one_where_nothing_calls_for_it() -> None:
    values = np.random.default_rng(5).normal(size=5_000)
    at = np.linspace(-2, 8, 30)
    assert np.array_equal(fit_tail(values).read(at), fit_tail(values, beyond="power").read(at))


def test_a_power_tail_of_known_shape_is_as_heavy_where_nothing_calls_for_it() -> None:
    values, at = np.append(_exponential(1_995, 12), [40.0] * 5), np.linspace(0, 40, 80)
    plain, heavy = fit_tail(values, beyond="power"), fit_tail(values, beyond="power", law=0.9)
    counted = at < fit_tail(values).at[-1]
    assert np.array_equal(heavy.read(at[counted]), plain.read(at[counted]))
    assert (heavy.read(at[~counted]) <= plain.read(at[~counted])).all()
    # Five of two thousand lie at the end: a surprise of about 2.6.
    assert plain.read(at)[-1] > 5.0
    assert heavy.read(at)[-1] < 3.5


def test_the_shape_of_a_power_law_is_read_off_its_farthest() -> None:
    rng = np.random.default_rng(13)
    assert power_shape(rng.pareto(2.0, 40_000)) == pytest.approx(0.5, abs=0.1)
    assert power_shape(rng.exponential(size=40_000)) == pytest.approx(0.0, abs=0.1)
    assert power_shape(np.append(np.full(30, 1.0), np.nan)) is None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(5))
def test_every_tail_keeps_ranking_without_end(kind: Beyond, seed: int) -> None:
    rng = np.random.default_rng(seed)
    for values in (
        rng.pareto(1.0, 300),
        rng.normal(size=100),
        np.repeat([0.0, 1.0], [290, 10]),
        np.zeros(50),
    ):
        tail = fit_tail(values, beyond=kind)
        at = np.concatenate([np.sort(values), values.max() + np.geomspace(0.01, 1e4, 40)])
        read = tail.read(at)
        assert np.isfinite(read).all()
        assert (np.diff(read) >= 0).all()
        assert (np.diff(read[-40:]) > 0).all()
