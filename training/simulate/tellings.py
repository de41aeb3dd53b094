"""How each story is told: a creator, what happens, what is bought, and what a reader then sees."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from detector.tables import Tables
from training.simulate.events import Event
from training.simulate.kinds import dormant_star
from training.simulate.life import live
from training.simulate.look import Glitch, Look, Stale, shown
from training.simulate.mechanics import paths
from training.simulate.mechanics.followers import with_followers
from training.simulate.mechanics.history import added
from training.simulate.mechanics.lifetime import with_like_spike
from training.simulate.mechanics.posts import (
    choose,
    subscribed,
    times_as_many,
    topped_views,
    with_post_counters,
)
from training.simulate.organic import LAST_LOOK
from training.simulate.render import to_tables
from training.simulate.traits import Traits, draw_traits

__all__ = [
    "Told",
    "burst",
    "counter_slips",
    "drip",
    "eventful",
    "famous_elsewhere",
    "hollow",
    "like_shower",
    "like_spike",
    "one_post",
    "ordinary",
    "package",
    "refill",
    "scrape_gaps",
    "some_day",
    "tiny_newcomer",
    "wrapped",
]

DAYS = 90
_REMOVED_PER_DAY = 0.0013
"""Of what was delivered, about 96 in 100 are still there after four weeks."""


@dataclass(frozen=True, slots=True)
class Told:
    """Who a story is told of: makes exact tables from traits and events."""

    account_id: str
    handle: str

    def of(self, rng: np.random.Generator, traits: Traits, *events: Event, days: int = DAYS) -> Tables:
        life = live(traits, days, rng, events)
        return to_tables(life, rng, self.account_id, self.handle, LAST_LOOK, "tiktok")


def _someone(rng: np.random.Generator, followers: float, posts_per_day: float | None = None) -> Traits:
    """A creator of about `followers`, not far from the middle of the reference, who posts twice a week or more."""
    size = int(followers * np.exp(rng.uniform(-0.3, 0.3)))
    traits = draw_traits(rng, size, posts_per_day=posts_per_day, typical=0.6)
    return replace(traits, posts=max(traits.posts, 40), posts_per_day=max(traits.posts_per_day, 0.3))


def ordinary(followers: float, look: Look, posts_per_day: float | None = None) -> Callable[..., Tables]:
    def tell(rng: np.random.Generator, who: Told) -> Tables:
        return shown(who.of(rng, _someone(rng, followers, posts_per_day)), look)

    return tell


def eventful(
    followers: float, event: Callable[[np.random.Generator], Event], look: Look
) -> Callable[..., Tables]:
    def tell(rng: np.random.Generator, who: Told) -> Tables:
        return shown(who.of(rng, _someone(rng, followers), event(rng)), look)

    return tell


def famous_elsewhere(rng: np.random.Generator, who: Told) -> Tables:
    traits = dormant_star(rng, int(2.5e6 * np.exp(rng.uniform(-0.4, 0.4))))
    return shown(who.of(rng, traits), Look("mixed"))


def tiny_newcomer(rng: np.random.Generator, who: Told) -> Tables:
    traits = draw_traits(rng, int(rng.integers(30, 200)), int(rng.integers(2, 6)), 0.2, typical=0.6)
    return shown(who.of(rng, traits, days=int(rng.integers(15, 30))), Look())


def wrapped(rng: np.random.Generator, who: Told) -> Tables:
    exact = who.of(rng, _someone(rng, 4.5e7))
    last = exact.accounts.column("likes")[0]
    # Between 2**31 and 2**32 a signed 32-bit integer is negative; the likes of older videos make up the rest.
    older = np.round(rng.uniform(2.2e9, 2.8e9) - last)
    accounts = exact.accounts.replace(likes=exact.accounts.column("likes") + older)
    snapshots = exact.snapshots.replace(likes=exact.snapshots.column("likes") + older)
    return shown(replace(exact, accounts=accounts, snapshots=snapshots), Look("mixed", wrapped_likes=True))


def scrape_gaps(rng: np.random.Generator, who: Told) -> Tables:
    seen = rng.random(DAYS + 1) > 0.05
    for start in (12, 41, 63):
        seen[start + int(rng.integers(0, 8)) :][: int(rng.integers(4, 10))] = False
    seen[[0, -1]] = True
    traits = _someone(rng, 7e4, 0.8)
    return shown(who.of(rng, replace(traits, conversion=2 * traits.conversion)), Look(seen=seen))


def counter_slips(rng: np.random.Generator, who: Told) -> Tables:
    first, later = int(rng.integers(25, 45)), int(rng.integers(55, 80))
    dip = Glitch("likes", first, int(rng.integers(1, 3)), float(rng.uniform(0.005, 0.03)))
    return shown(who.of(rng, _someone(rng, 6e4)), Look(slips=(dip, Stale(("followers", "likes"), later, 3))))


def hollow(rng: np.random.Generator, who: Told) -> Tables:
    exact = who.of(rng, _someone(rng, 8e3))
    extra = np.round((rng.uniform(25, 60) - 1) * exact.accounts.column("followers")[0])
    return shown(added(exact, "followers", extra, extra), Look("shown"))


def like_spike(rng: np.random.Generator, who: Told) -> Tables:
    exact = who.of(rng, _someone(rng, 4e4))
    likes = exact.snapshots.column("likes")
    usual_day = float(np.median(np.diff(likes)))
    size = max(rng.uniform(0.7, 1.3) * likes[-1], 15 * usual_day)
    return shown(with_like_spike(exact, _day(rng), round(size, -3), rng), Look())


def package(rng: np.random.Generator, who: Told) -> Tables:
    exact = who.of(rng, _someone(rng, 2.5e4))
    day, size = _day(rng), _size(rng, exact, 0.5, 0.9)
    return shown(with_followers(exact, day, np.array([float(size)]), rng, _REMOVED_PER_DAY), Look())


def burst(rng: np.random.Generator, who: Told) -> Tables:
    exact = who.of(rng, _someone(rng, 1.2e5))
    day, size = _day(rng), _size(rng, exact, 1.5, 2.5)
    steps = paths.burst(size, 3, rng)
    return shown(with_followers(exact, day, steps, rng, _REMOVED_PER_DAY), Look("shown"))


def drip(rng: np.random.Generator, who: Told) -> Tables:
    exact = who.of(rng, _someone(rng, 1.5e4))
    day, size = _day(rng), _size(rng, exact, 0.25, 0.6)
    steps = paths.jittered_drip(size, 30, 0.02, rng)
    return shown(with_followers(exact, day, steps, rng, _REMOVED_PER_DAY), Look())


def refill(rng: np.random.Generator, who: Told) -> Tables:
    exact = who.of(rng, _someone(rng, 3e4))
    day, size = _day(rng), _size(rng, exact, 0.4, 0.8)
    steps = paths.refills(size, 3, 0.3, rng)
    return shown(with_followers(exact, day, steps, rng, removed_per_day=0.0), Look())


def like_shower(rng: np.random.Generator, who: Told) -> Tables:
    exact = who.of(rng, _someone(rng, 3e3, 0.4))
    own = float(np.median(exact.posts.column("likes")))
    low = max(int(round(own * rng.uniform(8, 15), -2)), 1_000)
    likes = subscribed(exact.posts.column("likes"), low, int(low * rng.uniform(1.1, 1.4)), rng)
    return shown(with_post_counters(exact, likes, topped_views(exact, likes)), Look())


def one_post(rng: np.random.Generator, who: Told) -> Tables:
    exact = who.of(rng, _someone(rng, 1.5e4, 0.5))
    times = float(rng.uniform(30, 60))
    likes = times_as_many(exact.posts.column("likes"), times, choose(exact, 0.0, rng), rng)
    return shown(with_post_counters(exact, likes, topped_views(exact, likes)), Look())


def _day(rng: np.random.Generator) -> int:
    """The look at which a delivery starts: enough past before it, and room for thirty days of drip after it."""
    return int(rng.integers(35, 55))


def _size(rng: np.random.Generator, exact: Tables, low: float, high: float) -> int:
    """A round package of `low` to `high` times the followers before it."""
    wanted = float(exact.snapshots.column("followers")[0]) * rng.uniform(low, high)
    step = 500 if wanted < 10_000 else 5_000
    return max(round(wanted / step), 1) * step


def some_day(rng: np.random.Generator) -> float:
    return float(rng.uniform(35, 70))
