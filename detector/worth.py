"""Worth: which inflation the evidence would have shown, so that a clean bill says how much it is worth.

Looked up in what was measured of the model (`detector.model.power`): never reckoned from the account itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from detector.contract import LEVELS
from detector.model.power import BANDS, Caught, Power
from detector.panel import FloatArray

__all__ = ["HARDLY", "HEADLINES", "Headline", "Worth", "in_ten", "shows", "worth_of"]

INSUFFICIENT = LEVELS[-1]
HALF, HARDLY = 0.5, 0.05


@dataclass(frozen=True, slots=True)
class Headline:
    """A way to inflate that is told in a sentence: at a large and a small dose, in words that take the dose."""

    way: str
    large: float
    small: float
    words: str


HEADLINES = (
    Headline("follower_package", 0.25, 0.05, "{dose} more followers in a day"),
    Headline("hollow_followers", 10.0, 3.0, "followers inflated to {dose} times their number long ago"),
    Headline("lifetime_like_spike", 0.3, 0.03, "{dose} more likes in a day"),
    Headline("likes_on_all_posts", 10.0, 3.0, "{dose} times the likes on all posts"),
)

DETECTABLE: Mapping[str, tuple[str, ...]] = {
    "followers": ("follower_package", "hollow_followers"),
    "likes": ("lifetime_like_spike", "likes_on_all_posts"),
}
"""By axis, the ways by which the smallest dose is told that half of the accounts are caught at: the first of them that
needs no evidence which is not there."""

ANY_EVIDENCE = ("hollow_followers",)
BY_POSTS = ("like_subscription", "likes_on_chosen_posts", "likes_on_all_posts", "likes_with_views")
"""Ways that counters as they stand can show, and those that posts can; all others take a history."""

NOTHING_JUDGED = "Nothing was judged, so nothing speaks for this account either."


@dataclass(frozen=True, slots=True)
class Worth:
    """Per account, all of length n: a sentence (None where nothing was measured), and for followers and likes the
    smallest dose, as a share of what was there before, that at least half of such accounts are caught at (NaN = none).
    """

    text: list[str | None]
    detectable: dict[str, FloatArray]


@dataclass(slots=True)
class _Told:
    """What is said of accounts of one platform, evidence, size and kind of level; looked up once for all of them."""

    power: Power
    texts: dict[tuple[str, str, int, bool, bool], str] = field(default_factory=dict)
    doses: dict[tuple[str, str, int], tuple[float, ...]] = field(default_factory=dict)

    def text(self, platform: str, evidence: str, band: int, judged: bool, ordinary: bool) -> str:
        key = (platform, evidence, band, judged, ordinary)
        if key not in self.texts:
            self.texts[key] = _sentence(self.power, *key)
        return self.texts[key]

    def detectable(self, platform: str, evidence: str, band: int) -> tuple[float, ...]:
        key = (platform, evidence, band)
        if key not in self.doses:
            rows = self.power.of(platform, evidence, _followers(band))
            self.doses[key] = tuple(_smallest(self.power, rows, evidence, axis) for axis in DETECTABLE)
        return self.doses[key]


def worth_of(
    power: Power | None,
    platform: NDArray[np.object_],
    evidence: NDArray[np.object_],
    followers: FloatArray,
    level: NDArray[np.object_],
) -> Worth:
    """What each account's evidence would have shown; all arguments but the first are (n,)."""
    n = len(platform)
    if power is None:
        return Worth([None] * n, {axis: np.full(n, np.nan) for axis in DETECTABLE})
    told, band = _Told(power), bands_of(followers).tolist()
    texts: list[str | None] = []
    doses = np.full((n, len(DETECTABLE)), np.nan)
    rows = zip(platform.tolist(), evidence.tolist(), band, level.tolist(), strict=True)
    for row, (name, seen, size, said) in enumerate(rows):
        judged = said != INSUFFICIENT
        texts.append(told.text(name, seen, size, judged, said == LEVELS[0]))
        if judged:
            doses[row] = told.detectable(name, seen, size)
    return Worth(texts, {axis: doses[:, place] for place, axis in enumerate(DETECTABLE)})


