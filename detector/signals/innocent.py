"""Innocent explanations: what else could make an account look odd, and whether its own data rule it out.

A check gives, per account, 1 where the data rule the explanation out, 0 where they leave it standing, NaN where
they cannot say. One row each; signals name the explanations that apply to them.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from detector.panel import FloatArray, Panel
from detector.signals.history import follower_spike, like_spike
from detector.signals.quantities import MIN_DAYS, MIN_POSTS
from detector.signals.stats import count, maximum, median

__all__ = ["EXPLANATIONS", "Explanation"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """One innocent explanation: name, what people read, and its check (see the module)."""

    name: str
    text: str
    check: Callable[[Panel], FloatArray]


def _unknown(panel: Panel) -> FloatArray:
    return np.full(len(panel), np.nan)


def _verdict(ruled_out: FloatArray, known: FloatArray) -> FloatArray:
    return np.where(known > 0, np.where(ruled_out > 0, 1.0, 0.0), np.nan)


def _dormant_star(panel: Panel) -> FloatArray:
    """Few posts, each well liked. Ruled out by 30 posts or more: such an account is not dormant."""
    posts = panel.profile["posts"]
    return _verdict((posts >= 30).astype(float), (~np.isnan(posts)).astype(float))


def _fame_elsewhere(panel: Panel) -> FloatArray:
    """Fame made elsewhere brings verification; ruled out only where the platform says `not verified` and the
    account has fewer than 100,000 followers, since fame is never that small.
    """
    verified, followers = panel.profile["verified"], panel.profile["followers"]
    known = (~np.isnan(verified) & ~np.isnan(followers)).astype(float)
    return _verdict(((verified == 0) & (followers < 100_000)).astype(float), known)


def _deleted_posts(panel: Panel) -> FloatArray:
    """Deleted posts take their likes along. Ruled out by a history in which the number of posts never fell."""
    posts = panel.history.posts
    filled = np.where(np.isnan(posts), -np.inf, posts)
    highest = np.maximum.accumulate(filled, axis=1)
    with np.errstate(invalid="ignore"):
        fell = np.any(~np.isnan(posts) & (posts < highest), axis=1)
    return _verdict((~fell).astype(float), (count(posts) >= MIN_DAYS).astype(float))


def _hidden_counters(panel: Panel) -> FloatArray:
    """Ruled out where recent posts show their likes."""
    return _verdict(
        np.ones(len(panel)),
        ((count(panel.posts.likes) >= MIN_POSTS) & (median(panel.posts.likes) > 3)).astype(float),
    )


def _viral_hit(panel: Panel) -> FloatArray:
    """A hit: one post seen far more often than the account's usual (10 x). Ruled out when no recent post is one."""
    views = panel.posts.views
    peak = maximum(views) / np.maximum(median(views), 1.0)
    return _verdict((peak < 10).astype(float), (count(views) >= 8).astype(float))


def _giveaway(panel: Panel) -> FloatArray:
    """A giveaway fills the comments. Ruled out when no post has three times the usual comments per like."""
    with np.errstate(invalid="ignore"):
        rate = (panel.posts.comments + 1.0) / (panel.posts.likes + 1.0)
    peak = maximum(rate) / median(rate)
    return _verdict((peak < 3).astype(float), (count(rate) >= 8).astype(float))


def _scrape_gap(panel: Panel) -> FloatArray:
    """A gap in the looks piles days up. Jumps over gaps of more than three days are never counted: ruled out."""
    looks = np.fmax(count(panel.history.followers), count(panel.history.likes))
    return _verdict(np.ones(len(panel)), (looks >= MIN_DAYS).astype(float))


def _rounded_followers(panel: Panel) -> FloatArray:
    """The shown step is part of every spread: ruled out where the largest jump is more than five of them."""
    return _beyond_steps(follower_spike(panel))


def _rounded_likes(panel: Panel) -> FloatArray:
    return _beyond_steps(like_spike(panel))


def _beyond_steps(spike: FloatArray) -> FloatArray:
    return _verdict((spike > np.log1p(5.0)).astype(float), (~np.isnan(spike)).astype(float))


def _comments_off(panel: Panel) -> FloatArray:
    """Ruled out where at least half of the recent posts have comments."""
    comments = panel.posts.comments
    return _verdict((median(comments) > 0).astype(float), (count(comments) >= MIN_POSTS).astype(float))


def _newcomer(panel: Panel) -> FloatArray:
    """Ruled out by an age of a year, or 50 posts."""
    age, posts = panel.profile["age_days"], panel.profile["posts"]
    known = (~np.isnan(age) | ~np.isnan(posts)).astype(float)
    with np.errstate(invalid="ignore"):
        return _verdict(((age >= 365) | (posts >= 50)).astype(float), known)


def _lurker(panel: Panel) -> FloatArray:
    """People who only watch follow many and post nothing. Ruled out by ten posts."""
    posts = panel.profile["posts"]
    return _verdict((posts >= 10).astype(float), (~np.isnan(posts)).astype(float))


def _few_friends(panel: Panel) -> FloatArray:
    """An account for a few friends is private. Ruled out where the platform says that it is not."""
    private = panel.profile["private"]
    return _verdict((private == 0).astype(float), (~np.isnan(private)).astype(float))


EXPLANATIONS: dict[str, Explanation] = {
    explanation.name: explanation
    for explanation in (
        Explanation("dormant_star", "a star who seldom posts", _dormant_star),
        Explanation(
            "fame_elsewhere", "fame made elsewhere (television, press, another platform)", _fame_elsewhere
        ),
        Explanation(
            "deleted_posts", "posts were deleted or hidden, and their likes with them", _deleted_posts
        ),
        Explanation("hidden_counters", "the account hides its like counters", _hidden_counters),
        Explanation("viral_hit", "a post went viral", _viral_hit),
        Explanation("old_hit", "an older post that is not in the data went viral", _unknown),
        Explanation("recommended_to_strangers", "recommendations brought likes from strangers", _viral_hit),
        Explanation("giveaway", "a giveaway or a joint post", _giveaway),
        Explanation("paid_reach", "views paid for as openly declared advertising", _unknown),
        Explanation("scrape_gap", "several days' growth seen at once after a gap in the looks", _scrape_gap),
        Explanation("rounding", "the platform shows followers rounded", _rounded_followers),
        Explanation("rounded_likes", "the platform shows likes rounded", _rounded_likes),
        Explanation("purge", "the platform removed accounts on that day", _unknown),
        Explanation("comments_off", "comments are switched off, or the niche comments little", _comments_off),
        Explanation("steady_niche", "a niche whose audience is very steady", _unknown),
        Explanation("platform_glitch", "the platform showed a counter wrongly for a while", _unknown),
        Explanation("newcomer", "a newcomer who has not filled the profile yet", _newcomer),
        Explanation("lurker", "a person who watches and does not post", _lurker),
        Explanation("few_friends", "a person who shows the account to a few friends alone", _few_friends),
        Explanation(
            "sabotage", "somebody else inflated this account's counters; counters cannot tell", _unknown
        ),
    )
}
