"""Followers come, from likes and from outside, and leave."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from training.simulate import figures
from training.simulate.events import Collaboration, Event, Giveaway, Mention, Purge
from training.simulate.traits import Traits

__all__ = ["followers", "followers_per_like", "following", "on_recent_posts", "visitors"]

Array = NDArray[np.float64]
_GIVEAWAY_DAYS: tuple[float, ...] = (0.55, 0.25, 0.12, 0.08)
_GIVEAWAY_LIKES = 1.0  # the rules ask for a like as well
_NEWEST_FIRST: Array = 1 / np.arange(1.0, 11.0)


def followers_per_like(traits: Traits, lifetime: float) -> float:
    low, high = figures.CONVERSION_RANGE
    return min(max(traits.followers / max(lifetime, 30.0) * traits.conversion, low), high)


def visitors(
    traits: Traits, days: int, rng: np.random.Generator, events: Sequence[Event]
) -> tuple[Array, Array]:
    """Followers that come from outside the videos each day, and the likes they leave."""
    came = rng.poisson(traits.outside_per_day * traits.followers, days).astype(float)
    likes = 0.3 * came
    for event in events:
        if isinstance(event, Giveaway):
            shares, per_follower = _GIVEAWAY_DAYS, _GIVEAWAY_LIKES
        elif isinstance(event, Collaboration):
            shares, per_follower = figures.COLLABORATION_DECAY, event.likes_per_follower
        elif isinstance(event, Mention):
            shares, per_follower = figures.MENTION_DECAY, event.likes_per_follower
        else:
            continue
        for later, share in enumerate(shares):
            if int(event.day) + later < days:
                people = rng.poisson(traits.followers * event.share * share)
                came[int(event.day) + later] += people
                likes[int(event.day) + later] += people * per_follower
    return came, likes


def on_recent_posts(likes: Array, published: Array, rng: np.random.Generator) -> Array:
    """Spreads the likes of visitors over the ten newest posts of the day (n, days), the newest first."""
    out = np.zeros((len(published), len(likes)))
    for day in np.flatnonzero(likes >= 1).tolist():
        n = int(np.searchsorted(published, day, side="right"))
        if n:
            weights = _NEWEST_FIRST[: min(n, 10)]
            out[n - len(weights) : n, day] = rng.multinomial(int(likes[day]), weights / weights.sum())[::-1]
    return out


def followers(traits: Traits, gain: Array, rng: np.random.Generator, events: Sequence[Event]) -> Array:
    """Followers at each look (days + 1,), given those won in each day (days,)."""
    days = len(gain)
    leaving = traits.churn_per_day * np.exp(0.3 * rng.standard_normal(days))
    extra = np.zeros(days)
    for event in events:
        if isinstance(event, Purge):
            for later, share in enumerate((0.7, 0.2, 0.1)):
                if int(event.day) + later < days:
                    leaving[int(event.day) + later] += event.share * share
        elif isinstance(event, Giveaway):
            first = int(event.day) + 3
            slow = np.exp(-np.arange(max(days - first, 0)) / 20) / 20
            extra[first:] += traits.followers * event.share * event.leaving_share * slow
    won = np.cumsum(gain)
    held = traits.followers + won - gain  # before the day, if nobody had left
    held = held - np.cumsum(held * leaving + extra) + held * leaving + extra
    lost = np.cumsum(rng.poisson(np.maximum(held * leaving + extra, 0)))
    path: Array = np.concatenate([[float(traits.followers)], np.maximum(traits.followers + won - lost, 0)])
    return path


def following(traits: Traits, days: int, rng: np.random.Generator) -> Array:
    """Mostly still; now and then a few more or fewer."""
    moves = np.where(rng.random(days) < 0.15, rng.integers(-2, 4, days), 0)
    path = traits.following + np.concatenate([[0], np.cumsum(moves)])
    held: Array = path.clip(0, figures.FOLLOWING_CAP).astype(float)
    return held
