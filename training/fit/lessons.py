"""Teaches lessons: labelled accounts and their evidence in, trees, weights, calibration and probabilities out.

Everything is chosen by cross-validation over accounts: an account's own label never helps to judge it here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from detector.model.evidence import Evidence
from detector.model.lessons import Boosted, Column, Lesson, covered, weighed
from detector.model.unit import Cohort, Unit
from detector.panel import FloatArray
from detector.signals.catalogue import SIGNALS
from detector.signals.quantities import ATOMS, QUANTITIES
from training.fit.boosting import boost, trusted
from training.fit.chance import (
    MIN_CASES_FOR_CHANCE,
    MIN_EACH_FOR_CHANCE,
    calibration_error,
    fit_chance,
    representing,
)
from training.fit.units import size_cohorts

__all__ = ["MIN_CASES", "MIN_EACH", "Taught", "lesson_patterns", "teach"]

MIN_CASES, MIN_EACH = 24, 8
"""Cases in all, and of each label, below which nothing is learnt: a cross-validation of fewer decides by luck."""

MAX_LESSONS = 8
"""Patterns of evidence with lessons of their own: those that most cases have."""

FOLDS = 5
WEIGHTS = (0.25, 0.5, 1.0, 1.5, 2.0)
"""Of the learnt odds beside the unlabelled score. Twice the odds let them speak nearly alone."""

AS_GOOD = 0.005
"""AUC that says nothing about which weight is better, as one standard error says nothing. Of those as good as the best
the largest is taken: with 40 cases every weight may rank them without a fault, and on accounts never seen the larger
ones did better (mean AUC of six draws .91, .92, .95, .95, .96 in the order of `WEIGHTS`; docs/decisions/0015)."""

RESAMPLES = 400
MEANT, MEANT_IN = 0.6, 0.99
"""The odds themselves must rank the cases by this AUC in this share of resamples: else the labels mean nothing that can
be learnt, and a gain is luck. Labels dealt out at random passed in none of 27 draws, true ones in 27 of 27."""

GAINS_IN = 0.8
"""Labels that mean something move the score where its AUC gains in this share of resamples. With 40 cases and a good
unlabelled score .95 silenced eight of 18 lessons, where this silences one (docs/decisions/0015)."""


@dataclass(frozen=True, slots=True)
class Taught:
    """Lessons of one platform, richest first; `overall` and `score` (n,) of all accounts as lessons leave them, judged
    by trees that did not see their labels; figures by name; notices.
    """

    lessons: tuple[Lesson, ...]
    overall: FloatArray
    score: FloatArray
    metrics: dict[str, float]
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Learnt:
    """A lesson's trees fitted on all cases, and the log odds (n,) of every account by trees without its label."""

    lesson: Lesson
    odds: FloatArray


def teach(
    platform: str,
    units: Sequence[Unit],
    evidence: Evidence,
    keys: Sequence[tuple[str, str]],
    overall: FloatArray,
    score: FloatArray,
    label: FloatArray,
    reference: NDArray[np.bool_],
    drawn: NDArray[np.bool_],
    seed: int,
    max_cohorts: int = 6,
) -> Taught:
    """Learns what the cases of a platform teach.

    Parameters
    ----------
    units : the unlabelled model's
    evidence, keys : of all accounts, n
    overall, score : (n,) of the unlabelled model, each account judged without itself where it was fitted on
    label : (n,) 1 inflated, 0 genuine, NaN no case
    reference : (n,) accounts that say what is usual: none that is labelled inflated
    drawn : (n,) cases that a review drew at random: they stand for the accounts that nobody picked
    """
    moved, ranked = overall.copy(), score.copy()
    n_inflated, n_genuine = int((label == 1).sum()), int((label == 0).sum())
    if n_inflated < MIN_EACH or n_genuine < MIN_EACH or n_inflated + n_genuine < MIN_CASES:
        said = (
            f"{platform}: {n_inflated} inflated and {n_genuine} genuine cases clean the reference; to learn from them "
            f"takes {MIN_CASES} with {MIN_EACH} of each at least."
        )
        return Taught((), moved, ranked, {}, (said,) if n_inflated + n_genuine else ())
    metrics: dict[str, float] = {}
    notices: list[str] = []
    lessons: list[Lesson] = []
    open_ = np.ones(evidence.n, dtype=bool)
    for number, atoms in enumerate(lesson_patterns(evidence, label)):
        mine = covered(evidence.atoms, atoms)
        learnt = _learn(units, evidence, keys, atoms, score, np.where(mine, label, np.nan), reference, seed)
        if learnt is None:
            continue
        lesson, figures = _weighed(
            learnt, evidence, overall, score, label, mine, reference, drawn, max_cohorts
        )
        lessons.append(lesson)
        metrics |= {f"{platform}.lesson_{number}.{name}": value for name, value in figures.items()}
        if not lesson.weight:
            notices.append(
                f"{platform}: with {len(atoms)} kinds of evidence the cases do not better the score beyond chance; "
                "it stays as it is."
            )
        rows = mine & open_
        open_ &= ~mine
        if lesson.cohorts:
            added = weighed(lesson.weight, learnt.odds[rows])
            surprise = lesson.surprise(overall[rows] + added, evidence.quantities["followers"][rows])
            moved[rows] = np.where(np.isnan(surprise), overall[rows], surprise)
            ranked[rows] = score[rows] + added
    return Taught(tuple(lessons), moved, ranked, metrics, tuple(notices))


