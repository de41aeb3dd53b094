"""The inflated amount, where a row tells one, and what it would change on a price.

The latter comes from peers' expectation and from the marked days: what a price by the shown counter would come to if
peers' counters, or the account's own usual days, were the measure; each with how wide that is.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from detector.explain import Band, Days
from detector.outputs import words
from detector.outputs.html.phrases import axis_p
from detector.scoring import UNUSUAL

__all__ = ["price_lines"]

NOTHING = "Nothing here gives a reason to reckon with other counters than those shown."
UNKNOWN = "How much is inflated cannot be said from these data, so neither can what it would change."
SMALL = 0.05
"""A share of the counter below which it changes no price."""


@dataclass(frozen=True, slots=True)
class _Counted:
    """A shown counter, and what is carried by something."""

    shown: float
    carried: float

    @property
    def times(self) -> float:
        return self.shown / max(self.carried, 1.0)

    @property
    def of_thousand(self) -> float:
        return 1000.0 * min(self.carried / self.shown, 1.0)


def price_lines(row: dict[str, Any], band: Band | None, days: Days | None, likes: float) -> tuple[str, ...]:
    """Sentences on the price, for the axes that stand out.

    Parameters
    ----------
    row : a row of the result
    band, days : what was drawn of the account, if anything
    likes : lifetime likes shown, NaN where unknown
    """
    if row["level"] == "insufficient_data":
        return (UNKNOWN,)
    odd = [axis for axis in ("followers", "likes") if (p := axis_p(row, axis)) is not None and p <= UNUSUAL]
    if row["level"] == "ordinary" or not odd:
        return (NOTHING,)
    lines = words.amounts(row)
    if "followers" in odd and band is not None:
        lines += _by_peers(band)
    if days is not None:
        shown = {"followers": float("nan") if band is None else band.followers, "likes": likes}
        shown["followers"] = _latest(row, shown["followers"])
        for axis in odd:
            lines += _by_days(days, axis, shown[axis])
    return tuple(lines) or (UNKNOWN,)


def _latest(row: dict[str, Any], followers: float) -> float:
    if np.isnan(followers) and row["followers_expected"] and row["followers_excess"]:
        return float(row["followers_expected"] * row["followers_excess"])
    return followers


def _by_peers(band: Band) -> list[str]:
    if band.followers <= band.here[0.25]:
        return []
    counted = _Counted(band.followers, band.expected)
    low, high = (_Counted(band.followers, band.here[share]) for share in (0.75, 0.25))
    expected, least, most, rare = map(
        words.about, (band.expected, *(band.here[s] for s in (0.75, 0.25, 0.05)))
    )
    of_thousand = [words.about(one.of_thousand) for one in (counted, low, high)]
    return [
        f"By followers: peers with the same counters have about {expected} followers, half of them {least} to {most}, "
        f"1 in 20 more than {rare}; this account shows {band.followers:,.0f}. Reckoned on what peers have, a price per "
        f"follower comes to {_times(counted)} the price asked ({_plain(high)} to {_plain(low)} by the middle half): of "
        f"each 1,000 paid, about {of_thousand[0]} ({of_thousand[1]} to {of_thousand[2]}) pay for followers that such "
        "likes and views go with."
    ]


def _by_days(days: Days, axis: str, shown: float) -> list[str]:
    came = sum(span.excess for span in days.spans if span.axis == axis and span.excess > 0)
    lost = _lost_since(days, axis, came)
    left = max(came - lost, 0.0)
    if np.isnan(shown) or shown <= 0 or left < SMALL * shown:
        return []
    counted = _Counted(shown, max(shown - left, 0.0))
    gone = f", {lost:,.0f} were lost since, so {left:,.0f} are left" if lost else ""
    said = f"By what is still there: the marked days brought {came:,.0f} {axis} beyond usual days{gone}"
    if counted.carried < 0.05 * shown:
        return [
            f"{said}; nearly all of the {shown:,.0f} shown. A price by {axis} has nothing else to rest on."
        ]
    return [
        f"{said}; that is {left / shown:.0%} of the {shown:,.0f} shown. Without these a price per "
        f"{axis.removesuffix('s')} comes to {_times(counted)} the price asked: of each 1,000 paid, about "
        f"{words.about(1000.0 - counted.of_thousand)} pay for what came on these days. An upper end: some of it may be "
        "honest."
    ]


def _lost_since(days: Days, axis: str, came: float) -> float:
    """Losses since the first marked day, 0 where they are small: what came may be gone again."""
    start = min((span.start for span in days.spans if span.axis == axis), default=0)
    losses = -float(np.sum(np.minimum(np.nan_to_num(days.gains[axis][start:]), 0.0)))
    return losses if losses > 0.1 * came else 0.0


def _plain(counted: _Counted) -> str:
    return f"{words.about(counted.times)}"


def _times(counted: _Counted) -> str:
    return f"{words.about(counted.times)} times"
