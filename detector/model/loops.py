"""Loops through forests, for numba: `compiled` compiles them when they are first called.

Path lengths are added up in the order that `walk.Flat` states, so that each of them gives the bits of `plain_walk`.
"""

from typing import Any

import numpy as np

from detector.model.walk import CHILD, CHILD_BITS, COLUMN, LANES

__all__ = ["ask", "rank", "together", "walk"]

BLOCK = 1_024
"""Rows asked the questions of one tree before the next one is taken: their ranks, some 16 KB, stay at hand."""

WALKED = 256
"""Rows that go down one tree before the next one is taken: its nodes, a kilobyte, stay at hand."""

i16, u16, u32 = np.int16, np.uint16, np.uint32
"""numba makes 64 bits of a sum, and 16 numbers of 16 bits are added at a time."""


def rank(keys: Any, cuts: Any, first: Any, ranks: Any) -> None:
    """Writes how many of its column's cuts lie below each key. Both are (columns, n)."""
    n = keys.shape[1]
    places = np.empty(min(n, BLOCK), dtype=np.uint32)
    for column in range(len(first) - 1):
        own = cuts[first[column] : first[column + 1]]
        for begin in range(0, n, BLOCK):
            key, found = keys[column, begin : begin + BLOCK], ranks[column, begin : begin + BLOCK]
            place, size = places[: len(key)], len(own)
            place[:] = u32(0)
            while size > 0:  # halved for all rows of a block: while one waits, others compute
                half = (size + 1) // 2
                middle, more = own[half - 1 :], u32(half)
                for r in range(len(key)):
                    place[r] += more if middle[place[r]] < key[r] else u32(0)
                size -= half
            for r in range(len(key)):  # an assignment of all takes numba four seconds to compile
                found[r] = place[r]


def ask(ranks: Any, questions: Any, start: Any, length: Any, leaf: Any, total: Any) -> None:
    """Writes the sum of lengths of each row; `ranks` are (columns, n), all else see `asked.Asked`."""
    n, whole = ranks.shape[1], len(leaf) // LANES * LANES
    lanes, places = np.empty((2 * LANES, min(n, BLOCK))), np.empty(min(n, BLOCK), dtype=np.int16)
    for begin in range(0, n, BLOCK):
        end = min(begin + BLOCK, n)
        lanes[:], place = 0.0, places[: end - begin]
        for tree in range(len(leaf)):
            place[:] = 0
            for one in range(start[tree], start[tree + 1], 2):
                own, other = ranks[questions[one, 0], begin:end], ranks[questions[one + 1, 0], begin:end]
                cut, at, by = questions[one, 1], questions[one, 2], questions[one, 3]
                cut2, at2, by2 = questions[one + 1, 1], questions[one + 1, 2], questions[one + 1, 3]
                for r in range(len(place)):
                    here = place[r]
                    here = i16(here + (by if (own[r] > cut) & (here == at) else i16(0)))
                    place[r] = here + (by2 if (other[r] > cut2) & (here == at2) else i16(0))
            lane = lanes[tree % LANES if tree < whole else LANES + tree - whole]
            lengths = length[leaf[tree] :]
            for r in range(len(place)):
                lane[r] += lengths[u16(place[r])]
        together(lanes, len(leaf) - whole, total[begin:end])


def together(lanes: Any, spare: Any, total: Any) -> None:
    """Adds up what is in the lanes, then in the `spare` ones beyond them."""
    for r in range(len(total)):
        low = (lanes[0, r] + lanes[1, r]) + (lanes[2, r] + lanes[3, r])
        high = (lanes[4, r] + lanes[5, r]) + (lanes[6, r] + lanes[7, r])
        added = low + high
        for lane in range(LANES, LANES + spare):
            added += lanes[lane, r]
        total[r] = added


u64 = np.uint64
CHILD_, COLUMN_, BITS_ = u64(CHILD), u64(COLUMN), u64(CHILD_BITS)
"""Without a sign: of every signed index numba asks whether it counts from the end."""


def walk(nodes: Any, length: Any, start: Any, depth: Any, keys: Any, total: Any) -> None:
    """Writes the sum of lengths of each row. Eight rows go down a tree abreast: while one waits, others compute."""
    n, whole = len(keys), len(start) // LANES * LANES
    lanes = np.empty((2 * LANES, WALKED + LANES))  # one more for each tree that does not fill all lanes
    for first in range(0, n, WALKED):
        m = min(WALKED, n - first)
        lanes[:] = 0.0
        for tree in range(len(start)):
            lane = tree % LANES if tree < whole else LANES + tree - whole
            for at in range(0, m, 8):
                r0 = u64(min(first + at + 0, n - 1))
                r1 = u64(min(first + at + 1, n - 1))
                r2 = u64(min(first + at + 2, n - 1))
                r3 = u64(min(first + at + 3, n - 1))
                r4 = u64(min(first + at + 4, n - 1))
                r5 = u64(min(first + at + 5, n - 1))
                r6 = u64(min(first + at + 6, n - 1))
                r7 = u64(min(first + at + 7, n - 1))
                n0 = n1 = n2 = n3 = n4 = n5 = n6 = n7 = u64(start[tree])
                for _ in range(depth[tree]):
                    p0, p1 = nodes[n0], nodes[n1]
                    p2, p3 = nodes[n2], nodes[n3]
                    p4, p5 = nodes[n4], nodes[n5]
                    p6, p7 = nodes[n6], nodes[n7]
                    n0 = (u64(p0) & CHILD_) + u64(keys[r0, (u64(p0) >> BITS_) & COLUMN_] > p0)
                    n1 = (u64(p1) & CHILD_) + u64(keys[r1, (u64(p1) >> BITS_) & COLUMN_] > p1)
                    n2 = (u64(p2) & CHILD_) + u64(keys[r2, (u64(p2) >> BITS_) & COLUMN_] > p2)
                    n3 = (u64(p3) & CHILD_) + u64(keys[r3, (u64(p3) >> BITS_) & COLUMN_] > p3)
                    n4 = (u64(p4) & CHILD_) + u64(keys[r4, (u64(p4) >> BITS_) & COLUMN_] > p4)
                    n5 = (u64(p5) & CHILD_) + u64(keys[r5, (u64(p5) >> BITS_) & COLUMN_] > p5)
                    n6 = (u64(p6) & CHILD_) + u64(keys[r6, (u64(p6) >> BITS_) & COLUMN_] > p6)
                    n7 = (u64(p7) & CHILD_) + u64(keys[r7, (u64(p7) >> BITS_) & COLUMN_] > p7)
                lanes[lane, at + 0] += length[n0]
                lanes[lane, at + 1] += length[n1]
                lanes[lane, at + 2] += length[n2]
                lanes[lane, at + 3] += length[n3]
                lanes[lane, at + 4] += length[n4]
                lanes[lane, at + 5] += length[n5]
                lanes[lane, at + 6] += length[n6]
                lanes[lane, at + 7] += length[n7]
        together(lanes, len(start) - whole, total[first : first + m])
