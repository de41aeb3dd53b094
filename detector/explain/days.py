"""Days: which days of a history make it odd (`search` finds them), and what else moved then."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from detector.explain.search import ODD, joined, odd_stretches
from detector.explain.subject import Subject
from detector.panel import FloatArray, Panel
from detector.signals.gains import SPIKE_FLOOR, gains_of
from detector.signals.quantities import MIN_DAYS
from detector.signals.stats import mad, median

__all__ = ["COUNTERS", "Days", "Span", "odd_days"]

COUNTERS = ("followers", "likes", "views")

MIN_GAINS = 2
EPOCH = date(1970, 1, 1)

MAX_SPANS = 5
"""Odd stretches of one counter: more are a table, not a picture."""

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
        places, without[axis] = odd_stretches(panel, reading, axis, most)
        spans = [_span(panel, gains, place, axis, axis) for place in joined(places)]
        least = SMALL * max((span.excess for span in spans), default=0.0)
        found.extend(span for span in spans if span.excess >= least)
    if not found:
        found = _busiest(panel, gains)
    ordered = tuple(sorted(found, key=lambda span: (span.start, span.end, span.counter)))
    first = min(int(columns[0]) for columns in known if len(columns))
    return Days(gains, first, float(panel.history.last_day[0]), ordered, without)


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
