"""Post signals: what views, likes, comments and shares of the newest posts say. Each gives (n,), higher = odder.

Medians and rank correlations over at most `MAX_POSTS` posts; pinned and very young posts are left out by the panel.
"""

import numpy as np

from detector.panel import FloatArray, Panel, once
from detector.signals.quantities import MIN_POSTS, n_known, post_logs, usual_post
from detector.signals.stats import (
    count,
    maximum,
    median,
    median_and_mad,
    median_of_logs,
    median_of_ratios,
    spearman,
)

__all__ = [
    "comments_below_likes",
    "engagement_below_followers",
    "impossible_posts",
    "like_spread_below_views",
    "likes_decoupled_from_comments",
    "likes_decoupled_from_views",
    "likes_per_view",
    "likes_per_view_peak",
    "saves_below_likes",
    "shares_below_likes",
    "showered_post",
    "silent_likes_peak",
    "views_below_followers",
]

MIN_SHAPE_POSTS = 8
"""Posts needed before a spread or a correlation over posts means anything: below, chance alone gives any shape."""


@once
def _rate(panel: Panel) -> FloatArray:
    """Ln likes - ln views of each post."""
    return post_logs(panel, "likes") - post_logs(panel, "views")


@once
def _silence(panel: Panel, counter: str) -> FloatArray:
    """Ln likes - ln of another counter of each post."""
    return post_logs(panel, "likes") - post_logs(panel, counter)


@once
def _usual_rate(panel: Panel) -> tuple[FloatArray, FloatArray]:
    """Median and spread of ln(likes / views) over posts, (n,) each."""
    return median_and_mad(_rate(panel))


@once
def _usual_silence(panel: Panel) -> FloatArray:
    """Median of ln(likes / comments) over posts, (n,)."""
    return median(_silence(panel, "comments"))


@once
def _beyond_own_rate(panel: Panel) -> FloatArray:
    """Ln(likes / views) of each post beyond the account's median."""
    return _rate(panel) - _usual_rate(panel)[0][:, None]


@once
def _beyond_own_silence(panel: Panel) -> FloatArray:
    """Ln(likes / comments) of each post beyond the account's median."""
    return _silence(panel, "comments") - _usual_silence(panel)[:, None]


def _of_enough(found: FloatArray, values: FloatArray, at_least: int) -> FloatArray:
    """What was found, where at least so many values are known."""
    return np.where(count(values) >= at_least, found, np.nan)


def likes_per_view(panel: Panel) -> FloatArray:
    """Median of ln(likes / views) over posts (E1, E4): likes that the views do not carry."""
    return _of_enough(_usual_rate(panel)[0], _rate(panel), MIN_POSTS)


def likes_per_view_peak(panel: Panel) -> FloatArray:
    """Largest excess of a post's ln(likes / views) over the account's own median: one post showered with likes."""
    return maximum(_beyond_own_rate(panel), at_least=MIN_SHAPE_POSTS)


def comments_below_likes(panel: Panel) -> FloatArray:
    """Median of ln(likes / comments) over posts (E5): likes without a word. One-sided, and by peers of such views,
    since the published rule (2 to 5 comments a hundred likes) flags 58 % of organic accounts.
    """
    return _of_enough(_usual_silence(panel), _silence(panel, "comments"), MIN_POSTS)


def shares_below_likes(panel: Panel) -> FloatArray:
    """Median of ln(likes / shares) over posts (E6): shares cost more to inflate than likes."""
    return median_of_ratios(panel.posts.likes, panel.posts.shares, at_least=MIN_POSTS)


def saves_below_likes(panel: Panel) -> FloatArray:
    """Median of ln(likes / saves) over posts (E6)."""
    return median_of_ratios(panel.posts.likes, panel.posts.saves, at_least=MIN_POSTS)


def silent_likes_peak(panel: Panel) -> FloatArray:
    """Largest excess of a post's ln(likes / comments) over the account's own median: likes rose, comments did not."""
    return maximum(_beyond_own_silence(panel), at_least=MIN_SHAPE_POSTS)


def showered_post(panel: Panel) -> FloatArray:
    """One post with far more likes than both its views and its comments carry.

    Largest over posts of the smaller of two excesses over the account's own medians: of ln(likes / views) and of
    ln(likes / comments). A hit raises comments and views along with the likes; a shower raises likes alone.
    """
    both = np.minimum(_beyond_own_rate(panel), _beyond_own_silence(panel))
    return maximum(both, at_least=MIN_SHAPE_POSTS)


def impossible_posts(panel: Panel) -> FloatArray:
    """ln(1 + posts with a counter that cannot be, such as more likes than views) (E7).

    References
    ----------
    Sen et al. 2018, "Worth its weight in likes".
    """
    known = n_known(panel, "posts", "views") >= MIN_POSTS
    return np.where(known, np.log1p(panel.impossible_posts), np.nan)


def like_spread_below_views(panel: Panel) -> FloatArray:
    """-ln of the spread (MAD) of ln(likes / views) over posts (E8): rates more even than organic posts have."""
    spread = _of_enough(_usual_rate(panel)[1], _rate(panel), MIN_SHAPE_POSTS)
    return -np.log(np.maximum(spread, 0.02))


def likes_decoupled_from_views(panel: Panel) -> FloatArray:
    """-Spearman(likes, views) over posts, -1..1 (E11): organic likes follow the views."""
    return -spearman(panel.posts.likes, panel.posts.views, at_least=MIN_SHAPE_POSTS)


def likes_decoupled_from_comments(panel: Panel) -> FloatArray:
    """-Spearman(likes, comments) over posts, -1..1 (E11)."""
    return -spearman(panel.posts.likes, panel.posts.comments, at_least=MIN_SHAPE_POSTS)


def engagement_below_followers(panel: Panel) -> FloatArray:
    """-ln of median likes and comments a post, given the followers (E2 downwards)."""
    return -median_of_logs(panel.posts.likes + panel.posts.comments, at_least=MIN_POSTS)


def views_below_followers(panel: Panel) -> FloatArray:
    """-ln of median views a post, given the followers (E3): followers that do not watch."""
    return -usual_post(panel, "views")
