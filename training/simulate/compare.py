"""How real simulated creators look: quantiles and couplings side by side, and a classifier that tries to tell them.

    python -m training.simulate.compare --data DATA      writes benchmarks/results/realism.json and prints it

Fairly: only columns that both sides have (`training.simulate.columns`), from tables cut to what the real set holds
(of creators: profile and about 25 newest posts without the time of the look; of channels: followers alone); counters
shown with the rounding of the real platform; and for each real account the simulated one whose number of followers is
nearest, so that both sides have the same sizes. Simulated accounts are a population at realistic rates, all archetypes
among them. Figures of the simulator (`figures.py`) were fitted on the real accounts of one half alone (`half_of` gives
0): the other half shows whether they hold. Daily likes, of which there are few real series, are compared in `daily`.
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.tables import Table, Tables, missing
from training.accounts import half_of, only
from training.simulate.columns import HISTORY, POSTS, PROFILE, columns_of
from training.simulate.daily import compare_daily, daily_sets, daily_text
from training.simulate.look import as_shown
from training.simulate.population import population

__all__ = ["AUC_MAX", "SETS", "RealSet", "compare", "main", "separability", "text"]

Array = NDArray[np.float64]
AUC_MAX = 0.75
SEED = 41
SIMULATED = 14_000
DRAWS = 5
"""Populations of successive seeds: with 850 accounts a half, the AUC of a single one moves by .01 by chance."""
TREES = 200
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True, slots=True)
class RealSet:
    """A real data set: how it is read, and what simulated tables must lose to be like it.

    `judged`: the classifier must not do better than `AUC_MAX` on `columns`; else its figure is printed to be known.
    """

    name: str
    title: str
    read: Callable[[Path], Tables]
    like: Callable[[Tables], Tables]
    columns: tuple[str, ...]
    judged: bool


def _creators(data: Path) -> Tables:
    from training.reference import tiktok_creators_2020

    tables = tiktok_creators_2020.read(data / "tiktok-creators-2020")
    ids, n = np.unique(tables.posts.column("account_id").astype(str), return_counts=True)
    wanted = set(ids[n >= 10].tolist())
    return only(tables, [key for key in tables.keys() if key[1] in wanted])  # noqa: SIM118 - no dictionary


def _users(data: Path) -> Tables:
    from training.reference import tiktok_user_sample_2024

    return tiktok_user_sample_2024.read(data / "tiktok-user-sample-2024")


def _channels(data: Path) -> Tables:
    from training.reference import vtuber_daily_2026

    return vtuber_daily_2026.read(data / "vtuber-daily-2026")


def _shown(table: Table, names: tuple[str, ...], show: Callable[[Array], Array]) -> Table:
    changed = {name: show(table.column(name)) for name in names}
    if "observed_at" in table.columns and table.name != "snapshots":
        changed["observed_at"] = missing("time", len(table))
    if table.name == "posts":
        changed["pinned"] = missing("flag", len(table))
    return table.replace(**changed)


def _like_creators(tables: Tables) -> Tables:
    """Profile and posts, nobody saying when they were seen."""
    accounts = _shown(tables.accounts, ("followers", "likes", "posts"), as_shown)
    posts = _shown(tables.posts, ("views", "likes", "comments", "shares"), as_shown)
    return Tables(accounts=accounts, posts=posts)


def _like_users(tables: Tables) -> Tables:
    """Profiles alone, counters exact, of accounts with a hundred followers, a like and a video."""
    accounts = _shown(tables.accounts, ("followers", "likes", "posts"), lambda counts: counts)
    known = (accounts.column("likes") > 0) & (accounts.column("posts") > 0)
    return Tables(accounts=accounts.take(known & (accounts.column("followers") >= 100)))


def _like_channels(tables: Tables) -> Tables:
    """Followers of the last 72 days, three figures."""
    looks = tables.snapshots
    last = dict(zip(tables.accounts.column("account_id"), tables.accounts.column("observed_at"), strict=True))
    newest = np.array([last[one] for one in looks.column("account_id")], dtype="datetime64[us]")
    looks = looks.take(looks.column("observed_at") > newest - np.timedelta64(72, "D"))
    who = {name: looks.column(name) for name in ("platform", "account_id", "observed_at")}
    return Tables(
        snapshots=Table("snapshots", {**who, "followers": _three_figures(looks.column("followers"))})
    )


def _three_figures(counts: Array) -> Array:
    step = 10.0 ** np.maximum(np.floor(np.log10(np.maximum(counts, 1.0))) - 2.0, 0.0)
    return np.asarray(np.floor(counts / step) * step)


SETS = (
    RealSet(
        "tiktok-creators-2020",
        "TikTok creators with ten videos or more: profile and posts",
        _creators,
        _like_creators,
        PROFILE + POSTS,
        True,
    ),
    RealSet("tiktok-user-sample-2024", "ordinary TikTok users: profile", _users, _like_users, PROFILE, True),
    RealSet(
        "vtuber-daily-2026",
        "YouTube channels, a slower platform: shape of growth",
        _channels,
        _like_channels,
        HISTORY,
        False,
    ),
)


def compare(real: RealSet, tables: Tables, *simulated: Tables) -> dict[str, Any]:
    """One real set beside simulated populations.

    Parameters
    ----------
    real : RealSet
    tables : Tables
        As `real.read` gives them.
    *simulated : Tables
        One population or more as `training.simulate.population.population` gives them, of different seeds.

    Returns
    -------
    dict
        `quantiles`: column -> side -> values at `QUANTILES`; `by_size`: likes per follower by decade of followers;
        `couplings`: pair -> side -> Spearman's rank correlation, these three with the first population; `auc`: half ->
        classifier -> cross-validated AUC, the mean over populations; `auc_range`: the same, the least and the most;
        `telling`: the columns the classifier leans on, the most first.
    """
    halves = np.array([half_of(account) for _, account in tables.keys()])  # noqa: SIM118 - no dictionary
    left = columns_of(tables)
    if real.columns == HISTORY:
        left = _with_size(left, tables)
    known = _complete(left, real.columns)
    left, halves = _take(left, known), halves[known]
    matched = [_matched(real, left, population) for population in simulated]
    found = {
        name: [
            separability(_take(left, halves == half), _take(others, halves == half), real.columns)
            for others in matched
        ]
        for half, name in ((0, "fitted on"), (1, "held out"))
    }
    return {
        "name": real.name,
        "title": real.title,
        "judged": real.judged,
        "accounts": int(known.sum()),
        "quantiles": {
            name: {"real": _quantiles(left[name]), "simulated": _quantiles(matched[0][name])}
            for name in real.columns
        },
        "by_size": _by_size(left, matched[0]) if "likes_per_follower" in real.columns else {},
        "couplings": _couplings(left, matched[0], real.columns),
        "auc": {
            name: {"accounts": float((halves == half).sum())}
            | _over([told for told, _ in found[name]], np.mean)
            for half, name in enumerate(found)
        },
        "auc_range": {
            name: _over([told for told, _ in draws], lambda values: [min(values), max(values)])
            for name, draws in found.items()
        },
        "telling": found["held out"][0][1],
    }


def _matched(real: RealSet, left: Mapping[str, Array], simulated: Tables) -> dict[str, Array]:
    """For each real account the simulated one of nearest size."""
    alike = real.like(simulated)
    right = columns_of(alike)
    if real.columns == HISTORY:
        right = _with_size(right, alike)
    right = _take(right, _complete(right, real.columns))
    return _take(right, nearest(left["followers"], right["followers"]))


def _over(draws: list[dict[str, float]], told: Callable[[list[float]], Any]) -> dict[str, Any]:
    return {name: np.round(told([one[name] for one in draws]), 3).tolist() for name in draws[0]}


def _with_size(side: dict[str, Array], tables: Tables) -> dict[str, Array]:
    from detector.panel import build_panel
    from detector.signals.stats import median

    return {**side, "followers": np.log(np.maximum(median(build_panel(tables).history.followers), 1.0))}


def _complete(side: Mapping[str, Array], columns: tuple[str, ...]) -> NDArray[np.bool_]:
    return np.asarray(np.isfinite(np.stack([side[name] for name in {*columns, "followers"}])).all(axis=0))


def _take(side: Mapping[str, Array], rows: NDArray[Any]) -> dict[str, Array]:
    return {name: values[rows] for name, values in side.items()}


def nearest(wanted: Array, found: Array) -> NDArray[np.intp]:
    """For each wanted value the row of `found` that is nearest, each row once as long as there are enough.

    >>> nearest(np.array([1.0, 1.1, 5.0]), np.array([5.2, 0.9, 1.0, 9.0])).tolist()
    [2, 1, 0]
    """
    if not len(found):
        raise ValueError("there is no simulated account of which all compared columns are known")
    free = np.ones(len(found), dtype=bool)
    rows = np.empty(len(wanted), dtype=np.intp)
    for at, value in enumerate(wanted):
        away = np.where(free, np.abs(found - value), np.inf)
        rows[at] = int(np.argmin(away))
        free[rows[at]] = False
        if not free.any():
            free[:] = True
    return rows


def separability(
    real: Mapping[str, Array], simulated: Mapping[str, Array], columns: tuple[str, ...]
) -> tuple[dict[str, float], list[str]]:
    """Cross-validated AUC of classifiers between two sides, 0.5 where they cannot tell, and the telling columns.

    Gradient boosting and a forest of extremely randomised depth-limited trees would agree on easy cases; both are
    given, with five folds and fixed seeds.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    table = np.column_stack([np.concatenate([real[name], simulated[name]]) for name in columns])
    is_real = np.repeat([1, 0], [len(real[columns[0]]), len(simulated[columns[0]])])
    folds = StratifiedKFold(5, shuffle=True, random_state=SEED)
    forest = RandomForestClassifier(TREES, min_samples_leaf=5, random_state=SEED)
    boosting = HistGradientBoostingClassifier(max_iter=120, learning_rate=0.08, random_state=SEED)
    found = {}
    for name, classifier in (("boosting", boosting), ("forest", forest)):
        chance = cross_val_predict(classifier, table, is_real, cv=folds, method="predict_proba")[:, 1]
        found[name] = round(float(roc_auc_score(is_real, chance)), 3)
    weights = forest.fit(table, is_real).feature_importances_
    return found, [columns[at] for at in np.argsort(-weights)]


