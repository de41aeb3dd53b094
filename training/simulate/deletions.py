"""Posts leave: how many are up and how many lifetime likes are shown at each look."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.simulate.events import Deletion, Event

__all__ = ["Likes", "after_deletions"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Likes:
    """Likes of each simulated post at the first look (n,) and at the last (n,), of all posts together in each day
    (days,), and of the posts that were followed in each day (n_followed, days): all of them where some are removed.
    """

    before: Array
    of_posts: Array
    by_day: Array
    cells: Array


def after_deletions(
    posts_at_start: int,
    published: Array,
    likes: Likes,
    lifetime: float,
    rng: np.random.Generator,
    events: Sequence[Event] = (),
) -> tuple[NDArray[np.bool_], Array, Array]:
    """What is left when posts have been removed; their likes leave the lifetime likes with them.

    Parameters
    ----------
    posts_at_start : int
        At the first look; those older than the simulated ones are among them.
    published : numpy.ndarray of shape (n,)
        Day of each simulated post; negative = before the first look.
    likes : Likes
    lifetime : float
        Lifetime likes at the first look.
    rng : numpy.random.Generator
        The only source of chance.
    events : sequence of Event
        Only deletions matter here.

    Returns
    -------
    up : numpy.ndarray of bool, shape (n,)
        Simulated posts that are up at the last look.
    posts, total : numpy.ndarray of shape (days + 1,)
        Posts and lifetime likes at each look.
    """
    days = len(likes.by_day)
    known = int((published < 0).sum())
    known_likes = float(likes.before.sum())
    lifetime = known_likes if known >= posts_at_start else max(lifetime, known_likes)
    born = np.ceil(published[known:]).astype(int)
    posts = posts_at_start + np.cumsum(np.bincount(born, minlength=days + 1)[: days + 1]).astype(float)
    total = lifetime + np.concatenate([[0.0], np.cumsum(likes.by_day)])
    up = np.ones(len(published), dtype=bool)
    unseen, unseen_likes = max(posts_at_start - known, 0), max(lifetime - known_likes, 0.0)
    for event in (event for event in events if isinstance(event, Deletion)):
        at = min(int(event.day) + 1, days)
        gone = up & (published < event.day - 2) & (rng.random(len(published)) < event.share)
        old = int(unseen * event.share)
        old_likes = unseen_likes * event.share * rng.uniform(0.5, 1) if old else 0.0
        later = np.concatenate([[0.0], likes.cells[gone, at:].sum(axis=0).cumsum()])
        posts[at:] -= gone.sum() + old
        total[at:] -= likes.before[gone].sum() + likes.cells[gone, :at].sum() + old_likes + later
        up &= ~gone
        unseen, unseen_likes = unseen - old, unseen_likes - old_likes
    return up, np.round(posts), np.round(total).clip(0)
