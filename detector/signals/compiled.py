"""`loops`, compiled by numba where that is installed (the extra `fast`): the bits of NumPy, several times as fast.

Importing numba and reading or compiling the loops take some seconds, so a process does it once it has met enough
accounts to win that back. NumPy's functions stay the definition: they call what is here where it is there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from detector.signals.loops import HELPERS, LOOPS, rows

__all__ = ["READING", "WORTH", "fast", "meet", "numba_loops", "using"]

WORTH = 60_000
"""Accounts met in a process from which on it compiles: at 50 microseconds saved an account they would have saved three
seconds. To import numba and read compiled loops takes one; to compile them, once a machine, the better part of one."""

READING = 16_000
"""The same where an earlier process left compiled loops beside their sources: one second is soon won back."""

_met = 0
_loops: list[Any] = []


def fast() -> Any:
    """The compiled loops by name; None before `WORTH` accounts were met, and without numba."""
    return _loops[0] if _loops else None


@contextmanager
def using(loops: Any) -> Iterator[None]:
    """These loops, or NumPy's functions where it is None, for as long as it lasts: to compare them."""
    kept, _loops[:] = list(_loops), [] if loops is None else [loops]
    try:
        yield
    finally:
        _loops[:] = kept


def meet(n: int) -> None:
    """Say that signals of `n` more accounts are going to be computed."""
    global _met
    _met += n
    if not _loops and _worth_it() and find_spec("numba") is not None:
        _loops.append(numba_loops())
        _keep_memory()


KEPT = 4_000_000
"""Numbers of an array just below the largest, 32 MiB, by which glibc's malloc learns (its manual: M_MMAP_THRESHOLD)."""


def _keep_memory() -> None:
    """Has malloc keep up to 64 MiB that were given back, where it is glibc's: so it does once such an array was.

    Of blocks of accounts each gives back some 40 MB, and asks for as much again: 3 to 10 microseconds an account were
    spent by the system on handing out these pages. None of this array's is touched.
    """
    np.empty(KEPT)


def _worth_it() -> bool:
    return _met >= WORTH or (_met >= READING and _left_behind())


def _left_behind() -> bool:
    """Whether an earlier process left loops compiled from these sources, where Python keeps what it compiled itself.

    Elsewhere nobody looks for them.
    """
    folder = Path(rows.__file__).parent
    left = [path.stat().st_mtime for path in (folder / "__pycache__").glob("*.nbi")]
    return bool(left) and max(left) >= max(path.stat().st_mtime for path in folder.glob("*.py"))


def numba_loops() -> Any:
    """Compiles each loop when it is first called, or reads what an earlier process compiled.

    Raises
    ------
    ImportError
        There is no numba.
    """
    import numba
    from numba.extending import register_jitable

    for helper in HELPERS:
        register_jitable(helper)
    return SimpleNamespace(**{loop.__name__: _compiled(numba, loop) for loop in LOOPS})


def _compiled(numba: Any, loop: Any) -> Any:
    options = {"error_model": "numpy"}  # a quotient by zero is infinite, as it is in NumPy
    try:
        return numba.njit(loop, cache=True, **options)
    except RuntimeError:  # no folder to keep what is compiled
        return numba.njit(loop, **options)
