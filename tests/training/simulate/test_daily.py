"""Daily likes beside real series: figures on rows checked by hand, and sides that differ are told."""

from pathlib import Path

import numpy as np
import pytest

from detector.tables import Tables
from training.simulate import daily as module
from training.simulate.daily import COLUMNS, DailySet, compare_daily, daily_figures, daily_sets, daily_text
from training.simulate.look import as_shown
from training.simulate.population import population
from training.simulate.series import Series, series_of

DAYS = np.arange(60.0)


@pytest.fixture(scope="module")
def simulated() -> Tables:
    return population(120, 41, posts=25)[0]


def lived(gains: np.ndarray, start: float = 50_000.0) -> np.ndarray:
    return start + np.r_[0.0, np.cumsum(gains)]


def test_figures_of_a_history_that_can_be_checked_by_hand() -> None:
    gains = np.full(59, 100.0)
    gains[30], gains[31] = 700.0, 350.0
    found = daily_figures(DAYS, lived(gains), lived(gains / 10))
    mean = (57 * 100 + 700 + 350) / 59
    assert set(found) == set(COLUMNS)
    assert found["best"] == pytest.approx(np.log(7))
    assert found["after_best"] == pytest.approx(0.5)
    assert found["spread"] == pytest.approx(np.log(gains.std() / mean))
    assert found["companion"] == pytest.approx(1.0)
    assert found["growth"] == pytest.approx(np.log(1_000 * mean / lived(gains).mean()))


def test_days_that_alternate_are_told_from_days_that_last() -> None:
    rng = np.random.default_rng(1)
    lasting = 100 + np.cumsum(rng.normal(0, 5, 59)).clip(-90)
    assert daily_figures(DAYS, lived(lasting), lived(lasting))["next_day"] > 0.7
    turns = np.where(np.arange(59) % 2, 50.0, 150.0) + rng.random(59)
    assert daily_figures(DAYS, lived(turns), lived(turns))["next_day"] < -0.7


def test_a_gap_is_no_day() -> None:
    gains = np.full(59, 100.0) + np.arange(59)
    day = DAYS + 10.0 * (DAYS > 30)
    assert daily_figures(day, lived(gains), lived(gains))["best"] < np.log(2)


def test_of_too_few_looks_or_no_likes_nothing_is_said() -> None:
    assert np.isnan(list(daily_figures(DAYS[:20], lived(np.ones(19)), lived(np.ones(19))).values())).all()
    assert np.isnan(list(daily_figures(DAYS, lived(np.zeros(59)), lived(np.ones(59))).values())).all()


def test_of_two_looks_a_day_the_last_counts() -> None:
    rows = [{"who": "a", "day": "2026-01-01", "n": n} for n in ("5", "7")]
    assert series_of(rows, "who", "day", {"likes": "n"})[0].counters["likes"].tolist() == [7.0]


def test_counters_that_a_page_shows_are_known_by_their_steps() -> None:
    exact = np.array([9_000.0, 12_345.0, 20_100.0])
    assert not module._is_shown(exact)
    assert module._is_shown(as_shown(exact))
    assert not module._is_shown(np.array([5.0, 100.0]))  # too small to tell


def real_set(likes: list[np.ndarray], followers: list[np.ndarray]) -> DailySet:
    series = tuple(
        Series(f"a{at}", DAYS, {"likes": own, "followers": others})
        for at, (own, others) in enumerate(zip(likes, followers, strict=True))
    )
    return DailySet("three accounts", series, "followers", module.JUDGED, True)


def test_a_simulated_creator_lies_among_simulated_ones_and_an_odd_one_beside_them(
    simulated: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ALIKE", 60)
    rng = np.random.default_rng(2)
    rough = [lived(np.where(np.arange(59) % 2, 40.0, 400.0) * rng.uniform(0.9, 1.1, 59)) for _ in range(3)]
    fans = [lived(rng.poisson(9, 59).astype(float), 20_001.0) for _ in range(3)]
    found = compare_daily(real_set(rough, fans), simulated)
    assert found["accounts"] == len(found["windows"]) == 3
    for window in found["windows"]:
        assert window["place"]["next_day"] < 0.05
    assert all(one["auc"] > 0.9 for one in found["auc"].values())
    shown = daily_text(found)
    assert shown.startswith("three accounts: daily likes of 3 accounts")
    assert f"logistic: {found['auc']['logistic']['auc']:.2f}" in shown


def test_one_account_is_too_few_for_a_classifier(simulated: Tables) -> None:
    likes, fans = (lived(np.random.default_rng(3).poisson(mean, 59).astype(float)) for mean in (100, 9))
    found = compare_daily(real_set([likes], [fans]), simulated)
    assert found["auc"] == {}
    assert all(0.0 <= place <= 1.0 for place in found["windows"][0]["place"].values())


def test_an_account_that_vanished_gives_no_window() -> None:
    gone = Series("b", DAYS, {"likes": np.r_[57.0, np.zeros(59)], "followers": np.ones(60)})
    assert module._windows(gone, "followers") == []


def test_both_sets_are_read_with_likes_that_turned_over(references: Path) -> None:
    accounts, videos = daily_sets(references)
    likes = {one.name: one.counters["likes"] for one in accounts.series}
    assert likes["giant_a"].min() > 2.0**31
    assert (likes["small_a"] > 0).all()
    assert (videos.companion, videos.judged) == ("views", False)
    assert all("views" in one.counters for one in videos.series)
