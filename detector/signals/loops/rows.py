"""Loops of `stats`: medians and spreads, ranks, largest values and counts of rows. See `detector.signals.loops`."""

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["HELPERS", "LOOPS"]

NAN = np.nan

ABREAST = 32
"""Rows sorted at a time: one comparison of the network is then made for all of them."""


LANES = 16
"""Rows of a block of `interleaved`: a month of looks of these, and of their companion, stays in the nearest cache."""


def interleaved(values: Any, width: Any, margin: Any) -> Any:
    """Rows in blocks of LANES, column by column of them all: (blocks, margin + width + margin, LANES).

    Of each row the first `width` columns, with so many unknown ones on either side; rows beyond the last are unknown.
    What is done to columns is then done to a block in one long loop.
    """
    n = len(values)
    out = np.empty(((n + LANES - 1) // LANES, width + 2 * margin, LANES))
    for block in range(len(out)):
        lanes, first = out[block], block * LANES
        if n - first < LANES:
            lanes[:] = NAN
        lanes[:margin], lanes[margin + width :] = NAN, NAN
        for r in range(min(LANES, n - first)):
            row, own = values[first + r], lanes[margin:]
            for c in range(width):
                own[c, r] = row[c]
    return out


def last_known(values: Any, least: Any) -> Any:
    """Columns up to the last one that any row knows, at least `least`: looks are moved to the left, and most accounts
    have few.
    """
    found = least
    for r in range(len(values)):
        c = values.shape[1]
        while c > found and values[r, c - 1] != values[r, c - 1]:
            c -= 1
        found = max(found, c)
    return found


def network(width: Any) -> Any:
    """Pairs of places that put any row of that width in order when compared one after the other.

    References
    ----------
    Batcher 1968, Sorting networks and their applications (odd-even merging).
    """
    pairs, m, p = np.empty((width * 16 + 16, 2), dtype=np.int64), 0, 1
    while p < width:
        k = p
        while k >= 1:
            for j in range(k % p, width - k, 2 * k):
                for i in range(min(k, width - j - k)):
                    if (i + j) // (2 * p) == (i + j + k) // (2 * p):
                        pairs[m, 0], pairs[m, 1] = i + j, i + j + k
                        m += 1
            k //= 2
        p *= 2
    return pairs[:m]


def put_in_order(block: Any, pairs: Any, most: Any) -> None:
    """Sorts the first `most` rows of a block (width, ABREAST), column by column."""
    for pair in range(len(pairs)):
        low, high = pairs[pair, 0], pairs[pair, 1]
        if high < most:
            ordered(block, low, high)


def ordered(block: Any, low: Any, high: Any) -> None:
    """Puts the smaller of each column's two numbers into the row `low` of a block, the larger into the row `high`."""
    for r in range(
        ABREAST
    ):  # by the block itself: of two rows cut out the compiler asks whether they overlap
        one, other = block[low, r], block[high, r]
        block[low, r] = (one if one < other else other) + 0.0
        block[high, r] = one if one > other else other


def between(low: Any, high: Any, place: Any) -> Any:
    """`stats.quantile` at a place between two numbers of a row."""
    return low + (high - low) * (place - np.floor(place))


def laid_abreast(values: Any, first: Any, turned: Any, block: Any, known: Any) -> Any:
    """Writes rows from `first` on into the columns of a block, the unknown infinite, and how many each knows.

    Columns of `values` that none of them knows are left out; gives how many rows of the block are filled. `turned` is
    scratch.
    """
    held, m = min(ABREAST, len(values) - first), 0
    if held < ABREAST:
        turned[:] = NAN
    for r in range(held):
        row = values[first + r]
        for c in range(len(row)):
            turned[c, r] = row[c]
    block[:], known[:] = np.inf, 0
    for c in range(values.shape[1]):
        seen = 0
        for r in range(ABREAST):
            one = turned[c, r]
            block[m, r] = one if one == one else np.inf
            known[r] += one == one
            seen += one == one
        m += seen > 0
    return m


def distances_in_order(block: Any, m: Any, middle: Any, apart: Any) -> None:
    """Puts the distances from each column's median, which fall and rise where the column is sorted, in order."""
    half = 1
    while 2 * half < m:
        half *= 2
    for c in range(2 * half):
        for r in range(ABREAST):
            apart[c, r] = abs(block[c, r] - middle[r]) if c < m else np.inf
    while half >= 1:
        for start in range(0, m, 2 * half):
            for c in range(half):
                ordered(apart, start + c, start + c + half)
        half //= 2


def middle_two(values: Any) -> Any:
    """The numbers of each row on either side of its median, and how many are known: (n,) each."""
    n, width = values.shape
    pairs, block, turned = network(width), np.empty((width + 1, ABREAST)), np.empty((width, ABREAST))
    low, high, counted, known = (
        np.full(n, NAN),
        np.full(n, NAN),
        np.empty(n),
        np.empty(ABREAST, dtype=np.int64),
    )
    for first in range(0, n, ABREAST):
        put_in_order(block, pairs, laid_abreast(values, first, turned, block, known))
        for r in range(min(ABREAST, n - first)):
            counted[first + r] = known[r]
            if known[r] > 0:
                low[first + r], high[first + r] = block[(known[r] - 1) // 2, r], block[known[r] // 2, r]
    return low, high, counted


def middle_of(block: Any, known: Any, out: Any) -> None:
    """The medians of sorted columns of a block, of which so many are known."""
    for r in range(ABREAST):
        place = max(known[r] - 1, 0) * 0.5
        out[r] = between(block[int(np.floor(place)), r], block[int(np.ceil(place)), r], place)


def middles(values: Any, at_least: Any, spread_at_least: Any) -> Any:
    """`stats.median_and_mad` before the latter is scaled; (n,) each."""
    n, width = values.shape
    pairs, middle, wide = network(width), np.full(n, NAN), np.full(n, NAN)
    block, apart = np.empty((width + 1, ABREAST)), np.empty((2 * width + 2, ABREAST))
    known, turned = np.empty(ABREAST, dtype=np.int64), np.empty((width, ABREAST))
    found, spread = np.empty(ABREAST), np.empty(ABREAST)
    for first in range(0, n, ABREAST):
        m = laid_abreast(values, first, turned, block, known)
        put_in_order(block, pairs, m)
        middle_of(block, known, found)
        if spread_at_least <= width:
            distances_in_order(block, m, found, apart)
            middle_of(apart, known, spread)
        for r in range(min(ABREAST, n - first)):
            middle[first + r] = found[r] if known[r] >= at_least else NAN
            wide[first + r] = spread[r] if known[r] >= spread_at_least else NAN
    return middle, wide


def maximum(values: Any, at_least: Any) -> Any:
    """`stats.maximum`."""
    n, width = values.shape
    found = np.empty(n)
    for r in range(n):
        best, known = -np.inf, 0
        for c in range(width):
            one = values[r, c]
            known += one == one
            best = one if one > best else best
        found[r] = best if known >= at_least else NAN
    return found


def count(values: Any) -> Any:
    """`stats.count`."""
    n, width = values.shape
    found = np.empty(n)
    for r in range(n):
        known = 0
        for c in range(width):
            known += values[r, c] == values[r, c]
        found[r] = known
    return found


def spearman(left: Any, right: Any, at_least: Any) -> Any:
    """`stats.spearman`: ranks are halves, so that sums of their products are exact in any order."""
    n, width = left.shape
    found = np.empty(n)
    a, b = np.empty(width + 16), np.empty(width + 16)
    for r in range(n):
        m = 0
        for c in range(width):
            if left[r, c] == left[r, c] and right[r, c] == right[r, c]:
                a[m], b[m] = left[r, c], right[r, c]
                m += 1
        whole = (m + 15) // 16 * 16  # columns are compared sixteen at a time, and the unknown are above none
        a[m:whole], b[m:whole] = NAN, NAN
        squares, others, products, middle = 0.0, 0.0, 0.0, (m + 1) / 2
        for i in range(m):
            rank, other = np.int64(0), np.int64(0)
            one, two = a[i], b[i]
            for j in range(whole):
                rank += np.int64(a[j] < one) + np.int64(a[j] <= one)
                other += np.int64(b[j] < two) + np.int64(b[j] <= two)
            x, y = (rank + 1) / 2 - middle, (other + 1) / 2 - middle
            squares += x * x
            others += y * y
            products += x * y
        spread = squares * others
        found[r] = products / np.sqrt(spread) if m >= at_least and spread > 0 else NAN
    return found


HELPERS: tuple[Callable[..., Any], ...] = (
    network,
    ordered,
    put_in_order,
    between,
    laid_abreast,
    distances_in_order,
    middle_of,
)
LOOPS: tuple[Callable[..., Any], ...] = (
    interleaved,
    last_known,
    middles,
    middle_two,
    maximum,
    count,
    spearman,
)
