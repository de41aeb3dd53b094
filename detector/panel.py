"""Panel: tables turned into arrays, accounts x posts and accounts x days. NaN = unknown.

Widths are fixed (`MAX_POSTS`, `MAX_DAYS`), so that an account gives the same bits alone, among others and
beside a companion with ten years of looks: no sum's order ever depends on the neighbours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.contract import TABLES
from detector.tables import Table, Tables

__all__ = ["MAX_DAYS", "MAX_POSTS", "FloatArray", "HistoryPanel", "Panel", "PostsPanel", "build_panel"]

FloatArray = NDArray[np.float64]

MAX_POSTS = 60
"""Newest posts looked at one by one; a profile page shows 30 to 60, and tastes change after that."""

MAX_DAYS = 120
"""Newest UTC days looked at day by day. Real reference histories are 30 to 90 days long: on longer ones the
largest organic spike of a year would be compared with that of a quarter."""

MIN_POST_AGE_HOURS = 48
"""Younger posts still gather their likes (SIGNALS: last 12 to 60 posts, pinned excluded, age of 48 h)."""

PROFILE_COUNTS = (
    "followers",
    "following",
    "likes",
    "posts",
    "views",
    "bio_length",
    "handle_length",
    "handle_digits",
)
PROFILE_FLAGS = ("verified", "private", "has_picture", "has_link")
POST_COUNTS = ("views", "likes", "comments", "shares", "saves")
HISTORY_COUNTS = ("followers", "likes", "views", "posts")


@dataclass(frozen=True, slots=True, repr=False)
class PostsPanel:
    """The newest `MAX_POSTS` posts of each account, newest last, padded with NaN on the left.

    Counts are shaped (n, MAX_POSTS); pinned posts and posts younger than two days are left out.
    `posted_day` is the day of publishing as days since 1970 (UTC), NaN where unknown.
    """

    views: FloatArray
    likes: FloatArray
    comments: FloatArray
    shares: FloatArray
    saves: FloatArray
    posted_day: FloatArray

    def __repr__(self) -> str:
        return f"PostsPanel{self.views.shape}"


@dataclass(frozen=True, slots=True, repr=False)
class HistoryPanel:
    """The last `MAX_DAYS` UTC days of each account on a daily grid, shaped (n, MAX_DAYS), newest last.

    The last column is the day of the account's own newest look (`last_day`, days since 1970); of several
    looks a day the newest counts.
    """

    followers: FloatArray
    likes: FloatArray
    views: FloatArray
    posts: FloatArray
    last_day: FloatArray

    def __repr__(self) -> str:
        return f"HistoryPanel{self.followers.shape}"


@dataclass(frozen=True, slots=True, repr=False)
class Panel:
    """Accounts as arrays: what signals are computed on.

    Attributes
    ----------
    platform, account_id, handle : object arrays of shape (n,)
    profile : name -> float array of shape (n,)
        The newest known value of each counter, flags as 0 or 1, `age_days` of the account.
    posts, history : see `PostsPanel`, `HistoryPanel`
    impossible_posts : float array of shape (n,)
        Posts of which a counter was found impossible (likes above views) and set missing.
    as_of : datetime64[us] array of shape (n,)
        The newest time in the account's own rows, NaT where it has none.
    """

    platform: NDArray[Any]
    account_id: NDArray[Any]
    handle: NDArray[Any]
    profile: dict[str, FloatArray]
    posts: PostsPanel
    history: HistoryPanel
    impossible_posts: FloatArray
    as_of: NDArray[np.datetime64]

    def __len__(self) -> int:
        return len(self.platform)

    def __repr__(self) -> str:
        return f"Panel({len(self)} accounts x {MAX_POSTS} posts x {MAX_DAYS} days)"


def build_panel(tables: Tables, keys: Sequence[tuple[str, str]] | None = None) -> Panel:
    """The panel of the accounts `keys` (all of the source, in its order, when None).

    Rows of accounts that are not in `keys` are passed over.

    Parameters
    ----------
    tables : Tables
        Repaired tables, in any row order.
    keys : sequence of (platform, account_id), optional

    Returns
    -------
    Panel
        One row per key, in the order of `keys`.
    """
    keys = tables.keys() if keys is None else list(keys)
    index = {key: i for i, key in enumerate(keys)}
    n = len(keys)
    accounts, posts, snapshots = (
        _of(table, index) for table in (tables.accounts, tables.posts, tables.snapshots)
    )
    as_of = _newest_time(n, (accounts, posts, snapshots))
    looked = _newest_time(n, (accounts, posts, snapshots), only="observed_at")
    profile = _profile(n, accounts, snapshots)
    created = _scatter(n, accounts, "created_at")
    profile["age_days"] = _days(as_of) - _days(created)
    handle = np.full(n, None, dtype=object)
    handle[accounts.owner] = accounts.table.column("handle")
    platform, account_id = np.empty(n, dtype=object), np.empty(n, dtype=object)
    platform[:], account_id[:] = [key[0] for key in keys], [key[1] for key in keys]
    return Panel(
        platform,
        account_id,
        handle,
        profile,
        _posts(n, posts, looked),
        _history(n, snapshots, accounts),
        _impossible(tables, index),
        as_of,
    )


@dataclass(frozen=True, slots=True)
class _Owned:
    """Rows of a table that belong to wanted accounts, and the position of each one's account."""

    table: Table
    owner: NDArray[np.intp]


