"""No circle: what a mechanic's recall is when nothing was chosen on it.

The looks' weights are chosen anew with one mechanic held out, on one half of the accounts, and its recall is counted
on the other half. Beside it stands the recall of weights that were chosen with it in sight: the difference is what a
figure gains by having been looked at.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.model.model import LOOKS, WEIGHTS, combine
from detector.panel import FloatArray
from training.evaluate.judged import UNKNOWN

__all__ = ["HeldOut", "Looks", "candidates", "hold_out"]

RATE = 0.01
CANDIDATES = 200


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Recall at 1 % of one mechanic, over its doses, on accounts that nothing was chosen on.

    `shipped`: with the model's own weights; `held_out`: weights chosen on all other mechanics; `seen`: weights chosen
    on all mechanics, this one among them.
    """

    mechanic: str
    shipped: float
    held_out: float
    seen: float
    weights: tuple[float, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Looks:
    """Surprises of the looks, (n, looks) with NaN = says nothing, and which accounts may be chosen on, bool (n,)."""

    surprise: FloatArray
    choosing: NDArray[np.bool_]

    def __repr__(self) -> str:
        return f"Looks{self.surprise.shape}"


def candidates(rng: np.random.Generator, n: int = CANDIDATES) -> FloatArray:
    """Weights to choose from, (n + 1, looks): the shipped ones first, then random ones that sum to 1."""
    drawn = rng.dirichlet(np.full(len(LOOKS), 1.0), n)
    return np.vstack([WEIGHTS / WEIGHTS.sum(), np.maximum(drawn, 0.01)])


def hold_out(
    untouched: Looks, dosed: Mapping[str, tuple[Looks, ...]], rng: np.random.Generator
) -> tuple[HeldOut, ...]:
    """Holds out each mechanic in turn.

    Parameters
    ----------
    untouched : Looks
        Accounts as they are.
    dosed : mechanic -> Looks of each dose
    rng : numpy.random.Generator
        Draws the candidate weights.
    """
    weights = candidates(rng)
    chosen_on = {name: _recalls(weights, untouched, doses, choosing=True) for name, doses in dosed.items()}
    counted = {name: _recalls(weights, untouched, doses, choosing=False) for name, doses in dosed.items()}
    everything = int(np.argmax(np.mean(list(chosen_on.values()), axis=0)))
    found = []
    for name in dosed:
        others = [recall for other, recall in chosen_on.items() if other != name]
        best = int(np.argmax(np.mean(others, axis=0))) if others else 0
        recall = counted[name]
        found.append(
            HeldOut(
                name,
                shipped=float(recall[0]),
                held_out=float(recall[best]),
                seen=float(recall[everything]),
                weights=tuple(round(float(w), 3) for w in weights[best] / weights[best].sum()),
            )
        )
    return tuple(found)


def _recalls(
    weights: FloatArray, untouched: Looks, doses: tuple[Looks, ...], *, choosing: bool
) -> FloatArray:
    """Mean recall over the doses for each candidate, (candidates,), on one half of the accounts."""
    ordinary = untouched.surprise[untouched.choosing == choosing]
    found = np.empty((len(weights), len(doses)))
    for number, one in enumerate(weights):
        threshold = np.quantile(_score(ordinary, one), 1.0 - RATE)
        for at, dose in enumerate(doses):
            mine = dose.surprise[dose.choosing == choosing]
            found[number, at] = np.mean(_score(mine, one) > threshold) if len(mine) else 0.0
    return np.asarray(found.mean(axis=1))


def _score(surprise: FloatArray, weights: FloatArray) -> FloatArray:
    return np.nan_to_num(combine(surprise, weights), nan=UNKNOWN)
