"""Fits one unit: peers, forest and, out of fold over all reference accounts, its calibration by pattern and cohort."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from detector.model.evidence import Evidence
from detector.model.peers import Peer
from detector.model.tail import Beyond, Tail, by_maxima, fit_tail
from detector.model.trees import Forest
from detector.model.unit import Cohort, Pair, Pattern, Range, Unit, joint_oddity, one_sided, raw_scores
from detector.panel import FloatArray
from detector.signals.catalogue import SIGNALS, Block
from detector.signals.quantities import QUANTITIES
from training.fit.contamination import keep_ordinary, weight_of_surplus
from training.fit.emptiness import Emptiness
from training.fit.forest import fit_forest
from training.fit.patterns import enumerate_patterns
from training.fit.peers import fit_peer
from training.fit.support import fit_ceiling, fit_range

__all__ = ["COHORT_SIZE", "UnitFit", "fit_unit", "size_cohorts"]

COHORT_SIZE = 300
"""Reference accounts in a cohort at least: at 1 % that is three accounts (DESIGN, section 4.3)."""

MAX_COHORTS: dict[tuple[str, Block], int] = {
    ("followers", "counters"): 6,
    ("likes", "counters"): 6,
    ("automation", "counters"): 6,
    ("followers", "history"): 2,
    ("likes", "history"): 8,
}
"""The spread of deviations follows size already; more accounts a cohort say more about one in a hundred. What a history
of followers shows is relative to the account itself, hardly a matter of size (docs/decisions/0025)."""

ODD: dict[tuple[str, Block], float] = {("likes", "counters"): 2.0, ("followers", "history"): 2.0}
"""How many times as many ordinary accounts lie far out as the law of maxima says, 1 where not named: about as many as
clean references count where it says 0.5 % (docs/decisions/0027)."""

MOST_BUDGET: dict[str, float] = {"automation": 2.0}
"""How many times its usual budget an axis gets at most where its reference shows a surplus, unbounded where not named.
An account that looks like a bot is one kind of several; with twice its budget automation weighs about what followers
do (docs/decisions/0029)."""

CALIBRATION_ABOVE = 5
"""Accounts at or above the highest quantile of a calibration: raw scores are no counters, and the levels' 1 % must
rest on counted accounts rather than on the fitted tail wherever it can."""

SUPPORT_BY = {
    ("followers", "counters"): (("settled_likes", "likes", "views", "post_views"), ("settled_posts",)),
    ("likes", "counters"): (("followers",), ("posts",)),
    ("automation", "counters"): (("followers",),),
    ("followers", "history"): (("followers",),),
    ("likes", "history"): (("followers",),),
}
"""By which quantities a unit needs peers; of each group the first known counts. Never the counter that the axis
suspects, so that an account and its inflated twin are judged or left alone alike."""


@dataclass(frozen=True, slots=True)
class _Parts:
    """What is learnt from a set of rows: peers and forest."""

    peers: Mapping[Pair, Peer]
    forest: Forest | None
    forest_tail: Tail | None


@dataclass(frozen=True, slots=True)
class UnitFit:
    """A unit, and for each fold the same unit with peers and forest that never saw that fold's accounts.

    `left_out` is the share of the reference accounts that counted as inflated and taught the unit nothing.
    """

    unit: Unit
    by_fold: tuple[Unit, ...]
    left_out: float = 0.0


def fit_unit(
    evidence: Evidence,
    folds: NDArray[np.intp],
    axis: str,
    block: Block,
    seed: int,
    calibrated_on: str = "",
    *,
    reach: Mapping[str, float] = MappingProxyType({}),
    heavy: Mapping[str, float] = MappingProxyType({}),
    empty: Emptiness | None = None,
    vouched: NDArray[np.bool_] | None = None,
) -> UnitFit | None:
    """Fits a unit on reference evidence; None without signals.

    Parameters
    ----------
    evidence : of the reference accounts
    folds : (n,), which fold each account is in
    axis, block, seed, calibrated_on : what the unit judges, on what, by which chance, and on whom in words
    reach : how far ordinary accounts reach, by signal (`training.fit.contamination`); nobody is left out without
    heavy : how heavy the tails of signals are whose oddest ordinary accounts lie far out, by signal (the same)
    empty : how many ordinary accounts look made to follow (`training.fit.emptiness`); likewise
    vouched : bool (n,), accounts that are never left out
    """
    signals = [
        name
        for name, values in evidence.signals.items()
        if (SIGNALS[name].axis, SIGNALS[name].block) == (axis, block) and not np.isnan(values).all()
    ]
    patterns = enumerate_patterns(evidence, signals)
    if not patterns:
        return None
    pairs = sorted({pair for _, active in patterns for pair in active})
    fullest = {name: max((p for p in pairs if p[0] == name), key=lambda p: len(p[1])) for name, _ in pairs}
    ordinary = keep_ordinary(evidence, list(fullest.values()), reach, empty, vouched)
    left_out = 1.0 - float(ordinary.mean())
    # Tails count the reference, unless it is known to hold inflated accounts: then laws stand in (0019).
    by_law = {**reach, **heavy} if left_out > 0 else {}
    evidence, folds = evidence.take(ordinary), folds[ordinary]
    everyone = np.ones(evidence.n, dtype=bool)
    together: Beyond = "body" if left_out > 0 and block == "counters" else "exponential"
    whole = _parts(evidence, pairs, list(fullest.values()), everyone, seed, by_law, together)
    n_folds = int(folds.max()) + 1
    parts = [
        _parts(evidence, pairs, list(fullest.values()), folds != fold, seed, by_law, together)
        for fold in range(n_folds)
    ]
    held = [evidence.take(folds == fold) for fold in range(n_folds)]
    kept = []
    for atoms, active in patterns:
        usable = tuple(pair for pair in active if all(pair in part.peers for part in (whole, *parts)))
        covered = np.logical_and.reduce([evidence.atoms[atom] for atom in sorted(atoms)])
        if not usable or covered.sum() < 2:
            continue
        total = np.full(evidence.n, np.nan)
        for fold, part in enumerate(parts):
            raw = raw_scores(held[fold], usable, part.peers, part.forest, part.forest_tail)
            total[folds == fold] = raw.total
        ranges = _ranges(evidence, atoms, covered, axis, block)
        # Who has no peers is never judged, and so does not say what is usual among those who are.
        total[~covered | ~_supported(evidence, ranges)] = np.nan
        if np.isnan(total).all():
            continue
        kept.append(
            Pattern(
                atoms,
                usable,
                ranges,
                size_cohorts(
                    evidence.quantities["followers"],
                    total,
                    MAX_COHORTS[axis, block],
                    ODD.get((axis, block), 1.0) if left_out > 0 else None,
                ),
            )
        )
    if not kept:
        return None
    needed = {pair for pattern in kept for pair in pattern.pairs}

    def unit(part: _Parts) -> Unit:
        peers = {pair: peer for pair, peer in part.peers.items() if pair in needed}
        weight = weight_of_surplus(left_out, MOST_BUDGET.get(axis, np.inf))
        return Unit(axis, block, peers, part.forest, part.forest_tail, tuple(kept), calibrated_on, weight)

    return UnitFit(unit(whole), tuple(unit(part) for part in parts), left_out)


def _parts(
    evidence: Evidence,
    pairs: list[Pair],
    fullest: list[Pair],
    rows: NDArray[np.bool_],
    seed: int,
    reach: Mapping[str, float],
    together: Beyond,
) -> _Parts:
    found = ((pair, fit_peer(evidence, pair, rows, reach.get(pair[0]))) for pair in pairs)
    peers = {pair: peer for pair, peer in found if peer is not None}
    columns = tuple(pair[0] for pair in fullest if pair in peers)
    if len(columns) < 2:
        return _Parts(peers, None, None)
    own = evidence.take(rows)
    seen = [
        one_sided(peers[pair].surprise(own.signals[pair[0]], own.quantities))
        for pair in fullest
        if pair in peers
    ]
    table = np.stack(seen, axis=1)
    forest = fit_forest(table, columns, seed)
    return _Parts(peers, forest, fit_tail(joint_oddity(forest, table), beyond=together))


def _ranges(
    evidence: Evidence, atoms: frozenset[str], covered: NDArray[np.bool_], axis: str, block: Block
) -> tuple[Range, ...]:
    """Support ranges of a pattern. A quantity with enough accounts nowhere shuts the pattern: an empty range."""
    ranges = []
    for group in SUPPORT_BY[axis, block]:
        for name in group:
            if not atoms.issuperset(QUANTITIES[name].needs):
                continue  # hidden in this pattern
            found = fit_range(name, np.where(covered, evidence.quantities[name], np.nan))
            ranges.append(found if found is not None else Range(name, np.inf, np.inf, -np.inf, -np.inf))
            break
    if axis == "followers":
        ceiling = fit_ceiling(np.where(covered, evidence.quantities["followers"], np.nan))
        ranges.extend([ceiling] if ceiling is not None else [])
    return tuple(ranges)


def _supported(evidence: Evidence, ranges: tuple[Range, ...]) -> NDArray[np.bool_]:
    supported = np.ones(evidence.n, dtype=bool)
    for span in ranges:
        supported &= span.support(evidence.quantities[span.quantity]) > 0
    return supported


def size_cohorts(
    followers: FloatArray, total: FloatArray, most: int, odd: float | None = None
) -> tuple[Cohort, ...]:
    """At most `most` size bands with about `COHORT_SIZE` accounts or more, edges rounded to two digits of followers.

    `odd` where the accounts may hold inflated ones: then totals are also read by the law of maxima, with so many times
    as many honest ones far out as it says.
    """
    known = ~np.isnan(total)
    size = np.where(np.isnan(followers), 0.0, np.expm1(followers))
    bands = min(max(int(known.sum()) // COHORT_SIZE, 1), most)
    edges = [_two_digits(e) for e in np.quantile(size[known], np.arange(1, bands) / bands)]
    lows = [0.0, *sorted({edge for edge in edges if edge > 0})]
    highs = [*lows[1:], float("inf")]
    cohorts: list[Cohort] = []
    for low, high in zip(lows, highs, strict=True):
        inside = known & (size >= low) & (size < high)
        if inside.sum() < COHORT_SIZE // 2 and cohorts:
            # Rounded edges left too few here: the band below takes them in.
            last = cohorts.pop()
            low, inside = last.low, known & (size >= last.low) & (size < high)
        if inside.any():
            tail = fit_tail(total[inside], CALIBRATION_ABOVE)
            cohorts.append(Cohort(low, high, tail if odd is None else by_maxima(tail, total[inside], odd)))
    return tuple(cohorts)


def _two_digits(value: float) -> float:
    if value <= 0:
        return 0.0
    step = 10.0 ** (np.floor(np.log10(value)) - 1)
    return float(np.round(value / step) * step)
