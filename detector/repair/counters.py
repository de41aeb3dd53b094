"""Counters of accounts and looks: below zero, all zero after looks that were not, and sums that do not fit."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.contract import TABLES
from detector.owners import Owners
from detector.repair.display import display_step
from detector.repair.findings import Mask, by_account, fault, said, times_of
from detector.repair.wrapped import LOWEST_32_BIT, newest_likes
from detector.tables import Fault, Table, Tables

__all__ = ["gone_looks", "negative_counts", "posts_above_lifetime", "zero_likes"]

HIDDEN_MARK = -1.0
"""What interfaces write for a counter that its owner hides."""

MANY_FOLLOWERS, MANY_POSTS = 10_000, 50
"""Beyond these no creator of the reference data has no like at all; the platform has been seen to say so."""

LATER_LOOK = 0.02
"""Posts are often read some days after the profile. Of 1,772 creators 48 had posts' likes above lifetime likes,
46 of them by less than 2 %."""


def negative_counts(tables: Tables, owners: Owners) -> tuple[Tables, list[Fault]]:
    """Counts below zero become missing; TikTok's lifetime likes in the 32-bit range wait for `turned_likes`."""
    found: dict[tuple[str, bool], list[tuple[int, float]]] = {}
    mended: dict[str, Any] = {}
    for table in (tables.accounts, tables.posts, tables.snapshots):
        changed = {}
        for name in (column.name for column in TABLES[table.name] if column.kind == "count"):
            if name not in table.columns:
                continue
            values = table.columns[name]
            wrong = _below_zero(table, name, values)
            if not wrong.any():
                continue
            changed[name] = np.where(wrong, np.nan, values)
            counter = f"posts.{name}" if table.name == "posts" else name
            for account, value in zip(
                owners.of(table.name)[wrong].tolist(), values[wrong].tolist(), strict=True
            ):
                found.setdefault((counter, value == HIDDEN_MARK), []).append((account, value))
        mended[table.name] = table.replace(**changed) if changed else table
    faults = [_negative(owners, counter, hidden, rows) for (counter, hidden), rows in found.items()]
    return replace(tables, **mended), [one for some in faults for one in some]


def _below_zero(table: Table, name: str, values: NDArray[np.float64]) -> Mask:
    wrong: Mask = values < 0
    if name == "likes" and table.name != "posts" and wrong.any():
        turned = (table.column("platform") == "tiktok") & (values >= LOWEST_32_BIT) & (values != HIDDEN_MARK)
        wrong &= ~turned.astype(bool)
    return wrong


def _negative(owners: Owners, counter: str, hidden: bool, rows: list[tuple[int, float]]) -> list[Fault]:
    kind = "hidden" if hidden else "negative"
    why = "read -1, which stands for a hidden count" if hidden else "read below zero, which no count can be"
    accounts, values = zip(*rows, strict=True)
    name = f"{counter.removeprefix('posts.')} of posts" if counter.startswith("posts.") else counter
    return [
        fault(owners.keys[account], counter, kind, said(found), "missing", f"{name} {why}; left aside.")
        for account, found in by_account(np.array(accounts), values).items()
    ]


