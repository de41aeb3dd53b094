"""Recall, AUC and their intervals are what they are called."""

import numpy as np
import pytest

from training.evaluate.figures import Threshold, auc, calibrated_interval, draw_accounts

RNG = np.random.default_rng


def test_a_share_of_the_untouched_lies_above_the_threshold() -> None:
    scores = RNG(1).normal(size=2_000)
    threshold = Threshold.at(0.01, scores, draw_accounts(2_000, RNG(2), 50))
    assert np.sum(scores > threshold.score) == 20


def test_a_threshold_of_one_in_a_thousand_is_the_second_largest_of_a_thousand() -> None:
    scores = np.arange(1_000.0)
    threshold = Threshold.at(0.001, scores, draw_accounts(1_000, RNG(2), 50))
    assert threshold.score == 998.0


def test_resampled_thresholds_equal_those_of_the_resampled_scores() -> None:
    scores = RNG(3).normal(size=300)
    draws = draw_accounts(300, RNG(4), 20)
    threshold = Threshold.at(0.02, scores, draws)
    for weights, found in zip(draws.weights, threshold.resampled, strict=True):
        own = np.repeat(scores, weights)
        assert np.mean(own > found) <= 0.02
        assert np.mean(own >= found) > 0.02


def test_recall_counts_those_above_and_its_interval_holds_it() -> None:
    scores = RNG(5).normal(size=1_000)
    threshold = Threshold.at(0.01, scores, draw_accounts(1_000, RNG(6)))
    twin = np.arange(400)
    found = threshold.recall(scores[:400] + 2.5, twin)
    assert found.value == np.mean(scores[:400] + 2.5 > threshold.score)
    assert found.low < found.value < found.high
    assert found.n == 400


def test_the_interval_is_about_as_wide_as_other_samples_scatter() -> None:
    values, widths = [], []
    for seed in range(40):
        scores = RNG(seed).normal(size=600)
        threshold = Threshold.at(0.05, scores, draw_accounts(600, RNG(seed + 1_000), 200))
        found = threshold.recall(scores[:200] + 2.0, np.arange(200))
        values.append(found.value)
        widths.append(found.high - found.low)
    assert 0.6 < np.mean(widths) / (3.92 * np.std(values)) < 1.6


def test_nobody_inflated_gives_no_recall() -> None:
    threshold = Threshold.at(0.01, np.arange(100.0), draw_accounts(100, RNG(1), 10))
    assert np.isnan(threshold.recall(np.empty(0), np.empty(0, dtype=np.intp)).value)


def test_accounts_without_twins_are_resampled_on_their_own() -> None:
    threshold = Threshold.at(0.01, np.arange(100.0), draw_accounts(100, RNG(1), 50))
    found = threshold.recall(np.array([50.0, 150.0, 151.0, 2.0]))
    assert found.value == 0.5
    assert found.low < 0.5 < found.high


def test_auc_is_one_apart_and_a_half_alike() -> None:
    low, high = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    assert auc(low, high) == 1.0
    assert auc(low, low) == 0.5
    assert np.isnan(auc(low, np.empty(0)))


def test_the_calibrated_interval_holds_99_in_100() -> None:
    low, high = calibrated_interval(999, 500)
    rng = RNG(3)
    alarms = rng.binomial(500, rng.beta(10, 990, 20_000))
    assert np.mean((alarms >= low) & (alarms <= high)) == pytest.approx(0.99, abs=0.01)
