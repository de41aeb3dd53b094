"""Panel: tables turned into arrays, accounts x posts and accounts x days. NaN = unknown.

Widths are fixed (`MAX_POSTS`, `MAX_DAYS`), so that an account gives the same bits alone, among others and
beside a companion with ten years of looks: no sum's order ever depends on the neighbours.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from detector.contract import TABLES
from detector.in_time import in_time, order_of, together_in_time
from detector.owners import Key, Owners, owners_of, wanted
from detector.tables import Table, Tables

__all__ = [
    "MAX_DAYS",
    "MAX_POSTS",
    "FloatArray",
    "HistoryPanel",
    "Panel",
    "PostsPanel",
    "build_panel",
    "in_a_row",
    "once",
    "panel_of",
]

T = TypeVar("T")
Q = ParamSpec("Q")

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
    _made: dict[Hashable, Any] = field(init=False, default_factory=dict, compare=False)

    def __len__(self) -> int:
        return len(self.platform)

    def part(self, rows: NDArray[np.intp], posts: int = MAX_POSTS, days: int = MAX_DAYS) -> "Panel":
        """The accounts `rows`, with the newest `posts` posts and `days` days alone."""
        own = in_a_row(rows)
        listed = {
            name: _newest(getattr(self.posts, name), own, posts) for name in (*POST_COUNTS, "posted_day")
        }
        looks = {name: _newest(getattr(self.history, name), own, days) for name in HISTORY_COUNTS}
        return Panel(
            self.platform[rows],
            self.account_id[rows],
            self.handle[rows],
            {name: values[rows] for name, values in self.profile.items()},
            PostsPanel(**listed),
            HistoryPanel(**looks, last_day=self.history.last_day[rows]),
            self.impossible_posts[rows],
            self.as_of[rows],
        )

    def __repr__(self) -> str:
        return f"Panel({len(self)} accounts x {MAX_POSTS} posts x {MAX_DAYS} days)"


def in_a_row(rows: NDArray[np.intp]) -> NDArray[np.intp] | slice:
    """Positions as a slice where each is one more than the last: NumPy takes and writes these faster.

    >>> in_a_row(np.array([4, 5, 6])), in_a_row(np.array([4, 6, 5]))
    (slice(4, 7, None), array([4, 6, 5]))
    """
    if len(rows) and bool((rows[1:] - rows[:-1] == 1).all()):
        return slice(int(rows[0]), int(rows[-1]) + 1)
    return rows


def _newest(values: FloatArray, rows: NDArray[np.intp] | slice, width: int) -> FloatArray:
    found = values[rows, values.shape[1] - width :]
    return found.copy() if isinstance(rows, slice) else found


def once(function: Callable[Concatenate[Panel, Q], T]) -> Callable[Concatenate[Panel, Q], T]:
    """What a pure function derives from a panel, made when it is first asked for: signals share much of their work.

    The arguments beside the panel must be hashable; what comes back must never be written to.
    """
    name = f"{function.__module__}.{function.__qualname__}"  # a panel must go to another process with what it holds

    @wraps(function)
    def remembered(panel: Panel, /, *args: Q.args, **kwargs: Q.kwargs) -> T:
        key = (name, args, tuple(kwargs.items()))
        if key not in panel._made:
            panel._made[key] = function(panel, *args, **kwargs)
        found: T = panel._made[key]
        return found

    return remembered


def build_panel(tables: Tables, keys: Sequence[Key] | None = None) -> Panel:
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
    if keys is None:
        return panel_of(tables, owners_of(tables))
    return panel_of(*wanted(tables, keys))


def panel_of(tables: Tables, owners: Owners) -> Panel:
    """The same where it is known already whose each row is: one row per key of `owners`."""
    n = len(owners)
    accounts, posts, snapshots = (
        _Owned(getattr(tables, name), owners.of(name)) for name in ("accounts", "posts", "snapshots")
    )
    looked = _newest_time(n, (accounts, posts, snapshots), "observed_at")
    as_of = np.maximum(looked, _newest_time(n, (posts,), "posted_at"))
    profile = _profile(n, accounts, snapshots)
    created = _scatter(n, accounts, "created_at")
    times = as_of.view("datetime64[us]")
    profile["age_days"] = _days(times) - _days(created)
    handle = np.full(n, None, dtype=object)
    handle[accounts.owner] = accounts.table.column("handle")
    platform, account_id = np.empty(n, dtype=object), np.empty(n, dtype=object)
    platform[:], account_id[:] = [key[0] for key in owners.keys], [key[1] for key in owners.keys]
    return Panel(
        platform,
        account_id,
        handle,
        profile,
        _posts(n, posts, looked.view("datetime64[us]")),
        _history(n, snapshots, accounts),
        _impossible(tables, owners.keys),
        times,
    )


@dataclass(frozen=True, slots=True)
class _Owned:
    """A table, and the position of each row's account."""

    table: Table
    owner: NDArray[np.intp]


