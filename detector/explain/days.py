"""Days: which days of a history make it odd, and what else moved then.

Found by taking them out: the excess of a stretch of days over the account's usual day is removed from one counter, and
the look at that history is taken again. The stretch without which it falls most is the odd one; the shortest that does
nearly as much is kept. So every signal of the catalogue, present or future, has its days, without saying them itself.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice

import numpy as np

from detector.explain.subject import Subject, panel_rows
from detector.model.evidence import Evidence
from detector.model.model import Reading
from detector.model.unit import raw_scores
from detector.panel import FloatArray, Panel
from detector.repair import display_step
from detector.signals.catalogue import SIGNALS
from detector.signals.gains import SPIKE_FLOOR, daily_gains, gains_of
from detector.signals.quantities import MIN_DAYS
from detector.signals.stats import mad, median

__all__ = ["COUNTERS", "ODD", "Days", "Span", "odd_days"]

COUNTERS = ("followers", "likes", "views")

ODD = float(np.log10(20.0))
"""Surprise from which on a history is looked into: 1 in 20, where `unusual` starts."""

MIN_GAINS = 2
EPOCH = date(1970, 1, 1)

MAX_SPANS = 5
"""Odd stretches of one counter: more are a table, not a picture."""

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

SMALL = 0.05
"""A stretch that brought less than this share of what the largest did is not marked."""

BUSY = 6.0
"""Spreads (and shown steps) above the usual day from which on a day that is not odd is marked all the same: what moved
along with it says much."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of days, as columns of the history, both ends included.

    `counter` is what stood out, `axis` the axis that it made odd, or empty for a day that is only the busiest.
    `gained` and `usual` say for each counter what came in the stretch, and what comes in so many usual days (NaN =
    unknown). `posts` counts posts published within it or in the seven days before, NaN where no post has a date.
    """

    start: int
    end: int
    counter: str
    axis: str
    gained: dict[str, float]
    usual: dict[str, float]
    posts: float

    @property
    def excess(self) -> float:
        """How much more of the counter came than usual."""
        return self.gained[self.counter] - self.usual[self.counter]


@dataclass(frozen=True, slots=True)
class Days:
    """A history, day by day: gains of each counter (days,), NaN where unknown, and the stretches that stand out.

    `first` is the column of the first known look; `last_day` the day of the last column, in days since 1970. `without`
    gives, for each axis whose history is odd, the surprise (-log10 p) that it would have without its marked days.
    """

    gains: dict[str, FloatArray]
    first: int
    last_day: float
    spans: tuple[Span, ...]
    without: dict[str, float]

    @property
    def known(self) -> list[str]:
        """The counters of which gains are known."""
        return [name for name, values in self.gains.items() if np.sum(~np.isnan(values)) >= MIN_GAINS]

    def date(self, column: int) -> date:
        """The day of a column."""
        last = len(next(iter(self.gains.values()))) - 1
        return EPOCH + timedelta(days=int(self.last_day) - (last - column))

    def when(self, span: Span) -> str:
        """A stretch in words: 5 May 2026, or 28 May to 3 June 2026."""
        start, end = self.date(span.start), self.date(span.end)
        stop = f"{end.day} {end:%B %Y}"
        if start == end:
            return stop
        first = f"{start.day}"
        if (start.month, start.year) != (end.month, end.year):
            first += f" {start:%B}" + (f" {start.year}" if start.year != end.year else "")
        return f"{first} to {stop}"


def odd_days(subject: Subject, most: int = MAX_SPANS) -> Days | None:
    """The history of a subject and its odd days, in order of time; None where fewer than two looks are known.

    `most` stretches of each counter are looked for.
    """
    panel = subject.panel
    gains = {name: gains_of(panel, name).count[0] for name in COUNTERS}
    known = [np.flatnonzero(~np.isnan(getattr(panel.history, name)[0])) for name in COUNTERS]
    if max(len(columns) for columns in known) < 2:
        return None
    found: list[Span] = []
    without: dict[str, float] = {}
    for axis in ("followers", "likes"):
        reading = subject.reading(axis, "history")
        if reading is None or not reading.surprise[0] >= ODD:
            continue
        places, without[axis] = _odd(panel, reading, axis, most)
        spans = [_span(panel, gains, place, axis, axis) for place in _joined(places)]
        least = SMALL * max((span.excess for span in spans), default=0.0)
        found.extend(span for span in spans if span.excess >= least)
    if not found:
        found = _busiest(panel, gains)
    ordered = tuple(sorted(found, key=lambda span: (span.start, span.end, span.counter)))
    first = min(int(columns[0]) for columns in known if len(columns))
    return Days(gains, first, float(panel.history.last_day[0]), ordered, without)


def _odd(panel: Panel, reading: Reading, counter: str, most: int) -> tuple[list[tuple[int, int]], float]:
    """Stretches of a counter without which the look gets less surprising, strongest first, and what is left of it."""
    values = getattr(panel.history, counter)[0]
    surprise = float(reading.surprise[0])
    taken: list[tuple[int, int]] = []
    for _ in range(most):
        places = _candidates(panel, values, counter, taken)
        if surprise < ODD or not places:
            break
        rows = np.stack([_evened(values, *place) for place in places])
        fall = surprise - _surprises(panel, reading, counter, rows)
        if np.max(fall) < MIN_FALL:
            break
        core = _core(panel, values, counter, places[_shortest(places, fall)])
        for piece in core:
            values = _evened(values, *piece)
        taken += core
        surprise = float(_surprises(panel, reading, counter, values[None])[0])
    return taken, surprise


def _joined(places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Stretches in order of time, those with at most one day between them as one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if joined and start <= joined[-1][1] + 2:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _gains(values: FloatArray, panel: Panel, counter: str) -> FloatArray:
    """Counts gained day by day in an altered history, (days,)."""
    rows = values[None]
    gained: FloatArray = daily_gains(rows, display_step(str(panel.platform[0]), counter, rows)).count[0]
    return gained


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


def _core(panel: Panel, values: FloatArray, counter: str, place: tuple[int, int]) -> list[tuple[int, int]]:
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
    return _joined([(start + day, start + day) for day in loud])


def _shortest(places: list[tuple[int, int]], fall: FloatArray) -> int:
    """Of the places that do nearly as much as the best, the shortest; of these the one that does most."""
    enough = np.flatnonzero(fall >= NEARLY * np.max(fall))
    return int(min(enough, key=lambda i: (places[i][1] - places[i][0], -fall[i], places[i])))


def _evened(values: FloatArray, start: int, end: int) -> FloatArray:
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
    evened = values.copy()
    evened[inside] = values[before[-1]] + np.cumsum(borrowed)
    excess = values[inside[-1]] - evened[inside[-1]]
    if excess <= 0:
        return values
    evened[inside[-1] + 1 :] -= excess
    return evened


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


def _busiest(panel: Panel, gains: dict[str, FloatArray]) -> list[Span]:
    """The day with the largest gain of followers, or else of likes, if it is far above the usual day."""
    for counter in ("followers", "likes"):
        own = gains_of(panel, counter)
        values = gains[counter]
        if np.sum(~np.isnan(values)) < MIN_DAYS:
            continue
        spread = float(mad(own.count)[0]) + float(median(own.step)[0])
        spread += SPIKE_FLOOR * float(np.nanmax(own.level))
        day = int(np.nanargmax(values))
        if values[day] - median(own.count)[0] >= BUSY * spread:
            return [_span(panel, gains, (day, day), counter, "")]
    return []


def _span(
    panel: Panel, gains: dict[str, FloatArray], place: tuple[int, int], counter: str, axis: str
) -> Span:
    start, end = place
    gained, usual = {}, {}
    for name, values in gains.items():
        inside = values[start : end + 1]
        here = inside[~np.isnan(inside)]
        gained[name] = float(np.sum(here)) if len(here) else np.nan
        usual[name] = float(median(values[None])[0]) * len(here) if len(here) else np.nan
    return Span(start, end, counter, axis, gained, usual, _posts_near(panel, start, end))


def _posts_near(panel: Panel, start: int, end: int) -> float:
    posted = panel.posts.posted_day[0]
    if np.isnan(posted).all():
        return np.nan
    last = panel.history.last_day[0] - (panel.history.followers.shape[1] - 1)
    with np.errstate(invalid="ignore"):
        return float(np.sum((posted >= last + start - 7) & (posted <= last + end)))
