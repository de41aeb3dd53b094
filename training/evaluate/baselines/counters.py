"""What a generic detector is fed: logs of the counters, their ratios, and how the history moved. NaN = unknown."""

import numpy as np

from detector.panel import FloatArray, Panel
from detector.signals import stats

__all__ = ["counters"]


def counters(panel: Panel) -> FloatArray:
    """A row of numbers for each account, (n, features): no peers, no sides, as one would write them in an afternoon."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.stack([*_profile(panel), *_posts(panel), *_history(panel)], axis=1)


def _log(values: FloatArray) -> FloatArray:
    return np.log1p(np.maximum(values, 0.0))


def _profile(panel: Panel) -> list[FloatArray]:
    names = ("followers", "following", "likes", "posts", "views")
    logs = {name: _log(panel.profile[name]) for name in names}
    followers, likes, posts = logs["followers"], logs["likes"], logs["posts"]
    shape = [panel.profile[name] for name in ("bio_length", "handle_digits", "has_picture", "has_link")]
    ratios = [likes - followers, likes - posts, likes - posts - followers, followers - logs["following"]]
    return [*logs.values(), *ratios, *shape]


def _posts(panel: Panel) -> list[FloatArray]:
    posts, followers = panel.posts, _log(panel.profile["followers"])
    views, likes = _log(posts.views), _log(posts.likes)
    like_rate = likes - views
    comments, shares = _log(posts.comments) - likes, _log(posts.shares) - likes
    middle = [stats.quantile(values, 0.5) for values in (views, likes, like_rate, comments, shares)]
    spread = stats.quantile(likes, 0.9) - stats.quantile(likes, 0.1)
    return [*middle, spread, stats.quantile(like_rate, 1.0), middle[1] - followers]


def _history(panel: Panel) -> list[FloatArray]:
    found = []
    for values in (panel.history.followers, panel.history.likes, panel.history.views):
        gains = np.diff(_log(values), axis=1)
        middle = stats.quantile(gains, 0.5)
        spread = stats.quantile(np.abs(gains - middle[:, None]), 0.5) + 1e-4
        largest = stats.quantile(gains, 1.0)
        found += [middle, np.log(spread), largest, np.log1p(np.maximum(largest - middle, 0.0) / spread)]
    return found
