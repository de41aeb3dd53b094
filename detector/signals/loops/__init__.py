"""Loops: what NumPy defines in `stats`, `gains`, `looks`, `history`, `steps` and `stretches`, written for numba.

Each of them gives the bits of its namesake there, which says what it means: the same operations on the same numbers in
the same order, NaN handled alike. Logarithms are left to NumPy: those of two libraries need not agree in the last bit.
Arrays are (n, width) of float64, contiguous, unless said. `compiled` compiles what is listed here, and what it takes
from other files is handed over, since numba's cache knows of changes in a loop's own file alone.
"""

from detector.signals.loops import boxes, days, rows, spikes, stretches

__all__ = ["HELPERS", "LOOPS"]

HELPERS = (*rows.HELPERS, *days.HELPERS, *boxes.HELPERS, *spikes.HELPERS, *stretches.HELPERS)
"""Functions that loops call."""

LOOPS = (*rows.LOOPS, *days.LOOPS, *boxes.LOOPS, *spikes.LOOPS, *stretches.LOOPS)