def lesson_patterns(evidence: Evidence, label: FloatArray) -> list[frozenset[str]]:
    """Patterns of evidence to learn for, richest first: those that cases have, and these with less evidence.

    Each must be shared by `MIN_CASES` cases with `MIN_EACH` of each label.
    """
    used = _relevant()
    known = np.stack([evidence.atoms[atom] for atom in used], axis=1)
    labelled = ~np.isnan(label)
    rows, counts = np.unique(known[labelled], axis=0, return_counts=True)
    commonest = rows[np.argsort(-counts, kind="stable")][:MAX_LESSONS]
    found: set[frozenset[str]] = set()
    for row in commonest:
        atoms = frozenset(np.array(used)[row].tolist())
        posts, history = (frozenset(a for a in atoms if a.startswith(kind)) for kind in ("post.", "history."))
        core = atoms & {"followers", "following", "likes", "posts", "views"}
        found |= {atoms, atoms - posts, atoms - history, atoms - posts - history, core}
    shared = {atoms: _cases_with(evidence, atoms, label) for atoms in found if "followers" in atoms}
    enough = [
        atoms
        for atoms, (inflated, genuine) in shared.items()
        if min(inflated, genuine) >= MIN_EACH and inflated + genuine >= MIN_CASES
    ]
    ranked = sorted(enough, key=lambda atoms: (-sum(shared[atoms]), -len(atoms), sorted(atoms)))
    return sorted(ranked[:MAX_LESSONS], key=lambda atoms: (-len(atoms), sorted(map(ATOMS.index, atoms))))


def _relevant() -> tuple[str, ...]:
    wanted = {atom for signal in SIGNALS.values() for atom in signal.needs}
    wanted |= {atom for quantity in QUANTITIES.values() for atom in quantity.needs}
    return tuple(atom for atom in ATOMS if atom in wanted)


def _cases_with(evidence: Evidence, atoms: frozenset[str], label: FloatArray) -> tuple[int, int]:
    mine = covered(evidence.atoms, atoms)
    return int((mine & (label == 1)).sum()), int((mine & (label == 0)).sum())


def _columns(
    units: Sequence[Unit], evidence: Evidence, atoms: frozenset[str], reference: NDArray[np.bool_]
) -> list[Column]:
    """What a pattern lets a lesson look at, without columns that never vary."""
    found = []
    for number, unit in enumerate(units):
        pattern = next((one for one in unit.patterns if one.atoms <= atoms), None)
        if pattern is not None:
            found += [Column("deviation", name, given, number, 0.0) for name, given in pattern.pairs]
    usable = [("signal", name) for name, signal in SIGNALS.items() if atoms.issuperset(signal.needs)]
    usable += [("quantity", name) for name, one in QUANTITIES.items() if atoms.issuperset(one.needs)]
    for kind, name in usable:
        values = (evidence.signals if kind == "signal" else evidence.quantities)[name]
        known = values[reference & ~np.isnan(values)]
        if len(known) and np.ptp(known) > 0:
            found.append(Column(kind, name, (), 0, round(float(np.median(known)), 2)))  # type: ignore[arg-type]
    return found


def _learn(
    units: Sequence[Unit],
    evidence: Evidence,
    keys: Sequence[tuple[str, str]],
    atoms: frozenset[str],
    score: FloatArray,
    label: FloatArray,
    reference: NDArray[np.bool_],
    seed: int,
) -> _Learnt | None:
    rows = np.flatnonzero(covered(evidence.atoms, atoms) & ~np.isnan(score))
    columns = _columns(units, evidence, atoms, reference)
    own = label[rows]
    cases = np.flatnonzero(~np.isnan(own))
    n_inflated, n_genuine = int((own == 1).sum()), int((own == 0).sum())
    if not columns or min(n_inflated, n_genuine) < MIN_EACH:
        return None
    taken = evidence.take(rows)
    table = np.stack([column.values(taken, units) for column in columns], axis=1)
    fold = _folds([keys[rows[case]] for case in cases], own[cases])
    trees = _boosted(table[cases], own[cases] == 1, fold, seed)
    natural = trees.log_odds(table)
    for held in range(FOLDS):
        kept, out = fold != held, cases[fold == held]
        if len(out):
            natural[out] = _boosted(table[cases[kept]], own[cases[kept]] == 1, fold[kept], seed).log_odds(
                table[out]
            )
    odds = np.full(evidence.n, np.nan)
    odds[rows] = natural
    lesson = Lesson(atoms, tuple(columns), trees, 0.0, (), None, n_inflated, n_genuine)
    return _Learnt(lesson, odds)


