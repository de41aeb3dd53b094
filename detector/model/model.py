"""Model: all units of all platforms, and how they judge a panel. A pure function of each account's own data.

Units (an axis on a block of evidence) are looks that are combined by their p-values (`combine`), which never
depends on who else was scored.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.contract import AXES
from detector.model.evidence import Evidence, completed, gather
from detector.model.lessons import Heard, Lesson, hear
from detector.model.power import Power
from detector.model.unit import Pattern, RawScores, Unit, raw_scores
from detector.panel import FloatArray, Panel

__all__ = [
    "LOOKS",
    "WEIGHTS",
    "Judgement",
    "Model",
    "Platform",
    "Reading",
    "combine",
    "log_behind",
    "log_weight",
    "look_of",
    "may_judge",
    "weighed",
    "without_peers",
]

LOOKS = (
    ("followers", "counters"),
    ("followers", "history"),
    ("likes", "counters"),
    ("likes", "history"),
    ("automation", "counters"),
)
WEIGHTS = np.array([0.22, 0.4, 0.18, 0.8, 0.1])
"""How much of the alarm budget each look gets, relative to the others that are there: a history shows a purchase
that the counters of a single look hide, and hardly ever alarms by itself (docs/decisions/0003, 0025). A unit's own
`weight` multiplies it."""

UNJUDGED_SHARE = 0.10
"""Weight in the ranking `score` of an axis that may not carry a verdict: likes on a profile alone, no peers."""

WITHOUT_PEERS = 2.0
"""Surprise beyond which a look without peers says nothing more of an account that another look judges: what lies beyond
all others that were counted has a surprise by extrapolation alone (docs/decisions/0027)."""

NOT_ASKED = -1
"""Support of a look that may not carry a verdict: there is nothing to support."""

MIN_CALIBRATION = 20
"""Fewer calibration accounts than this: the unit gives a score, never a p-value."""


@dataclass(frozen=True, slots=True, repr=False)
class Platform:
    """The units of one platform, the number of reference accounts behind them, and what cases taught, richest first."""

    name: str
    units: tuple[Unit, ...]
    n_accounts: int
    lessons: tuple[Lesson, ...] = ()

    def __repr__(self) -> str:
        return f"Platform({self.name}: {self.n_accounts} accounts, {len(self.units)} units)"


@dataclass(frozen=True, slots=True, repr=False)
class Reading:
    """What one unit reads off the accounts `rows` (positions in the panel) that share one pattern.

    `evidence` holds what the pattern asks for.
    """

    unit: Unit
    pattern: int
    rows: NDArray[np.intp]
    evidence: Evidence
    raw: RawScores
    surprise: FloatArray
    support: NDArray[np.int8]
    cohort: NDArray[np.intp]
    judged: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, repr=False)
class Judgement:
    """All a model says of a panel; arrays are (n,), NaN or -1 where it says nothing.

    `axes` and `overall` are surprises (-log10 p) of the looks that may judge, `axis_scores` and `score` of all looks.
    `no_peers` marks accounts whose followers cannot be compared with anybody's though the counters are there.
    `leading` is the index into `readings` of the look with the smallest p-value, `place` the account's row in it.
    `heard` is what labelled cases changed: `overall` and `score` hold it already. None without cases.
    """

    axes: dict[str, FloatArray]
    axis_scores: dict[str, FloatArray]
    overall: FloatArray
    score: FloatArray
    readings: tuple[Reading, ...]
    leading: NDArray[np.intp]
    place: NDArray[np.intp]
    support: NDArray[np.int8]
    no_peers: NDArray[np.bool_]
    atoms: dict[str, NDArray[np.bool_]]
    heard: Heard | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Model:
    """A fitted model. `card` says on whom, from when, under which licence and for whom it is not.

    `power` says how often known inflation was called suspicious, None where that was not measured.
    """

    platforms: Mapping[str, Platform]
    card: Mapping[str, Any]
    version: str = field(default="")
    power: Power | None = None

    def __repr__(self) -> str:
        return f"Model({self.version or 'unsaved'}: {', '.join(map(repr, self.platforms.values()))})"

    def judge(self, panel: Panel, evidence: Evidence | None = None) -> Judgement:
        """Judges every account of a panel on its own; `evidence` saves computing it where several models judge."""
        asked = self._asked()
        evidence = gather(panel, asked) if evidence is None else completed(evidence, panel, asked)
        readings = [
            reading
            for name, platform in sorted(self.platforms.items())
            for unit in platform.units
            for reading in _read(unit, panel, evidence, panel.platform == name)
        ]
        found = _combine(panel, evidence, tuple(readings))
        taught = [
            (panel.platform == name, platform.units, platform.lessons)
            for name, platform in sorted(self.platforms.items())
            if platform.lessons
        ]
        if not taught:
            return found
        heard = hear(evidence, taught, found.overall, found.score)
        return replace(found, overall=heard.overall, score=heard.score, heard=heard)

    def _asked(self) -> dict[str, set[str]]:
        """Signals and quantities that a platform's units and lessons read: nothing else is computed of its accounts."""
        return {
            name: {
                one
                for unit in platform.units
                for pattern in unit.patterns
                for one in (*(signal for signal, _ in pattern.pairs), *_quantities(pattern))
            }
            | {
                one
                for lesson in platform.lessons
                for column in lesson.columns
                for one in (column.name, *column.given, "followers")
            }
            for name, platform in self.platforms.items()
        }


