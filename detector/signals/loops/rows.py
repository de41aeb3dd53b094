"""Loops of `stats`: medians and spreads, ranks, largest values and counts of rows. See `detector.signals.loops`."""

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["HELPERS", "LOOPS"]

NAN = np.nan

ABREAST = 64
"""Rows sorted at a time: one comparison of the network is then made for all of them."""


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
    """Sorts the columns of a block (width, ABREAST) that is infinite from the row `most` on."""
    for pair in range(len(pairs)):
        low, high = pairs[pair, 0], pairs[pair, 1]
        if high < most:
            for r in range(
                ABREAST
            ):  # by the block itself: of two rows cut out the compiler asks whether they overlap
                one, other = block[low, r], block[high, r]
                block[low, r] = one if one < other else other
                block[high, r] = one if one > other else other


def between(low: Any, high: Any, place: Any) -> Any:
    """`stats.quantile` at a place between two numbers of a row."""
    return low + (high - low) * (place - np.floor(place))


def spread_of(block: Any, r: Any, known: Any, middle: Any, place: Any) -> Any:
    """The median distance from `middle` in a sorted column: merged outwards from where it stands."""
    above = known // 2
    while above > 0 and block[above - 1, r] > middle:
        above -= 1
    while above < known and block[above, r] <= middle:
        above += 1
    below, before, found = above - 1, 0.0, 0.0
    for _ in range(int(np.ceil(place)) + 1):
        before = found
        if below >= 0 and (above >= known or abs(block[below, r] - middle) <= abs(block[above, r] - middle)):
            found = abs(block[below, r] - middle)
            below -= 1
        else:
            found = abs(block[min(above, known - 1), r] - middle)
            above += 1
    return between(before if np.ceil(place) > place else found, found, place)


def known_of(values: Any, r: Any, block: Any, column: Any) -> Any:
    """Writes the known of a row into a column of the block, infinite below; gives how many, and whether they differ."""
    k, low, high = 0, np.inf, -np.inf
    for c in range(values.shape[1]):
        one = values[r, c]
        if one == one:
            block[k, column] = one
            low, high = one if one < low else low, one if one > high else high
            k += 1
    for c in range(k, values.shape[1]):
        block[c, column] = np.inf
    return k, low < high


def told(block: Any, column: Any, known: Any, least: Any, middle: Any, wide: Any, r: Any) -> None:
    """Writes median and spread of a sorted column, where as many are known as `least` says of each."""
    place = (known - 1) * 0.5
    one = between(block[int(np.floor(place)), column], block[int(np.ceil(place)), column], place)
    if known >= least[0]:
        middle[r] = one
    if known >= least[1]:
        wide[r] = spread_of(block, column, known, one, place)


def middles(values: Any, at_least: Any, spread_at_least: Any) -> Any:
    """`stats.median_and_mad` before the latter is scaled; (n,) each."""
    n, width = values.shape
    pairs, least, middle, wide = network(width), (at_least, spread_at_least), np.full(n, NAN), np.full(n, NAN)
    block, rows = np.full((width, ABREAST), np.inf), np.empty(ABREAST, dtype=np.int64)
    known, held, most = np.empty(ABREAST, dtype=np.int64), 0, 0
    for r in range(n):
        k, differ = known_of(values, r, block, held)
        if differ:
            known[held], rows[held] = k, r
            held, most = held + 1, max(most, k)
        elif k > 0:  # in order already, as steps in which a counter is shown mostly are
            told(block, held, k, least, middle, wide, r)
        if held == ABREAST or (r == n - 1 and held > 0):
            put_in_order(block, pairs, most)
            for column in range(held):
                told(block, column, known[column], least, middle, wide, rows[column])
            held, most = 0, 0
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
    a, b = np.empty(width), np.empty(width)
    for r in range(n):
        m = 0
        for c in range(width):
            if left[r, c] == left[r, c] and right[r, c] == right[r, c]:
                a[m], b[m] = left[r, c], right[r, c]
                m += 1
        squares, others, products, middle = 0.0, 0.0, 0.0, (m + 1) / 2
        for i in range(m):
            rank, other = np.int64(0), np.int64(0)
            one, two = a[i], b[i]
            for j in range(m):
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
    put_in_order,
    between,
    spread_of,
    known_of,
    told,
)
LOOPS: tuple[Callable[..., Any], ...] = (
    middles,
    maximum,
    count,
    spearman,
)
