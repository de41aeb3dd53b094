"""Purchases: each moves the counter it is sold for, as it is delivered, and nothing else."""

from collections.abc import Callable

import numpy as np
import pytest

from detector.tables import Tables
from training.simulate import inflate

START, SIZE = 40, 20_000
Purchase = Callable[[Tables, np.random.Generator], Tables]

FOLLOWERS: dict[str, Purchase] = {
    "package": lambda tables, rng: inflate.follower_package(tables, START, SIZE, rng),
    "burst": lambda tables, rng: inflate.follower_burst(tables, START, SIZE, rng),
    "drip": lambda tables, rng: inflate.follower_drip(tables, START, SIZE, 30, rng),
    "refill": lambda tables, rng: inflate.follower_refill(tables, START, SIZE, rng),
    "hollow": lambda tables, rng: inflate.hollow_followers(tables, 20.0),
}
LIKES: dict[str, Purchase] = {
    "spike": lambda tables, rng: inflate.lifetime_like_spike(tables, START, SIZE, rng),
    "posts": lambda tables, rng: inflate.post_likes(tables, 0.4, 4.0, rng),
    "capped": lambda tables, rng: inflate.post_likes(tables, 1.0, 50.0, rng, with_views=False),
    "subscription": lambda tables, rng: inflate.like_subscription(tables, 5_000, 7_000, rng),
}
ALL = {**FOLLOWERS, **LIKES}


def bought(before: Tables, after: Tables, counter: str) -> np.ndarray:
    added: np.ndarray = after.snapshots.column(counter) - before.snapshots.column(counter)
    return added


@pytest.mark.parametrize("name", ALL)
def test_a_purchase_is_repeatable_and_leaves_the_tables_it_was_given_alone(exact: Tables, name: str) -> None:
    held = {table: dict(getattr(exact, table).columns) for table in ("accounts", "posts", "snapshots")}
    copies = {table: {k: v.copy() for k, v in columns.items()} for table, columns in held.items()}
    first = ALL[name](exact, np.random.default_rng(1))
    second = ALL[name](exact, np.random.default_rng(1))
    for table, columns in copies.items():
        for column, values in columns.items():
            assert np.array_equal(values, held[table][column]), (table, column)
            one, other = getattr(first, table).column(column), getattr(second, table).column(column)
            assert np.array_equal(one, other), (table, column)


@pytest.mark.parametrize("name", ALL)
def test_nothing_moves_but_what_was_sold(exact: Tables, name: str) -> None:
    after = ALL[name](exact, np.random.default_rng(1))
    sold = "followers" if name in FOLLOWERS else "likes"
    for table in ("accounts", "snapshots"):
        for column, values in getattr(exact, table).columns.items():
            if column != sold:
                assert np.array_equal(values, getattr(after, table).column(column)), (table, column)
    moved = {column for column in exact.posts.columns if not _equal(exact, after, column)}
    assert moved <= ({"likes", "views"} if name in LIKES else set())


def _equal(before: Tables, after: Tables, column: str) -> bool:
    return bool(np.array_equal(before.posts.column(column), after.posts.column(column)))


@pytest.mark.parametrize("name", ALL)
def test_profile_and_newest_look_agree_and_nothing_falls_below_the_honest_count(
    exact: Tables, name: str
) -> None:
    after = ALL[name](exact, np.random.default_rng(1))
    sold = "followers" if name in FOLLOWERS else "likes"
    newest = int(np.argmax(after.snapshots.column("observed_at")))
    assert after.accounts.column(sold)[0] == after.snapshots.column(sold)[newest]
    assert (bought(exact, after, sold) >= 0).all()
    assert after.accounts.column(sold)[0] > exact.accounts.column(sold)[0]
    whole = after.snapshots.column(sold)
    assert np.array_equal(whole, np.round(whole))


@pytest.mark.parametrize("name", ["package", "burst", "drip", "refill", "spike"])
def test_nothing_arrives_before_the_start(exact: Tables, name: str) -> None:
    after = ALL[name](exact, np.random.default_rng(1))
    added = bought(exact, after, "followers" if name in FOLLOWERS else "likes")
    assert (added[:START] == 0).all()
    assert added[START] > 0


def test_a_package_arrives_at_once_and_then_slowly_leaves(exact: Tables) -> None:
    added = bought(exact, FOLLOWERS["package"](exact, np.random.default_rng(1)), "followers")
    assert added[START] == SIZE
    assert (np.diff(added[START:]) <= 0).all()
    assert 0.85 * SIZE < added[-1] < SIZE


def test_a_burst_arrives_within_three_days_the_most_first(exact: Tables) -> None:
    steps = np.diff(bought(exact, FOLLOWERS["burst"](exact, np.random.default_rng(1)), "followers"))
    arrived = steps[START - 1 : START + 2]
    assert arrived.sum() == pytest.approx(SIZE, rel=0.01)
    assert (np.diff(arrived) <= 0).all()
    assert (steps[START + 2 :] <= 0).all()


def test_a_drip_arrives_in_near_equal_steps(exact: Tables) -> None:
    steps = np.diff(bought(exact, FOLLOWERS["drip"](exact, np.random.default_rng(1)), "followers"))
    arrived = steps[START - 1 : START + 29]
    assert arrived.min() > 0.9 * SIZE / 30
    assert arrived.max() < 1.05 * SIZE / 30
    assert arrived.std() / arrived.mean() < 0.05
    assert (steps[START + 29 :] <= 0).all()


