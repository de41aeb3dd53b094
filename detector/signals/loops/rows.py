"""Loops of `stats`: medians and spreads, ranks, largest values and counts of rows. See `detector.signals.loops`."""

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["HELPERS", "LOOPS"]

NAN = np.nan

ABREAST = 32
"""Rows sorted at a time: one comparison of the network is then made for all of them."""

I64, U64 = np.int64, np.uint64
COLUMN = U64(ABREAST)


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


def first_known(columns: Any, older: Any, least: Any) -> Any:
    """`evidence._span` of arrays (n, width): of the first `older` columns."""
    n, width = columns[0].shape
    found = np.empty(n, dtype=np.int64)
    for r in range(n):
        first = older
        for values in columns:
            row, n_known = values[r][:first], 0
            for c in range(len(row)):
                n_known += row[c] == row[c]
            if n_known > 0:
                first = 0
                while row[first] != row[first]:
                    first += 1
        found[r] = width - first if first < older else least
    return found


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


def eights(width: Any) -> Any:
    """Columns of a block that holds rows of that width."""
    return (width + 7) // 8 * 8


def swapped(one: Any, other: Any) -> Any:
    """The smaller of two numbers, then the larger."""
    return one if one < other else other, one if one > other else other


def eight_in_order(eight: Any) -> None:
    """Sorts eight columns of ABREAST rows, which stay in registers for all of the nineteen comparisons.

    References
    ----------
    Knuth 1998, The Art of Computer Programming 3, section 5.3.4.
    """
    for r in range(ABREAST):
        i = U64(r)  # of a number that may count from the end the compiler asks so at every place
        a, b, c, d, e, f, g, h = taken_eight(eight, i)
        (a, c), (b, d), (e, g), (f, h) = swapped(a, c), swapped(b, d), swapped(e, g), swapped(f, h)
        (a, e), (b, f), (c, g), (d, h) = swapped(a, e), swapped(b, f), swapped(c, g), swapped(d, h)
        (a, b), (c, d), (e, f), (g, h) = swapped(a, b), swapped(c, d), swapped(e, f), swapped(g, h)
        (c, e), (d, f) = swapped(c, e), swapped(d, f)
        (b, e), (d, g) = swapped(b, e), swapped(d, g)
        (b, c), (d, e), (f, g) = swapped(b, c), swapped(d, e), swapped(f, g)
        put_eight(eight, i, a, b, c, d, e, f, g, h)


def eight_settled(eight: Any) -> None:
    """Sorts eight columns that fall and rise, or rise and fall: the last three steps of a merge."""
    for r in range(ABREAST):
        i = U64(r)
        a, b, c, d, e, f, g, h = taken_eight(eight, i)
        (a, e), (b, f), (c, g), (d, h) = swapped(a, e), swapped(b, f), swapped(c, g), swapped(d, h)
        (a, c), (b, d), (e, g), (f, h) = swapped(a, c), swapped(b, d), swapped(e, g), swapped(f, h)
        (a, b), (c, d), (e, f), (g, h) = swapped(a, b), swapped(c, d), swapped(e, f), swapped(g, h)
        put_eight(eight, i, a, b, c, d, e, f, g, h)


def taken_eight(eight: Any, i: Any) -> Any:
    """Reads a row's numbers from eight columns."""
    a, b, c, d = eight[i], eight[i + COLUMN], eight[i + U64(2) * COLUMN], eight[i + U64(3) * COLUMN]
    i += U64(4) * COLUMN
    return a, b, c, d, eight[i], eight[i + COLUMN], eight[i + U64(2) * COLUMN], eight[i + U64(3) * COLUMN]


def put_eight(eight: Any, i: Any, a: Any, b: Any, c: Any, d: Any, e: Any, f: Any, g: Any, h: Any) -> None:
    """Writes a row's numbers into eight columns."""
    eight[i], eight[i + COLUMN] = a + 0.0, b + 0.0
    eight[i + U64(2) * COLUMN], eight[i + U64(3) * COLUMN] = c + 0.0, d + 0.0
    eight[i + U64(4) * COLUMN], eight[i + U64(5) * COLUMN] = e + 0.0, f + 0.0
    eight[i + U64(6) * COLUMN], eight[i + U64(7) * COLUMN] = g + 0.0, h + 0.0


