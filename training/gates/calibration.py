"""Calibration: a p-value must mean what it says among ordinary accounts, upwards and downwards."""

import numpy as np

from detector.panel import FloatArray
from training.gates.ground import Ground, Outcome
from training.plots import binomial_interval

__all__ = ["calibration"]

NAME = "calibration"

PROMISED = (0.01, 0.05, 0.1, 0.2)
SLACK = 1.5
"""Beyond chance, a promised share may be missed by this factor either way before it counts: combined looks are
cautious by construction, and a source is never quite the reference."""

MIN_JUDGED = 100


def calibration(ground: Ground) -> Outcome:
    """The share of ordinary accounts at or below each promised p-value.

    It fails where chance and `SLACK` do not explain the miss, unless the champion misses it by as much in the same
    direction.
    """
    before, after = (None if one is None else one.p_value[~np.isnan(one.p_value)] for one in ground.said)
    assert after is not None  # noqa: S101 - the challenger always says something
    figures: dict[str, float] = {"judged": float(len(after))}
    if len(after) < MIN_JUDGED:
        return Outcome(
            NAME, False, f"{len(after)} ordinary accounts are judged; it takes {MIN_JUDGED}", figures
        )
    failed, parts = [], []
    for at in PROMISED:
        seen = _share(after, at)
        figures[f"at_{at:g}.challenger"] = seen
        parts.append(f"{at:.0%}: {seen:.1%}")
        low, high = binomial_interval(round(seen * len(after)), len(after))
        missed = low > at * SLACK or high < at / SLACK
        if before is not None and len(before):
            figures[f"at_{at:g}.champion"] = _share(before, at)
            as_before = (
                abs(np.log((seen + 1e-3) / at))
                <= abs(np.log((figures[f"at_{at:g}.champion"] + 1e-3) / at)) + 0.1
            )
            missed = missed and not as_before
        if missed:
            failed.append(f"{at:.0%}")
    said = "seen at p of " + ", ".join(parts) + f" of {len(after):,}"
    return Outcome(NAME, not failed, said + (f"; missed at {', '.join(failed)}" if failed else ""), figures)


def _share(p_value: FloatArray, at: float) -> float:
    return float(np.mean(p_value <= at * (1 + 1e-9)))
