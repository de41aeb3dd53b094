"""Unshared: what of a counter's edges its companion did not share. The signals of `steps` ask it of pairs and boxes.

The edges of the counter beyond those of the companion, ln, plus a share of what the companion fell short of, and of how
far the counter fell after the box, or less how uneven its days were. NumPy's functions say what is meant; the compiled
`loops.boxes` finds the places of the largest values, and logarithms are asked there.
"""

from dataclasses import dataclass

import numpy as np

from detector.panel import FloatArray, Panel, once
from detector.signals.compiled import fast
from detector.signals.edges import (
    DELETED,
    FARTHEST,
    MOST_FALL,
    Box,
    edges,
    fall,
    inside,
    noise_around,
    unevenness,
)
from detector.signals.looks import DIP_DAYS, HIDDEN_SHARE, beside, rates_of
from detector.signals.loops.boxes import MARGIN
from detector.signals.stats import maximum, median

__all__ = ["COMPANION_SHARE", "FALL_SHARE", "MOST_ABSENCE", "Pair", "highest_unshared", "sharpest"]

COMPANION_SHARE = 0.5
"""Weight of the companion's absence beside the shape of the likes: with the shape alone .77 of steps of 10 % are found
at 0.1 % false positives, with it .83 (docs/decisions/0007)."""

MOST_ABSENCE = 2.0
"""Ceiling of the companion's absence, ln: that it came seven times short and a hundred times short say the same."""

MOST_SHORT = float(np.exp(MOST_ABSENCE))
"""Since half of the shortness counts (`COMPANION_SHARE`), it stands in a square as it is."""

FALL_SHARE = 0.3
"""Weight of how far the look after a step fell below it: what comes before a hit may be still, what comes after it
seldom is. With it .882 of steps of 10 % are found at 1 % false positives, without .878."""

_LIMITS = (
    DELETED,
    float(DIP_DAYS),
    MOST_SHORT,
    2.0 * FALL_SHARE,
    float(np.exp(MOST_FALL)),
)
"""What the compiled loop is told; powers are those of a square."""

Pair = tuple[str, str]
"""A counter, and the companion that comes along with it organically."""


def sharpest(panel: Panel, pair: Pair, boxes: tuple[Box, ...]) -> FloatArray:
    """The largest edge of a counter for each box, (boxes, n)."""
    if fast() is not None:
        return _by_loop(panel, pair, boxes)[0]
    return np.stack([maximum(edges(panel, pair[0], pair[0], box)) for box in boxes])


@once
def highest_unshared(panel: Panel, pair: Pair, boxes: tuple[Box, ...]) -> FloatArray:
    """The largest rise of a counter that the companion did not share, ln, for each box: (boxes, n), at least 0.

    The boxes are all even, or none. NaN where no rise is known.
    """
    if fast() is not None:
        return _by_loop(panel, pair, boxes)[1]
    return np.stack([_highest(panel, pair, box) for box in boxes])


def _highest(panel: Panel, pair: Pair, box: Box) -> FloatArray:
    """`highest_unshared` of one box, (n,): less how uneven the days of an even box were, or plus a share of how far the
    counter fell after another.
    """
    if not box.even:
        beyond = _unshared(panel, pair, box) + FALL_SHARE * fall(panel, pair[0], box)
        return np.maximum(maximum(beyond), 0.0)
    own, other = _both_edges(panel, pair, box)
    short, uneven = _shortness(panel, pair, box), unevenness(panel, pair[0], box)
    known = ~np.isnan(own) & ~np.isnan(short)
    found = np.where(known.any(axis=1), 0.0, np.nan)
    # ln is what takes long: asked only at the largest of each row, which the ratios' squares tell.
    square = own / np.fmax(other, 1.0)
    square /= np.maximum(uneven, 1.0)
    square *= square
    square *= np.minimum(np.maximum(short, 1.0), MOST_SHORT)
    square[~known] = 0.0
    rows = np.arange(len(square))
    highest = np.maximum(square[rows, np.argmax(square, axis=1)], 1.0) * (1.0 - 1e-9)
    at = np.nonzero(square >= highest[:, None])
    value = _beyond(own[at], other[at], short[at]) - np.maximum(np.log(uneven[at]), 0.0)
    np.fmax.at(found, at[0], value)
    return found


def _unshared(panel: Panel, pair: Pair, box: Box) -> FloatArray:
    """The edges of a counter, ln, beyond those of the companion, plus `COMPANION_SHARE` of what it fell short of."""
    return _beyond(*_both_edges(panel, pair, box), _shortness(panel, pair, box))


def _both_edges(panel: Panel, pair: Pair, box: Box) -> tuple[FloatArray, FloatArray]:
    """The edges of a counter, and of its companion between the same looks."""
    return edges(panel, pair[0], pair[0], box), edges(panel, pair[1], pair[0], box)


def _beyond(own: FloatArray, other: FloatArray, short: FloatArray) -> FloatArray:
    """`_unshared` from the edges of the counter, of the companion, and the shortness; of any shape."""
    shared = np.fmax(np.log(other), 0.0)
    absence = np.clip(np.log(short), 0.0, MOST_ABSENCE)
    beyond: FloatArray = np.log(own) - shared + COMPANION_SHARE * absence
    return beyond