def combine(surprise: FloatArray, weights: FloatArray) -> FloatArray:
    """Several looks' surprises (-log10 p) as one: the chance that any look is as odd, for its weight, as the oddest.

    Weighted Sidak: with q the smallest p / weight over the known looks, weights summing to 1, the combined p-value is
    1 - product of (1 - weight * q). Independent looks give exact p-values, looks that agree give cautious ones.

    Parameters
    ----------
    surprise : (n, looks), NaN where a look says nothing
    weights : (looks,) or, where accounts differ, (n, looks), positive

    Returns
    -------
    (n,), NaN where no look says anything.

    >>> combine(np.array([[2.0, np.nan], [2.0, 0.1]]), np.array([0.5, 0.5])).round(3)
    array([2.   , 1.701])
    """
    known = ~np.isnan(surprise)
    share = np.where(known, weights, 0.0)
    total = np.sum(share, axis=1)
    share = share / np.where(total > 0, total, 1.0)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        odd = np.max(np.where(known, surprise + np.log10(share), -np.inf), axis=1)  # -log10 q
        q = np.power(10.0, -np.clip(odd, -2.0, 15.0))
        terms = np.log1p(-np.minimum(share * q[:, None], 1.0 - 1e-12))
        p = -np.expm1(np.sum(np.where(known, terms, 0.0), axis=1))
        near = np.maximum(-np.log10(p), 0.0)
    return np.where(total > 0, np.where(odd > 12.0, odd, near), np.nan)


def look_of(unit: Unit) -> int:
    """Index into `LOOKS`."""
    return LOOKS.index((unit.axis, unit.block))


def log_weight(unit: Unit) -> float:
    """log10 of what a unit's look weighs beside others."""
    return float(np.log10(WEIGHTS[look_of(unit)] * unit.weight))


def log_behind(weight: FloatArray) -> FloatArray:
    """log10 of the weight in the ranking of an axis that may not carry a verdict, by its units' own weight."""
    return np.log10(np.minimum(UNJUDGED_SHARE * weight, 1.0))


def weighed(readings: Iterable[tuple[Unit, NDArray[np.intp] | slice]], n: int) -> FloatArray:
    """The units' own weights by account and look, (n, looks); 1 where no unit reads the account."""
    weight = np.ones((n, len(LOOKS)))
    for unit, rows in readings:
        weight[rows, look_of(unit)] = unit.weight
    return weight


def without_peers(surprise: FloatArray) -> FloatArray:
    """What a surprise without peers counts in the ranking: in the same order, and below `WITHOUT_PEERS`."""
    return surprise * WITHOUT_PEERS / (surprise + WITHOUT_PEERS)


def may_judge(unit: Unit, panel: Panel, evidence: Evidence) -> NDArray[np.bool_]:
    """Whether a unit may carry a verdict for each account, whatever its score (DESIGN 4.5), bool (n,).

    Followers need likes, views or a history (given by their signals) and an account with posts that is not
    private. Likes need recent posts or a history: on a profile alone a hit shown to strangers looks the same.
    Automation needs followers, following and one field of the profile.
    """
    atoms = evidence.atoms
    posts, private = panel.profile["posts"], panel.profile["private"]
    active: NDArray[np.bool_] = ~(posts == 0) & ~(private == 1)
    if unit.axis == "automation":
        fields = ("bio_length", "handle_digits", "has_picture", "has_link")
        some: NDArray[np.bool_] = np.logical_or.reduce([atoms[name] for name in fields])
        return atoms["followers"] & atoms["following"] & some
    if unit.axis == "likes" and unit.block == "counters":
        return np.logical_and(active, atoms["post.likes"])
    return active


