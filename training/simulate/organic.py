"""A population of honest creators, innocent look-alikes at realistic rates among them.

The null of the history signals is measured on it, so it must hold whatever honest creators do: nothing
unusual is left out.
"""

from dataclasses import replace

import numpy as np

from detector.contract import PLATFORMS
from detector.tables import Tables
from training.simulate import figures
from training.simulate.events import Event, draw_events
from training.simulate.life import live
from training.simulate.look import draw_look, join, shown, to_tables
from training.simulate.traits import Traits, draw_traits

__all__ = ["account_id", "dormant_star", "draw_days", "newcomer", "one", "organic"]

LAST_LOOK = np.datetime64("2026-06-30T06:00:00", "us")
"""When every simulated history ends, give or take three days; fixed: one seed, the same bytes."""


def organic(
    n: int, seed: int, platform: str = "tiktok", days: int = 90, posts: int = 30, first: int = 0
) -> Tables:
    """`n` honest creators with profile, newest posts and daily history.

    Parameters
    ----------
    n, seed : int
        Creator i is the same for every `n`: `first` lets a caller draw the following ones.
    platform : str
        Written into the tables. Figures are TikTok's.
    days : int
        Usual length of a history, 7 or more: seven in ten lie within a third of it, the others between
        a sixth and four times of it.
    posts : int
        The newest posts listed.
    first : int
        Number of the first creator.

    Returns
    -------
    Tables
        One row in `accounts` each; counts as the look shows them, hidden likes as -1, wrapped likes negative.

    Raises
    ------
    ValueError
        For an unknown platform, a negative `n`, or fewer than 7 days.

    Examples
    --------
    >>> organic(3, seed=1).accounts
    Table(accounts: 3 rows, 16 columns)
    """
    if platform not in PLATFORMS:
        raise ValueError(f"platform is {platform!r}, expected one of {', '.join(PLATFORMS)}")
    if n < 0 or days < 7 or posts < 1:
        raise ValueError(f"expected n >= 0, days >= 7 and posts >= 1, not {n}, {days} and {posts}")
    return join(one(number, seed, platform, days, posts) for number in range(first, first + n))


def one(number: int, seed: int, platform: str = "tiktok", days: int = 90, posts: int = 30) -> Tables:
    """Creator `number` of the population of a seed."""
    rng = np.random.default_rng([seed, number])
    traits, events, length = _draw(rng, days)
    life = live(traits, length, rng, events, posts)
    last = LAST_LOOK - np.timedelta64(int(rng.integers(0, 3 * 86_400)), "s")
    exact = to_tables(life, rng, account_id(seed, number), f"creator_{number:05d}", last, platform)
    return shown(exact, draw_look(rng, life))


def _draw(rng: np.random.Generator, days: int) -> tuple[Traits, tuple[Event, ...], int]:
    length = draw_days(rng, days)
    rates = figures.RATES
    kind = rng.choice(
        ["dormant_star", "newcomer", "ordinary"],
        p=[rates["dormant_star"], rates["newcomer"], 1 - rates["dormant_star"] - rates["newcomer"]],
    )
    if kind == "dormant_star":
        star = dormant_star(rng)
        return star, draw_events(rng, length, star.followers), length
    if kind == "newcomer":
        return newcomer(rng), (), min(length, 60)
    traits = draw_traits(rng)
    return traits, draw_events(rng, length, traits.followers), length


def dormant_star(rng: np.random.Generator, followers: int | None = None) -> Traits:
    """Famous elsewhere: a great following, few posts, each liked as such a following likes; verified."""
    size = int(np.exp(rng.uniform(np.log(2e5), np.log(3e7)))) if followers is None else followers
    traits = draw_traits(rng, size, int(rng.integers(2, 20)), float(rng.uniform(0.01, 0.05)), typical=0.7)
    # Who comes for the name sees fewer of the videos than a creator's followers do, and would have come without.
    return replace(
        traits,
        verified=True,
        views_per_post=0.35 * traits.views_per_post,
        outside_per_day=float(np.exp(rng.normal(-9.2, 0.6))),
        conversion=0.1 * traits.conversion,
    )


def newcomer(rng: np.random.Generator) -> Traits:
    """Below 300 followers, with a handful of posts."""
    return draw_traits(rng, int(rng.integers(5, 300)), int(rng.integers(1, 12)), float(rng.uniform(0.1, 0.8)))


def draw_days(rng: np.random.Generator, days: int) -> int:
    """Length of a history: most near `days`, some short, some long."""
    low, high = ((0.67, 1.33), (1 / 6, 0.67), (1.33, 4.0))[int(rng.choice(3, p=(0.7, 0.15, 0.15)))]
    return max(int(days * rng.uniform(low, high)), 7)


def account_id(seed: int, number: int) -> str:
    """A 19-digit id as the platform gives them, another for each seed and number."""
    return str(6_800_000_000_000_000_000 + (seed * 1_000_003 + number) * 7_919_000_017 % 10**17)
