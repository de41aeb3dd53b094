"""Loops of `gains`, `looks` and `history`: which looks count, what was gained between them, and what stood near."""

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["HELPERS", "LOOPS"]

NAN = np.nan


def fmax(a: Any, b: Any) -> Any:
    """`np.fmax`: the number where the other is unknown."""
    return b if b > a or a != a else a


def shown_in(values: Any, kinds: Any, edges: Any, steps: Any) -> Any:
    """`gains.steps_of`: of each row its kind says from which `edges` on it is shown in which `steps`, (kinds, k)."""
    n, width = values.shape
    found, size, step = np.empty((n, width)), np.empty(width), np.empty(width)
    for r in range(n):
        row, out = values[r], found[r]
        for c in range(width):
            size[c] = abs(row[c]) if abs(row[c]) < np.inf else 0.0
        step[:] = 1.0
        for k in range(edges.shape[1]):
            edge, coarser = edges[kinds[r], k], steps[kinds[r], k]
            if edge == np.inf:
                break
            for c in range(width):
                step[c] = (coarser if size[c] >= edge else step[c]) + 0.0
        for c in range(width):
            out[c] = step[c] if np.floor(size[c] / step[c]) * step[c] == size[c] else 1.0
    return found


def gains_by_day(values: Any, logs: Any, step: Any) -> Any:
    """`gains.daily_gains` of days that are looked at: relative, as a count, the resolution and the step, (n, width)
    each; and which rows have days that are unknown after known ones.
    """
    n, width = values.shape
    daily, count = np.empty((n, width)), np.empty((n, width))
    resolution, shown, gapped = np.empty((n, width)), np.empty((n, width)), np.zeros(n, dtype=np.bool_)
    for r in range(n):
        daily[r, 0], count[r, 0], resolution[r, 0], shown[r, 0] = NAN, NAN, NAN, NAN
        before, after, last = values[r][: width - 1], values[r][1:], count[r][1:]
        low, high, rise = logs[r][: width - 1], logs[r][1:], daily[r][1:]
        coarse, resolved, own, n_gaps = step[r][1:], resolution[r][1:], shown[r][1:], 0
        for c in range(width - 1):
            last[c] = after[c] - before[c]
            rise[c] = high[c] - low[c]
        for c in range(width - 1):
            own[c] = coarse[c] if last[c] == last[c] else NAN
            resolved[c] = own[c] / ((before[c] if before[c] > 1.0 else 1.0) + 1.0)
        for c in range(width - 1):
            n_gaps += (before[c] == before[c]) & (after[c] != after[c])
        gapped[r] = n_gaps > 0
    return daily, count, resolution, shown, gapped


def coarsened(values: Any, step: Any, share: Any) -> Any:
    """`gains.coarsened`, (n,) of bool."""
    n, width = values.shape
    found = np.zeros(n, dtype=np.bool_)
    for r in range(n):
        row, own, n_coarse, n_fine = values[r], step[r], 0, 0
        for c in range(width):
            usual = share * row[c]
            coarse = own[c] > (usual if usual > 1.0 else 1.0)
            n_coarse += coarse & (row[c] == row[c])
            n_fine += (not coarse) & (row[c] == row[c])
        found[r] = (n_coarse > 0) & (n_fine > 0)
    return found


def window_sums(values: Any, days: Any) -> Any:
    """`gains.window_sums`."""
    n, width = values.shape
    found = np.empty((n, width))
    for r in range(n):
        first = 0
        while first < width - 1 and values[r, first] != values[r, first]:
            first += 1
        row, end = values[r][first:], found[r][first:][days - 1 :]
        found[r, : first + days - 1] = NAN
        for c in range(len(end)):
            end[c] = row[days - 1 :][c]
        for back in range(1, days):
            own = row[days - 1 - back :]
            for c in range(len(end)):
                end[c] += own[c]
    return found


def weeks(gained: Any, liked: Any, step: Any, likes_step: Any, days: Any) -> Any:
    """`history.weeks`, of `days` days."""
    n, width = gained.shape
    over, under, column = np.empty((n, width)), np.empty((n, width)), np.zeros(n, dtype=np.int64)
    rises, usable = np.empty(width), np.empty(width)
    for r in range(n):
        first, enough, best = 0, days * step[r], -np.inf
        while first < width - days and gained[r, first] != gained[r, first]:
            first += 1
        over[r, : first + days - 1], under[r, : first + days - 1] = NAN, NAN
        m = max(width - first - days + 1, 0)
        row, other, new = gained[r][first:], liked[r][first:], rises[first:]
        whole, likes, own = over[r][width - m :], under[r][width - m :], usable[width - m :]
        for c in range(len(new)):
            new[c] = other[c] if (other[c] > 0.0) | (other[c] != other[c]) else 0.0
        own[:], likes[:] = row[len(row) - m :], new[len(row) - m :]
        for back in range(1, days):
            gains, others = row[len(row) - m - back :], new[len(row) - m - back :]
            for c in range(m):
                own[c] += gains[c]
                likes[c] += others[c]
        for c in range(m):
            told = (own[c] > enough) & (likes[c] >= 0.0)
            whole[c] = likes[c] + likes_step[r] if told else NAN
            own[c] = own[c] if told else NAN
            likes[c] = own[c] + step[r]
        for c in range(m):
            if own[c] > best:
                best, column[r] = own[c], width - m + c
    return over, under, column


