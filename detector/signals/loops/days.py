"""Loops of `gains`, `looks` and `history`: which looks count, what was gained between them, and what stood near."""

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["HELPERS", "LOOPS"]

NAN = np.nan


def fmax(a: Any, b: Any) -> Any:
    """`np.fmax`: the number where the other is unknown."""
    return b if b > a or a != a else a


def without_dips(values: Any, days: Any) -> Any:
    """`looks._without_dips`, for dips of at most `days` days."""
    n, width = values.shape
    found = values.copy()
    for r in range(n):
        for c in range(width):
            before, after = NAN, NAN
            for away in range(1, days + 1):
                if c >= away:
                    before = fmax(before, values[r, c - away])
                if c + away < width:
                    after = fmax(after, values[r, c + away])
            if values[r, c] < before and after >= before:
                found[r, c] = NAN
    return found


def gains_between(values: Any, kept: Any, most: Any) -> Any:
    """`looks._Looks.gains`: per day between the looks `kept` (n, days) of bool, NaN over more than `most` days."""
    n, width = values.shape
    gains = np.full((n, width - 1), NAN)
    for r in range(n):
        place, before = 0, -1
        for c in range(width):
            if kept[r, c]:
                if before >= 0:
                    days = c - before
                    if days <= most:
                        gains[r, place] = (values[r, c] - values[r, before]) / days
                    place += 1
                before = c
    return gains


def nearby_peak(values: Any, days: Any) -> Any:
    """`gains.nearby_peak`."""
    n, width = values.shape
    best, own = np.empty((n, width)), np.empty(width)
    for r in range(n):
        row = best[r]
        for c in range(width):
            own[c] = values[r, c] if values[r, c] > 0.0 else 0.0
            row[c] = own[c]
        for away in range(1, days + 1):
            for c in range(width - away):
                row[c] = own[c + away] if own[c + away] > row[c] else row[c]
            for c in range(away, width):
                row[c] = own[c - away] if own[c - away] > row[c] else row[c]
    return best


def recently(posted: Any, day: Any, days: Any) -> Any:
    """`history._recently`, for whole days that follow each other."""
    n, width = day.shape
    found = np.zeros((n, width), dtype=np.bool_)
    for r in range(n):
        for post in range(posted.shape[1]):
            since = posted[r, post] - day[r, 0]
            if -days <= since < width:
                start = int(since)
                for c in range(max(start, 0), min(start + days + 1, width)):
                    found[r, c] = True
    return found


HELPERS: tuple[Callable[..., Any], ...] = (fmax,)
LOOPS: tuple[Callable[..., Any], ...] = (
    without_dips,
    gains_between,
    nearby_peak,
    recently,
)
