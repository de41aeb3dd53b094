"""The walk of `walk`, compiled by numba where that is installed (the extra `fast`): the same bits, many times as fast.

Importing numba and compiling take some seconds, so a process does it once it has met enough rows to win that back.
"""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.model import loops
from detector.model.asked import asked
from detector.model.walk import Flat, keys_of, ordered
from detector.panel import FloatArray
from detector.signals.compiled import fast

__all__ = ["WORTH", "Walk", "compiled_walk", "numba_walk"]

Walk = Callable[[Flat, NDArray[np.float32]], FloatArray]

WORTH = 500_000
"""Rows walked in a process from which on it compiles: at 5 microseconds saved a row, they would have saved 2.5 seconds,
about what numba's import and its first call take."""

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
    from numba.extending import register_jitable

    register_jitable(loops.together)
    rank, ask, down = (_kernel(numba, loop) for loop in (loops.rank, loops.ask, loops.walk))

    def walk(trees: Flat, rows: NDArray[np.float32]) -> FloatArray:
        total, questions = np.empty(len(rows)), asked(trees)
        if questions is None:
            down(trees.nodes, trees.length, trees.start, trees.depth, keys_of(rows), total)
            return total
        keys = ordered(np.ascontiguousarray(rows.T))
        ranks = np.empty(keys.shape, dtype=np.int16)
        rank(keys, questions.cuts, questions.first, ranks)
        ask(ranks, questions.questions, questions.start, questions.length, questions.leaf, total)
        return total

    return walk


def _kernel(numba: Any, loop: Any) -> Any:
    try:
        return numba.njit(loop, cache=True)
    except RuntimeError:  # no folder to keep what is compiled
        return numba.njit(loop)
