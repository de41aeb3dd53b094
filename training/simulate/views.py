"""Views come and fade: how many people each post reaches on each day.

Cells of posts x days are single precision: no count is read off them before it is drawn.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from training.simulate import figures
from training.simulate.events import Ads, Event, Season
from training.simulate.posting import Posting, advertised
from training.simulate.traits import Traits

__all__ = ["attention", "own_noise", "paid_views", "reach"]

Array = NDArray[np.float64]
Cells = NDArray[np.float32]
_NOISE = np.float32(2 * 3**0.5 * figures.POST_DAY_NOISE / 255)
_LEAST = np.float32(1 - 3**0.5 * figures.POST_DAY_NOISE)
_VIEWS_MAX = 1.5e9


def reach(
    traits: Traits, posts: Posting, mood: Array, per_like: float, rng: np.random.Generator
) -> tuple[Array, Cells]:
    """Views of each post up to the first look (n,) and expected ones in each day after it (n, days).

    Followers raise the views of later posts, and views bring followers: followers expected with the usual views
    (`per_like` of them a like) raise the views that count.
    """
    days = len(mood)
    before, shown = _shown(posts, days)
    usual = np.minimum(traits.views_per_post * np.exp(posts.log_draw), _VIEWS_MAX)
    own = np.flatnonzero(np.isfinite(posts.second_day))
    again = [_again(traits, posts, int(at), days) for at in own]
    shown *= _noise(rng, shown.shape)
    shown *= mood.astype(np.float32)
    won = (usual * posts.like_rate * posts.conversion).astype(np.float32)
    gain = np.einsum("pd,p->d", shown, won).astype(float)
    for at, views in zip(own, again, strict=True):
        gain += views * posts.like_rate[at] * posts.conversion[at]
    path = traits.followers + np.concatenate([[0.0], np.cumsum(gain * per_like)])
    then = np.interp(posts.day, np.arange(days + 1.0), path)
    eventual = np.minimum(usual * (then / max(traits.followers, 1)).clip(0.3, 5) ** 0.5, _VIEWS_MAX)
    shown *= eventual.astype(np.float32)[:, None]
    for at, views in zip(own, again, strict=True):
        shown[at] += views * mood
    return eventual * before, shown


def _noise(rng: np.random.Generator, shape: tuple[int, ...]) -> Cells:
    """A factor on a post's views of a day, of mean 1: uniform in 256 steps, for a byte is all the chance it takes."""
    noise = np.frombuffer(rng.bytes(shape[0] * shape[1]), dtype=np.uint8).reshape(shape).astype(np.float32)
    noise *= _NOISE
    noise += _LEAST
    return noise


def _shown(posts: Posting, days: int) -> tuple[Array, Cells]:
    """Share of its eventual views that a post has at the first look (n,), and gets in each day after it (n, days)."""
    age = np.arange(days + 1, dtype=np.float32) - posts.day.astype(np.float32)[:, None]
    left = _to_come(np.maximum(age, 0, out=age), posts.pace_days, posts.tail)
    for at in np.flatnonzero(posts.hit):
        left[at] = _hit_to_come(age[at], posts.pace_days[at], left[at])
    return 1 - left[:, 0].astype(float), left[:, :-1] - left[:, 1:]


def _to_come(age: Cells, pace_days: Array, tail: Array) -> Cells:
    """Share of its eventual views that a post of an age in days has not had: most at once, then a long tail."""
    left = age * (1 / pace_days).astype(np.float32)[:, None]
    left += np.float32(1)
    np.log(left, out=left)  # log1p would be exact near 0 only, and takes far longer
    left *= -tail.astype(np.float32)[:, None]
    return np.asarray(np.exp(left, out=left))


def _hit_to_come(age: Cells, pace_days: float, usual: Cells) -> Cells:
    """A hit climbs for a day or two, as the recommendations widen, and fades within a week."""
    pace = age / np.float32(figures.HIT_PACE * pace_days)
    left: Cells = np.float32(0.85) * (1 + pace) * np.exp(-pace) + np.float32(0.15) * usual
    return left


def _again(traits: Traits, posts: Posting, at: int, days: int) -> Array:
    """Views in each day of an old post that has its day."""
    age = np.maximum(np.arange(days + 1.0) - posts.second_day[at], 0).astype(np.float32)
    usual = _to_come(age[None, :], posts.pace_days[[at]], posts.tail[[at]])[0]
    left = _hit_to_come(age, float(posts.pace_days[at]), usual).astype(float)
    return np.asarray(traits.views_per_post * posts.second_times[at] * -np.diff(left))


def attention(days: int, rng: np.random.Generator, events: Sequence[Event]) -> Array:
    """How much of its usual attention the creator gets each day: slow noise, weekends, seasons."""
    states, state = [], 0.0
    own = own_noise(figures.DAY_NOISE, figures.DAY_NOISE_BETWEEN, rng)
    for shock in (own * rng.standard_normal(days)).tolist():
        state = figures.DAY_PERSISTENCE * state + shock
        states.append(state)
    day = np.arange(days)
    level = np.array(states) + 0.06 * np.sin(2 * np.pi * (day + rng.integers(7)) / 7)
    for event in events:
        if isinstance(event, Season):
            level += np.log(event.times) * np.exp(-(((day - event.day) / event.length_days) ** 2))
    mood: Array = np.exp(level)
    return mood


def own_noise(middle: float, between: float, rng: np.random.Generator) -> float:
    """The sd of ln of an account's days: `middle` for most, spread between accounts by `between` (sd of ln)."""
    return middle * math.exp(between * min(max(rng.standard_normal(), -2.0), 2.0))


def paid_views(traits: Traits, posts: Posting, days: int, events: Sequence[Event]) -> Array | None:
    """Views of each day that were paid for (n, days); None where no campaign runs."""
    if not any(isinstance(event, Ads) for event in events):
        return None
    paid = np.zeros((len(posts.day), days))
    for event in events:
        if isinstance(event, Ads):
            first = int(np.ceil(event.day))
            a_day = traits.views_per_post * event.times / event.length_days
            paid[advertised(posts.day, event), first : first + event.length_days] = a_day
    return np.round(paid)
