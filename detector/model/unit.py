"""Unit: one axis judged on one block of evidence, for one platform. Signals' surprises in, one surprise out.

A **pattern** is a set of atoms that an account may have. Each pattern is calibrated by hiding everything else in
the reference accounts too, so that nobody gains or loses suspicion because a counter is missing. An account is
judged by the richest calibrated pattern that its evidence covers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.model.evidence import Evidence
from detector.model.peers import Peer
from detector.model.tail import Tail
from detector.model.trees import Forest
from detector.panel import FloatArray
from detector.signals.catalogue import SIGNALS, Block
from detector.signals.quantities import QUANTITIES

__all__ = [
    "FOREST",
    "FOREST_SHARE",
    "Cohort",
    "Pattern",
    "Range",
    "RawScores",
    "Unit",
    "active_pairs",
    "joint_oddity",
    "log_shares",
    "one_sided",
    "raw_scores",
]

FOREST = "forest"
FOREST_SHARE = 0.4
"""The forest's share of a unit's alarm budget: combinations nobody wrote down and weak signs that add up, beside the
sharp signals (docs/decisions/0020)."""

MEDIAN_SURPRISE = float(np.log10(2.0))
FOREST_CEILING = 3.0

Pair = tuple[str, tuple[str, ...]]
"""A signal and the quantities by which it is expected."""


@dataclass(frozen=True, slots=True)
class Range:
    """Where a quantity has enough reference accounts nearby: `inside` within, `edge` a little beyond, ln scale."""

    quantity: str
    edge_low: float
    inside_low: float
    inside_high: float
    edge_high: float

    def support(self, values: FloatArray) -> NDArray[np.int8]:
        """2 inside, 1 edge, 0 outside or unknown."""
        with np.errstate(invalid="ignore"):
            edge = (values >= self.edge_low) & (values <= self.edge_high)
            inside = (values >= self.inside_low) & (values <= self.inside_high)
        return (edge.astype(np.int8) + (edge & inside).astype(np.int8)).astype(np.int8)


@dataclass(frozen=True, slots=True)
class Cohort:
    """Reference accounts of a size band with at least `low` and fewer than `high` followers, and their raw scores."""

    low: float
    high: float
    tail: Tail


@dataclass(frozen=True, slots=True)
class Pattern:
    """A calibrated set of atoms: the pairs it activates, the support it needs, and its cohorts by size."""

    atoms: frozenset[str]
    pairs: tuple[Pair, ...]
    ranges: tuple[Range, ...]
    cohorts: tuple[Cohort, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Unit:
    """One axis on one block of evidence.

    `patterns` come richest first. `calibrated_on` says in words on whom, where that is not the platform's own
    reference accounts (histories of simulated accounts, for example); empty otherwise. `weight` is how many times its
    usual share of the alarm budget it gets: more than once where the reference is known to hold accounts inflated in
    this way (docs/decisions/0027).
    """

    axis: str
    block: Block
    peers: Mapping[Pair, Peer]
    forest: Forest | None
    forest_tail: Tail | None
    patterns: tuple[Pattern, ...]
    calibrated_on: str = ""
    weight: float = 1.0

    def __repr__(self) -> str:
        return f"Unit({self.axis} by {self.block}: {len(self.peers)} peers, {len(self.patterns)} patterns)"

    def pattern_of(self, atoms: Mapping[str, NDArray[np.bool_]], n: int) -> NDArray[np.intp]:
        """Index of the richest pattern that each account's evidence covers, -1 for none."""
        found = np.full(n, -1, dtype=np.intp)
        for index, pattern in enumerate(self.patterns):
            open_ = found < 0
            if not open_.any():
                break
            covered = np.logical_and.reduce([atoms[atom] for atom in sorted(pattern.atoms)])
            found[open_ & covered] = index
        return found


