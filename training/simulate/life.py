"""The days of one creator: posts arrive, views come and fade, likes and followers follow.

One cause runs through it: a post is shown to people (views), some like it, a few of those comment, share or
follow. Followers then raise the views of later posts. Nothing moves a counter but this, an event of `events`,
or people leaving; so likes, views, comments and followers agree with each other as they do in an honest life.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.simulate import figures
from training.simulate.audience import followers, followers_per_like, following, visitors
from training.simulate.deletions import Likes, after_deletions
from training.simulate.events import Ads, Event
from training.simulate.posting import Posting, publish
from training.simulate.traits import Traits
from training.simulate.views import attention, expected_views, paid_views

__all__ = ["Life", "PostCounters", "live"]

Array = NDArray[np.float64]
_LISTED = 30


@dataclass(frozen=True, slots=True)
class PostCounters:
    """Posts that are still up on the last day, oldest first; `day` is when, in days from the first look."""

    day: Array
    views: Array
    likes: Array
    comments: Array
    shares: Array
    saves: Array
    sponsored: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, repr=False)
class Life:
    """Exact counters of one creator at each daily look (n_days + 1,), and the posts at the last."""

    traits: Traits
    followers: Array
    following: Array
    likes: Array
    posts: Array
    listed: PostCounters

    def __repr__(self) -> str:
        first, last = self.followers[0], self.followers[-1]
        return f"Life({len(self.followers)} looks, {first:.0f} to {last:.0f} followers)"


def live(
    traits: Traits, days: int, rng: np.random.Generator, events: Sequence[Event] = (), listed: int = _LISTED
) -> Life:
    """Simulates `days` days of a creator.

    Parameters
    ----------
    traits : Traits
        Who it is on the first day.
    days : int
        Length of the history; there are days + 1 daily looks.
    rng : numpy.random.Generator
        The only source of chance.
    events : sequence of Event
        What happens, see `training.simulate.events`.
    listed : int
        The newest posts that a reader can list.

    Returns
    -------
    Life
    """
    if days < 1:
        raise ValueError(f"a history has at least one day, not {days}")
    posts = publish(traits, days, rng, events, listed)
    lifetime = _lifetime_at_start(traits, posts)
    per_like = followers_per_like(traits, lifetime)
    mood = attention(days, rng, events)
    before, by_day = _reach(traits, posts, mood, per_like, rng)
    paid = paid_views(traits, posts, days, events)
    views = np.round(before) + rng.poisson(by_day).sum(axis=1) + paid.sum(axis=1)

    earned = _liked(by_day, posts, rng) + _liked(paid * _ads_like_rate(events), posts, rng)
    strangers, left = visitors(traits, days, rng, events)
    catalogue = _catalogue_likes(traits, lifetime, posts, earned, mood, rng)
    won = (earned * posts.conversion[:, None]).sum(axis=0) + catalogue
    gain = rng.poisson(won * per_like * np.exp(figures.CONVERSION_DAY_NOISE * rng.standard_normal(days)))

    left_on = _on_recent_posts(left, posts.day, rng)
    views += figures.VIEWS_PER_VISITOR_LIKE * left_on.sum(axis=1)
    likes = Likes(np.round(before * posts.like_rate), earned + left_on, catalogue)
    up, count, total = after_deletions(traits.posts, posts.day, likes, lifetime, rng, events)
    return Life(
        traits=traits,
        followers=followers(traits, gain + strangers, rng, events),
        following=following(traits, days, rng),
        likes=total,
        posts=count,
        listed=_list(traits, posts, views, likes.before + likes.by_day.sum(axis=1), up, listed, rng),
    )


def _reach(
    traits: Traits, posts: Posting, mood: Array, per_like: float, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Views of each post up to the first look (n,) and expected ones in each day after it (n, days).

    Followers raise the views of later posts, and views bring followers: a second pass uses the first's followers.
    """
    days = len(mood)
    noise = np.exp(figures.POST_DAY_NOISE * rng.standard_normal((len(posts.day), days))) * mood
    path = np.full(days + 1, float(traits.followers))
    for _ in range(2):
        before, by_day = expected_views(traits, posts, path)
        by_day = by_day * noise
        gain = (by_day * (posts.like_rate * posts.conversion)[:, None]).sum(axis=0) * per_like
        path = traits.followers + np.concatenate([[0.0], np.cumsum(gain)])
    return before, by_day


