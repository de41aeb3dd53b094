"""Benchmark L1, histories of likes: lifetime likes ordered in a day or a five-day drip, and how many are found.

    python benchmarks/likes_history.py --data DATA               writes benchmarks/results/likes_history.json
    python benchmarks/likes_history.py --choosing                prints the same of the choosing seeds, no real series

Likes are put into rolling windows of the few real daily series of likes there are, and into simulated accounts. The
shipped model judges; it has seen neither. Windows of one account stay together: the threshold that they are held
against comes from the other accounts' windows, and intervals resample whole accounts.

Seeds 1000 to 1999 are for choosing signals and weights, 2000 to 2999 for reporting: nothing was chosen on them.
`LOOKED` counts how often the reporting seeds were looked at.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.panel import MAX_DAYS, Panel
from detector.tables import Table, Tables
from training.simulate.series import Series, tiktok_series, video_series

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "likes_history.json"
CHOOSING, REPORTING = 1000, 2000
"""First seeds: the population is drawn from this one, the viral look-alikes from the next."""
LEARNING = 1500
"""Seed of the accounts that the bound learns from, one of the choosing ones."""
LOOKED = 9

DOSES = (0.01, 0.03, 0.10)
DELIVERIES = {"a day": "lifetime_like_spike", "five days": "lifetime_like_drip"}
ACCOUNTS, VIRAL = 2_000, 3_000
LEAST_DAYS, LEAST_ORDER = 28, 100.0
"""Histories of four weeks or more (SIGNALS 3.3), and orders of a hundred likes or more: nobody sells fewer than a
step that chance makes."""
WINDOW_DAYS, STRIDE_DAYS = 60, 10
RATES = (0.01, 0.05, 0.001)
REPLICATES = 400
BANDS = (0.0, 1e4, 1e5, 1e6, np.inf)
Array = NDArray[np.float64]
Cut = Callable[[Tables], Tables]


# What is put in, and what is said of it.


def injected(tables: Tables, delivery: str, dose: float, seed: int) -> tuple[Tables, dict[str, float]]:
    """Tables with likes ordered for every account, and the amount for each account that took them."""
    from training.simulate.inject import inject
    from training.simulate.mechanics import MECHANICS

    more, truth = inject(tables, MECHANICS[DELIVERIES[delivery]], dose, seed)
    return more, {one.account_id: float(one.amount) for one in truth}


def said(tables: Tables, model: Any, ids: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Score, score of the likes and level of each account of `ids`, in that order."""
    from detector.scoring import score_tables

    columns = score_tables(tables, model).columns
    place = {account: row for row, account in enumerate(columns["account_id"])}
    rows = np.array([place[account] for account in ids], dtype=np.intp)
    score, likes = (np.asarray(columns[name], float)[rows] for name in ("score", "likes_score"))
    level = np.asarray(columns["level"], object)[rows]
    return {"score": np.nan_to_num(score, nan=-9.0), "likes": np.nan_to_num(likes, nan=-9.0), "level": level}


def above(untouched: Array, rate: float) -> float:
    """The score that a share `rate` of the untouched lie above."""
    return float(np.quantile(untouched, 1.0 - rate))


# Simulated accounts.

EVIDENCE: dict[str, Cut] = {
    "history": lambda tables: Tables(snapshots=tables.snapshots),
    "profile+history": lambda tables: replace(tables, posts=Table.empty("posts")),
    "profile+posts+history": lambda tables: tables,
}


def population(seed: int, n: int) -> Tables:
    """`n` organic creators at realistic rates of everything innocent, their histories as far as they are read."""
    from training.simulate.organic import organic

    return newest_days(organic(n, seed))


def viral_population(seed: int, n: int) -> Tables:
    """`n` organic creators each with a hit, one in two of an old post, of the sizes that the population has."""
    from training.simulate.population import population as drawn

    return newest_days(drawn(n, seed, archetypes=("viral_hit", "viral_old_video"))[0])


def newest_days(tables: Tables) -> Tables:
    """Looks of each account's last `MAX_DAYS` days: older ones are not read, and nothing is put in there."""
    looks = tables.snapshots
    day = looks.column("observed_at").astype("datetime64[D]").astype(np.int64)
    name, owner = np.unique(looks.column("account_id").astype(str), return_inverse=True)
    last = np.full(len(name), np.iinfo(np.int64).min)
    np.maximum.at(last, owner, day)
    return replace(tables, snapshots=looks.take(last[owner] - day < MAX_DAYS))


