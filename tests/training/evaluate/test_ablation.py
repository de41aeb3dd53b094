"""Leaving a signal out takes away what it alone sees, and nothing else."""

import numpy as np
import pytest

from detector.model.model import Model
from detector.tables import Tables
from training.accounts import only
from training.evaluate.ablation import leave_one_out, signals_of, without
from training.evaluate.judged import judged, look
from training.evaluate.views import seen
from training.simulate.inject import inject
from training.simulate.mechanics import MECHANICS


def test_every_signal_of_the_model_is_named_with_its_axis(shipped: Model) -> None:
    found = signals_of(shipped)
    assert found["followers_beyond_engagement"] == "followers"
    assert "forest:followers:counters" in found


def test_a_model_without_a_signal_never_reads_it(shipped: Model, creators: Tables) -> None:
    reduced = without(shipped, "followers_beyond_engagement")
    assert "followers_beyond_engagement" in signals_of(shipped)
    assert "followers_beyond_engagement" not in signals_of(reduced)
    accounts = look(seen(creators, "profile"))
    before, after = judged(accounts, shipped), judged(accounts, reduced)
    assert not np.array_equal(before.axis_score["followers"], after.axis_score["followers"])
    assert np.array_equal(before.axis_score["automation"], after.axis_score["automation"])


def test_a_forest_is_left_out_like_a_signal(shipped: Model) -> None:
    reduced = without(shipped, "forest:followers:counters")
    forests = {
        (unit.axis, unit.block): unit.forest is None
        for platform in reduced.platforms.values()
        for unit in platform.units
    }
    assert forests["followers", "counters"]
    assert not forests["followers", "history"]


def test_the_signal_that_alone_sees_a_mechanic_is_missed(shipped: Model, creators: Tables) -> None:
    profile = seen(creators, "profile")
    keys = creators.keys()[:150]
    hollow, truth = inject(only(profile, keys), MECHANICS["hollow_followers"], 10.0, 1)
    dosed = {"hollow_followers": look(only(hollow, [one.key for one in truth]))}
    signals = ("followers_beyond_engagement", "handle_digits")
    # Others see hollow followers too: the sharpest is missed most where it is the last one.
    others = [
        name for name, axis in signals_of(shipped).items() if axis == "followers" and name not in signals
    ]
    lone = shipped
    for name in others:
        lone = without(lone, name)
    sharp, idle = leave_one_out(lone, look(profile), dosed, signals)
    assert sharp.lost["hollow_followers"] > 0.3
    assert idle.lost["hollow_followers"] == pytest.approx(0.0, abs=0.05)
