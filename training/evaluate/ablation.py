"""What each signal adds: the same model without it, thresholds of its own, and the recall that is lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from detector.model.model import Model
from detector.model.unit import FOREST, Unit
from training.evaluate.cross_fit import CrossFitted
from training.evaluate.judged import Seen, judged

__all__ = ["Added", "leave_one_out", "signals_of", "without"]

RATE = 0.01


@dataclass(frozen=True, slots=True)
class Added:
    """Recall at 1 % of the mechanics with the whole model, and what is lost by leaving a signal out.

    `lost` (mechanic -> recall with minus recall without): positive where the signal helps. `alarms` is the share of
    untouched accounts called suspicious without it.
    """

    signal: str
    axis: str
    lost: Mapping[str, float]
    alarms: float


def signals_of(model: Model) -> dict[str, str]:
    """Signals that a model uses, and the axis of each, in the order of its units; each unit's forest is one too."""
    found: dict[str, str] = {}
    for platform in model.platforms.values():
        for unit in platform.units:
            for pattern in unit.patterns:
                found.update({name: unit.axis for name, _ in pattern.pairs})
            if unit.forest is not None:
                found[f"{FOREST}:{unit.axis}:{unit.block}"] = unit.axis
    return found


def without(model: Model, signal: str) -> Model:
    """The model without one signal (or one unit's forest), whose budget goes to the others; nothing is refitted."""
    platforms = {}
    for name, platform in model.platforms.items():
        units = tuple(_unit_without(unit, signal) for unit in platform.units)
        platforms[name] = replace(platform, units=units)
    return Model(platforms, model.card, model.version)


def _unit_without(unit: Unit, signal: str) -> Unit:
    if signal == f"{FOREST}:{unit.axis}:{unit.block}":
        return replace(unit, forest=None, forest_tail=None)
    patterns = tuple(
        replace(pattern, pairs=tuple(pair for pair in pattern.pairs if pair[0] != signal))
        for pattern in unit.patterns
    )
    return replace(unit, patterns=patterns)


def leave_one_out(
    model: Model | CrossFitted,
    untouched: Seen,
    dosed: Mapping[str, Seen],
    signals: Sequence[str] | None = None,
) -> tuple[Added, ...]:
    """Leaves out each signal in turn.

    Parameters
    ----------
    model : Model, or one a fold
    untouched : Seen
        Accounts that set the threshold, for each model anew.
    dosed : mechanic -> Seen
        Accounts with inflation of that mechanic.
    signals : sequence of str, optional
        Those of `signals_of(model)` where not given.
    """
    axes = signals_of(model.models[0] if isinstance(model, CrossFitted) else model)
    whole = _recalls(model, untouched, dosed)[0]
    found = []
    for signal in axes if signals is None else signals:
        leave_out = partial(without, signal=signal)
        reduced = model.each(leave_out) if isinstance(model, CrossFitted) else leave_out(model)
        recalls, alarms = _recalls(reduced, untouched, dosed)
        lost = {name: round(whole[name] - recalls[name], 6) for name in dosed}
        found.append(Added(signal, axes[signal], lost, alarms))
    return tuple(found)


def _recalls(
    model: Model | CrossFitted, untouched: Seen, dosed: Mapping[str, Seen]
) -> tuple[dict[str, float], float]:
    ordinary = judged(untouched, model)
    threshold = float(np.quantile(ordinary.score, 1.0 - RATE))
    alarms = float(np.mean(ordinary.level == "suspicious"))
    return {
        name: float(np.mean(judged(seen, model).score > threshold)) for name, seen in dosed.items()
    }, alarms
