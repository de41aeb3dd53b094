"""Loops of `edges` and `unshared`: stretches of days that stand out from those around them, and what the companion did.

Rows come interleaved, see `rows.interleaved`: what adds or compares columns of a row does so for all rows of a block in
one long loop, where a column further is `lanes` places further. Boxes are numbered from the first whole one on.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["HELPERS", "LOOPS"]

NAN = np.nan

MARGIN = 8
"""Columns of scratch beyond a row: as far as losses are looked for."""


def repeated(values: Any, first: Any, lanes: Any, out: Any) -> None:
    """Writes the numbers of a block of rows, from `first` on, into each column of `out`."""
    for r in range(min(lanes, len(values) - first)):
        out[r] = values[first + r]
    filled = lanes
    while filled < len(out):
        further = out[filled:][:filled]
        for c in range(len(further)):
            further[c] = out[c]
        filled += len(further)


def longer(gain: Any, looks: Any, lanes: Any, even: Any, inside: Any) -> None:
    """`edges.inside` of rows, a box that ends at each column, from that of a look less; not divided by the looks."""
    own, m = inside[(looks - 1) * lanes :], len(inside) - (looks - 1) * lanes
    if even:
        for c in range(m):
            own[c] = (own[c] if (own[c] < gain[c]) | (own[c] != own[c]) else gain[c]) + 0.0
    else:
        for c in range(m):
            own[c] += gain[c]


def divided(values: Any, by: Any, out: Any) -> None:
    """Values by a number, which 1 leaves as they are."""
    for c in range(len(out)):
        out[c] = values[c] / by


def taken_back(gain: Any, days: Any, lanes: Any, losses: Any, out: Any) -> None:
    """`edges._taken_back` of rows; `losses` is scratch that is 0 beyond the gains."""
    m = len(out)
    for c in range(m):
        losses[c] = gain[c] if gain[c] < 0.0 else 0.0
    out[:] = 0.0
    for ahead in range(1, days + 1):
        own = losses[ahead * lanes :][:m]
        for c in range(m):
            out[c] -= own[c]


def raised(highest: Any, values: Any) -> None:
    """Puts in the values that are higher."""
    for c in range(len(highest)):
        highest[c] = (values[c] if values[c] > highest[c] else highest[c]) + 0.0


def edges(
    box: Any, back: Any, rest: Any, shape: Any, about: Any, deleted: Any, around: Any, out: Any
) -> None:
    """`edges.edges` of rows: what a box holds, what was taken back, what days were like, with `MARGIN` columns on
    either side, and about the counter its step, the usual gain, the noise; `around` is scratch.
    """
    (looks, reach, lanes), m = shape, len(out)
    back, around, step, noise = back[(looks - 1) * lanes :][:m], around[:m], about[0], about[2]
    around[:] = about[1][:m]
    for further in range(reach):
        raised(around, rest[(MARGIN - 1 - further) * lanes :][:m])
        raised(around, rest[(MARGIN + looks + further) * lanes :][:m])
    after = rest[(MARGIN + looks) * lanes :][:m]
    for c in range(m):
        # Divided before it is asked for: a loop without branches does several columns at once.
        lost = back[c] / looks
        held = box[c] - (0.0 if back[c] > deleted * box[c] * looks else lost) - step[c]
        high = (around[c] if around[c] > 0.0 else 0.0) + noise[c]
        ratio = ((0.0 if held <= 0.0 else held) + noise[c]) / high
        out[c] = ratio if after[c] == after[c] else NAN


def shortness(mean: Any, brought: Any, looks: Any, about: Any, own: Any, out: Any) -> None:
    """`unshared._shortness` of rows, from the means of a box, what is known of both counters and of these in it."""
    liked, came, whole, purge, step, noise = about[0], about[1], about[2], about[3], own[0], own[1]
    for c in range(len(out)):
        mine, new = mean[c], brought[c]
        rest_liked = liked[c] - looks * (mine if mine > 0.0 else 0.0)
        rest_came = came[c] - looks * (new if new > 0.0 else 0.0)
        rate = (rest_came if rest_came > 0.0 else 0.0) / (rest_liked if rest_liked > 1.0 else 1.0)
        rate = rate if rate < whole[c] else whole[c]
        due = (0.0 if mine - step[c] <= 0.0 else mine - step[c]) * rate
        short = (due + noise[c]) / ((0.0 if new <= 0.0 else new) + noise[c])
        out[c] = 1.0 if new < purge[c] else short


def times(values: Any, over: Any, noise: Any, out: Any) -> None:
    """How many times as large values are as others, both widened by a noise."""
    for c in range(len(out)):
        above, below = 0.0 if values[c] <= 0.0 else values[c], 0.0 if over[c] <= 0.0 else over[c]
        out[c] = (above + noise[c]) / (below + noise[c])


def squares(likes: Any, shared: Any, short: Any, beside: Any, even: Any, most: Any, out: Any) -> None:
    """The square of what `unshared._highest` takes the logarithm of, -1 where it is unknown.

    How far the likes fell is left out.
    """
    for c in range(len(out)):
        other = shared[c] if shared[c] > 1.0 else 1.0
        one = likes[c] / (other * (beside[c] if even and beside[c] > 1.0 else 1.0))
        absent = short[c] if short[c] > 1.0 else 1.0
        one = one * one * (absent if absent < most else most)
        known = (likes[c] == likes[c]) & (short[c] == short[c]) & (beside[c] == beside[c])
        out[c] = one if known else -1.0


def highest_of(values: Any, lanes: Any, out: Any) -> None:
    """The largest number of each row; -infinite where none is known."""
    out[:] = -np.inf
    for c in range(0, len(values), lanes):
        raised(out, values[c:][:lanes])


def with_fall(score: Any, beside: Any, limits: Any, least: Any, bar: Any) -> None:
    """Puts into the score of `squares` how far the likes fell, where that may make it the largest of its row.

    A power takes as long as a logarithm: it lies above its chord and below its tangents. `least` is scratch.
    """
    power, most, lanes = limits[3], limits[4], len(bar)
    chord, touch = (most**power - 1.0) / (most - 1.0), np.sqrt(most)
    for c in range(len(score)):
        fall = beside[c] if beside[c] > 1.0 else 1.0
        least[c] = score[c] * (1.0 + chord * ((fall if fall < most else most) - 1.0))
    highest_of(least, lanes, bar)
    for r in range(lanes):
        bar[r] = (bar[r] if bar[r] > 1.0 else 1.0) * (1.0 - 1e-9)
    low, rise = touch**power * (1.0 - power), power * touch ** (power - 1.0)
    for c in range(0, len(score), lanes):
        for r in range(lanes):
            one, fall = score[c + r], beside[c + r]
            near, far = 1.0 + power * (fall - 1.0), low + rise * fall
            if (fall > 1.0) & (one * near >= bar[r]) & (one * far >= bar[r]):
                score[c + r] = one * min(fall, most) ** power
                bar[r] = max(bar[r], score[c + r] * (1.0 - 1e-9))


def scored(
    inside: Any, back: Any, rest: Any, own: Any, of_box: Any, shape: Any, even: Any, limits: Any, out: Any
) -> None:
    """Of one box the edges of the likes and of the companion, the shortness, how uneven it is or how far the likes fell
    after it, and the square: the first five rows of `out`; the others are scratch.
    """
    looks, lanes = shape[0], shape[2]
    m, begin = len(inside[0]) - looks * lanes, (looks - 1) * lanes
    likes, shared, short, beside, score = out[0][:m], out[1][:m], out[2][:m], out[3][:m], out[4][:m]
    mean, brought = out[5][:m], out[6][:m]
    divided(inside[0][begin:], looks, mean)
    divided(inside[1][begin:], looks, brought)
    # A box that is not even is as high as its mean.
    least, lowest = inside[2][begin:][:m] if even else mean, inside[3][begin:][:m] if even else brought
    edges(least, back[0], rest[0], shape, own, limits[0], out[7], likes)
    edges(lowest, back[1], rest[1], shape, own[3:], limits[0], out[7], shared)
    shortness(mean, brought, looks, own[6:], of_box, short)
    times(mean, least if even else rest[0][(MARGIN + looks) * lanes :][:m], own[2], beside)
    squares(likes, shared, short, beside, even, limits[2], score)


def written(
    score: Any, bar: Any, sides: Any, box: Any, first: Any, n_found: Any, places: Any, at: Any
) -> Any:
    """Writes down the places of a box whose score is as high as their row's bar; gives how many there are by now."""
    lanes = len(bar)
    for c in range(0, len(score), lanes):
        for r in range(lanes):
            if score[c + r] >= bar[r]:
                places[n_found, 0], places[n_found, 1] = box, first + r
                for side in range(4):
                    at[n_found, side] = sides[side, c + r]
                n_found += 1
    return n_found


