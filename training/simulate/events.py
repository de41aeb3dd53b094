"""What happens to a creator, all of it innocent: the look-alikes that a detector must not call inflated.

Days count from the first look of the history. Sizes are relative to the creator: `times` its median views,
`share` of its followers. A life (life.py) reads them; it knows no other events.
"""

from dataclasses import dataclass

import numpy as np

from training.simulate import figures

__all__ = ["Ads", "Deletion", "Event", "Giveaway", "Hit", "Mention", "Purge", "Season", "draw_events"]


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


Event = Hit | Giveaway | Mention | Deletion | Purge | Season | Ads


def draw_events(rng: np.random.Generator, days: int, followers: int) -> tuple[Event, ...]:
    """Events of a population at the rates of `figures`, for a creator's history of `days` days."""
    reach = (max(followers, 100) / figures.EVENT_SIZE_AT) ** figures.EVENT_SIZE_SLOPE

    def happens(name: str, rate: float) -> bool:
        return bool(rng.random() < 1 - (1 - rate) ** (days / 90))

    def day() -> float:
        return float(rng.uniform(0, max(days - 1, 1)))

    rates = figures.RATES
    events: list[Event] = []
    if happens("viral_hit", rates["viral_hit"]):
        events.append(Hit(day(), float(np.exp(rng.uniform(2.0, 4.5)))))
    if happens("viral_old", rates["viral_old"]):
        events.append(Hit(day(), float(np.exp(rng.uniform(2.0, 4.5))), float(rng.uniform(30, 200))))
    if happens("giveaway", rates["giveaway"]):
        share, comments = reach * float(np.exp(rng.normal(-2.6, 0.7))), float(rng.uniform(0.3, 1.5))
        events.append(Giveaway(day(), min(share, 0.4), comments, float(rng.uniform(0.15, 0.45))))
    if happens("mention", 1 - (1 - figures.MENTION_SHARE) ** (90 / 72)):
        mu, sd = figures.MENTION_SIZE
        likes = float(np.exp(rng.normal(0, 0.7)))
        events.append(Mention(day(), min(reach * float(np.exp(rng.normal(mu, sd))), 0.3), likes))
    if happens("deleted_posts", rates["deleted_posts"]):
        events.append(Deletion(day(), float(rng.uniform(0.05, 0.6))))
    if happens("purge", rates["purge"]):
        events.append(Purge(day(), float(np.exp(rng.normal(-4.2, 0.6)))))
    if happens("season", rates["season"]):
        events.append(Season(day(), float(rng.uniform(1.3, 3)), float(rng.uniform(14, 45))))
    if happens("ads", rates["ads"]):
        length = int(rng.integers(3, 15))
        events.append(Ads(day(), float(rng.uniform(2, 10)), length, float(rng.uniform(0.05, 0.3))))
    return tuple(events)
