"""Stretch signals of the history: followers that come evenly for weeks, between two edges that nothing else shares.

A drip is ordered so that no day stands out. Its fortnight still does: it begins and ends from one day to the next, and
brings the same in each of its parts. What raises followers organically rises and fades, and raises views and likes with
them. So the least part of a stretch is held against the larger of the weeks before and after it, and the same ratio of
the companion is taken off.

Of a drip that still runs at the newest look, or ran in the week before it, one edge is to be seen. It is held against
two weeks, and says less. A history that begins with such a stretch tells nothing: so do debuts.

Each signal gives (n,), higher = odder, NaN without `MIN_DAYS` known days of both counters, 0 where no stretch has a
known week on either side, or two before it.

References
----------
SIGNALS 1, 2 (H9); own (docs/decisions/0022).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from detector.panel import FloatArray, Panel, once
from detector.signals.compiled import fast
from detector.signals.gains import enough_gains, gains_of, interleaved_gains, usual_step
from detector.signals.stats import maximum, median

__all__ = ["follower_stretch_without_likes", "follower_stretch_without_views"]

STRETCHES = (10, 12, 14, 17, 20, 24, 28)
"""Lengths in days: no drip is missed by more than a tenth. Shorter ones are spikes, of which other signals tell."""

EDGE = 7
"""Days before and after that say what is usual: a week, since weekdays differ."""

PARTS = 5
"""A stretch is as high as the least of its parts."""

OPEN = EDGE
"""Days, the newest and those before it, on one of which a stretch may end without its other edge."""

WEEKS = 2
"""Weeks before the only edge of a stretch, each by itself."""

AFTER = 3
"""Days left beyond a stretch with one edge that count as a second one: fewer say too little."""

ONE_EDGE = 0.8
"""What a stretch with one edge counts: growth that has just begun may be anybody's."""

LEVEL_SHARE = 0.0005
"""Gain per day, relative to the counter, that counts as noise: what two weeks of it bring is a trifle (1 %). Without it
.76 of drips of 10 % are found at 0.3 % false positives, with it .84 (docs/decisions/0022)."""

COMPANION_SHARE = 0.2
"""Share of a companion's mean day that counts as noise on either side of its ratio."""


def follower_stretch_without_views(panel: Panel) -> FloatArray:
    """Highest even stretch of followers that the views did not share (H9); ln, at least 0.

    Misleads where something outside the platform (a show every day for two weeks) brings followers who do not watch.
    """
    return _stretch_without(panel, "views")


def follower_stretch_without_likes(panel: Panel) -> FloatArray:
    """Highest even stretch of followers that the likes did not share (H9); see the one for views."""
    return _stretch_without(panel, "likes")


@once
def _level(panel: Panel) -> FloatArray:
    """Followers on the median day, (n,)."""
    return median(panel.history.followers)


@dataclass(frozen=True, slots=True)
class _Path:
    """What was gained before each day, (n, days + 1), and how many days of it are unknown."""

    gained: FloatArray
    unknown: FloatArray

    def per_day(self, start: int, days: int, n: int) -> FloatArray:
        """Gain per day over `days` days from each of `n` first days on, the first of them `start`, (accounts, n)."""
        return (self.gained[:, start + days : start + days + n] - self.gained[:, start : start + n]) / days


@once
def _path(panel: Panel, counter: str) -> _Path:
    gains = gains_of(panel, counter).count
    unknown = np.isnan(gains)
    found = _Path(*(np.zeros((len(gains), gains.shape[1] + 1)) for _ in range(2)))
    np.cumsum(np.where(unknown, 0.0, gains), axis=1, out=found.gained[:, 1:])
    np.cumsum(unknown, axis=1, dtype=np.float64, out=found.unknown[:, 1:])
    return found


def _stretch_without(panel: Panel, companion: str) -> FloatArray:
    between, open_ended = np.log(_squares_of(panel, companion))
    found = np.maximum(between, ONE_EDGE * open_ended)
    enough = enough_gains(panel, "followers") * enough_gains(panel, companion)
    return np.asarray(0.5 * found * enough)


