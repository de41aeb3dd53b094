"""Empty accounts in a reference of Instagram are left out where more are there than ordinary ones explain."""

import numpy as np
import pytest

from detector.cases import Case
from detector.scoring import score_tables
from detector.signals.catalogue import SIGNALS
from detector.tables import Table, Tables
from training.fit import FitSettings, fit
from training.fit.contamination import MOST, counted_chance
from training.fit.emptiness import EMPTINESS, emptiness, share_above

LEFT_OUT = "instagram.automation.counters.left_out"
HALVES = ((1.0, 1.0), (2.0, 0.5))


def profiles(n, n_empty, seed, platform="instagram", onlookers=0.0):
    """Invented profiles; the first `n_empty` follow many, are followed by few and show next to nothing.

    A share of the others, `onlookers`, follows without being followed or posting, in all degrees.
    """
    rng = np.random.default_rng(seed)
    followers, following = rng.lognormal(6.3, 0.8, n), rng.lognormal(6.3, 0.6, n)
    posts, biography = rng.lognormal(3.5, 1.3, n), rng.integers(0, 150, n) * (rng.random(n) > 0.3)
    shy = rng.random(n) < onlookers
    fewer = rng.uniform(0, 5, n) * shy
    followers, posts = followers * np.exp(-fewer), posts * np.exp(-fewer)
    empty = np.arange(n) < n_empty
    followers[empty], posts[empty] = rng.lognormal(3, 0.8, n_empty), rng.integers(0, 4, n_empty)
    following[empty], biography[empty] = rng.lognormal(6.8, 0.5, n_empty), 0
    columns = {
        "platform": np.full(n, platform, dtype=object),
        "account_id": np.array([f"{seed}-{i:05d}" for i in range(n)], dtype=object),
        "followers": np.round(followers),
        "following": np.round(following),
        "posts": np.round(posts),
        "bio_length": biography.astype(float),
        "has_picture": (rng.random(n) > np.where(empty, 0.4, 0.01)).astype(float),
    }
    return Tables(accounts=Table("accounts", columns))


def left_out(tables, cases=()):
    return fit(tables, FitSettings(name="test", folds=3), cases=list(cases)).report.metrics.get(LEFT_OUT, 0.0)


def test_shares_are_those_written_down_straight_in_their_logarithm_between_and_beyond():
    values = np.array([-3.0, 1.0, 1.5, 2.0, 4.0, np.nan])
    shares = ((1.0, 0.4), (2.0, 0.1))
    assert np.allclose(share_above(values, shares), [1, 0.4, 0.2, 0.1, 0.1 / 16, np.nan], equal_nan=True)
    assert share_above(np.array([0.0, 1.0, 9.0]), ((1.0, 0.02),)).tolist() == pytest.approx([1, 0.02, 0.02])


def test_marks_add_up_and_what_is_unknown_says_nothing():
    signals = {"a": np.array([0.0, 1.0, np.nan]), "b": np.array([2.0, 2.0, 2.0])}
    marks = {"a": ((1.0, 0.1),), "b": ((2.0, 0.01),)}
    assert np.allclose(emptiness(signals, marks), [2.0, 3.0, 2.0])


def test_laws_name_signals_of_automation_and_fall():
    for law in EMPTINESS.values():
        assert all(SIGNALS[name].axis == "automation" for name in law.marks)
        for shares in (*law.marks.values(), law.together):
            values, share = zip(*shares, strict=True)
            assert list(values) == sorted(set(values))
            assert list(share) == sorted(set(share), reverse=True)
            assert 0 < min(share) <= max(share) <= 1


def test_a_counted_surplus_begins_at_two_standard_deviations():
    """Of thirty accounts from 1 on hardly any is expected at 10: two are chance, three are not."""
    for n_far, left_out in ((2, False), (3, True)):
        values = np.concatenate([np.zeros(40), np.ones(30 - n_far), np.full(n_far, 10.0)])
        chance = counted_chance(values, HALVES)
        assert np.all(chance[-n_far:] < 0.1) == left_out
        assert np.all(chance[:-n_far] == 1.0)


def test_chances_fall_outwards_are_alike_for_alike_and_do_not_depend_on_the_order():
    rng = np.random.default_rng(4)
    ordinary = np.round(rng.exponential(1 / np.log(2), 900), 1)
    values = np.concatenate([ordinary, np.round(rng.uniform(4, 7, 90), 1)])
    chance = counted_chance(values, HALVES)
    assert 860 < chance.sum() < 930
    assert np.all(chance[values < 1] == 1.0)
    assert chance[900:].mean() < 0.5
    assert np.all(np.diff(chance[np.argsort(values, kind="stable")]) <= 0)
    assert all(len(set(chance[values == one])) == 1 for one in set(values))
    shuffled = rng.permutation(len(values))
    assert np.array_equal(counted_chance(values[shuffled], HALVES), chance[shuffled])


def test_as_many_as_the_law_expects_all_have_chance_one():
    for seed in range(30):
        values = np.random.default_rng(seed).exponential(1 / np.log(2) / 1.3, 400)
        assert np.all(counted_chance(values, HALVES) == 1.0)


def test_a_population_unlike_the_law_keeps_everybody():
    far = np.random.default_rng(0).uniform(4, 7, 300)
    assert MOST < 300 / 1000
    assert np.all(counted_chance(np.concatenate([np.zeros(700), far]), HALVES) == 1.0)
    assert np.all(counted_chance(np.zeros(50), HALVES) == 1.0)


def test_empty_accounts_are_left_out_of_a_reference_and_nobody_else():
    assert left_out(profiles(450, 0, 1)) == 0.0
    assert 0.07 < left_out(profiles(500, 50, 1)) < 0.12


def test_people_who_only_look_on_are_no_surplus():
    assert left_out(profiles(500, 0, 2, onlookers=0.5)) == 0.0


def test_vouched_accounts_and_other_platforms_keep_everybody():
    tables = profiles(500, 50, 1)
    vouched = [Case("instagram", key[1], "genuine") for key in tables.keys()[:50]]
    assert left_out(tables, vouched) < 0.02
    metrics = fit(profiles(500, 50, 1, "tiktok"), FitSettings(name="test", folds=3)).report.metrics
    assert "tiktok.automation.counters.left_out" not in metrics


def test_empty_accounts_are_found_in_spite_of_others_in_the_reference():
    scored, empty = profiles(600, 200, 9), np.arange(600) < 200
    found = {}
    for name, n_empty in (("clean", 0), ("dirty", 50)):
        model = fit(profiles(450 + n_empty, n_empty, 1), FitSettings(name="test", folds=3)).model
        columns = score_tables(scored, model, reasons="none").columns
        score = np.nan_to_num(columns["score"], nan=-1.0)
        found[name] = np.mean(score[empty] > np.quantile(score[~empty], 0.99))
        assert np.mean(columns["level"][~empty] == "suspicious") < 0.03
    assert found["dirty"] > 0.75 * found["clean"] > 0.5