def _read(unit: Unit, panel: Panel, evidence: Evidence, mine: NDArray[np.bool_]) -> list[Reading]:
    pattern_of = np.where(mine, unit.pattern_of(evidence.atoms, evidence.n), -1)
    allowed = may_judge(unit, panel, evidence)
    readings = []
    for index in sorted(set(pattern_of.tolist()) - {-1}):
        pattern = unit.patterns[index]
        rows = np.flatnonzero(pattern_of == index)
        own = evidence.take(rows, [name for name, _ in pattern.pairs], _quantities(pattern))
        raw = raw_scores(own, pattern.pairs, unit.peers, unit.forest, unit.forest_tail)
        followers = own.quantities["followers"]
        size = np.where(np.isnan(followers), 0.0, np.expm1(followers))
        cohort = np.clip(np.searchsorted([c.low for c in pattern.cohorts], size, side="right") - 1, 0, None)
        surprise = np.full(len(rows), np.nan)
        for number, band in enumerate(pattern.cohorts):
            in_band = cohort == number
            surprise[in_band] = band.tail.read(raw.total[in_band])
        support = np.full(len(rows), 2, dtype=np.int8)
        for span in pattern.ranges:
            support = np.minimum(support, span.support(own.quantities[span.quantity]))
        enough = np.array([band.tail.n >= MIN_CALIBRATION for band in pattern.cohorts])[cohort]
        support[~allowed[rows]] = NOT_ASKED
        judged = (support > 0) & enough & ~np.isnan(surprise)
        readings.append(Reading(unit, index, rows, own, raw, surprise, support, cohort, judged))
    return readings


def _quantities(pattern: Pattern) -> list[str]:
    """What is asked of the accounts that share a pattern: what peers are told, support, and the size."""
    given = [name for _, names in pattern.pairs for name in names]
    return list(dict.fromkeys([*given, *(span.quantity for span in pattern.ranges), "followers"]))


def _combine(panel: Panel, evidence: Evidence, readings: tuple[Reading, ...]) -> Judgement:
    n = len(panel)
    judged, ranked = np.full((n, len(LOOKS)), np.nan), np.full((n, len(LOOKS)), np.nan)
    leading, place = np.full(n, -1, dtype=np.intp), np.full(n, -1, dtype=np.intp)
    best, support = np.full(n, -np.inf), np.full(n, -1, dtype=np.int8)
    lacking, peerless = np.zeros(n, dtype=bool), np.zeros((n, len(LOOKS)), dtype=bool)
    for number, reading in enumerate(readings):
        look = look_of(reading.unit)
        rows, may = reading.rows, reading.judged
        ranked[rows, look], peerless[rows, look] = reading.surprise, reading.support == 0
        judged[rows[may], look] = reading.surprise[may]
        if (reading.unit.axis, reading.unit.block) == LOOKS[0]:
            lacking[rows] |= reading.support == 0
        inside = rows[may]
        support[inside] = np.where(
            support[inside] < 0, reading.support[may], np.minimum(support[inside], reading.support[may])
        )
        odd = reading.surprise + log_weight(reading.unit)
        leads = may & (odd > best[rows])
        best[rows[leads]] = odd[leads]
        leading[rows[leads]], place[rows[leads]] = number, np.flatnonzero(leads)
    of = {axis: [look for look, (name, _) in enumerate(LOOKS) if name == axis] for axis in AXES}
    own = weighed(((reading.unit, reading.rows) for reading in readings), n)
    weights = WEIGHTS * own
    axes = {axis: combine(judged[:, looks], weights[:, looks]) for axis, looks in of.items()}
    scores = {axis: combine(ranked[:, looks], weights[:, looks]) for axis, looks in of.items()}
    overall = combine(judged, weights)
    score = overall
    peerless &= ~np.isnan(overall)[:, None]
    peerless[:, of["automation"]] = False  # many labelled accounts are of unusual size
    behind_all = scores
    if peerless.any():
        ranked[peerless] = without_peers(ranked[peerless])
        behind_all = {axis: combine(ranked[:, looks], weights[:, looks]) for axis, looks in of.items()}
    for axis in AXES:
        # What may not carry a verdict still ranks, from further back; how bot-like an account of unusual size looks
        # ranks in full where nothing else is known of it.
        alone = np.isnan(overall) & (axis == "automation")
        behind = np.where(alone, 0.0, log_behind(own[:, of[axis]].max(axis=1)))
        aside = np.where(np.isnan(axes[axis]), behind_all[axis] + behind, np.nan)
        score = np.fmax(score, aside)
    return Judgement(axes, scores, overall, score, readings, leading, place, support, lacking, evidence.atoms)
