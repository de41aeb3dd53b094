"""Likes and views on listed posts, and what they add to the lifetime counters."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.tables import Tables
from training.simulate.mechanics import facts
from training.simulate.mechanics.history import DAY, added
from training.simulate.mechanics.mechanic import FACTORS, Mechanic

__all__ = [
    "POSTS",
    "choose",
    "subscribed",
    "times_as_many",
    "topped_views",
    "with_post_counters",
]

Array = NDArray[np.float64]


def with_post_counters(
    tables: Tables, likes: Array | None = None, views: Array | None = None, lifetime_views: bool = True
) -> Tables:
    """New likes and views of the posts (n_posts,), and the lifetime counters raised by as much.

    Orders for a post are placed and filled on the day after it is published, so lifetime counters rise then; those
    of posts older than the history are in it from the first look. The newest look has all.
    """
    posts, changed = tables.posts, tables
    for counter, values in (("likes", likes), ("views", views)):
        if values is None or counter not in posts.columns:
            continue
        if counter == "likes" or lifetime_views:
            extra = np.nan_to_num(values - posts.column(counter), nan=0.0)
            changed = with_lifetime(changed, counter, extra)
        changed = replace(changed, posts=changed.posts.replace(**{counter: values}))
    return changed


def with_lifetime(tables: Tables, counter: str, extra: Array) -> Tables:
    """A lifetime counter raised by what each post gains (n_posts,), the day after the post was published."""
    if counter not in tables.accounts.columns and counter not in tables.snapshots.columns:
        return tables
    delivered = tables.posts.column("posted_at") + DAY
    profile, looks = tables.accounts.column("observed_at"), tables.snapshots.column("observed_at")
    newest = looks[~np.isnat(looks)].max(initial=np.datetime64(0, "us"))
    total = float(extra.sum())

    def by(times: NDArray[Any]) -> Array:
        there = (delivered[None, :] <= times[:, None]) | np.isnat(delivered)[None, :]
        return np.where(np.isnat(times) | (times >= newest), total, (extra * there).sum(axis=1))

    timed = ~np.isnat(looks)
    return added(tables, counter, by(profile), np.where(timed, by(looks), 0.0))


def choose(tables: Tables, share: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """A random `share` of the posts, one at least; where it is one, of those that have been up for three days."""
    posts = tables.posts
    n_bought = max(1, round(share * len(posts)))
    posted = posts.column("posted_at")
    # One chosen post has been up for days: of a younger one nobody can say yet what its likes will be.
    settled = (
        posted <= posted[~np.isnat(posted)].max(initial=np.datetime64(0, "us")) - 3 * DAY
        if n_bought == 1
        else np.ones(len(posts), dtype=bool)
    )
    order = rng.permutation(len(posts))
    chosen = np.concatenate([order[settled[order]], order[~settled[order]]])[:n_bought]
    return np.isin(np.arange(len(posts)), chosen)


def times_as_many(values: Array, times: float, chosen: NDArray[np.bool_], rng: np.random.Generator) -> Array:
    """Counts of chosen posts `times` as many, give or take a tenth; none falls."""
    grown = np.round(values * times * np.exp(0.1 * rng.standard_normal(len(values))))
    return np.where(chosen, np.maximum(grown, values), values)


def topped_views(tables: Tables, likes: Array) -> Array:
    """Views bought along where raised likes would come near them or pass them."""
    views, raised = tables.posts.column("views"), likes > tables.posts.column("likes")
    topped: Array = np.where(raised, np.maximum(views, np.ceil(likes / facts.TOPPED_LIKES_PER_VIEW)), views)
    return topped


def subscribed(likes: Array, low: int, high: int, rng: np.random.Generator) -> Array:
    """Likes with a random number between `low` and `high` on top, uniformly."""
    if not 0 < low <= high:
        raise ValueError(f"a subscription gives between low and high likes, not {low} to {high}")
    return likes + rng.integers(low, high + 1, len(likes)).astype(np.float64)


def _subscription(tables: Tables, dose: float, rng: np.random.Generator) -> Tables | None:
    likes = tables.posts.column("likes")
    if not np.isfinite(likes).any():
        return None
    low = int(facts.package(dose * max(float(np.nanmedian(likes)), 1.0)))
    if not low:
        return None
    raised = subscribed(likes, low, int(low * rng.uniform(*facts.SUBSCRIPTION_WIDTH)), rng)
    return with_post_counters(tables, raised, topped_views(tables, raised))


def _chosen(tables: Tables, dose: float, rng: np.random.Generator) -> Tables | None:
    likes = tables.posts.column("likes")
    raised = times_as_many(likes, dose, choose(tables, facts.CHOSEN_SHARE, rng), rng)
    return with_post_counters(tables, raised, topped_views(tables, raised)) if _gains(likes, raised) else None


def _all(tables: Tables, dose: float, rng: np.random.Generator) -> Tables | None:
    """Posts that nobody lists were raised too: the lifetime likes with them, by no more than the dose."""
    likes = tables.posts.column("likes")
    everywhere = np.ones(len(likes), dtype=bool)
    raised = times_as_many(likes, dose, everywhere, rng)
    if not _gains(likes, raised):
        return None
    changed = with_post_counters(tables, raised, topped_views(tables, raised))
    return _with_unlisted(changed, tables, dose, float(np.nansum(raised - likes)))


def _with_unlisted(changed: Tables, before: Tables, dose: float, gained: float) -> Tables:
    known = int(np.isfinite(before.posts.column("likes")).sum())
    counts, lifetime = (
        np.concatenate([before.accounts.column(name), before.snapshots.column(name)])
        for name in ("posts", "likes")
    )
    n_posts = float(np.nanmax(counts)) if np.isfinite(counts).any() else 0.0
    if n_posts <= known or not np.isfinite(lifetime).any():
        return changed
    wanted = gained * (n_posts / known - 1)
    room = (dose - 1) * float(np.nanmin(lifetime[lifetime > 0], initial=np.inf)) - gained
    unlisted = np.round(max(min(wanted, room), 0.0)) if np.isfinite(room) else 0.0
    return added(changed, "likes", unlisted, unlisted)


def _with_views(tables: Tables, dose: float, rng: np.random.Generator) -> Tables | None:
    """Views rise in step, so that likes per view stay as they were."""
    likes, views = tables.posts.column("likes"), tables.posts.column("views")
    chosen = choose(tables, facts.CHOSEN_SHARE, rng)
    raised, shown = times_as_many(likes, dose, chosen, rng), times_as_many(views, dose, chosen, rng)
    shown = np.maximum(shown, np.where(raised > likes, np.ceil(raised / facts.MOST_LIKES_PER_VIEW), shown))
    both = _gains(likes, raised) and _gains(views, shown)
    return with_post_counters(tables, raised, shown) if both else None


def _gains(before: Array, after: Array) -> bool:
    return bool(np.nansum(after - before) >= 1)


_FACTORS = (1.5, 2.0, 3.0, 5.0, 10.0)
_LIKES = frozenset({"likes", "posts.likes", "views", "posts.views"})

POSTS = (
    Mechanic(
        name="like_subscription",
        axis="likes",
        title="every post gets likes between a minimum and a maximum",
        needs=frozenset({"posts"}),
        doses=(0.25, 0.5, 1.0, 2.0, 5.0, 10.0),
        dose_unit="fewest likes a post gets, as a share of the median",
        source="subscription: every new post between a minimum and a maximum [S]; how far apart [A]",
        put_in=_subscription,
        moves=_LIKES,
    ),
    Mechanic(
        name="likes_on_chosen_posts",
        axis="likes",
        title="likes on three of ten posts",
        needs=frozenset({"posts"}),
        doses=_FACTORS,
        dose_unit="times the likes of these posts",
        source="likes are sold by post, views along where likes would pass them [S]; share of posts [A]",
        put_in=_chosen,
        moves=_LIKES,
        limits=FACTORS,
    ),
    Mechanic(
        name="likes_on_all_posts",
        axis="likes",
        title="likes on all posts, those that nobody lists included",
        needs=frozenset({"posts"}),
        doses=_FACTORS,
        dose_unit="times the likes of the posts",
        source="likes are sold by post, views along where likes would pass them [S]",
        put_in=_all,
        moves=_LIKES,
        limits=FACTORS,
    ),
    Mechanic(
        name="likes_with_views",
        axis="likes",
        title="likes and views together on three of ten posts",
        needs=frozenset({"posts"}),
        doses=_FACTORS,
        dose_unit="times the likes and views of these posts",
        source="views are the cheapest counter of all [S]; share of posts [A]",
        put_in=_with_views,
        moves=_LIKES,
        limits=FACTORS,
    ),
)
