"""The days of one creator: posts arrive, views come and fade, likes and followers follow.

One cause runs through it: a post is shown to people (views), some like it, a few of those comment, share or
follow. Followers then raise the views of later posts. Nothing moves a counter but this, an event of `events`,
or people leaving; so likes, views, comments and followers agree with each other as they do in an honest life.

Likes are drawn post by post and day by day for the posts that a reader can list (for all, where posts are removed);
of the other posts only the likes of a day together: a sum of Poisson numbers is one.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.simulate import figures
from training.simulate.audience import followers, followers_per_like, following, on_recent_posts, visitors
from training.simulate.deletions import Likes, after_deletions
from training.simulate.events import Ads, Deletion, Event
from training.simulate.posting import Posting, publish
from training.simulate.traits import Traits
from training.simulate.views import Cells, attention, own_noise, paid_views, reach

__all__ = ["Life", "PostCounters", "live"]

Array = NDArray[np.float64]
_LISTED = 30
_SLOPES, _SPREADS = (
    np.array([[line[at]] for line in (figures.COMMENTS_WITHIN, figures.SHARES_WITHIN, figures.SAVES_WITHIN)])
    for at in (0, 1)
)


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
    pinned: NDArray[np.bool_]


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
    before, by_day = reach(traits, posts, mood, per_like, rng)
    followed = _followed(posts, events, listed)
    counted = _counted(days, rng)
    earned, won = _liked(by_day, posts, followed, counted, rng)
    catalogue = _catalogue_likes(traits, lifetime, posts, earned.by_day, mood * counted, rng)
    strangers, left = visitors(traits, days, rng, events)
    gain = (won + catalogue) / counted * per_like
    gain *= np.exp(figures.CONVERSION_DAY_NOISE * rng.standard_normal(days))

    views = np.round(before)
    views[followed] += rng.poisson(by_day[followed].sum(axis=1))
    extra = _paid(traits, posts, days, events, views, rng)
    if left.any():
        left_on = on_recent_posts(left, posts.day, rng)
        views += figures.VIEWS_PER_VISITOR_LIKE * left_on.sum(axis=1)
        extra = left_on if extra is None else extra + left_on
    likes = _together(np.round(before * posts.like_rate), earned, extra, catalogue, followed)
    up, count, total = after_deletions(traits.posts, posts.day, likes, lifetime, rng, events)
    return Life(
        traits=traits,
        followers=followers(traits, rng.poisson(gain) + strangers, rng, events),
        following=following(traits, days, rng),
        likes=total,
        posts=count,
        listed=_list(traits, posts, views, likes.of_posts, up, listed, rng),
    )


@dataclass(frozen=True, slots=True)
class _Earned:
    """Likes of the followed posts in each day (n_followed, days), and of all posts in each day (days,)."""

    cells: Array
    by_day: Array


def _followed(posts: Posting, events: Sequence[Event], listed: int) -> NDArray[np.intp]:
    """Posts whose likes are drawn one by one: those that can be listed, or all where some are removed."""
    n = len(posts.day)
    if any(isinstance(event, Deletion) for event in events):
        return np.arange(n)
    newest = np.arange(max(n - listed, 0), n)
    return np.union1d(np.flatnonzero(posts.pinned), newest) if posts.pinned.any() else newest


def _counted(days: int, rng: np.random.Generator) -> Array:
    """A factor on the likes of each day, of mean 1, that nothing else shares (days,): bad days, and no great ones."""
    own = own_noise(*figures.LIKES_DAY_NOISE, rng)
    counted: Array = (1 + own) * np.exp(-own * rng.standard_exponential(days))
    return counted


def _liked(
    by_day: Cells, posts: Posting, followed: NDArray[np.intp], counted: Array, rng: np.random.Generator
) -> tuple[_Earned, Array]:
    """Likes of each day, and the same weighed by what each post's likes win in followers (days,)."""
    cells = rng.poisson(by_day[followed] * posts.like_rate[followed, None] * counted).astype(float)
    earned = cells.sum(axis=0)
    won = np.einsum("pd,p->d", cells, posts.conversion[followed])
    others = np.ones(len(posts.day), dtype=bool)
    others[followed] = False
    if others.any():
        views, rate = by_day[others], posts.like_rate[others]
        expected = np.einsum("pd,p->d", views, rate.astype(np.float32)).astype(float) * counted
        worth = np.einsum("pd,p->d", views, (rate * posts.conversion[others]).astype(np.float32)) * counted
        rest = rng.poisson(expected)
        earned += rest
        won += worth * (rest / np.maximum(expected, 1e-9))
    return _Earned(cells, earned), won


