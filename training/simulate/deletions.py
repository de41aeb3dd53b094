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
    """Likes of the simulated posts before the first look (n,) and in each day after it (n, days), and the
    likes of each day on all older posts together (days,).
    """

    before: Array
    by_day: Array
    catalogue: Array


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
    days = likes.by_day.shape[1]
    all_known = (published < 0).sum() >= posts_at_start
    lifetime = float(likes.before.sum()) if all_known else max(lifetime, float(likes.before.sum()))
    born = np.ceil(published[published >= 0]).astype(int)
    posts = posts_at_start + np.cumsum(np.bincount(born, minlength=days + 1)[: days + 1]).astype(float)
    total = lifetime + np.concatenate([[0.0], np.cumsum(likes.by_day.sum(axis=0) + likes.catalogue)])
    up = np.ones(len(published), dtype=bool)
    unseen = max(posts_at_start - int((published < 0).sum()), 0)
    unseen_likes = max(lifetime - float(likes.before.sum()), 0.0)
    for event in (event for event in events if isinstance(event, Deletion)):
        at = min(int(event.day) + 1, days)
        gone = up & (published < event.day - 2) & (rng.random(len(published)) < event.share)
        old = int(unseen * event.share)
        old_likes = unseen_likes * event.share * rng.uniform(0.5, 1) if old else 0.0
        later = np.concatenate([[0.0], likes.by_day[gone, at:].sum(axis=0).cumsum()])
        posts[at:] -= gone.sum() + old
        total[at:] -= likes.before[gone].sum() + likes.by_day[gone, :at].sum() + old_likes + later
        up &= ~gone
        unseen, unseen_likes = unseen - old, unseen_likes - old_likes
    return up, np.round(posts), np.round(total).clip(0)
