"""What a simulated and a real account are compared on: one row an account, from tables alone.

Both sides go through `detector.repair` and the same functions, so that a difference is one of the accounts. Logs are
natural. Unknown is NaN, on both sides for the same reason.
"""

import numpy as np
from numpy.typing import NDArray

from detector.panel import Panel, build_panel
from detector.repair import repair
from detector.signals.stats import mad, maximum, median
from detector.tables import Tables

__all__ = ["HISTORY", "POSTS", "PROFILE", "columns_of"]

Array = NDArray[np.float64]

PROFILE = ("followers", "likes_per_follower", "posts", "likes_per_post")
POSTS = (
    "views_per_follower",
    "likes_per_view",
    "likes_per_view_spread",
    "views_spread",
    "views_best",
    "comments_per_like",
    "shares_per_like",
    "listed_share_of_likes",
    "gap_days",
    "gap_spread",
)
HISTORY = ("growth", "best_day", "after_best_day", "day_noise", "losing_days")

_MIN_POSTS = 8
_MIN_GAINS = 25


def columns_of(tables: Tables) -> dict[str, Array]:
    """The columns `PROFILE`, `POSTS` and `HISTORY` of every account, each of shape (n,), in the order of `keys`.

    The post columns are known of accounts with eight posts or more that are old enough and were liked; those of a
    history with twenty-five daily gains of followers or more.
    """
    panel = build_panel(repair(tables))
    return {**_profile(panel), **_posts(panel), **_history(panel.history.followers)}


def _log(values: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(values > 0, np.log(values), np.nan)


def _profile(panel: Panel) -> dict[str, Array]:
    f, h, v = (_log(panel.profile[name]) for name in ("followers", "likes", "posts"))
    return {"followers": f, "likes_per_follower": h - f, "posts": v, "likes_per_post": h - v}


def _posts(panel: Panel) -> dict[str, Array]:
    posts = panel.posts
    use = (posts.likes > 0) & (posts.views > 0)
    few = use.sum(axis=1) < _MIN_POSTS
    views, likes = (_log(np.where(use, values, np.nan)) for values in (posts.views, posts.likes))
    rate = likes - views
    f, h = _log(panel.profile["followers"]), panel.profile["likes"]
    listed = np.nansum(np.where(use, posts.likes, np.nan), axis=1)
    gaps = np.diff(np.where(np.isnan(posts.posted_day), np.nan, posts.posted_day), axis=1)
    gaps = np.where(gaps > 1 / 1_440, gaps, np.nan)
    found = {
        "views_per_follower": median(views) - f,
        "likes_per_view": median(rate),
        "likes_per_view_spread": mad(rate),
        "views_spread": mad(views),
        "views_best": maximum(views) - median(views),
        "comments_per_like": median(_log(np.where(use, posts.comments + 0.5, np.nan)) - likes),
        "shares_per_like": median(_log(np.where(use, posts.shares + 0.5, np.nan)) - likes),
        "listed_share_of_likes": _log(np.maximum(listed, 1.0)) - _log(h),
        "gap_days": median(_log(gaps)),
        "gap_spread": mad(_log(gaps)),
    }
    return {name: np.where(few, np.nan, values) for name, values in found.items()}


def _history(followers: Array) -> dict[str, Array]:
    """Shapes of growth alone: no column says how fast an account grows but `growth`, per day."""
    gains = np.diff(followers, axis=1)
    known = ~np.isnan(gains)
    few = known.sum(axis=1) < _MIN_GAINS
    up = np.where(known, np.maximum(gains, 0.0), 0.0)
    total = up.sum(axis=1)
    best = np.argmax(up, axis=1)
    rows = np.arange(len(gains))
    top = up[rows, best]
    after = up[rows, np.minimum(best + 1, gains.shape[1] - 1)] if gains.shape[1] else top
    first = np.array([row[~np.isnan(row)][0] if (~np.isnan(row)).any() else np.nan for row in followers])
    with np.errstate(divide="ignore", invalid="ignore"):
        found = {
            "growth": total / first / known.sum(axis=1),
            "best_day": np.where(total > 0, top / total, np.nan),
            "after_best_day": np.where(top > 0, after / top, np.nan),
            "day_noise": mad(np.where(gains > 0, np.log(np.maximum(gains, 0.5)), np.nan)),
            "losing_days": (gains < 0).sum(axis=1) / known.sum(axis=1),
        }
    return {name: np.where(few, np.nan, values) for name, values in found.items()}
