"""Quantities: the numbers by which an account's other numbers are expected, on a log scale.

Peers predict a signal from quantities ("followers, given likes, posts and views"). Each quantity names the
atoms of evidence it needs; an **atom** is the smallest piece of evidence that can be known or missing: a
counter of the profile (`likes`), a counter of enough posts (`post.likes`), a counter's history
(`history.followers`).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.panel import HISTORY_COUNTS, POST_COUNTS, PROFILE_COUNTS, PROFILE_FLAGS, FloatArray, Panel, once
from detector.signals.stats import count, median_of_logs

__all__ = [
    "ATOMS",
    "MIN_DAYS",
    "MIN_POSTS",
    "QUANTITIES",
    "Quantity",
    "atom_text",
    "known_atoms",
    "log_count",
    "n_known",
    "platforms",
    "post_logs",
    "profile_logs",
    "usual_post",
]

MIN_POSTS = 3
"""Posts of which a counter must be known before a median of it says anything."""

MIN_DAYS = 14
"""Days of which a counter must be known before a spike can be told from the usual (SIGNALS 3.3)."""

ATOMS = (
    *PROFILE_COUNTS,
    *PROFILE_FLAGS,
    "age_days",
    *(f"post.{name}" for name in POST_COUNTS),
    *(f"history.{name}" for name in HISTORY_COUNTS),
)


def log_count(values: FloatArray) -> FloatArray:
    """ln(1 + count): ratios become differences, and none is still a number."""
    return np.log1p(values)


@once
def platforms(panel: Panel) -> tuple[list[str], NDArray[np.intp]]:
    """Names of the platforms there are, and which of them each account is of, (n,)."""
    of_each = panel.platform.tolist()
    names = sorted(set(of_each))
    place = {name: number for number, name in enumerate(names)}
    return names, np.array([place[name] for name in of_each], dtype=np.intp)


@once
def profile_logs(panel: Panel, counter: str) -> FloatArray:
    """`log_count` of a counter of the profile, (n,)."""
    return log_count(panel.profile[counter])


@once
def post_logs(panel: Panel, counter: str) -> FloatArray:
    """`log_count` of a counter of each post."""
    return log_count(getattr(panel.posts, counter))


@once
def usual_post(panel: Panel, counter: str) -> FloatArray:
    """Median of `post_logs`, (n,); NaN where the counter of too few posts is known."""
    return median_of_logs(getattr(panel.posts, counter), at_least=MIN_POSTS)


@once
def n_known(panel: Panel, kind: str, counter: str) -> FloatArray:
    """Of how many posts, or of how many days of the history, a counter is known, (n,)."""
    return count(getattr(getattr(panel, kind), counter))


def known_atoms(panel: Panel) -> dict[str, NDArray[np.bool_]]:
    """Atom -> bool array of shape (n,): is this piece of evidence there?"""
    known = {name: ~np.isnan(panel.profile[name]) for name in (*PROFILE_COUNTS, *PROFILE_FLAGS, "age_days")}
    for name in POST_COUNTS:
        known[f"post.{name}"] = n_known(panel, "posts", name) >= MIN_POSTS
    for name in HISTORY_COUNTS:
        known[f"history.{name}"] = n_known(panel, "history", name) >= MIN_DAYS
    return known


def atom_text(atom: str) -> str:
    """An atom in words: `post.likes` -> `likes of recent posts`.

    >>> atom_text("history.followers"), atom_text("bio_length")
    ('daily followers', 'bio length')
    """
    kind, _, name = atom.rpartition(".")
    name = name.replace("_", " ")
    return {"post": f"{name} of recent posts", "history": f"daily {name}"}.get(kind, name)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number about one account that peers may be told: its name, atoms needed, wording, and how to get it.

    Where it is known, the quantity that it `supersedes` is not told too.
    """

    name: str
    needs: tuple[str, ...]
    text: str
    value: Callable[[Panel], FloatArray]
    supersedes: str = ""


def _profile(name: str) -> Quantity:
    texts = {"likes": "lifetime likes", "views": "lifetime views", "age_days": "age of the account"}
    return Quantity(name, (name,), texts.get(name, name), lambda panel: profile_logs(panel, name))


def _post(name: str) -> Quantity:
    return Quantity(
        f"post_{name}", (f"post.{name}",), f"{name} per post", lambda panel: usual_post(panel, name)
    )


SETTLED_POSTS = 30.0
"""Posts from which on lifetime likes say what an audience is worth. A star with four posts has the likes of four."""


def _settled_posts(panel: Panel) -> FloatArray:
    return log_count(np.maximum(panel.profile["posts"], SETTLED_POSTS))


def _settled_likes(panel: Panel) -> FloatArray:
    """Likes, ln, that the account would have after 30 posts at its own likes per post; from 30 on its likes."""
    posts = panel.profile["posts"]
    return log_count(panel.profile["likes"] * np.maximum(posts, SETTLED_POSTS) / np.maximum(posts, 1.0))


def _log_number(known: FloatArray) -> FloatArray:
    found: FloatArray = np.log(np.maximum(known, 1.0))
    return found


def _n_posts(panel: Panel) -> FloatArray:
    return _log_number(n_known(panel, "posts", "likes"))


def _n_days(name: str) -> Quantity:
    def value(panel: Panel) -> FloatArray:
        return _log_number(n_known(panel, "history", name))

    return Quantity(f"n_days_{name}", (f"history.{name}",), "days looked at", value)


QUANTITIES: dict[str, Quantity] = {
    quantity.name: quantity
    for quantity in (
        *(_profile(name) for name in ("followers", "following", "likes", "posts", "views", "age_days")),
        *(_post(name) for name in POST_COUNTS),
        Quantity("settled_likes", ("likes", "posts"), "lifetime likes", _settled_likes, "likes"),
        Quantity("settled_posts", ("posts",), "posts", _settled_posts, "posts"),
        Quantity("n_posts", ("post.likes",), "posts looked at", _n_posts),
        *(_n_days(name) for name in ("followers", "likes")),
    )
}
