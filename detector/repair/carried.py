"""Values carried forward: rows of days on which nobody looked at a counter. Not a standstill, but no look.

Warehouses fill the days between two looks with the last value. The counter then stands still for six days and moves
by a week's likes on the seventh, which is the shape of a delivery, on every account. Told by one of two things: the
moves come at even distances, or two busy counters stand still on the same days and never apart. Who has a few likes a
day stands still, too, so moves must be far larger than chance makes of such days, and than the step that a counter is
written in.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.how_many import how_many
from detector.owners import Owners
from detector.repair.display import display_step, recorded_steps
from detector.repair.findings import Mask, fault
from detector.repair.looks import Looks
from detector.tables import Fault

__all__ = ["carried_forward"]

LEAST_SHARE = 0.4
"""Looks that repeat the one before, of all: below it nothing looks like a delivery (every other day is 0.5)."""

A_DAY = 10.0
"""Usual move, in steps for each day that it took, from which on a day without any is not chance: e**-10."""

LEAST_MOVES, MANY_MOVES = 3, 8
"""Moves of a busy counter at even distances, and of two busy counters together, that are no coincidence."""

EVEN = 0.8
"""Share of the distances of a busy counter that are within a third of the usual one: a job fails now and then."""

EXACT, PROOF = 0.8, 6.0
"""Of any other counter: share of the distances that are the usual one or a multiple (a week without likes), and log10
of how seldom chance brings so many of these, less one for each that is not: 6 weekly distances, 13 of two days."""

APART = 0.05
"""Days on which one of two counters stands still alone, of those on which both do, that may be chance."""

_DAY = 86_400_000_000
_EVERY_DAY, _UNEVEN = 1.5, 0.3
_WRITTEN = 100.0  # the finest step in which large counters are shown anywhere


@dataclass(frozen=True, slots=True)
class _Course:
    """A counter of one account, look by look: the moments, the days, which repeat the one before."""

    moments: NDArray[np.intp]
    days: NDArray[np.float64]
    repeats: Mask
    counter: NDArray[np.float64]
    name: str
    platform: str

    @property
    def n_moves(self) -> int:
        """New values after the first."""
        return int((~self.repeats).sum()) - 1

    @property
    def even(self) -> bool:
        """Whether moves come at even distances of two days or more."""
        between = np.diff(np.floor(self.days[~self.repeats][1:]))
        between = between[between > 0]  # several looks of a day are one
        usual = float(np.sort(between)[len(between) // 2]) if len(between) else 0.0
        if usual < 2:
            return False
        fit = between % usual == 0
        one, none = (1 - 1 / usual) ** (usual - 1) / usual, (1 - 1 / usual) ** usual
        n_fit, proof = int(fit.sum()), -float(np.log10(one / (1 - none)))
        if n_fit >= EXACT * len(fit) and proof * n_fit - (len(fit) - n_fit) >= PROOF:
            return True  # steps of a counter that grows evenly, too: spread over their days they say as much
        return bool((np.abs(between - usual) <= usual // 3).mean() >= EVEN) and self.busy

    @property
    def move(self) -> float:
        """The usual move."""
        return float(np.median(np.abs(np.diff(self.counter[~self.repeats]))))

    @property
    def step(self) -> float:
        """In what it is written."""
        row = self.counter[None]
        return float(np.median(recorded_steps(row, display_step(self.platform, self.name, row))))

    @property
    def busy(self) -> bool:
        """Whether it moves so far that a day without a move cannot be chance, nor the step it is written in."""
        a_day = self.move / max(float(np.median(np.diff(self.days[~self.repeats]))), 1.0)
        return a_day >= A_DAY and a_day >= A_DAY * self.step


def carried_forward(looks: Looks, owners: Owners) -> tuple[dict[str, Mask], list[Fault]]:
    """Values that were carried forward become missing, so that a row counts as a look where it brings something new."""
    drop: dict[str, Mask] = {name: np.zeros(len(looks.owner), dtype=bool) for name in looks.values}
    faults = []
    for account, names in _likely(looks).items():
        mine = slice(*np.searchsorted(looks.owner, [account, account + 1]))
        own, key = {name: looks.values[name][mine] for name in names}, owners.keys[account]
        for name, course in _carried(own, looks.times[mine], key[0]):
            drop[name][mine.start + course.moments[course.repeats]] = True
            faults.append(_fault(key, name, course))
    return drop, faults


def _likely(looks: Looks) -> dict[int, list[str]]:
    """Accounts that are worth looking at closely, and their counters that are: many looks repeat the one before, and
    moves come evenly or far.
    """
    found: dict[int, list[str]] = {}
    starts = np.flatnonzero(np.append(True, looks.owner[1:] != looks.owner[:-1]))
    sizes = np.diff(starts, append=len(looks.owner))
    for name, counter in looks.values.items():
        same = np.append(False, counter[1:] == counter[:-1])
        same[starts] = False
        repeated = np.add.reduceat(same, starts, dtype=np.intp)
        known = np.add.reduceat(counter == counter, starts, dtype=np.intp) - 1
        still = (repeated >= LEAST_SHARE * known) & (known - repeated >= LEAST_MOVES)
        even = _roughly_even(~same & np.repeat(still, sizes) & (counter == counter), starts, sizes)
        for at in np.flatnonzero(still).tolist():
            own = counter[starts[at] : starts[at] + sizes[at]]
            if even[at] or _moves_far(own[own == own]):
                found.setdefault(int(looks.owner[starts[at]]), []).append(name)
    return found


def _roughly_even(moved: Mask, starts: NDArray[np.intp], sizes: NDArray[np.intp]) -> Mask:
    """Accounts whose moves come at distances, in looks, that vary far less than chance has them: by the same as their
    mean, squared.
    """
    at = np.flatnonzero(moved)
    of = np.repeat(np.arange(len(starts)), sizes)[at]
    inside = of[1:] == of[:-1]
    of, between = of[1:][inside], np.diff(at)[inside].astype(np.float64)
    n = np.maximum(np.bincount(of, minlength=len(starts)), 1)
    mean = np.bincount(of, weights=between, minlength=len(starts)) / n
    square = np.bincount(of, weights=between**2, minlength=len(starts)) / n
    return np.asarray((mean > _EVERY_DAY) & (square - mean**2 <= _UNEVEN * mean**2))


def _moves_far(counter: NDArray[np.float64]) -> bool:
    """Whether a counter moved by far more than a step each look, if on some looks alone."""
    if abs(counter[-1] - counter[0]) < A_DAY * (len(counter) - 1):
        return False  # cheap, and nearly always enough: these counters rise
    moves = np.abs(np.diff(counter))
    moves = moves[moves > 0]
    # Of a counter that is written in steps the smallest move is one, or a few.
    step = float(moves.min()) if (moves % _WRITTEN == 0).all() else 1.0
    return bool(moves.sum() >= A_DAY * step * (len(counter) - 1))


def _carried(
    values: Mapping[str, NDArray[np.float64]], times: NDArray[np.int64], platform: str
) -> list[tuple[str, _Course]]:
    """The counters of one account that were carried forward."""
    courses = {}
    for name, counter in values.items():
        course = _course(name, counter, times, platform)
        if course is not None:
            courses[name] = course
    return [(name, one) for name, one in courses.items() if one.even or _together(one, courses, name)]


def _course(
    name: str, counter: NDArray[np.float64], times: NDArray[np.int64], platform: str
) -> _Course | None:
    known = np.flatnonzero(~np.isnan(counter) & (times != np.iinfo(np.int64).min))
    if len(known) <= LEAST_MOVES:
        return None  # neither busy nor still
    own, days = counter[known], times[known] / _DAY
    repeats = np.append(False, np.diff(own) == 0)
    if repeats.mean() < LEAST_SHARE or (~repeats).sum() <= LEAST_MOVES:
        return None
    return _Course(known, days, repeats, own, name, platform)


def _together(course: _Course, courses: Mapping[str, _Course], name: str) -> bool:
    """Whether another busy counter stands still on the same looks, and neither alone."""
    if len(courses) < 2 or course.n_moves < MANY_MOVES or not course.busy:
        return False
    for other_name, other in courses.items():
        if other_name == name or not other.busy:
            continue
        shared, mine, theirs = np.intersect1d(course.moments, other.moments, return_indices=True)
        both = int((course.repeats[mine] & other.repeats[theirs]).sum())
        alone = int((course.repeats[mine] != other.repeats[theirs]).sum())
        if both >= LEAST_SHARE * len(shared) and alone <= APART * both:
            return True
    return False


def _fault(key: tuple[str, str], name: str, course: _Course) -> Fault:
    repeated = f"{int(course.repeats.sum()):,} of {how_many(len(course.repeats), 'look')}"
    sentence = (
        f"{name} repeat their last value at {repeated} and jump in between, as values do that were carried forward; "
        "the repeats are left aside."
    )
    return fault(key, name, "carried", f"repeated at {repeated}", "missing", sentence)
