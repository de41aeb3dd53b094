"""Peers: what an account's signal should be, given its other counters. A robust straight line on the log scale.

Boosted trees were measured too and lost: on 867 creators followers x5 were found in .79 of cases by trees, .90 by
the line (docs/decisions/0002). A line also goes on sensibly beyond the reference.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from detector.model.tail import Tail
from detector.panel import FloatArray

__all__ = ["Line", "Peer", "deviation_at"]


@dataclass(frozen=True, slots=True)
class Line:
    """intercept + the sum of slope x quantity, kept between `low` and `high`."""

    intercept: float
    slopes: tuple[float, ...]
    low: float = -np.inf
    high: float = np.inf

    def at(self, columns: Sequence[FloatArray], n: int) -> FloatArray:
        """Value for each account, shape (n,). Added up in a fixed order: same bits alone or among others."""
        total = np.full(n, self.intercept)
        for values, slope in zip(columns, self.slopes, strict=True):
            total = total + slope * values
        bounded: FloatArray = np.minimum(np.maximum(total, self.low), self.high)
        return bounded


@dataclass(frozen=True, slots=True)
class Peer:
    """One signal expected from the quantities `given`: a line for its middle, one for its spread, and the tail.

    The spread differs by size (small accounts vary more); deviations are counted in spreads of accounts like this
    one. Measured on 867 creators, recall of followers x3 at 1 % false positives: .52 without, .65 with it.
    """

    signal: str
    given: tuple[str, ...]
    middle: Line
    spread: Line
    tail: Tail

    def expected(self, quantities: Mapping[str, FloatArray], n: int) -> FloatArray:
        """Expected value of the signal, shape (n,)."""
        return self.middle.at([quantities[name] for name in self.given], n)

    def deviation(self, values: FloatArray, quantities: Mapping[str, FloatArray]) -> FloatArray:
        """How far a value lies above what is expected, in spreads, shape (n,)."""
        columns = [quantities[name] for name in self.given]
        middle, spread = self.middle.at(columns, len(values)), self.spread.at(columns, len(values))
        return (values - middle) / spread

    def ends(self, quantities: Mapping[str, FloatArray], n: int) -> tuple[FloatArray, FloatArray]:
        """Expected value and spread of the signal, each (n,)."""
        columns = [quantities[name] for name in self.given]
        return self.middle.at(columns, n), self.spread.at(columns, n)

    def surprise(self, values: FloatArray, quantities: Mapping[str, FloatArray]) -> FloatArray:
        """-log10 of the share of peers that deviate upwards at least as much; NaN where unknown."""
        return self.tail.read(self.deviation(values, quantities))


def deviation_at(peer: Peer, share: FloatArray | float) -> FloatArray:
    """The deviation, in spreads, that a share of the peers reaches or exceeds; of the shape of `share`."""
    tail, surprise = peer.tail, -np.log10(share)
    beyond = np.maximum(surprise - tail.surprise[-1], 0.0) / tail.decay
    return np.asarray(np.interp(surprise, tail.surprise, tail.at) + beyond)
