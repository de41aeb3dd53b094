"""Signs: by what an account can stand out, and how near the top of each it is. The queue learns which of them tell.

Of a result alone there are few: its scores. With the source that was scored every signal is a sign, and how far a
signal lies from what peers have.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from detector.model.evidence import gather
from detector.model.model import Model
from detector.panel import FloatArray, build_panel
from detector.repair import repair
from detector.review.table import Reviewed
from detector.signals.stats import median
from detector.tables import Tables

__all__ = ["OUTSIDE", "STEPS", "ZONES", "Signs", "signs_of_result", "signs_of_tables"]

ZONES = (0.004, 0.008, 0.016, 0.032, 0.064, 0.128)
"""Shares of the accounts, from the top of a sign: among 1,000 the 4, 8, ... 128 that show it most."""

OUTSIDE = len(ZONES)

STEPS = 40
"""Of a place to a power of ten of the odds: the first and last of 1,000 accounts lie 120 from the middle."""

MIN_KNOWN = 20
"""Accounts that must show different values of a sign, or the top of it says nothing."""

OF_RESULT = ("score", "followers_score", "likes_score", "automation_score", "followers_excess")
"""The first is the unlabelled ranking itself."""


@dataclass(frozen=True, slots=True, repr=False)
class Signs:
    """`zone` (signs, n) says in which of `ZONES` of each sign an account lies, `OUTSIDE` where in none.

    `place` (signs, n) is its rank from bottom to top, on the logistic scale in `STEPS` to the power of ten; 0 in the
    middle and where a sign is unknown. `score` (n,) is the unlabelled ranking, which is the first sign; -inf where
    there is none.
    """

    names: tuple[str, ...]
    zone: NDArray[np.int8] = field(repr=False)
    place: NDArray[np.int8] = field(repr=False)
    score: FloatArray = field(repr=False)

    def __repr__(self) -> str:
        return f"Signs({len(self.names)} of {self.zone.shape[1]} accounts)"


def signs_of_result(result: Reviewed) -> Signs:
    """What a result says of itself: its scores, and how many more followers than peers there are."""
    return _signs(result, {})


def signs_of_tables(result: Reviewed, tables: Tables, model: Model) -> Signs:
    """The same, and all signals of the accounts' own data beside what the model's peers have.

    Parameters
    ----------
    result : the accounts; those without rows in the tables have the signs of the result alone
    tables : what was scored
    model : its peers say what is expected
    """
    known = set(tables.keys())
    rows = np.array([at for at, key in enumerate(result.keys) if key in known], dtype=np.intp)
    panel = build_panel(repair(tables), [result.keys[row] for row in rows])
    evidence = gather(panel)
    found = dict(evidence.signals)
    beside: dict[str, list[FloatArray]] = {}
    for name, platform in sorted(model.platforms.items()):
        own = panel.platform == name
        for unit in platform.units:
            for (signal, _), peer in unit.peers.items():
                if signal in evidence.signals:
                    away = peer.deviation(evidence.signals[signal], evidence.quantities)
                    beside.setdefault(signal, []).append(np.where(own, away, np.nan))
    found |= {f"{name} beside peers": median(np.stack(each, axis=1)) for name, each in beside.items()}
    return _signs(result, {name: _spread(values, rows, len(result)) for name, values in found.items()})


def _spread(values: FloatArray, rows: NDArray[np.intp], n: int) -> FloatArray:
    spread = np.full(n, np.nan)
    spread[rows] = values
    return spread


def _signs(result: Reviewed, more: Mapping[str, FloatArray]) -> Signs:
    score = result.numbers["score"]
    columns = {name: result.numbers[name] for name in OF_RESULT if name in result.numbers} | dict(more)
    both = {name: _placed(values) for name, values in columns.items()}
    kept = {name: one for name, one in both.items() if one is not None or name == OF_RESULT[0]}
    none = np.full(len(result), OUTSIDE, dtype=np.int8), np.zeros(len(result), dtype=np.int8)
    zone, place = (
        np.stack(one) for one in zip(*(none if one is None else one for one in kept.values()), strict=True)
    )
    return Signs(tuple(kept), zone, place, np.nan_to_num(score, nan=-np.inf))


def _placed(values: FloatArray) -> tuple[NDArray[np.int8], NDArray[np.int8]] | None:
    """Zone and place of each account; None where the sign does not tell accounts apart. Of equals none is in front."""
    known = np.flatnonzero(np.isfinite(values))
    if len(known) < MIN_KNOWN or np.ptp(values[known]) == 0:
        return None
    n, ascending = len(known), np.sort(values[known])
    below, upto = (np.searchsorted(ascending, values[known], side=side) for side in ("left", "right"))
    zone, place = np.full(len(values), OUTSIDE, dtype=np.int8), np.zeros(len(values), dtype=np.int8)
    zone[known] = np.searchsorted(ZONES, (n - below) / n, side="left")
    middle = (below + upto) / (2.0 * n)
    place[known] = np.clip(np.rint(STEPS * np.log10(middle / (1.0 - middle))), -127, 127)
    return zone, place
