"""Accounts of Instagram that follow thousands and are followed back are told by what they follow beside their likes."""

import numpy as np
import pytest

from detector.scoring import score_tables
from detector.tables import Table, Tables
from training.fit import FitSettings, fit

LEFT_OUT = "instagram.automation.counters.left_out"


def profiles(n, followed_back, seed, platform="instagram"):
    """Invented profiles; the first `followed_back` follow thousands and are followed back, and few of these like."""
    rng = np.random.default_rng(seed)
    friends = rng.lognormal(6.3, 0.9, n)
    followers, following = friends * rng.lognormal(0, 0.4, n), friends * rng.lognormal(0, 0.4, n)
    posts = rng.lognormal(3.5, 0.5, n)
    machine = np.arange(n) < followed_back
    likes = np.where(machine, 150.0, followers) * posts * rng.lognormal(-2.5, 0.6, n)
    followers[machine] = rng.uniform(1_500, 4_000, followed_back)
    following[machine] = rng.uniform(2_500, 5_000, followed_back)
    columns = {
        "platform": np.full(n, platform, dtype=object),
        "account_id": np.array([f"{seed}-{i:05d}" for i in range(n)], dtype=object),
        "followers": np.round(followers),
        "following": np.round(following),
        "posts": np.round(posts) + 1,
        "likes": np.round(likes) + 1,
        "bio_length": rng.integers(0, 150, n).astype(float),
    }
    return Tables(accounts=Table("accounts", columns))


@pytest.fixture(scope="module")
def clean():
    return fit(profiles(700, 0, 1), FitSettings(name="test", folds=3))


def automation(outcome, tables):
    return np.asarray(score_tables(tables, outcome.model, reasons="none").columns["automation_suspicion"])


def test_they_look_like_bots_though_as_many_follow_them(clean):
    suspicion = automation(clean, profiles(400, 40, 2))
    usual = np.nanquantile(suspicion[40:], 0.95)
    assert np.mean(suspicion[:40] > usual) > 0.8


def test_nobody_says_so_of_another_platform(clean):
    elsewhere = fit(profiles(700, 0, 1, "tiktok"), FitSettings(name="test", folds=3))
    suspicion = automation(elsewhere, profiles(400, 40, 2, "tiktok"))
    assert np.nanmean(suspicion[:40] > np.nanquantile(suspicion[40:], 0.95)) < 0.4


def test_a_reference_that_holds_many_of_them_leaves_them_out_and_a_clean_one_nobody(clean):
    assert clean.report.metrics.get(LEFT_OUT, 0.0) == 0.0
    mixed = fit(profiles(770, 70, 3), FitSettings(name="test", folds=3))
    assert 0.05 < mixed.report.metrics[LEFT_OUT] < 0.13
    suspicion = automation(mixed, profiles(400, 40, 2))
    assert np.mean(suspicion[:40] > np.nanquantile(suspicion[40:], 0.95)) > 0.7
    weight = {unit.axis: unit.weight for unit in mixed.model.platforms["instagram"].units}
    assert weight["automation"] == 2.0  # however many there are, automation does not drown the other axes


def test_a_signal_that_a_platform_never_knows_adds_no_pattern_there():
    plain = profiles(400, 0, 5, "tiktok")
    units = fit(plain, FitSettings(name="test", folds=3)).model.platforms["tiktok"].units
    (automation,) = [unit for unit in units if unit.axis == "automation"]
    assert not any("likes" in pattern.atoms for pattern in automation.patterns)
