"""Looks: gains per day between those looks of a history that say something new. What step signals are measured on.

A look that repeats the one before while the counter never rests is a cached page, one below what the counter was and
is again within days a glitch. Both are passed over, and the gain is spread over the days between: a counter that
catches up is no jump.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.panel import FloatArray, Panel, once
from detector.signals.compiled import fast
from detector.signals.gains import MAX_GAP, coarsened, filled, lessened, shown_steps
from detector.signals.stats import count, median, median_and_mad, median_of_steps

__all__ = ["DIP_DAYS", "HIDDEN_SHARE", "Rates", "beside", "moved", "rates_of"]

REST_GAP = 14
"""Days between two looks up to which their difference says how fast a counter grows, if not on which day."""

NEVER_RESTS = 3.0
"""Usual daily gain, in shown steps, from which on a look that repeats the last one is a cached page."""

DIP_DAYS = 3
"""Days within which a counter that fell by mistake is back, and one that rose by mistake is taken back."""

FALL_SPREADS = 3.0
"""Likes that fall by the usual day, so many spreads and a shown step are deleted posts, and followers purged ones. What
else the day brought is hidden: it is no edge of the days before it."""

BEST_SHARE = 0.1
"""Share of the days, the best ones, that say nothing about a counter's pace: hits and orders fall on them."""

HIDDEN_SHARE = 0.3
"""Share of a shown step that counts as noise on either side of a ratio. One step up is then worth ln 2, always."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Gains per day between looks, (n, days - 1), padded with NaN on the right; (n, 1): the shown step, the usual gain
    and its spread, and the pace.

    `gain` is known between looks at most `MAX_GAP` days apart, `rest` up to `REST_GAP`: a gap is no step, but says
    what the days around one were like. No day stands out below the `pace`: the usual gain,
    or where that is more the mean of all days but the best.
    """

    gain: FloatArray
    rest: FloatArray
    step: FloatArray
    usual: FloatArray
    spread: FloatArray
    pace: FloatArray

    @property
    def noise(self) -> FloatArray:
        """What chance and rounding do to a day's gain, (n, 1)."""
        return HIDDEN_SHARE * self.step + 2.0 + 2.0 * np.sqrt(np.maximum(self.pace, 0.0))


def beside(panel: Panel, counter: str, companion: str) -> tuple[Rates, Rates]:
    """Rates of a counter, and of a companion between the same looks."""
    return rates_of(panel, counter, counter), rates_of(panel, companion, counter)


@once
def rates_of(panel: Panel, counter: str, by: str) -> Rates:
    """Rates of a counter between those looks at which the counter `by`, often the same, says something new."""
    looks, values = _looks(panel, by), getattr(panel.history, counter)
    gain, rest = looks.gains_and_rest(values)
    step = _shown_step(panel, counter)[:, None]
    if counter == by:
        _as_they_came(gain, rest, looks, values, shown_steps(panel, counter), step)
    usual, spread = (one[:, None] for one in median_and_mad(gain))
    if counter != by:
        return Rates(gain, rest, step, usual, spread, usual)
    np.putmask(rest, rest < -(FALL_SPREADS * spread + step + np.maximum(usual, 0.0)), np.nan)
    return Rates(gain, rest, step, usual, spread, np.fmax(usual, _without_best(gain)[:, None]))


def _without_best(gain: FloatArray) -> FloatArray:
    """Mean gain of all days but the best `BEST_SHARE`, (n,): a counter that is shown to stand still on most days, and
    moves by a step on others, has a median of 0.
    """
    order = np.sort(np.maximum(gain, 0.0), axis=1)  # unknown days last
    n = count(gain)
    last = np.maximum(n - np.ceil(BEST_SHARE * n) - 1.0, 0.0).astype(np.intp)
    sums = np.cumsum(order, axis=1)
    mean: FloatArray = sums[np.arange(len(gain)), last] / (last + 1.0)
    return mean


def _as_they_came(
    gain: FloatArray,
    rest: FloatArray,
    looks: "_Looks",
    values: FloatArray,
    shown: FloatArray,
    step: FloatArray,
) -> None:
    """Corrects a counter where it became shown coarser: so much came at least; days around may have brought more."""
    rows = coarsened(values, shown)
    if len(rows):
        coarser = np.fmax(looks.at_end(shown, rows) - step[rows], 0.0)
        gain[rows] = lessened(gain[rows], coarser)
        rest[rows] += HIDDEN_SHARE * coarser


