"""Quality on real accounts, cross-validated: `make measure DATA=...`. The tables of docs/measuring.md come from here.

Known inflation is put into real accounts of one half of the reference data; the other half is never touched, so that
the settings chosen with these figures can be checked there. An account is in the measured half when the first eight
hexadecimal digits of sha256("half|" + account_id) make an even number; its fold comes from another hash.

    python benchmarks/quality.py --data DATA        writes benchmarks/results/quality.json
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.scoring import score_tables
from detector.tables import Table, Tables

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "quality.json"
FOLDS = 2
Array = NDArray[np.float64]
Inject = Callable[[Tables, np.random.Generator], Tables]


def number_of(*parts: object) -> int:
    """A number from names, the same on every machine and in every run."""
    return int(sha256("|".join(map(str, parts)).encode()).hexdigest()[:8], 16)


def ids_of(tables: Tables) -> list[str]:
    """Account ids, in a fixed order."""
    return sorted(account for _, account in tables.keys())  # noqa: SIM118 - a method of Tables, no dictionary


def only(tables: Tables, ids: Iterable[str]) -> Tables:
    """The rows of some accounts."""
    wanted = set(ids)

    def cut(table: Table) -> Table:
        return table.take(np.array([account in wanted for account in table.column("account_id")], dtype=bool))

    return Tables(accounts=cut(tables.accounts), posts=cut(tables.posts), snapshots=cut(tables.snapshots))


def measured_half(tables: Tables) -> Tables:
    """Accounts that may be measured on while settings are chosen."""
    return only(tables, [account for account in ids_of(tables) if number_of("half", account) % 2 == 0])


# Populations. Creators are those with ten videos or more in the set; the rest of the same set are small accounts.


def creators(data: Path) -> Tables:
    from training.reference import tiktok_creators_2020

    tables = tiktok_creators_2020.read(data / "tiktok-creators-2020")
    account, n_posts = np.unique(tables.posts.column("account_id").astype(str), return_counts=True)
    return only(tables, account[n_posts >= 10].tolist())


def creators_profiles(data: Path) -> Tables:
    return replace(creators(data), posts=Table.empty("posts"))


def small_accounts(data: Path) -> Tables:
    from training.reference import tiktok_creators_2020

    tables = tiktok_creators_2020.read(data / "tiktok-creators-2020")
    accounts = tables.accounts
    active = (accounts.column("likes") > 0) & (accounts.column("posts") > 0)
    active &= accounts.column("followers") >= 100
    small = set(accounts.take(active).column("account_id")) - set(ids_of(creators(data)))
    return only(replace(tables, posts=Table.empty("posts")), small)


def ordinary_users(data: Path) -> Tables:
    from training.reference import tiktok_user_sample_2024

    return tiktok_user_sample_2024.read(data / "tiktok-user-sample-2024")


def channels(data: Path) -> Tables:
    """Channels with followers and views known on 45 days or more, and 500 followers on the last of them."""
    from training.reference import vtuber_daily_2026

    tables = vtuber_daily_2026.read(data / "vtuber-daily-2026")
    looks = tables.snapshots
    both = ~np.isnan(looks.column("followers")) & ~np.isnan(looks.column("views"))
    looks = looks.take(both)
    looks = looks.take(np.argsort(looks.column("observed_at"), kind="stable"))
    last = dict(zip(looks.column("account_id"), looks.column("followers"), strict=True))
    account, n_days = np.unique(looks.column("account_id").astype(str), return_counts=True)
    return only(
        tables, [a for a, n in zip(account.tolist(), n_days, strict=True) if n >= 45 and last[a] >= 500]
    )


# Inflation, as the platform would show it.


def tiktok_step(counts: Array) -> Array:
    """TikTok shows one decimal of thousands, millions and billions from 10,000 on."""
    return np.select([counts < 1e4, counts < 1e6, counts < 1e9], [1.0, 1e2, 1e5], 1e8)


def tiktok_shows(counts: Array) -> Array:
    step = tiktok_step(counts)
    return np.round(np.asarray(np.round(counts / step) * step))


def behind_tiktok(counts: Array, rng: np.random.Generator) -> Array:
    """A count that would be shown so: digits multiplied as shown would carry a pattern of their own."""
    step = tiktok_step(counts)
    return counts + np.where(step > 1, step, 0.0) * rng.uniform(-0.5, 0.5, len(counts))


def youtube_shows(counts: Array) -> Array:
    """Three figures, rounded down."""
    step = 10.0 ** np.maximum(np.floor(np.log10(np.maximum(counts, 1.0))) - 2.0, 0.0)
    return np.asarray(np.floor(counts / step) * step)


def followers_times(factor: float) -> Inject:
    """Followers of the profile times `factor`; nothing else moves."""

    def inject(tables: Tables, rng: np.random.Generator) -> Tables:
        accounts = tables.accounts
        more = tiktok_shows(behind_tiktok(accounts.column("followers"), rng) * factor)
        return replace(tables, accounts=accounts.replace(followers=more))

    return inject


def post_likes_times(factor: float, share: float = 1.0) -> Inject:
    """Likes of a random share of each account's listed posts times `factor`, never above 95 % of the views.

    Lifetime likes rise by what was added. Where all posts are inflated, so are those that are not listed.
    """

    def inject(tables: Tables, rng: np.random.Generator) -> Tables:
        posts, accounts = tables.posts, tables.accounts
        names, owner = np.unique(posts.column("account_id").astype(str), return_inverse=True)
        likes, views = posts.column("likes"), posts.column("views")
        chosen = chosen_posts(owner, len(names), share, rng)
        raised = tiktok_shows(np.minimum(behind_tiktok(likes, rng) * factor, 0.95 * views))
        after = np.where(chosen, np.fmax(likes, raised), likes)
        extra = dict(
            zip(names, np.bincount(owner, np.nan_to_num(after - likes), minlength=len(names)), strict=True)
        )
        listed = dict(zip(names, np.bincount(owner), strict=True))
        own = accounts.column("account_id")
        lifetime = accounts.column("likes")
        added = np.array([extra.get(account, 0.0) for account in own])
        if share == 1.0:
            unseen = accounts.column("posts") / np.array([max(listed.get(account, 1), 1) for account in own])
            added = np.minimum(added * np.fmax(unseen, 1.0), lifetime * (factor - 1.0))
        more = np.where(added > 0, tiktok_shows(behind_tiktok(lifetime, rng) + added), lifetime)
        return replace(tables, accounts=accounts.replace(likes=more), posts=posts.replace(likes=after))

    return inject


def chosen_posts(
    owner: NDArray[np.intp], n_accounts: int, share: float, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """A random `share` of each account's posts, one at least."""
    draw = rng.random(len(owner))
    order = np.lexsort((draw, owner))
    n_posts = np.bincount(owner, minlength=n_accounts)
    start = np.cumsum(n_posts) - n_posts
    place = np.empty(len(owner))
    place[order] = np.arange(len(owner)) - start[owner[order]]
    return np.asarray(place < np.maximum(1, np.round(share * n_posts))[owner])


