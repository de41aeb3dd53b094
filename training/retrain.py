"""Retrains: a champion and labelled cases in, a challenger out. The champion's peers and calibration stay its own.

Cases are held back by a hash of the account, the same accounts in every file that grows; how lessons of older cases do
on newer ones is measured beside it. Nothing is ever split by row.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.cases import Case
from detector.errors import FitError
from detector.model.model import Model, Platform
from detector.panel import FloatArray, build_panel
from detector.repair import repair
from detector.tables import Tables
from training.accounts import number_of, only
from training.fit.cases import Sorted, sort_cases
from training.fit.lessons import MIN_CASES, MIN_EACH, Taught
from training.fit.population import taught_by_cases

__all__ = ["HOLD_BACK", "Retrained", "as_usual", "held_back", "retrain", "split_cases"]

Key = tuple[str, str]

HOLD_BACK = 0.2
"""Share of the labelled accounts that a challenger never sees, so that the gates can ask it about them."""

BANDS = (0.01, 0.02, 0.05, 0.1, 0.2)
"""p-values up to which it is asked whether a source has more odd accounts than it should."""

NEWEST = 0.25
"""Share of the labelled accounts, the last reviewed, that lessons of the others are tried on."""


@dataclass(frozen=True, slots=True)
class Retrained:
    """The challenger, its figures by name, and notices. `n_held_back` labelled accounts were not shown to it."""

    model: Model
    metrics: dict[str, float] = field(repr=False)
    notices: tuple[str, ...]
    n_held_back: int


def held_back(case: Case, share: float = HOLD_BACK) -> bool:
    """Whether a case's account is kept for the gates: the same in every file and on every machine."""
    return number_of("held back", case.platform, case.account_id) < share * 2**32


def split_cases(cases: Sequence[Case], share: float = HOLD_BACK) -> tuple[tuple[Case, ...], tuple[Case, ...]]:
    """Cases to learn from, and cases held back."""
    kept = tuple(case for case in cases if not held_back(case, share))
    return kept, tuple(case for case in cases if held_back(case, share))


