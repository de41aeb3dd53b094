"""Followers come, from likes and from outside, and leave."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from training.simulate import figures
from training.simulate.events import Event, Giveaway, Mention, Purge
from training.simulate.traits import Traits

__all__ = ["followers", "followers_per_like", "following", "visitors"]

Array = NDArray[np.float64]
_GIVEAWAY_DAYS: tuple[float, ...] = (0.55, 0.25, 0.12, 0.08)
_GIVEAWAY_LIKES = 1.0  # the rules ask for a like as well


def followers_per_like(traits: Traits, lifetime: float) -> float:
    ratio = traits.followers / max(lifetime, 30.0)
    low, high = figures.CONVERSION_RANGE
    return float(np.clip(ratio * traits.conversion, low, high))


def visitors(
    traits: Traits, days: int, rng: np.random.Generator, events: Sequence[Event]
) -> tuple[Array, Array]:
    """Followers that come from outside the videos each day, and the likes they leave."""
    came = rng.poisson(traits.outside_per_day * traits.followers, days).astype(float)
    likes = 0.3 * came
    for event in events:
        if isinstance(event, Giveaway):
            shares, per_follower = _GIVEAWAY_DAYS, _GIVEAWAY_LIKES
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


def followers(traits: Traits, gain: Array, rng: np.random.Generator, events: Sequence[Event]) -> Array:
    """Followers at each look (days + 1,), given those won in each day (days,)."""
    days = len(gain)
    leaving = np.full(days, traits.churn_per_day) * np.exp(0.3 * rng.standard_normal(days))
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
    held = np.empty(days + 1)
    held[0] = traits.followers
    for day in range(days):
        lost = rng.poisson(held[day] * leaving[day] + extra[day])
        held[day + 1] = max(held[day] + gain[day] - lost, 0)
    return held


def following(traits: Traits, days: int, rng: np.random.Generator) -> Array:
    """Mostly still; now and then a few more or fewer."""
    moves = np.where(rng.random(days) < 0.15, rng.integers(-2, 4, days), 0)
    path = traits.following + np.concatenate([[0], np.cumsum(moves)])
    held: Array = np.clip(path, 0, figures.FOLLOWING_CAP).astype(float)
    return held
