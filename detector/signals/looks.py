"""Looks: gains per day between those looks of a history that say something new. What step signals are measured on.

A look that repeats the one before while the counter never rests is a cached page, one below what the counter was and
is again within days a glitch. Both are passed over, and the gain is spread over the days between: a counter that
catches up is no jump.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.panel import FloatArray, Panel
from detector.repair import display_step
from detector.signals.gains import MAX_GAP
from detector.signals.stats import mad, median

__all__ = ["DIP_DAYS", "HIDDEN_SHARE", "Rates", "likes_and", "moved"]

REST_GAP = 14
"""Days between two looks up to which their difference says how fast a counter grows, if not on which day."""

NEVER_RESTS = 3.0
"""Usual daily gain, in shown steps, from which on a look that repeats the last one is a cached page."""

DIP_DAYS = 3
"""Days within which a counter that fell by mistake is back, and one that rose by mistake is taken back."""

HIDDEN_SHARE = 0.3
"""Share of a shown step that counts as noise on either side of a ratio. One step up is then worth ln 2, always."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Gains per day between looks, (n, days - 1), padded with NaN on the right; (n, 1): the shown step, the usual gain
    and its spread.

    `gain` is known between looks at most `MAX_GAP` days apart, `rest` up to `REST_GAP`: a gap is no step, but says
    what the days around one were like.
    """

    gain: FloatArray
    rest: FloatArray
    step: FloatArray
    usual: FloatArray
    spread: FloatArray

    @property
    def noise(self) -> FloatArray:
        """What chance and rounding do to a day's gain, (n, 1)."""
        return HIDDEN_SHARE * self.step + 2.0 + 2.0 * np.sqrt(np.maximum(self.usual, 0.0))


def likes_and(panel: Panel, companion: str) -> tuple[Rates, Rates]:
    """Rates of the likes, and of a companion between the same looks."""
    likes = _without_dips(panel.history.likes)
    step = _shown_step(panel, "likes")
    known = ~np.isnan(likes)
    busy = median(_between(likes, known, MAX_GAP)) > NEVER_RESTS * step
    kept = known & ~(_repeats(likes) & busy[:, None])
    return _rates(panel, "likes", likes, kept), _rates(
        panel, companion, getattr(panel.history, companion), kept
    )


def moved(values: FloatArray, places: int) -> FloatArray:
    """Columns moved to the right by `places` (to the left if negative), NaN where nothing comes from.

    >>> moved(np.array([[1.0, 2.0, 3.0]]), -1)
    array([[ 2.,  3., nan]])
    """
    out = np.full_like(values, np.nan)
    if places > 0:
        out[:, places:] = values[:, :-places]
    elif places < 0:
        out[:, :places] = values[:, -places:]
    else:
        out[:] = values
    return out


def _without_dips(values: FloatArray) -> FloatArray:
    before = np.fmax.reduce([moved(values, days) for days in range(1, DIP_DAYS + 1)])
    after = np.fmax.reduce([moved(values, -days) for days in range(1, DIP_DAYS + 1)])
    return np.where((values < before) & (after >= before), np.nan, values)


def _repeats(values: FloatArray) -> NDArray[np.bool_]:
    """Looks that are equal to the last known one before them."""
    last = np.maximum.accumulate(np.where(np.isnan(values), -1, np.arange(values.shape[1])), axis=1)
    before = np.concatenate([np.full((len(values), 1), -1), last[:, :-1]], axis=1)
    same: NDArray[np.bool_] = values == np.take_along_axis(values, np.maximum(before, 0), axis=1)
    return same & (before >= 0)


def _between(values: FloatArray, kept: NDArray[np.bool_], max_gap: int) -> FloatArray:
    """Gains per day between the looks `kept`, moved to the left; NaN over more than `max_gap` days."""
    order = np.argsort(~kept, axis=1, kind="stable")
    looks = np.where(
        np.take_along_axis(kept, order, axis=1), np.take_along_axis(values, order, axis=1), np.nan
    )
    days = np.diff(order, axis=1)
    return np.where((days >= 1) & (days <= max_gap), np.diff(looks, axis=1) / np.maximum(days, 1), np.nan)


def _shown_step(panel: Panel, counter: str) -> FloatArray:
    values = getattr(panel.history, counter)
    step = np.full_like(values, np.nan)
    for name in sorted(set(panel.platform.tolist())):
        mine = panel.platform == name
        step[mine] = display_step(name, counter, values[mine])
    return median(np.where(np.isnan(values), np.nan, step))


def _rates(panel: Panel, counter: str, values: FloatArray, kept: NDArray[np.bool_]) -> Rates:
    gain, rest = _between(values, kept, MAX_GAP), _between(values, kept, REST_GAP)
    return Rates(gain, rest, _shown_step(panel, counter)[:, None], median(gain)[:, None], mad(gain)[:, None])