def test_a_refill_falls_and_returns_to_the_ordered_level_three_times(exact: Tables) -> None:
    added = bought(exact, FOLLOWERS["refill"](exact, np.random.default_rng(1)), "followers")
    full = added[START:] == SIZE
    returns = (np.diff(full.astype(int)) == 1).sum()
    assert full[0]
    assert returns == 3
    assert 0.55 * SIZE < added[START:].min() < 0.8 * SIZE


def test_hollow_followers_are_times_as_many_at_the_last_look(exact: Tables) -> None:
    after = FOLLOWERS["hollow"](exact, np.random.default_rng(1))
    ratio = after.accounts.column("followers")[0] / exact.accounts.column("followers")[0]
    assert ratio == pytest.approx(20, rel=0.01)
    assert len(set(bought(exact, after, "followers"))) == 1


def test_a_like_spike_arrives_within_two_days_and_stays(exact: Tables) -> None:
    added = bought(exact, LIKES["spike"](exact, np.random.default_rng(1)), "likes")
    assert added[START] > 0.9 * SIZE
    assert (added[START + 1 :] == SIZE).all()


def test_bought_likes_of_posts_are_in_the_lifetime_likes_to_the_last_one(exact: Tables) -> None:
    for name in ("posts", "capped", "subscription"):
        after = LIKES[name](exact, np.random.default_rng(1))
        extra = after.posts.column("likes").sum() - exact.posts.column("likes").sum()
        assert after.accounts.column("likes")[0] - exact.accounts.column("likes")[0] == extra
        assert (np.diff(bought(exact, after, "likes")) >= 0).all()


def test_chosen_posts_are_multiplied_and_the_others_left(exact: Tables) -> None:
    after = LIKES["posts"](exact, np.random.default_rng(1))
    ratio = after.posts.column("likes") / exact.posts.column("likes")
    assert (ratio > 1).sum() == 12
    assert np.median(ratio[ratio > 1]) == pytest.approx(4, rel=0.15)


def test_one_post_is_bought_when_the_share_is_nil(exact: Tables) -> None:
    after = inflate.post_likes(exact, 0.0, 10.0, np.random.default_rng(1))
    assert (after.posts.column("likes") > exact.posts.column("likes")).sum() == 1


def test_likes_never_pass_the_views(exact: Tables) -> None:
    for name, may_buy_views in (("posts", True), ("subscription", True), ("capped", False)):
        after = LIKES[name](exact, np.random.default_rng(1))
        likes, views = after.posts.column("likes"), after.posts.column("views")
        assert (likes <= 0.9 * views).all(), name
        assert (views > exact.posts.column("views")).any() <= may_buy_views, name


def test_a_subscription_lies_between_its_bounds(exact: Tables) -> None:
    after = LIKES["subscription"](exact, np.random.default_rng(1))
    extra = after.posts.column("likes") - exact.posts.column("likes")
    assert extra.min() >= 5_000
    assert extra.max() <= 7_000
    assert extra.std() == pytest.approx(2_000 / np.sqrt(12), rel=0.3)


def test_rows_out_of_order_are_bought_for_all_the_same(exact: Tables) -> None:
    shuffle = np.random.default_rng(7).permutation(len(exact.snapshots))
    mixed = Tables(accounts=exact.accounts, posts=exact.posts, snapshots=exact.snapshots.take(shuffle))
    for name, purchase in ALL.items():
        straight = purchase(exact, np.random.default_rng(1)).snapshots.take(shuffle)
        shuffled = purchase(mixed, np.random.default_rng(1)).snapshots
        for counter in ("followers", "likes"):
            assert np.array_equal(straight.column(counter), shuffled.column(counter)), name


@pytest.mark.parametrize("start", [0, 91, -3])
def test_a_delivery_outside_the_history_is_refused(exact: Tables, start: int) -> None:
    with pytest.raises(ValueError, match="starts at look 1 to 90"):
        inflate.follower_package(exact, start, 100, np.random.default_rng(0))
    with pytest.raises(ValueError, match="starts at look 1 to 90"):
        inflate.lifetime_like_spike(exact, start, 100, np.random.default_rng(0))


def test_doses_that_are_none_are_refused(exact: Tables) -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"multiplied by 1 or more, not 0\.5"):
        inflate.hollow_followers(exact, 0.5)
    with pytest.raises(ValueError, match="between low and high"):
        inflate.like_subscription(exact, 200, 100, rng)
    with pytest.raises(ValueError, match="of 1 or more, not 0"):
        inflate.follower_package(exact, 5, 0, rng)
    with pytest.raises(ValueError, match="share of the posts from 0 to 1"):
        inflate.post_likes(exact, 1.5, 3.0, rng)


def test_two_accounts_at_once_are_refused(exact: Tables) -> None:
    two = Tables(accounts=exact.accounts.take(np.array([0, 0])), posts=exact.posts, snapshots=exact.snapshots)
    with pytest.raises(ValueError, match="one account, not 2"):
        inflate.hollow_followers(two, 3.0)
