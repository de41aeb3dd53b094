"""Rows seen twice: which one counts, and why the others are set aside.

==========  ===================================  ===========================================================
table       two rows are the same when equal in  kept
==========  ===================================  ===========================================================
accounts    platform, account_id                 the newest by observed_at (unknown is oldest), then the last
posts       platform, account_id, post_id        the same
snapshots   platform, account_id, observed_at    the last read
==========  ===================================  ===========================================================
"""

import numpy as np
from numpy.typing import NDArray

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
    codes = codes_of(table, ("post_id",) if table.name == "posts" else ())
    times = table.column("observed_at").astype(np.int64)  # NaT is the smallest integer, so the oldest
    if not len(rows) or (codes == rows).all():  # each row is an account, or a post, of its own
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
    known: dict[tuple[str, ...], int] = {}
    columns = [table.column(name).tolist() for name in ("platform", "account_id", *more)]
    keys = zip(*columns, strict=True)
    return np.fromiter((known.setdefault(key, len(known)) for key in keys), np.int64, len(table))