def _quantiles(values: Array) -> list[float]:
    return [round(float(one), 3) for one in np.quantile(values, QUANTILES)]


def _by_size(real: Mapping[str, Array], simulated: Mapping[str, Array]) -> dict[str, dict[str, list[float]]]:
    """Likes per follower (ln) by decade of followers, where at least twenty accounts are."""
    found = {}
    for low in range(2, 8):
        sides = {}
        for name, side in (("real", real), ("simulated", simulated)):
            size = side["followers"] / np.log(10)
            band = (size >= low) & (size < low + 1)
            if band.sum() >= 20:
                sides[name] = _quantiles(side["likes_per_follower"][band])
        if len(sides) == 2:
            found[f"{10**low:,} followers"] = sides
    return found


def _couplings(
    real: Mapping[str, Array], simulated: Mapping[str, Array], columns: tuple[str, ...]
) -> dict[str, dict[str, float]]:
    from itertools import combinations

    def ranks(values: Array) -> Array:
        return np.argsort(np.argsort(values)).astype(float)

    def spearman(side: Mapping[str, Array], one: str, other: str) -> float:
        return round(float(np.corrcoef(ranks(side[one]), ranks(side[other]))[0, 1]), 2)

    return {
        f"{one} ~ {other}": {
            "real": spearman(real, one, other),
            "simulated": spearman(simulated, one, other),
        }
        for one, other in combinations(columns, 2)
    }


