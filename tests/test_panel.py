"""The panel: which value, which posts and which days of an account's rows are looked at."""

from collections.abc import Callable

import numpy as np
import pytest

from detector.panel import MAX_DAYS, MAX_POSTS, Panel, build_panel
from detector.tables import Fault, Table, Tables

WHO = {"platform": "tiktok", "account_id": "0012e45"}
DAY = np.timedelta64(1, "D")


def at(day: float, hour: float = 0.0) -> np.datetime64:
    """A time, counted from the first of January 2026."""
    return np.datetime64("2026-01-01", "us") + np.timedelta64(int((24 * day + hour) * 3600), "s")


def tables(
    accounts: list[dict[str, object]] | None = None,
    posts: list[dict[str, object]] | None = None,
    snapshots: list[dict[str, object]] | None = None,
    faults: tuple[Fault, ...] = (),
) -> Tables:
    parts = {"accounts": accounts or [], "posts": posts or [], "snapshots": snapshots or []}
    rows = {name: Table.from_rows(name, [{**WHO, **row} for row in own]) for name, own in parts.items()}
    return Tables(**rows, faults=faults)


def shuffled(whole: Tables, seed: int = 0) -> Tables:
    rng = np.random.default_rng(seed)
    parts = {name: getattr(whole, name) for name in ("accounts", "posts", "snapshots")}
    return Tables(**{name: table.take(rng.permutation(len(table))) for name, table in parts.items()})


def same(one: Panel, other: Panel) -> bool:
    pairs = [(one.profile[name], other.profile[name]) for name in one.profile]
    for part in ("posts", "history"):
        left, right = getattr(one, part), getattr(other, part)
        pairs += [(getattr(left, name), getattr(right, name)) for name in type(left).__slots__]
    return all(np.array_equal(left, right, equal_nan=True) for left, right in pairs)


# Which value counts


def test_a_newer_look_counts_before_the_profile():
    panel = build_panel(
        tables(
            [{"observed_at": at(0), "followers": 100.0}], None, [{"observed_at": at(1), "followers": 90.0}]
        )
    )
    assert panel.profile["followers"].tolist() == [90.0]


def test_the_profile_counts_before_an_older_look_and_on_a_tie():
    for day in (0, 1):
        looks = [{"observed_at": at(day), "followers": 90.0}]
        panel = build_panel(tables([{"observed_at": at(1), "followers": 100.0}], None, looks))
        assert panel.profile["followers"].tolist() == [100.0]


def test_the_profile_counts_where_it_carries_no_time():
    panel = build_panel(tables([{"followers": 100.0}], None, [{"observed_at": at(1), "followers": 90.0}]))
    assert panel.profile["followers"].tolist() == [100.0]


def test_a_look_fills_only_what_the_profile_lacks_and_each_counter_takes_its_own_newest():
    looks = [
        {"observed_at": at(1), "followers": 90.0, "likes": 7.0},
        {"observed_at": at(2), "followers": 91.0},
    ]
    panel = build_panel(tables([{"observed_at": at(3), "followers": 100.0}], None, looks))
    assert panel.profile["followers"].tolist() == [100.0]
    assert panel.profile["likes"].tolist() == [7.0]
    assert np.isnan(panel.profile["views"]).all()


def test_zero_is_a_value_and_not_a_missing_one():
    panel = build_panel(
        tables([{"observed_at": at(0), "likes": 5.0}], None, [{"observed_at": at(1), "likes": 0.0}])
    )
    assert panel.profile["likes"].tolist() == [0.0]


def test_as_of_is_the_newest_time_of_the_accounts_own_rows():
    whole = tables(
        [{"observed_at": at(3), "created_at": at(-365)}],
        [{"posted_at": at(1), "observed_at": at(5)}],
        [{"observed_at": at(4)}],
    )
    panel = build_panel(whole)
    assert panel.as_of.tolist() == [at(5).item()]
    assert panel.profile["age_days"].tolist() == [370.0]
    assert np.isnat(build_panel(tables([{"followers": 3.0}])).as_of).all()


