"""Steps and short drips of likes, on rows that can be checked by hand."""

import numpy as np
import pytest

from detector.panel import FloatArray, Panel, build_panel
from detector.signals import history, steps
from detector.signals.edges import FARTHEST, Box
from detector.signals.looks import beside, moved
from detector.tables import Table, Tables

DAYS = 40


def _panel(
    likes_a_day: dict[int, float], followers_a_day: dict[int, float], unseen: tuple[int, ...] = ()
) -> Panel:
    """One account that gains 1,000 likes and 10 followers a day but for the days named."""
    likes = 100_100 + np.cumsum([likes_a_day.get(day, 1_000.0) for day in range(DAYS)])
    followers = 5_000 + np.cumsum([followers_a_day.get(day, 10.0) for day in range(DAYS)])
    return _history(likes, followers, unseen)


def _history(likes: FloatArray, followers: FloatArray, unseen: tuple[int, ...] = ()) -> Panel:
    """One account with a look a day but for the days unseen."""
    n = len(likes)
    day = np.datetime64("2026-01-01T12:00:00", "us") + np.arange(n) * np.timedelta64(1, "D")
    who = {
        name: np.full(n, value, dtype=object) for name, value in (("platform", "tiktok"), ("account_id", "1"))
    }
    looks = Table(
        "snapshots", {**who, "observed_at": day, "followers": followers, "likes": likes.astype(float)}
    )
    return build_panel(Tables(snapshots=looks.take(~np.isin(np.arange(n), unseen))))


def _step(*arguments) -> float:
    return float(steps.like_step_without_followers(_panel(*arguments))[0])


def test_no_box_reaches_into_the_next_row():
    assert Box(FARTHEST - 1, 1).looks == FARTHEST - 1
    with pytest.raises(ValueError, match="next row"):
        Box(FARTHEST, 1)


def test_a_steady_account_has_no_step():
    assert _step({}, {}) == pytest.approx(0.0, abs=0.01)


def test_a_step_is_the_day_over_its_neighbours_and_the_followers_that_did_not_come():
    shape = float(steps.like_step(_panel({20: 50_000.0}, {}))[0])
    noise = 0.3 * 100 + 2 + 2 * np.sqrt(1_000)  # likes are shown in hundreds
    assert shape == pytest.approx(np.log((50_000 - 70 + noise) / (1_000 + noise)), abs=0.01)
    # 50,000 likes bring 490 followers at the account's rate; ten came: beyond the ceiling of 2, of which half counts.
    # The day after it fell 34-fold: beyond the ceiling of 3, of which three tenths count.
    assert _step({20: 50_000.0}, {}) == pytest.approx(shape + 1.0 + 0.9, abs=0.05)


@pytest.mark.parametrize("figures", [3, 4])
def test_counters_written_down_with_a_few_digits_are_no_steps(figures: int):
    rng = np.random.default_rng(figures)
    likes = np.floor(2_300_000 + np.cumsum(rng.lognormal(7.5, 0.5, 60)))
    followers = np.floor(250_000 + np.cumsum(rng.lognormal(4.0, 0.5, 60)))
    step, finer = 10.0 ** (7 - figures), 10.0 ** (6 - figures)
    written = np.floor(likes / step) * step, np.floor(followers / finer) * finer
    own, exact = _history(*written), _history(likes, followers)
    for signal in (steps.like_step_without_followers, steps.like_step, steps.follower_step_without_likes):
        assert signal(own)[0] < signal(exact)[0]
    bought = written[0] + np.where(np.arange(60) >= 30, 200_000, 0)
    assert steps.like_step_without_followers(_history(bought, written[1]))[0] > np.log(30.0)


def test_followers_that_come_along_take_it_back():
    assert _step({20: 50_000.0}, {20: 500.0}) < 0.6 * _step({20: 50_000.0}, {})


def test_attention_that_fades_is_no_step():
    fading = {20 + i: 50_000.0 * 0.6**i for i in range(8)}
    assert _step(fading, {}) < 0.5 * _step({20: 50_000.0}, {})


def test_an_order_of_the_evening_arrives_by_two_looks():
    assert _step({20: 25_000.0, 21: 25_000.0}, {}) > 0.75 * _step({20: 50_000.0}, {})


def test_an_order_that_comes_again_is_no_less_odd():
    once, twice = _step({20: 50_000.0}, {}), _step({20: 50_000.0, 30: 50_000.0}, {})
    assert twice == pytest.approx(once, abs=0.1)


def test_a_gap_after_a_step_hides_it_only_where_it_is_long():
    week, weeks = tuple(range(21, 28)), tuple(range(21, 38))
    assert _step({20: 50_000.0}, {}, week) > 0.8 * _step({20: 50_000.0}, {})
    assert _step({20: 50_000.0}, {}, weeks) == pytest.approx(0.0, abs=0.1)


def test_followers_that_come_and_go_are_no_edge():
    restless = {day: 40.0 if day % 2 else -40.0 for day in range(DAYS)}
    assert _step({20: 50_000.0}, restless) > 0.8 * _step({20: 50_000.0}, {})


def test_a_missed_look_hides_neither_a_step_nor_makes_one():
    assert _step({20: 50_000.0}, {}, (20, 21)) > 0.6 * _step({20: 50_000.0}, {})
    assert _step({}, {}, (20, 21)) == pytest.approx(0.0, abs=0.01)


def test_a_counter_that_catches_up_is_no_step():
    assert _step({20: 0.0, 21: 0.0, 22: 0.0, 23: 4_000.0}, {}) < 0.3