def _shortness(panel: Panel, pair: Pair, box: Box) -> FloatArray:
    """What such a gain brings of the companion at the account's own rate over what came; its ln is 0..`MOST_ABSENCE`.

    The rate is the lower of the median days' and of all other days' together, so that neither one great day nor one
    without likes makes the rest look short. Where the companion fell far nothing is said: a purge hides a gain.
    """
    own, other = beside(panel, *pair)
    whole = _together(panel, pair)
    plain = Box(box.looks, box.edge)
    held, brought = (inside(panel, counter, pair[0], plain) for counter in pair)
    rest_gained = whole.gained - box.looks * np.fmax(held, 0.0)
    rest_came = whole.came - box.looks * np.fmax(brought, 0.0)
    rate = np.minimum(np.maximum(rest_came, 0.0) / np.maximum(rest_gained, 1.0), whole.rate)
    noise = _noise_of(panel, pair, box)
    due = np.maximum(held - own.step / box.looks, 0.0) * rate
    short: FloatArray = (due + noise) / (np.maximum(brought, 0.0) + noise)
    short[brought < -3.0 * (other.spread + other.step)] = 1.0
    return short


def _noise_of(panel: Panel, pair: Pair, box: Box) -> FloatArray:
    """What chance and rounding do to a companion's mean gain in a box, (n, 1)."""
    found: FloatArray = _noise_of_day(panel, pair) / np.sqrt(box.looks)
    return found


@once
def _noise_of_day(panel: Panel, pair: Pair) -> FloatArray:
    other = beside(panel, *pair)[1]
    usual = 2.0 * np.sqrt(np.maximum(other.usual, 0.0))
    noise: FloatArray = other.step + 2.0 + usual + np.nan_to_num(other.spread)
    return noise


@dataclass(frozen=True, slots=True)
class _Together:
    """What a counter and its companion gained over the looks for which both are known, and the companion's gain for
    each of the counter's on their median day, (n, 1).
    """

    gained: FloatArray
    came: FloatArray
    rate: FloatArray


@once
def _together(panel: Panel, pair: Pair) -> _Together:
    own, other = beside(panel, *pair)
    gained, came, total, other_total = _risen(own.gain, other.gain)
    rate = (median(came) / np.maximum(median(gained), 1.0))[:, None]
    return _Together(total[:, None], other_total[:, None], rate)


def _risen(gain: FloatArray, other: FloatArray) -> tuple[FloatArray, ...]:
    """Of two counters what they gained, at least 0, where both are known, and the sums of each, (n,)."""
    if (loops := fast()) is not None:
        risen, sums = loops.risen_together(gain, other)
        return *risen, *sums
    unknown = np.isnan(gain) | np.isnan(other)
    gained, came = np.maximum(gain, 0.0), np.maximum(other, 0.0)
    gained[unknown] = came[unknown] = np.nan
    return gained, came, _total(gained), _total(came)


def _total(values: FloatArray) -> FloatArray:
    total: FloatArray = np.sum(np.fmax(values, 0.0), axis=1)
    return total


@once
def _by_loop(panel: Panel, pair: Pair, boxes: tuple[Box, ...]) -> tuple[FloatArray, FloatArray]:
    """`sharpest`, where the boxes are not even, and `highest_unshared` by the compiled loop, which finds the few
    places where logarithms are asked.
    """
    own, other = beside(panel, *pair)
    whole, even = _together(panel, pair), boxes[0].even
    about = [one for counter in pair for one in _about(panel, counter, pair[0])]
    about += [one[:, 0] for one in (whole.gained, whole.came, whole.rate, -3.0 * (other.spread + other.step))]
    in_box = [[(own.step / box.looks)[:, 0], _noise_of(panel, pair, box)[:, 0]] for box in boxes]
    known, highest, place, at = fast().unshared(
        *_interleaved(panel, pair),
        np.stack(about),
        np.array(in_box),
        np.array([(box.looks, box.edge) for box in boxes]),
        even,
        _LIMITS,
    )
    value, more = _beyond(at[:, 0], at[:, 1], at[:, 2]), np.log(at[:, 3])
    more = -np.maximum(more, 0.0) if even else FALL_SHARE * np.clip(more, 0.0, MOST_FALL)
    found = np.where(known, 0.0, np.nan)
    np.fmax.at(found.reshape(-1), place[:, 0] * len(panel) + place[:, 1], value + more)
    return highest, found


@once
def _about(panel: Panel, counter: str, by: str) -> list[FloatArray]:
    """What the compiled loops take the edges of a counter by, (n,) each."""
    rates = rates_of(panel, counter, by)
    noise = noise_around(rates, own=counter == by)
    return [one[:, 0] for one in ((1.0 - HIDDEN_SHARE) * rates.step, rates.pace, noise)]


@once
def _interleaved(panel: Panel, pair: Pair) -> tuple[tuple[FloatArray, ...], tuple[FloatArray, ...]]:
    """Gains of a counter and of its companion, and what their days were like, as the compiled loops take them."""
    width = max(_last_look(panel, counter, pair[0]) for counter in pair)
    (gain, rest), (came, around) = (_laid(panel, counter, pair[0], width) for counter in pair)
    return (gain, came), (rest, around)


@once
def _laid(panel: Panel, counter: str, by: str, width: int) -> tuple[FloatArray, FloatArray]:
    """Gains of a counter, and what its days were like."""
    loops, rates = fast(), rates_of(panel, counter, by)
    return loops.interleaved(rates.gain, width, 0), loops.interleaved(rates.rest, width, MARGIN)


@once
def _last_look(panel: Panel, counter: str, by: str) -> int:
    """Columns up to the last that any account knows."""
    rates = rates_of(panel, counter, by)
    return max(int(fast().last_known(one, FARTHEST)) for one in (rates.gain, rates.rest))
