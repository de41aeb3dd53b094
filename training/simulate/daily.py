"""Daily likes of simulated creators beside the few real series: sizes of days, and what hangs together.

Three accounts and five videos are no population. So each window of a real series is shown by its place among the
simulated accounts most like it (a share: 0.5 = in their middle), and a classifier is asked about an account that it
has not learnt from; its interval draws whole accounts. A video is no account: its figures are shown beside the
accounts', and say how a single old post behaves.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.panel import Panel, build_panel
from detector.repair import repair
from detector.tables import Tables
from training.accounts import half_of
from training.simulate.look import as_shown
from training.simulate.series import Series, tiktok_series, video_series

__all__ = ["COLUMNS", "JUDGED", "DailySet", "compare_daily", "daily_figures", "daily_sets", "daily_text"]

Array = NDArray[np.float64]

WINDOW_DAYS = 60
MIN_LOOKS = 50
MAX_GAP = 3
"""Days between two looks beyond which their difference is no day's gain, as in `detector.signals.gains`."""

ALIKE = 300
"""Simulated accounts that a window is held against: those nearest in followers (accounts) or daily likes (videos)."""

REPLICATES = 400
SEED = 41

COLUMNS = {
    "spread": "sd of a day's likes over their mean, ln",
    "best": "best day over the median day, ln",
    "after_best": "the day after the best one, as a share of it",
    "next_day": "rank correlation of a day with the next",
    "companion": "rank correlation of likes with gains of followers (videos: of views)",
    "growth": "mean daily likes over the lifetime likes, per thousand, ln",
}
JUDGED = ("spread", "best", "after_best", "next_day", "companion")
"""What the classifier sees: shapes. How fast an account grows follows its age and year more than anything else."""


@dataclass(frozen=True, slots=True)
class DailySet:
    """Series of one source; `companion` is the counter beside likes; `columns` are those that a classifier sees."""

    title: str
    series: tuple[Series, ...]
    companion: str
    columns: tuple[str, ...]
    judged: bool


def daily_sets(data: Path) -> tuple[DailySet, ...]:
    """Both sets of real series below `data`, one after the other."""
    accounts = tuple(tiktok_series(data / "tiktok-daily-2026"))
    videos = tuple(video_series(data / "youtube-video-daily-2025"))
    alone = tuple(
        name for name in JUDGED if name != "companion"
    )  # nobody simulates lifetime views day by day
    return (
        DailySet("TikTok accounts, 2026", accounts, "followers", JUDGED, True),
        DailySet("YouTube videos, 2025/26 (not judged)", videos, "views", alone, False),
    )


def daily_figures(day: Array, likes: Array, companion: Array) -> dict[str, float]:
    """`COLUMNS` of one history, counters at looks in order of time; NaN where they cannot be known.

    Gains are per day between looks at most `MAX_GAP` days apart.
    """
    gap = np.diff(day)
    near = (gap > 0) & (gap <= MAX_GAP)
    gain, other = (
        np.where(near, np.diff(values) / np.maximum(gap, 1.0), np.nan) for values in (likes, companion)
    )
    known = gain[~np.isnan(gain)]
    if len(known) < MIN_LOOKS - 1 or known.mean() <= 0:
        return dict.fromkeys(COLUMNS, np.nan)
    best = int(np.nanargmax(gain))
    after = gain[best + 1] if best + 1 < len(gain) else np.nan
    return {
        "spread": float(np.log(known.std() / known.mean())) if known.std() > 0 else np.nan,
        "best": float(np.log(known.max() / max(float(np.median(known)), 1.0))),
        "after_best": float(after / gain[best]),
        "next_day": _rank_correlation(gain[:-1], gain[1:]),
        "companion": _rank_correlation(gain, other),
        "growth": float(np.log(1_000 * known.mean() / np.nanmean(likes))),
    }


def _rank_correlation(one: Array, other: Array) -> float:
    from scipy.stats import rankdata

    both = ~np.isnan(one) & ~np.isnan(other)
    ranks = [rankdata(values[both]) for values in (one, other)]
    if both.sum() < MIN_LOOKS // 2 or min(values.std() for values in ranks) == 0:
        return float("nan")
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


