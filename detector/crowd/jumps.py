"""Jumps: the few days on which a counter of an account rose or fell far beyond its usual day.

What a delivery looks like: there within a day, beside nothing on the days around, and kept. A hit fades over days, a
counter that comes back after a mistake brings what it had lost. Neither is a jump.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.panel import FloatArray, Panel
from detector.signals.gains import shown_steps
from detector.signals.stats import count, mad, median

__all__ = ["COUNTERS", "Days", "Jumps", "jumps_of"]

COUNTERS = ("followers", "likes")

LEAST_GAINS = 7
"""Days whose gain is known, from which on an account has a usual day."""

FAR, LEAST = 8.0, 30.0
"""A jump is so many times what chance and rounding do to a day's gain, and at least so many followers or likes."""

BESIDE = 0.3
"""The day before and the day after gain at most this share of a jump: a hit's second day has about half. Without it
hits that fade alike fill the cells of three days with honest accounts (docs/decisions/0016)."""

STILL = 0.1
"""The same around two days that are taken together: a hit that fades to a third each day has a tenth on its third."""

KEPT_DAYS, KEPT = 3, 0.5
"""Days around a jump in which the counter may not have been there before, or go back, for more than this share."""

STEP_SHARE = 0.5
"""Share of a shown step that counts as noise of a gain."""


@dataclass(frozen=True, slots=True, repr=False)
class Jumps:
    """Jumps of a panel's accounts, each array (m,), by account, counter and day.

    `account` is the row of the panel, `counter` a place in `COUNTERS`, `day` days since 1970 (the later look's),
    `amount` the gain beyond the usual one (negative for falls), `noise` what chance does to it and `grain` the shown
    step, both as shares of the amount, `level` the counter before.
    """

    account: NDArray[np.int64]
    counter: NDArray[np.int8]
    day: NDArray[np.int64]
    amount: FloatArray
    noise: FloatArray
    grain: FloatArray
    level: FloatArray

    def __len__(self) -> int:
        return len(self.account)

    def __repr__(self) -> str:
        return f"Jumps({len(self)})"


@dataclass(frozen=True, slots=True, repr=False)
class Days:
    """How many accounts of a panel had a known gain, rose and fell on each day; arrays (d,), whole numbers."""

    platform: NDArray[np.object_]
    counter: NDArray[np.int8]
    day: NDArray[np.int64]
    known: NDArray[np.int64]
    rises: NDArray[np.int64]
    falls: NDArray[np.int64]

    def __repr__(self) -> str:
        return f"Days({len(self.day)})"


def jumps_of(panel: Panel) -> tuple[Jumps, Days]:
    """The jumps of all accounts of a panel, and how many rose and fell on which day."""
    parts, days = [], []
    with np.errstate(invalid="ignore", divide="ignore"):
        for number, counter in enumerate(COUNTERS):
            moves = _moves(panel, counter)
            if moves is not None:
                parts.append(_jumps(moves, number))
                days.append(_days(moves, number, panel.platform))
    jumps = Jumps(*_joined(parts, _JUMP))
    keys: list[Any] = [jumps.day, jumps.counter, jumps.account]
    order = np.lexsort(keys)
    return Jumps(*(getattr(jumps, name)[order] for name in _JUMP)), Days(*_joined(days, _DAY))


_JUMP = {
    "account": np.int64,
    "counter": np.int8,
    "day": np.int64,
    "amount": np.float64,
    "noise": np.float64,
    "grain": np.float64,
    "level": np.float64,
}
_DAY = {
    "platform": np.object_,
    "counter": np.int8,
    "day": np.int64,
    "known": np.int64,
    "rises": np.int64,
    "falls": np.int64,
}


def _joined(parts: Sequence[Any], kinds: Mapping[str, Any]) -> Iterator[Any]:
    """The columns of all parts, in the order of `kinds`."""
    for name, kind in kinds.items():
        yield np.concatenate([np.empty(0, dtype=kind), *(getattr(part, name).astype(kind) for part in parts)])


@dataclass(frozen=True, slots=True)
class _Moves:
    """Gains from a look to that of the next day, (n, days), of which `usual` is the middle one, (n, 1); the day of each
    column for each account.
    """

    values: FloatArray
    usual: FloatArray
    excess: FloatArray
    noise: FloatArray
    step: FloatArray
    day: NDArray[np.int64]
    far: NDArray[np.bool_]


