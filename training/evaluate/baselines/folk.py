"""Folk rules: thresholds that public pages give for fake followers and likes, as they give them.

Sources and the share of real accounts each flags: docs/measuring.md. A rule whose counters are missing is not broken.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.panel import FloatArray, Panel

__all__ = ["RULES", "FolkRules", "Rule"]

RECENT = 12  # "last 12 posts" of those pages


@dataclass(frozen=True, slots=True)
class Rule:
    """A published threshold: words, where it stands, and who breaks it, bool (n,)."""

    name: str
    title: str
    source: str
    broken: Callable[[Panel], NDArray[np.bool_]]

    def share(self, panel: Panel) -> FloatArray:
        """1 for each account that breaks it, else 0, (n,)."""
        return self.broken(panel).astype(float)


def _likes(panel: Panel) -> FloatArray:
    return panel.posts.likes[:, -RECENT:]


def _mean(values: FloatArray) -> FloatArray:
    known = ~np.isnan(values)
    total = np.where(known, values, 0.0).sum(axis=1)
    return np.asarray(total / np.where(known.any(axis=1), known.sum(axis=1), np.nan))


def _spread_of(values: FloatArray) -> FloatArray:
    """Standard deviation / mean."""
    mean = _mean(values)
    return np.sqrt(_mean((values - mean[:, None]) ** 2)) / mean


def _comments_per_100_likes(panel: Panel) -> FloatArray:
    return 100.0 * _mean(panel.posts.comments[:, -RECENT:]) / _mean(_likes(panel))


def _likes_per_follower(panel: Panel) -> FloatArray:
    return panel.profile["likes"] / panel.profile["followers"]


RULES: tuple[Rule, ...] = (
    Rule(
        "followers_per_post",
        "more than 20,000 followers per post",
        "scavio.dev, glossary",
        lambda panel: panel.profile["followers"] / panel.profile["posts"] > 20_000,
    ),
    Rule(
        "large_with_few_posts",
        "500,000 followers and fewer than 100 posts",
        "scavio.dev, glossary",
        lambda panel: (panel.profile["followers"] >= 500_000) & (panel.profile["posts"] < 100),
    ),
    Rule(
        "comments_per_likes",
        "comments per 100 likes outside 2 to 5",
        "spendvet.com, checker",
        lambda panel: (_comments_per_100_likes(panel) < 2) | (_comments_per_100_likes(panel) > 5),
    ),
    Rule(
        "likes_per_comment",
        "more than 50 likes per comment",
        "public code of a profile analyser",
        lambda panel: _comments_per_100_likes(panel) < 2.0,
    ),
    Rule(
        "likes_spread_small",
        "likes of the last 12 posts spread by less than 40 %",
        "help.trendhero.io, likes spread",
        lambda panel: _spread_of(_likes(panel)) < 0.4,
    ),
    Rule(
        "likes_spread_large",
        "likes of the last 12 posts spread by more than 100 %",
        "help.trendhero.io, likes spread",
        lambda panel: _spread_of(_likes(panel)) > 1.0,
    ),
    Rule(
        "likes_per_follower",
        "fewer than 1 lifetime like per follower",
        "our own, from real accounts",
        lambda panel: _likes_per_follower(panel) < 1,
    ),
)


class FolkRules:
    """Ranks by the number of rules broken; of the same number, by followers per lifetime like."""

    name = "folk rules"

    def __init__(self, seed: int) -> None:
        """Rules draw nothing: the seed is not used."""

    def fit(self, panels: Sequence[Panel]) -> None:
        """Rules learn nothing."""

    def score(self, panel: Panel) -> FloatArray:
        with np.errstate(divide="ignore", invalid="ignore"):
            broken = np.sum([rule.broken(panel) for rule in RULES], axis=0).astype(float)
            ratio = np.nan_to_num(-np.log(_likes_per_follower(panel)), nan=0.0, posinf=50.0, neginf=-50.0)
        return np.asarray(broken + ratio / 1e3)