def _squares_of(panel: Panel, companion: str) -> FloatArray:
    """The squares of the highest ratios of stretches with two edges and with one, (2, n), at least 1."""
    noise = usual_step(panel, "followers") / EDGE + LEVEL_SHARE * _level(panel)
    other_noise = usual_step(panel, companion) / EDGE
    if (loops := fast()) is not None:
        gains = (interleaved_gains(panel, counter) for counter in ("followers", companion))
        both, limits = np.stack([noise, other_noise]), (OPEN, WEEKS, AFTER)
        found: FloatArray = loops.stretches(*gains, both, CUTS, OPEN_CUTS, COMPANION_SHARE, limits)
        return found
    own, other = _path(panel, "followers"), _path(panel, companion)
    known = other.unknown.shape[1] - 1 - other.unknown[:, -1]
    mean = np.maximum(other.gained[:, -1], 0.0) / np.maximum(known, 1.0)
    widths = (noise + 1.0)[:, None], (COMPANION_SHARE * mean + other_noise + 1.0)[:, None]
    return np.stack([_squares(own, other, *widths), _open_squares(own, other, *widths)])


def _squares(own: _Path, other: _Path, noise: FloatArray, other_noise: FloatArray) -> FloatArray:
    """The square of the highest ratio, (n,), at least 1."""
    # What the companion shared weighs half as much again, and ln is what takes long: so squares are compared.
    square = np.ones(len(noise))
    for days in STRETCHES:
        n = own.gained.shape[1] - days - 2 * EDGE
        if n < 1:
            break
        rise = _ratio(own, _cuts(days, PARTS), n, noise)
        shared = np.maximum(_ratio(other, _cuts(days, 1), n, other_noise), 1.0)
        rise *= rise
        shared *= shared * shared
        rise /= shared
        whole = days + 2 * EDGE
        for path in (own, other):
            rise[path.unknown[:, whole:] > path.unknown[:, :-whole]] = np.nan
        square = np.fmax(square, maximum(rise))
    return square


def _cuts(days: int, parts: int) -> list[int]:
    """Where the parts of a stretch begin, counted from the week before it, and where the last one ends."""
    return [EDGE + round(part * days / parts) for part in range(parts + 1)]


CUTS = np.array([_cuts(days, PARTS) for days in STRETCHES])


def _ratio(path: _Path, cuts: Sequence[int], n: int, noise: FloatArray) -> FloatArray:
    """Least part of each stretch over the larger of the weeks around it, (n accounts, n stretches)."""
    parts_of_each = (path.per_day(start, end - start, n) for start, end in pairwise(cuts))
    least = reduce(np.minimum, parts_of_each)
    around = np.maximum(path.per_day(0, EDGE, n), path.per_day(cuts[-1], EDGE, n))
    ratio: FloatArray = (np.maximum(least, 0.0) + noise) / (np.maximum(around, 0.0) + noise)
    return ratio


OPEN_CUTS = CUTS - EDGE - OPEN - np.array(STRETCHES)[:, None]
"""The same of stretches with one edge, the first of each length, counted from behind the end of the path."""


def _open_squares(own: _Path, other: _Path, noise: FloatArray, other_noise: FloatArray) -> FloatArray:
    """The square of the highest ratio among stretches that still ran in the last `OPEN` days, (n,), at least 1."""
    square = np.ones(len(noise))
    for relative in OPEN_CUTS:
        cuts = relative + own.gained.shape[1]
        first = cuts[0] - WEEKS * EDGE
        if first < 0:
            break
        rise = _open_ratio(own, cuts, noise)
        shared = np.maximum(_open_ratio(other, cuts[[0, -1]], other_noise), 1.0)
        rise *= rise
        shared *= shared * shared
        rise /= shared
        for path in (own, other):
            rise[path.unknown[:, -1:] > path.unknown[:, first : first + OPEN]] = np.nan
        square = np.fmax(square, maximum(rise))
    return square


def _open_ratio(path: _Path, cuts: NDArray[np.intp], noise: FloatArray) -> FloatArray:
    """Least part of stretches that end 6, 5, ... 0 days before the last over the weeks before, (n, `OPEN`)."""
    parts = (path.per_day(one, end - one, OPEN) for one, end in pairwise(cuts.tolist()))
    least = reduce(np.minimum, parts)
    weeks = (path.per_day(cuts[0] - EDGE * week, EDGE, OPEN) for week in range(1, WEEKS + 1))
    around = reduce(np.maximum, weeks)
    left = np.arange(OPEN - 1, -1, -1)
    after = (path.gained[:, -1:] - path.gained[:, cuts[-1] : cuts[-1] + OPEN]) / np.maximum(left, 1)
    around = np.where(left >= AFTER, np.maximum(around, after), around)
    ratio: FloatArray = (np.maximum(least, 0.0) + noise) / (np.maximum(around, 0.0) + noise)
    return ratio