@dataclass(frozen=True, slots=True)
class _Window:
    """Disjoint stretch of a real series."""

    account: str
    day: Array
    likes: Array
    companion: Array


def _windows(series: Series, companion: str) -> list[_Window]:
    found = []
    likes, other = series.counters["likes"], series.counters[companion]
    for start in range(0, len(series.day) - WINDOW_DAYS + 1, WINDOW_DAYS):
        rows = slice(start, start + WINDOW_DAYS)
        if np.sum(likes[rows] > 0) >= MIN_LOOKS:  # a vanished account is written as 0
            found.append(_Window(series.name, series.day[rows], likes[rows], other[rows]))
    return found


def compare_daily(real: DailySet, simulated: Tables) -> dict[str, Any]:
    """Windows of real series beside the simulated accounts most like them.

    Parameters
    ----------
    real : DailySet
    simulated : Tables
        A population as `training.simulate.population.population` gives it.

    Returns
    -------
    dict
        `windows`: account, figures (column -> value), place (column -> share of the simulated below it) and `alike`
        (column -> quartiles of the simulated) for each window; `auc`: mean over accounts of the AUC against simulated
        ones of a classifier that learnt from the other accounts, and its 95 % interval over accounts.
    """
    panel = build_panel(repair(simulated))
    found, known = [], {}
    for window in (one for series in real.series for one in _windows(series, real.companion)):
        shows = (_is_shown(window.likes), _is_shown(window.companion))
        if shows not in known:
            known[shows] = _simulated(panel, *shows)
        side = known[shows]
        size = window.companion if real.companion == "followers" else np.diff(window.likes)
        near = _nearest(
            side, "followers" if real.companion == "followers" else "daily", float(np.nanmedian(size))
        )
        alike = {name: values[near] for name, values in side.items()}
        found.append((window.account, daily_figures(window.day, window.likes, window.companion), alike))
    return {
        "title": real.title,
        "judged": real.judged,
        "accounts": len({account for account, _, _ in found}),
        "alike": ALIKE,
        "windows": [_placed(account, figures, alike) for account, figures, alike in found],
        "auc": _told(found, real.columns),
    }


def _is_shown(counts: Array) -> bool:
    """Whether counters arrived as a page shows them, in steps of a hundred at least."""
    large = counts[counts >= 1e4]
    return len(large) > 0 and bool((large % 100 == 0).all())


def _simulated(panel: Panel, likes_shown: bool, followers_shown: bool) -> dict[str, Array]:
    """`COLUMNS`, followers and daily likes of accounts whose counters are, or can be, shown like the real ones."""
    rows: list[dict[str, float]] = []
    likes, followers = (values[:, -WINDOW_DAYS:] for values in (panel.history.likes, panel.history.followers))
    for at in range(len(panel)):
        seen = ~np.isnan(likes[at])
        if seen.sum() < MIN_LOOKS:
            continue
        own, others = likes[at][seen], followers[at][seen]
        if (_is_shown(own) and not likes_shown) or (_is_shown(others) and not followers_shown):
            continue
        own, others = as_shown(own) if likes_shown else own, as_shown(others) if followers_shown else others
        day = np.flatnonzero(seen).astype(float)
        figures = daily_figures(day, own, others)
        figures |= {"followers": float(np.nanmedian(others)), "daily": float(np.median(np.diff(own)))}
        rows.append(figures | {"half": float(half_of(str(panel.account_id[at])))})
    return {name: np.array([row[name] for row in rows]) for name in (*COLUMNS, "followers", "daily", "half")}


def _nearest(side: Mapping[str, Array], by: str, size: float) -> NDArray[np.intp]:
    away = np.abs(np.log1p(np.maximum(side[by], 0.0)) - np.log1p(size))
    return np.argsort(np.where(np.isnan(side["spread"]), np.inf, away), kind="stable")[:ALIKE]