def test_what_is_taken_back_within_days_is_no_step():
    assert _step({20: 50_000.0, 22: -49_000.0}, {}) < 0.4 * _step({20: 50_000.0}, {})


def test_a_step_on_the_newest_day_says_nothing_yet():
    assert _step({DAYS - 1: 50_000.0}, {}) == pytest.approx(0.0, abs=0.01)


def test_a_larger_order_is_never_less_odd():
    found = [_step({20: 1_000.0 + size}, {}) for size in (0.0, 5e3, 1e4, 5e4, 5e5)]
    assert found == sorted(found)
    assert found[-1] > found[0] + 3


def test_a_drip_has_two_edges_and_a_flat_top():
    even, uneven = {20 + i: 20_000.0 for i in range(5)}, {20 + i: 20_000.0 * 0.5**i for i in range(5)}
    drip = float(steps.like_drip_without_followers(_panel(even, {}))[0])
    assert drip > 2.0
    assert float(steps.like_drip_without_followers(_panel(uneven, {}))[0]) < 0.4 * drip
    followed = {20 + i: 200.0 for i in range(5)}
    assert float(steps.like_drip_without_followers(_panel(even, followed))[0]) < 0.5 * drip


def test_the_first_coarse_step_of_a_growing_counter_is_no_step():
    # Shown in hundreds below a million, in steps of 100,000 above. A hit ends at 1,098,000; 200 a day do the rest.
    gained = np.full(80, 200.0)
    gained[40:50] += 36_000 * 0.75 ** np.arange(10)
    exact = np.cumsum(gained) + 1_098_000 - gained[:50].sum()
    shown = np.where(exact < 1e6, np.floor(exact / 100) * 100, np.floor(exact / 1e5) * 1e5)
    assert np.diff(shown)[50:].max() == 100_000
    panel = _history(shown, 5_000 + 20 * np.arange(80.0))
    assert float(steps.like_step(panel)[0]) < 1.5
    assert float(steps.like_step_without_followers(panel)[0]) < 2.5


def test_deleted_posts_never_make_the_days_before_an_even_box():
    risen = {20 + i: 8_000.0 for i in range(4)} | {25: 5_000.0, 26: 3_000.0}
    swelling, hidden = (
        float(steps.like_drip_without_followers(_panel(risen | {24: likes}, {}))[0])
        for likes in (7_000.0, -60_000.0)
    )
    assert hidden <= swelling + 0.1


def test_looks_that_repeat_and_dips_are_passed_over():
    likes, followers = beside(
        _panel({20: 0.0, 21: 2_000.0, 30: -5_000.0, 31: 7_000.0}, {}), "likes", "followers"
    )
    gains = likes.gain[0][~np.isnan(likes.gain[0])]
    assert set(gains.tolist()) == {1_000.0}
    assert np.isnan(likes.gain).tolist() == np.isnan(followers.gain).tolist()


def test_columns_move_and_leave_unknown_behind():
    assert np.array_equal(moved(np.array([[1.0, 2.0, 3.0]]), 2), [[np.nan, np.nan, 1.0]], equal_nan=True)
    assert moved(np.array([[1.0, 2.0]]), 0).tolist() == [[1.0, 2.0]]


def _followers(*arguments) -> float:
    return float(steps.follower_step_without_likes(_panel(*arguments))[0])


def test_followers_that_come_at_once_and_bring_no_likes_are_a_step():
    assert _followers({}, {}) == pytest.approx(0.0, abs=0.01)
    assert _followers({}, {20: 2_000.0}) > 3.0
    assert _followers({20: 150_000.0}, {20: 2_000.0}) < 0.6 * _followers({}, {20: 2_000.0})
    fading = {20 + i: 2_000.0 * 0.6**i for i in range(8)}
    assert _followers({}, fading) < 0.6 * _followers({}, {20: 2_000.0})


@pytest.mark.parametrize("days", [2, 3])
def test_followers_delivered_over_days_are_a_step_as_well(days: int):
    assert _followers({}, {20 + i: 2_000.0 for i in range(days)}) > 0.8 * _followers({}, {20: 2_000.0})


def test_followers_that_are_taken_back_or_catch_up_are_no_step():
    assert _followers({}, {20: 2_000.0, 22: -1_990.0}) < 0.4 * _followers({}, {20: 2_000.0})
    assert _followers({}, {20: 0.0, 21: 0.0, 22: 0.0, 23: 40.0}) < 0.3


def test_a_counter_that_is_shown_to_stand_still_on_most_days_makes_no_step_of_two_at_once():
    """Millions of likes in steps of 100,000: a third of a step a day is shown as a step every third day."""
    gained = np.tile([0.0, 0.0, 100_000.0], 20)
    gained[32] = 200_000.0
    assert np.median(gained) == 0
    step = float(steps.like_step(_history(4e6 + np.cumsum(gained), 5_000 + 20 * np.arange(60.0)))[0])
    assert step == pytest.approx(np.log(1.6 / 0.56), abs=0.05)
    assert step < np.log(1.6 / 0.3) - 0.5  # what it would be beside a median of nothing


def test_a_hit_that_brings_followers_faster_than_likes_is_no_rise_without_likes():
    """Followers rise by a half and likes by a third: both far beyond what is usual, in spreads of either."""
    attention = np.zeros(100)
    attention[50:62] = 0.7 ** np.arange(12)
    followers = 5_000 + np.cumsum(2.0 + 800.0 * attention)
    package, hit = (
        float(history.follower_rise_without_likes(_history(100_000 + np.cumsum(liked), followers))[0])
        for liked in (np.full(100, 50.0), 50.0 + 12_000.0 * attention)
    )
    assert package > 3.0
    assert hit < 0.3 * package
