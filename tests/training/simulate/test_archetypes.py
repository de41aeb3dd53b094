"""Archetypes: most accounts of one look as it says, and few ordinary ones do."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from detector.repair import repair
from detector.tables import Table, Tables
from training.simulate.archetypes import ARCHETYPES, draw_creator, draw_days
from training.simulate.look import as_shown
from training.simulate.population import population

N, SEED = 150, 3
DAY = np.timedelta64(1, "D")


@dataclass(frozen=True)
class Seen:
    """What tables show of one account, a value a day; `at` is the day on which its event happens (NaN for none)."""

    at: float
    profile: dict[str, float]
    followers: np.ndarray
    likes: np.ndarray
    count: np.ndarray
    looks: np.ndarray
    posts: dict[str, np.ndarray]
    repaired: float

    def jump(self, name: str) -> float:
        """The best daily gain in the four days from the event, as a multiple of the usual one."""
        gains = np.diff(getattr(self, name))
        return float(gains[int(self.at) : int(self.at) + 4].max() / max(np.median(gains), 1.0))

    def on_the_day(self) -> np.ndarray:
        return np.abs(self.posts["day"] - self.at) < 1.0

    def views(self) -> np.ndarray:
        """Views of each listed post, as a multiple of the usual ones."""
        views = self.posts["views"]
        return np.asarray(views / max(np.median(views), 1.0) if len(views) else views)


def rows_of(table: Table) -> dict[str, np.ndarray]:
    owner = table.column("account_id")
    return {one: np.flatnonzero(owner == one) for one in np.unique(owner.astype(str))}


@functools.cache
def made(name: str) -> tuple[Tables, tuple[str, ...]]:
    tables, truth = population(N, SEED, archetypes=[name])
    return tables, tuple(one.archetype for one in truth)


def event_days(name: str) -> list[float]:
    """Days on which the event of an archetype happens to its accounts, NaN where it is none that has a day."""
    if ARCHETYPES[name].sort != "event" or name == "pinned_old_hit":
        return [np.nan] * N
    creators = [draw_creator(np.random.default_rng([SEED, i]), 90, name) for i in range(N)]
    return [one.events[0].day for one in creators]


def seen(tables: Tables, days: list[float]) -> list[Seen]:
    looks, posts = rows_of(tables.snapshots), rows_of(tables.posts)
    repaired = repair(tables).accounts.column("likes")
    found = []
    for i, owner in enumerate(tables.accounts.column("account_id")):
        mine = tables.snapshots.take(looks[owner])
        listed = tables.posts.take(posts.get(owner, np.array([], dtype=int)))
        when = mine.column("observed_at")
        day = np.round((when - when[0]) / DAY)
        every = np.arange(day[-1] + 1)
        followers, likes, count = (
            np.interp(every, day, mine.column(name)) for name in ("followers", "likes", "posts")
        )
        columns = {
            name: listed.column(name) for name in ("views", "likes", "comments", "pinned", "sponsored")
        }
        columns["day"] = (listed.column("posted_at") - when[-1]) / DAY + day[-1]
        profile = {
            name: float(tables.accounts.column(name)[i])
            for name in ("followers", "likes", "posts", "verified", "private")
        }
        found.append(Seen(days[i], profile, followers, likes, count, day, columns, float(repaired[i])))
    return found


def inside(accounts: list[Seen], listed: bool) -> list[Seen]:
    """Accounts whose history shows enough before and after the event, and, if asked, whose posts reach back to it."""
    return [
        one
        for one in accounts
        if 7 <= one.at <= len(one.followers) - 12
        and (not listed or (one.posts["day"][one.posts["pinned"] == 0] <= one.at).any())
    ]


def decays(one: Seen) -> bool:
    gains = np.diff(one.followers)
    return bool(gains[int(one.at) : int(one.at) + 4].max() > 1.5 * np.median(gains[int(one.at) + 8 :][:4]))


def own_hit(one: Seen) -> bool:
    return bool((one.views()[one.on_the_day()] > 3).any())


def viral_hit(one: Seen) -> bool:
    return one.jump("followers") > 2 and one.jump("likes") > 2 and own_hit(one) and decays(one)


def viral_old_video(one: Seen) -> bool:
    return one.jump("followers") > 3 and one.jump("likes") > 3 and not own_hit(one) and decays(one)


def giveaway(one: Seen) -> bool:
    new = one.on_the_day()
    per_like = (one.posts["comments"] + 0.5) / np.maximum(one.posts["likes"], 1)
    talked = bool(new.any()) and per_like[new].max() > 4 * np.median(per_like)
    gains = np.diff(one.followers)
    after = int(one.at) + 4
    slower = np.mean(gains[after : after + 20]) < np.mean(gains[: int(one.at)])
    return bool(one.jump("followers") > 3 and talked and slower)


def collaboration(one: Seen) -> bool:
    return one.jump("followers") > 3 and bool((one.views()[one.on_the_day()] > 1.5).any())


def press(one: Seen) -> bool:
    return one.jump("followers") > 8 and not own_hit(one)


def ads(one: Seen) -> bool:
    paid = one.posts["sponsored"] == 1
    rate = one.posts["likes"] / np.maximum(one.posts["views"], 1)
    return bool(paid.any() and (~paid).any() and np.median(rate[paid]) < 0.8 * np.median(rate[~paid]))


def deleted_videos(one: Seen) -> bool:
    return bool(((np.diff(one.count) < 0) & (np.diff(one.likes) < 0)).any())


def purge(one: Seen) -> bool:
    lost = one.followers[:-3] - one.followers[3:]
    return bool((lost > 0.004 * one.followers[:-3]).any())


def seasonal(one: Seen) -> bool:
    gains, away = np.diff(one.likes), np.abs(np.arange(len(one.likes) - 1) - one.at)
    return bool(np.median(gains[away <= 7]) > 1.3 * np.median(gains[away >= np.quantile(away, 0.7)]))


def pinned_old_hit(one: Seen) -> bool:
    top = (one.posts["pinned"] == 1) & (one.views() > 4)
    return bool(top.any() and one.posts["day"][top].min() <= one.posts["day"].min())


def wrapped(one: Seen) -> bool:
    """Negative as shown; repaired to what it was, or left aside where followers and posts do not settle how often."""
    missing = one.repaired - one.profile["likes"]
    settled = np.isnan(one.repaired) or (one.repaired >= 2**31 and missing % 2**32 == 0)
    return bool(one.profile["likes"] < 0 and settled)


def hidden_counters(one: Seen) -> bool:
    return bool(len(one.posts["likes"]) and (one.posts["likes"] == -1).all())


def scrape_gaps(one: Seen) -> bool:
    return bool(np.diff(one.looks).max() >= 4)


def counter_slips(one: Seen) -> bool:
    """Likes below what they were, or a counter that stands still among growth."""
    likes, followers = np.diff(one.likes), np.diff(one.followers)
    still = any((gains == 0).any() for gains in (likes, followers) if np.median(gains) > 30)
    return bool(still or (np.median(likes) > 0 and (likes < 0).any()))


def rounded(one: Seen) -> bool:
    read = one.followers[one.looks.astype(int)]
    return bool(read.min() >= 1e4 and np.array_equal(as_shown(read), read))


def dormant_star(one: Seen) -> bool:
    had = one.profile
    return (
        had["followers"] > 1e5
        and had["posts"] < 80
        and had["likes"] < 20 * had["followers"]
        and had["verified"] == 1
    )


def newcomer(one: Seen) -> bool:
    return bool(one.followers[0] < 300 and one.count[0] < 12 and len(one.looks) <= 61)


def tiny(one: Seen) -> bool:
    return bool(one.followers[0] < 300)


def private(one: Seen) -> bool:
    return not len(one.posts["day"]) and one.profile["private"] == 1 and one.profile["posts"] > 0


def niche(one: Seen) -> bool:
    likes = one.posts["likes"]
    return bool(likes.sum() > 1_000 and one.posts["comments"].sum() < 0.004 * likes.sum())


def brand(one: Seen) -> bool:
    liked = np.median(one.posts["likes"]) / one.profile["followers"]
    return one.profile["posts"] > 100 and bool(liked < 0.012)


LOOKS: dict[str, tuple[Callable[[Seen], bool], float, float]] = {
    "dormant_star": (dormant_star, 0.9, 0.05),
    "newcomer": (newcomer, 1.0, 0.0),
    "brand": (brand, 0.8, 0.3),
    "niche": (niche, 0.7, 0.25),
    "private": (private, 1.0, 0.0),
    "tiny": (tiny, 1.0, 0.0),
    "viral_hit": (viral_hit, 0.8, 0.1),
    "viral_old_video": (viral_old_video, 0.5, 0.2),
    "giveaway": (giveaway, 0.4, 0.05),
    "collaboration": (collaboration, 0.5, 0.15),
    "press": (press, 0.6, 0.3),
    "ads": (ads, 0.5, 0.05),
    "deleted_videos": (deleted_videos, 0.9, 0.05),
    "purge": (purge, 0.8, 0.1),
    "seasonal": (seasonal, 0.6, 0.5),
    "pinned_old_hit": (pinned_old_hit, 0.7, 0.1),
    "wrapped": (wrapped, 0.95, 0.0),
    "hidden_counters": (hidden_counters, 1.0, 0.0),
    "scrape_gaps": (scrape_gaps, 1.0, 0.1),
    "counter_slips": (counter_slips, 0.5, 0.2),
    "rounded": (rounded, 0.7, 0.05),
}
"""Archetype: how an account of it looks, the least share of its accounts that must, the most of ordinary ones."""


def shares(name: str) -> tuple[float, float]:
    """Accounts that look as the archetype says: of those that are it, and of ordinary ones."""
    look = LOOKS[name][0]
    days = event_days(name)
    its = seen(made(name)[0], days)
    others = seen(made("ordinary")[0], days)
    if not np.isnan(days).all():
        with_post = name in ("viral_hit", "giveaway", "collaboration")
        its, others = inside(its, with_post), inside(others, with_post)
    assert len(its) >= 30
    return float(np.mean([look(one) for one in its])), float(np.mean([look(one) for one in others]))


def test_every_archetype_of_the_registry_has_its_look_described_here() -> None:
    assert set(LOOKS) == set(ARCHETYPES) - {"ordinary"}


@pytest.mark.parametrize("name", [name for name in ARCHETYPES if name != "ordinary"])
def test_its_accounts_look_as_the_registry_says_and_ordinary_ones_do_not(name: str) -> None:
    least, most = LOOKS[name][1:]
    its, others = shares(name)
    assert its >= least
    assert others <= most


@pytest.mark.parametrize("name", ARCHETYPES)
def test_asking_for_one_archetype_gives_that_one_alone_and_the_truth_names_it(name: str) -> None:
    tables, named = made(name)
    assert named == (name,) * N
    assert len(tables.accounts) == N


@pytest.mark.parametrize("name", ARCHETYPES)
def test_the_accounts_of_an_archetype_differ_from_each_other(name: str) -> None:
    followers = made(name)[0].accounts.column("followers")
    assert len(np.unique(followers)) > N // 2


def test_archetypes_asked_for_take_turns() -> None:
    names = ["press", "tiny", "wrapped"]
    truth = population(7, 5, archetypes=names)[1]
    assert [one.archetype for one in truth] == [names[i % 3] for i in range(7)]


def test_at_realistic_rates_every_archetype_but_wrapped_comes_at_about_its_own() -> None:
    drawn = [draw_creator(np.random.default_rng([1, i]), 90) for i in range(4_000)]
    for name in ("brand", "niche", "private", "dormant_star", "newcomer"):
        share = np.mean([one.archetype == name for one in drawn])
        rate = ARCHETYPES[name].rate
        assert abs(share - rate) < 4 * np.sqrt(rate / len(drawn)) + 0.15 * rate
    for name in ("hidden_counters", "scrape_gaps", "rounded"):
        share = np.mean([name in one.marks for one in drawn])
        rate = ARCHETYPES[name].rate
        assert abs(share - rate) < 4 * np.sqrt(rate / len(drawn))
    assert sum(one.archetype == "ordinary" for one in drawn) > 400


def test_an_ordinary_creator_has_no_event_and_no_mark() -> None:
    drawn = [draw_creator(np.random.default_rng([2, i]), 90, "ordinary") for i in range(300)]
    assert all(not one.events and not one.marks and not one.may_wrap for one in drawn)


def test_a_rounded_account_is_the_ordinary_one_with_its_digits_cut_off() -> None:
    exact, cut = made("ordinary")[0].accounts, made("rounded")[0].accounts
    assert np.array_equal(as_shown(exact.column("followers")), cut.column("followers"))


def test_hidden_likes_are_unknown_after_repair() -> None:
    tables = made("hidden_counters")[0]
    assert np.isnan(repair(tables).posts.column("likes")).all()
    assert (tables.posts.column("views") > 0).any()


def test_histories_are_mostly_near_the_length_asked_for() -> None:
    drawn = np.array([draw_days(np.random.default_rng(i), 90) for i in range(2_000)])
    near = np.mean((drawn >= 60) & (drawn <= 120))
    assert 0.65 < near < 0.8
    assert drawn.min() >= 15
    assert drawn.max() <= 360
    assert draw_days(np.random.default_rng(1), 1) == 7


def test_an_unknown_archetype_is_refused() -> None:
    with pytest.raises(KeyError):
        draw_creator(np.random.default_rng(1), 90, "sorcerer")