def put_in_order(flat: Any, m: Any) -> None:
    """Sorts columns of ABREAST rows, (m, ABREAST) in a row of numbers: by eights, which are then merged.

    References
    ----------
    Batcher 1968, Sorting networks and their applications (bitonic merging).
    """
    block = flat.reshape(-1, ABREAST)
    for c in range(0, m, 8):
        eight_in_order(flat[c * ABREAST :][: 8 * ABREAST])
    half = 8
    while half < m:
        for start in range(0, m - half, 2 * half):
            for c in range(max(start + 2 * half - m, 0), half):
                ordered(block, start + c, start + 2 * half - 1 - c)
        merged(flat, block, m, half // 2)
        half *= 2


def merged(flat: Any, block: Any, m: Any, half: Any) -> None:
    """Sorts what falls and rises, or rises and falls, in each stretch of twice `half` columns.

    Columns beyond `m` would hold what is larger than anything: nothing is compared with them.
    """
    while half >= 8:
        for start in range(0, m - half, 2 * half):
            for c in range(min(half, m - half - start)):
                ordered(block, start + c, start + c + half)
        half //= 2
    for c in range(0, m, 8):
        eight_settled(flat[c * ABREAST :][: 8 * ABREAST])


def ordered(block: Any, low: Any, high: Any) -> None:
    """Puts the smaller of each column's two numbers into the row `low` of a block, the larger into the row `high`."""
    for r in range(
        ABREAST
    ):  # by the block itself: of two rows cut out the compiler asks whether they overlap
        one, other = swapped(block[low, r], block[high, r])
        block[low, r], block[high, r] = one + 0.0, other + 0.0


def between(low: Any, high: Any, place: Any) -> Any:
    """`stats.quantile` at a place between two numbers of a row."""
    return low + (high - low) * (place - np.floor(place))


def laid_abreast(values: Any, first: Any, seen: Any, flat: Any, known: Any) -> Any:
    """Writes rows from `first` on into the columns of a block, the unknown infinite, and how many each knows.

    Columns before the first and after the last that any of them knows are left out; gives how many are filled, by
    eights. `seen` is scratch.
    """
    held, width = min(ABREAST, len(values) - first), values.shape[1]
    seen[:], known[:] = 0.0, 0
    for r in range(held):
        row, own = values[first + r], 0
        for c in range(width):
            own += row[c] == row[c]
            seen[c] += row[c] == row[c]
        known[r] = own
    lead, end = 0, width
    while lead < width - 1 and seen[lead] == 0:
        lead += 1
    while end > lead + 1 and seen[end - 1] == 0:
        end -= 1
    m = eights(end - lead)
    if held < ABREAST:
        flat[: m * ABREAST] = np.inf
    flat[(end - lead) * ABREAST : m * ABREAST] = np.inf
    for r in range(held):
        row, column = values[first + r][lead:end], flat[r:]
        for c in range(len(row)):
            column[c * ABREAST] = row[c] if row[c] == row[c] else np.inf
    return m


def distances_in_order(flat: Any, m: Any, middle: Any, apart: Any) -> None:
    """Puts the distances from each row's median, which fall and rise where the row is sorted, in order."""
    for c in range(0, m * ABREAST, ABREAST):
        own, out = flat[c:][:ABREAST], apart[c:][:ABREAST]
        for r in range(ABREAST):
            away = abs(own[r] - middle[r])
            out[r] = away if away == away else np.inf
    half = 4
    while 2 * half < m:
        half *= 2
    merged(apart, apart.reshape(-1, ABREAST), m, half)


def middle_two(values: Any) -> Any:
    """The numbers of each row on either side of its median, and how many are known: (n,) each."""
    n, width = values.shape
    flat, seen, known = np.empty(eights(width) * ABREAST), np.empty(width), np.empty(ABREAST, dtype=np.int64)
    block, low, high, counted = flat.reshape(-1, ABREAST), np.full(n, NAN), np.full(n, NAN), np.empty(n)
    for first in range(0, n, ABREAST):
        put_in_order(flat, laid_abreast(values, first, seen, flat, known))
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
    middle, wide, size = np.full(n, NAN), np.full(n, NAN), eights(width) * ABREAST
    flat, apart, seen = np.empty(size), np.empty(size), np.empty(width)
    known, found, spread = np.empty(ABREAST, dtype=np.int64), np.empty(ABREAST), np.empty(ABREAST)
    for first in range(0, n, ABREAST):
        m = laid_abreast(values, first, seen, flat, known)
        put_in_order(flat, m)
        middle_of(flat.reshape(-1, ABREAST), known, found)
        if spread_at_least <= width:
            distances_in_order(flat, m, found, apart)
            middle_of(apart.reshape(-1, ABREAST), known, spread)
        for r in range(min(ABREAST, n - first)):
            middle[first + r] = found[r] if known[r] >= at_least else NAN
            wide[first + r] = spread[r] if known[r] >= spread_at_least else NAN
    return middle, wide


NEAR = 1e-12
"""Ratios so near each other, relative, may have logarithms in another order than their own: these are rounded by less
than a thirtieth of it."""


def ratios(over: Any, under: Any, out: Any) -> Any:
    """(1 + over) / (1 + under) of a row; gives whether their logarithms are ordered as they are."""
    n_odd = 0
    for c in range(len(out)):
        one, other = over[c], under[c]
        out[c] = (1.0 + one) / (1.0 + other)
        known = (one == one) & (other == other)
        n_odd += known & (not ((one >= 0.0) & (other >= 0.0) & (one + other < np.inf)))
    return n_odd == 0


def place_of(value: Any, values: Any, over: Any, under: Any) -> Any:
    """Where a value stands in a row of `ratios`, and whether no other is near it but of the same two numbers."""
    n_near, place = 0, 0
    while values[place] != value:
        place += 1
    one, other = over[place], under[place]
    for c in range(len(values)):
        near = abs(values[c] - value) <= NEAR * value
        n_near += near & ((over[c] != one) | (under[c] != other))
    return place, n_near == 0


def middle_ratios(over: Any, under: Any) -> Any:
    """Of `ratios` of each row the two on either side of the median: what is over and under, (4, n), how many are known,
    and of which rows this is clear without asking for logarithms, (n,) each.
    """
    n, width = over.shape
    flat, seen, known = np.empty(eights(width) * ABREAST), np.empty(width), np.empty(ABREAST, dtype=np.int64)
    block, found, counted = flat.reshape(-1, ABREAST), np.full((4, n), NAN), np.empty(n)
    clear, ratio = np.empty(n, dtype=np.bool_), np.empty((ABREAST, width))
    for first in range(0, n, ABREAST):
        held = min(ABREAST, n - first)
        for r in range(held):
            clear[first + r] = ratios(over[first + r], under[first + r], ratio[r])
        put_in_order(flat, laid_abreast(ratio[:held], 0, seen, flat, known))
        for r in range(held):
            counted[first + r] = known[r]
            for side in range(2 if clear[first + r] and known[r] > 0 else 0):
                one, other, middle = over[first + r], under[first + r], (known[r] - 1 + side) // 2
                if side == 0 or known[r] % 2 == 0:
                    place, alone = place_of(block[middle, r], ratio[r], one, other)
                    clear[first + r] &= alone
                found[2 * side, first + r], found[2 * side + 1, first + r] = one[place], other[place]
    return found, counted, clear


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


def even_rows(values: Any, seen: Any) -> Any:
    """The number of each row that holds no other where `seen` is known, NaN for other rows, and of how many it is: (n,)
    each.
    """
    n, width = values.shape
    found, known = np.full(n, NAN), np.empty(n)
    for r in range(n):
        row, own, n_known, n_other, last = values[r], seen[r], 0, 0, width - 1
        while last > 0 and own[last] != own[last]:
            last -= 1
        one = row[last]
        for c in range(width):
            n_known += own[c] == own[c]
            n_other += (own[c] == own[c]) & (row[c] != one)
        known[r] = n_known
        if n_known > 0 and n_other == 0:
            found[r] = one
    return found, known


def at_places(values: Any, places: Any) -> Any:
    """What stands at the places (k, n) of each row when it is sorted, NaN beyond the known; (k, n)."""
    n, width = values.shape
    found, seen, known = np.full(places.shape, NAN), np.empty(width), np.empty(ABREAST, dtype=np.int64)
    flat = np.empty(eights(width) * ABREAST)
    block = flat.reshape(-1, ABREAST)
    for first in range(0, n, ABREAST):
        put_in_order(flat, laid_abreast(values, first, seen, flat, known))
        for k in range(len(places)):
            for r in range(min(ABREAST, n - first)):
                place = places[k, first + r]
                if place < known[r]:
                    found[k, first + r] = block[place, r]
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


def eight_below(some: Any, values: Any, below: Any) -> None:
    """Adds to each number how many of eight are below it: one by one takes twice as long."""
    a, b, c, d, e, f, g, h = some[0], some[1], some[2], some[3], some[4], some[5], some[6], some[7]
    for j in range(len(values)):
        one = values[j]
        left = (I64(a < one) + I64(b < one)) + (I64(c < one) + I64(d < one))
        below[j] += left + ((I64(e < one) + I64(f < one)) + (I64(g < one) + I64(h < one)))


def eight_above(some: Any, values: Any, below: Any) -> None:
    """Takes off how many are above it."""
    a, b, c, d, e, f, g, h = some[0], some[1], some[2], some[3], some[4], some[5], some[6], some[7]
    for j in range(len(values)):
        one = values[j]
        left = (I64(a > one) + I64(b > one)) + (I64(c > one) + I64(d > one))
        below[j] -= left + ((I64(e > one) + I64(f > one)) + (I64(g > one) + I64(h > one)))


def ranked(values: Any, m: Any, below: Any) -> None:
    """Twice the ranks of the first `m` of a row of 16, 32, ..., of which the others are unknown, less the middle one:
    how many more are below than above. Rows mostly have no ties: then the number of those below says it.
    """
    below[:], total = 0, I64(0)
    for i in range(0, m, 8):
        eight_below(values[i:], values, below)
    for i in range(m):
        total += below[i]
    if 2 * total == m * (m - 1):
        for i in range(m):
            below[i] += below[i] - (m - 1)
        return
    for i in range(0, m, 8):
        eight_above(values[i:], values, below)


def spearman(left: Any, right: Any, at_least: Any) -> Any:
    """`stats.spearman`: ranks are halves, so that sums of their products are exact in any order."""
    n, width = left.shape
    found = np.empty(n)
    a, b, size = np.empty(width + 16), np.empty(width + 16), width + 16
    x, y = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int64)
    for r in range(n):
        m = 0
        one, other = left[r], right[r]
        for c in range(width):
            a[m], b[m] = one[c], other[c]
            m += (one[c] == one[c]) & (other[c] == other[c])
        whole = (m + 15) // 16 * 16  # columns are compared sixteen at a time, and the unknown are above none
        a[m:whole], b[m:whole] = NAN, NAN
        ranked(a[:whole], m, x[:whole])
        ranked(b[:whole], m, y[:whole])
        squares, others, products = I64(0), I64(0), I64(0)
        for i in range(m):
            squares += x[i] * x[i]
            others += y[i] * y[i]
            products += x[i] * y[i]
        spread = (squares / 4.0) * (others / 4.0)
        found[r] = (products / 4.0) / np.sqrt(spread) if m >= at_least and spread > 0 else NAN
    return found


HELPERS: tuple[Callable[..., Any], ...] = (
    eights,
    swapped,
    taken_eight,
    put_eight,
    eight_in_order,
    eight_settled,
    ordered,
    merged,
    put_in_order,
    between,
    laid_abreast,
    distances_in_order,
    middle_of,
    ratios,
    place_of,
    eight_below,
    eight_above,
    ranked,
)
LOOPS: tuple[Callable[..., Any], ...] = (
    interleaved,
    first_known,
    last_known,
    middles,
    middle_two,
    middle_ratios,
    maximum,
    even_rows,
    at_places,
    count,
    spearman,
)
