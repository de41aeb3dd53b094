"""Counters of single posts: likes that the platform hides, and likes above views."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from detector.owners import Owners
from detector.repair.display import display_step
from detector.repair.findings import Mask, by_account, fault, plain, said
from detector.tables import Fault, Table, Tables

__all__ = ["hidden_likes", "impossible_likes"]

FULL_VIEWS = ("tiktok", "youtube", "other")
"""Where a like needs a counted view. Elsewhere likes above views are ordinary: Instagram counts a view after some
seconds of play and a like at once, and X counts views only since December 2022, likes since ever."""

HIDDEN_VALUE = 3.0
"""Instagram's interfaces give 3 for every post whose owner hides the like count."""

HIDDEN_SHARE = 0.5
HIDDEN_MIN_POSTS = 4
SEEN_VIEWS = 1_000
"""3 likes on 1,000 views are 0.3 %; nineteen of twenty organic accounts have over ten times that (SIGNALS 2)."""
SEEN_COMMENTS = 10
"""More comments than likes three times over: what hidden likes look like on a picture, which has no views."""


def impossible_likes(tables: Tables, owners: Owners) -> tuple[Tables, list[Fault]]:
    """Likes above a post's views (by more than the step in which views are shown) become missing, one Fault a post.

    Two of 59,005 posts of real TikTok creators of 2020 show this. Where views are counted late or only since some
    date, the views become missing instead, and nothing is held against the account. Posts without a view are
    left alone, and so are comments above views: one viewer may comment many times.
    """
    posts = tables.posts
    views, likes, platform = posts.column("views"), posts.column("likes"), posts.column("platform")
    above = (views > 0) & (likes > views)
    if not above.any():
        return tables, []
    rows = np.flatnonzero(above)
    steps = np.array([display_step(platform[row], "views", views[row : row + 1])[0] for row in rows])
    rows = rows[likes[rows] > views[rows] + steps]
    full = np.isin(platform[rows].astype(str), FULL_VIEWS)
    return (
        replace(
            tables, posts=posts.replace(likes=_without(likes, rows[full]), views=_without(views, rows[~full]))
        ),
        [
            _likes_above_views(posts, row, owners, full=bool(known))
            for row, known in zip(rows, full, strict=True)
        ],
    )


def _without(values: NDArray[np.float64], rows: NDArray[np.intp]) -> NDArray[np.float64]:
    out = values.copy()
    out[rows] = np.nan
    return out


def _likes_above_views(posts: Table, row: int, owners: Owners, *, full: bool) -> Fault:
    post_id = posts.column("post_id")[row]
    which = "" if post_id is None else f" (post {plain(post_id)})"
    found = f"{posts.column('likes')[row]:,.0f} likes, {posts.column('views')[row]:,.0f} views{which}"
    key = owners.keys[owners.posts[row]]
    if full:
        sentence = f"A post has more likes than views: {found}. Its likes are left aside."
        return fault(key, "posts.likes", "impossible", found, "missing", sentence)
    sentence = f"A post has more likes than views, because not every view is counted there: {found}. Views left aside."
    return fault(key, "posts.views", "undercounted", found, "missing", sentence)


def hidden_likes(tables: Tables, owners: Owners) -> tuple[Tables, list[Fault]]:
    """Likes of exactly 3 become missing where they are half of an account's posts and the posts were widely seen.

    At least four posts; widely seen means 1,000 views, or 10 comments where views are unknown. A small account
    whose posts really get three likes stays as it is.
    """
    posts = tables.posts
    views, likes = posts.column("views"), posts.column("likes")
    three = likes == HIDDEN_VALUE
    if not three.any():
        return tables, []
    seen = np.where(np.isnan(views), posts.column("comments") >= SEEN_COMMENTS, views >= SEEN_VIEWS)
    known = np.bincount(owners.posts[~np.isnan(likes)], minlength=len(owners))
    marked = np.bincount(owners.posts[three & seen.astype(bool)], minlength=len(owners))
    hides = (
        (marked >= HIDDEN_MIN_POSTS * HIDDEN_SHARE)
        & (marked >= HIDDEN_SHARE * known)
        & (known >= HIDDEN_MIN_POSTS)
    )
    hidden: Mask = three & hides[owners.posts]
    faults = []
    for account, values in by_account(owners.posts[hidden], likes[hidden].tolist()).items():
        sentence = (
            f"Likes of {len(values):,} widely seen posts read exactly 3, the sign of hidden like counts."
        )
        faults.append(fault(owners.keys[account], "posts.likes", "hidden", said(values), "missing", sentence))
    return replace(tables, posts=posts.replace(likes=np.where(hidden, np.nan, likes))), faults
