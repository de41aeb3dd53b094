"""What a reader sees: rounding as the page shows it, missed looks, hidden and wrapped counters."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.repair import repair
from detector.tables import Table, Tables
from training.simulate.look import Glitch, Look, Stale, as_shown, shown
from training.simulate.render import join

STEPS = ((10_000, 1), (1_000_000, 100), (1_000_000_000, 100_000), (10**15, 100_000_000))


@given(st.integers(0, 10**12))
def test_a_shown_count_is_the_exact_one_cut_to_the_step_of_its_size(count: int) -> None:
    step = next(step for below, step in STEPS if count < below)
    assert as_shown(np.array([float(count)]))[0] == count // step * step


def test_an_exact_look_changes_nothing(exact: Tables) -> None:
    seen = shown(exact, Look())
    for table in ("accounts", "posts", "snapshots"):
        for name, values in getattr(exact, table).columns.items():
            assert np.array_equal(values, getattr(seen, table).columns[name]), name


def test_a_shown_look_rounds_profile_posts_and_history(exact: Tables) -> None:
    seen = shown(exact, Look("shown"))
    for table, counters in (
        ("accounts", ("followers", "likes")),
        ("snapshots", ("followers", "likes")),
        ("posts", ("views", "likes")),
    ):
        for name in counters:
            values = getattr(exact, table).column(name)
            assert np.array_equal(getattr(seen, table).column(name), as_shown(values)), (table, name)
    assert not np.array_equal(seen.snapshots.column("followers"), exact.snapshots.column("followers"))


def test_a_mixed_look_rounds_followers_and_leaves_likes_exact(exact: Tables) -> None:
    seen = shown(exact, Look("mixed"))
    assert np.array_equal(seen.snapshots.column("followers"), as_shown(exact.snapshots.column("followers")))
    assert np.array_equal(seen.snapshots.column("likes"), exact.snapshots.column("likes"))


def test_a_missed_look_leaves_no_row(exact: Tables) -> None:
    seen = np.ones(len(exact.snapshots), dtype=bool)
    seen[10:20] = False
    assert len(shown(exact, Look(seen=seen)).snapshots) == len(exact.snapshots) - 10
    with pytest.raises(ValueError, match="sees no day"):
        shown(exact, Look(seen=np.zeros(len(exact.snapshots), dtype=bool)))


def test_a_glitch_is_a_dip_that_returns(exact: Tables) -> None:
    shown_likes = shown(exact, Look(slips=(Glitch("likes", 30, 2, 0.02),))).snapshots.column("likes")
    likes = exact.snapshots.column("likes")
    assert np.flatnonzero(shown_likes != likes).tolist() == [30, 31]
    assert shown_likes[30] == np.round(likes[30] * 0.98)


def test_a_stale_counter_stands_still_and_catches_up_at_once(exact: Tables) -> None:
    seen = shown(exact, Look(slips=(Stale(("followers", "likes"), 40, 3),))).snapshots
    for counter in ("followers", "likes"):
        values, true = seen.column(counter), exact.snapshots.column(counter)
        assert set(values[39:43]) == {true[39]}
        assert values[43] == true[43]
    assert np.array_equal(seen.column("posts"), exact.snapshots.column("posts"))


@pytest.mark.parametrize("start", [1, 90, 400])
def test_the_newest_look_never_slips(exact: Tables, start: int) -> None:
    slips = (Glitch("likes", start, 500, 0.5), Stale(("followers", "likes"), start, 500))
    seen = shown(exact, Look(slips=slips))
    for counter in ("followers", "likes"):
        assert seen.snapshots.column(counter)[-1] == exact.accounts.column(counter)[0]


def test_hidden_likes_read_minus_one_and_are_known_for_what_they_are(exact: Tables) -> None:
    hidden = shown(exact, Look(hidden_likes=True))
    assert (hidden.posts.column("likes") == -1).all()
    assert np.isnan(repair(hidden).posts.column("likes")).all()


def test_wrapped_likes_are_what_32_bits_hold_and_repair_brings_them_back(exact: Tables) -> None:
    raised = {
        table: getattr(exact, table).replace(
            likes=getattr(exact, table).column("likes") + 2.3e9,
            followers=getattr(exact, table).column("followers") + 4e7,
        )
        for table in ("accounts", "snapshots")
    }
    giant = replace(exact, **raised)
    wrapped = shown(giant, Look(wrapped_likes=True))
    likes = wrapped.snapshots.column("likes")
    assert (likes < 0).all()
    assert np.array_equal(likes + 2.0**32, giant.snapshots.column("likes"))
    assert np.array_equal(np.diff(likes), np.diff(giant.snapshots.column("likes")))
    assert np.array_equal(repair(wrapped).snapshots.column("likes"), giant.snapshots.column("likes"))


def test_joined_sources_keep_every_row_in_order(exact: Tables) -> None:
    other = Tables(accounts=exact.accounts.replace(account_id=np.array(["42"], dtype=object)))
    both = join([exact, other])
    assert both.accounts.column("account_id").tolist() == [*exact.accounts.column("account_id"), "42"]
    assert (len(both.posts), len(both.snapshots)) == (len(exact.posts), len(exact.snapshots))


def test_a_column_that_only_one_source_has_is_missing_in_the_other() -> None:
    def one(account_id: str, **columns: np.ndarray) -> Tables:
        who = {
            "platform": np.array(["tiktok"], dtype=object),
            "account_id": np.array([account_id], dtype=object),
        }
        return Tables(accounts=Table("accounts", {**who, **columns}))

    both = join([one("1", followers=np.array([5.0])), one("2", likes=np.array([7.0]))])
    assert both.accounts.column("followers")[0] == 5
    assert np.isnan(both.accounts.column("followers")[1])
    assert np.isnan(both.accounts.column("likes")[0])