def unshared(gains: Any, rests: Any, about: Any, in_box: Any, boxes: Any, even: Any, limits: Any) -> Any:
    """Where `unshared._highest` may have its largest value: no logarithm is asked elsewhere.

    `gains` and `rests` are pairs, of the likes and of the companion, `boxes` (k, 2) the looks, which ascend, and the
    edge of each, all `even` or none. `about` (10, n): the step, the usual gain and the noise of the likes, the same of
    the companion, and what `shortness` takes; `in_box` (k, 2, n) is what it takes of each box. Gives where any place is
    known (k, n) of bool, the largest edge of the likes where the boxes are not even (k, n), the boxes and the rows of
    the places found (m, 2), and (m, 4) there: the edge of the likes, of the companion, the shortness, and how uneven an
    even box is or how far the likes fell after another.
    """
    n, (blocks, width, lanes), n_found = about.shape[1], gains[0].shape, 0
    known, size = np.zeros((len(boxes), n), dtype=np.bool_), width * lanes
    sharpest = np.full((len(boxes), n), NAN)
    places, at = np.empty((2 * n + size, 2), dtype=np.int64), np.empty((2 * n + size, 4))
    own, of_box, bar = np.zeros((10, size)), np.zeros((2, size)), np.empty(lanes)
    losses, back = np.zeros(size + MARGIN * lanes), np.empty((2, size))
    out, inside = np.empty((8, size)), np.empty((4, size))
    for block in range(blocks):
        first, done = block * lanes, 1
        gain = gains[0][block].reshape(-1), gains[1][block].reshape(-1)
        rest = rests[0][block].reshape(-1), rests[1][block].reshape(-1)
        for kind in range(len(about)):
            repeated(about[kind], first, lanes, own[kind])
        for kind in range(2):
            taken_back(gain[kind], int(limits[1]), lanes, losses, back[kind])
        for kind in range(4):
            inside[kind] = gain[kind % 2]
        for k in range(len(boxes)):
            looks, m = boxes[k, 0], (width - boxes[k, 0]) * lanes
            for one in range(done + 1, looks + 1):
                for kind in range(4 if even else 2):
                    longer(gain[kind % 2], one, lanes, kind > 1, inside[kind])
            for kind in range(2):
                repeated(in_box[k, kind], first, lanes, of_box[kind])
            done, score = looks, out[4][:m]
            scored(inside, back, rest, own, of_box, (looks, boxes[k, 1], lanes), even, limits, out)
            if not even:
                highest_of(out[0][:m], lanes, bar)
                for r in range(min(lanes, n - first)):
                    sharpest[k, first + r] = bar[r] if bar[r] > -np.inf else NAN
            highest_of(score, lanes, bar)
            for r in range(min(lanes, n - first)):
                known[k, first + r] = bar[r] >= 0.0
            for r in range(lanes):
                bar[r] = (bar[r] if bar[r] > 1.0 else 1.0) * (1.0 - 1e-9)
            if not even:
                with_fall(score, out[3], limits, out[7][:m], bar)
            if n_found + m > len(places):
                places, at = np.append(places, places, axis=0), np.append(at, at, axis=0)
            n_found = written(score, bar, out, k, first, n_found, places, at)
    return known, sharpest, places[:n_found], at[:n_found]


HELPERS: tuple[Callable[..., Any], ...] = (
    repeated,
    longer,
    divided,
    taken_back,
    raised,
    edges,
    shortness,
    times,
    squares,
    highest_of,
    with_fall,
    scored,
    written,
)
LOOPS: tuple[Callable[..., Any], ...] = (unshared,)
