"""Posts arrive: when, and what each draws from the recommendations. Second box of the simulator."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.simulate import figures
from training.simulate.events import Ads, Collaboration, Event, Giveaway, Hit, Pinned
from training.simulate.traits import Traits

__all__ = ["Posting", "advertised", "publish"]

Array = NDArray[np.float64]
_HOURS_BEFORE: Array = np.concatenate([[0.0], np.cumsum(figures.POST_HOURS)]) / sum(figures.POST_HOURS)
"""Share of the posts before each hour of the day, UTC."""


@dataclass(slots=True)
class Posting:
    """Posts of a life while it is simulated, in order of publication."""

    day: Array
    log_draw: Array  # ln(views / median) that the post draws, before followers and hits
    like_rate: Array
    entrants: Array  # comments of a giveaway, as a share of the creator's followers
    conversion: Array
    pace_days: Array
    tail: Array
    second_day: Array  # when an old post has its day; inf = never
    second_times: Array
    sponsored: NDArray[np.bool_]
    hit: NDArray[np.bool_]
    pinned: NDArray[np.bool_]


def publish(
    traits: Traits, days: int, rng: np.random.Generator, events: Sequence[Event], listed: int
) -> Posting:
    """Posts from before the first look (as many as matter) to the last look, with what each draws."""
    gap = 1 / traits.posts_per_day
    sd = figures.POST_GAP_SPREAD
    gaps = gap * np.exp(sd * rng.standard_normal(math.ceil(days / gap * 1.6) + 2 * listed) - sd**2 / 2)
    gaps[0] *= rng.random()
    back = np.floor(days - np.cumsum(gaps))[::-1]
    first = int(np.searchsorted(back, 0.0))
    back = back[max(first - min(max(listed, 20), traits.posts), 0) :]
    day = np.sort(np.minimum(back + _hours(rng, len(back)) / 24, days - 0.02))
    before, inside = np.split(day, [np.searchsorted(day, 0.0)])
    extra = [event.day for event in events if isinstance(event, Hit) and not event.age_days]
    extra += [
        event.day - rng.uniform(0.1, 1.5) for event in events if isinstance(event, Giveaway | Collaboration)
    ]
    if not extra:
        return _with_events(
            _draw_posts(traits, np.concatenate([before, inside]), None, rng), None, events, rng
        )
    day = np.concatenate([before, inside, np.maximum(extra, 0.0)])
    order = np.argsort(day, kind="stable")
    fresh = (np.arange(len(day)) >= len(before) + len(inside))[order]
    return _with_events(_draw_posts(traits, day[order], fresh, rng), fresh, events, rng)


def _hours(rng: np.random.Generator, n: int) -> Array:
    """Hours of the day at which posts appear."""
    hour: Array = np.interp(rng.random(n), _HOURS_BEFORE, np.arange(25.0))
    return hour


def _draw_posts(
    traits: Traits, day: Array, fresh: NDArray[np.bool_] | None, rng: np.random.Generator
) -> Posting:
    """What each post draws; a fresh one, of an event, draws about what is usual before its event counts."""
    n = len(day)
    draw = rng.standard_t(figures.VIEW_TAIL_DEGREES, n).clip(-8, 7)
    draw *= np.where(draw > 0, figures.VIEW_TAIL_ABOVE, figures.VIEW_TAIL_BELOW)
    draw[1:] += figures.VIEW_MOMENTUM * draw[:-1].clip(-2, 2)
    draw *= traits.spread
    beyond = (draw - figures.VIEW_TAIL_FROM).clip(0)
    draw = (draw - (1 - figures.VIEW_TAIL_DRAWN_IN) * beyond).clip(max=figures.VIEW_TAIL_MAX)
    if fresh is not None:
        draw[fresh] = draw[fresh].clip(-traits.spread, traits.spread)
    slope, sd, between = figures.LIKE_RATE_WITHIN
    own_sd = sd * math.exp(between * rng.standard_normal()) * (traits.spread / 0.65) ** 0.6
    own_sd *= (0.13 / traits.like_rate) ** 0.3
    noise = rng.standard_t(figures.LIKE_RATE_DEGREES, n).clip(-5, 4)
    noise *= np.where(noise < 0, figures.LIKE_RATE_BELOW, figures.LIKE_RATE_ABOVE)
    like_rate = traits.like_rate * np.exp(slope * draw + own_sd * noise)
    return Posting(
        day=day,
        log_draw=draw,
        like_rate=like_rate.clip(0.001, 0.6),
        entrants=np.zeros(n),
        conversion=np.exp(
            figures.CONVERSION_WITHIN * rng.standard_normal(n) + figures.CONVERSION_OF_HITS * draw.clip(0)
        ),
        pace_days=figures.PACE_DAYS[0] * np.exp(figures.PACE_DAYS[1] * rng.standard_normal(n)),
        tail=rng.uniform(*figures.VIEWS_TAIL, n),
        second_day=np.full(n, np.inf),
        second_times=np.zeros(n),
        sponsored=np.zeros(n, dtype=bool),
        hit=draw > math.log(figures.HIT_TIMES),
        pinned=np.zeros(n, dtype=bool),
    )


def _with_events(
    posts: Posting, fresh: NDArray[np.bool_] | None, events: Sequence[Event], rng: np.random.Generator
) -> Posting:
    """Marks the posts that an event falls on."""
    if not len(posts.day):
        return posts
    for event in events:
        if isinstance(event, Hit) and event.age_days:
            old = int(np.argmin(np.abs(posts.day - (event.day - event.age_days))))
            posts.second_day[old] = max(event.day, posts.day[old])
            posts.second_times[old] = event.times
        elif isinstance(event, Hit):
            at = _nearest(posts, fresh, max(event.day, 0.0))
            posts.log_draw[at] = math.log(event.times)
            posts.conversion[at] *= event.times**figures.CONVERSION_OF_HITS
            posts.hit[at] = True
        elif isinstance(event, Giveaway):
            at = _nearest(posts, fresh, event.day - 0.8)
            posts.entrants[at] = event.share * event.comments_per_follower
            posts.log_draw[at] += rng.uniform(0.3, 1.0)
        elif isinstance(event, Collaboration):
            posts.log_draw[_nearest(posts, fresh, event.day - 0.8)] += rng.uniform(0.5, 1.5)
        elif isinstance(event, Pinned):
            posts.pinned[0] = True
            posts.log_draw[0] = max(posts.log_draw[0], 0.0) + math.log(event.times)
        elif isinstance(event, Ads):
            posts.sponsored |= advertised(posts.day, event)
    return posts


def _nearest(posts: Posting, fresh: NDArray[np.bool_] | None, day: float) -> int:
    """The post that an event made, nearest to a day."""
    away = np.abs(posts.day - day)
    return int(np.argmin(away if fresh is None else np.where(fresh, away, np.inf)))


def advertised(day: Array, event: Ads) -> NDArray[np.bool_]:
    """The three newest posts when a campaign starts."""
    ranks = np.flatnonzero(day <= event.day)[-3:]
    return np.isin(np.arange(len(day)), ranks)
