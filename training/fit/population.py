"""The fit: reference tables in, a model and a report on how it does on accounts it has not seen out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.cases import Case
from detector.contract import AXES
from detector.errors import FitError
from detector.how_many import how_many
from detector.model.evidence import Evidence, gather
from detector.model.model import Judgement, Model, Platform
from detector.panel import FloatArray, build_panel
from detector.repair import repair
from detector.scoring import levels
from detector.signals.catalogue import BLOCKS
from detector.signals.joined import recorded
from detector.tables import Tables
from training.fit.cases import Sorted, sort_cases
from training.fit.contamination import HEAVY, REACH
from training.fit.emptiness import EMPTINESS
from training.fit.lessons import Taught, teach
from training.fit.units import UnitFit, fit_unit

__all__ = ["FitOutcome", "FitReport", "FitSettings", "fit", "fold_of", "taught_by_cases"]

Key = tuple[str, str]

MIN_ACCOUNTS = 50
"""A platform with fewer reference accounts is not fitted: nothing could be expected from so few."""

MIN_HISTORIES = 100
"""A platform with fewer histories of its own takes the history reference, where one is given."""


@dataclass(frozen=True, slots=True)
class FitSettings:
    """All that a fit depends on besides its data; written into the card, so that a run repeats from its output.

    `signals` names those of other packages that are used besides our own: what is installed alone changes no model.
    """

    name: str = "reference"
    seed: int = 7
    folds: int = 5
    sources: tuple[Mapping[str, Any], ...] = ()
    not_for: tuple[str, ...] = ()
    history_calibration: str = "simulated organic histories"
    signals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FitReport:
    """How the model does on reference accounts held out of the fit, fold by fold.

    `out_of_fold` holds arrays of equal length: platform, followers, p_value, followers_p, likes_p, automation_p,
    level, cohort (the size band's lower end). `by_fold` are models that never saw the accounts of a fold (`fold_of`),
    without what cases taught.
    """

    metrics: dict[str, float]
    notices: tuple[str, ...]
    out_of_fold: dict[str, NDArray[Any]] = field(repr=False)
    by_fold: tuple[Model, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class FitOutcome:
    """A fitted model and the report on it."""

    model: Model
    report: FitReport


def fit(
    tables: Tables,
    settings: FitSettings,
    *,
    cases: Sequence[Case] = (),
    history_reference: Tables | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> FitOutcome:
    """Fits a model on a reference population.

    Parameters
    ----------
    tables : Tables
        The reference, as read; it is repaired here. Row order does not matter.
    settings : FitSettings
    cases : labelled accounts; inflated ones leave the reference, genuine ones stay, others are reported
    history_reference : Tables, optional
        Organic histories for platforms whose reference has fewer than 100 of its own.
    say : called with a line of progress now and then

    Raises
    ------
    FitError
        When no platform has `MIN_ACCOUNTS` accounts, or no counter that a signal needs.
    """
    from threadpoolctl import threadpool_limits

    # One thread: the matrices are small, and sums split over threads would give other bits on other machines.
    with threadpool_limits(1):
        return _fit(tables, settings, cases, history_reference, say)


def _fit(
    tables: Tables,
    settings: FitSettings,
    cases: Sequence[Case],
    history_reference: Tables | None,
    say: Callable[[str], None],
) -> FitOutcome:
    tables = repair(tables)
    sorted_cases = sort_cases(cases, tables.keys())
    keys = [key for key in sorted(tables.keys()) if key not in sorted_cases.excluded]
    histories = repair(history_reference) if history_reference is not None else None
    platforms: dict[str, Platform] = {}
    notices = list(sorted_cases.notices)
    held: list[dict[str, NDArray[Any]]] = []
    unseen: list[dict[str, Platform]] = [{} for _ in range(settings.folds)]
    learnt: dict[str, float] = {}
    for name in sorted({platform for platform, _ in keys}):
        own = [key for key in keys if key[0] == name]
        if len(own) < MIN_ACCOUNTS:
            notices.append(
                f"{name}: {how_many(len(own), 'reference account')}, too few for a model (at least {MIN_ACCOUNTS})."
            )
            continue
        say(f"{name}: fitting on {len(own):,} accounts")
        found = _fit_platform(name, tables, own, settings, histories, sorted_cases, say)
        if found is None:
            notices.append(f"{name}: no counter that a signal needs is known often enough.")
            continue
        platforms[name] = found.platform
        learnt |= found.metrics
        notices += found.notices
        held.append(found.out_of_fold)
        for fold, one in enumerate(found.by_fold):
            unseen[fold][name] = one
    if not platforms:
        raise FitError("No model could be fitted. " + (" ".join(notices) or "The source holds no account."))
    out = {name: np.concatenate([part[name] for part in held]) for name in held[0]}
    metrics = _metrics(out) | learnt
    card = _card(settings, platforms, metrics, sorted_cases)
    by_fold_models = tuple(Model(one, {}) for one in unseen if set(one) == set(platforms))
    return FitOutcome(Model(platforms, card), FitReport(metrics, tuple(notices), out, by_fold_models))


@dataclass(frozen=True, slots=True)
class _Fitted:
    """A platform's units, the same for each fold without its accounts, and what is to be told of their fit."""

    platform: Platform
    by_fold: tuple[Platform, ...]
    out_of_fold: dict[str, NDArray[Any]]
    metrics: Mapping[str, float]
    notices: tuple[str, ...]


def _fit_platform(
    name: str,
    tables: Tables,
    keys: list[Key],
    settings: FitSettings,
    histories: Tables | None,
    cases: Sorted,
    say: Callable[[str], None],
) -> _Fitted | None:
    panel = build_panel(tables, keys)
    evidence = gather(panel, joined=settings.signals)
    folds = fold_of(keys, settings.folds)
    other = _other_histories(name, histories, settings)
    labels = {key: label for key, label in cases.labels.items() if key[0] == name}
    vouched = np.array([labels.get(key) == 0 for key in keys], dtype=bool)
    fits: list[tuple[UnitFit, bool]] = []
    for block in BLOCKS:
        for axis in AXES:
            if (block == "history") and axis == "automation":
                continue
            lacking = block == "history" and evidence.atoms["history.followers"].sum() < MIN_HISTORIES
            if lacking and other is not None:
                found = fit_unit(other[0], other[1], axis, block, settings.seed, settings.history_calibration)
            else:
                found = fit_unit(
                    evidence,
                    folds,
                    axis,
                    block,
                    settings.seed,
                    reach=REACH.get(name, {}),
                    heavy=HEAVY.get(name, {}),
                    empty=EMPTINESS.get(name) if axis == "automation" else None,
                    vouched=vouched,
                )
            if found is not None:
                fits.append((found, lacking))
                say(f"{name}: {found.unit!r}")
    if not fits:
        return None
    platform = Platform(name, tuple(found.unit for found, _ in fits), len(keys))
    by_fold = tuple(
        Platform(name, tuple(found.by_fold[fold] for found, _ in fits), len(keys))
        for fold in range(int(folds.max()) + 1)
    )
    held = _out_of_fold(tables, keys, folds, by_fold)
    taught = taught_by_cases(platform, tables, keys, held, labels, cases.drawn, settings.seed)
    if taught is not None:
        platform = replace(platform, lessons=taught.lessons)
        held = [
            (rows, replace(one, overall=taught.overall[rows], score=taught.score[rows])) for rows, one in held
        ]
    parts = [_said(name, panel.profile["followers"][rows], judgement) for rows, judgement in held]
    out = {column: np.concatenate([part[column] for part in parts]) for column in parts[0]}
    out["cohort"] = _bands(out["followers"])
    metrics, notices = _left_out(name, [found for found, _ in fits])
    if taught is not None:
        metrics, notices = metrics | taught.metrics, notices + taught.notices
    return _Fitted(platform, by_fold, out, metrics, notices)


def _left_out(name: str, fits: Sequence[UnitFit]) -> tuple[dict[str, float], tuple[str, ...]]:
    """Shares of the reference that counted as inflated, and the same in words."""
    some = [(found.unit, found.left_out) for found in fits if found.left_out > 0]
    metrics = {f"{name}.{unit.axis}.{unit.block}.left_out": share for unit, share in some}
    return metrics, tuple(
        f"{name}: {share:.1%} of the reference accounts lie farther out in {unit.axis} by {unit.block} than ordinary "
        "ones would. They count as inflated and were left out there, and what is odd there weighs "
        f"{unit.weight:.1f} times as much as otherwise."
        for unit, share in some
    )


def _out_of_fold(
    tables: Tables, keys: list[Key], folds: NDArray[np.intp], by_fold: Sequence[Platform]
) -> list[tuple[NDArray[np.intp], Judgement]]:
    """For each fold that holds accounts, their places among `keys` and what a model without them says."""
    held = []
    for fold, platform in enumerate(by_fold):
        rows = np.flatnonzero(folds == fold)
        if not len(rows):
            continue
        model = Model({platform.name: platform}, {})
        held.append((rows, model.judge(build_panel(tables, [keys[row] for row in rows]))))
    return held


def taught_by_cases(
    platform: Platform,
    tables: Tables,
    keys: list[Key],
    held: Sequence[tuple[NDArray[np.intp], Judgement]],
    labels: Mapping[Key, float],
    drawn: frozenset[Key],
    seed: int,
) -> Taught | None:
    """What cases teach a platform, None without cases.

    `keys` are the reference, each judged in `held` by a model without itself; inflated cases are outside of it anyway.
    """
    if not labels:
        return None
    outside = sorted(set(labels) - set(keys))
    n, everyone = len(keys), [*keys, *outside]
    overall, score = np.full(len(everyone), np.nan), np.full(len(everyone), np.nan)
    for rows, judgement in held:
        overall[rows], score[rows] = judgement.overall, judgement.score
    panel = build_panel(tables, everyone)
    evidence = gather(panel)
    if outside:
        whole = Model({platform.name: replace(platform, lessons=())}, {})
        judgement = whole.judge(build_panel(tables, outside))
        overall[n:], score[n:] = judgement.overall, judgement.score
    label = np.array([labels.get(key, np.nan) for key in everyone], dtype=np.float64)
    reference = (np.arange(len(everyone)) < n) & (label != 1)
    by_chance = np.array([key in drawn for key in everyone], dtype=bool)
    return teach(
        platform.name, platform.units, evidence, everyone, overall, score, label, reference, by_chance, seed
    )


def _said(name: str, followers: FloatArray, judgement: Judgement) -> dict[str, NDArray[Any]]:
    level, p_value = levels(judgement)
    part: dict[str, NDArray[Any]] = {
        "platform": np.full(len(level), name, dtype=object),
        "followers": followers,
        "p_value": p_value,
        "level": level,
    }
    return part | {f"{axis}_p": np.power(10.0, -judgement.axes[axis]) for axis in AXES}


def _other_histories(
    name: str, histories: Tables | None, settings: FitSettings
) -> tuple[Evidence, NDArray[np.intp]] | None:
    if histories is None:
        return None
    keys = sorted(key for key in set(histories.keys()) if key[0] == name)
    if len(keys) < MIN_HISTORIES:
        return None
    evidence = gather(build_panel(histories, keys), joined=settings.signals)
    return evidence, fold_of(keys, settings.folds)


def fold_of(keys: Sequence[tuple[str, str]], n_folds: int) -> NDArray[np.intp]:
    """The fold of each account, from a hash of its key: the same in any order and in any company."""
    digests = (sha256(f"fold|{platform}|{account}".encode()).digest() for platform, account in keys)
    return np.array([int.from_bytes(digest[:4], "big") % n_folds for digest in digests], dtype=np.intp)


def _bands(followers: FloatArray) -> FloatArray:
    """Lower end of each account's size band: 0, 1,000, 10,000, ..."""
    with np.errstate(divide="ignore", invalid="ignore"):
        power = np.floor(np.log10(np.maximum(np.nan_to_num(followers, nan=0.0), 1.0)))
    return np.where(power < 3, 0.0, np.power(10.0, power))


def _metrics(out: dict[str, NDArray[Any]]) -> dict[str, float]:
    metrics: dict[str, float] = {}
    for name in sorted(set(out["platform"])):
        mine = out["platform"] == name
        level = out["level"][mine]
        judged = level != "insufficient_data"
        metrics[f"{name}.accounts"] = float(mine.sum())
        metrics[f"{name}.judged_share"] = float(judged.mean())
        if not judged.any():
            continue
        metrics[f"{name}.suspicious_share"] = float((level[judged] == "suspicious").mean())
        metrics[f"{name}.unusual_or_more_share"] = float(
            np.isin(level[judged], ["suspicious", "unusual"]).mean()
        )
        for band in sorted(set(out["cohort"][mine])):
            rows = mine & (out["cohort"] == band) & (out["level"] != "insufficient_data")
            if rows.sum() >= 100:
                share = float((out["level"][rows] == "suspicious").mean())
                metrics[f"{name}.from_{int(band)}.accounts"] = float(rows.sum())
                metrics[f"{name}.from_{int(band)}.suspicious_share"] = share
    return metrics


def _card(
    settings: FitSettings, platforms: Mapping[str, Platform], metrics: Mapping[str, float], cases: Sorted
) -> dict[str, Any]:
    kept = asdict(settings)
    # Named where there are any, so that other models keep the bytes of before.
    joined = {"joined_signals": recorded(settings.signals)} if settings.signals else {}
    return {
        "name": settings.name,
        "settings": {key: kept[key] for key in ("seed", "folds")},
        "platforms": {name: {"accounts": platform.n_accounts} for name, platform in platforms.items()},
        "sources": [dict(source) for source in settings.sources],
        "not_for": list(settings.not_for),
        "cases": {"inflated": cases.n_inflated, "genuine": cases.n_genuine},
        "cross_validation": {key: round(value, 6) for key, value in sorted(metrics.items())},
        **joined,
    }