def ids_of(tables: Tables) -> list[str]:
    """Account ids in the order of the tables."""
    return [account for _, account in tables.keys()]  # noqa: SIM118 - a method of Tables, no dictionary


def days_of(tables: Tables, ids: Sequence[str]) -> Array:
    """Looks at lifetime likes that each account has."""
    looks = tables.snapshots
    own = looks.column("account_id")[~np.isnan(looks.column("likes"))]
    name, n = np.unique(own.astype(str), return_counts=True)
    found = dict(zip(name.tolist(), n.tolist(), strict=True))
    return np.array([float(found.get(account, 0)) for account in ids])


def followers_of(tables: Tables, ids: Sequence[str]) -> Array:
    own = dict(zip(tables.accounts.column("account_id"), tables.accounts.column("followers"), strict=True))
    return np.array([float(own[account]) for account in ids])


def recall(untouched: Array, inflated: Array, rate: float) -> float:
    """Share of the inflated above the `rate` threshold of the untouched."""
    return float(np.mean(inflated > above(untouched, rate)))


def interval(of: Callable[[NDArray[np.intp]], float], n: int, seed: int = 7) -> tuple[float, float]:
    """95 % of what a figure is when `n` accounts, each with its twin, are drawn again with replacement."""
    rng = np.random.default_rng(seed)
    drawn = [of(rng.integers(0, n, n)) for _ in range(REPLICATES)]
    return float(np.quantile(drawn, 0.025)), float(np.quantile(drawn, 0.975))


def simulated(model: Any, first: int, n: int = ACCOUNTS, n_viral: int = VIRAL) -> dict[str, Any]:
    """The matrix of simulated accounts: dose, delivery and evidence, and what may be found at best."""
    from detector.panel import build_panel
    from detector.repair import repair
    from training.evaluate.likes_bound import easy_to_see

    base, viral = population(first, n), viral_population(first + 1, n_viral)
    ids, viral_ids = ids_of(base), ids_of(viral)
    long, followers = days_of(base, ids) >= LEAST_DAYS, followers_of(base, ids)
    untouched = {name: said(cut(base), model, ids) for name, cut in EVIDENCE.items()}
    read = build_panel(repair(base), base.keys())
    out: dict[str, Any] = {"seed": first, "accounts": n, "long": int(long.sum()), "rows": []}
    out["bound"] = bound(base, first, long, n)
    out["untouched"] = [
        {
            "evidence": name,
            **alarms(said(cut(viral), model, viral_ids), "viral"),
            **alarms(kept(untouched[name], long)),
        }
        for name, cut in EVIDENCE.items()
    ]
    for delivery in DELIVERIES:
        for dose in DOSES:
            more, amount = injected(base, delivery, dose, first)
            amounts = np.array([amount.get(account, 0.0) for account in ids])
            took = amounts[long] >= LEAST_ORDER
            for name, cut in EVIDENCE.items():
                found, plain = kept(said(cut(more), model, ids), long), kept(untouched[name], long)
                row = compared(plain, found, took)
                bands = by_band(plain["score"], found["score"][took], followers[long][took])
                out["rows"].append(
                    {"delivery": delivery, "dose": dose, "evidence": name, **row, "bands": bands}
                )
                if dose == max(DOSES):
                    seen = took & easy_to_see(read, amounts)[long]
                    out["rows"][-1]["easy"] = {"accounts": int(seen.sum()), **shares(plain, found, seen)}
    return out


def bound(base: Tables, first: int, long: NDArray[np.bool_], n: int = ACCOUNTS) -> dict[str, Any]:
    """What a detector finds of the largest step that has learnt from such steps, by the history alone.

    It learns from accounts of another seed. Those of `base` that can be seen at all are counted apart.
    """
    from training.evaluate.likes_bound import easy_to_see, features, learnt_scores

    delivery, dose = next(iter(DELIVERIES)), max(DOSES)
    known, other = (
        panels(population(LEARNING, n), delivery, dose, LEARNING),
        panels(base, delivery, dose, first),
    )
    scores = learnt_scores(
        features(known.plain)[known.long],
        features(known.found)[known.took],
        {"untouched": features(other.plain), "inflated": features(other.found)},
    )
    plain = {"score": scores["untouched"][long]}
    found = {"score": scores["inflated"][long]}
    rows = {"all": other.took[long], "easy": (other.took & easy_to_see(other.plain, other.amount))[long]}
    out: dict[str, Any] = {"delivery": delivery, "dose": dose}
    for name, took in rows.items():
        out[name] = {"accounts": int(took.sum()), **shares(plain, found, took)}
    return out


