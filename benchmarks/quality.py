"""Quality: `make measure DATA=...`. The tables of docs/measuring.md come from here.

The shipped model is evaluated on simulated creators; then models are fitted anew on real populations and evaluated on
accounts that they did not see, with the same mechanics put in. Only one half of the real accounts takes part, so that
what was chosen with these figures can be checked on the other: an account is in the measured half when the first eight
hexadecimal digits of sha256("half|" + account_id) make an even number; its fold comes from another hash.

    python benchmarks/quality.py --data DATA        writes benchmarks/results/quality.json
"""

import json
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.command import on_data, write
from detector.api import load_model
from detector.tables import Table, Tables
from training.accounts import half_of, only
from training.evaluate import EvaluationSettings, evaluate
from training.evaluate.cross_fit import cross_fit
from training.evaluate.document import Document, document
from training.evaluate.figures import calibrated_interval
from training.evaluate.judged import judged, look
from training.simulate.inject import inject
from training.simulate.mechanics import MECHANICS

RESULTS = Path(__file__).parent / "results" / "quality.json"
FOLDS = 2
SEED = 5
DOSED = 600
"""Accounts that each mechanic and dose is put into: shares of a half are known within 4 points."""


def of_ids(tables: Tables, ids: Iterable[str]) -> Tables:
    """The rows of some accounts of one platform."""
    wanted = set(ids)
    return only(tables, [key for key in tables.keys() if key[1] in wanted])  # noqa: SIM118 - no dictionary


def measured_half(tables: Tables) -> Tables:
    """Accounts that may be measured on while settings are chosen."""
    return only(tables, [key for key in tables.keys() if half_of(key[1]) == 0])  # noqa: SIM118 - as above


# Populations. Creators are those with ten videos or more in the set; the rest of the same set are small accounts.


def creators(data: Path) -> Tables:
    from training.reference import tiktok_creators_2020

    tables = tiktok_creators_2020.read(data / "tiktok-creators-2020")
    account, n_posts = np.unique(tables.posts.column("account_id").astype(str), return_counts=True)
    return of_ids(tables, account[n_posts >= 10].tolist())


def creators_profiles(data: Path) -> Tables:
    return replace(creators(data), posts=Table.empty("posts"))


def small_accounts(data: Path) -> Tables:
    from training.reference import tiktok_creators_2020

    tables = tiktok_creators_2020.read(data / "tiktok-creators-2020")
    accounts = tables.accounts
    active = (accounts.column("likes") > 0) & (accounts.column("posts") > 0)
    active &= accounts.column("followers") >= 100
    small = set(accounts.take(active).column("account_id")) - set(
        creators(data).accounts.column("account_id")
    )
    return of_ids(replace(tables, posts=Table.empty("posts")), small)


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
    return of_ids(
        tables, [a for a, n in zip(account.tolist(), n_days, strict=True) if n >= 45 and last[a] >= 500]
    )


# Measuring.


@dataclass(frozen=True, slots=True)
class Population:
    """Real accounts, and what they can carry."""

    name: str
    title: str
    load: Callable[[Path], Tables]


POPULATIONS = (
    Population("creators", "TikTok creators, profile and posts", creators),
    Population("channels", "YouTube channels, day by day", channels),
)
SHIFTS = (
    ("creators meet small accounts", creators_profiles, small_accounts),
    ("creators meet ordinary users", creators_profiles, ordinary_users),
    ("ordinary users meet creators", ordinary_users, creators_profiles),
)


def fitted(tables: Tables) -> Any:
    from training.fit import FitSettings, fit

    return fit(tables, FitSettings(name="measured")).model


def simulated(settings: EvaluationSettings) -> Document:
    """The shipped model on simulated creators."""
    return document(evaluate(load_model(), None, settings, say=said))


def real(population: Population, data: Path, settings: EvaluationSettings) -> Document:
    """Models fitted on all folds but one, evaluated on that one; nobody is judged by a model that saw it."""
    half = measured_half(population.load(data))
    model = cross_fit(half, fitted, FOLDS)
    found = evaluate(model, half, settings, say=said)
    alarms = [one.suspicious for one in found.by_cohort]
    judged = sum(one.judged for one in found.by_cohort)
    low, high = calibrated_interval((FOLDS - 1) * len(half.keys()) // FOLDS, judged)
    return {
        "name": population.name,
        "title": population.title,
        "alarms": {"suspicious": sum(alarms), "judged": judged, "low": low, "high": high},
        **document(replace(found, accounts=f"{population.title}, the measured half, {FOLDS} folds")),
    }


def shift(
    name: str, learnt_on: Callable[[Path], Tables], met: Callable[[Path], Tables], data: Path
) -> dict[str, Any]:
    """A model of one population meets another: does it know that it does not know?"""
    reference, test = measured_half(learnt_on(data)), measured_half(met(data))
    model = fitted(reference)
    rows = []
    for dose in (1.0, 5.0, 10.0):
        tables = inject(test, MECHANICS["hollow_followers"], dose, SEED)[0] if dose > 1 else test
        level = judged(look(tables), model).level
        counts = {
            "judged": int((level != "insufficient_data").sum()),
            "suspicious": int((level == "suspicious").sum()),
        }
        rows.append({"dose": "untouched" if dose == 1 else f"x{dose:g}", **counts})
    return {"name": name, "reference": len(reference.keys()), "accounts": len(test.keys()), "rows": rows}


def said(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def run(data: Path, out: Path, workers: int, only_simulated: bool = False) -> None:
    """Measure everything; written as each part is done, so that an interrupted run keeps what it has."""
    result: dict[str, Any] = {"folds": FOLDS, "real": [], "shifts": []}
    if only_simulated:
        result = json.loads(out.read_text(encoding="utf-8"))
    result["simulated"] = simulated(EvaluationSettings(dosed=DOSED, workers=workers))
    write(result, out)
    if only_simulated:
        return
    for population in POPULATIONS:
        said(population.title)
        parts = ("baselines", "signals", "held_out")
        result["real"].append(
            real(population, data, EvaluationSettings(dosed=DOSED, parts=parts, workers=workers))
        )
        write(result, out)
    for name, learnt_on, met in SHIFTS:
        said(name)
        result["shifts"].append(shift(name, learnt_on, met, data))
        write(result, out)


def main() -> int:
    """Measure, and write what was found."""
    parser = on_data(__doc__, RESULTS)
    parser.add_argument(
        "--workers", type=int, default=2, help="processes; the figures are the same for any number"
    )
    parser.add_argument(
        "--only-simulated",
        action="store_true",
        help="the shipped model alone; what --out holds of real ones stays",
    )
    chosen = parser.parse_args()
    run(chosen.data, chosen.out, chosen.workers, chosen.only_simulated)
    return 0


if __name__ == "__main__":
    sys.exit(main())
