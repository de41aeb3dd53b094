"""Amounts: how many followers or likes of an account that stands out are inflated, as an interval. Else nothing.

Two rulers, and the one by which the account is odder is taken:

peers  what peers with the same likes, views and posts have. The account's own followers without the inflation are
       somewhere among theirs, below what it shows; the interval is what is left above 95 % and above 5 % of these.
days   what came on the odd days beyond the account's usual days; the interval, beyond 95 % and beyond 5 % of these.

Likes have the days alone: likes that a hit brought from strangers look the same to peers (docs/decisions/0018).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.model.model import Judgement, Reading, log_weight
from detector.model.peers import deviation_at
from detector.panel import FloatArray, Panel
from detector.signals.gains import daily_gains, shown_steps
from detector.signals.stats import mad, median, quantile

__all__ = ["COUNTERS", "NARROW", "WIDE", "Amounts", "inflated_amounts"]

COUNTERS = ("followers", "likes")
SIGNAL = "followers_beyond_engagement"

NARROW, WIDE = 0.95, 0.05
"""Shares of honest accounts, or days, below the ends of the interval."""

ODD = float(np.log10(20.0))
"""Surprise from which on a look has something to explain: 1 in 20, where `unusual` starts."""

MILD = 1.5
"""Spreads above the usual day that a day must bring to belong to a stretch of odd ones."""

QUIET = 0.1
"""Days of the stretch that brought less than this share of its best day are surely no part: a hit comes with a tail."""

LIKELY = {"followers": 0.3, "likes": 0.5}
SURE = {"followers": 0.5, "likes": 0.9}
"""The same share for days that likely are a part, and that surely are: for the amount, and for the lower end. Likes
come in hits, so that fewer days count for sure (docs/decisions/0018)."""

LATER = 2
"""Days after the odd ones in which what was ordered may still arrive."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """Of one counter, each (n,), NaN where nothing can be said: the amount, and the ends of its interval.

    `by` names the ruler, `peers` or `days`, None where nothing is said.
    """

    low: FloatArray
    middle: FloatArray
    high: FloatArray
    by: NDArray[np.object_]

    @classmethod
    def unknown(cls, n: int) -> "Amounts":
        """Nothing said of `n` accounts."""
        low, middle, high = (np.full(n, np.nan) for _ in range(3))
        return cls(low, middle, high, np.full(n, None, dtype=object))


def inflated_amounts(
    panel: Panel, judgement: Judgement, wanted: NDArray[np.bool_], axis_p: dict[str, FloatArray], limit: float
) -> dict[str, Amounts]:
    """Inflated followers and likes of the accounts `wanted` (n,) whose axis is as odd as `limit` by itself."""
    found = {}
    for counter in COUNTERS:
        out = Amounts.unknown(len(panel))
        with np.errstate(invalid="ignore"):
            odd = wanted & (axis_p[counter] <= limit)
        best = np.full(len(panel), -np.inf)
        for reading in judgement.readings:
            if reading.unit.axis != counter or (counter == "likes" and reading.unit.block == "counters"):
                continue
            weight = log_weight(reading.unit)
            with np.errstate(invalid="ignore"):
                mine = odd[reading.rows] & reading.judged & (reading.surprise >= ODD)
                mine &= reading.surprise + weight > best[reading.rows]
            places = np.flatnonzero(mine)
            if not len(places):
                continue
            rows = reading.rows[places]
            best[rows] = reading.surprise[places] + weight
            ends = (
                _by_peers(reading, places)
                if reading.unit.block == "counters"
                else _by_days(panel.part(rows), counter)
            )
            for name, values in zip(("low", "middle", "high"), ends, strict=True):
                getattr(out, name)[rows] = values
            out.by[rows] = None
            out.by[rows[~np.isnan(ends[0])]] = "peers" if reading.unit.block == "counters" else "days"
        found[counter] = out
    return found


Ends = tuple[FloatArray, FloatArray, FloatArray]


def _by_peers(reading: Reading, places: NDArray[np.intp]) -> Ends:
    """What is left above peers' followers, of the accounts at `places` of a reading."""
    pair = next((pair for pair in reading.unit.patterns[reading.pattern].pairs if pair[0] == SIGNAL), None)
    if pair is None:
        return _nothing(len(places))
    peer = reading.unit.peers[pair]
    shown = reading.evidence.signals[SIGNAL][places]
    own = {name: reading.evidence.quantities[name][places] for name in peer.given}
    middle, spread = peer.ends(own, len(places))
    # Honest peers have less than is shown here: of their distribution, what lies below.
    above = np.power(10.0, -peer.tail.read((shown - middle) / spread))
    left = [
        np.expm1(shown) - np.expm1(middle + spread * deviation_at(peer, above + (1 - above) * share))
        for share in (1 - NARROW, 0.5, 1 - WIDE)
    ]
    low, amount, high = (np.clip(np.round(one), 0.0, np.round(np.expm1(shown))) for one in left)
    return _told(low, amount, high)