@dataclass(frozen=True, slots=True)
class Panels:
    """Histories as they are read, without and with an order; which are long, which took one, and its amount."""

    plain: Panel
    found: Panel
    long: NDArray[np.bool_]
    took: NDArray[np.bool_]
    amount: Array


def panels(base: Tables, delivery: str, dose: float, seed: int) -> Panels:
    from detector.panel import build_panel
    from detector.repair import repair

    more, amount = injected(base, delivery, dose, seed)
    ids = ids_of(base)
    keys = base.keys()
    size = np.array([amount.get(account, 0.0) for account in ids])
    long = days_of(base, ids) >= LEAST_DAYS
    plain, found = (build_panel(repair(tables), keys) for tables in (base, more))
    return Panels(plain, found, long, long & (size >= LEAST_ORDER), size)


def shares(
    untouched: dict[str, NDArray[Any]], found: dict[str, NDArray[Any]], took: NDArray[np.bool_]
) -> dict[str, Any]:
    """Recall at each rate by `score`, with intervals over accounts drawn together with their twins."""
    row: dict[str, Any] = {}
    for rate in RATES:

        def of(drawn: NDArray[np.intp], rate: float = rate) -> float:
            return recall(untouched["score"][drawn], found["score"][drawn[took[drawn]]], rate)

        row[f"recall_{rate:g}"] = of(np.arange(len(took)))
        row[f"recall_{rate:g}_interval"] = interval(of, len(took))
    return row


def kept(found: dict[str, NDArray[Any]], rows: NDArray[Any]) -> dict[str, NDArray[Any]]:
    return {name: values[rows] for name, values in found.items()}


def alarms(found: dict[str, NDArray[Any]], prefix: str = "ordinary") -> dict[str, Any]:
    """How many untouched accounts are called suspicious, and in what interval that share lies (Wilson, 95 %)."""
    n, k = len(found["level"]), int(np.sum(found["level"] == "suspicious"))
    middle, half = (k + 1.92) / (n + 3.84), 1.96 / (n + 3.84) * np.sqrt(k * (n - k) / n + 0.96)
    return {
        f"{prefix}_accounts": n,
        f"{prefix}_suspicious": k,
        f"{prefix}_interval": [max(middle - half, 0.0), middle + half],
    }


def compared(
    untouched: dict[str, NDArray[Any]], found: dict[str, NDArray[Any]], took: NDArray[np.bool_]
) -> dict[str, Any]:
    """Recall at each rate, by the score and by the likes' own, and how many are called suspicious.

    All accounts are drawn again, each together with its inflated twin where it took the order.
    """
    n = len(took)

    def share(name: str, rate: float) -> Callable[[NDArray[np.intp]], float]:
        def of(drawn: NDArray[np.intp]) -> float:
            return recall(untouched[name][drawn], found[name][drawn[took[drawn]]], rate)

        return of

    def caught(drawn: NDArray[np.intp]) -> float:
        return float(np.mean(found["level"][drawn[took[drawn]]] == "suspicious"))

    everyone = np.arange(n)
    row: dict[str, Any] = {"accounts": int(took.sum()), "caught": caught(everyone)}
    row["caught_interval"] = interval(caught, n)
    for rate in RATES:
        row[f"recall_{rate:g}"] = share("score", rate)(everyone)
        row[f"recall_{rate:g}_interval"] = interval(share("score", rate), n)
        row[f"likes_recall_{rate:g}"] = share("likes", rate)(everyone)
    return row


def by_band(untouched: Array, found: Array, followers: Array) -> list[dict[str, Any]]:
    """Recall at 1 % by followers, all bands held against the same threshold."""
    rows = []
    for low, high in pairwise(BANDS):
        mine = (followers >= low) & (followers < high)
        if mine.any():
            share = recall(untouched, found[mine], 0.01)
            rows.append({"from": low, "accounts": int(mine.sum()), "recall": share})
    return rows


# Real series.


def windows(series: Series, days: int = WINDOW_DAYS, stride: int = STRIDE_DAYS) -> list[Tables]:
    """Rolling windows with at least `LEAST_DAYS` days of likes, each an account of its own.

    The shipped model knows histories of likes on TikTok alone, so all are read as such.
    """
    found = []
    for start in np.arange(series.day[0], series.day[-1] - days + 2, stride):
        inside = (series.day >= start) & (series.day < start + days)
        likes = series.counters["likes"][inside]
        if np.sum(~np.isnan(likes) & (likes != 0)) < LEAST_DAYS:
            continue
        n = int(inside.sum())
        account = np.full(n, f"{series.name}.{int(start)}", dtype=object)
        times = series.day[inside].astype("datetime64[D]").astype("datetime64[us]") + np.timedelta64(12, "h")
        counters = {name: values[inside] for name, values in series.counters.items()}
        looks = {"platform": np.full(n, "tiktok", dtype=object), "account_id": account, "observed_at": times}
        found.append(Tables(snapshots=Table("snapshots", {**looks, **counters})))
    return found