def active_pairs(signals: Sequence[str], atoms: frozenset[str]) -> tuple[Pair, ...]:
    """The signals that a set of atoms allows, each with those of its `given` quantities that are known too."""
    pairs = []
    for name in signals:
        signal = SIGNALS[name]
        if not atoms.issuperset(signal.needs):
            continue
        known = [q for q in signal.given if atoms.issuperset(QUANTITIES[q].needs)]
        superseded = {QUANTITIES[q].supersedes for q in known}
        given = tuple(q for q in known if q not in superseded)
        if signal.given_any and not set(given) & set(signal.given_any):
            continue
        pairs.append((name, given))
    return tuple(pairs)


@dataclass(frozen=True, slots=True, repr=False)
class RawScores:
    """`total` (n,), each part's weighted surprise, `parts[name]` (n,), whose largest is the total, the signals' own
    surprises, `surprises[name]` (n,), and their joint oddity (n,), NaN without a forest.
    """

    total: FloatArray
    parts: dict[str, FloatArray]
    surprises: dict[str, FloatArray]
    joint: FloatArray


def one_sided(surprise: FloatArray) -> FloatArray:
    """What a forest sees: 0 for the ordinary side and for unknown, growing on the odd side, with a ceiling."""
    return np.clip(np.nan_to_num(surprise, nan=0.0) - MEDIAN_SURPRISE, 0.0, FOREST_CEILING)


def joint_oddity(forest: Forest, table: FloatArray) -> FloatArray:
    """How odd an account's signals are together, (n,): isolation score plus their weighted sum.

    Isolation alone hardly tells several weak signs from one; the sum does, and what it cannot tell are combinations.

    Parameters
    ----------
    table : (n, columns of the forest), one-sided surprises
    """
    total = forest.isolation(table)
    for column, name in enumerate(forest.columns):  # in a fixed order: same bits alone or among others
        total = total + float(np.sqrt(SIGNALS[name].weight)) * table[:, column]
    return total


def log_shares(names: Sequence[str], *, with_forest: bool) -> dict[str, float]:
    """log10 of the share of the alarm budget that each active signal has, and the forest where it speaks.

    >>> log_shares(["likes_below_followers"], with_forest=True)
    {'likes_below_followers': 0.0}
    """
    with_forest = with_forest and len(names) > 1
    left, budget = 1.0 - FOREST_SHARE * with_forest, sum(SIGNALS[name].weight for name in names)
    shares = {name: float(np.log10(left * SIGNALS[name].weight / budget)) for name in names}
    return {**shares, FOREST: float(np.log10(FOREST_SHARE))} if with_forest else shares


def raw_scores(
    evidence: Evidence,
    pairs: Sequence[Pair],
    peers: Mapping[Pair, Peer],
    forest: Forest | None,
    forest_tail: Tail | None,
) -> RawScores:
    """The weighted maximum of the active signals' surprises and the forest's.

    A signal's surprise is -log10 of the share of peers that deviate as much; log10 of its share of the alarm
    budget is added, so that the sharp ones speak first and the others still speak (weighted Bonferroni).
    """
    pairs = [pair for pair in pairs if pair in peers]
    shares = log_shares([name for name, _ in pairs], with_forest=forest is not None)
    parts: dict[str, FloatArray] = {}
    surprises: dict[str, FloatArray] = {}
    for name, given in pairs:
        surprises[name] = peers[name, given].surprise(evidence.signals[name], evidence.quantities)
        parts[name] = surprises[name] + shares[name]
    joint = np.full(evidence.n, np.nan)
    if forest is not None and forest_tail is not None and len(pairs) > 1:
        unknown = np.full(evidence.n, np.nan)
        columns = [one_sided(surprises.get(name, unknown)) for name in forest.columns]
        joint = joint_oddity(forest, np.stack(columns, axis=1))
        parts[FOREST] = forest_tail.read(joint) + shares[FOREST]
    total = np.full(evidence.n, np.nan)
    for values in parts.values():
        total = np.fmax(total, values)
    return RawScores(total, parts, surprises, joint)
