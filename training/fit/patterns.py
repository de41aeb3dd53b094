"""Which patterns of evidence to calibrate: those that the reference has, and what remains when parts are hidden."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from detector.model.evidence import Evidence
from detector.model.unit import Pair, active_pairs
from detector.signals.catalogue import SIGNALS
from detector.signals.quantities import ATOMS, QUANTITIES

__all__ = ["MAX_PATTERNS", "enumerate_patterns", "relevant_atoms"]

MAX_PATTERNS = 256
"""Per unit. A reference with many kinds of evidence has more subsets than anybody meets: the richest come first."""

MIN_SHARED = 100
"""Reference accounts that must share a pattern: below 100 nobody could be called suspicious anyway."""


def relevant_atoms(signals: Sequence[str]) -> tuple[str, ...]:
    """Atoms that any of the signals needs, or that any of their quantities needs, in the order of `ATOMS`."""
    wanted: set[str] = set()
    for name in signals:
        wanted.update(SIGNALS[name].needs)
        for quantity in SIGNALS[name].given:
            wanted.update(QUANTITIES[quantity].needs)
    return tuple(atom for atom in ATOMS if atom in wanted)


def enumerate_patterns(
    evidence: Evidence, signals: Sequence[str], min_shared: int = MIN_SHARED
) -> list[tuple[frozenset[str], tuple[Pair, ...]]]:
    """Patterns with the pairs they activate, richest first; of those that activate the same the smallest stays."""
    atoms = relevant_atoms(signals)
    if not atoms or not evidence.n:
        return []
    known = np.stack([evidence.atoms[atom] for atom in atoms], axis=1)
    starts = _starts(known, min(min_shared, evidence.n))
    found: dict[tuple[Pair, ...], frozenset[str]] = {}
    level = sorted({frozenset(np.array(atoms)[row].tolist()) for row in starts}, key=_order)
    seen = set(level)
    while level and len(found) < MAX_PATTERNS:
        following: list[frozenset[str]] = []
        for pattern in level:
            pairs = active_pairs(signals, pattern)
            if not pairs:
                continue
            if pairs not in found or _order(pattern) > _order(found[pairs]):
                found[pairs] = pattern
            for atom in sorted(pattern):
                smaller = pattern - {atom}
                if smaller not in seen:
                    seen.add(smaller)
                    following.append(smaller)
        level = sorted(following, key=_order)
    kept = sorted(((pattern, pairs) for pairs, pattern in found.items()), key=lambda item: _order(item[0]))
    return kept[:MAX_PATTERNS]


def _order(pattern: frozenset[str]) -> tuple[int, list[int]]:
    """Richest first; then by the place of the atoms in the contract, so that the order is always the same."""
    return -len(pattern), sorted(ATOMS.index(atom) for atom in pattern)


def _starts(known: NDArray[np.bool_], at_least: int) -> list[NDArray[np.bool_]]:
    """Combinations of known atoms that occur, cut down to what at least `at_least` accounts share."""
    rows, counts = np.unique(known, axis=0, return_counts=True)
    starts = []
    for row in rows:
        shared = int(counts[(rows >= row).all(axis=1)].sum())
        if shared >= at_least:
            starts.append(row)
    if not starts:
        # No combination is common enough: keep the atoms that most accounts have.
        starts.append(known.mean(axis=0) >= 0.5)
    return starts