def _moves(panel: Panel, counter: str) -> _Moves | None:
    values: FloatArray = getattr(panel.history, counter)
    known = ~np.isnan(values).all(axis=0)
    if known.sum() < 2:
        return None
    first = int(np.argmax(known))
    values, step = values[:, first:], shown_steps(panel, counter)[:, first:]
    gain = np.diff(values, axis=1)
    usual = median(gain)
    spread = mad(gain, middle=usual)
    usual[count(gain) < LEAST_GAINS] = np.nan
    step = np.maximum(step[:, 1:], step[:, :-1])
    noise = spread[:, None] + STEP_SHARE * step + np.sqrt(np.maximum(usual, 0.0))[:, None]
    excess = gain - usual[:, None]
    last = np.nan_to_num(panel.history.last_day, nan=0.0).astype(np.int64)
    day = last[:, None] - np.arange(gain.shape[1])[::-1]
    return _Moves(
        values, usual[:, None], excess, noise, step, day, np.abs(excess) >= np.maximum(FAR * noise, LEAST)
    )


def _jumps(moves: _Moves, number: int) -> Jumps:
    amount, noise = moves.excess.copy(), moves.noise.copy()
    fits = _alone(moves.excess)
    for pair, places in (_divided(moves.excess), _unseen(moves)):
        for place in places:
            amount[:, place][pair.marked] = pair.amount[pair.marked]
            noise[:, place][pair.marked] *= 2.0**0.5
            fits[:, place][pair.marked] = True
    rises = fits & (amount >= np.maximum(FAR * noise, LEAST)) & _kept(moves.values, amount)
    row, column = np.nonzero(rises | (moves.far & (moves.excess < 0)))
    amount = amount[row, column]
    size = np.abs(amount)
    return Jumps(
        row.astype(np.int64),
        np.full(len(row), number, dtype=np.int8),
        moves.day[row, column],
        amount,
        noise[row, column] / size,
        moves.step[row, column] / size,
        moves.values[row, column],
    )


def _alone(excess: FloatArray) -> NDArray[np.bool_]:
    """Whether the days before and after have little of it; an unknown day says nothing."""
    alone = np.ones(excess.shape, dtype=bool)
    alone[:, 1:] &= ~(excess[:, :-1] > BESIDE * excess[:, 1:])
    alone[:, :-1] &= ~(excess[:, 1:] > BESIDE * excess[:, :-1])
    return alone


@dataclass(frozen=True, slots=True)
class _Pair:
    """What two successive days gained together beyond the usual, and where that is one jump; (n, days - 1) each."""

    amount: FloatArray
    marked: NDArray[np.bool_]


def _divided(excess: FloatArray) -> tuple[_Pair, tuple[slice]]:
    """Jumps that midnight divided: much on two days, and hardly anything around. They count on the first."""
    first, second = excess[:, :-1], excess[:, 1:]
    amount = first + second
    much = np.minimum(first, second) > BESIDE * np.maximum(first, second)
    return _Pair(amount, much & _still(excess, amount)), (slice(None, -1),)


def _unseen(moves: _Moves) -> tuple[_Pair, tuple[slice, slice]]:
    """Jumps of a day that nobody looked at or of the day after: which of both is not known, so they count on both."""
    values = moves.values
    amount = values[:, 2:] - values[:, :-2] - 2.0 * moves.usual
    return _Pair(amount, np.isnan(values[:, 1:-1]) & _still(moves.excess, amount)), (
        slice(None, -1),
        slice(1, None),
    )


def _still(excess: FloatArray, amount: FloatArray) -> NDArray[np.bool_]:
    """Whether the days around two successive ones have hardly anything of what these gained together."""
    still: NDArray[np.bool_] = ~np.isnan(amount)
    still[:, 1:] &= ~(excess[:, :-2] > STILL * amount[:, 1:])
    still[:, :-1] &= ~(excess[:, 2:] > STILL * amount[:, :-1])
    return still


def _kept(values: FloatArray, excess: FloatArray) -> NDArray[np.bool_]:
    """Whether the counter had not been up there on the days before, and does not go back on the days after."""
    middle = values[:, :-1] + KEPT * excess
    kept = np.ones(excess.shape, dtype=bool)
    for away in range(1, KEPT_DAYS + 1):
        kept[:, away:] &= ~(values[:, : -1 - away] > middle[:, away:])
        kept[:, :-away] &= ~(values[:, 1 + away :] < middle[:, :-away])
    return kept


def _days(moves: _Moves, number: int, platform: NDArray[np.object_]) -> Days:
    names = sorted(set(platform.tolist()))
    code = np.array([names.index(name) for name in platform.tolist()], dtype=np.int64)
    known = ~np.isnan(moves.excess)
    row, column = np.nonzero(known)
    days = moves.day[row, column]
    if not len(days):
        return Days(*(np.empty(0, dtype=kind) for kind in _DAY.values()))
    first = int(days.min())
    width = int(days.max()) - first + 1
    place = code[row] * width + days - first
    far, up = moves.far[row, column], moves.excess[row, column] > 0
    counts = [np.bincount(place[which], minlength=len(names) * width) for which in (..., far & up, far & ~up)]
    used = np.flatnonzero(counts[0])
    return Days(
        np.array(names, dtype=object)[used // width],
        np.full(len(used), number, dtype=np.int8),
        used % width + first,
        *(one[used].astype(np.int64) for one in counts),
    )
