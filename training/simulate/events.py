"""What happens to a creator, all of it innocent: the look-alikes that a detector must not call inflated.

Days count from the first look of the history. Sizes are relative to the creator: `times` its median views,
`share` of its followers. A life (life.py) reads them; it knows no other events.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from training.simulate import figures

__all__ = [
    "Ads",
    "Collaboration",
    "Deletion",
    "Event",
    "Giveaway",
    "Hit",
    "Mention",
    "Pinned",
    "Purge",
    "Season",
    "draw_event",
]


@dataclass(frozen=True, slots=True)
class Hit:
    """A post that the recommendations carry to strangers: views, likes, shares, comments and followers rise
    together over days and decay. `age_days` > 0: an old post has its day.
    """

    day: float
    times: float
    age_days: float = 0.0


@dataclass(frozen=True, slots=True)
class Giveaway:
    """A follow, a like and a comment are the price of a ticket: followers and comments jump with a post, and a
    part of the followers leaves slowly.
    """

    day: float
    share: float
    comments_per_follower: float = 0.7
    leaving_share: float = 0.3


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody bigger says the name: followers for a day, and likes of the new ones on recent posts."""

    day: float
    share: float
    likes_per_follower: float = 1.0


@dataclass(frozen=True, slots=True)
class Deletion:
    """The creator removes or hides a share of the older posts; their likes leave the lifetime likes."""

    day: float
    share: float


@dataclass(frozen=True, slots=True)
class Purge:
    """The platform removes accounts: a share of the followers is gone within three days."""

    day: float
    share: float


@dataclass(frozen=True, slots=True)
class Season:
    """Attention swings slowly, `times` higher at its best than usual."""

    day: float
    times: float
    length_days: float


@dataclass(frozen=True, slots=True)
class Ads:
    """Paid reach on some posts: a plateau of views with few likes for the length of the campaign."""

    day: float
    times: float
    length_days: int
    like_rate_times: float = 0.2


@dataclass(frozen=True, slots=True)
class Collaboration:
    """A joint post with somebody of another audience: it is seen more, and its people follow and like for days."""

    day: float
    share: float
    likes_per_follower: float = 2.0


@dataclass(frozen=True, slots=True)
class Pinned:
    """An old hit of `times` the median views stays on top of the profile; it happens to no day."""

    times: float
    day: float = 0.0


Event = Hit | Giveaway | Mention | Collaboration | Deletion | Purge | Season | Ads | Pinned


def draw_event(name: str, rng: np.random.Generator, days: int, followers: int) -> Event:
    """An event of an archetype, for a creator's history of `days` days. KeyError for a name that is none."""
    return _DRAWN[name](rng, rng.random() * max(days - 1, 1), _reach(followers))


def _reach(followers: int) -> float:
    return float((max(followers, 100) / figures.EVENT_SIZE_AT) ** figures.EVENT_SIZE_SLOPE)


def _hit(rng: np.random.Generator, day: float, reach: float) -> Event:
    return Hit(day, math.exp(rng.uniform(2.0, 4.5)))


def _old_hit(rng: np.random.Generator, day: float, reach: float) -> Event:
    return Hit(day, math.exp(rng.uniform(2.0, 4.5)), rng.uniform(30, 200))


def _giveaway(rng: np.random.Generator, day: float, reach: float) -> Event:
    share = reach * math.exp(rng.normal(-2.6, 0.7))
    return Giveaway(day, min(share, 0.4), rng.uniform(0.3, 1.5), rng.uniform(0.15, 0.45))


def _mention(rng: np.random.Generator, day: float, reach: float) -> Event:
    likes = math.exp(rng.normal(0, 0.7))
    return Mention(day, min(reach * math.exp(rng.normal(*figures.MENTION_SIZE)), 0.3), likes)


def _collaboration(rng: np.random.Generator, day: float, reach: float) -> Event:
    likes = math.exp(rng.normal(*figures.COLLABORATION_LIKES))
    return Collaboration(day, min(reach * math.exp(rng.normal(*figures.MENTION_SIZE)), 0.3), likes)


def _deletion(rng: np.random.Generator, day: float, reach: float) -> Event:
    return Deletion(day, rng.uniform(0.05, 0.6))


def _purge(rng: np.random.Generator, day: float, reach: float) -> Event:
    return Purge(day, math.exp(rng.normal(-4.2, 0.6)))


def _season(rng: np.random.Generator, day: float, reach: float) -> Event:
    return Season(day, rng.uniform(1.3, 3), rng.uniform(14, 45))


def _ads(rng: np.random.Generator, day: float, reach: float) -> Event:
    return Ads(day, rng.uniform(2, 10), int(rng.integers(3, 15)), rng.uniform(0.05, 0.3))


def _pinned(rng: np.random.Generator, day: float, reach: float) -> Event:
    return Pinned(math.exp(rng.uniform(2.0, 4.5)))


_DRAWN: dict[str, Callable[[np.random.Generator, float, float], Event]] = {
    "viral_hit": _hit,
    "viral_old_video": _old_hit,
    "giveaway": _giveaway,
    "collaboration": _collaboration,
    "press": _mention,
    "ads": _ads,
    "deleted_videos": _deletion,
    "purge": _purge,
    "seasonal": _season,
    "pinned_old_hit": _pinned,
}
