"""The quality benchmark puts in what it says it puts in, and its figures are what they are called."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from detector.tables import Table, Tables

PATH = Path(__file__).resolve().parent.parent / "benchmarks" / "quality.py"


@pytest.fixture(scope="module")
def quality():
    spec = importlib.util.spec_from_file_location("quality_benchmark", PATH)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture
def creator() -> Tables:
    who = {"platform": "tiktok", "account_id": "1"}
    posts = [{**who, "post_id": str(i), "views": 9_000.0, "likes": 900.0} for i in range(10)]
    profile = {**who, "followers": 5_000.0, "likes": 20_000.0, "posts": 20.0}
    return Tables(accounts=Table.from_rows("accounts", [profile]), posts=Table.from_rows("posts", posts))


def test_followers_rise_and_nothing_else_moves(quality, creator):
    more = quality.followers_times(5)(creator, np.random.default_rng(1))
    assert more.accounts.column("followers").tolist() == [25_000.0]
    assert more.accounts.column("likes").tolist() == [20_000.0]
    assert creator.accounts.column("followers").tolist() == [5_000.0]


def test_lifetime_likes_rise_with_the_likes_of_posts(quality, creator):
    more = quality.post_likes_times(5, 0.3)(creator, np.random.default_rng(1))
    assert sorted(more.posts.column("likes").tolist()) == [900.0] * 7 + [4_500.0] * 3
    assert abs(more.accounts.column("likes")[0] - (20_000 + 3 * 3_600)) <= 100


def test_likes_never_pass_the_views(quality, creator):
    more = quality.post_likes_times(50)(creator, np.random.default_rng(1))
    assert np.all(more.posts.column("likes") <= 0.95 * more.posts.column("views"))


@pytest.mark.parametrize("kind", ["step", "burst", "drip", "refill"])
def test_a_delivery_starts_on_its_day_and_arrives_whole(quality, kind):
    share = quality.delivered(kind, np.arange(-3.0, 30.0), np.random.default_rng(1))
    assert share[:3].tolist() == [0.0, 0.0, 0.0]
    assert share[3] > 0
    assert share[-1] == 1.0


def test_shown_counts_are_rounded_as_the_platforms_do(quality):
    assert quality.tiktok_shows(np.array([9_999.0, 12_345.0, 1_260_000.0])).tolist() == [
        9_999,
        12_300,
        1_300_000,
    ]
    assert quality.youtube_shows(np.array([999.0, 12_399.0])).tolist() == [999, 12_300]


def test_auc_is_one_apart_and_a_half_alike(quality):
    low, high = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    assert quality.auc(low, high) == 1.0
    assert quality.auc(low, low) == 0.5


def test_the_interval_holds_a_calibrated_one_per_cent_99_times_in_100(quality):
    low, high = quality.interval(999, 500)
    rng = np.random.default_rng(3)
    alarms = rng.binomial(500, rng.beta(10, 990, 20_000))
    assert 0.985 <= np.mean((alarms >= low) & (alarms <= high)) <= 0.999


def test_half_and_folds_follow_the_id_alone(quality):
    ids = [str(i) for i in range(2_000)]
    half = [account for account in ids if quality.number_of("half", account) % 2 == 0]
    assert 900 < len(half) < 1_100
    assert 0.45 < np.mean([quality.number_of("quality", account) % 2 for account in half]) < 0.55