def _placed(account: str, figures: Mapping[str, float], alike: Mapping[str, Array]) -> dict[str, Any]:
    place, middle = {}, {}
    for name in COLUMNS:
        values = alike[name][~np.isnan(alike[name])]
        below = np.mean(values < figures[name]) + 0.5 * np.mean(values == figures[name])
        place[name] = round(float(below), 3) if np.isfinite(figures[name]) else None
        middle[name] = [round(float(one), 3) for one in np.quantile(values, (0.05, 0.25, 0.5, 0.75, 0.95))]
    shown = {name: round(figures[name], 3) if np.isfinite(figures[name]) else None for name in COLUMNS}
    return {"account": account, "figures": shown, "place": place, "alike": middle}


Found = Sequence[tuple[str, dict[str, float], dict[str, Array]]]


def _told(found: Found, columns: tuple[str, ...]) -> dict[str, Any]:
    """How well classifiers that learnt from other accounts tell an account's windows from simulated ones."""
    names = sorted({account for account, _, _ in found})
    out: dict[str, Any] = {}
    if len(names) < 2:
        return out
    for kind, make in _classifiers().items():
        each = np.array([_told_of(found, columns, name, make) for name in names])
        rng = np.random.default_rng(SEED)
        drawn = [float(each[rng.integers(0, len(each), len(each))].mean()) for _ in range(REPLICATES)]
        low, high = np.quantile(drawn, (0.025, 0.975))
        out[kind] = {
            "auc": round(float(each.mean()), 3),
            "low": round(float(low), 3),
            "high": round(float(high), 3),
        }
    return out


def _classifiers() -> dict[str, Callable[[], Any]]:
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import PolynomialFeatures, StandardScaler

    return {
        "logistic": lambda: make_pipeline(
            StandardScaler(),
            PolynomialFeatures(2),
            LogisticRegression(class_weight="balanced", max_iter=1_000),
        ),
        "forest": lambda: RandomForestClassifier(
            200, min_samples_leaf=3, class_weight="balanced", random_state=SEED
        ),
    }


def _told_of(found: Found, columns: tuple[str, ...], name: str, make: Callable[[], Any]) -> float:
    """AUC of one account's windows; half of the simulated accounts are learnt from, the others told from them."""
    from sklearn.metrics import roc_auc_score

    def real(mine: bool) -> Array:
        rows = [[figures[column] for column in columns] for who, figures, _ in found if (who == name) == mine]
        return np.array(rows)

    def others(mine: bool) -> Array:
        rows = []
        for who, _, alike in found:
            if (who == name) == mine:
                table = np.column_stack([alike[column] for column in columns])
                rows.append(table[alike["half"] == float(mine)])
        return np.concatenate(rows)

    def labelled(mine: bool) -> tuple[Array, Array]:
        left, right = real(mine), others(mine)
        table, label = np.concatenate([left, right]), np.repeat([1.0, 0.0], [len(left), len(right)])
        use = np.isfinite(table).all(axis=1)
        return table[use], label[use]

    table, label = labelled(False)
    classifier = make().fit(table, label)
    table, label = labelled(True)
    return float(roc_auc_score(label, classifier.predict_proba(table)[:, 1]))


def daily_text(found: Mapping[str, Any]) -> str:
    """A comparison in lines: each window's figures and their places, and what classifiers tell."""
    lines = [
        f"{found['title']}: daily likes of {found['accounts']} accounts beside the {found['alike']} most like them"
    ]
    lines += ["", f"  {'(share below)':<20}" + "".join(f"{name:>15}" for name in COLUMNS)]
    for window in found["windows"]:
        cells = []
        for name in COLUMNS:
            value, place = window["figures"][name], window["place"][name]
            cells.append("-" if value is None else f"{value:.2f} ({place:.2f})")
        lines.append(f"  {window['account']:<20}" + "".join(f"{cell:>15}" for cell in cells))
    lines += ["", "  a classifier that learnt from the other accounts, AUC (95 % over accounts):"]
    lines += [
        f"  {kind}: {one['auc']:.2f} ({one['low']:.2f} to {one['high']:.2f})"
        for kind, one in found["auc"].items()
    ]
    return "\n".join(lines) + "\n"