def _days(times: NDArray[np.datetime64]) -> FloatArray:
    """Times as days since 1970, to the second; NaN for NaT."""
    seconds = (_micros(times) // 1_000_000).astype(np.float64)
    return np.where(np.isnat(times), np.nan, seconds / 86400.0)


def _micros(times: NDArray[np.datetime64]) -> NDArray[np.int64]:
    return times.astype("datetime64[us]", copy=False).view(np.int64)


def _newest_time(n: int, parts: Sequence[_Owned], name: str) -> NDArray[np.int64]:
    """In microseconds; NaT is the lowest."""
    found = np.full(n, np.iinfo(np.int64).min, dtype=np.int64)
    for part in parts:
        if name in part.table.columns:
            np.maximum.at(found, part.owner, _micros(part.table.column(name)))
    return found


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
    times = _micros(snapshots.table.column("observed_at"))
    looks = in_time(snapshots.owner, times)
    kinds = {column.name for column in TABLES["snapshots"]}
    for name in PROFILE_COUNTS:
        if name not in kinds or name not in snapshots.table.columns:
            continue
        values = looks.of(snapshots.table.column(name))
        known = np.flatnonzero(~np.isnan(values))
        newest = np.full(n, -1, dtype=np.intp)
        newest[looks.owner[known]] = known  # the last assignment of an account is its newest look
        has = newest >= 0
        newer = np.zeros(n, dtype=bool)
        newer[has] = np.isnan(profile[name][has]) | (looks.times[newest[has]] > read_at[has])
        profile[name][newer] = values[newest[newer]]
    return profile


def _posts(n: int, part: _Owned, looked: NDArray[np.datetime64]) -> PostsPanel:
    """The newest posts as a matrix. A post whose age cannot be known is kept; so is its place in time."""
    table, posted = part.table, part.table.column("posted_at")
    with np.errstate(invalid="ignore"):
        age_hours = (_days(looked)[part.owner] - _days(posted)) * 24.0
        kept = ~(age_hours < MIN_POST_AGE_HOURS) & ~(table.column("pinned") == 1)
    order = _posts_in_time(table, part.owner, np.flatnonzero(kept))
    owner = part.owner[order]
    from_end = np.cumsum(np.bincount(owner, minlength=n))[owner] - 1 - np.arange(len(owner))
    newest = from_end < MAX_POSTS
    order, place = order[newest], owner[newest] * MAX_POSTS + MAX_POSTS - 1 - from_end[newest]

    def matrix(values: FloatArray) -> FloatArray:
        out = np.full(n * MAX_POSTS, np.nan)
        out[place] = values[order]
        return out.reshape(n, MAX_POSTS)

    counts = {name: matrix(table.column(name)) for name in POST_COUNTS}
    return PostsPanel(**counts, posted_day=matrix(np.floor(_days(posted))))


def _posts_in_time(table: Table, owner: NDArray[np.intp], rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """Some rows of the posts by account and time.

    Ties in time are broken by the counters, so that the order of rows in the file never matters.
    """
    times = _micros(table.column("posted_at"))
    order = order_of(owner[rows], times[rows])
    rows = rows if order is None else rows[order]
    of, at = owner[rows], times[rows]
    same = (of[1:] == of[:-1]) & (at[1:] == at[:-1])
    if same.any():
        tied = np.flatnonzero(np.append(same, False) | np.append(False, same))
        those = rows[tied]
        ties = [np.nan_to_num(table.column(name)[those], nan=-1.0) for name in reversed(POST_COUNTS)]
        rows[tied] = those[np.lexsort([*ties, times[those], owner[those]])]
    return rows


def _history(n: int, snapshots: _Owned, accounts: _Owned) -> HistoryPanel:
    """Looks on a daily grid; the row of `accounts` is one more look where it carries a time."""
    dated = np.flatnonzero(~np.isnat(accounts.table.column("observed_at")))
    looks = together_in_time(
        snapshots.owner,
        _micros(snapshots.table.column("observed_at")),
        accounts.owner[dated],
        _micros(accounts.table.column("observed_at"))[dated],
    )
    day = np.floor_divide(looks.times, MICROSECONDS_A_DAY)
    known = looks.times != np.iinfo(np.int64).min  # a look without a time has no day
    newest = np.full(n, np.iinfo(np.int64).min)
    np.maximum.at(newest, looks.owner[known], day[known])
    column = MAX_DAYS - 1 - (newest[looks.owner] - day)
    used = known & (column >= 0)
    place = looks.owner * MAX_DAYS + column

    def grid(name: str) -> FloatArray:
        values = looks.of(np.concatenate([snapshots.table.column(name), accounts.table.column(name)[dated]]))
        out = np.full(n * MAX_DAYS, np.nan)
        filled = used & ~np.isnan(values)
        out[place[filled]] = values[filled]  # of several assignments the last one stays
        return out.reshape(n, MAX_DAYS)

    last_day = np.where(newest == np.iinfo(np.int64).min, np.nan, newest.astype(np.float64))
    return HistoryPanel(**{name: grid(name) for name in HISTORY_COUNTS}, last_day=last_day)


MICROSECONDS_A_DAY = 86_400_000_000


def _impossible(tables: Tables, keys: Sequence[Key]) -> FloatArray:
    """Faults of posts that cannot be, by account."""
    out = np.zeros(len(keys))
    found = [(one.platform, one.account_id) for one in tables.faults if one.kind == "impossible"]
    if found:
        index = {key: i for i, key in enumerate(keys)}
        for key in found:
            if key in index:
                out[index[key]] += 1
    return out
