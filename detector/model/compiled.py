"""The walk of `walk`, compiled by numba where that is installed (the extra `fast`): the same bits, many times as fast.

Importing numba and compiling take some seconds, so a process does it once it has met enough rows to win that back.
"""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.model.walk import CHILD, CHILD_BITS, COLUMN, LANES, Flat, keys_of
from detector.panel import FloatArray
from detector.signals.compiled import fast

__all__ = ["WORTH", "Walk", "compiled_walk", "numba_walk"]

Walk = Callable[[Flat, NDArray[np.float32]], FloatArray]

WORTH = 500_000
"""Rows walked in a process from which on it compiles: at 5 microseconds saved a row, they would have saved 2.5 seconds,
about what numba's import and its first call take."""

BLOCK = 256
"""Rows that go down one tree before the next one is taken: its nodes, a kilobyte, stay at hand."""

_met = 0
_walk: list[Walk] = []


def compiled_walk(n: int) -> Walk | None:
    """The compiled walk, once `WORTH` rows have been asked for in this process with the `n` of now; else None.

    Where signals are computed by compiled loops it costs next to nothing more, and is there at once. None as well where
    numba is not installed. Which of the two walks is taken changes no bit.
    """
    global _met
    _met += n
    if (_met < WORTH and fast() is None) or find_spec("numba") is None:
        return None
    return numba_walk()


def numba_walk() -> Walk:
    """Compiles the walk, once a process, or reads what an earlier process compiled. ImportError without numba."""
    if not _walk:
        _walk.append(_compiled())
    return _walk[0]


def _compiled() -> Walk:
    import numba

    try:
        kernel = numba.njit(_add_up, cache=True)
    except RuntimeError:  # no folder to keep what is compiled
        kernel = numba.njit(_add_up)

    def walk(trees: Flat, rows: NDArray[np.float32]) -> FloatArray:
        total = np.empty(len(rows))
        kernel(trees.nodes, trees.length, trees.start, trees.depth, keys_of(rows), total)
        return total

    return walk


u64 = np.uint64
CHILD_, COLUMN_, BITS_ = u64(CHILD), u64(COLUMN), u64(CHILD_BITS)
"""Without a sign: of every signed index numba asks whether it counts from the end."""


def _add_up(nodes: Any, length: Any, start: Any, depth: Any, keys: Any, total: Any) -> None:
    """Writes the sum of lengths of each row. Eight rows go down a tree abreast: while one waits, others compute."""
    n, whole = len(keys), len(start) // LANES * LANES
    lanes = np.empty((2 * LANES, BLOCK + LANES))  # one more for each tree that does not fill all lanes
    for first in range(0, n, BLOCK):
        m = min(BLOCK, n - first)
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
        for at in range(m):
            low = (lanes[0, at] + lanes[1, at]) + (lanes[2, at] + lanes[3, at])
            high = (lanes[4, at] + lanes[5, at]) + (lanes[6, at] + lanes[7, at])
            added = low + high
            for lane in range(LANES, LANES + len(start) - whole):
                added += lanes[lane, at]
            total[first + at] = added
