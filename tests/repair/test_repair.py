"""What repair must mend, what it must leave alone, and the laws that hold for any tables."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.contract import TABLES
from detector.repair import repair
from detector.tables import Fault, SetAside, Table, Tables

NAN = float("nan")
Row = Mapping[str, Any]


def day(text: str) -> np.datetime64:
    return np.datetime64(text, "us")


def source(accounts: Sequence[Row] = (), posts: Sequence[Row] = (), snapshots: Sequence[Row] = ()) -> Tables:
    """Tables of one TikTok account `a`, unless a row says otherwise."""
    who = {"platform": "tiktok", "account_id": "a"}
    parts: dict[str, Sequence[Row]] = {"accounts": accounts, "posts": posts, "snapshots": snapshots}
    tables: dict[str, Any] = {
        name: Table.from_rows(name, [{**who, **row} for row in rows]) for name, rows in parts.items()
    }
    return Tables(**tables)


def looks(**counters: Sequence[float]) -> list[Row]:
    """Daily looks, each counter a list of equal length."""
    n = len(next(iter(counters.values())))
    days = [day("2026-03-01") + np.timedelta64(i, "D") for i in range(n)]
    return [
        {"observed_at": days[i], **{name: values[i] for name, values in counters.items()}} for i in range(n)
    ]


def same(left: Tables, right: Tables) -> bool:
    for name in TABLES:
        one, other = getattr(left, name).columns, getattr(right, name).columns
        if list(one) != list(other):
            return False
        for column, values in one.items():
            if values.dtype == object:
                if values.tolist() != other[column].tolist():
                    return False
            elif not np.array_equal(values, other[column], equal_nan=True):
                return False
    return True


def kinds(tables: Tables) -> list[str]:
    return [fault.kind for fault in tables.faults]


LOOK_ALIKES: dict[str, Tables] = {
    "nothing at all": Tables(),
    "an ordinary creator": source(
        accounts=[{"observed_at": day("2026-03-09"), "followers": 5e4, "likes": 1e6, "posts": 90.0}],
        posts=[{"post_id": str(i), "views": 9e3, "likes": 800.0, "comments": 20.0} for i in range(8)],
        snapshots=looks(followers=[4.9e4, 5e4], likes=[9.9e5, 1e6], posts=[89.0, 90.0]),
    ),
    "a giant whose exact likes are known": source(
        accounts=[{"followers": 1.604e8, "likes": 2_574_556_625.0, "posts": 1313.0}]
    ),
    "a giant with few likes by far, but shown by its posts": source(
        accounts=[{"followers": 1.5e8, "likes": 9e6, "posts": 60.0}],
        posts=[{"post_id": str(i), "views": 9e6, "likes": 1e5} for i in range(20)],
    ),
    "many followers with near-zero likes": source(
        accounts=[{"followers": 2e7, "likes": 40_000.0, "posts": 300.0}]
    ),
    "no likes on a small account": source(accounts=[{"followers": 9_999.0, "likes": 0.0, "posts": 60.0}]),
    "no likes before there are posts": source(accounts=[{"followers": 2e5, "likes": 0.0, "posts": 3.0}]),
    "a newcomer that starts at zero": source(
        snapshots=looks(followers=[0.0, 0.0, 4.0], likes=[0.0, 0.0, 1.0], posts=[0.0, 1.0, 1.0])
    ),
    "all followers gone, posts still there": source(
        snapshots=looks(followers=[40.0, 0.0], likes=[90.0, 90.0], posts=[3.0, 3.0])
    ),
    "one counter known, and it falls to zero": source(snapshots=looks(followers=[40.0, 0.0])),
    "likes that fall because posts were deleted": source(
        snapshots=looks(followers=[5e3, 5e3], likes=[9e4, 4e4], posts=[80.0, 30.0])
    ),
    "posts that really get three likes": source(
        posts=[{"post_id": str(i), "views": 90.0, "likes": 3.0, "comments": 1.0} for i in range(12)]
    ),
    "three posts with three likes, widely seen": source(
        posts=[{"post_id": str(i), "views": 1e5, "likes": 3.0} for i in range(3)]
    ),
    "three likes on less than half of the posts": source(
        posts=[{"post_id": str(i), "views": 1e5, "likes": 3.0 if i < 3 else 4_000.0} for i in range(7)]
    ),
    "as many likes as views": source(posts=[{"post_id": "1", "views": 12.0, "likes": 12.0}]),
    "likes above views by less than the display step": source(
        posts=[{"post_id": "1", "views": 12_300.0, "likes": 12_399.0}]
    ),
    "likes on a post without a counted view": source(posts=[{"post_id": "1", "views": 0.0, "likes": 5.0}]),
    "likes of a post whose views are unknown": source(posts=[{"post_id": "1", "likes": 5.0}]),
    "a small post with more comments than views": source(
        posts=[{"post_id": "1", "views": 4.0, "comments": 9.0}]
    ),
    "posts' likes within rounding of the lifetime likes": source(
        accounts=[{"followers": 5e5, "likes": 5_200_000.0, "posts": 2.0}],
        posts=[{"post_id": str(i), "views": 9e7, "likes": 2_640_000.0} for i in range(2)],
    ),
    "a post made a few hours 'after' it was read": source(
        posts=[{"post_id": "1", "posted_at": day("2026-03-02T10:00"), "observed_at": day("2026-03-02T01:00")}]
    ),
    "a post newer than an old profile row": source(
        accounts=[{"observed_at": day("2025-03-02"), "followers": 10.0}],
        posts=[{"post_id": "1", "posted_at": day("2026-03-02")}],
    ),
}


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_what_can_be_right_is_left_alone(name: str) -> None:
    tables = LOOK_ALIKES[name]
    mended = repair(tables)
    assert mended.faults == ()
    assert same(mended, tables)


def test_everything_that_is_not_a_counter_or_a_time_passes_through() -> None:
    rows = [{"handle": "h", "followers": -5.0, "verified": 1.0, "private": 0.0, "has_link": NAN}]
    tables = replace(
        source(accounts=rows),
        set_aside=(SetAside("posts", "line 3", "why", "what", {}),),
        notices=("a notice",),
        rows_read={"accounts": 1},
    )
    mended = repair(tables)
    assert (mended.set_aside, mended.notices, mended.rows_read) == (
        tables.set_aside,
        ("a notice",),
        {"accounts": 1},
    )
    for name in ("handle", "verified", "private", "has_link"):
        assert str(mended.accounts.column(name)) == str(tables.accounts.column(name))


@pytest.mark.parametrize(
    ("table", "counter", "value", "kind"),
    [
        ("accounts", "followers", -5.0, "negative"),
        ("accounts", "followers", -1.0, "hidden"),
        ("accounts", "likes", -1.0, "hidden"),
        ("accounts", "likes", -3e9, "negative"),  # below what 32 bits hold
        ("accounts", "bio_length", -2.0, "negative"),
        ("posts", "likes", -1.0, "hidden"),
        ("posts", "views", -7.0, "negative"),
        ("snapshots", "posts", -7.0, "negative"),
    ],
)
def test_a_count_below_zero_becomes_missing(table: str, counter: str, value: float, kind: str) -> None:
    row = {"observed_at": day("2026-03-01"), counter: value}
    mended = repair(source(**{table: [row]}))
    assert np.isnan(getattr(mended, table).column(counter)).all()
    assert kinds(mended) == [kind]
    assert mended.faults[0].action == "missing"
    assert mended.faults[0].found == f"{value:,.0f}"


def test_a_negative_like_count_is_a_turned_counter_on_tiktok_only() -> None:
    row = {"platform": "instagram", "followers": 4e7, "likes": -1_720_410_671.0}
    assert kinds(repair(source(accounts=[row]))) == ["negative"]


def test_likes_above_views_become_missing_and_each_post_is_counted() -> None:
    rows = [
        {"post_id": str(i), "views": 100.0, "likes": likes} for i, likes in enumerate([102.0, 90.0, 102.0])
    ]
    mended = repair(source(posts=rows))
    assert np.isnan(mended.posts.column("likes")).tolist() == [True, False, True]
    assert mended.posts.column("views").tolist() == [100.0] * 3
    assert kinds(mended) == ["impossible", "impossible"]
    assert mended.faults[0].found == "102 likes, 100 views (post 0)"


@pytest.mark.parametrize("platform", ["instagram", "x"])
def test_where_views_are_counted_late_the_views_go_and_nothing_is_held_against_the_account(
    platform: str,
) -> None:
    mended = repair(source(posts=[{"platform": platform, "post_id": "1", "views": 100.0, "likes": 150.0}]))
    assert mended.posts.column("likes").tolist() == [150.0]
    assert np.isnan(mended.posts.column("views")).all()
    assert kinds(mended) == ["undercounted"]


def test_a_hostile_post_id_cannot_reach_the_terminal_through_a_fault() -> None:
    nasty = "\x1b]0;title\x07\u202e" + "x" * 500
    fault = repair(source(posts=[{"post_id": nasty, "views": 1.0, "likes": 9.0}])).faults[0]
    assert (fault.found + fault.sentence).isprintable()
    assert len(fault.sentence) < 200


@pytest.mark.parametrize("seen", [{"views": 50_000.0}, {"comments": 40.0}])
def test_hidden_likes_of_widely_seen_posts_become_missing(seen: Row) -> None:
    rows = [
        {"platform": "instagram", "post_id": str(i), "likes": 3.0 if i < 4 else 900.0, **seen}
        for i in range(8)
    ]
    mended = repair(source(posts=rows))
    assert np.isnan(mended.posts.column("likes")).tolist() == [True] * 4 + [False] * 4
    assert kinds(mended) == ["hidden"]


def test_an_account_that_vanished_keeps_its_earlier_looks() -> None:
    mended = repair(
        source(
            accounts=[{"followers": 0.0, "likes": 0.0, "posts": 0.0, "following": 0.0}],
            snapshots=looks(
                followers=[7.0, 7.0, 0.0, 0.0], likes=[57.0, 57.0, 0.0, 0.0], posts=[9.0, 9.0, 0.0, 0.0]
            ),
        )
    )
    assert np.isnan(mended.accounts.column("following")).all()
    np.testing.assert_array_equal(mended.snapshots.column("followers"), [7.0, 7.0, NAN, NAN])
    assert [(fault.kind, fault.found) for fault in mended.faults] == [("gone", "0 at 3 looks")]


def test_no_likes_at_many_followers_and_posts_is_a_counter_not_delivered() -> None:
    mended = repair(source(accounts=[{"followers": 3e6, "likes": 0.0, "posts": 400.0}]))
    assert np.isnan(mended.accounts.column("likes")).all()
    assert kinds(mended) == ["zero"]


def test_posts_with_more_likes_than_the_lifetime_are_said_and_kept() -> None:
    tables = source(
        accounts=[{"followers": 900.0, "likes": 1_000.0, "posts": 2.0}],
        posts=[{"post_id": str(i), "views": 9_000.0, "likes": 800.0} for i in range(2)],
    )
    mended = repair(tables)
    assert same(mended, tables)
    assert [(fault.kind, fault.action) for fault in mended.faults] == [("above_lifetime", "kept")]


@pytest.mark.parametrize("when", ["1970-01-01", "2003-12-31", "2100-01-01", "9999-12-31"])
def test_times_that_cannot_be_become_missing(when: str) -> None:
    mended = repair(source(snapshots=[{"observed_at": day(when), "followers": 5.0}]))
    assert np.isnat(mended.snapshots.column("observed_at")).all()
    assert mended.snapshots.column("followers").tolist() == [5.0]
    assert kinds(mended) == ["time"]


def test_a_post_made_after_it_was_read_loses_its_time_and_keeps_its_counts() -> None:
    row = {"post_id": "1", "posted_at": day("2026-06-02"), "observed_at": day("2026-03-02"), "likes": 4.0}
    mended = repair(source(posts=[row]))
    assert np.isnat(mended.posts.column("posted_at")).all()
    assert mended.posts.column("likes").tolist() == [4.0]
    assert kinds(mended) == ["time"]


def test_faults_that_were_there_stay_and_come_first() -> None:
    earlier = Fault("tiktok", "z", "views", "source", "?", "missing", "Said by the source.")
    mended = repair(replace(source(accounts=[{"followers": -5.0}]), faults=(earlier,)))
    assert mended.faults[0] == earlier
    assert kinds(mended) == ["source", "negative"]


# Laws that hold for any tables

COUNTS = st.one_of(
    st.none(),
    st.sampled_from(
        [0.0, 3.0, -1.0, -5.0, 60.0, 2e4, 1.6e8, 5e7, 2.2e9, -1_720_410_671.0, -862_002_330.0, 5e9]
    ),
    st.integers(-(2**31), 2**33).map(float),
    st.integers(0, 2_000).map(float),
)
DAYS = st.one_of(st.none(), st.integers(0, 6).map(lambda d: day("2026-03-01") + np.timedelta64(d, "D")))
ODD_TIMES = st.one_of(DAYS, st.sampled_from([day("1970-01-01"), day("2200-01-01"), day("2026-05-01")]))
WHO = {"platform": st.sampled_from(["tiktok", "instagram"]), "account_id": st.sampled_from(["a", "b"])}


def rows_of(name: str, most: int) -> st.SearchStrategy[list[dict[str, Any]]]:
    columns = TABLES[name]
    counters = {column.name: COUNTS for column in columns if column.kind == "count"}
    times = {column.name: ODD_TIMES for column in columns if column.kind == "time"}
    return st.lists(st.fixed_dictionaries({**WHO, **counters, **times}), max_size=most)


ANY_TABLES = st.builds(
    lambda accounts, posts, snapshots: source(
        list({(row["platform"], row["account_id"]): row for row in accounts}.values()), posts, snapshots
    ),
    rows_of("accounts", 3),
    rows_of("posts", 9),
    rows_of("snapshots", 7),
)
LAW = settings(max_examples=150, deadline=None)


@LAW
@given(ANY_TABLES)
def test_a_second_repair_finds_nothing_new(tables: Tables) -> None:
    once = repair(tables)
    twice = repair(once)
    assert same(once, twice)
    assert once.faults == twice.faults


@LAW
@given(ANY_TABLES)
def test_no_count_below_zero_is_left_and_no_row_is_lost_or_moved(tables: Tables) -> None:
    mended = repair(tables)
    for name, columns in TABLES.items():
        table = getattr(mended, name)
        assert len(table) == len(getattr(tables, name))
        for column in columns:
            if column.kind == "count":
                assert not (table.column(column.name) < 0).any()
    assert mended.keys() == tables.keys()


@LAW
@given(ANY_TABLES, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(tables: Tables, rng: Any) -> None:
    orders = {}
    for name in TABLES:
        order = list(range(len(getattr(tables, name))))
        rng.shuffle(order)
        orders[name] = np.array(order, dtype=np.intp)

    def shuffled(whole: Tables) -> Tables:
        moved: dict[str, Any] = {name: getattr(whole, name).take(order) for name, order in orders.items()}
        return replace(whole, **moved)

    mended, other = repair(tables), repair(shuffled(tables))
    assert same(shuffled(mended), other)
    assert mended.faults == other.faults


@LAW
@given(ANY_TABLES)
def test_other_accounts_change_nothing(tables: Tables) -> None:
    def alone(whole: Tables, key: tuple[str, str]) -> Tables:
        def mine(table: Table) -> Table:
            pairs = zip(table.column("platform"), table.column("account_id"), strict=True)
            return table.take(np.array([pair == key for pair in pairs], dtype=bool))

        faults = tuple(fault for fault in whole.faults if (fault.platform, fault.account_id) == key)
        own: dict[str, Any] = {name: mine(getattr(whole, name)) for name in TABLES}
        return replace(whole, **own, faults=faults)

    together = repair(tables)
    keys = tables.keys()
    for key in keys:
        by_itself = repair(alone(tables, key))
        assert same(by_itself, alone(together, key))
        assert by_itself.faults == alone(together, key).faults


@LAW
@given(ANY_TABLES)
def test_the_tables_given_are_not_changed(tables: Tables) -> None:
    copies = {name: {k: v.copy() for k, v in getattr(tables, name).columns.items()} for name in TABLES}
    repair(tables)
    before: dict[str, Any] = {name: Table(name, columns) for name, columns in copies.items()}
    assert same(tables, replace(tables, **before))