def _paid(
    traits: Traits, posts: Posting, days: int, events: Sequence[Event], views: Array, rng: np.random.Generator
) -> Array | None:
    """Likes of advertised posts in each day (n, days), their views added to `views`; None without a campaign."""
    paid = paid_views(traits, posts, days, events)
    if paid is None:
        return None
    views += paid.sum(axis=1)
    rate = next((event.like_rate_times for event in events if isinstance(event, Ads)), 0.0)
    likes: Array = rng.poisson(paid * rate * posts.like_rate[:, None]).astype(float)
    return likes


def _together(
    before: Array, earned: _Earned, extra: Array | None, catalogue: Array, followed: NDArray[np.intp]
) -> Likes:
    """All likes: of the followed posts one by one, of the others as sums. `extra` (n, days) came from elsewhere."""
    cells, by_day = earned.cells, earned.by_day + catalogue
    of_posts = before.copy()
    if extra is not None:
        by_day += extra.sum(axis=0)
        cells = cells + extra[followed]
    of_posts[followed] += cells.sum(axis=1)
    return Likes(before=before, of_posts=of_posts, by_day=by_day, cells=cells)


def _lifetime_at_start(traits: Traits, posts: Posting) -> float:
    """Lifetime likes at the first look: the posts' sum where all are known, else as `past_likes` has it."""
    before = int(np.searchsorted(posts.day, 0.0))
    if not before:
        return 0.0
    eventual = traits.views_per_post * np.exp(posts.log_draw[:before]) * posts.like_rate[:before]
    total = float(eventual.sum())
    if before >= traits.posts:
        return total
    mean = total / before
    lopsided = math.log(mean / _median(eventual)) - 0.5
    worth = traits.past_likes + figures.PAST_LIKES[5] * lopsided
    return max(_drawn_in(traits.posts * mean * math.exp(min(max(worth, -2.0), 2.5)), traits.followers), total)


def _drawn_in(lifetime: float, followers: int) -> float:
    """Lifetime likes, those beyond what is usual for a following drawn in towards it."""
    f = math.log(max(followers, 1))
    small = min(max(9.2 - f, 0.0) / 4.6, 1.0)
    most = f + figures.LIKES_PER_FOLLOWER_FROM + figures.LIKES_PER_FOLLOWER_SMALL * small
    beyond = max(math.log(max(lifetime, 1.0)) - most, 0.0)
    return lifetime * math.exp(-(1 - figures.LIKES_PER_FOLLOWER_DRAWN_IN) * beyond)


def _median(values: Array) -> float:
    """Middle value, the upper of two; for short rows much faster than NumPy's."""
    return float(sorted(values.tolist())[len(values) // 2])


def _catalogue_likes(
    traits: Traits, lifetime: float, posts: Posting, earned: Array, mood: Array, rng: np.random.Generator
) -> Array:
    """Likes of each day on posts older than the simulated ones; none where there are none."""
    if np.searchsorted(posts.day, 0.0) >= traits.posts:
        return np.zeros(len(mood))
    usual = _median(earned) + figures.CATALOGUE_FLOOR * lifetime
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
    """The newest posts still up with all their counters; a pinned one is among them however old it is."""
    keep = np.flatnonzero(up)[-listed:]
    old = np.setdiff1d(np.flatnonzero(posts.pinned & up), keep)
    keep = np.concatenate([old, keep[max(len(keep) + len(old) - listed, 0) :]])
    likes, deviation = likes[keep], posts.log_draw[keep]
    views = np.maximum(views[keep], np.ceil(likes / 0.9))
    n = len(keep)
    rates = np.array([traits.comments_per_like, traits.shares_per_like, traits.saves_per_like])
    share = rates[:, None] * np.exp(_SLOPES * deviation + _SPREADS * rng.standard_normal((3, n)))
    drawn = rng.poisson(likes * np.minimum(share, 3.0)).astype(float)
    if posts.entrants.any():
        drawn[0] += rng.poisson(posts.entrants[keep] * traits.followers)
    comments, shares, saves = np.minimum(drawn, views)
    return PostCounters(
        day=posts.day[keep],
        views=views,
        likes=likes,
        comments=comments,
        shares=shares,
        saves=saves,
        sponsored=posts.sponsored[keep],
        pinned=posts.pinned[keep],
    )
