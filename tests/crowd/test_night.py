"""Planted groups are found, events are not flagged, and the same accounts give the same groups."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.crowd_plants import Plants, farm, planted
from detector.crowd.null import Null, null_of
from tests.crowd.conftest import DAY, lifted, middling, rows_of


def test_lockstep_groups_among_shared_events_are_found_and_nothing_else(organic, across):
    rng = np.random.default_rng(1)
    panel, _ = planted(organic, Plants(groups=0, niches=6, seed=4))
    wanted = []
    for number, size in enumerate((12, 20, 40)):
        rows = middling(organic, 400, seed=8)[number * 100 : number * 100 + size]
        for ago in (4 + number, 9 + number, 15 + number, 21 + number):
            come = rows[rng.random(size) < 0.9]
            amount = np.floor(rng.uniform(900, 3_000) * np.exp(rng.normal(0, 0.02, len(come))))
            panel = lifted(panel, come, ago, amount)
        wanted.append(set(rows.tolist()))
    crowd, columns = across(panel)
    found = [rows_of(group) for group in crowd.groups]
    for members in wanted:
        assert any(len(rows & members) >= 0.6 * len(members) for rows in found)
    everyone = set().union(*wanted)
    assert all(len(rows & everyone) > 0.8 * len(rows) for rows in found)
    assert {group.what for group in crowd.groups} == {"lockstep"}
    member = min(found[0] & everyone)
    assert columns["batch_groups"][member] == [crowd.groups[0].name]
    assert columns["batch_score"][member] == crowd.groups[0].score >= 2
    assert columns["batch_lockstep_days"][member] >= 2
    assert "on the same 4 days" in columns["batch_evidence"][member][0]


def test_amounts_in_proportion_are_lockstep_too(organic, across):
    rng = np.random.default_rng(2)
    rows, panel = middling(organic, 25), organic
    for ago, share in ((3, 0.2), (8, 0.5), (14, 0.3), (20, 0.8)):
        gained = np.floor(organic.profile["followers"][rows] * share * np.exp(rng.normal(0, 0.03, 25)))
        panel = lifted(panel, rows, ago, gained)
    crowd, _ = across(panel)
    assert len(crowd.groups) == 1
    assert len(rows_of(crowd.groups[0]) & set(rows.tolist())) >= 20
    assert "in the same proportion" in crowd.groups[0].evidence[0]


def test_one_jump_by_the_same_amount_on_one_day_is_a_group(organic, across):
    rows = middling(organic, 30)
    crowd, columns = across(lifted(organic, rows, 6, 5_000))
    assert [group.what for group in crowd.groups] == ["same_jump"]
    assert len(rows_of(crowd.groups[0]) & set(rows.tolist())) >= 24
    assert crowd.groups[0].days == (("followers", DAY - 6),)
    assert max(columns["batch_same_jumps"][row] for row in rows) >= 20
    assert "about 5,000" in crowd.groups[0].evidence[0]


def test_jumps_on_one_day_by_different_amounts_are_an_event(organic, across):
    rng = np.random.default_rng(3)
    rows = middling(organic, 300)
    crowd, _ = across(lifted(organic, rows, 6, np.floor(np.exp(rng.normal(8, 0.8, 300)))))
    assert crowd.groups == ()
    assert (DAY - 6, "event") in {(day.day, day.what) for day in crowd.days}


def test_the_same_delivery_on_different_days_is_told_apart(organic, across):
    rows = middling(organic, 40)
    start = 12 + np.arange(40) % 10
    panel = lifted(lifted(organic, rows, start, 2_500), rows, start - 9, 4_000)
    crowd, _ = across(panel)
    deliveries = [group for group in crowd.groups if group.what == "delivery"]
    assert len(deliveries) == 1
    assert len(rows_of(deliveries[0]) & set(rows.tolist())) >= 30
    assert "9 days apart" in deliveries[0].evidence[0]


@pytest.mark.parametrize("seed", [11])
def test_events_purges_and_wrong_counters_alone_give_no_group(organic, across, seed):
    panel, _ = planted(organic, Plants(groups=0, niches=12, seed=seed))
    crowd, columns = across(panel)
    assert crowd.groups == ()
    assert crowd.null.cells == 0
    assert columns["batch_evidence"] == [[]] * len(panel)


def test_days_of_the_whole_platform_are_nobodys(organic, across):
    """Six in ten are counted anew, all by the same share, on three days; and many lose followers on one."""
    rng = np.random.default_rng(4)
    panel, level = organic, organic.profile["followers"]
    rows = np.flatnonzero(rng.random(len(organic)) < 0.75)
    for ago in (5, 10, 16):
        panel = lifted(panel, rows, ago, np.floor(level[rows] * 0.3))
    lost = np.flatnonzero(rng.random(len(organic)) < 0.7)
    panel = lifted(panel, lost, 20, -np.floor(level[lost] * 0.2))
    crowd, columns = across(panel)
    assert crowd.groups == ()
    days = {(day.day, day.what) for day in crowd.days}
    assert {(DAY - ago, "recount") for ago in (5, 10, 16)} | {(DAY - 20, "purge")} <= days
    purged = np.array([n or 0 for n in columns["batch_purge_days"]])
    others = np.setdiff1d(np.arange(len(organic)), lost)
    assert purged[lost].mean() > 0.6 > 0.05 > purged[others].mean()


def test_a_farm_of_clones_is_ranked_first(organic, across):
    from sklearn.metrics import roc_auc_score

    panel, bots = farm(organic, 0.25, seed=2)
    crowd, columns = across(panel)
    score = np.array([value or 0.0 for value in columns["batch_score"]])
    assert roc_auc_score(bots, score) > 0.95
    told = set().union(*(rows_of(group) for group in crowd.groups))
    assert {group.what for group in crowd.groups} == {"clones"}
    assert bots[list(told)].mean() > 0.97


def test_groups_do_not_depend_on_shards_or_threads(organic, across):
    panel, _ = planted(organic, Plants(groups=4, niches=6, seed=9))
    crowd, columns = across(panel)
    assert crowd.groups
    size = 1_700
    other, others = across(panel, size, threads=2)
    assert [rows_of(group, size) for group in other.groups] == [rows_of(group) for group in crowd.groups]
    assert [(g.name, g.score, g.evidence) for g in other.groups] == [
        (g.name, g.score, g.evidence) for g in crowd.groups
    ]
    assert (other.days, other.null) == (crowd.days, crowd.null)
    assert {**others, "account": None} == {**columns, "account": None}


def test_accounts_without_history_or_counters_are_unknown_not_innocent(organic, across):
    unknown = {name: np.full(len(organic), np.nan) for name in organic.profile}
    history = {
        name: np.full_like(getattr(organic.history, name), np.nan)
        for name in ("followers", "likes", "views", "posts")
    }
    bare = replace(organic, profile=unknown, history=replace(organic.history, **history))
    crowd, columns = across(bare)
    assert crowd.groups == ()
    for name in (
        "batch_score",
        "batch_same_jumps",
        "batch_lockstep_days",
        "batch_clones",
        "batch_purge_days",
    ):
        assert set(columns[name]) == {None}


def test_more_steps_of_links_are_rarer_by_chance():
    null = Null(0, 40, 12)
    assert null.surprise(4) < null.surprise(5) < null.surprise(9)
    assert Null(0, 40, 12).surprise(10) > Null(0, 40, 60).surprise(10)
    assert Null(0, 0, 0).surprise(3) > 0 > Null(0, 40, 12).surprise(3)
    assert null_of(2, [0, 2, 3, 3, 7]) == Null(2, 3, 4)


def test_a_small_group_of_links_alone_is_told_and_a_chain_of_them_is_not(organic, across):
    """Eight accounts of six orders, two of which each lacks: no cell is sure. A chain has other partners every time."""
    rng = np.random.default_rng(12)
    rows, panel = middling(organic, 60, seed=4), organic
    group, chain = rows[:8], rows[10:40]
    level = organic.profile["followers"]
    lacks = np.array([(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 0), (0, 3), (1, 4)])
    for number, ago in enumerate((3, 6, 10, 14, 18, 22)):
        come = group[(lacks != number).all(axis=1)]
        panel = lifted(panel, come, ago, np.floor(level[come] * 0.3 * np.exp(rng.normal(0, 0.03, len(come)))))
    for number in range(len(chain) - 1):
        for ago in rng.choice(np.array([4, 8, 12, 16, 20, 24]), 3, replace=False).tolist():
            pair = chain[number : number + 2]
            panel = lifted(panel, pair, ago, np.floor(level[pair] * rng.uniform(0.2, 0.6)))
    crowd, _ = across(panel)
    assert len(crowd.groups) == 1
    assert not any(cell.sure for cell in crowd.groups[0].group.cells)
    assert rows_of(crowd.groups[0]) <= set(group.tolist())
    assert len(crowd.groups[0]) >= 5


def test_two_groups_of_one_day_in_common_are_told_apart(organic, across):
    """On that day both got the same amount."""
    rng = np.random.default_rng(13)
    rows, panel = middling(organic, 75, seed=9), organic
    days = ((3, 7, 11, 15), (5, 9, 13, 15))
    wanted = [set(rows[:50].tolist()), set(rows[50:].tolist())]
    for own, orders in zip((rows[:50], rows[50:]), days, strict=True):
        for ago in orders:
            amount = 2_500 if ago == 15 else rng.uniform(900, 5_000)
            panel = lifted(panel, own, ago, np.floor(amount * np.exp(rng.normal(0, 0.01, len(own)))))
    crowd, _ = across(panel)
    found = [rows_of(group) for group in crowd.groups]
    assert len(found) == 2
    for members in wanted:
        assert max(len(one & members) for one in found) >= 0.9 * len(members)
    assert all(min(len(one - members) for members in wanted) <= 0.05 * len(one) for one in found)