def retrain(
    champion: Model,
    tables: Tables,
    cases: Sequence[Case],
    *,
    name: str,
    seed: int = 7,
    hold_back: float = HOLD_BACK,
    lineage: Mapping[str, Any] | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> Retrained:
    """Teaches a champion what cases say.

    Parameters
    ----------
    champion : its peers, forests and calibration are kept, its lessons are learnt anew
    tables : the accounts that cases name, and unlabelled ones, which say what is usual
    cases : all that there are, not the new ones alone
    lineage : written into the card

    Raises
    ------
    FitError
        No case names an account of the tables on a platform that the champion knows, or there are too few on each
        platform to learn from. Where they are too few on one, what the champion knew of it stays.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        return _retrain(champion, tables, cases, name, seed, hold_back, dict(lineage or {}), say)


def _retrain(
    champion: Model,
    tables: Tables,
    cases: Sequence[Case],
    name: str,
    seed: int,
    hold_back: float,
    lineage: dict[str, Any],
    say: Callable[[str], None],
) -> Retrained:
    kept, apart = split_cases(cases, hold_back)
    aside = {(case.platform, case.account_id) for case in apart}
    tables = repair(only(tables, [key for key in tables.keys() if key not in aside]))  # noqa: SIM118
    sorted_cases = sort_cases(kept, tables.keys())
    notices = list(sorted_cases.notices)
    metrics: dict[str, float] = {}
    learnt, stays = False, list[str]()
    platforms = dict(champion.platforms)
    unknown = {platform for platform, _ in sorted_cases.labels} - set(platforms)
    notices += [
        f"{one}: the champion does not know this platform; fit a model for it." for one in sorted(unknown)
    ]
    for platform in sorted({platform for platform, _ in sorted_cases.labels} & set(platforms)):
        say(f"{platform}: learning from cases")
        own = {key: label for key, label in sorted_cases.labels.items() if key[0] == platform}
        taught = _taught(platforms[platform], tables, own, sorted_cases.drawn, seed)
        if not taught.lessons:
            notices.append(_too_few(platform, own))
            stays.append(platform)
            continue
        learnt = True
        metrics |= taught.metrics | _newest(platforms[platform], tables, kept, own, seed)
        notices += taught.notices
        platforms[platform] = replace(platforms[platform], lessons=taught.lessons)
    if not set(champion.platforms) & {platform for platform, _ in sorted_cases.labels}:
        raise FitError(
            "No case names an account of the source on a platform that the champion knows "
            f"({', '.join(sorted(champion.platforms))}). " + " ".join(notices)
        )
    if not learnt:
        raise FitError(
            f"Nothing can be learnt from these cases, so there is no challenger. {' '.join(notices)} "
            f"{len(aside)} labelled accounts more are held back for the gates (--hold-back). `detector review` asks "
            "for more labels; `detector train fit SOURCE --cases FILE` cleans a reference with the few."
        )
    notices += [f"{one}: what the champion had learnt from cases stays." for one in stays]
    card = _card(champion, name, sorted_cases, metrics, lineage | {"held_back_share": hold_back})
    return Retrained(Model(platforms, card), metrics, tuple(notices), len(aside))


def _too_few(platform: str, labels: Mapping[Key, float]) -> str:
    inflated = sum(label == 1 for label in labels.values())
    return (
        f"{platform}: {inflated} inflated and {len(labels) - inflated} genuine accounts are there to learn from; it "
        f"takes {MIN_CASES} that show the same counters, {MIN_EACH} of each label at least."
    )


def _taught(
    platform: Platform, tables: Tables, labels: Mapping[Key, float], drawn: frozenset[Key], seed: int
) -> Taught:
    keys = sorted(key for key in tables.keys() if key[0] == platform.name and labels.get(key) != 1)  # noqa: SIM118
    unlabelled = Model({platform.name: replace(platform, lessons=())}, {})
    judged = unlabelled.judge(build_panel(tables, keys))
    usual = as_usual(judged.overall, keys, labels)
    kept = [key for key, stays in zip(keys, usual, strict=True) if stays]
    judged = unlabelled.judge(build_panel(tables, kept))
    taught = taught_by_cases(platform, tables, kept, [(np.arange(len(kept)), judged)], labels, drawn, seed)
    if taught is None:
        return Taught((), judged.overall, judged.score, {}, ())
    if len(kept) == len(keys):
        return taught
    said = (
        f"{platform.name}: the source holds more odd accounts than the champion's reference does; "
        f"{len(keys) - len(kept):,} of {len(keys):,}, not labelled genuine, do not say what is usual."
    )
    return replace(taught, notices=(said, *taught.notices))


def as_usual(overall: FloatArray, keys: Sequence[Key], labels: Mapping[Key, float]) -> NDArray[np.bool_]:
    """Accounts of a source that may say what is usual, bool (n,): no more odd ones than the champion's reference has.

    Of accounts at or below each p-value (`BANDS`) as many stay as the p-value promises, and two standard deviations
    of chance more; those labelled genuine always do. Without this, inflated accounts in the source that nobody has
    labelled would make inflation usual.
    """
    p_value = np.where(np.isnan(overall), 1.0, np.power(10.0, -overall))
    n = (p_value > BANDS[-1]).sum() / (1.0 - BANDS[-1])
    order = sorted(range(len(keys)), key=lambda row: number_of("usual", *keys[row]))
    stays = np.ones(len(keys), dtype=bool)
    below = 0.0
    for band in BANDS:
        allowed = band * n + 2.0 * np.sqrt(band * n)
        inside = [row for row in order if below < p_value[row] <= band and keys[row] not in labels]
        there = int((stays & (p_value <= band)).sum())
        stays[inside[len(inside) - max(min(there - int(allowed), len(inside)), 0) :]] = False
        below = band
    return stays


def _newest(
    platform: Platform, tables: Tables, cases: Sequence[Case], labels: Mapping[Key, float], seed: int
) -> dict[str, float]:
    """AUC on the accounts reviewed last, of lessons that saw the others alone. Nothing where times or cases lack."""
    times: dict[Key, float] = {}
    for case in cases:
        key = (case.platform, case.account_id)
        if key in labels and case.reviewed_at is not None:
            times[key] = max(times.get(key, -np.inf), case.reviewed_at.timestamp())
    by_time = sorted(times, key=lambda key: (times[key], key))
    newest = by_time[len(by_time) - round(NEWEST * len(by_time)) :]
    older = {key: labels[key] for key in by_time[: len(by_time) - len(newest)]}
    counts = [sum(label == value for label in older.values()) for value in (0.0, 1.0)]
    if len(older) < MIN_CASES or min(counts) < MIN_EACH or len({labels[key] for key in newest}) < 2:
        return {}
    rest = only(tables, [key for key in tables.keys() if key not in set(newest)])  # noqa: SIM118
    lessons = _taught(platform, rest, older, frozenset(), seed).lessons
    panel = build_panel(tables, newest)
    truth = np.array([labels[key] == 1 for key in newest])
    found = {}
    for name, model in (("unlabelled", ()), ("older_cases", lessons)):
        score = Model({platform.name: replace(platform, lessons=model)}, {}).judge(panel).score
        found[f"{platform.name}.newest_cases.auc_{name}"] = _auc(score, truth)
    return found


def _auc(score: FloatArray, inflated: Any) -> float:
    from training.evaluate.figures import auc

    ranked = np.nan_to_num(score, nan=-99.0)
    return auc(ranked[~inflated], ranked[inflated])


def _card(
    champion: Model, name: str, cases: Sorted, metrics: Mapping[str, float], lineage: Mapping[str, Any]
) -> dict[str, Any]:
    learnt = {key: round(value, 6) for key, value in sorted(metrics.items())}
    before = {
        key: value
        for key, value in dict(champion.card.get("cross_validation", {})).items()
        if ".lesson_" not in key and ".newest_cases." not in key
    }
    return {
        **champion.card,
        "name": name,
        "cases": {"inflated": cases.n_inflated, "genuine": cases.n_genuine},
        "cross_validation": before | learnt,
        "lineage": {"champion": champion.version, **lineage},
    }
