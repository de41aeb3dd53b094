"""Search: the stretches of days without which a history is less odd.

Found by taking them out: the excess of a stretch of days over the account's usual days is removed from one counter, and
the look at that history is taken again. The stretch without which it falls most is the odd one, but for its quiet days.
So every signal of the catalogue, present or future, has its days, without saying them itself.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

import numpy as np

from detector.explain.subject import panel_rows
from detector.model.evidence import Evidence
from detector.model.model import Reading
from detector.model.unit import raw_scores
from detector.panel import FloatArray, Panel
from detector.repair import display_step
from detector.signals.catalogue import SIGNALS
from detector.signals.gains import daily_gains
from detector.signals.stats import median

__all__ = ["ODD", "core", "evened", "joined", "odd_stretches"]

ODD = float(np.log10(20.0))
"""Surprise from which on a history is looked into: 1 in 20, where `unusual` starts."""

PLACES = {1: 8, 2: 4, 3: 4, 7: 3, 14: 3, 28: 3}
"""Days a stretch may last, and how many places are tried for each: those with the largest gain."""

ANCHORS = 2
"""The best days from which, and up to which, every long stretch is tried too: what came then may have gone again."""

LONG = 7

NEARLY = 0.95
"""A shorter stretch is preferred that takes away this share of what the best one does."""

CORE = 0.9
"""Of the stretch that is found the shortest part is shown that holds this share of its excess."""

MIN_FALL = 0.2
"""A stretch that makes the history less surprising by less than this (a factor of 1.6) explains nothing."""

QUIET = 0.1
"""Days within it that brought less than this share of its best day are no part of it."""


def odd_stretches(
    panel: Panel, reading: Reading, counter: str, most: int
) -> tuple[list[tuple[int, int]], float]:
    """Stretches of a counter without which the look gets less surprising, strongest first, and what is left of it."""
    values = getattr(panel.history, counter)[0]
    surprise = float(reading.surprise[0])
    taken: list[tuple[int, int]] = []
    for _ in range(most):
        places = _candidates(panel, values, counter, taken)
        if surprise < ODD or not places:
            break
        rows = np.stack([evened(values, *place) for place in places])
        fall = surprise - _surprises(panel, reading, counter, rows)
        if np.max(fall) < MIN_FALL:
            break
        parts = core(panel, values, counter, places[_shortest(places, fall)])
        for part in parts:
            values = evened(values, *part)
        taken += parts
        surprise = float(_surprises(panel, reading, counter, values[None])[0])
    return taken, surprise


def joined(places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Stretches in order of time, those with at most one day between them as one."""
    together: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if together and start <= together[-1][1] + 2:
            together[-1] = (together[-1][0], max(end, together[-1][1]))
        else:
            together.append((start, end))
    return together


def _overlaps(place: tuple[int, int], taken: list[tuple[int, int]]) -> bool:
    return any(place[0] <= end and start <= place[1] for start, end in taken)


def _candidates(
    panel: Panel, values: FloatArray, counter: str, taken: list[tuple[int, int]]
) -> list[tuple[int, int]]:
    gains = _gains(values, panel, counter)
    excess = np.nan_to_num(gains - median(gains[None])[0])
    total = np.concatenate([[0.0], np.cumsum(excess)])
    places: dict[tuple[int, int], None] = {}
    best: list[int] = []
    for length, most in PLACES.items():
        sums = total[length:] - total[:-length]
        order = np.argsort(-sums, kind="stable").tolist()
        anchored = [start for day in best if length >= LONG for start in (day, day - length + 1)]
        starts = [*anchored, *islice(_free(order, length, taken), most)]
        found = [i for i in starts if 0 <= i < len(sums) and sums[i] > 0]
        places.update(dict.fromkeys((i, i + length - 1) for i in _free(found, length, taken)))
        best = best or found[:ANCHORS]
    return list(places)


