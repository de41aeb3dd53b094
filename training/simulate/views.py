"""Views come and fade: how many people each post reaches on each day."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from training.simulate import figures
from training.simulate.events import Ads, Event, Season
from training.simulate.posting import Posting, advertised
from training.simulate.traits import Traits

__all__ = ["attention", "expected_views", "paid_views"]

Array = NDArray[np.float64]


def expected_views(traits: Traits, posts: Posting, path: Array) -> tuple[Array, Array]:
    """Expected views of each post up to the first look (n,), and in each day after it (n, days)."""
    looks = np.arange(float(len(path)))
    followers_then = np.interp(posts.day, looks, path)
    lifted = (followers_then / max(traits.followers, 1)).clip(0.3, 5) ** 0.5
    eventual = traits.views_per_post * np.exp(posts.log_draw) * lifted
    eventual = np.minimum(eventual, 1.5e9)
    seen = eventual[:, None] * _shown_by(looks - posts.day[:, None], posts.pace_days, posts.tail, posts.hit)
    again = np.flatnonzero(np.isfinite(posts.second_day))
    for at in again:
        age = (looks - posts.second_day[at])[None, :]
        second = _shown_by(age, posts.pace_days[[at]], posts.tail[[at]], np.array([True]))
        seen[at] += traits.views_per_post * posts.second_times[at] * second[0]
    return seen[:, 0], np.diff(seen, axis=1)


def _shown_by(age: Array, pace_days: Array, tail: Array, hit: NDArray[np.bool_]) -> Array:
    """Share of a post's eventual views that it has at an age in days: most at once, then a long tail.

    A hit climbs for a day or two, as the recommendations widen, and fades within a week.
    """
    age = np.maximum(age, 0)
    usual = 1 - (1 + age / pace_days[:, None]) ** -tail[:, None]
    if not hit.any():
        return usual
    pace = age / (figures.HIT_PACE * pace_days[:, None])
    climbing = 0.85 * (1 - (1 + pace) * np.exp(-pace)) + 0.15 * usual
    return np.where(hit[:, None], climbing, usual)


def attention(days: int, rng: np.random.Generator, events: Sequence[Event]) -> Array:
    """How much of its usual attention the creator gets each day: slow noise, weekends, seasons."""
    shocks = figures.DAY_NOISE * rng.standard_normal(days)
    level = np.empty(days)
    state = 0.0
    for day in range(days):
        state = figures.DAY_PERSISTENCE * state + shocks[day]
        level[day] = state
    weekday = 0.06 * np.sin(2 * np.pi * (np.arange(days) + rng.integers(7)) / 7)
    level = level + weekday
    for event in events:
        if isinstance(event, Season):
            level += np.log(event.times) * np.exp(-(((np.arange(days) - event.day) / event.length_days) ** 2))
    return np.exp(level)


def paid_views(traits: Traits, posts: Posting, days: int, events: Sequence[Event]) -> Array:
    paid = np.zeros((len(posts.day), days))
    for event in events:
        if isinstance(event, Ads):
            first = int(np.ceil(event.day))
            a_day = traits.views_per_post * event.times / event.length_days
            paid[advertised(posts.day, event), first : first + event.length_days] = a_day
    return np.round(paid)
