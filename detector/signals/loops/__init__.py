"""Loops: what NumPy defines in other files of `signals`, for numba.

Each of them gives the bits of its namesake there, which says what it means: the same operations on the same numbers in
the same order, NaN handled alike. Logarithms are left to NumPy: those of two libraries need not agree in the last bit.
Arrays are (n, width) of float64, contiguous, unless said; many loops take rows interleaved, see `rows.interleaved`.
`compiled` compiles what is listed here, and what it takes from other files is handed over, since numba's cache knows of
changes in a loop's own file alone: some helpers stand in two files.

Where one of two numbers is put back into the place that it came from, 0.0 is added, which alters no number: else the
compiler leaves the store away where the number stays as it is, by a mask, which takes some processors ten times as long
(docs/decisions/0014).
"""

from detector.signals.loops import boxes, days, rows, spikes, stretches, sums

__all__ = ["HELPERS", "LOOPS"]

_FILES = (rows, days, sums, spikes, stretches, boxes)

HELPERS = tuple(helper for file in _FILES for helper in file.HELPERS)
"""Functions that loops call."""

LOOPS = tuple(loop for file in _FILES for loop in file.LOOPS)
