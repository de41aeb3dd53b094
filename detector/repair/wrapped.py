"""TikTok's lifetime likes as a 32-bit integer that turned over: undone where one true value is possible.

The web page's old counter is a signed 32-bit integer: 2,574,556,625 likes read -1,720,410,671. How often it has
turned cannot be read off the number: two creators of 160 million followers read -1.72 and -0.86 thousand million in
2026 and had 2.57 (one turn) and 12.02 (three turns). Differences between looks remain right, so a history
is shifted as a whole. What settles the number of turns, in this order: an exact count at another look (too large for
32 bits), the likes of the known posts (at least so many, and hardly more when nearly all posts are known), and
the followers. Else the likes become missing.
"""

from dataclasses import dataclass, replace
from math import ceil, floor, inf

import numpy as np
from numpy.typing import NDArray

from detector.in_time import together_in_time
from detector.owners import Owners
from detector.repair.findings import Mask, by_account, fault, said, times_of
from detector.tables import Fault, Table, Tables

__all__ = ["LOWEST_32_BIT", "few_likes_of_giants", "newest_likes", "turned_likes"]

TURN = 2.0**32
LOWEST_32_BIT = -(2.0**31)
BEYOND_32_BIT = 2.0**31

USUAL_LIKES_PER_FOLLOWER = 34
"""95th percentile of creators above ten million followers (n = 49)."""
MOST_LIKES_PER_FOLLOWER = 100
"""A further turn is thought possible up to here: a giant of 2026 is known to have 77."""
ABSURD_LIKES_PER_FOLLOWER = 1_000
"""Beyond it the negative number is no turned counter at all: over twenty times the median of any size."""

POSTS_READ_LATER = 1.02
"""Likes of posts read after the profile may be this much above what the profile said."""
NEARLY_ALL_POSTS = 0.95
LIKES_OF_OTHER_POSTS = 1.25
"""With 95 % of the posts known, lifetime likes hold at most a quarter more (deleted and unknown posts)."""

MANY_POSTS = 50
ENOUGH_POSTS = 10


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What bounds the true likes of one account at its newest look, in likes."""

    least: float
    most: float
    absurd: float


def turned_likes(tables: Tables, owners: Owners) -> tuple[Tables, list[Fault]]:
    """Undo the turns of TikTok accounts with a negative look, or whose posts alone have half a turn more likes.

    Returns the tables with these accounts' likes corrected or missing, and one Fault for each account.
    """
    looks = (tables.accounts, tables.snapshots)
    owner = np.concatenate([owners.of(table.name) for table in looks])
    likes = np.concatenate([table.column("likes") for table in looks])
    tiktok = np.concatenate([table.column("platform") == "tiktok" for table in looks]).astype(bool)
    turned = np.zeros(len(owners), dtype=bool)
    turned[owner[tiktok & (likes < 0)]] = True
    turned |= _far_below_posts(tables, owners)
    # A 0 is no counter (see gone_looks), so an account may be left with no look to mend.
    rows = np.flatnonzero(turned[owner] & (likes != 0) & ~np.isnan(likes))
    if not len(rows):
        return tables, []
    times = np.concatenate([times_of(table) for table in looks])
    rows = rows[np.lexsort([likes[rows], times[rows], owner[rows]])]
    evidence = _evidence(tables, owners, turned)
    corrected = likes.copy()
    faults = []
    for mine in np.split(rows, np.flatnonzero(np.diff(owner[rows])) + 1):
        account = int(owner[mine[0]])
        corrected[mine], one = _of_one(owners.keys[account], likes[mine], evidence[account])
        faults += one
    cut = len(tables.accounts)
    return replace(
        tables,
        accounts=_with_likes(tables.accounts, corrected[:cut]),
        snapshots=_with_likes(tables.snapshots, corrected[cut:]),
    ), faults


def _with_likes(table: Table, likes: NDArray[np.float64]) -> Table:
    return table.replace(likes=likes) if "likes" in table.columns else table


def _far_below_posts(tables: Tables, owners: Owners) -> Mask:
    sums = _sum_of_posts(tables, owners)
    if not (sums > BEYOND_32_BIT).any():
        return np.zeros(len(owners), dtype=bool)
    newest, platform = newest_likes(tables, owners)
    far: Mask = (
        (newest < BEYOND_32_BIT) & (sums - newest > BEYOND_32_BIT) & (platform == "tiktok").astype(bool)
    )
    return far


def newest_likes(tables: Tables, owners: Owners) -> tuple[NDArray[np.float64], NDArray[np.object_]]:
    """Lifetime likes at each account's newest look (NaN where never known), and its platform."""
    accounts, snapshots = tables.accounts, tables.snapshots
    looks = together_in_time(owners.snapshots, times_of(snapshots), owners.accounts, times_of(accounts))
    likes = looks.of(np.concatenate([snapshots.column("likes"), accounts.column("likes")]))
    known = np.flatnonzero(~np.isnan(likes))
    newest = np.full(len(owners), np.nan)
    newest[looks.owner[known]] = likes[known]  # of several assignments the last one stays
    return newest, np.array([key[0] for key in owners.keys], dtype=object)


def _sum_of_posts(tables: Tables, owners: Owners) -> NDArray[np.float64]:
    likes = np.nan_to_num(tables.posts.column("likes"), nan=0.0)
    return np.bincount(owners.posts, weights=likes, minlength=len(owners)).astype(np.float64)


