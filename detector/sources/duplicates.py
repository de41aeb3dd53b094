"""Rows seen twice: which one counts, and why the others are set aside.

==========  ===================================  ===========================================================
table       two rows are the same when equal in  kept
==========  ===================================  ===========================================================
accounts    platform, account_id                 the newest by observed_at (unknown is oldest), then the last
posts       platform, account_id, post_id        the same
snapshots   platform, account_id, observed_at    the last read
==========  ===================================  ===========================================================
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.owners import numbered
from detector.tables import Table

__all__ = ["codes_of", "kept_instead"]

REASONS = {
    "accounts": ("two rows for one account", "one row per account; the newest, or else the last, is kept"),
    "posts": ("seen twice: the same post", "one row per post; the newest, or else the last, is kept"),
    "snapshots": ("seen twice: the same look", "one row per account and time; the last is kept"),
}


def kept_instead(table: Table) -> NDArray[np.int64]:
    """For each row the row that is kept for it: itself, or the one that replaces it. Shape (n,).

    >>> rows = [{"platform": "x", "account_id": "1", "followers": f} for f in (5, 7)]
    >>> kept_instead(Table.from_rows("accounts", rows))
    array([1, 1])
    """
    rows = np.arange(len(table))
    if not len(rows) or (table.name == "posts" and len(set(table.column("post_id").tolist())) == len(rows)):
        return rows
    codes = codes_of(table, ("post_id",) if table.name == "posts" else ())
    if codes.max() == len(rows) - 1:  # each row is an account, or a post, of its own
        return rows
    times = table.column("observed_at").astype(np.int64)  # NaT is the smallest integer, so the oldest
    if table.name == "snapshots" and _all_differ(codes, times):
        return rows
    order = np.lexsort((rows, times, codes))
    is_new = np.diff(codes[order]) != 0
    if table.name == "snapshots":
        is_new |= np.diff(times[order]) != 0
    last = order[np.append(np.flatnonzero(is_new), len(rows) - 1)]
    kept = np.empty(len(rows), dtype=np.int64)
    kept[order] = last[np.concatenate(([0], np.cumsum(is_new)))]
    return kept


def codes_of(table: Table, more: tuple[str, ...] = ()) -> NDArray[np.int64]:
    """Rows of the same account (and of the same value in `more`) share a number; numbered by first appearance."""
    own = numbered(table, {})
    if not more:
        return own.astype(np.int64)
    known: dict[tuple[Any, ...], int] = {}
    keys = zip(own.tolist(), *(table.column(name).tolist() for name in more), strict=True)
    return np.fromiter((known.setdefault(key, len(known)) for key in keys), np.int64, len(table))


def _all_differ(codes: NDArray[np.int64], times: NDArray[np.int64]) -> bool:
    """Whether no two rows share both numbers, where that can be told by one sort of one number."""
    span = int(times.max()) - int(times.min()) + 1
    if span * (int(codes.max()) + 1) >= 2**63:
        seconds, rest = np.divmod(times, 1_000_000)
        if rest.any():
            return False
        times, span = seconds, int(seconds.max()) - int(seconds.min()) + 1
        if span * (int(codes.max()) + 1) >= 2**63:
            return False
    both = np.sort(codes * span + (times - times.min()))
    return not (both[1:] == both[:-1]).any()