def signal_alone(tables: Tables, name: str, ids: Sequence[str]) -> Array:
    """One signal of the catalogue without a model: what a series says whose kind the model was not fitted on."""
    from detector.model.evidence import gather
    from detector.panel import build_panel
    from detector.repair import repair

    values = gather(build_panel(repair(tables), [("tiktok", account) for account in ids])).signals[name]
    return np.nan_to_num(values, nan=-9.0)


def held_against_others(owner: NDArray[Any], untouched: Array, inflated: Array, rate: float) -> Array:
    """1 where a window lies above the `rate` threshold of the windows of other accounts, else 0."""
    found = np.zeros(len(owner))
    for name in np.unique(owner):
        mine = owner == name
        found[mine] = inflated[mine] > above(untouched[~mine], rate)
    return found


def over_accounts(owner: NDArray[Any], values: Array, seed: int = 7) -> tuple[float, float]:
    """95 % of the mean of `values` when whole accounts are drawn again with replacement."""
    names = np.unique(owner)
    sums = np.array([values[owner == name].sum() for name in names])
    sizes = np.array([np.sum(owner == name) for name in names])
    return interval(lambda drawn: float(sums[drawn].sum() / sizes[drawn].sum()), len(names), seed)


def real(model: Any, series: Iterable[Series], title: str, signal: str) -> dict[str, Any]:
    """The same table on the windows of one set of series."""
    from training.simulate.render import join

    parts = [(one.name, window) for one in series for window in windows(one)]
    base = join(window for _, window in parts)
    ids, owner = ids_of(base), np.array([name for name, _ in parts], dtype=object)
    plain, alone = said(base, model, ids), signal_alone(base, signal, ids)
    out: dict[str, Any] = {"title": title, "signal": signal, "accounts": len(set(owner)), "windows": len(ids)}
    out |= {"suspicious": int(np.sum(plain["level"] == "suspicious")), "rows": []}
    out["suspicious_interval"] = over_accounts(owner, (plain["level"] == "suspicious").astype(float))
    for delivery in DELIVERIES:
        for dose in DOSES:
            more, amount = injected(base, delivery, dose, REPORTING)
            took = np.array([amount.get(account, 0.0) >= LEAST_ORDER for account in ids])
            found = said(more, model, ids)
            hit = held_against_others(owner, plain["score"], found["score"], 0.01)[took]
            lone = held_against_others(owner, alone, signal_alone(more, signal, ids), 0.01)[took]
            caught = (found["level"] == "suspicious").astype(float)[took]
            row: dict[str, Any] = {"delivery": delivery, "dose": dose, "windows": int(took.sum())}
            for name, values in (("recall_0.01", hit), ("signal_recall_0.01", lone), ("caught", caught)):
                row[name], row[f"{name}_interval"] = float(values.mean()), over_accounts(owner[took], values)
            out["rows"].append(row)
    return out


def real_sets(data: Path) -> dict[str, tuple[list[Series], str, str]]:
    tiktok = tiktok_series(data / "tiktok-daily-2026")
    videos = video_series(data / "youtube-video-daily-2025")
    return {
        "tiktok": (tiktok, "TikTok accounts (followers, likes, posts)", "like_step_without_followers"),
        "videos": (videos, "YouTube videos (views, likes)", "like_step_without_views"),
        "together": ([*tiktok, *videos], "Together", "like_step"),
    }


def main() -> int:
    """Measure, and write what was found."""
    from detector.model import store

    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, help="folder of the reference data sets")
    parser.add_argument("--model", type=Path, default=ROOT / "models" / "default")
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument(
        "--choosing", action="store_true", help="print the choosing seeds' table; write nothing"
    )
    chosen = parser.parse_args()
    model = store.load(chosen.model)
    if chosen.choosing:
        print(json.dumps(simulated(model, CHOOSING), indent=1))
        return 0
    if chosen.data is None or not chosen.data.is_dir():
        parser.error("name the folder of reference data with --data")
    result = {
        "model": model.version,
        "looked": LOOKED,
        "real": [real(model, *one) for one in real_sets(chosen.data).values()],
        "simulated": simulated(model, REPORTING),
    }
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    chosen.out.write_text(json.dumps(result, indent=1, default=float) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
