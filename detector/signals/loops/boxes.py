"""Loops of `steps`: stretches of days that stand out from those around them, and what the companion did."""

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["HELPERS", "LOOPS"]

NAN = np.nan


def inside(gain: Any, looks: Any, even: Any, out: Any) -> Any:
    """`steps._inside` of one row; nothing is written before the first whole box."""
    width = len(gain)
    for c in range(looks - 1, width):
        out[c] = gain[c]
    for back in range(1, looks):
        for c in range(looks - 1, width):
            one = gain[c - back]
            out[c] = (out[c] if out[c] < one or out[c] != out[c] else one) if even else out[c] + one
    if looks > 1 and not even:
        for c in range(looks - 1, width):
            out[c] /= looks


def edges(
    gain: Any, box: Any, rest: Any, looks: Any, reach: Any, about: Any, limits: Any, own: Any, out: Any
) -> Any:
    """`steps._edges` of one row whose `about` (the step, the usual gain, the noise) is known; `own` is scratch."""
    width, step, usual, noise = len(gain), limits[0] * about[0], about[1], about[2]
    deleted, back, around = limits[1], own[0], own[1]
    for c in range(width):
        back[c], around[c] = 0.0, usual
    for ahead in range(1, int(limits[2]) + 1):
        for c in range(width - ahead):
            back[c] -= gain[c + ahead] if gain[c + ahead] < 0.0 else 0.0
    for further in range(reach):
        before, after = looks + further, 1 + further
        for c in range(before, width):
            around[c] = rest[c - before] if rest[c - before] > around[c] else around[c]
        for c in range(width - after):
            around[c] = rest[c + after] if rest[c + after] > around[c] else around[c]
    for c in range(looks - 1, width - 1):
        # Divided before it is asked for: a loop without branches does several columns at once.
        lost = back[c] / looks
        held = box[c] - (0.0 if back[c] > deleted * box[c] * looks else lost) - step
        high = (around[c] if around[c] > 0.0 else 0.0) + noise
        ratio = ((0.0 if held <= 0.0 else held) + noise) / high
        out[c] = ratio if rest[c + 1] == rest[c + 1] else NAN


def shortness(mean: Any, brought: Any, looks: Any, mine: Any, other: Any, out: Any) -> Any:
    """`steps._shortness` of one row, from the means of a box."""
    step, liked, came, whole, noise, purge = mine[0] / looks, mine[3], other[3], other[4], other[5], other[6]
    for c in range(looks - 1, len(mean) - 1):
        own, new = mean[c], brought[c]
        rest_liked = liked - looks * (own if own > 0.0 else 0.0)
        rest_came = came - looks * (new if new > 0.0 else 0.0)
        rate = (rest_came if rest_came > 0.0 else 0.0) / (rest_liked if rest_liked > 1.0 else 1.0)
        rate = rate if rate < whole else whole
        due = (0.0 if own - step <= 0.0 else own - step) * rate
        short = (due + noise) / ((0.0 if new <= 0.0 else new) + noise)
        out[c] = 1.0 if new < purge else short


def squares(
    likes: Any, shared: Any, short: Any, beside: Any, even: Any, first: Any, most: Any, out: Any
) -> Any:
    """The square of what `steps._highest_unshared` takes the logarithm of, -1 where it is unknown; gives the largest.

    How far the likes fell is left out.
    """
    highest = -1.0
    for c in range(first, len(likes) - 1):
        one = likes[c] / (shared[c] if shared[c] > 1.0 else 1.0)
        one /= beside[c] if even and beside[c] > 1.0 else 1.0
        absent = short[c] if short[c] > 1.0 else 1.0
        one = one * one * (absent if absent < most else most)
        known = likes[c] == likes[c] and short[c] == short[c] and beside[c] == beside[c]
        out[c] = one if known else -1.0
    for c in range(first, len(likes) - 1):
        highest = out[c] if out[c] > highest else highest
    return highest


def sharpest(liked: Any, rest: Any, mine: Any, box: Any, limits: Any) -> Any:
    """`steps._sharpest`, of a box that is as high as its mean."""
    n, width = liked.shape
    looks, reach, _ = box
    found, scratch = np.empty(n), np.empty((4, width))
    for r in range(n):
        found[r] = NAN
        if mine[r, 2] == mine[r, 2]:
            inside(liked[r], looks, False, scratch[2])
            edges(liked[r], scratch[2], rest[r], looks, reach, mine[r], limits, scratch, scratch[3])
            best = -np.inf
            for c in range(looks - 1, width - 1):
                best = scratch[3, c] if scratch[3, c] > best else best
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
    n, width = liked.shape
    looks, reach, even = box
    first, power, most_fallen = looks - 1, limits[4], limits[5]
    known, rows, at = np.zeros(n, dtype=np.bool_), np.empty(2 * n, dtype=np.int64), np.empty((2 * n, 4))
    scratch = np.empty((11, width))
    mean, brought, least, lowest = scratch[2], scratch[3], scratch[4], scratch[5]
    likes, shared, short, beside, score = scratch[6], scratch[7], scratch[8], scratch[9], scratch[10]
    m = 0
    for r in range(n):
        noise, rest = mine[r, 2], liked_rest[r]
        if noise != noise:
            continue
        inside(liked[r], looks, False, mean)
        inside(came[r], looks, False, brought)
        inside(liked[r], looks, even, least)
        inside(came[r], looks, even, lowest)
        if not even and looks > 1:  # then the box is as high as its mean
            least[:], lowest[:] = mean, brought
        edges(liked[r], least, rest, looks, reach, mine[r], limits, scratch, likes)
        shared[:] = NAN
        if others[r, 2] == others[r, 2]:
            edges(came[r], lowest, came_rest[r], looks, reach, others[r], limits, scratch, shared)
        shortness(mean, brought, looks, mine[r], others[r], short)
        for c in range(first, width - 1):
            after = least[c] if even else rest[c + 1]
            beside[c] = ((0.0 if mean[c] <= 0.0 else mean[c]) + noise) / (
                (0.0 if after <= 0.0 else after) + noise
            )
        highest = squares(likes, shared, short, beside, even, first, limits[3], score)
        known[r] = highest >= 0.0
        if highest < 0.0:
            continue
        bar = max(highest, 1.0) * (1.0 - 1e-9)
        for c in range(first, width - 1):
            # A power takes as long as a logarithm, and its tangent lies above it.
            if not even and beside[c] > 1.0 and score[c] * (1.0 + power * (beside[c] - 1.0)) >= bar:
                score[c] *= min(beside[c], most_fallen) ** power
                bar = max(bar, score[c] * (1.0 - 1e-9))
        for c in range(first, width - 1):
            if score[c] >= bar:
                if m == len(rows):
                    rows, at = np.append(rows, rows), np.append(at, at, axis=0)
                rows[m] = r
                at[m, 0], at[m, 1], at[m, 2], at[m, 3] = likes[c], shared[c], short[c], beside[c]
                m += 1
    return known, rows[:m], at[:m]


HELPERS: tuple[Callable[..., Any], ...] = (
    inside,
    edges,
    shortness,
    squares,
)
LOOPS: tuple[Callable[..., Any], ...] = (
    sharpest,
    unshared,
)