def without_dips(values: Any, days: Any) -> Any:
    """`looks._without_dips`, for dips of at most `days` days."""
    n, width = values.shape
    found = values.copy()
    padded, before, after = np.full(width + 2 * days, NAN), np.empty(width), np.empty(width)
    for r in range(n):
        own, out = padded[days:][:width], found[r]
        own[:], before[:], after[:] = values[r], NAN, NAN
        for away in range(1, days + 1):
            earlier, later = padded[days - away :], padded[days + away :]
            for c in range(width):
                before[c] = fmax(before[c], earlier[c]) + 0.0
                after[c] = fmax(after[c], later[c]) + 0.0
        for c in range(width):
            out[c] = NAN if (own[c] < before[c]) & (after[c] >= before[c]) else own[c]
    return found


def repeats(values: Any) -> Any:
    """`looks._repeats`."""
    n, width = values.shape
    found = np.empty((n, width), dtype=np.bool_)
    for r in range(n):
        last = NAN
        for c in range(width):
            one = values[r, c]
            found[r, c] = one == last
            last = one if one == one else last
    return found


def gains_between(values: Any, kept: Any, most: Any, most_rest: Any) -> Any:
    """`looks._Looks.gains` of up to `most` days and of up to `most_rest`: per day between the looks `kept` (n, days) of
    bool, NaN over more days.
    """
    n, width = values.shape
    gains, rests = np.full((n, width - 1), NAN), np.full((n, width - 1), NAN)
    for r in range(n):
        row, gain, rest, place, before, n_kept, first = values[r], gains[r], rests[r], 0, -1, 0, width
        for c in range(width):
            n_kept += kept[r, c]
        while first > 0 and kept[r, first - 1]:
            first -= 1
        if n_kept == width - first:  # every day to the newest: a difference is a day's
            low, high = row[first : width - 1], row[first + 1 :]
            for c in range(len(low)):
                gain[c] = high[c] - low[c]
                rest[c] = high[c] - low[c]
            continue
        for c in range(width):
            if kept[r, c]:
                if before >= 0:
                    days = c - before
                    if days <= most_rest:
                        rest[place] = (row[c] - row[before]) / days
                    if days <= most:
                        gain[place] = (row[c] - row[before]) / days
                    place += 1
                before = c
    return gains, rests


def highest_beyond(values: Any, others: Any, days: Any) -> Any:
    """`history._highest_beyond`, (n,)."""
    n, width = values.shape
    found, padded = np.full(n, NAN), np.zeros(width + 2 * days)
    own, peak = padded[days : days + width], np.empty(width)
    for r in range(n):
        first = 0
        while first < width - 1 and values[r, first] != values[r, first]:
            first += 1
        row, other, best, n_known = values[r][first:], others[r], -np.inf, 0
        for c in range(width):
            own[c] = other[c] if other[c] > 0.0 else 0.0
        highest = peak[: len(row)]
        highest[:] = 0.0
        for away in range(2 * days + 1):
            near = padded[first + away :][: len(row)]
            for c in range(len(highest)):
                highest[c] = (near[c] if near[c] > highest[c] else highest[c]) + 0.0
        other = other[first:]
        for c in range(len(row)):
            highest[c] = row[c] - highest[c] if other[c] == other[c] else NAN
            n_known += highest[c] == highest[c]
        for c in range(len(row)):
            best = highest[c] if highest[c] > best else best
        found[r] = best if n_known > 0 else NAN
    return found


def highest_without_post(values: Any, posted: Any, last_day: Any, days: Any) -> Any:
    """`history._highest_without_post`; posts are published on whole days."""
    n, width = values.shape
    found, newest = np.full(n, NAN), np.empty(width + days + 1)
    for r in range(n):
        row, own, first, oldest, best = values[r], posted[r], last_day[r] - (width - 1), np.inf, -np.inf
        newest[:] = -np.inf
        for post in range(len(own)):
            since = own[post] - first
            oldest = since if since < oldest else oldest
            # Those older than any day looked at, and unknown ones, are put where nobody asks.
            newest[int(since) + days if (since >= -days) & (since < width) else width + days] = since
        last = -np.inf
        for c in range(days):
            last = newest[c] if newest[c] > last else last
        for c in range(width):
            last = newest[c + days] if newest[c + days] > last else last
            free = (c > last + days) & (c >= oldest + days)
            best = row[c] if free & (row[c] > best) else best
        found[r] = best if best > -np.inf else NAN
    return found


def in_spreads(sums: Any, middle: Any, spread: Any, enough: Any) -> Any:
    """`gains.in_spreads`."""
    n, width = sums.shape
    found = np.empty((n, width))
    for r in range(n):
        row, out, usual, wide = sums[r], found[r], middle[r], spread[r] if enough[r] == 1.0 else NAN
        for c in range(width):
            out[c] = (row[c] - usual) / wide
    return found


HELPERS: tuple[Callable[..., Any], ...] = (fmax,)
LOOPS: tuple[Callable[..., Any], ...] = (
    shown_in,
    gains_by_day,
    coarsened,
    window_sums,
    weeks,
    without_dips,
    repeats,
    gains_between,
    highest_beyond,
    highest_without_post,
    in_spreads,
)
