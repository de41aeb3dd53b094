"""Loops of `steps`: stretches of days that stand out from those around them, and what the companion did.

Boxes are numbered from the first whole one on, and columns that lie apart are slices of their own: where every index is
the loop's own, the compiler does several columns at once.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["HELPERS", "LOOPS"]

NAN = np.nan

SPARE = 8
"""Columns of scratch beyond a row and the reach of a box on either side: as far as losses are looked for."""


def inside(gain: Any, looks: Any, even: Any, out: Any) -> None:
    """`steps._inside` of one row: of each whole box but that of the newest day."""
    m = len(out)
    out[:] = gain[looks - 1 : looks - 1 + m]
    for back in range(1, looks):
        own = gain[looks - 1 - back : looks - 1 - back + m]
        for c in range(m):
            out[c] = (out[c] if out[c] < own[c] or out[c] != out[c] else own[c]) if even else out[c] + own[c]
    if looks > 1 and not even:
        for c in range(m):
            out[c] /= looks


def taken_back(gain: Any, days: Any, losses: Any, out: Any) -> None:
    """`steps._taken_back` of one row, from the column on that `out` begins with; `losses` is scratch."""
    losses[:] = 0.0
    for c in range(len(gain)):
        losses[c] = gain[c] if gain[c] < 0.0 else 0.0
    out[:] = 0.0
    first = len(gain) - 1 - len(out)
    for ahead in range(1, days + 1):
        own = losses[first + ahead : first + ahead + len(out)]
        for c in range(len(out)):
            out[c] -= own[c]


def raised(highest: Any, values: Any) -> None:
    """Puts in the values that are higher."""
    for c in range(len(highest)):
        highest[c] = values[c] if values[c] > highest[c] else highest[c]


def edges(
    gain: Any, box: Any, rest: Any, looks: Any, reach: Any, about: Any, limits: Any, own: Any, out: Any
) -> None:
    """`steps._edges` of one row whose `about` (the step, the usual gain, the noise) is known; `own` is scratch."""
    width, m, step, usual, noise = len(gain), len(out), limits[0] * about[0], about[1], about[2]
    deleted, back, around, apart = limits[1], own[0][:m], own[1][:m], own[2]
    taken_back(gain, int(limits[2]), apart, back)
    apart[:reach] = NAN
    apart[reach : reach + width] = rest
    apart[reach + width :] = NAN
    around[:] = usual
    for further in range(reach):
        raised(around, apart[reach - 1 - further :][:m])
        raised(around, apart[reach + looks + further :][:m])
    after = rest[looks : looks + m]
    for c in range(m):
        # Divided before it is asked for: a loop without branches does several columns at once.
        lost = back[c] / looks
        held = box[c] - (0.0 if back[c] > deleted * box[c] * looks else lost) - step
        high = (around[c] if around[c] > 0.0 else 0.0) + noise
        ratio = ((0.0 if held <= 0.0 else held) + noise) / high
        out[c] = ratio if after[c] == after[c] else NAN


def shortness(mean: Any, brought: Any, looks: Any, mine: Any, other: Any, out: Any) -> None:
    """`steps._shortness` of one row, from the means of a box."""
    step, liked, came, whole, noise, purge = mine[0] / looks, mine[3], other[3], other[4], other[5], other[6]
    for c in range(len(out)):
        own, new = mean[c], brought[c]
        rest_liked = liked - looks * (own if own > 0.0 else 0.0)
        rest_came = came - looks * (new if new > 0.0 else 0.0)
        rate = (rest_came if rest_came > 0.0 else 0.0) / (rest_liked if rest_liked > 1.0 else 1.0)
        rate = rate if rate < whole else whole
        due = (0.0 if own - step <= 0.0 else own - step) * rate
        short = (due + noise) / ((0.0 if new <= 0.0 else new) + noise)
        out[c] = 1.0 if new < purge else short


def times(values: Any, over: Any, noise: Any, out: Any) -> None:
    """How many times as large values are as others, both widened by a noise."""
    for c in range(len(out)):
        above, below = 0.0 if values[c] <= 0.0 else values[c], 0.0 if over[c] <= 0.0 else over[c]
        out[c] = (above + noise) / (below + noise)


def squares(likes: Any, shared: Any, short: Any, beside: Any, even: Any, most: Any, out: Any) -> Any:
    """The square of what `steps._highest_unshared` takes the logarithm of, -1 where it is unknown; gives the largest.

    How far the likes fell is left out.
    """
    for c in range(len(out)):
        one = likes[c] / (shared[c] if shared[c] > 1.0 else 1.0)
        one /= beside[c] if even and beside[c] > 1.0 else 1.0
        absent = short[c] if short[c] > 1.0 else 1.0
        one = one * one * (absent if absent < most else most)
        known = likes[c] == likes[c] and short[c] == short[c] and beside[c] == beside[c]
        out[c] = one if known else -1.0
    highest = -1.0
    for c in range(len(out)):
        highest = out[c] if out[c] > highest else highest
    return highest


def last_known(values: Any, least: Any) -> Any:
    """Columns up to the last one that any row knows, at least `least`: looks are moved to the left, and most accounts
    have few.
    """
    found = least
    for r in range(len(values)):
        c = values.shape[1]
        while c > found and values[r, c - 1] != values[r, c - 1]:
            c -= 1
        found = max(found, c)
    return found


def sharpest(liked: Any, rest: Any, mine: Any, box: Any, limits: Any) -> Any:
    """`steps._sharpest`, of a box that is as high as its mean."""
    n, width = liked.shape
    looks, reach, _ = box
    found, scratch = np.empty(n), np.empty((5, width + 2 * reach + SPARE))
    mean, ratio = scratch[3][: width - looks], scratch[4][: width - looks]
    for r in range(n):
        found[r] = NAN
        if mine[r, 2] == mine[r, 2]:
            inside(liked[r], looks, False, mean)
            edges(liked[r], mean, rest[r], looks, reach, mine[r], limits, scratch, ratio)
            best = -np.inf
            for c in range(len(ratio)):
                best = ratio[c] if ratio[c] > best else best
            found[r] = best if best > -np.inf else NAN
    return found


def unshared(
    liked: Any, liked_rest: Any, came: Any, came_rest: Any, mine: Any, others: Any, box: Any, limits: Any
) -> Any:
    """Where `steps._highest_unshared` may have its largest value: no logarithm is asked elsewhere.

    `liked` and `came` are the gains of the likes and of the companion, `mine` (n, 4) and `others` (n, 7) what is known
    of them, `box` its looks, its edge and whether it is even. Gives where any place is known (n,) of bool, the rows of
    the places found (m,), and (m, 4) there: the edge of the likes, of the companion, the shortness, and how uneven an
    even box is or how far the likes fell after another.
    """
    n, (looks, reach, even) = len(liked), box
    width = last_known(came_rest, last_known(came, last_known(liked_rest, last_known(liked, looks + 1))))
    power, most_fallen, m = limits[4], limits[5], width - looks
    known, rows, at = np.zeros(n, dtype=np.bool_), np.empty(2 * n, dtype=np.int64), np.empty((2 * n, 4))
    scratch = np.empty((12, width + 2 * reach + SPARE))
    mean, brought, least, lowest = scratch[3][:m], scratch[4][:m], scratch[5][:m], scratch[6][:m]
    likes, shared, short = scratch[7][:m], scratch[8][:m], scratch[9][:m]
    beside, score = scratch[10][:m], scratch[11][:m]
    n_found = 0
    for r in range(n):
        noise = mine[r, 2]
        if noise != noise:
            continue
        own, rest = liked[r][:width], liked_rest[r][:width]
        other, other_rest = came[r][:width], came_rest[r][:width]
        inside(own, looks, False, mean)
        inside(other, looks, False, brought)
        if even:
            inside(own, looks, True, least)
            inside(other, looks, True, lowest)
        else:  # then the box is as high as its mean
            least[:], lowest[:] = mean, brought
        edges(own, least, rest, looks, reach, mine[r], limits, scratch, likes)
        shared[:] = NAN
        if others[r, 2] == others[r, 2]:
            edges(other, lowest, other_rest, looks, reach, others[r], limits, scratch, shared)
        shortness(mean, brought, looks, mine[r], others[r], short)
        times(mean, least if even else rest[looks : looks + m], noise, beside)
        highest = squares(likes, shared, short, beside, even, limits[3], score)
        known[r] = highest >= 0.0
        if highest < 0.0:
            continue
        bar = max(highest, 1.0) * (1.0 - 1e-9)
        for c in range(m):
            # A power takes as long as a logarithm, and its tangent lies above it.
            if not even and beside[c] > 1.0 and score[c] * (1.0 + power * (beside[c] - 1.0)) >= bar:
                score[c] *= min(beside[c], most_fallen) ** power
                bar = max(bar, score[c] * (1.0 - 1e-9))
        for c in range(m):
            if score[c] >= bar:
                if n_found == len(rows):
                    rows, at = np.append(rows, rows), np.append(at, at, axis=0)
                rows[n_found] = r
                one = at[n_found]
                one[0], one[1], one[2], one[3] = likes[c], shared[c], short[c], beside[c]
                n_found += 1
    return known, rows[:n_found], at[:n_found]


HELPERS: tuple[Callable[..., Any], ...] = (
    inside,
    taken_back,
    raised,
    edges,
    shortness,
    times,
    squares,
    last_known,
)
LOOPS: tuple[Callable[..., Any], ...] = (
    sharpest,
    unshared,
)