def _evidence(tables: Tables, owners: Owners, wanted: Mask) -> dict[int, _Evidence]:
    sums = _sum_of_posts(tables, owners)
    known = np.bincount(owners.posts[~np.isnan(tables.posts.column("likes"))], minlength=len(owners))
    followers, posts = (_largest(tables, owners, name) for name in ("followers", "posts"))
    found = {}
    for account in np.flatnonzero(wanted).tolist():
        most = MOST_LIKES_PER_FOLLOWER * followers[account] if followers[account] > 0 else inf
        if known[account] >= NEARLY_ALL_POSTS * posts[account] > 0:
            most = min(most, LIKES_OF_OTHER_POSTS * sums[account])
        absurd = ABSURD_LIKES_PER_FOLLOWER * followers[account] if followers[account] > 0 else inf
        found[account] = _Evidence(sums[account] / POSTS_READ_LATER, most, absurd)
    return found


def _largest(tables: Tables, owners: Owners, name: str) -> NDArray[np.float64]:
    """The largest known value of a counter, 0 where it is never known."""
    largest = np.zeros(len(owners))
    for table in (tables.accounts, tables.snapshots):
        np.maximum.at(largest, owners.of(table.name), np.nan_to_num(table.column(name), nan=0.0))
    return largest


def _of_one(
    key: tuple[str, str], likes: NDArray[np.float64], seen: _Evidence
) -> tuple[NDArray[np.float64], list[Fault]]:
    """One account's likes in order of time, none 0 or missing: corrected, or NaN where they cannot be known."""
    series = np.unwrap(likes, period=TURN)
    counted = likes >= BEYOND_32_BIT  # an exact count: no 32-bit integer holds it
    turns = _turns(series, likes, counted, seen)
    if turns is None:
        wrong = ~counted
        kind, why = (
            "wrapped",
            "a 32-bit counter that turned over, followers and posts do not settle how often",
        )
    elif turns == inf:
        wrong = likes < 0
        kind, why = "negative", "no number of turns of a 32-bit counter fits the followers and the posts"
    else:
        true = series + turns * TURN
        changed = true != likes
        if not changed.any():
            return likes, []
        found = said(sorted(likes[changed].tolist()))
        sentence = f"likes read {found}: a 32-bit counter that turned over. The newest true count is {true[-1]:,.0f}."
        return true, [fault(key, "likes", "wrapped", found, "corrected", sentence)]
    if not wrong.any():
        return likes, []
    found = said(sorted(likes[wrong].tolist()))
    sentence = f"likes read {found}: {why}; left aside."
    return np.where(wrong, np.nan, likes), [fault(key, "likes", kind, found, "missing", sentence)]


def _turns(
    series: NDArray[np.float64], likes: NDArray[np.float64], counted: Mask, seen: _Evidence
) -> float | None:
    """Turns to add to the whole series: a whole number, None where several fit, inf where none does."""
    if counted.any():
        offsets = np.unique((likes[counted] - series[counted]) / TURN)
        fits = len(offsets) == 1 and (series + offsets[0] * TURN >= 0).all()
        return float(offsets[0]) if fits else None
    newest = float(series[-1])
    fewest = max(ceil(-float(series.min()) / TURN), ceil((seen.least - newest) / TURN))
    if newest + fewest * TURN > (seen.absurd if (likes < 0).any() else seen.most):
        return inf
    if seen.most == inf or floor((seen.most - newest) / TURN) > fewest:
        return None
    return float(fewest)


def few_likes_of_giants(tables: Tables, owners: Owners) -> tuple[Tables, list[Fault]]:
    """Fewer likes than followers where a turned counter is the likelier cause: likes become missing.

    TikTok only, more than 50 posts, and so many followers that a usual creator's likes have turned the counter
    (2**32 / 34: 126 million), unless the known posts' likes show that they have not. The bare rule "likes below
    followers above one million" hits none of 1,772 untouched creators, but 18 % of those whose followers were
    multiplied by ten (this one under 1 %): it would hide what this tool is there to find.
    """
    usual = _usual_likes(tables, owners)
    mended: dict[str, Table] = {}
    found: list[tuple[int, float]] = []
    for table in (tables.accounts, tables.snapshots):
        likes, followers = table.column("likes"), table.column("followers")
        few = (likes > 0) & (likes < followers) & (followers > TURN / USUAL_LIKES_PER_FOLLOWER)
        few &= (table.column("posts") > MANY_POSTS) & (table.column("platform") == "tiktok").astype(bool)
        owner = owners.of(table.name)
        if few.any():
            few &= ~(usual[owner] < BEYOND_32_BIT)
            found += zip(owner[few].tolist(), likes[few].tolist(), strict=True)
            table = table.replace(likes=np.where(few, np.nan, likes))
        mended[table.name] = table
    values = by_account(np.array([row[0] for row in found], dtype=np.intp), [row[1] for row in found])
    faults = [_few(owners.keys[account], said(likes)) for account, likes in values.items()]
    return replace(tables, accounts=mended["accounts"], snapshots=mended["snapshots"]), faults


def _usual_likes(tables: Tables, owners: Owners) -> NDArray[np.float64]:
    """Mean likes of the known posts x number of posts, NaN below ten known posts."""
    known = np.bincount(owners.posts[~np.isnan(tables.posts.column("likes"))], minlength=len(owners))
    with np.errstate(invalid="ignore", divide="ignore"):
        usual = _sum_of_posts(tables, owners) / known * _largest(tables, owners, "posts")
    return np.where(known >= ENOUGH_POSTS, usual, np.nan)


def _few(key: tuple[str, str], found: str) -> Fault:
    sentence = (
        f"likes read {found}, too few to be believed of a giant: a 32-bit counter turns over; left aside."
    )
    return fault(key, "likes", "wrapped", found, "missing", sentence)