def delivered(kind: str, day: Array, rng: np.random.Generator) -> Array:
    """Share of an order that has arrived, and not left, `day` days after it was placed."""
    if kind == "step":
        return (day >= 0).astype(float)
    if kind == "refill":  # a few per cent leave within ten days, then the seller makes the number good
        lost = rng.uniform(0.05, 0.10)
        return np.where(day < 0, 0.0, np.where(day <= 10, 1.0 - lost * day / 10.0, 1.0))
    days = {"burst": 3.0, "drip": 14.0}[kind]
    return np.clip((day + 1.0) / days, 0.0, 1.0)


def followers_delivered(kind: str, dose: float) -> Inject:
    """`dose` times the followers of that day, ordered on a random day of each account's history."""

    def inject(tables: Tables, rng: np.random.Generator) -> Tables:
        looks = tables.snapshots
        followers = looks.column("followers").copy()
        day = looks.column("observed_at").astype("datetime64[D]").astype(float)
        account = looks.column("account_id").astype(str)
        for name in np.unique(account):
            rows = np.flatnonzero(account == name)
            rows = rows[np.argsort(day[rows], kind="stable")]
            known = rows[~np.isnan(followers[rows])]
            start = int(rng.integers(len(known) // 4, len(known) * 3 // 5))
            order = dose * followers[known[start - 1]]
            followers[rows] += order * delivered(kind, day[rows] - day[known[start]], rng)
        return replace(tables, snapshots=looks.replace(followers=youtube_shows(followers)))

    return inject


# Measuring.


@dataclass(frozen=True, slots=True)
class Task:
    """A population, the axis it is about, and what is put into its accounts."""

    name: str
    title: str
    load: Callable[[Path], Tables]
    axis: str
    doses: dict[str, Inject] = field(repr=False)


FOLLOWERS = {f"followers x{factor}": followers_times(factor) for factor in (2, 3, 5, 10)}
TASKS = (
    Task("creators", "TikTok creators, profile and posts: followers", creators, "followers", FOLLOWERS),
    Task("profiles", "TikTok creators, profile alone: followers", creators_profiles, "followers", FOLLOWERS),
    Task(
        "post_likes",
        "TikTok creators, profile and posts: likes",
        creators,
        "likes",
        {
            "likes x2, all posts": post_likes_times(2),
            "likes x3, all posts": post_likes_times(3),
            "likes x5, 30 % of posts": post_likes_times(5, 0.3),
        },
    ),
    Task(
        "history",
        "YouTube channels day by day: followers",
        channels,
        "followers",
        {
            f"{kind} {dose:.0%}".replace("%", " %"): followers_delivered(kind, dose)
            for kind in ("step", "burst", "drip", "refill")
            for dose in (0.05, 0.10, 0.25, 0.50)
        },
    ),
)
SHIFTS = (
    ("creators meet small accounts", creators_profiles, small_accounts),
    ("creators meet ordinary users", creators_profiles, ordinary_users),
    ("ordinary users meet creators", ordinary_users, creators_profiles),
)


def fitted(tables: Tables) -> Any:
    from training.fit import FitSettings, fit

    return fit(tables, FitSettings(name="measured")).model


def scored(tables: Tables, model: Any, axis: str) -> dict[str, NDArray[Any]]:
    columns = score_tables(tables, model).columns
    score, suspicion = np.asarray(columns["score"], float), np.asarray(columns[f"{axis}_suspicion"], float)
    return {
        "score": np.nan_to_num(score, nan=-9.0),  # scores are never below -1: unknown ranks last
        "axis": np.nan_to_num(suspicion, nan=-1.0),
        "level": np.asarray(columns["level"], object),
    }


def auc(ordinary: Array, inflated: Array) -> float:
    """Chance that an inflated account ranks above an ordinary one, ties counting half."""
    found = np.sort(ordinary)
    above = np.searchsorted(found, inflated, "left") + np.searchsorted(found, inflated, "right")
    return float(above.mean() / 2.0 / len(found))


def interval(n_calibration: int, n_test: int) -> tuple[int, int]:
    """Where 99 % of the counts of false alarms lie if the level is calibrated to 1 %.

    With n calibration accounts, floor(0.01 (n + 1)) of them are at least as odd as the threshold: the true rate is
    Beta(a, b) with a = floor(0.01 (n + 1)), b = n + 1 - a, and the count among the test accounts beta-binomial.
    """
    from scipy.stats import betabinom

    a = int(0.01 * (n_calibration + 1))
    if a == 0:
        return 0, 0
    law = betabinom(n_test, a, n_calibration + 1 - a)
    return int(law.ppf(0.005)), int(law.ppf(0.995))


def measure(task: Task, data: Path) -> dict[str, Any]:
    """Every dose of a task, over the folds of the measured half."""
    half = measured_half(task.load(data))
    ordinary, doses, alarms = [], {name: [] for name in task.doses}, []
    for fold in range(FOLDS):
        held = [account for account in ids_of(half) if number_of("quality", account) % FOLDS == fold]
        model = fitted(only(half, set(ids_of(half)) - set(held)))
        test = only(half, held)
        ordinary.append(scored(test, model, task.axis))
        level = ordinary[-1]["level"]
        n_test = int((level != "insufficient_data").sum())
        low, high = interval(len(ids_of(half)) - len(held), n_test)
        n = int((level == "suspicious").sum())
        alarms.append({"suspicious": n, "judged": n_test, "low": low, "high": high})
        for name, inject in task.doses.items():
            rng = np.random.default_rng(number_of(task.name, name, fold))
            doses[name].append(scored(inject(test, rng), model, task.axis))
    base = {key: np.concatenate([part[key] for part in ordinary]) for key in ordinary[0]}
    at = {rate: float(np.quantile(base["score"], 1.0 - rate)) for rate in (0.01, 0.05)}
    rows = []
    for name, parts in doses.items():
        found = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
        rows.append(
            {
                "dose": name,
                "auc": auc(base["score"], found["score"]),
                "axis_auc": auc(base["axis"], found["axis"]),
                "recall_1": float((found["score"] > at[0.01]).mean()),
                "recall_5": float((found["score"] > at[0.05]).mean()),
                "caught": float((found["level"] == "suspicious").mean()),
            }
        )
    judged = float((base["level"] != "insufficient_data").mean())
    return {
        "name": task.name,
        "title": task.title,
        "accounts": len(base["level"]),
        "judged": judged,
        "alarms": alarms,
        "rows": rows,
    }


def shift(
    name: str, learnt_on: Callable[[Path], Tables], met: Callable[[Path], Tables], data: Path
) -> dict[str, Any]:
    """A model of one population meets another: does it know that it does not know?"""
    reference, test = measured_half(learnt_on(data)), measured_half(met(data))
    model = fitted(reference)
    rows = []
    for dose, inject in {"untouched": None, "x5": followers_times(5), "x10": followers_times(10)}.items():
        tables = test if inject is None else inject(test, np.random.default_rng(number_of(name, dose)))
        level = scored(tables, model, "followers")["level"]
        judged, suspicious = int((level != "insufficient_data").sum()), int((level == "suspicious").sum())
        rows.append({"dose": dose, "judged": judged, "suspicious": suspicious})
    return {"name": name, "reference": len(ids_of(reference)), "accounts": len(ids_of(test)), "rows": rows}


def run(data: Path, out: Path) -> None:
    """Measure everything; written as each part is done, so that an interrupted run keeps what it has."""
    result: dict[str, Any] = {"folds": FOLDS, "tasks": [], "shifts": []}
    start = time.perf_counter()
    for task in TASKS:
        result["tasks"].append(measure(task, data))
        write(result, out)
        print(f"{task.title}: done after {time.perf_counter() - start:.0f} s", file=sys.stderr)
    for name, learnt_on, met in SHIFTS:
        result["shifts"].append(shift(name, learnt_on, met, data))
        write(result, out)
        print(f"{name}: done after {time.perf_counter() - start:.0f} s", file=sys.stderr)


def write(result: dict[str, Any], out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, indent=1, default=float)
    out.write_text(text + "\n", encoding="utf-8")


def main() -> int:
    """Measure, and write what was found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the reference data sets")
    parser.add_argument("--out", type=Path, default=RESULTS)
    chosen = parser.parse_args()
    if not chosen.data.is_dir():
        parser.error(f"there is no folder {chosen.data}")
    run(chosen.data, chosen.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
