"""TikTok's 32-bit lifetime likes: settled by evidence, else missing."""

from typing import Any

import numpy as np
import pytest

from detector.repair import repair
from detector.tables import Table, Tables

TURN = 2**32
ONE_TURN = -1_720_410_671.0
NAN = float("nan")


def shown(true: float) -> float:
    """What a signed 32-bit counter makes of a true count."""
    return float((int(true) + 2**31) % TURN - 2**31)


def giant(
    likes: float | list[float],
    followers: float | None,
    *,
    posts: float = 1_000,
    sample: tuple[int, float] = (0, 0.0),
) -> Tables:
    """One account: its looks day by day, and `sample` = (number of known posts, likes of each)."""
    who: dict[str, Any] = {"platform": "tiktok", "account_id": "g"}
    series = likes if isinstance(likes, list) else [likes]
    counters = {**who, "posts": float(posts), "followers": followers}
    rows = [{**counters, "likes": value, "observed_at": _day(i)} for i, value in enumerate(series)]
    known = [
        {**who, "post_id": str(i), "likes": sample[1], "views": sample[1] * 10} for i in range(sample[0])
    ]
    return Tables(snapshots=Table.from_rows("snapshots", rows), posts=Table.from_rows("posts", known))


def _day(i: int) -> np.datetime64:
    return np.datetime64("2026-03-01", "us") + np.timedelta64(i, "D")


def likes_of(tables: Tables) -> list[Any]:
    return list(repair(tables).snapshots.column("likes"))


def kinds(tables: Tables) -> list[tuple[str, str]]:
    return [(fault.kind, fault.action) for fault in repair(tables).faults]


def test_one_turn_is_undone_when_no_other_number_fits() -> None:
    tables = giant(ONE_TURN, 50e6)
    assert likes_of(tables) == [2_574_556_625.0]
    assert kinds(tables) == [("wrapped", "corrected")]
    assert "2,574,556,625" in repair(tables).faults[0].sentence


def test_a_profile_row_is_mended_like_a_look() -> None:
    row = {"platform": "tiktok", "account_id": "g", "followers": 50e6, "likes": ONE_TURN, "posts": 900.0}
    mended = repair(Tables(accounts=Table.from_rows("accounts", [row])))
    assert mended.accounts.column("likes").tolist() == [2_574_556_625.0]


@pytest.mark.parametrize("likes", [ONE_TURN, -862_002_330.0])
def test_a_giant_for_whom_one_and_three_turns_are_possible_is_not_guessed(likes: float) -> None:
    tables = giant(likes, 160e6)
    assert np.isnan(likes_of(tables)).all()
    assert kinds(tables) == [("wrapped", "missing")]


def test_without_followers_nothing_bounds_the_turns() -> None:
    assert kinds(giant(ONE_TURN, None)) == [("wrapped", "missing")]


def test_the_likes_of_the_known_posts_settle_two_turns() -> None:
    true = 6_869_523_921.0
    assert likes_of(giant(shown(true), 70e6, sample=(50, 1e8))) == [true]


def test_when_nearly_all_posts_are_known_their_likes_settle_three_turns() -> None:
    true = 12_022_899_558.0
    tables = giant(shown(true), 160e6, posts=100, sample=(98, 1.2e8))
    assert likes_of(tables) == [true]


def test_posts_alone_show_that_a_positive_count_has_turned() -> None:
    true = 5_000_000_000.0
    assert shown(true) > 0
    tables = giant(shown(true), 60e6, sample=(40, 1e8))
    assert likes_of(tables) == [true]
    assert kinds(tables) == [("wrapped", "corrected")]


def test_posts_far_above_the_lifetime_are_no_turn_where_followers_forbid_it() -> None:
    tables = giant(2e8, 5e6, sample=(40, 1e8))
    assert likes_of(tables) == [2e8]
    assert kinds(tables) == [("above_lifetime", "kept")]


def test_a_negative_count_at_few_followers_is_not_believed() -> None:
    tables = giant(ONE_TURN, 50_000)
    assert np.isnan(likes_of(tables)).all()
    assert kinds(tables) == [("negative", "missing")]


def test_a_glitch_in_a_small_history_costs_that_look_alone() -> None:
    np.testing.assert_array_equal(likes_of(giant([500, 510, -5, 520], 900.0)), [500, 510, NAN, 520])


def test_a_history_is_shifted_as_a_whole_and_its_differences_stay() -> None:
    true = [2_574_556_625.0 + 400_000 * i for i in range(30)]
    assert likes_of(giant([shown(value) for value in true], 50e6)) == true


def test_a_history_that_crosses_the_turn_goes_on_smoothly() -> None:
    true = [2**31 - 1_000_000.0 + 700_000 * i for i in range(6)]
    series = [shown(value) for value in true]
    assert min(series) < 0 < max(series)
    assert likes_of(giant(series, 20e6)) == true
    assert kinds(giant(series, 20e6)) == [("wrapped", "corrected")]


def test_one_exact_look_settles_all_others() -> None:
    true = [12_022_899_558.0 + 1_000_000 * i for i in range(5)]
    series = [true[i] if i == 3 else shown(true[i]) for i in range(5)]
    assert likes_of(giant(series, 160e6)) == true


def test_exact_looks_that_contradict_each_other_stay_and_the_turned_ones_go() -> None:
    series = [3e9, ONE_TURN, 3e9 + 2 * TURN]
    np.testing.assert_array_equal(likes_of(giant(series, 160e6)), [3e9, NAN, 3e9 + 2 * TURN])


def test_zeros_among_turned_looks_do_not_disturb_them() -> None:
    tables = giant([ONE_TURN, 0.0, ONE_TURN + 5], 50e6)
    np.testing.assert_array_equal(likes_of(tables), [2_574_556_625.0, NAN, 2_574_556_630.0])
    assert sorted(kinds(tables)) == [("wrapped", "corrected"), ("zero", "missing")]


def test_a_zero_below_very_many_likes_of_posts_is_not_taken_for_a_turned_counter() -> None:
    assert kinds(giant(0.0, None, sample=(40, 1e8))) == [("above_lifetime", "kept")]


def test_fewer_likes_than_followers_at_a_giant_is_a_turned_counter() -> None:
    tables = giant(shown(2 * TURN + 5e6), 150e6)
    assert np.isnan(likes_of(tables)).all()
    assert kinds(tables) == [("wrapped", "missing")]


@pytest.mark.parametrize("followers", [1.1e6, 2e7, 1.2e8])
def test_fewer_likes_than_followers_below_a_giant_is_what_we_are_here_to_find(followers: float) -> None:
    tables = giant(followers / 20, followers)
    assert likes_of(tables) == [followers / 20]
    assert kinds(tables) == []
