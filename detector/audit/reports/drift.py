"""Drift: whether a night's accounts lie beside the model's reference as the model promises, and what to do if not.

A test of significance would cry every night: among a million accounts no difference is too small to be sure of. So
the size of a difference decides, and chance only keeps small populations quiet. Limits were set by measuring, see
docs/auditing.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.audit.reports.drift_words import warnings_of
from detector.audit.reports.finding import STABILITY_LIMIT, Finding, What
from detector.audit.reports.promise import ORDINARY_BINS, promised_levels, promised_shares
from detector.audit.reports.tally import EDGES, MEDIAN, TOP_SHARE, Tally
from detector.contract import LEVELS
from detector.model.model import Model
from detector.model.unit import FOREST
from detector.outputs.summary import SUSPICIOUS_P
from detector.outputs.words import roughly

__all__ = [
    "Drift",
    "cohens_h",
    "drift",
    "population_stability",
]

LEAST = 100
"""Fewer accounts never drift."""

CHANCE = 31.3
"""Chance adds more than CHANCE / n once in a thousand times: n x the index is chi-squared with 11 degrees."""

SHARE_LIMIT = 0.3
"""Of Cohen's h for the share of accounts above the peers' median or in their top 5 %; 0.2 is small, 0.5 medium."""

LEVEL_LIMIT = 2.5
"""Times as many suspicious accounts as promised, or as few."""

UNJUDGED_LIMIT = 0.1
"""More accounts than promised, as a share of all, that have no peers or cannot be judged."""

SURE = 4.0
"""Standard deviations of chance that a share must lie away from what is promised."""


@dataclass(frozen=True, slots=True)
class Drift:
    """All findings, what to tell a person, and what chance alone would flag.

    `expected_by_chance` is the number of false alarms to be expected among the `scored` accounts if all were
    ordinary.
    """

    findings: tuple[Finding, ...]
    warnings: tuple[str, ...]
    scored: int
    suspicious: int
    expected_by_chance: float

    @property
    def expectation(self) -> str:
        """What chance would flag, in a sentence."""
        return (
            f"Expect about {roughly(self.expected_by_chance)} false alarms among {self.scored:,} judged accounts; "
            f"{self.suspicious:,} are suspicious."
        )

    @property
    def too_few(self) -> bool:
        """Whether no finding could have been a drift, for want of accounts: then silence is no good news."""
        return not any(one.drifted or one.n >= LEAST for one in self.findings)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "warnings": list(self.warnings),
            "scored": self.scored,
            "suspicious": self.suspicious,
            "expected_by_chance": self.expected_by_chance,
            "findings": [one.as_dict() for one in self.findings],
        }


def drift(tally: Tally, model: Model) -> Drift:
    """Hold a tally against the model that judged it.

    >>> drift(Tally(), Model({}, {})).warnings
    ()
    """
    findings = tuple(finding for platform in tally.platforms() for finding in _find(tally, model, platform))
    levels = {level: tally.total("level", level) for level in LEVELS}
    scored = sum(levels.values()) - levels["insufficient_data"]
    return Drift(
        findings=findings,
        warnings=tuple(warnings_of(findings)),
        scored=scored,
        suspicious=levels["suspicious"],
        expected_by_chance=round(SUSPICIOUS_P * scored, 2),
    )


def population_stability(counts: NDArray[np.int64], shares: NDArray[np.float64]) -> float:
    """The population stability index: sum of (found - promised) x ln(found / promised) over the bins, 0 for equals.

    Half an account is added to each bin, so that an empty one is no infinity.

    >>> even = np.array([0.5, 0.5])
    >>> [round(population_stability(np.array(counts), even), 2) for counts in ([50, 50], [80, 20])]
    [0.0, 0.41]
    """
    found = (counts + 0.5) / (counts.sum() + 0.5 * len(counts))
    return float(np.sum((found - shares) * np.log(found / shares)))


def cohens_h(found: float, promised: float) -> float:
    """The difference of two shares on the arcsine scale, where it is as easy to see at 5 % as at 50 %.

    >>> round(cohens_h(0.65, 0.5), 2), round(cohens_h(0.127, 0.05), 2)
    (0.3, 0.28)
    """
    return float(2 * np.arcsin(np.sqrt(found)) - 2 * np.arcsin(np.sqrt(promised)))


def _find(tally: Tally, model: Model, platform: str) -> Iterator[Finding]:
    n = tally.of(platform, "accounts")["all"]
    if platform not in model.platforms:
        yield Finding(platform, "platform", platform, n, 1.0, 0.0, 0.0, 1.0, drifted=True)
        return
    yield from _judged(tally, model, platform, n)
    for kind in tally.kinds(platform):
        head, _, look = kind.partition(" ")
        if head == "look":
            counts = tally.of(platform, kind)
            bins = np.array([counts.get(f"{i:02}", 0) for i in range(len(EDGES) - 1)])
            if bins.sum() >= LEAST:
                yield _look(platform, look, bins)
    yield from _signals(tally, model, platform, "above the median", "above", MEDIAN)
    yield from _signals(tally, model, platform, "top 5 %", "top", TOP_SHARE)


def _judged(tally: Tally, model: Model, platform: str, n: int) -> Iterator[Finding]:
    """How many have no peers, how many no data, and how many of the others are suspicious."""
    judged, suspicious = promised_levels(model, platform)
    levels, unjudged = tally.of(platform, "level"), tally.of(platform, "unjudged")
    whats: tuple[What, ...] = ("no peers", "no data")
    for what in whats:
        share, promised = unjudged.get(what, 0) / n, 1.0 - judged
        drifted = share - promised > UNJUDGED_LIMIT and n >= LEAST
        yield Finding(platform, what, platform, n, share, 0.0, promised, share - promised, drifted)
    scored = n - levels.get("insufficient_data", 0)
    if scored:
        share = levels.get("suspicious", 0) / scored
        ratio = share / suspicious if suspicious else 1.0
        apart = ratio > LEVEL_LIMIT or ratio < 1 / LEVEL_LIMIT
        drifted = apart and scored >= LEAST and _beyond_chance(share, suspicious, scored)
        yield Finding(platform, "level", "suspicious", scored, share, suspicious, suspicious, ratio, drifted)


def _look(platform: str, look: str, bins: NDArray[np.int64]) -> Finding:
    n = int(bins.sum())
    effect = population_stability(bins, ORDINARY_BINS)
    middles = (np.array(EDGES[1:]) + np.array(EDGES[:-1])) / 2
    mean = float(np.sum(middles * bins) / n)
    return Finding(
        platform, "p-values", look, n, mean, 0.5, 0.5, effect, effect > STABILITY_LIMIT + CHANCE / n
    )


def _signals(
    tally: Tally, model: Model, platform: str, what: What, counted: str, share: float
) -> Iterator[Finding]:
    promised = promised_shares(model, platform, share)
    # One signal may be expected from more or fewer quantities: what is promised is weighed by who was judged by which.
    sums: dict[str, NDArray[np.float64]] = {}
    for kind in tally.kinds(platform):
        head, _, look = kind.partition(" ")
        for pair, n in tally.of(platform, kind).items() if head == "judged" else ():
            if pair == FOREST or (look, pair) not in promised:
                continue
            low, high = promised[look, pair]
            hits = tally.of(platform, f"{counted} {look}").get(pair, 0)
            signal = pair.partition("(")[0]
            sums[signal] = sums.get(signal, np.zeros(4)) + np.array([n, hits, n * low, n * high])
    for signal, (n, hits, low, high) in sums.items():
        if n >= LEAST:
            yield _share(platform, what, signal, int(n), hits / n, low / n, high / n)


def _share(platform: str, what: What, name: str, n: int, found: float, low: float, high: float) -> Finding:
    nearest = min(max(found, low), high)
    effect = cohens_h(found, nearest)
    drifted = abs(effect) > SHARE_LIMIT and _beyond_chance(found, nearest, n)
    return Finding(platform, what, name, n, float(found), float(low), float(high), effect, drifted)


def _beyond_chance(found: float, promised: float, n: int) -> bool:
    return bool(abs(found - promised) * n > SURE * max(np.sqrt(n * promised * (1 - promised)), 1.0))
