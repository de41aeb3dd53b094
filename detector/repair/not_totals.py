"""Daily gains in the place of totals: a column of new followers or of the day's likes, given as the counter itself.

A lifetime counter hardly falls, and an account's followers do not halve and double by the day. What does was no total.
"""

import numpy as np
from numpy.typing import NDArray

from detector.owners import Owners
from detector.repair.findings import Mask, fault
from detector.repair.looks import Looks
from detector.tables import Fault

__all__ = ["gains_for_totals"]

LEAST_CHANGES = 10
FALLS = 0.25
"""Share of the changes between looks that are falls: a day's gain is below the last one's every other time."""

USUAL_CHANGE = 0.2
"""Usual change from look to look, ln. Of the reference no account's followers change by more than a few per cent."""

LEAST_COUNT = 20.0
"""Usual value from which on: an account with three followers loses one."""

_FAR, _SOME = 0.9, 2
"""Falls by a tenth, and the fewest of them, for which an account is looked at closely: hardly any total falls so."""


def gains_for_totals(looks: Looks, owners: Owners) -> tuple[dict[str, Mask], list[Fault]]:
    """Counters that rise and fall as no total does become missing at all looks."""
    starts = np.flatnonzero(np.append(True, looks.owner[1:] != looks.owner[:-1]))
    ends = np.append(starts[1:], len(looks.owner))
    drop: dict[str, Mask] = {name: np.zeros(len(looks.owner), dtype=bool) for name in looks.values}
    faults = []
    for at in _falling(looks, starts):
        mine = slice(int(starts[at]), int(ends[at]))
        own = {name: counter[mine] for name, counter in looks.values.items()}
        if not any(map(_is_no_total, own.values())):
            continue
        for name, counter in own.items():
            change = _usual_change(counter)
            if change is not None:
                drop[name][mine] = ~np.isnan(counter)
                faults.append(_fault(owners.keys[int(looks.owner[starts[at]])], name, change))
    return drop, faults


def _falling(looks: Looks, starts: NDArray[np.intp]) -> list[int]:
    """Accounts, by the place of their start, of which some counter falls far often enough to be looked at closely."""
    found = np.zeros(len(starts), dtype=bool)
    for counter in looks.values.values():
        fell = np.append(False, counter[1:] < _FAR * counter[:-1])
        fell[starts] = False
        found |= np.add.reduceat(fell, starts, dtype=np.intp) >= _SOME
    return np.flatnonzero(found).tolist()


def _is_no_total(counter: NDArray[np.float64]) -> bool:
    """Whether a counter that is not small falls so often, and by so much, that it can be no total."""
    known = counter[~np.isnan(counter)]
    if len(known) <= LEAST_CHANGES or np.median(known) < LEAST_COUNT:
        return False
    change = np.diff(np.log1p(np.maximum(known, 0.0)))
    return bool((change < 0).mean() >= FALLS and np.median(np.abs(change)) >= USUAL_CHANGE)


def _usual_change(counter: NDArray[np.float64]) -> float | None:
    """Beside a counter that is no total: the mean change of this one as a share, where it is none either."""
    known = counter[~np.isnan(counter)]
    if len(known) <= LEAST_CHANGES:
        return None
    change = np.diff(np.log1p(np.maximum(known, 0.0)))
    usual = float(np.abs(change).mean())
    return float(np.expm1(usual)) if (change < 0).mean() >= 0.5 * FALLS and usual >= USUAL_CHANGE else None


def _fault(key: tuple[str, str], name: str, change: float) -> Fault:
    much = f"{100 * change:,.0f} %" if change < 10 else "many times"
    sentence = (
        f"{name} rise and fall by {much} from look to look, which no total does: each day's gain, it seems; left "
        "aside. Give the counter itself."
    )
    return fault(key, name, "gains", f"changes by {much}", "missing", sentence)