def _of(table: Table, index: dict[tuple[str, str], int]) -> _Owned:
    pairs = zip(table.column("platform").tolist(), table.column("account_id").tolist(), strict=True)
    owner = np.fromiter((index.get(pair, -1) for pair in pairs), dtype=np.intp, count=len(table))
    if (owner >= 0).all():
        return _Owned(table, owner)
    return _Owned(table.take(owner >= 0), owner[owner >= 0])


def _days(times: NDArray[np.datetime64]) -> FloatArray:
    """Times as days since 1970, with fractions; NaN for NaT."""
    seconds = times.astype("datetime64[s]").astype(np.int64).astype(np.float64)
    return np.where(np.isnat(times), np.nan, seconds / 86400.0)


def _newest_time(n: int, parts: Sequence[_Owned], only: str | None = None) -> NDArray[np.datetime64]:
    lowest = np.iinfo(np.int64).min
    found = np.full(n, lowest, dtype=np.int64)
    for part in parts:
        for name in ("observed_at", "posted_at"):
            if name not in part.table.columns or (only is not None and name != only):
                continue
            np.maximum.at(found, part.owner, part.table.column(name).astype(np.int64))  # NaT is the lowest
    return found.view("datetime64[us]")


def _scatter(n: int, part: _Owned, name: str) -> NDArray[Any]:
    values = part.table.column(name)
    out = (
        np.full(n, np.datetime64("NaT"), dtype="datetime64[us]")
        if values.dtype.kind == "M"
        else np.full(n, np.nan)
    )
    out[part.owner] = values
    return out


def _profile(n: int, accounts: _Owned, snapshots: _Owned) -> dict[str, FloatArray]:
    """Per counter the newest known value; `accounts` before `snapshots` on a tie or without a time."""
    profile = {name: _scatter(n, accounts, name) for name in (*PROFILE_COUNTS, *PROFILE_FLAGS)}
    if not len(snapshots.table):
        return profile
    read_at = np.full(n, np.iinfo(np.int64).max)
    times = accounts.table.column("observed_at")
    read_at[accounts.owner] = np.where(np.isnat(times), np.iinfo(np.int64).max, times.astype(np.int64))
    looked_at = snapshots.table.column("observed_at").astype(np.int64)
    kinds = {column.name for column in TABLES["snapshots"]}
    for name in PROFILE_COUNTS:
        if name not in kinds or name not in snapshots.table.columns:
            continue
        values = snapshots.table.column(name)
        in_time = np.lexsort([values, looked_at])  # of looks at the same moment the larger value counts
        rows = in_time[~np.isnan(values[in_time])]
        newest = np.full(n, -1, dtype=np.intp)
        newest[snapshots.owner[rows]] = rows  # the last assignment of an account is its newest look
        has = newest >= 0
        newer = np.zeros(n, dtype=bool)
        newer[has] = np.isnan(profile[name][has]) | (looked_at[newest[has]] > read_at[has])
        profile[name][newer] = values[newest[newer]]
    return profile