def test_ids_stay_text_as_they_are_and_accounts_come_in_the_order_of_the_source():
    ids = ["0012e45", "9007199254740993123", "12", "12e45"]
    rows = [{"platform": "x", "account_id": name} for name in ids[:2]]
    whole = Tables(
        accounts=Table.from_rows("accounts", rows),
        posts=Table.from_rows("posts", [{"platform": "x", "account_id": ids[2]}]),
        snapshots=Table.from_rows(
            "snapshots", [{"platform": "x", "account_id": ids[3], "observed_at": at(0)}]
        ),
    )
    panel = build_panel(whole)
    assert panel.account_id.tolist() == ids
    assert panel.platform.tolist() == ["x"] * 4


def test_the_same_id_on_two_platforms_is_two_accounts():
    rows = [{"platform": p, "account_id": "1", "followers": f} for p, f in (("x", 5.0), ("tiktok", 6.0))]
    panel = build_panel(Tables(accounts=Table.from_rows("accounts", rows)))
    assert panel.profile["followers"].tolist() == [5.0, 6.0]


def test_rows_of_accounts_nobody_asked_for_are_passed_over():
    rows = [{"platform": "x", "account_id": name, "followers": 1.0} for name in "ab"]
    panel = build_panel(Tables(accounts=Table.from_rows("accounts", rows)), [("x", "b"), ("x", "none")])
    assert panel.account_id.tolist() == ["b", "none"]
    assert np.array_equal(panel.profile["followers"], [1.0, np.nan], equal_nan=True)


def test_no_accounts_give_an_empty_panel_of_the_same_width():
    panel = build_panel(Tables())
    assert len(panel) == 0
    assert panel.posts.likes.shape == (0, MAX_POSTS)
    assert panel.history.likes.shape == (0, MAX_DAYS)


@pytest.mark.parametrize("rows", [[1, 2], [2, 1], [3, 0, 1], [2]])
def test_a_part_holds_the_accounts_asked_for_and_shares_no_memory(rows: list[int]):
    looks = [
        {"account_id": name, "observed_at": at(day), "followers": 100.0 * number + day}
        for number, name in enumerate("abcd")
        for day in range(4)
    ]
    whole = build_panel(tables(None, None, looks))
    part = whole.part(np.array(rows), days=8)
    assert part.account_id.tolist() == [whole.account_id[row] for row in rows]
    assert np.array_equal(part.history.followers, whole.history.followers[rows][:, -8:], equal_nan=True)
    assert not np.shares_memory(part.history.followers, whole.history.followers)


# Posts


def post(day: float, likes: float, **more: object) -> dict[str, object]:
    return {"posted_at": at(day), "observed_at": at(100), "likes": likes, **more}


def likes_of(*posts: dict[str, object]) -> list[float]:
    likes = build_panel(tables(posts=list(posts))).posts.likes[0]
    assert np.isnan(likes[: len(likes) - np.sum(~np.isnan(likes))]).all()  # padded on the left alone
    return [float(value) for value in likes if not np.isnan(value)]


def test_the_sixty_newest_posts_are_kept_newest_last():
    posts = [post(day, float(day)) for day in range(90)]
    assert likes_of(*posts[::-1]) == [float(day) for day in range(30, 90)]


def test_pinned_posts_and_posts_younger_than_two_days_are_left_out():
    posts = [post(1, 1.0), post(2, 2.0, pinned=1.0), post(98.5, 3.0), post(97.9, 4.0, pinned=0.0)]
    assert likes_of(*posts) == [1.0, 4.0]


def test_a_post_whose_age_cannot_be_known_is_kept_as_the_oldest():
    assert likes_of(post(5, 1.0), {"likes": 2.0, "observed_at": at(100)}) == [2.0, 1.0]
    assert likes_of({"posted_at": at(5), "likes": 1.0}) == [1.0]


def test_an_unknown_counter_keeps_the_place_of_its_post():
    panel = build_panel(tables(posts=[post(1, 1.0, views=10.0), {**post(2, 0.0), "likes": None}]))
    assert np.array_equal(panel.posts.likes[0, -2:], [1.0, np.nan], equal_nan=True)
    assert np.array_equal(panel.posts.views[0, -2:], [10.0, np.nan], equal_nan=True)


def test_counters_of_posts_stay_side_by_side_whatever_the_order_of_rows():
    rng = np.random.default_rng(0)
    posts = [
        post(int(rng.integers(0, 9)), float(rng.integers(0, 3)), views=float(rng.integers(0, 3)))
        for _ in range(80)
    ]
    whole = tables(posts=posts)
    assert same(build_panel(whole), build_panel(shuffled(whole)))


