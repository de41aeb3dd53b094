"""Even stretches of followers: two edges, a flat top, nothing alongside; and where nothing can be said."""

import numpy as np
import pytest

from detector.panel import Panel, build_panel
from detector.signals.stretches import (
    ONE_EDGE,
    follower_stretch_without_likes,
    follower_stretch_without_views,
)
from detector.tables import Table, Tables

DAYS = 72
FIRST = np.datetime64("2026-03-01T12:00:00", "us")


def panel(extra: slice | None = None, *, companion: float = 1.0, unseen: tuple[int, ...] = ()) -> Panel:
    """20,000 followers, 20 more a day, 200 more on the days of `extra`, and views that are raised there as said."""
    rng = np.random.default_rng(4)
    gained, seen = np.full(DAYS, 20.0), np.round(3_000 * rng.lognormal(0, 0.3, DAYS))
    if extra is not None:
        gained[extra] += 200.0
        seen[extra] *= companion
    days = np.setdiff1d(np.arange(DAYS), unseen)
    looks = {
        "platform": np.full(len(days), "youtube", dtype=object),
        "account_id": np.full(len(days), "1", dtype=object),
        "observed_at": FIRST + days.astype("timedelta64[D]"),
        "followers": (20_000 + np.cumsum(gained))[days],
        "views": (1e6 + np.cumsum(seen))[days],
    }
    return build_panel(Tables(snapshots=Table("snapshots", looks)))


def told(of: Panel) -> float:
    return float(follower_stretch_without_views(of)[0])


@pytest.mark.parametrize("days", [10, 13, 14, 21, 28])
def test_an_even_stretch_between_quiet_weeks_is_seen_whatever_its_length(days):
    assert told(panel(slice(25, 25 + days))) > 0.8
    assert told(panel()) < 0.1


def test_views_that_rise_as_much_account_for_it():
    assert told(panel(slice(25, 39), companion=11.0)) < 0.1
    assert told(panel(slice(25, 39), companion=2.0)) < told(panel(slice(25, 39)))


@pytest.mark.parametrize("late", [0, 2, 4, 6])
@pytest.mark.parametrize("days", [11, 14, 21, 28])
def test_a_stretch_that_still_runs_has_one_edge(days, late):
    assert told(panel(slice(DAYS - days - late, DAYS - late))) > 0.8


@pytest.mark.parametrize("days", [14, 28])
def test_one_edge_counts_less_than_two(days):
    both = told(panel(slice(DAYS - days - 12, DAYS - 12)))
    assert told(panel(slice(DAYS - days, DAYS))) == pytest.approx(ONE_EDGE * both, rel=0.05)


@pytest.mark.parametrize("extra", [slice(25, 27), slice(DAYS - 6, DAYS), slice(DAYS - 40, DAYS)])
def test_a_spike_and_what_lasts_for_long_are_none(extra):
    assert told(panel(extra)) < 0.1


@pytest.mark.parametrize("extra", [slice(0, 14), slice(0, 30), slice(0, DAYS)])
def test_a_history_that_begins_with_one_may_begin_with_a_debut(extra):
    assert told(panel(extra)) < 0.1


def test_views_that_rise_as_much_account_for_one_that_still_runs_too():
    assert told(panel(slice(DAYS - 14, DAYS), companion=11.0)) < 0.1


def test_a_gap_before_one_that_still_runs_says_nothing():
    extra = slice(DAYS - 14, DAYS)
    assert told(panel(extra, unseen=tuple(range(DAYS - 20, DAYS - 14)))) < 0.1
    assert told(panel(extra)) > 0.8


def test_thirty_days_are_enough_for_one_that_still_runs():
    assert told(panel(slice(DAYS - 12, DAYS), unseen=tuple(range(DAYS - 30)))) > 0.8


def test_a_stretch_that_nobody_looked_at_says_nothing():
    assert told(panel(slice(25, 39), unseen=tuple(range(28, 36)))) < 0.1


def test_without_the_companion_or_enough_days_nothing_is_known():
    assert np.isnan(follower_stretch_without_likes(panel(slice(25, 39)))).all()
    assert np.isnan(told(panel(slice(25, 39), unseen=tuple(range(10, DAYS)))))
