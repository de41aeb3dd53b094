"""Benchmark L1 puts in what it says, keeps accounts together, and its figures are what they are called."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from detector.repair import repair
from detector.tables import Table, Tables
from training.simulate.organic import organic
from training.simulate.series import Series

PATH = Path(__file__).resolve().parent.parent / "benchmarks" / "likes_history.py"


@pytest.fixture(scope="module")
def bench():
    spec = importlib.util.spec_from_file_location("likes_history_benchmark", PATH)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def _looks(days: int, per_day: float = 100.0) -> Tables:
    day = np.datetime64("2026-01-01T12:00:00", "us") + np.arange(days) * np.timedelta64(1, "D")
    who = {"platform": np.full(days, "tiktok", dtype=object), "account_id": np.full(days, "1", dtype=object)}
    likes = 50_000.0 + per_day * np.arange(days)
    looks = Table("snapshots", {**who, "observed_at": day, "followers": np.full(days, 900.0), "likes": likes})
    return Tables(snapshots=looks)


@pytest.mark.parametrize(("delivery", "days"), [("a day", 2), ("five days", 5)])
def test_the_dose_arrives_whole_in_its_days_and_followers_stay(bench, delivery, days):
    before = _looks(60)
    after, amount = bench.injected(before, delivery, 0.10, seed=1)
    gained = np.diff(after.snapshots.column("likes") - before.snapshots.column("likes"))
    assert 1 <= np.sum(gained > 0) <= days
    assert amount["1"] == pytest.approx(gained[gained > 0].sum(), rel=0.02)
    assert 0.09 * 50_000 <= amount["1"] <= 0.12 * 56_000
    assert after.snapshots.column("followers").tolist() == [900.0] * 60
    assert before.snapshots.column("likes")[-1] == 50_000 + 59 * 100


def test_windows_of_an_account_share_its_name_and_lie_inside_their_days(bench):
    day = np.arange(20_000.0, 20_100.0)
    series = Series("a", day, {"likes": np.arange(1.0, 101.0)})
    found = bench.windows(series, days=60, stride=10)
    assert len(found) == 5
    ids = [window.keys()[0][1] for window in found]
    assert len(set(ids)) == 5
    assert {name.split(".")[0] for name in ids} == {"a"}
    assert [len(window.snapshots) for window in found] == [60] * 5
    assert found[1].snapshots.column("likes")[0] == 11.0


def test_an_account_that_vanished_gives_no_window(bench):
    gone = Series("b", np.arange(20_000.0, 20_100.0), {"likes": np.r_[57.0, 58.0, np.zeros(98)]})
    assert bench.windows(gone) == []


def test_a_window_is_held_against_other_accounts_alone(bench):
    owner = np.array(["a", "a", "b", "b"], dtype=object)
    untouched = np.array([9.0, 9.0, 1.0, 1.0])
    inflated = np.array([2.0, 0.5, 8.0, 10.0])
    assert bench.held_against_others(owner, untouched, inflated, 0.01).tolist() == [1.0, 0.0, 0.0, 1.0]


def test_intervals_of_windows_draw_whole_accounts(bench):
    owner = np.array(["a"] * 50 + ["b"] * 50, dtype=object)
    apart = np.r_[np.ones(50), np.zeros(50)]
    assert bench.over_accounts(owner, apart) == (0.0, 1.0)  # two accounts say next to nothing
    low, high = bench.interval(lambda drawn: float(apart[drawn].mean()), 100)
    assert 0.35 < low < 0.5 < high < 0.65


def test_a_twin_is_drawn_with_its_account(bench):
    level = np.array(["ordinary"] * 200, dtype=object)
    score = np.linspace(0.0, 1.0, 200)
    took = np.arange(200) % 2 == 0
    found = {"score": score + 1e-9, "likes": score, "level": level}
    row = bench.compared({"score": score, "likes": score, "level": level}, found, took)
    assert row["accounts"] == 100
    assert row["recall_0.05"] == pytest.approx(0.05, abs=0.01)
    low, high = row["recall_0.05_interval"]
    assert low <= 0.05 <= high < 0.10  # drawn apart, it would spread far wider
    assert row["caught"] == 0.0


def test_recall_is_the_share_above_the_threshold(bench):
    untouched = np.arange(1_000.0)
    assert bench.recall(untouched, np.array([980.0, 995.0, 5_000.0, 1.0]), 0.01) == 0.5
    assert bench.above(untouched, 0.01) == pytest.approx(989.01)


def test_alarms_count_what_is_called_suspicious(bench):
    level = np.array(["suspicious"] * 3 + ["ordinary"] * 297, dtype=object)
    found = bench.alarms({"level": level}, "viral")
    assert (found["viral_accounts"], found["viral_suspicious"]) == (300, 3)
    low, high = found["viral_interval"]
    assert low < 0.01 < high < 0.04


def test_viral_look_alikes_have_a_hit_within_the_days_that_are_read(bench):
    tables = repair(bench.viral_population(bench.CHOOSING + 7, 12))
    assert len(tables.keys()) == 12
    days = bench.days_of(tables, bench.ids_of(tables))
    assert days.max() <= bench.MAX_DAYS


def test_older_looks_than_are_read_are_cut_off(bench):
    long = _looks(200)
    assert len(bench.newest_days(long).snapshots) == bench.MAX_DAYS
    assert bench.newest_days(long).snapshots.column("likes")[-1] == long.snapshots.column("likes")[-1]


def test_evidence_is_cut_to_what_it_is_called(bench):
    tables = organic(3, seed=bench.CHOOSING)
    sizes = {
        name: tuple(len(getattr(cut(tables), part)) > 0 for part in ("accounts", "posts", "snapshots"))
        for name, cut in bench.EVIDENCE.items()
    }
    assert sizes == {
        "history": (False, False, True),
        "profile+history": (True, False, True),
        "profile+posts+history": (True, True, True),
    }


def test_choosing_and_reporting_seeds_are_apart(bench):
    assert 1_000 <= bench.CHOOSING < 1_999
    assert 2_000 <= bench.REPORTING < 2_999


def test_recall_of_some_is_held_against_all_untouched(bench):
    untouched, found = {"score": np.arange(200.0)}, {"score": np.arange(200.0) + 100.0}
    took = np.arange(200) >= 150
    row = bench.shares(untouched, found, took)
    assert row["recall_0.01"] == 1.0
    low, high = row["recall_0.05_interval"]
    assert low <= row["recall_0.05"] <= high


def test_the_bound_learns_from_other_accounts_than_it_is_asked_of(bench):
    assert bench.LEARNING not in (bench.CHOOSING, bench.REPORTING)
    assert 1_000 <= bench.LEARNING < 1_999
    base = bench.population(bench.CHOOSING + 9, 60)
    long = bench.days_of(base, bench.ids_of(base)) >= bench.LEAST_DAYS
    found = bench.bound(base, bench.CHOOSING + 9, long, n=120)
    assert found["easy"]["accounts"] <= found["all"]["accounts"] <= long.sum()
    assert 0.3 < found["all"]["recall_0.05"] <= 1.0