# History


def followers_of(*looks: tuple[float, float]) -> list[float]:
    snapshots = [{"observed_at": at(day), "followers": value} for day, value in looks]
    return build_panel(tables(snapshots=snapshots)).history.followers[0].tolist()


def test_a_day_holds_its_newest_look_and_the_last_column_is_the_day_of_the_newest():
    grid = followers_of((0.2, 1.0), (0.9, 2.0), (0.5, 3.0), (3.1, 4.0))
    assert len(grid) == MAX_DAYS
    assert np.array_equal(grid[-4:], [2.0, np.nan, np.nan, 4.0], equal_nan=True)


def test_days_before_the_last_hundred_and_twenty_are_left_out():
    grid = followers_of(*((float(day), float(day)) for day in range(300)))
    assert grid == [float(day) for day in range(300 - MAX_DAYS, 300)]


def test_the_profile_is_one_more_look_where_it_carries_a_time():
    looks = [{"observed_at": at(0), "followers": 1.0}]
    dated = build_panel(tables([{"observed_at": at(1), "followers": 2.0}], None, looks))
    undated = build_panel(tables([{"followers": 2.0}], None, looks))
    assert dated.history.followers[0, -2:].tolist() == [1.0, 2.0]
    assert undated.history.followers[0, -1] == 1.0


def test_a_look_without_one_counter_leaves_that_counters_earlier_look_of_the_day():
    looks = [
        {"observed_at": at(0, 1), "followers": 1.0, "likes": 5.0},
        {"observed_at": at(0, 2), "followers": 2.0},
    ]
    panel = build_panel(tables(snapshots=looks))
    assert (panel.history.followers[0, -1], panel.history.likes[0, -1]) == (2.0, 5.0)


@pytest.mark.parametrize("seed", range(3))
def test_a_companion_with_years_of_looks_and_thousands_of_posts_changes_no_bit(seed: int):
    rng = np.random.default_rng(seed)
    own = tables(
        [{"observed_at": at(40), "followers": 5.0}],
        [post(float(day), float(rng.integers(9))) for day in range(20)],
        [{"observed_at": at(day, 3), "followers": float(rng.integers(9))} for day in range(30)],
    )
    big = {"platform": "youtube", "account_id": "big"}
    posts = [{**big, "posted_at": at(d / 9), "likes": 1.0} for d in range(5000)]
    looks = [{**big, "observed_at": at(d), "followers": float(d)} for d in range(730)]
    joined = Tables(
        accounts=own.accounts,
        posts=_both(own.posts, posts),
        snapshots=_both(own.snapshots, looks),
    )
    key = [("tiktok", WHO["account_id"])]
    together = build_panel(shuffled(joined, seed))
    row = together.account_id.tolist().index(WHO["account_id"])
    alone = build_panel(own, key)
    assert together.history.followers[row].tobytes() == alone.history.followers[0].tobytes()
    assert together.posts.likes[row].tobytes() == alone.posts.likes[0].tobytes()


def _both(own: Table, rows: list[dict[str, object]]) -> Table:
    other = Table.from_rows(own.name, rows)
    names = sorted(set(own.columns) | set(other.columns))
    joined = {name: np.concatenate([own.column(name), other.column(name)]) for name in names}
    return Table(own.name, joined)


def test_impossible_posts_are_counted_from_the_faults_of_their_own_account():
    def fault(account: str, kind: str) -> Fault:
        return Fault("tiktok", account, "posts.likes", kind, "9", "missing", "said")

    faults = (
        fault(WHO["account_id"], "impossible"),
        fault(WHO["account_id"], "hidden"),
        fault("z", "impossible"),
    )
    assert build_panel(tables([{"followers": 1.0}], faults=faults)).impossible_posts.tolist() == [1.0]


@pytest.mark.parametrize("build", [lambda: tables([{"followers": 1.0}], [post(1, 2.0)], [])])
def test_the_tables_are_not_written_to(build: Callable[[], Tables]):
    whole = build()
    for name in ("accounts", "posts", "snapshots"):
        for values in getattr(whole, name).columns.values():
            values.flags.writeable = False
    build_panel(whole)
