"""Several counters of one account at once: followers with views, followers with likes for weeks."""

from dataclasses import replace

import numpy as np

from detector.tables import Tables
from training.simulate.mechanics import facts, paths
from training.simulate.mechanics.history import DAY, base_before, raised
from training.simulate.mechanics.mechanic import Mechanic
from training.simulate.mechanics.orders import draw_order
from training.simulate.mechanics.posts import with_post_counters

__all__ = ["TOGETHER"]

_RECENT_DAYS = 14
_WEEKS = (28, 56)


def _with_views(tables: Tables, dose: float, rng: np.random.Generator) -> Tables | None:
    """Posts of two weeks before the package, and all later ones, get as many more views as followers came."""
    order = draw_order(tables, "followers", rng)
    size = facts.package(dose * order.before) if order else 0.0
    if not order or not size:
        return None
    posted, views = tables.posts.column("posted_at"), tables.posts.column("views")
    looks = tables.snapshots.column("observed_at")
    since = looks[order.history.day >= 0].min() + (order.start - _RECENT_DAYS) * DAY
    share = size / order.before * np.exp(0.1 * rng.standard_normal(len(views)))
    more = np.where(posted >= since, np.round(views * (1 + share)), views)
    if not np.nansum(more - views) >= 1:
        return None
    steps, removed = paths.arriving(size, rng), facts.draw_removed_per_day(rng)
    path = paths.held(steps, order.start, order.history.days, rng, removed)
    return raised(with_post_counters(tables, views=more), order.history, "followers", path)


def _slow(tables: Tables, dose: float, rng: np.random.Generator) -> Tables | None:
    """Small uneven parts for four to eight weeks, of followers and of likes, each by the dose."""
    order = draw_order(tables, "followers", rng, room=_WEEKS[0])
    if not order:
        return None
    sizes = {
        counter: np.round(dose * base_before(tables, order.history, counter, order.start))
        for counter in ("followers", "likes")
    }
    if not all(size >= facts.SMALLEST_ORDER for size in sizes.values()):
        return None
    days = int(rng.integers(_WEEKS[0], min(_WEEKS[1], order.room) + 1))
    changed = replace(tables)
    for counter, size in sizes.items():
        steps, removed = paths.trickle(size, days, rng), facts.draw_removed_per_day(rng)
        path = paths.held(steps, order.start, order.history.days, rng, removed)
        changed = raised(changed, order.history, counter, path)
    return changed


TOGETHER = (
    Mechanic(
        name="followers_with_views",
        axis="followers",
        title="a package of followers, and as many more views on recent posts",
        needs=frozenset({"posts", "snapshots"}),
        doses=(0.05, 0.1, 0.25, 0.5, 1.0),
        dose_unit="share of the followers before it",
        source="views are the cheapest counter of all [S]; speed: 65 offers [O]; 93 % left after four weeks [N]",
        put_in=_with_views,
        moves=frozenset({"followers", "views", "posts.views"}),
    ),
    Mechanic(
        name="slow_mixture",
        axis="followers",
        title="followers and likes in small uneven parts for four to eight weeks",
        needs=frozenset({"snapshots"}),
        doses=(0.05, 0.1, 0.25, 0.5, 1.0),
        dose_unit="share of the followers and of the lifetime likes before it",
        source="drip feed [S]; 93 % left after four weeks [N]; length and unevenness [A]",
        put_in=_slow,
        moves=frozenset({"followers", "likes"}),
    ),
)
