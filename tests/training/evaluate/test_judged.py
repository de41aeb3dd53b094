"""An evaluation judges as `detector score` does, and hides evidence as if it had never been there."""

import numpy as np
import pytest

from detector.contract import AXES
from detector.model.model import Model
from detector.scoring import score_tables
from detector.tables import Table, Tables
from training.accounts import only
from training.evaluate.judged import UNKNOWN, judged, look
from training.evaluate.populations import halve
from training.evaluate.views import VIEWS, available, seen


@pytest.mark.parametrize("view", VIEWS)
def test_what_is_judged_is_what_is_scored(shipped: Model, creators: Tables, view: str) -> None:
    tables = seen(only(creators, creators.keys()[:80]), view)
    said, scored = judged(look(tables), shipped), score_tables(tables, shipped).columns
    assert [key[1] for key in said.keys] == list(scored["account_id"])
    assert list(said.level) == list(scored["level"])
    assert np.array_equal(said.p_value, scored["p_value"], equal_nan=True)
    assert np.array_equal(said.score, np.nan_to_num(scored["score"], nan=UNKNOWN))
    for axis in AXES:
        suspicion = 100.0 * (1.0 - said.axis_p[axis])
        assert np.array_equal(suspicion, scored[f"{axis}_suspicion"], equal_nan=True)


def test_a_view_hides_whole_tables(creators: Tables) -> None:
    profile = seen(creators, "profile")
    assert (len(profile.posts), len(profile.snapshots)) == (0, 0)
    assert len(profile.accounts) == len(creators.accounts)
    assert len(seen(creators, "profile+history").posts) == 0
    assert seen(creators, "profile+posts+history") == creators


def test_an_unknown_view_is_refused(creators: Tables) -> None:
    with pytest.raises(ValueError, match="expected one of profile"):
        seen(creators, "posts")


def test_only_views_that_differ_are_offered(creators: Tables) -> None:
    assert available(creators) == VIEWS
    assert available(Tables(accounts=creators.accounts)) == ("profile",)
    looks_alone = Tables(snapshots=creators.snapshots)
    assert available(looks_alone) == ("profile+history",)


def test_halves_share_nobody_and_lose_nobody(creators: Tables) -> None:
    halves = halve(creators)
    one, other = set(halves.reference.keys()), set(halves.test.keys())
    assert not one & other
    assert one | other == set(creators.keys())
    some = only(creators, creators.keys()[:50])
    assert set(halve(some).test.keys()) == other & set(some.keys())


def test_only_keeps_rows_and_order(creators: Tables) -> None:
    kept = only(creators, [creators.keys()[3], creators.keys()[1]])
    assert kept.keys() == [creators.keys()[1], creators.keys()[3]]
    assert set(kept.posts.column("account_id")) <= set(kept.accounts.column("account_id"))
    assert not len(only(creators, []).accounts)
    assert isinstance(kept.accounts, Table)