def gone_looks(tables: Tables, owners: Owners) -> tuple[Tables, list[Fault]]:
    """Looks at which followers, likes and posts all read 0 after an earlier look with followers: not counters.

    A scraper writes zeros when an account is closed, renamed or hidden. At least two of the three must be known.
    A newcomer's zeros come before its first follower and stay.
    """
    looks = (tables.accounts, tables.snapshots)
    zeros = [_all_zero(table) for table in looks]
    if not any(zero.any() for zero in zeros):
        return tables, []
    first = np.full(len(owners), np.iinfo(np.int64).max)
    for table in looks:
        followed = table.column("followers") > 0
        times = times_of(table)
        followed &= times != np.iinfo(np.int64).min  # a look without a time proves no order
        np.minimum.at(first, owners.of(table.name)[followed], times[followed])
    mended: dict[str, Any] = {}
    rows: dict[int, int] = {}
    for table, zero in zip(looks, zeros, strict=True):
        owner = owners.of(table.name)
        gone = zero & (times_of(table) > first[owner])
        for account in owner[gone].tolist():
            rows[account] = rows.get(account, 0) + 1
        counts = [column.name for column in TABLES[table.name] if column.kind == "count"]
        emptied = {
            name: np.where(gone, np.nan, table.columns[name])
            for name in counts
            if name in table.columns and name in _COUNTERS
        }
        mended[table.name] = table.replace(**emptied)
    return replace(tables, **mended), [
        _gone(owners.keys[account], number) for account, number in rows.items()
    ]


_COUNTERS = ("followers", "following", "likes", "posts", "views")


def _all_zero(table: Table) -> Mask:
    counters = np.stack([table.column(name) for name in ("followers", "likes", "posts")])
    known = ~np.isnan(counters)
    zero: Mask = (known.sum(axis=0) >= 2) & (~known | (counters == 0)).all(axis=0) & known[0]
    return zero


def _gone(key: tuple[str, str], looks: int) -> Fault:
    times = "one look" if looks == 1 else f"{looks:,} looks"
    sentence = (
        f"All counters read 0 at {times} after earlier ones that did not: account gone or hidden; left aside."
    )
    return fault(key, "followers, likes, posts", "gone", f"0 at {times}", "missing", sentence)


def zero_likes(tables: Tables, owners: Owners) -> tuple[Tables, list[Fault]]:
    """No likes at all at over 10,000 followers and 50 posts: a counter that was not delivered."""
    mended: dict[str, Any] = {}
    accounts: set[int] = set()
    for table in (tables.accounts, tables.snapshots):
        likes = table.column("likes")
        empty = (
            (likes == 0) & (table.column("followers") > MANY_FOLLOWERS) & (table.column("posts") > MANY_POSTS)
        )
        accounts.update(owners.of(table.name)[empty].tolist())
        mended[table.name] = table.replace(likes=np.where(empty, np.nan, likes)) if empty.any() else table
    sentence = (
        "likes read 0 at over 10,000 followers and 50 posts: not delivered by the platform; left aside."
    )
    return replace(tables, **mended), [
        fault(owners.keys[account], "likes", "zero", "0", "missing", sentence) for account in accounts
    ]


def posts_above_lifetime(tables: Tables, owners: Owners) -> tuple[Tables, list[Fault]]:
    """The likes of known posts add up to more than all lifetime likes, beyond rounding: said, nothing changed.

    Which of the two is stale cannot be told from the numbers.
    """
    likes = tables.posts.column("likes")
    known = ~np.isnan(likes)
    if not known.any():
        return tables, []
    lifetime, platform = newest_likes(tables, owners)
    owner = owners.posts[known]
    total = np.bincount(owner, weights=likes[known], minlength=len(owners))
    slack = np.zeros(len(owners))
    for name in sorted({str(name) for name in platform[~np.isnan(lifetime)]}):
        mine = platform[owner] == name
        steps = display_step(name, "likes", likes[known][mine])
        slack += np.bincount(owner[mine], weights=steps, minlength=len(owners))
        slack += np.where(platform == name, display_step(name, "likes", lifetime), 0.0)
    above = np.flatnonzero(total > lifetime * (1 + LATER_LOOK) + slack)
    return tables, [_above(owners.keys[i], total[i], lifetime[i]) for i in above]


def _above(key: tuple[str, str], total: float, lifetime: float) -> Fault:
    found = f"{total:,.0f} on known posts, {lifetime:,.0f} in all"
    sentence = f"Likes of the known posts add up to more than the lifetime likes: {found}. Both are kept."
    return fault(key, "likes", "above_lifetime", found, "kept", sentence)
