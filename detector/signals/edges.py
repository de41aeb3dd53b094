"""Edges: how sharply the looks of a box rise above those around it. `unshared` sets two counters' edges side by side.

A box is a stretch of looks that ends at a column; its edge is its gain over the largest gain around it, which needs no
size in advance. It is asked of any counter between the looks of any other. Arrays are (n, days - 1), see `looks.Rates`.
"""

from dataclasses import dataclass

import numpy as np

from detector.panel import FloatArray, Panel, once
from detector.signals.looks import DIP_DAYS, HIDDEN_SHARE, Rates, moved, rates_of
from detector.signals.loops.boxes import MARGIN

__all__ = ["DELETED", "FARTHEST", "MOST_FALL", "Box", "edges", "fall", "inside", "noise_around", "unevenness"]

FARTHEST = MARGIN
"""How many looks a box and its edge may have together: so many unknown columns stand between two rows here, and on
either side of them in the compiled loops."""

DELETED = 1.5
"""A fall of so many times the gain before it does not take the gain back: posts were deleted."""

MOST_FALL = 3.0
"""Ceiling, ln, of how far the look after a box fell below it."""


@dataclass(frozen=True, slots=True)
class Box:
    """A stretch of `looks`, and how many looks on either side say what is usual around it.

    An `even` box is as high as its lowest day, any other as its mean.
    """

    looks: int
    edge: int
    even: bool = False

    def __post_init__(self) -> None:
        if self.looks + self.edge > FARTHEST:
            raise ValueError(
                f"a box of {self.looks} looks and edges of {self.edge} would reach the next row: {FARTHEST} in all"
            )


@once
def edges(panel: Panel, counter: str, by: str, box: Box) -> FloatArray:
    """How many times the gain in the box that ends at each column is as large as the largest around it.

    Gains are those of a counter between looks at which `by`, itself or what it accompanies, says something new. Unknown
    where the look after it is: a step on the newest day cannot be told from the first day of a hit. What is taken back
    within days was a mistake of the platform, and does not count; a far larger fall is deleted posts.
    """
    rates = rates_of(panel, counter, by)
    gain, back = inside(panel, counter, by, box), _taken_back(panel, counter, by)
    deleted = back > DELETED * gain * box.looks
    back = back / box.looks
    back[deleted] = 0.0
    held = gain - back - (1.0 - HIDDEN_SHARE) * rates.step
    apart = _apart(panel, counter, by)
    flat, highest = apart.reshape(-1), np.repeat(rates.pace[:, 0], apart.shape[1])
    for further in range(box.edge):
        before, after = box.looks + further, 1 + further
        np.fmax(highest[before:], flat[:-before], out=highest[before:])
        np.fmax(highest[:-after], flat[after:], out=highest[:-after])
    around = highest.reshape(apart.shape)[:, : gain.shape[1]]
    noise = noise_around(rates, own=counter == by)
    ratio: FloatArray = (np.maximum(held, 0.0) + noise) / (np.maximum(around, 0.0) + noise)
    ratio[:, :-1][np.isnan(rates.rest[:, 1:])] = np.nan
    ratio[:, -1] = np.nan
    return ratio


def noise_around(rates: Rates, *, own: bool) -> FloatArray:
    """What chance and rounding do to a day's gain and to those around it, (n, 1).

    Followers of a large account come and go by tens: what a companion's usual day may be off by is no edge.
    """
    return rates.noise if own else np.maximum(rates.noise, rates.spread)


@once
def inside(panel: Panel, counter: str, by: str, box: Box) -> FloatArray:
    """Gain per day of the box that ends at each column."""
    gain = rates_of(panel, counter, by).gain
    found = gain.copy()
    put_together = np.minimum if box.even else np.add
    # Along all rows at once, as in `window_sums`.
    whole, days = found.reshape(-1), gain.reshape(-1)
    for back in range(1, box.looks):
        put_together(whole[back:], days[:-back], out=whole[back:])
    found[:, : box.looks - 1] = np.nan
    return found if box.even or box.looks == 1 else found / box.looks


@once
def _taken_back(panel: Panel, counter: str, by: str) -> FloatArray:
    """What a counter lost in the days after each column."""
    gain = rates_of(panel, counter, by).gain
    n, width = gain.shape
    losses = np.zeros((n, width + DIP_DAYS))  # nothing between two rows, so that they can be taken as one
    np.fmin(gain, 0.0, out=losses[:, :width])
    flat, back = losses.reshape(-1), np.zeros(losses.size)
    for ahead in range(1, DIP_DAYS + 1):
        back[:-ahead] -= flat[ahead:]
    return back.reshape(losses.shape)[:, :width]


@once
def _apart(panel: Panel, counter: str, by: str) -> FloatArray:
    """What days were like, with unknown ones between two rows, so that they can be taken as one."""
    gain = rates_of(panel, counter, by).rest
    apart = np.full((len(gain), gain.shape[1] + FARTHEST), np.nan)
    apart[:, : gain.shape[1]] = gain
    return apart


@once
def fall(panel: Panel, counter: str, box: Box) -> FloatArray:
    """How far the gain of the look after each box fell below the box's, ln, 0..`MOST_FALL`."""
    own = rates_of(panel, counter, counter)
    gain, after = (
        np.maximum(one, 0.0) + own.noise
        for one in (inside(panel, counter, counter, box), moved(own.rest, -1))
    )
    fallen: FloatArray = np.clip(np.log(gain / after), 0.0, MOST_FALL)
    return fallen


def unevenness(panel: Panel, counter: str, box: Box) -> FloatArray:
    """Mean over least of the days of a box."""
    least, mean = (inside(panel, counter, counter, one) for one in (box, Box(box.looks, box.edge)))
    noise = rates_of(panel, counter, counter).noise
    ratio: FloatArray = (np.maximum(mean, 0.0) + noise) / (np.maximum(least, 0.0) + noise)
    return ratio