def _posts(n: int, part: _Owned, looked: NDArray[np.datetime64]) -> PostsPanel:
    """The newest posts as a matrix. A post whose age cannot be known is kept; so is its place in time."""
    table, owner = part.table, part.owner
    posted = table.column("posted_at")
    with np.errstate(invalid="ignore"):
        age_hours = (_days(looked[owner]) - _days(posted)) * 24.0
        kept = ~(age_hours < MIN_POST_AGE_HOURS) & ~(table.column("pinned") == 1)
    table, owner, posted = table.take(kept), owner[kept], posted[kept]
    # Ties in time are broken by the counters, so that the order of rows in the file never matters.
    ties = [np.nan_to_num(table.column(name), nan=-1.0) for name in reversed(POST_COUNTS)]
    order = np.lexsort([*ties, posted.astype(np.int64), owner])
    owner = owner[order]
    from_end = np.searchsorted(owner, owner, side="right") - 1 - np.arange(len(owner))
    newest = from_end < MAX_POSTS
    rows, columns, order = owner[newest], MAX_POSTS - 1 - from_end[newest], order[newest]

    def matrix(values: FloatArray) -> FloatArray:
        out = np.full((n, MAX_POSTS), np.nan)
        out[rows, columns] = values[order]
        return out

    counts = {name: matrix(table.column(name)) for name in POST_COUNTS}
    return PostsPanel(**counts, posted_day=matrix(np.floor(_days(posted))))


def _history(n: int, snapshots: _Owned, accounts: _Owned) -> HistoryPanel:
    """Looks on a daily grid; the row of `accounts` is one more look where it carries a time."""
    profile_looks = ~np.isnat(accounts.table.column("observed_at"))
    owner = np.concatenate([snapshots.owner, accounts.owner[profile_looks]])
    times = np.concatenate(
        [snapshots.table.column("observed_at"), accounts.table.column("observed_at")[profile_looks]]
    ).astype("datetime64[us]")
    dated = ~np.isnat(times)
    day = np.floor(_days(times))
    last_day = np.full(n, -np.inf)
    np.maximum.at(last_day, owner[dated], day[dated])
    last_day[np.isinf(last_day)] = np.nan
    column = MAX_DAYS - 1 - (last_day[owner] - day)
    with np.errstate(invalid="ignore"):
        used = column >= 0

    def grid(name: str) -> FloatArray:
        own = accounts.table.column(name)[profile_looks]
        values = np.concatenate([snapshots.table.column(name), own])
        in_time = np.lexsort([values, times.astype(np.int64)])
        known = in_time[(used & ~np.isnan(values))[in_time]]
        out = np.full((n, MAX_DAYS), np.nan)
        out[owner[known], column[known].astype(np.intp)] = values[known]
        return out

    return HistoryPanel(**{name: grid(name) for name in HISTORY_COUNTS}, last_day=last_day)


def _impossible(tables: Tables, index: dict[tuple[str, str], int]) -> FloatArray:
    out = np.zeros(len(index))
    for fault in tables.faults:
        i = index.get((fault.platform, fault.account_id), -1)
        if i >= 0 and fault.kind == "impossible":
            out[i] += 1
    return out
