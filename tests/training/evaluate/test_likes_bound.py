"""The bound of steps of likes: what trees learn of them, and which orders stand out at all."""

import numpy as np
import pytest

from detector.panel import Panel, build_panel
from detector.tables import Table, Tables
from training.evaluate.likes_bound import easy_to_see, features, learnt_scores

DAYS = 45


def panel_of(likes: np.ndarray, followers: np.ndarray) -> Panel:
    """Accounts (n, DAYS) with a look a day."""
    n = len(likes)
    ids = np.repeat([f"a{at:03d}" for at in range(n)], DAYS).astype(object)
    day = np.datetime64("2026-01-01T12:00:00", "us") + np.arange(DAYS) * np.timedelta64(1, "D")
    columns = {
        "platform": np.full(n * DAYS, "tiktok", dtype=object),
        "account_id": ids,
        "observed_at": np.tile(day, n),
        "followers": followers.ravel(),
        "likes": likes.ravel(),
    }
    return build_panel(Tables(snapshots=Table("snapshots", columns)))


def drawn(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    usual = rng.uniform(20, 200, (n, 1))
    likes = 40_123 + np.cumsum(rng.poisson(usual * rng.lognormal(0, 0.3, (n, DAYS))), axis=1)
    followers = 5_021 + np.cumsum(rng.poisson(usual / 20, (n, DAYS)), axis=1)
    return likes.astype(float), followers.astype(float)


def inflated(likes: np.ndarray, seed: int) -> np.ndarray:
    more, start = likes.copy(), np.random.default_rng(seed).integers(12, 30, len(likes))
    for row, day in enumerate(start):
        more[row, day:] += 4_000
    return more


def test_trees_find_the_orders_that_they_have_learnt() -> None:
    likes, followers = drawn(120, 1)
    known = features(panel_of(likes, followers)), features(panel_of(inflated(likes, 2), followers))
    likes, followers = drawn(120, 3)
    asked = {
        "untouched": features(panel_of(likes, followers)),
        "inflated": features(panel_of(inflated(likes, 4), followers)),
    }
    found = learnt_scores(*known, asked)
    assert np.mean(found["inflated"] > np.quantile(found["untouched"], 0.95)) > 0.95


def test_features_are_those_of_the_account_alone() -> None:
    likes, followers = drawn(6, 5)
    together = features(panel_of(likes, followers))
    alone = features(panel_of(likes[2:3], followers[2:3]))
    assert np.array_equal(together[2:3], alone, equal_nan=True)


@pytest.mark.parametrize(
    ("usual", "shown", "easy"), [(100.0, 1.0, True), (600.0, 1.0, False), (100.0, 100_000.0, False)]
)
def test_an_order_stands_out_of_slow_growth_in_fine_steps(usual: float, shown: float, easy: bool) -> None:
    start = 40_000.0 if shown == 1 else 4_000_000.0
    likes = start + usual * np.arange(DAYS)[None, :] + 1.0
    likes = np.floor(likes / shown) * shown
    panel = panel_of(likes, np.full_like(likes, 900.0))
    assert easy_to_see(panel, np.array([0.1 * start * (0.5 if shown > 1 else 1.0)])).tolist() == [easy]