def _boosted(table: FloatArray, inflated: NDArray[np.bool_], fold: NDArray[np.intp], seed: int) -> Boosted:
    """Trees of cases whose labels count as far as the other folds bear them out."""
    return boost(table, inflated, seed, trusted(table, inflated, fold, seed))


def _folds(keys: Sequence[tuple[str, str]], label: FloatArray) -> NDArray[np.intp]:
    """The fold of each case: by a hash of its account, labels in equal shares."""
    fold = np.zeros(len(keys), dtype=np.intp)
    digests = np.array([sha256(f"lesson|{p}|{a}".encode()).hexdigest() for p, a in keys])
    for value in (0.0, 1.0):
        mine = np.flatnonzero(label == value)
        fold[mine[np.argsort(digests[mine])]] = np.arange(len(mine)) % FOLDS
    return fold


def _weighed(
    learnt: _Learnt,
    evidence: Evidence,
    overall: FloatArray,
    score: FloatArray,
    label: FloatArray,
    mine: NDArray[np.bool_],
    reference: NDArray[np.bool_],
    drawn: NDArray[np.bool_],
    max_cohorts: int,
) -> tuple[Lesson, dict[str, float]]:
    """The lesson with its weight, calibration and probability; figures on cases judged without their labels."""
    one, odds = learnt.lesson, learnt.odds
    cases = np.flatnonzero(mine & ~np.isnan(label) & ~np.isnan(odds))
    inflated = label[cases] == 1
    weight, before, after = _weight(score[cases], odds[cases], inflated)
    cohorts: tuple[Cohort, ...] = ()
    if weight:
        total = np.where(mine & reference, overall + weighed(weight, odds), np.nan)
        if (~np.isnan(total)).any():
            cohorts = size_cohorts(evidence.quantities["followers"], total, max_cohorts)
    weight = weight if cohorts else 0.0
    ranked = score[cases] + weighed(weight, odds[cases])
    figures = {
        "cases": float(len(cases)),
        "weight": weight,
        "auc_unlabelled": before,
        "auc": after if weight else before,
    }
    chance = None
    if len(cases) >= MIN_CASES_FOR_CHANCE and min(inflated.sum(), (~inflated).sum()) >= MIN_EACH_FOR_CHANCE:
        accounts = int((mine & ~np.isnan(score)).sum())
        stands_for = representing(drawn[cases], accounts)
        chance = fit_chance(ranked, inflated, stands_for)
        figures["calibration_error"] = calibration_error(ranked, inflated, stands_for)
        figures["drawn_at_random"] = float(drawn[cases].sum())
    fields = (one.atoms, one.columns, one.trees, weight, cohorts, chance, one.n_inflated, one.n_genuine)
    return Lesson(*fields), figures


def _weight(score: FloatArray, odds: FloatArray, inflated: NDArray[np.bool_]) -> tuple[float, float, float]:
    """The weight of the odds, 0 unless it betters the score beyond chance; AUC of the cases without and with it.

    Of the weights up to the largest that is as good as the best it is the largest that gains: a small one changes less,
    so that few cases tell sooner whether it does.
    """
    before = _auc(score, inflated)
    resamples = list(_resamples(inflated))
    if np.quantile([_auc(odds[rows], inflated[rows]) for rows in resamples], 1.0 - MEANT_IN) <= MEANT:
        return 0.0, before, before
    found = {weight: _auc(score + weighed(weight, odds), inflated) for weight in WEIGHTS}
    best = max(found.values())
    up, down = int(inflated.sum()), int((~inflated).sum())
    margin = max(AS_GOOD, float(np.sqrt(best * (1.0 - best) / min(up, down))) / 2.0)
    largest = max(weight for weight, auc in found.items() if auc >= best - margin)
    was = np.array([_auc(score[rows], inflated[rows]) for rows in resamples])
    for weight in sorted((weight for weight in WEIGHTS if weight <= largest), reverse=True):
        moved = score + weighed(weight, odds)
        gains = np.array([_auc(moved[rows], inflated[rows]) for rows in resamples]) - was
        if float(np.quantile(gains, 1.0 - GAINS_IN)) > 0:
            return weight, before, found[weight]
    return 0.0, before, before


def _resamples(inflated: NDArray[np.bool_]) -> Iterator[NDArray[np.intp]]:
    """Cases drawn anew, as many of each label, again and again."""
    rng = np.random.default_rng(len(inflated))
    up, down = np.flatnonzero(inflated), np.flatnonzero(~inflated)
    for _ in range(RESAMPLES):
        yield np.concatenate([rng.choice(up, len(up)), rng.choice(down, len(down))])


def _auc(score: FloatArray, inflated: NDArray[np.bool_]) -> float:
    """Chance that an inflated case ranks above a genuine one, ties counting half."""
    below = np.sort(score[~inflated])
    above = score[inflated]
    rank = np.searchsorted(below, above, "left") + np.searchsorted(below, above, "right")
    return float(rank.mean() / 2.0 / len(below))