def text(found: dict[str, Any]) -> str:
    """A comparison in lines: quantiles side by side, likes per follower by size, couplings that differ, the AUC."""
    lines = [f"{found['title']} ({found['accounts']:,} accounts)", ""]
    lines.append(f"  {'ln of / share':<26}{'':>10}" + "".join(f"{100 * q:>7.0f} %" for q in QUANTILES))
    for name, sides in found["quantiles"].items():
        for side, values in sides.items():
            label = name if side == "real" else ""
            lines.append(f"  {label:<26}{side:>10}" + "".join(f"{value:>9.2f}" for value in values))
    for band, sides in found["by_size"].items():
        for side, values in sides.items():
            label = f"likes/follower, {band}" if side == "real" else ""
            lines.append(
                f"  {label:<26}"[:28].ljust(28) + f"{side:>10}" + "".join(f"{v:>9.2f}" for v in values)
            )
    apart = sorted(found["couplings"].items(), key=lambda item: -abs(item[1]["real"] - item[1]["simulated"]))
    lines += ["", "  rank correlations that differ most:"]
    lines += [f"  {pair:<54}{one['real']:>7.2f}{one['simulated']:>7.2f}" for pair, one in apart[:5]]
    lines += ["", "  a classifier between real and simulated accounts, AUC (0.5 = cannot tell):"]
    for half, figures in found["auc"].items():
        shown = ", ".join(
            f"{name} {figures[name]:.3f} ({low:.3f} to {high:.3f})"
            for name, (low, high) in found["auc_range"][half].items()
        )
        lines.append(f"  {half} half, {figures['accounts']:,.0f} accounts: {shown}")
    lines.append(f"  leans most on {', '.join(found['telling'][:4])}")
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Compares every set that is there, prints it, and writes the figures."""
    parser = argparse.ArgumentParser(prog="python -m training.simulate.compare", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the real data sets")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/realism.json"))
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args(arguments)
    if not options.data.is_dir():
        parser.error(f"there is no folder {options.data}")
    simulated = [
        population(SIMULATED, SEED + draw, posts=25, workers=options.workers)[0] for draw in range(DRAWS)
    ]
    found = [compare(one, one.read(options.data), *simulated) for one in SETS]
    daily = [compare_daily(one, simulated[0]) for one in daily_sets(options.data)]
    for shown in (*map(text, found), *map(daily_text, daily)):
        sys.stdout.write(shown + "\n")
    content = {"seed": SEED, "draws": DRAWS, "simulated": SIMULATED, "sets": found, "daily": daily}
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
