"""A jump is there within a day, and stays: what fades, comes back or was never seen is none."""

from dataclasses import replace

import numpy as np
import pytest

from detector.crowd.draws import draws, seeds
from detector.crowd.jumps import jumps_of
from tests.crowd.conftest import DAY, lifted, middling


@pytest.fixture(scope="module")
def quiet(organic):
    """One account of some thousand followers that gains ten a day."""
    one = organic.part(middling(organic, 1), posts=0)
    history = one.history
    values = np.full_like(history.followers, np.nan)
    values[:, -30:] = 4_000 + 10 * np.arange(30)
    nothing = np.full_like(values, np.nan)
    return replace(one, history=replace(history, followers=values, likes=nothing, views=nothing))


ROW = np.zeros(1, dtype=int)


def rises(panel):
    jumps, _ = jumps_of(panel)
    return [(int(day), round(float(amount))) for day, amount in zip(jumps.day, jumps.amount, strict=True)]


def test_a_package_is_a_jump_by_its_amount(quiet):
    assert rises(lifted(quiet, ROW, 9, 2_500)) == [(DAY - 9, 2_500)]
    assert rises(quiet) == []


def test_falls_are_kept_for_purges(quiet):
    assert rises(lifted(quiet, ROW, 9, -700)) == [(DAY - 9, -700)]


def test_a_hit_that_fades_is_none(quiet):
    panel = quiet
    for after in range(5):
        panel = lifted(panel, ROW, 9 - after, 2_500 * 0.5**after)
    assert all(amount < 1_000 for _, amount in rises(panel))


def test_a_counter_that_comes_back_is_none(quiet):
    """Shown too low for two days, and too high for two others."""
    low = lifted(lifted(quiet, ROW, 9, -900), ROW, 7, 900)
    assert [amount for _, amount in rises(low) if amount > 0] == []
    high = lifted(lifted(quiet, ROW, 9, 900), ROW, 7, -900)
    assert [amount for _, amount in rises(high) if amount > 0] == []


def test_a_jump_that_midnight_divided_is_one(quiet):
    assert rises(lifted(lifted(quiet, ROW, 9, 1_600), ROW, 8, 900)) == [(DAY - 9, 2_500)]


def test_a_day_that_was_not_looked_at_leaves_two_open(quiet):
    """The look before the gain is gone: it may be of either day. Without two looks nothing is known."""
    values = lifted(quiet, ROW, 9, 2_500).history.followers.copy()
    values[:, -11] = np.nan
    found = rises(replace(quiet, history=replace(quiet.history, followers=values)))
    assert found == [(DAY - 10, 2_500), (DAY - 9, 2_500)]
    values[:, -12] = np.nan
    assert rises(replace(quiet, history=replace(quiet.history, followers=values))) == []


def test_a_step_of_a_rounded_counter_is_none(quiet):
    values = quiet.history.followers.copy()
    values[:, -30:] = np.where(np.arange(30) < 15, 1_500_000.0, 1_600_000.0)
    assert rises(replace(quiet, history=replace(quiet.history, followers=values))) == []


def test_few_looks_have_no_usual_day(quiet):
    values = lifted(quiet, ROW, 2, 2_500).history.followers.copy()
    values[:, :-6] = np.nan
    assert rises(replace(quiet, history=replace(quiet.history, followers=values))) == []


def test_draws_belong_to_the_key():
    both = seeds(["tiktok", "tiktok"], ["1", "2"])
    assert seeds(["tiktok"], ["2"])[0] == both[1] != both[0]
    assert seeds(["youtube"], ["2"])[0] != both[1]
    many = draws(seeds(["x"] * 4_000, [str(i) for i in range(4_000)]), 3)
    assert abs(many.mean()) < 0.02
    assert 0.08 < many.var() < 0.087
    assert -0.5 < many.min() < -0.49 < 0.49 < many.max() < 0.5
