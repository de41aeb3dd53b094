"""Interpolated values: days between two looks that were filled with a straight line. Not a steady gain, but no look.

Ten days that bring the same number of followers each are what a drip looks like. Where likes or views go straight on
the same days, to within the rounding, nobody delivered both by the day: a table was filled.
"""

import numpy as np

from detector.how_many import how_many
from detector.owners import Owners
from detector.repair.findings import Mask, fault
from detector.repair.looks import Looks
from detector.tables import Fault

__all__ = ["interpolated"]

LARGER, SMALLER = 50.0, 1.0
"""Daily gains of the two counters. By chance 50 is followed by 50, give or take 1, once in 9 days, 8 by 8 once in 4;
among creators, whose days are far from even, more seldom."""

LEAST_LOOKS = 5
"""Looks in a row on a straight line of both: by chance once in 10**7."""

LEAST_ALONE = 2
"""Looks in a row on a line of one counter, in a history that is known to hold such lines."""

ROUNDING = 1.0
"""Two gains on one line differ by so much once its values are whole."""

_WRITTEN = 100.0
"""Gains that are whole multiples of it are those of a counter that is shown in steps: equal because they are coarse."""

_UNEVEN = 0.25 * 86_400_000_000
"""Looks further from half way in time are on no daily grid, microseconds."""


def interpolated(looks: Looks, owners: Owners) -> tuple[dict[str, Mask], list[Fault]]:
    """Where two counters follow straight lines on the same days, values on any straight line become missing; the ends
    stay.
    """
    if len(looks.owner) < LEAST_LOOKS + 2 or "followers" not in looks.values:
        return {}, []
    proved = np.zeros(len(owners), dtype=bool)
    for other in ("likes", "views"):
        if other in looks.values:
            proved[looks.owner[_in_a_row(_both_on_lines(looks, other), LEAST_LOOKS)]] = True
    if not proved.any():
        return {}, []
    mine = proved[looks.owner]
    drop = {name: _in_a_row(mine & _on_lines(looks, name), LEAST_ALONE) for name in looks.values}
    faults = []
    for name, one in drop.items():
        accounts, numbers = np.unique(looks.owner[one], return_counts=True)
        known = np.bincount(looks.owner[~np.isnan(looks.values[name])], minlength=len(owners))
        for account, number in zip(accounts.tolist(), numbers.tolist(), strict=True):
            faults.append(_fault(owners.keys[account], name, number, int(known[account])))
    return drop, faults


def _on_lines(looks: Looks, name: str) -> Mask:
    """Looks half way between the one before and the one after, in time and in a counter."""
    owner, times = looks.owner, looks.times
    middle = np.zeros(len(owner), dtype=bool)
    even = np.abs(times[2:] - times[1:-1] - (times[1:-1] - times[:-2])) <= _UNEVEN
    straight = np.abs(np.diff(looks.values[name], n=2)) <= ROUNDING
    middle[1:-1] = (owner[2:] == owner[:-2]) & even & straight
    return middle


def _both_on_lines(looks: Looks, other: str) -> Mask:
    """Looks half way in followers and in another counter, both of which gain so much that chance cannot be it."""
    middle = _on_lines(looks, "followers") & _on_lines(looks, other)
    at = np.flatnonzero(middle)
    gains = [looks.values[name][at] - looks.values[name][at - 1] for name in ("followers", other)]
    sizes = np.abs(gains)
    exact = (np.mod(gains, _WRITTEN) != 0).all(axis=0)
    middle[at] = exact & (sizes.max(axis=0) >= LARGER) & (sizes.min(axis=0) >= SMALLER)
    return middle


def _in_a_row(middle: Mask, least: int) -> Mask:
    """Those of which at least so many follow each other; never of two accounts, whose ends are between no looks."""
    if not middle.any():
        return middle
    edges = np.diff(middle.astype(np.int8), prepend=0, append=0)
    kept = np.zeros_like(middle)
    for start, end in zip(
        np.flatnonzero(edges == 1).tolist(), np.flatnonzero(edges == -1).tolist(), strict=True
    ):
        if end - start >= least:
            kept[start:end] = True
    return kept


def _fault(key: tuple[str, str], name: str, number: int, known: int) -> Fault:
    some = f"{number:,} of {how_many(known, 'look')}"
    sentence = (
        f"{name} lie on straight lines at {some}, on days on which other counters do, as values do that were "
        "interpolated; these are left aside."
    )
    return fault(key, name, "interpolated", f"straight at {some}", "missing", sentence)
