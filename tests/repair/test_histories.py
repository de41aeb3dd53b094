"""Which histories were filled between looks, and which stand still, jump or go straight for another reason."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from detector.repair import repair
from detector.tables import Table, Tables

DAYS = 63
RNG = np.random.default_rng(5)
LIKES = np.floor(2_000_000 + np.cumsum(RNG.lognormal(8.0, 0.7, DAYS)))
FOLLOWERS = np.floor(300_000 + np.cumsum(RNG.lognormal(5.0, 0.7, DAYS)))
START = np.datetime64("2026-03-01T03:00:00", "us")


def filled(values: np.ndarray, looks: Sequence[int]) -> np.ndarray:
    """The last value looked at, for every day."""
    at = np.asarray(looks)
    return values[at[np.searchsorted(at, np.arange(len(values)), side="right") - 1]]


def history(platform: str = "tiktok", **counters: np.ndarray) -> Tables:
    rows: list[dict[str, Any]] = [
        {
            "platform": platform,
            "account_id": "a",
            "observed_at": START + np.timedelta64(i, "D"),
            **{name: float(values[i]) for name, values in counters.items()},
        }
        for i in range(DAYS)
    ]
    return Tables(
        accounts=Table.from_rows("accounts", rows[-1:]), snapshots=Table.from_rows("snapshots", rows[:-1])
    )


def known(tables: Tables, name: str) -> list[int]:
    """Days at which a counter is known."""
    both = np.append(tables.snapshots.column(name), tables.accounts.column(name))
    return np.flatnonzero(~np.isnan(both)).tolist()


def carried(tables: Tables) -> list[str]:
    return sorted(fault.counter for fault in repair(tables).faults if fault.kind == "carried")


@pytest.mark.parametrize("every", [2, 3, 7, 14])
def test_a_counter_that_was_looked_at_every_few_days_is_known_on_those_alone(every: int) -> None:
    looks = range(0, DAYS, every)
    tables = history(followers=FOLLOWERS, likes=filled(LIKES, looks))
    mended = repair(tables)
    assert known(mended, "likes") == list(looks)
    assert known(mended, "followers") == list(range(DAYS))
    (fault,) = mended.faults
    assert (fault.counter, fault.kind, fault.action) == ("likes", "carried", "missing")
    assert f"{DAYS - len(looks)} of {DAYS} looks" in fault.sentence
    assert repair(mended).faults == mended.faults


def test_a_small_counter_is_told_by_moves_at_one_distance_alone() -> None:
    small = 900.0 + np.cumsum(RNG.poisson(2.0, DAYS))
    looks = range(0, DAYS, 7)
    assert known(repair(history(followers=FOLLOWERS, likes=filled(small, looks))), "likes") == list(looks)
    uneven = [0, 6, 14, 21, 27, 35, 43, 49, 56]
    assert carried(history(followers=FOLLOWERS, likes=filled(small, uneven))) == []


def test_looks_on_any_days_are_told_by_two_counters_that_stand_still_together() -> None:
    looks = [0, 1, 4, 9, 10, 15, 22, 24, 30, 31, 37, 44, 45, 52, 60]
    both = history(followers=filled(FOLLOWERS, looks), likes=filled(LIKES, looks))
    assert known(repair(both), "likes") == known(repair(both), "followers") == looks
    assert carried(history(followers=FOLLOWERS, likes=filled(LIKES, looks))) == []


def test_a_job_that_is_late_now_and_then_still_comes_at_even_distances() -> None:
    looks = [0, 7, 14, 22, 28, 35, 41, 49, 56]
    assert carried(history(followers=FOLLOWERS, likes=filled(LIKES, looks))) == ["likes"]


def test_rows_in_any_order_and_several_accounts_change_nothing() -> None:
    one = history(followers=FOLLOWERS, likes=filled(LIKES, range(0, DAYS, 7)))
    order = np.random.default_rng(1).permutation(len(one.snapshots))
    mixed = Tables(accounts=one.accounts, snapshots=one.snapshots.take(order))
    expected = repair(one).snapshots.column("likes")[order]
    np.testing.assert_array_equal(repair(mixed).snapshots.column("likes"), expected)


def _deliveries(days: Sequence[int]) -> np.ndarray:
    gain = np.zeros(DAYS)
    gain[list(days)] = 5_000.0
    return 40_000.0 + np.cumsum(gain)


INNOCENT = {
    "a look a day": {"likes": LIKES, "followers": FOLLOWERS},
    "a page that was cached for days, twice": {
        "likes": filled(LIKES, [i for i in range(DAYS) if not (20 < i < 25 or 40 < i < 44)]),
        "followers": FOLLOWERS,
    },
    "a small account that gets a follower every other day": {
        "followers": 1_000.0 + np.cumsum(RNG.random(DAYS) < 0.5),
        "likes": 9_000.0 + np.cumsum(RNG.poisson(0.7, DAYS)),
    },
    "a counter that is written in steps": {"likes": np.floor(LIKES / 1e4) * 1e4, "followers": FOLLOWERS},
    "likes as TikTok shows them": {
        "likes": np.floor(LIKES / 1e5) * 1e5,
        "followers": np.floor(FOLLOWERS / 100) * 100,
    },
    "deliveries to an account that rests": {"likes": _deliveries([5, 9, 20, 33, 47]), "followers": FOLLOWERS},
    "deliveries every week on top of what comes": {
        "likes": _deliveries(range(0, DAYS, 7)) + np.cumsum(RNG.poisson(3.0, DAYS)),
        "followers": FOLLOWERS,
    },
    "three looks": {"likes": filled(LIKES, [0, 20, 40]), "followers": FOLLOWERS},
}


@pytest.mark.parametrize("name", INNOCENT)
def test_a_standstill_of_another_kind_stays(name: str) -> None:
    assert carried(history(**INNOCENT[name])) == []


def test_subscribers_that_youtube_shows_in_steps_stay() -> None:
    shown = np.floor(FOLLOWERS / 1000) * 1000
    assert carried(history("youtube", followers=shown, views=LIKES * 30)) == []


def straight(values: np.ndarray, looks: Sequence[int]) -> np.ndarray:
    """A straight line from look to look."""
    return np.round(np.interp(np.arange(len(values)), list(looks), values[list(looks)]))


def lines(tables: Tables) -> list[str]:
    return sorted(fault.counter for fault in repair(tables).faults if fault.kind == "interpolated")


@pytest.mark.parametrize("counter", ["likes", "views"])
@pytest.mark.parametrize("looks", [range(0, DAYS, 31), [0, 5, 6, 20, 21, 22, 40, 62]])
def test_what_two_counters_were_interpolated_on_is_left_aside(counter: str, looks: Sequence[int]) -> None:
    platform = "tiktok" if counter == "likes" else "youtube"
    tables = history(platform, **{"followers": straight(FOLLOWERS, looks), counter: straight(LIKES, looks)})
    mended = repair(tables)
    assert lines(tables) == sorted(["followers", counter])
    assert set(looks) <= set(known(mended, counter))
    assert len(known(mended, counter)) <= len(looks) + 2
    assert repair(mended).faults == mended.faults


STRAIGHT = {
    "a look a day": {"likes": LIKES, "followers": FOLLOWERS},
    "followers that come evenly, and likes as ever": {
        "likes": LIKES,
        "followers": FOLLOWERS[0] + 100.0 * np.arange(DAYS),
    },
    "an account that rests": {"likes": np.full(DAYS, 90_000.0), "followers": np.full(DAYS, 4_000.0)},
    "a small account": {"likes": 900.0 + 3 * np.arange(DAYS), "followers": 100.0 + np.arange(DAYS)},
    "a counter that is written in steps": {"likes": np.floor(LIKES / 1e5) * 1e5, "followers": FOLLOWERS},
}


@pytest.mark.parametrize("name", STRAIGHT)
def test_what_goes_straight_for_another_reason_stays(name: str) -> None:
    assert lines(history(**STRAIGHT[name])) == []


@pytest.mark.parametrize("platform", ["tiktok", "youtube"])
def test_daily_gains_in_the_place_of_totals_are_no_counters(platform: str) -> None:
    counter = "likes" if platform == "tiktok" else "views"
    new = {"followers": np.diff(FOLLOWERS, prepend=FOLLOWERS[0]), counter: np.diff(LIKES, prepend=LIKES[0])}
    mended = repair(history(platform, **new))
    assert [(fault.counter, fault.kind) for fault in mended.faults] == [
        ("followers", "gains"),
        (counter, "gains"),
    ]
    assert known(mended, "followers") == known(mended, counter) == []
    mixed = repair(history(platform, **{**new, "followers": FOLLOWERS}))
    assert known(mixed, "followers") == list(range(DAYS))
    assert known(mixed, counter) == []


TOTALS = {
    "a look a day": {"likes": LIKES, "followers": FOLLOWERS},
    "a handful of followers that come and go": {
        "followers": RNG.integers(2, 6, DAYS).astype(float),
        "likes": 30.0 + np.arange(DAYS),
    },
    "followers that leave by the hundred": {"followers": FOLLOWERS[::-1], "likes": LIKES},
    "likes that fall and return": {
        "likes": np.where(np.arange(DAYS) % 9 == 5, 0.6 * LIKES, LIKES).round(),
        "followers": FOLLOWERS,
    },
}


@pytest.mark.parametrize("name", TOTALS)
def test_totals_that_fall_stay(name: str) -> None:
    assert [fault for fault in repair(history(**TOTALS[name])).faults if fault.kind == "gains"] == []
