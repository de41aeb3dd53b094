"""Fits peers: robust lines through what reference accounts have."""

import warnings

import numpy as np
from numpy.typing import NDArray

from detector.model.evidence import Evidence
from detector.model.peers import Line, Peer
from detector.model.tail import fit_tail
from detector.model.unit import Pair
from detector.panel import FloatArray
from detector.signals.catalogue import SIGNALS

__all__ = ["MIN_ROWS", "fit_peer"]

MIN_ROWS = 50
"""Fewer accounts than this cannot carry a line through several quantities."""

MIN_SPREAD_ROWS = 200
"""Fewer accounts than this cannot say how the spread changes with size."""

SPREAD_LIMITS = (0.5, 2.5)
"""Bounds of the spread line, in overall spreads: a line must not claim that some account never varies."""

HUBER_EPSILON = 1.2
"""In units of the spread: deviations beyond count linearly, so a few inflated accounts do not bend the line."""


def fit_peer(
    evidence: Evidence, pair: Pair, rows: NDArray[np.bool_], law: float | None = None
) -> Peer | None:
    """The peer of a signal and its given quantities on the accounts of the mask `rows`, None if they are too few.

    `law` says how far out ordinary accounts lie, see `fit_tail`; None where nobody measured it or nobody asks.
    """
    signal, given = pair
    values = evidence.signals[signal]
    known = rows & ~np.isnan(values)
    for name in given:
        known = known & ~np.isnan(evidence.quantities[name])
    if known.sum() < MIN_ROWS:
        return None
    target = values[known]
    table = np.stack([evidence.quantities[name][known] for name in given], axis=1) if given else None
    middle = _line(table, target)
    rest = target - _at(middle, table, len(target))
    spread = _spread(table, np.abs(rest))
    deviation = rest / _at(spread, table, len(target))
    tail = fit_tail(deviation, beyond=SIGNALS[signal].beyond, law=law)
    return Peer(signal, given, middle, spread, tail)


def _at(line: Line, table: FloatArray | None, n: int) -> FloatArray:
    return line.at([] if table is None else list(table.T), n)


def _spread(table: FloatArray | None, deviations: FloatArray) -> Line:
    """How large deviations usually are, given the quantities; within `SPREAD_LIMITS` of the overall median."""
    usual = max(float(np.median(deviations)), 1e-6)
    if table is None or len(deviations) < MIN_SPREAD_ROWS or np.median(deviations) <= 1e-6:
        # Discrete signals (a picture or none) have no spread around the middle: deviations count as they are.
        plain = usual if np.median(deviations) > 1e-6 else 1.0
        return Line(plain, (0.0,) * (0 if table is None else table.shape[1]), plain, plain)
    line = _line(table, deviations)
    low, high = (limit * usual for limit in SPREAD_LIMITS)
    return Line(line.intercept, line.slopes, low, high)


def _line(table: FloatArray | None, target: FloatArray) -> Line:
    """A robust line through the accounts (rows of `table`), moved so that half of them lie above it."""
    if table is None or np.ptp(target) == 0:
        return Line(float(np.median(target)), (0.0,) * (0 if table is None else table.shape[1]))
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import HuberRegressor

    center, scale = np.median(table, axis=0), np.std(table, axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", ConvergenceWarning
        )  # flat ends are reached; more steps change nothing
        fitted = HuberRegressor(epsilon=HUBER_EPSILON, alpha=1e-3, max_iter=500, tol=1e-6)
        try:
            fitted.fit((table - center) / scale, target)
        except ValueError:
            if np.mean(target == np.median(target)) <= 0.5:
                raise
            # Most accounts share one value: the spread around the line, which the fit divides by, is nothing.
            return Line(float(np.median(target)), (0.0,) * table.shape[1])
    slopes = tuple(float(slope) for slope in fitted.coef_ / scale)
    line = Line(
        float(fitted.intercept_) - sum(s * float(c) for s, c in zip(slopes, center, strict=True)), slopes
    )
    return Line(line.intercept + float(np.median(target - _at(line, table, len(target)))), slopes)