def shows(way: str, evidence: str) -> bool:
    """Whether a kind of evidence holds what a way to inflate leaves behind: without, there is nothing to ask."""
    if way in ANY_EVIDENCE:
        return True
    return ("posts" if way in BY_POSTS else "history") in evidence.split("+")


def bands_of(followers: FloatArray) -> NDArray[np.intp]:
    """Number of each account's size in `BANDS`, (n,), -1 where followers are not known."""
    known = np.nan_to_num(followers, nan=-1.0)
    return np.searchsorted([low for low, _ in BANDS], known, side="right") - 1


def _followers(band: int) -> float:
    return BANDS[band][0] if band >= 0 else float("nan")


def _sentence(power: Power, platform: str, evidence: str, band: int, judged: bool, ordinary: bool) -> str:
    if not judged:
        known = power.evidences(platform)
        said = _listed(power, power.of(platform, known[-1], float("nan")), known[-1]) if known else ""
        return f"{NOTHING_JUDGED} With {known[-1].replace('+', ', ')}, {said}" if said else NOTHING_JUDGED
    said = _listed(power, power.of(platform, evidence, _followers(band)), evidence)
    if not said:
        return "What such evidence would show of inflation was not measured."
    return f"{'No sign is worth this much' if ordinary else 'What such evidence shows'}: {said}"


def _listed(power: Power, rows: tuple[Caught, ...], evidence: str) -> str:
    told = [(one, at) for one in HEADLINES if one.large in (at := _doses(rows, one, evidence))]
    if not told:
        return ""
    first, *others = (_caught(headline, at, power.ways[headline.way].unit) for headline, at in told)
    parts = ", ".join([first.replace(" with ", " are called suspicious with ", 1), *others])
    on = sorted({power.populations[at[headline.large].on] for headline, at in told})
    return f"of such accounts {parts}. Counted on {'; '.join(on)}."


def _doses(rows: tuple[Caught, ...], headline: Headline, evidence: str) -> dict[float, Caught]:
    if not shows(headline.way, evidence):
        return {}
    return {row.dose: row for row in rows if row.way == headline.way}


def _caught(headline: Headline, at: Mapping[float, Caught], unit: str) -> str:
    """How often one way is caught: 9 in 10 with 25 % more followers in a day (1 in 10 with 5 %)."""
    large, small = at[headline.large], at.get(headline.small)
    said = f"{in_ten(large.share)} with {headline.words.format(dose=_dose(headline.large, unit))}"
    if small is None or in_ten(small.share) == in_ten(large.share):
        return said
    times = " times" if unit == "times" else ""
    return f"{said} ({in_ten(small.share)} with {_dose(headline.small, unit)}{times})"


def _dose(dose: float, unit: str) -> str:
    return f"{dose:g}" if unit == "times" else f"{100 * dose:g} %"


def in_ten(share: float) -> str:
    """A share as people count.

    >>> in_ten(0.93), in_ten(0.12), in_ten(0.02), in_ten(0.97)
    ('9 in 10', '1 in 10', 'hardly any', 'nearly all')
    """
    if share < HARDLY:
        return "hardly any"
    return "nearly all" if share > 1.0 - HARDLY else f"{min(max(int(share * 10 + 0.5), 1), 9)} in 10"


def _smallest(power: Power, rows: tuple[Caught, ...], evidence: str, axis: str) -> float:
    """The smallest dose that half are caught at, as a share of what was there before; NaN where there is none."""
    way = next((one for one in DETECTABLE[axis] if shows(one, evidence)), None)
    caught = [row.dose for row in rows if row.way == way and row.share >= HALF]
    if way is None or not caught:
        return float("nan")
    return min(caught) - (1.0 if power.ways[way].unit == "times" else 0.0)