def _free(starts: Iterable[int], length: int, taken: list[tuple[int, int]]) -> Iterator[int]:
    """Those at which a stretch overlaps none that was taken."""
    return (start for start in starts if not _overlaps((start, start + length - 1), taken))


def core(panel: Panel, values: FloatArray, counter: str, place: tuple[int, int]) -> list[tuple[int, int]]:
    """The shortest part of a stretch that holds `CORE` of what came in it beyond usual days, without its quiet days."""
    start, end = place
    gains = _gains(values, panel, counter)
    excess = np.nan_to_num(gains - median(gains[None])[0])[start : end + 1]
    total = np.concatenate([[0.0], np.cumsum(excess)])
    first, length = 0, len(excess)
    for length in range(1, len(excess) + 1):
        sums = total[length:] - total[:-length]
        first = int(np.argmax(sums))
        if sums[first] >= CORE * total[-1]:
            break
    loud = [day for day in range(first, first + length) if excess[day] >= QUIET * np.max(excess)]
    return joined([(start + day, start + day) for day in loud])


def _shortest(places: list[tuple[int, int]], fall: FloatArray) -> int:
    """Of the places that do nearly as much as the best, the shortest; of these the one that does most."""
    enough = np.flatnonzero(fall >= NEARLY * np.max(fall))
    return int(min(enough, key=lambda i: (places[i][1] - places[i][0], -fall[i], places[i])))


def evened(values: FloatArray, start: int, end: int) -> FloatArray:
    """The counter as it would stand had the days from `start` to `end` been usual ones; unknown days stay unknown.

    Usual days are borrowed from the account itself: its gains on other days between the 20 % and the 80 % quantile, in
    their order. A straight line would be a delivery of its own: nothing organic is that even.
    """
    columns = np.flatnonzero(~np.isnan(values))
    before, inside = columns[columns < start], columns[(columns >= start) & (columns <= end)]
    if not len(before) or not len(inside):
        return values
    days = np.diff(columns)
    rate = np.diff(values[columns]) / days
    within = (columns[1:] >= start) & (columns[1:] <= end)
    outside = rate[~within] if not within.all() else rate
    ordered = np.sort(outside)
    low, high = (ordered[int(share * (len(ordered) - 1))] for share in (0.2, 0.8))
    usual = outside[(outside >= low) & (outside <= high)]
    borrowed = np.round(np.resize(usual, len(inside)) * days[within])
    course = values.copy()
    course[inside] = values[before[-1]] + np.cumsum(borrowed)
    excess = values[inside[-1]] - course[inside[-1]]
    if excess <= 0:
        return values
    course[inside[-1] + 1 :] -= excess
    return course


def _surprises(panel: Panel, reading: Reading, counter: str, rows: FloatArray) -> FloatArray:
    """The look at the history anew for other courses of one counter, (n,), all else as it is."""
    n = len(rows)
    other = panel_rows(panel, np.zeros(n, dtype=np.intp))
    other = replace(other, history=replace(other.history, **{counter: rows}))
    pairs = reading.unit.patterns[reading.pattern].pairs
    evidence = reading.evidence.take(np.zeros(n, dtype=np.intp))
    with np.errstate(invalid="ignore", divide="ignore"):
        signals = {name: SIGNALS[name].value(other) for name, _ in pairs}
    signals = {
        name: np.where(np.isnan(evidence.signals[name]), np.nan, values) for name, values in signals.items()
    }
    anew = Evidence({**evidence.signals, **signals}, evidence.quantities, evidence.atoms, n)
    unit = reading.unit
    total = raw_scores(anew, pairs, unit.peers, unit.forest, unit.forest_tail).total
    return unit.patterns[reading.pattern].cohorts[int(reading.cohort[0])].tail.read(total)


def _gains(values: FloatArray, panel: Panel, counter: str) -> FloatArray:
    """Counts gained day by day in an altered history, (days,)."""
    rows = values[None]
    gained: FloatArray = daily_gains(rows, display_step(str(panel.platform[0]), counter, rows)).count[0]
    return gained
