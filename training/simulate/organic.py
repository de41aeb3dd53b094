"""A population of honest creators, innocent look-alikes at realistic rates among them.

The null of the history signals is measured on it, so it must hold whatever honest creators do: nothing
unusual is left out. Creator i depends on the seed and on i alone.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from detector.contract import PLATFORMS
from detector.tables import Tables
from training.simulate.archetypes import ARCHETYPES, draw_creator
from training.simulate.life import Life, live
from training.simulate.look import Look, draw_look, shown_all
from training.simulate.render import Subject, draw_subject, render
from training.simulate.truth import Truth

__all__ = ["BLOCK", "LAST_LOOK", "Settings", "account_id", "check", "creators", "organic"]

LAST_LOOK = np.datetime64("2026-06-30T06:00:00", "us")
"""When every simulated history ends, give or take three days; fixed: one seed, the same bytes."""

BLOCK = 1_000
"""Creators that are held at once, and those of a part file."""

_LIKES_31_BITS = 2.0**31


class Settings(NamedTuple):
    """What a population is drawn with; the parameters of `training.simulate.population.population`."""

    seed: int
    platform: str = "tiktok"
    days: int = 90
    posts: int = 30
    archetypes: tuple[str, ...] | None = None


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
    settings = Settings(seed, platform, days, posts)
    check(n, settings)
    return creators(range(first, first + n), settings)[0]


def check(n: int, settings: Settings) -> None:
    """ValueError for settings that make no population."""
    seed, platform, days, posts, archetypes = settings
    if platform not in PLATFORMS:
        raise ValueError(f"platform is {platform!r}, expected one of {', '.join(PLATFORMS)}")
    if n < 0 or seed < 0 or days < 7 or posts < 1:
        raise ValueError(
            f"expected n >= 0, seed >= 0, days >= 7 and posts >= 1, not {n}, {seed}, {days} and {posts}"
        )
    unknown = [name for name in archetypes or () if name not in ARCHETYPES]
    if unknown or archetypes == ():
        found = ", ".join(unknown) or "none"
        raise ValueError(f"archetypes are {found}, expected some of {', '.join(ARCHETYPES)}")


def creators(numbers: Iterable[int], settings: Settings) -> tuple[Tables, tuple[Truth, ...]]:
    """Creators of a population by their numbers, as they are shown, and the truth about each, in that order."""
    seen = [_one(number, settings) for number in numbers]
    subjects = [subject for subject, _, _ in seen]
    looks = [look for _, look, _ in seen]
    posts = [0 if one.life.traits.private else len(one.life.listed.day) for one in subjects]
    tables = render(subjects, settings.platform)
    truth = tuple(
        Truth(settings.platform, subject.account_id, "genuine", archetype=archetype)
        for subject, _, archetype in seen
    )
    return shown_all(tables, looks, posts, [len(one.early) for one in subjects]), truth


def _one(number: int, settings: Settings) -> tuple[Subject, Look, str]:
    seed, _, days, posts, archetypes = settings
    rng = np.random.default_rng([seed, number])
    creator = draw_creator(rng, days, archetypes[number % len(archetypes)] if archetypes else None)
    life = live(creator.traits, creator.days, rng, creator.events, posts)
    archetype, marks = creator.archetype, set(creator.marks)
    if creator.must_wrap:
        life = _older(life, rng)
    if creator.must_wrap or (creator.may_wrap and life.likes.max() >= _LIKES_31_BITS):
        marks.add("wrapped")
        archetype = next(name for name in ARCHETYPES if name in (archetype, "wrapped"))
    last = LAST_LOOK - np.timedelta64(int(rng.integers(0, 3 * 86_400)), "s")
    subject = draw_subject(life, rng, account_id(seed, number), f"creator_{number:05d}", last)
    return subject, draw_look(rng, len(life.followers), marks), archetype


def _older(life: Life, rng: np.random.Generator) -> Life:
    """The same life with so many more or fewer older posts, liked like the others, that the likes are negative as a
    signed 32-bit integer.
    """
    listed = float(life.listed.likes.sum())
    wanted = max(rng.uniform(2.2e9, 4.0e9), min(1.1 * listed, 4.2e9))
    times = wanted / max(life.likes[-1], 1.0)
    likes = np.maximum(life.likes + np.round(wanted - life.likes[-1]), 0.0)
    posts = np.maximum(life.posts + np.round((times - 1.0) * life.posts[-1]), float(len(life.listed.likes)))
    return replace(life, likes=likes, posts=posts)


def account_id(seed: int, number: int) -> str:
    """A 19-digit id as the platform gives them, another for each seed and number."""
    return str(6_800_000_000_000_000_000 + (seed * 1_000_003 + number) * 7_919_000_017 % 10**17)