def _by_days(panel: Panel, counter: str) -> Ends:
    """What came on the stretch of days that brought most beyond usual ones."""
    values = getattr(panel.history, counter)
    gains = daily_gains(values, shown_steps(panel, counter))
    known = ~np.isnan(gains.count)
    usual, step = median(gains.count), median(gains.step)
    spread = mad(gains.count) + step
    start, end = _best_stretch(np.where(known, gains.count - (usual + MILD * spread)[:, None], 0.0))
    beyond = np.where(known, gains.count - usual[:, None], 0.0)
    place = np.arange(values.shape[1])
    inside = (place >= start[:, None]) & (place <= end[:, None]) & known
    best = np.max(np.where(inside, beyond, 0.0), axis=1)[:, None]
    sure, likely, all_ = (
        inside & (beyond >= share * best) for share in (SURE[counter], LIKELY[counter], QUIET)
    )
    others = np.where(inside, np.nan, gains.count)
    few, many = quantile(others, WIDE), np.maximum(quantile(others, NARROW), 0.0)
    late = np.where(_soon_after(all_) & ~all_, np.maximum(beyond, 0.0), 0.0)

    def came(days: NDArray[np.bool_], each: FloatArray) -> FloatArray:
        """What came on some days, beyond what each of them brings anyway."""
        total: FloatArray = np.where(days, gains.count - each[:, None], 0.0).sum(axis=1)
        return total

    low, high = came(sure, many) - step, came(all_, np.minimum(few, usual)) + late.sum(axis=1) + step
    # Losses since may be of what came then, so that days are never taken to bring less than none.
    amount = came(likely, np.maximum(usual, 0.0))
    silent = (known.sum(axis=1) < 2 * all_.sum(axis=1)) | (end < 0) | (low <= 0)
    return _told(*(np.where(silent, np.nan, np.round(one)) for one in (low, amount, high)))


def _best_stretch(excess: FloatArray) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """First and last column of the stretch with the largest sum of each row (n, days), as Kadane finds it."""
    n, days = excess.shape
    total, best = np.zeros(n), np.full(n, -np.inf)
    begin = np.zeros(n, dtype=np.intp)
    start, end = np.zeros(n, dtype=np.intp), np.full(n, -1, dtype=np.intp)
    for day in range(days):
        anew = total <= 0
        begin = np.where(anew, day, begin)
        total = np.where(anew, excess[:, day], total + excess[:, day])
        better = (total > best) & (total > 0)
        best = np.where(better, total, best)
        start, end = np.where(better, begin, start), np.where(better, day, end)
    return start, end


def _soon_after(loud: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Days up to `LATER` after a loud one."""
    found = np.zeros_like(loud)
    for back in range(1, LATER + 1):
        found[:, back:] |= loud[:, :-back]
    return found


def _nothing(n: int) -> Ends:
    return (np.full(n, np.nan),) * 3


def _told(low: FloatArray, amount: FloatArray, high: FloatArray) -> Ends:
    """In order, and said of those of whom there is something to say."""
    with np.errstate(invalid="ignore"):
        sound = (amount >= 1.0) & np.isfinite(low) & np.isfinite(high)
        ends = np.minimum(low, amount), amount, np.maximum(high, amount)
    return tuple(np.where(sound, one, np.nan) for one in ends)  # type: ignore[return-value]
