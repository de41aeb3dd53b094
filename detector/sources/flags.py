"""Yes and no as files hold them, and ids and names as text."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.sources.numbers import MISSING_WORDS
from detector.sources.raw import Problem
from detector.sources.shown import shown

__all__ = ["DamagedIdError", "read_flags", "read_text"]

EXPECTED = "true or false"
_WORDS = {
    **dict.fromkeys(("true", "t", "yes", "y", "1", "1.0", "ja", "wahr"), 1.0),
    **dict.fromkeys(("false", "f", "no", "n", "0", "0.0", "nein", "falsch"), 0.0),
    **dict.fromkeys(MISSING_WORDS, float("nan")),
}
_EXACT = 2**53  # from here on a float no longer tells neighbouring integers apart


class DamagedIdError(ValueError):
    """Ids were written as floats too large to be exact."""


def read_flags(values: NDArray[Any]) -> tuple[NDArray[np.float64], list[Problem]]:
    """A column of flags as 0.0, 1.0 or NaN, shape (n,), and what is neither.

    >>> read_flags(np.array(["yes", "0", ""], dtype=object))[0]
    array([ 1.,  0., nan])
    """
    known: dict[Any, float | None] = {}
    flags, problems = np.full(len(values), np.nan), []
    for row, value in enumerate(values.tolist()):
        try:
            key = (type(value), value)
            flag = known[key] if key in known else known.setdefault(key, _flag(value))
        except TypeError:  # a list or an object has no hash
            flag = None
        if flag is None:
            problems.append(Problem(row, f"{shown(value)} is neither true nor false", EXPECTED))
        else:
            flags[row] = flag
    return flags, problems


def read_text(values: NDArray[Any]) -> tuple[NDArray[Any], list[Problem]]:
    """A column of text, shape (n,), None where missing; outer blanks go, whole numbers become their digits.

    Raises
    ------
    DamagedIdError
        A number of 2**53 or more came as a float: its last digits were lost before we saw it.
    """
    plain = values.tolist()
    kinds = set(map(type, plain))
    if kinds == {str} and "" not in plain and (whole := "".join(plain)).split(None, 1) == [whole]:
        return _objects(plain), []  # no blank anywhere, as ids have none
    if kinds <= {str, type(None)}:
        texts = [None if value is None else value.strip() or None for value in plain]
        return _objects(texts), []
    texts, problems = [], []
    for row, value in enumerate(plain):
        text = _text(value)
        texts.append(text)
        if text is None and value is not None and value == value and value != "":
            problems.append(Problem(row, f"{shown(value)} is no text", "text or a whole number"))
    return _objects(texts), problems


def _objects(texts: list[str | None]) -> NDArray[Any]:
    array = np.empty(len(texts), dtype=object)
    array[:] = texts
    return array


def _flag(value: Any) -> float | None:
    if value is None:
        return float("nan")
    if isinstance(value, str):
        return _WORDS.get(value.strip().casefold())
    if isinstance(value, (bool, int, float)) and (value != value or value in (0, 1)):
        return float(value)
    return None


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if isinstance(value, int):
        return str(value)
    if abs(value) >= _EXACT and value == value and abs(value) != float("inf"):
        raise DamagedIdError(f"{value:.17g}")
    return str(int(value)) if value == value and value == value // 1 else None