@dataclass(frozen=True, slots=True)
class _Looks:
    """Which looks are kept, (n, days), their places when moved to the left, and the days between them.

    The compiled loop finds the places itself.
    """

    kept: NDArray[np.bool_]
    place: NDArray[np.bool_] | None = None
    days: FloatArray | None = None

    def gains(self, values: FloatArray, most: int) -> FloatArray:
        """Gains per day between the looks kept, (n, days - 1), moved to the left; NaN over more than `most` days."""
        if self.place is None or self.days is None:
            between: FloatArray = fast().gains_between(values, self.kept, most, most)[0]
            return between
        gain: FloatArray = np.diff(_to_the_left(values, self.kept, self.place), axis=1) / self.days
        if self.has_gaps:
            gain[self.days > most] = np.nan
        return gain

    def gains_and_rest(self, values: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The same over at most `MAX_GAP` days, and over at most `REST_GAP`."""
        if self.days is None:
            gain, rest = fast().gains_between(values, self.kept, MAX_GAP, REST_GAP)
            return gain, rest
        gain = self.gains(values, MAX_GAP)
        return gain, self.gains(values, REST_GAP) if self.has_gaps else gain.copy()

    def at_end(self, values: FloatArray, rows: NDArray[np.intp]) -> FloatArray:
        """Of some accounts, what is known of the later of each two looks kept, (rows, days - 1), as in `gains`."""
        kept = self.kept[rows]
        return _to_the_left(values[rows], kept, _to_the_left_of(kept))[:, 1:]

    @property
    def has_gaps(self) -> bool:
        """Whether any two looks lie, or may lie, more than `MAX_GAP` days apart."""
        return self.days is None or bool((self.days > MAX_GAP).any())


def _to_the_left(values: FloatArray, kept: NDArray[np.bool_], place: NDArray[np.bool_]) -> FloatArray:
    out = np.full(kept.shape, np.nan)
    out[place] = values[kept]
    return out


def _to_the_left_of(kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The places of the looks kept when they are moved to the left."""
    place: NDArray[np.bool_] = np.arange(kept.shape[1]) < np.sum(kept, axis=1)[:, None]
    return place


def _looks_at(kept: NDArray[np.bool_]) -> _Looks:
    if fast() is not None:
        return _Looks(kept)
    column, place = np.arange(kept.shape[1]), _to_the_left_of(kept)
    days = np.diff(_to_the_left(np.broadcast_to(column.astype(np.float64), kept.shape), kept, place), axis=1)
    return _Looks(kept, place, days)


@once
def _looks(panel: Panel, counter: str) -> _Looks:
    """The looks at which a counter says something new."""
    values = _without_dips(getattr(panel.history, counter))
    kept, repeats = ~np.isnan(values), _repeats(values)
    rows = np.flatnonzero(repeats.any(axis=1))
    if len(rows):
        usual = median(_looks_at(kept[rows]).gains(values[rows], MAX_GAP))
        busy = usual > NEVER_RESTS * _shown_step(panel, counter)[rows]
        kept[rows] &= ~(repeats[rows] & busy[:, None])
    return _looks_at(kept)


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
    if (loops := fast()) is not None:
        kept: FloatArray = loops.without_dips(values, DIP_DAYS)
        return kept
    before, after = moved(values, 1), moved(values, -1)
    for days in range(2, DIP_DAYS + 1):
        np.fmax(before[:, days:], values[:, :-days], out=before[:, days:])
        np.fmax(after[:, :-days], values[:, days:], out=after[:, :-days])
    out = values.copy()
    out[(values < before) & (after >= before)] = np.nan
    return out


def _repeats(values: FloatArray) -> NDArray[np.bool_]:
    """Looks that are equal to the last known one before them."""
    if (loops := fast()) is not None:
        repeated: NDArray[np.bool_] = loops.repeats(values)
        return repeated
    same: NDArray[np.bool_] = values == moved(filled(values), 1)
    return same


@once
def _shown_step(panel: Panel, counter: str) -> FloatArray:
    return median_of_steps(shown_steps(panel, counter), getattr(panel.history, counter))
