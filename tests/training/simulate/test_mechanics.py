"""Each mechanic is delivered as its source says, in exact counters, over many seeds."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from detector.contract import AXES
from detector.tables import Table, Tables
from training.simulate.mechanics import MECHANICS, Mechanic, facts, paths
from training.simulate.mechanics.followers import with_followers
from training.simulate.mechanics.lifetime import with_like_spike
from training.simulate.mechanics.posts import choose, subscribed
from training.simulate.organic import LAST_LOOK
from training.simulate.render import to_tables

SEEDS = range(25)
Added = Callable[..., np.ndarray]


@pytest.fixture
def exact(life_with: Callable[..., object]) -> Tables:
    """150 days, so that what comes slowly has come."""
    life = life_with(days=150)
    return to_tables(life, np.random.default_rng(4), "6800000000000000001", "someone", LAST_LOOK, "tiktok")  # type: ignore[arg-type]


def put(name: str, dose: float, exact: Tables) -> Iterator[Tables]:
    """The account after the mechanic, once a seed; it always has room."""
    for seed in SEEDS:
        after = MECHANICS[name].put_in(exact, dose, np.random.default_rng(seed))
        assert after is not None
        yield after


def gains(name: str, dose: float, exact: Tables, counter: str = "followers") -> Iterator[np.ndarray]:
    """What each look gains of a counter, once a seed."""
    for after in put(name, dose, exact):
        yield after.snapshots.column(counter) - exact.snapshots.column(counter)


def started(added: np.ndarray) -> int:
    return int(np.flatnonzero(added)[0])


def test_every_mechanic_that_is_known_is_there() -> None:
    assert set(MECHANICS) == {
        "follower_package",
        "follower_burst",
        "follower_drip",
        "follower_drip_jittered",
        "follower_refill",
        "hollow_followers",
        "like_subscription",
        "likes_on_chosen_posts",
        "likes_on_all_posts",
        "likes_with_views",
        "lifetime_like_spike",
        "lifetime_like_drip",
        "followers_with_views",
        "follow_unfollow",
        "slow_mixture",
    }


@pytest.mark.parametrize("mechanic", MECHANICS.values(), ids=str)
def test_a_mechanic_says_what_it_is(mechanic: Mechanic) -> None:
    assert MECHANICS[mechanic.name] is mechanic
    assert mechanic.axis in AXES
    assert mechanic.needs <= {"profile", "posts", "snapshots"}
    assert mechanic.needs
    assert list(mechanic.doses) == sorted(set(mechanic.doses))
    for dose in mechanic.doses:
        mechanic.check(dose)
    assert mechanic.title
    assert mechanic.dose_unit
    assert mechanic.source
    counters = {"followers", "following", "likes", "views", "posts.likes", "posts.views"}
    assert mechanic.moves <= counters


@pytest.mark.parametrize("mechanic", MECHANICS.values(), ids=str)
@pytest.mark.parametrize("dose", [0.0, -1.0, 2_000.0, float("nan"), float("inf")])
def test_doses_that_are_none_are_refused(mechanic: Mechanic, dose: float) -> None:
    with pytest.raises(ValueError, match=f"{mechanic.name} takes a dose above"):
        mechanic.check(dose)


@pytest.mark.parametrize("mechanic", MECHANICS.values(), ids=str)
def test_profile_and_newest_look_agree_and_counters_stay_whole(exact: Tables, mechanic: Mechanic) -> None:
    newest = int(np.argmax(exact.snapshots.column("observed_at")))
    for after in put(mechanic.name, mechanic.doses[-1], exact):
        for counter in ("followers", "following", "likes"):
            path = after.snapshots.column(counter)
            assert after.accounts.column(counter)[0] == path[newest]
            assert np.array_equal(path, np.round(path))
            assert (path >= exact.snapshots.column(counter)).all()


@pytest.mark.parametrize("mechanic", MECHANICS.values(), ids=str)
def test_likes_of_posts_stay_below_their_views_and_are_in_the_lifetime_likes(
    exact: Tables, mechanic: Mechanic
) -> None:
    for after in put(mechanic.name, mechanic.doses[-1], exact):
        assert (after.posts.column("likes") <= after.posts.column("views")).all()
        on_posts = after.posts.column("likes").sum() - exact.posts.column("likes").sum()
        assert after.accounts.column("likes")[0] - exact.accounts.column("likes")[0] >= on_posts


@pytest.mark.parametrize("name", ["follower_package", "lifetime_like_spike"])
def test_a_package_is_round_comes_within_a_day_and_mostly_stays(exact: Tables, name: str) -> None:
    counter = "likes" if name.startswith("lifetime") else "followers"
    left, at_once = [], []
    for added in gains(name, 0.1, exact, counter):
        start = started(added)
        base = exact.snapshots.column(counter)[start - 1]
        size = facts.package(0.1 * base)
        assert added[start + 1] == pytest.approx(size, rel=0.01)
        assert (np.diff(added[start + 1 :]) <= 0).all()
        at_once.append(added[start] > 0.99 * size)
        if start + 28 < len(added):
            left.append(added[start + 28] / size)
    assert 0.90 <= np.mean(left) <= 0.96  # 93 in 100 are still there after four weeks
    assert np.mean(at_once) > 0.5  # 46 of 65 offers fill within an hour


def test_orders_fill_at_the_speeds_of_65_offers() -> None:
    hours = np.array([facts.draw_hours(np.random.default_rng(seed)) for seed in range(2_000)])
    shares = [float((hours == speed).mean()) for speed in (0.2, 1.0, 24.0)]
    assert shares == pytest.approx([25 / 65, 21 / 65, 19 / 65], abs=0.04)


def test_a_burst_comes_within_three_days_the_most_first(exact: Tables) -> None:
    for added in gains("follower_burst", 0.5, exact):
        steps, start = np.diff(added), started(added) - 1
        arrived = steps[start : start + 3]
        assert arrived[0] == max(arrived)
        assert arrived.sum() == pytest.approx(facts.package(arrived.sum()), rel=0.02)
        assert (steps[start + 3 :] <= 0).all()


@pytest.mark.parametrize(("name", "spread"), [("follower_drip", 0.0), ("follower_drip_jittered", 0.12)])
def test_a_drip_repeats_its_order_every_day(exact: Tables, name: str, spread: float) -> None:
    lengths = set()
    for added in gains(name, 0.5, exact):
        steps, start = np.diff(added), started(added) - 1
        days = int((steps > 0).sum())
        lengths.add(days)
        assert (steps[start : start + days] > 0).all()
        lost = 0.006 * added[start : start + days]  # what leaves in a day, at most
        ordered = steps[start : start + days] + lost / 2
        assert ordered.std() / ordered.mean() == pytest.approx(spread, abs=0.05)
        assert added.max() == pytest.approx(0.5 * exact.snapshots.column("followers")[start], rel=0.15)
    assert lengths <= set(facts.DRIP_DAYS)
    assert len(lengths) > 1


def test_an_exact_drip_is_exact_to_the_last_follower_where_none_leaves() -> None:
    path = paths.held(paths.drip(1_000, 14), 3, 30, np.random.default_rng(0), removed_per_day=0.0)
    assert set(np.diff(path)[2:16]) == {71.0}
    assert set(np.diff(path)[16:]) == {0.0}


def test_a_lifetime_drip_takes_five_days(exact: Tables) -> None:
    for added in gains("lifetime_like_drip", 0.1, exact, "likes"):
        steps = np.diff(added)
        assert (steps > 0).sum() == 5
        assert steps[steps > 0].max() < 1.05 * steps[steps > 0].min()


def test_a_refill_falls_and_returns_to_the_ordered_level(exact: Tables) -> None:
    for added in gains("follower_refill", 0.5, exact):
        size, start = added.max(), started(added)
        assert size == facts.package(size)
        full = added[start:] == size
        assert full[0]
        assert (np.diff(full.astype(int)) == 1).sum() >= 2
        low, high = facts.REFILL_LOST
        assert 1 - 1.25 * high < added[start:].min() / size < 1 - 0.75 * low


def test_hollow_followers_are_there_from_the_first_look(exact: Tables) -> None:
    for added in gains("hollow_followers", 20.0, exact):
        assert len(set(added)) == 1
    after = next(put("hollow_followers", 20.0, exact))
    assert after.accounts.column("followers")[0] / exact.accounts.column("followers")[0] == pytest.approx(20)


def test_a_subscription_gives_every_post_likes_between_its_bounds(exact: Tables) -> None:
    low = facts.package(5 * float(np.median(exact.posts.column("likes"))))
    for after in put("like_subscription", 5.0, exact):
        extra = after.posts.column("likes") - exact.posts.column("likes")
        assert low <= extra.min()
        assert extra.max() <= 1.5 * low
        assert extra.std() == pytest.approx((extra.max() - extra.min()) / np.sqrt(12), rel=0.35)


def test_likes_come_the_day_after_a_post(exact: Tables) -> None:
    looks, posted = exact.snapshots.column("observed_at"), exact.posts.column("posted_at")
    for after in put("like_subscription", 1.0, exact):
        extra = after.posts.column("likes") - exact.posts.column("likes")
        added = after.snapshots.column("likes") - exact.snapshots.column("likes")
        for at in (40, 120):
            there = posted + np.timedelta64(1, "D") <= looks[at]
            assert added[at] == extra[there].sum()
        assert added[-1] == extra.sum()


@pytest.mark.parametrize("name", ["likes_on_chosen_posts", "likes_with_views"])
def test_three_of_ten_posts_are_chosen_and_the_others_left(exact: Tables, name: str) -> None:
    for after in put(name, 4.0, exact):
        ratio = after.posts.column("likes") / exact.posts.column("likes")
        assert (ratio > 1).sum() == 9
        assert np.median(ratio[ratio > 1]) == pytest.approx(4, rel=0.15)
        views = after.posts.column("views") / exact.posts.column("views")
        assert (views[ratio == 1] == 1).all()
        assert (np.median(views[ratio > 1]) == pytest.approx(4, rel=0.15)) == (name == "likes_with_views")


def test_likes_on_all_posts_reach_posts_that_nobody_lists(exact: Tables) -> None:
    before = exact.accounts.column("likes")[0]
    for after in put("likes_on_all_posts", 3.0, exact):
        ratio = after.posts.column("likes") / exact.posts.column("likes")
        assert (ratio > 1).all()
        listed = after.posts.column("likes").sum() - exact.posts.column("likes").sum()
        added = after.accounts.column("likes")[0] - before
        assert 2 * listed < added <= (3 - 1) * before


def test_views_of_recent_posts_rise_with_a_package_of_followers(exact: Tables) -> None:
    looks, posted = exact.snapshots.column("observed_at"), exact.posts.column("posted_at")
    for after in put("followers_with_views", 0.5, exact):
        start = started(after.snapshots.column("followers") - exact.snapshots.column("followers"))
        ratio = after.posts.column("views") / exact.posts.column("views")
        recent = posted >= looks[start] - np.timedelta64(13, "D")
        assert (ratio[recent] > 1).all()
        assert np.median(ratio[recent]) == pytest.approx(1.5, rel=0.1)
        assert (ratio[posted < looks[start] - np.timedelta64(16, "D")] == 1).all()
        assert np.array_equal(after.posts.column("likes"), exact.posts.column("likes"))


def test_who_follows_and_unfollows_swings_while_followers_grow(exact: Tables) -> None:
    for after in put("follow_unfollow", 0.1, exact):
        swing = after.snapshots.column("following") - exact.snapshots.column("following")
        won = after.snapshots.column("followers") - exact.snapshots.column("followers")
        start = started(swing)
        turns = np.diff(np.sign(np.diff(swing[start:])))
        assert (turns != 0).sum() >= 4
        assert swing.max() == pytest.approx(0.1 * exact.snapshots.column("followers")[start - 1], rel=0.01)
        assert swing.min() == 0
        assert (np.diff(won) >= 0).all()
        assert 0 < won[-1] < 0.31 * 1.2 * swing.max() * (len(swing) - start) / 5


def test_a_slow_mixture_never_jumps(exact: Tables) -> None:
    for after in put("slow_mixture", 0.25, exact):
        for counter in ("followers", "likes"):
            added = after.snapshots.column(counter) - exact.snapshots.column(counter)
            steps, total = np.diff(added), added.max()
            days = np.flatnonzero(steps > 0)
            assert 20 <= days[-1] - days[0] < 56
            assert steps.max() < 0.2 * total
            assert total == pytest.approx(0.25 * exact.snapshots.column(counter)[days[0]], rel=0.15)


@pytest.mark.parametrize("mechanic", MECHANICS.values(), ids=str)
def test_rows_out_of_order_change_nothing(exact: Tables, mechanic: Mechanic) -> None:
    shuffle = np.random.default_rng(7).permutation(len(exact.snapshots))
    mixed = Tables(accounts=exact.accounts, posts=exact.posts, snapshots=exact.snapshots.take(shuffle))
    dose = mechanic.doses[-1]
    straight = mechanic.put_in(exact, dose, np.random.default_rng(1))
    shuffled = mechanic.put_in(mixed, dose, np.random.default_rng(1))
    assert straight
    assert shuffled
    for name, values in straight.snapshots.take(shuffle).columns.items():
        assert np.array_equal(values, shuffled.snapshots.columns[name]), name


@pytest.mark.parametrize("mechanic", MECHANICS.values(), ids=str)
def test_a_history_with_gaps_gets_by_each_look_what_came_till_then(exact: Tables, mechanic: Mechanic) -> None:
    """Days count, not looks: the same purchase is seen at fewer looks."""
    seen = np.random.default_rng(3).random(len(exact.snapshots)) > 0.5
    seen[[0, -1]] = True
    sparse = Tables(accounts=exact.accounts, posts=exact.posts, snapshots=exact.snapshots.take(seen))
    dose = mechanic.doses[-1]
    whole = mechanic.put_in(exact, dose, np.random.default_rng(1))
    part = mechanic.put_in(sparse, dose, np.random.default_rng(1))
    assert whole
    assert part
    for counter in ("followers", "likes", "following"):
        expected = (whole.snapshots.column(counter) - exact.snapshots.column(counter))[seen]
        found = part.snapshots.column(counter) - sparse.snapshots.column(counter)
        assert np.array_equal(found > 0, expected > 0), counter
        assert found == pytest.approx(expected, rel=0.25), counter  # the base may be an older look


def _cut(table: Table, looks: int) -> Table:
    return table.take(np.argsort(table.column("observed_at"))[-looks:])


@pytest.mark.parametrize("looks", [1, 2, 7, 13])
def test_a_short_history_has_no_room(exact: Tables, looks: int) -> None:
    short = Tables(exact.accounts, exact.posts, _cut(exact.snapshots, looks))
    for mechanic in MECHANICS.values():
        if "snapshots" in mechanic.needs:
            assert mechanic.put_in(short, mechanic.doses[-1], np.random.default_rng(1)) is None, mechanic


@pytest.mark.parametrize("start", [0, 151, -3])
def test_a_delivery_outside_the_history_is_refused(exact: Tables, start: int) -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="starts on day 1 to 150"):
        with_followers(exact, start, np.array([100.0]), rng, 0.0)
    with pytest.raises(ValueError, match="starts on day 1 to 150"):
        with_like_spike(exact, start, 100, rng)


def test_one_post_is_chosen_when_the_share_is_nil(exact: Tables) -> None:
    posted = exact.posts.column("posted_at")
    for seed in SEEDS:
        chosen = choose(exact, 0.0, np.random.default_rng(seed))
        assert chosen.sum() == 1
        assert posted[chosen][0] <= posted.max() - np.timedelta64(3, "D")


def test_a_subscription_upside_down_is_refused() -> None:
    with pytest.raises(ValueError, match="between low and high"):
        subscribed(np.array([1.0]), 200, 100, np.random.default_rng(0))