def _liked(views: Array, posts: Posting, rng: np.random.Generator) -> Array:
    likes: Array = rng.poisson(views * posts.like_rate[:, None]).astype(float)
    return likes


def _lifetime_at_start(traits: Traits, posts: Posting) -> float:
    """Lifetime likes at the first look: the posts' sum where all are known, else as `past_likes` has it."""
    before = posts.day < 0
    eventual = traits.views_per_post * np.exp(posts.log_draw[before]) * posts.like_rate[before]
    if not before.any():
        return 0.0
    if before.sum() >= traits.posts:
        return float(eventual.sum())
    mean = float(eventual.mean())
    lopsided = np.log(mean / np.median(eventual)) - 0.5
    worth = traits.past_likes + figures.PAST_LIKES[5] * lopsided
    return max(traits.posts * mean * float(np.exp(np.clip(worth, -2, 2.5))), float(eventual.sum()))


def _ads_like_rate(events: Sequence[Event]) -> float:
    return next((event.like_rate_times for event in events if isinstance(event, Ads)), 0.0)


def _on_recent_posts(likes: Array, published: Array, rng: np.random.Generator) -> Array:
    """Spreads the likes of visitors over the ten newest posts of the day (n, days), the newest first."""
    out = np.zeros((len(published), len(likes)))
    for day in np.flatnonzero(likes >= 1):
        recent = np.flatnonzero(published <= day)[-10:][::-1]
        if len(recent):
            weights = 1 / np.arange(1.0, len(recent) + 1)
            out[recent, day] = rng.multinomial(int(likes[day]), weights / weights.sum())
    return out


def _catalogue_likes(
    traits: Traits, lifetime: float, posts: Posting, earned: Array, mood: Array, rng: np.random.Generator
) -> Array:
    """Likes of each day on posts older than the simulated ones; none where there are none."""
    if (posts.day < 0).sum() >= traits.posts:
        return np.zeros(len(mood))
    usual = np.median(earned.sum(axis=0)) + 0.0002 * lifetime
    likes: Array = rng.poisson(usual * traits.catalogue_share * mood).astype(float)
    return likes


def _list(
    traits: Traits,
    posts: Posting,
    views: Array,
    likes: Array,
    up: NDArray[np.bool_],
    listed: int,
    rng: np.random.Generator,
) -> PostCounters:
    """The newest posts still up with all their counters."""
    views = np.maximum(views, np.ceil(likes / 0.9))
    keep = np.flatnonzero(up)[-listed:]
    deviation = posts.log_draw[keep]
    n = len(keep)

    def per_like(rate: float, slope_and_sd: tuple[float, float]) -> Array:
        slope, sd = slope_and_sd
        share = rate * np.exp(slope * deviation + sd * rng.standard_normal(n))
        drawn: Array = rng.poisson(likes[keep] * share.clip(0, 3)).astype(float)
        return drawn

    entries = rng.poisson(posts.entrants[keep] * traits.followers)
    return PostCounters(
        day=posts.day[keep],
        views=views[keep],
        likes=likes[keep],
        comments=np.minimum(
            per_like(traits.comments_per_like, figures.COMMENTS_WITHIN) + entries, views[keep]
        ),
        shares=np.minimum(per_like(traits.shares_per_like, figures.SHARES_WITHIN), views[keep]),
        saves=np.minimum(per_like(traits.saves_per_like, figures.SAVES_WITHIN), views[keep]),
        sponsored=posts.sponsored[keep],
    )
