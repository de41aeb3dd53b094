"""Loops of `gains`, `looks` and `history`: what a counter gained between looks, and what came along with it."""

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["HELPERS", "LOOPS"]

NAN = np.nan


def fmax(a: Any, b: Any) -> Any:
    """`np.fmax`: the number where the other is unknown."""
    return b if b > a or a != a else a


def greater(a: Any, b: Any) -> Any:
    """`np.maximum`: unknown where either is."""
    return a if a > b or a != a else b


def lesser(a: Any, b: Any) -> Any:
    """`np.minimum`."""
    return a if a < b or a != a else b


def added(row: Any, lanes: Any) -> Any:
    """`np.sum` of a row of at most 128: eight lanes, then what does not fill them."""
    width = len(row)
    whole = width - width % 8
    total = 0.0
    if whole:
        for lane in range(8):
            lanes[lane] = row[lane]
        for first in range(8, whole, 8):
            for lane in range(8):
                lanes[lane] += row[first + lane]
        low = (lanes[0] + lanes[1]) + (lanes[2] + lanes[3])
        high = (lanes[4] + lanes[5]) + (lanes[6] + lanes[7])
        total = low + high
    for column in range(whole, width):
        total += row[column]
    return total


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


def around_largest(gained: Any, came: Any, usual: Any, days: Any, about: Any) -> Any:
    """`history._around_largest`; `about` (n, 4) are the usual gains of both, the lifetime rate and the prior."""
    n, width = gained.shape
    last, extra, due, nearby = np.zeros(n, dtype=np.int64), np.empty(n), np.empty(n), np.empty(n)
    beside, rises, comes, lanes = np.empty(width), np.empty(width), np.empty(width), np.empty(8)
    for r in range(n):
        highest, at = -np.inf, NAN
        for c in range(days - 1, width):
            total = gained[r, c]
            for back in range(1, days):
                total += gained[r, c - back]
            total -= days * about[r, 0]
            if total > highest:
                last[r], highest, at = c, total, total
        extra[r] = greater(at, 0.0)
        n_near = 0
        for c in range(width):
            one, other = gained[r, c], came[r, c]
            near = last[r] - days - 1 <= c <= last[r] + 2
            own, elsewhere = near and one == one and other == other, not near and usual[r, c]
            n_near += own
            beside[c] = other if own else 0.0
            rises[c] = greater(one, 0.0) if elsewhere else 0.0
            comes[c] = greater(other, 0.0) if elsewhere else 0.0
        nearby[r] = added(beside, lanes) - n_near * about[r, 1]
        rest, rest_came = added(rises, lanes), added(comes, lanes)
        lifetime, prior = about[r, 2], about[r, 3]
        due[r] = extra[r] * lesser((rest_came + prior * 0.2 * lifetime) / (rest + prior), lifetime)
    return last, extra, due, nearby


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


def least_part(gained: Any, cuts: Any, noise: Any, out: Any) -> None:
    """`stretches._ratio` of one row, of as many stretches as `out` has places; `cuts` are where its parts begin, and
    where the last one ends.
    """
    m, edge, end = len(out), cuts[0], cuts[-1]
    for part in range(len(cuts) - 1):
        first, last = gained[cuts[part] :][:m], gained[cuts[part + 1] :][:m]
        for c in range(m):
            one = (last[c] - first[c]) / (cuts[part + 1] - cuts[part])
            out[c] = one if part == 0 or one < out[c] else out[c]
    start, begun, ended, over = gained[:m], gained[edge:][:m], gained[end:][:m], gained[end + edge :][:m]
    for c in range(m):
        around = greater((begun[c] - start[c]) / edge, (over[c] - ended[c]) / edge)
        out[c] = (greater(out[c], 0.0) + noise) / (greater(around, 0.0) + noise)


def stretches(gained: Any, unknown: Any, came: Any, lacking: Any, noise: Any, cuts: Any) -> Any:
    """The square that `stretches._stretch_without` takes the logarithm of.

    `gained` and `unknown` (n, days + 1) are the path of the followers, `came` and `lacking` that of the companion,
    `noise` (n, 2) belongs to both, `cuts` (lengths, parts + 1) says how each length is divided.
    """
    n, width = gained.shape
    found, rise, shared, ends = np.ones(n), np.empty(width), np.empty(width), np.empty(2, dtype=np.int64)
    for r in range(n):
        for own in range(len(cuts)):
            ends[0], ends[1] = cuts[own, 0], cuts[own, -1]
            whole = ends[0] + ends[1]
            m = width - whole
            if m < 1:
                break
            least_part(gained[r], cuts[own], noise[r, 0], rise[:m])
            least_part(came[r], ends, noise[r, 1], shared[:m])
            for c in range(m):
                also = greater(shared[c], 1.0)
                square = rise[c] * rise[c] / (also * (also * also))
                known = unknown[r, c + whole] == unknown[r, c] and lacking[r, c + whole] == lacking[r, c]
                if known and square > found[r]:
                    found[r] = square
    return found


def least_part_up_to(gained: Any, cuts: Any, noise: Any, weeks: Any, after: Any, out: Any) -> None:
    """`stretches._open_ratio` of one row."""
    m, begin, end, edge = len(out), cuts[0], cuts[-1], len(out)
    for part in range(len(cuts) - 1):
        first, last = gained[cuts[part] :][:m], gained[cuts[part + 1] :][:m]
        for c in range(m):
            one = (last[c] - first[c]) / (cuts[part + 1] - cuts[part])
            out[c] = one if part == 0 or one < out[c] else out[c]
    for c in range(m):
        around = (gained[begin + c] - gained[begin + c - edge]) / edge
        for week in range(2, weeks + 1):
            start = begin + c - edge * week
            around = greater(around, (gained[start + edge] - gained[start]) / edge)
        left = m - 1 - c
        if left >= after:
            around = greater(around, (gained[-1] - gained[end + c]) / left)
        out[c] = (greater(out[c], 0.0) + noise) / (greater(around, 0.0) + noise)


def open_stretches(
    gained: Any,
    unknown: Any,
    came: Any,
    lacking: Any,
    noise: Any,
    cuts: Any,
    edge: Any,
    weeks: Any,
    after: Any,
) -> Any:
    """`stretches._open_squares`, of the same paths as `stretches` has; `cuts` are counted from behind the end."""
    n, width = gained.shape
    found, rise, shared, ends = np.ones(n), np.empty(edge), np.empty(edge), np.empty(2, dtype=np.int64)
    for r in range(n):
        for own in range(len(cuts)):
            parts = cuts[own] + width
            first = parts[0] - weeks * edge
            if first < 0:
                break
            ends[0], ends[1] = parts[0], parts[-1]
            least_part_up_to(gained[r], parts, noise[r, 0], weeks, after, rise)
            least_part_up_to(came[r], ends, noise[r, 1], weeks, after, shared)
            for c in range(edge):
                also = greater(shared[c], 1.0)
                square = rise[c] * rise[c] / (also * (also * also))
                known = unknown[r, -1] == unknown[r, first + c] and lacking[r, -1] == lacking[r, first + c]
                if known and square > found[r]:
                    found[r] = square
    return found


HELPERS: tuple[Callable[..., Any], ...] = (
    fmax,
    greater,
    lesser,
    added,
    least_part,
    least_part_up_to,
)
LOOPS: tuple[Callable[..., Any], ...] = (
    without_dips,
    gains_between,
    nearby_peak,
    around_largest,
    recently,
    stretches,
    open_stretches,
)
