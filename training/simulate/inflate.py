"""Purchases put into one account's exact tables, each delivered as sellers deliver it.

Every function takes the tables of one account and returns new ones; nothing else of the account moves. Put the
purchase in first, then show the tables (`look.shown`), so that rounding hides it as it would on the page.
How deliveries look: SIGNALS of NATO StratCom COE 2022/23 (89 % within a day), and 65 offers of bought likes of
Kolomeets & Chechulin, SNAM 2023 (25 fill within minutes, 21 within an hour, 19 within a day); a drip feed
repeats one order in near-equal steps; a refill makes good what was removed; a subscription gives every post a
number of likes between a minimum and a maximum.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from detector.tables import Table, Tables

__all__ = [
    "follower_burst",
    "follower_drip",
    "follower_package",
    "follower_refill",
    "hollow_followers",
    "lifetime_like_spike",
    "like_subscription",
    "post_likes",
]

Array = NDArray[np.float64]
_LIKES_PER_VIEW_MAX, _LIKES_PER_VIEW_TOPPED = 0.9, 0.6
"""More likes than views would give a purchase away at once: sellers stop short of the views, or top them up."""


def follower_package(tables: Tables, start: int, size: int, rng: np.random.Generator) -> Tables:
    """`size` followers between two looks, of which about 1 % a week are removed again.

    Parameters
    ----------
    tables : Tables
        Exact tables of one account.
    start : int
        The look, in order of time, at which the delivery is first seen; 1 or later.
    size : int
        Followers ordered.
    rng : numpy.random.Generator
        The only source of chance.
    """
    return _with_followers(tables, start, np.array([float(size)]), rng)


def follower_burst(tables: Tables, start: int, size: int, rng: np.random.Generator, days: int = 3) -> Tables:
    """`size` followers within `days` looks, most of them at first."""
    shares = np.sort(rng.dirichlet(np.full(days, 2.0)))[::-1]
    return _with_followers(tables, start, np.round(size * shares), rng)


def follower_drip(tables: Tables, start: int, size: int, days: int, rng: np.random.Generator) -> Tables:
    """`size` followers in near-equal steps over `days` looks: the same order again and again, within 2 %."""
    steps = np.round(size / days * (1 + rng.uniform(-0.02, 0.02, days)))
    return _with_followers(tables, start, steps, rng)


def follower_refill(
    tables: Tables, start: int, size: int, rng: np.random.Generator, rounds: int = 3, lost_share: float = 0.3
) -> Tables:
    """`size` followers at once; some are removed, then the seller returns to the ordered level, `rounds` times.

    Each round takes 6 to 9 looks; `lost_share` of the order is removed over its first four or so.
    """
    held = [float(size)] * int(rng.integers(2, 5))
    for _ in range(rounds):
        falling = int(rng.integers(3, 6))
        lost = lost_share * size * rng.uniform(0.8, 1.2)
        held += [size - lost * (day + 1) / falling for day in range(falling)]
        held += [float(size)] * int(rng.integers(3, 5))
    level = np.round(np.array(held))
    return _with_followers(tables, start, np.diff(level, prepend=0.0), rng, removed_per_day=0.0)


def _with_followers(
    tables: Tables, start: int, steps: Array, rng: np.random.Generator, removed_per_day: float = 0.0015
) -> Tables:
    """Adds `steps` at the looks from `start` on, and lets a few of what was bought leave each day."""
    order, n = _in_time(tables.snapshots), len(tables.snapshots)
    _check(start, n, float(steps.max(initial=0)))
    added = np.zeros(n)
    own = steps[: n - start]
    added[start : start + len(own)] = own
    held = np.cumsum(added)
    lost = np.cumsum(rng.poisson(np.concatenate([[0.0], held[:-1]]) * removed_per_day))
    bought = np.maximum(held - lost, 0)
    followers = tables.snapshots.column("followers").copy()
    followers[order] += bought
    return _replace_counter(tables, "followers", followers, bought[-1])


def lifetime_like_spike(tables: Tables, start: int, size: int, rng: np.random.Generator) -> Tables:
    """`size` likes between two looks, spread over old posts that nobody lists; followers do not move."""
    order, n = _in_time(tables.snapshots), len(tables.snapshots)
    _check(start, n, size)
    late = float(np.round(size * rng.uniform(0, 0.08)))
    added = np.zeros(n)
    added[start:] = size - late
    added[start + 1 :] += late
    likes = tables.snapshots.column("likes").copy()
    likes[order] += added
    return _replace_counter(tables, "likes", likes, added[-1])


def post_likes(
    tables: Tables, share: float, times: float, rng: np.random.Generator, with_views: bool = True
) -> Tables:
    """Likes of a random `share` of the listed posts (one at least) times `times`.

    Lifetime likes rise by as much on the day after a post was published, when such orders are placed; likes of
    posts older than the history are in it from the first look. With `with_views`, views are bought along where
    likes would pass them (views are the cheapest counter of all); comments, shares and saves stay.
    """
    if not (0 <= share <= 1 and times >= 1):
        raise ValueError(
            f"a share of the posts from 0 to 1 is multiplied by 1 or more, not {share} by {times}"
        )
    posts = tables.posts
    n_bought = max(1, round(share * len(posts)))
    posted = posts.column("posted_at")
    # One chosen post has been up for days: of a younger one nobody can say yet what its likes will be.
    settled = (
        posted <= posted.max() - np.timedelta64(3, "D") if n_bought == 1 else np.ones(len(posts), dtype=bool)
    )
    order = rng.permutation(len(posts))
    chosen = np.concatenate([order[settled[order]], order[~settled[order]]])[:n_bought]
    bought = np.isin(np.arange(len(posts)), chosen)
    likes, views = posts.column("likes"), posts.column("views")
    raised = np.round(likes * times * np.exp(0.1 * rng.standard_normal(len(posts))))
    return _with_post_likes(tables, np.where(bought, np.maximum(raised, likes), likes), views, with_views)


def like_subscription(tables: Tables, low: int, high: int, rng: np.random.Generator) -> Tables:
    """Every listed post gets between `low` and `high` likes on top of its own, uniformly; views where needed."""
    if not 0 < low <= high:
        raise ValueError(f"a subscription gives between low and high likes, not {low} to {high}")
    posts = tables.posts
    likes = posts.column("likes") + rng.integers(low, high + 1, len(posts)).astype(float)
    return _with_post_likes(tables, likes, posts.column("views"), with_views=True)


def hollow_followers(tables: Tables, times: float) -> Tables:
    """A long past of inflated followers: `times` as many at every look, likes and views untouched."""
    if times < 1:
        raise ValueError(f"followers are multiplied by 1 or more, not {times}")
    followers = tables.snapshots.column("followers")
    last = float(tables.accounts.column("followers")[0])
    grown = followers + np.round((times - 1) * last)
    return _replace_counter(tables, "followers", grown, np.round((times - 1) * last))


def _with_post_likes(tables: Tables, likes: Array, views: Array, with_views: bool) -> Tables:
    posts, snapshots = tables.posts, tables.snapshots
    if with_views:
        views = np.maximum(views, np.ceil(likes / _LIKES_PER_VIEW_TOPPED))
        views = np.where(likes > posts.column("likes"), views, posts.column("views"))
    else:
        likes = np.maximum(np.minimum(likes, np.floor(views * _LIKES_PER_VIEW_MAX)), posts.column("likes"))
    extra = likes - posts.column("likes")
    delivered = posts.column("posted_at") + np.timedelta64(86_400, "s")
    looks = snapshots.column("observed_at")
    lifetime = snapshots.column("likes") + (extra * (delivered[None, :] <= looks[:, None])).sum(axis=1)
    lifetime[_in_time(snapshots)[-1]] = snapshots.column("likes")[_in_time(snapshots)[-1]] + extra.sum()
    changed = _replace_counter(tables, "likes", lifetime, float(extra.sum()))
    return replace(changed, posts=posts.replace(likes=likes, views=views))


def _check(start: int, n_looks: int, size: float) -> None:
    if not 1 <= start < n_looks:
        raise ValueError(f"a delivery starts at look 1 to {n_looks - 1}, not {start}")
    if size < 1:
        raise ValueError(f"an order is of 1 or more, not {size:g}")


def _in_time(snapshots: Table) -> NDArray[np.intp]:
    return np.argsort(snapshots.column("observed_at"), kind="stable")


def _replace_counter(tables: Tables, counter: str, snapshots: Array, added: float) -> Tables:
    """New history of a counter, and the profile's counter raised by what the last look gained."""
    if len(tables.accounts) != 1:
        raise ValueError(f"a purchase is put into one account, not {len(tables.accounts)}")
    return replace(
        tables,
        accounts=tables.accounts.replace(**{counter: tables.accounts.column(counter) + added}),
        snapshots=tables.snapshots.replace(**{counter: snapshots}),
    )
