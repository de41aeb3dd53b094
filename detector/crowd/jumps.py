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
from detector.signals.gains import steps_of
from detector.signals.stats import count, median_and_mad

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
    step, both as shares of the amount.
    """

    account: NDArray[np.int64]
    counter: NDArray[np.int8]
    day: NDArray[np.int32]
    amount: FloatArray
    noise: NDArray[np.float32]
    grain: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.account)

    def __repr__(self) -> str:
        return f"Jumps({len(self)})"

    @classmethod
    def none(cls) -> "Jumps":
        """Of nobody."""
        return cls(*(np.empty(0, dtype=kind) for kind in _JUMP.values()))


@dataclass(frozen=True, slots=True, repr=False)
class Days:
    """Days on which gains of a panel's accounts are known, as runs of `length` days from `day` on; each array (r,), by
    account. `rose` are runs of days on which it gained far more than usual, kept or not: these lie in the others.
    """

    account: NDArray[np.int64]
    counter: NDArray[np.int8]
    day: NDArray[np.int32]
    length: NDArray[np.int32]
    rose: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.account)

    def __repr__(self) -> str:
        return f"Days({len(self)} runs)"

    @classmethod
    def none(cls) -> "Days":
        """Of nobody."""
        return cls(*(np.empty(0, dtype=kind) for kind in _DAY.values()))


def jumps_of(panel: Panel) -> tuple[Jumps, Days]:
    """The jumps of all accounts of a panel, and the days on which each could be seen to rise."""
    parts, days = [Jumps.none()], [Days.none()]
    with np.errstate(invalid="ignore", divide="ignore"):
        for number, counter in enumerate(COUNTERS):
            moves = _moves(panel, counter)
            if moves is not None:
                parts.append(_jumps(moves, number))
                known = ~np.isnan(moves.excess)
                days.append(_runs(known, moves.day, number, rose=False))
                days.append(_runs(moves.far & (moves.excess > 0), moves.day, number, rose=True))
    return Jumps(*_ordered(parts, _JUMP)), Days(*_ordered(days, _DAY))


_JUMP = {
    "account": np.int64,
    "counter": np.int8,
    "day": np.int32,
    "amount": np.float64,
    "noise": np.float32,
    "grain": np.float32,
}
_DAY = {"account": np.int64, "counter": np.int8, "day": np.int32, "length": np.int32, "rose": np.bool_}


def _ordered(parts: Sequence[Any], kinds: Mapping[str, Any]) -> Iterator[Any]:
    """The columns of all parts, in the order of `kinds`, by account, counter and day."""
    columns = {
        name: np.concatenate([getattr(part, name).astype(kind) for part in parts])
        for name, kind in kinds.items()
    }
    order = np.lexsort([columns["day"], columns["counter"], columns["account"]])
    return (column[order] for column in columns.values())


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
    values = values[:, first:]
    step = steps_of(panel.platform, counter, values)
    gain = np.diff(values, axis=1)
    usual, spread = median_and_mad(gain)
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
        moves.day[row, column].astype(np.int32),
        amount,
        (noise[row, column] / size).astype(np.float32),
        (moves.step[row, column] / size).astype(np.float32),
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


def _runs(days: NDArray[np.bool_], day: NDArray[np.int64], number: int, *, rose: bool) -> Days:
    """Runs of marked days, (n, days), of which `day` says the dates."""
    edges = np.diff(np.pad(days, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    row, first = np.nonzero(edges > 0)
    _, end = np.nonzero(edges < 0)
    return Days(
        row.astype(np.int64),
        np.full(len(row), number, dtype=np.int8),
        day[row, first].astype(np.int32),
        (end - first).astype(np.int32),
        np.full(len(row), rose),
    )
