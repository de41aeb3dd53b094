"""Loops of `delivery` and `unshared`: what rows add up to, as NumPy adds them, and which days may hold a drip."""

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["HELPERS", "LOOPS"]

NAN = np.nan


def added(row: Any) -> Any:
    """`np.sum` of a row of at most 128: eight lanes, then what does not fill them."""
    whole, total = len(row) // 8 * 8, 0.0
    if whole:
        a, b, c, d, e, f, g, h = row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7]
        for i in range(8, whole, 8):
            a, b, c, d = a + row[i], b + row[i + 1], c + row[i + 2], d + row[i + 3]
            e, f, g, h = e + row[i + 4], f + row[i + 5], g + row[i + 6], h + row[i + 7]
        total = ((a + b) + (c + d)) + ((e + f) + (g + h))
    for i in range(whole, len(row)):
        total += row[i]
    return total


def risen_together(gained: Any, came: Any) -> Any:
    """`unshared._risen`: of both counters (2, n, width), and the sums (2, n)."""
    n, width = gained.shape
    risen, sums, known = np.empty((2, n, width)), np.empty((2, n)), np.empty(width)
    for r in range(n):
        for kind in range(2):
            one, other = (gained[r], came[r]) if kind == 0 else (came[r], gained[r])
            own = risen[kind, r]
            for c in range(width):
                known[c] = one[c] if (one[c] > 0.0) & (other[c] == other[c]) else 0.0
                own[c] = known[c] if (one[c] == one[c]) & (other[c] == other[c]) else NAN
            sums[kind, r] = added(known)
    return risen, sums


def top_three(values: Any) -> Any:
    """Of the known of each row that are above 0 the sum, and the sum of the three largest, (n,) each."""
    n, width = values.shape
    total, most, own = np.empty(n), np.empty(n), np.empty(width)
    for r in range(n):
        row, one, two, three = values[r], 0.0, 0.0, 0.0
        for c in range(width):
            own[c] = row[c] if row[c] > 0.0 else 0.0
        for c in range(width):
            if own[c] > three:
                three = own[c]
                if three > two:
                    two, three = three, two
                if two > one:
                    one, two = two, one
        total[r], most[r] = added(own), three + two + one
    return total, most


def may_drip(gains: Any, outside: Any, enough: Any, days: Any, stride: Any, low: Any) -> Any:
    """`delivery._may_drip`."""
    n, width = gains.shape
    found, m = np.empty((n * (width // stride + 1), 2), dtype=np.int64), 0
    lacking, below = np.zeros(width + 1, dtype=np.int64), np.zeros(width + 1, dtype=np.int64)
    for r in range(n):
        if not enough[r]:
            continue
        for c in range(width):
            lacking[c + 1] = lacking[c] + (gains[r, c] != gains[r, c])
            below[c + 1] = below[c] + (not gains[r, c] > outside[r])
        for start in range(0, width - days + 1, stride):
            if lacking[start + days] == lacking[start] and below[start + days] - below[start] <= low:
                found[m, 0], found[m, 1] = r, start
                m += 1
    return found[:m, 0].copy(), found[:m, 1].copy()


HELPERS: tuple[Callable[..., Any], ...] = (added,)
LOOPS: tuple[Callable[..., Any], ...] = (
    risen_together,
    top_three,
    may_drip,
)
