"""Benchmark D1, drift: what a night's audit says of the model's own reference, and of accounts that differ from it.

    python benchmarks/drift.py --data DATA               writes benchmarks/results/drift.json

The limits of `detector.audit.reports.drift` were set on these figures: quiet on the reference, on its random subsets
and on accounts left out of a fit; loud where counters were changed or accounts are of another kind. Real rows
stay in DATA.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.command import on_data
from detector.model.model import Model
from detector.tables import Tables

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "drift.json"
SEED = 0
SUBSETS, SIZES = 6, (300, 1_000, 3_000)
SIMULATED = 2_000
CREATORS, USERS = "tiktok-creators-2020", "tiktok-user-sample-2024"


@dataclass(frozen=True, slots=True)
class Case:
    """Accounts, who judges them, and whether drift was made."""

    says: str
    tables: Tables
    model: Model
    made: bool


def cases(data: Path) -> Iterator[Case]:
    """All cases, quiet ones first; a random subset is a case of its own."""
    from detector.api import load_model
    from training.accounts import only
    from training.fit import FitSettings, fit
    from training.reference import REFERENCES, joined
    from training.simulate.population import population

    model, rng = load_model(), np.random.default_rng(SEED)
    parts = {one.source.name: one.read(data / one.source.name) for one in REFERENCES}
    whole, tiktok = joined(list(parts.values())), joined([parts[CREATORS], parts[USERS]])
    everyone, creators = whole.keys(), tiktok.keys()
    yield Case("the reference itself", whole, model, made=False)
    for size in SIZES:
        for _ in range(SUBSETS):
            keys = [everyone[i] for i in rng.choice(len(everyone), size, replace=False)]
            yield Case(f"random subsets of {size:,} of these", only(whole, keys), model, made=False)
    keys = [creators[i] for i in rng.permutation(len(creators))]
    half = fit(only(tiktok, keys[::2]), FitSettings(name="half")).model
    yield Case(
        "half of its TikTok accounts, by a model of the other half",
        only(tiktok, keys[1::2]),
        half,
        made=False,
    )
    for counter, times in (("followers", 1.3), ("followers", 2.0), ("likes", 1.5)):
        more = tiktok.accounts.replace(**{counter: np.round(tiktok.accounts.column(counter) * times)})
        yield Case(
            f"its TikTok accounts, all {counter} x{times:g}", replace(tiktok, accounts=more), model, made=True
        )
    yield Case("its ordinary users alone, whose peers are mostly creators", parts[USERS], model, made=True)
    accounts = parts[CREATORS].accounts
    keys = list(zip(accounts.column("platform"), accounts.column("account_id"), strict=True))
    small = np.flatnonzero(accounts.column("followers") < 10_000)
    yield Case(
        "its creators below 10,000 followers alone",
        only(parts[CREATORS], [keys[i] for i in small]),
        model,
        made=True,
    )
    yield Case("simulated creators", population(SIMULATED, SEED)[0], model, made=True)


def figures(case: Case) -> dict[str, Any]:
    """What drift says of a case."""
    from detector.api import judge
    from detector.audit.reports.drift import drift
    from detector.audit.reports.tally import Tally
    from detector.panel import build_panel
    from detector.repair import repair

    tables, tally = repair(case.tables), Tally()
    tally.add(case.model.judge(build_panel(tables, tables.keys())), judge(tables, case.model))
    found = drift(tally, case.model)
    signals = [one for one in found.findings if one.what in ("above the median", "top 5 %")]
    return {
        "accounts": len(tables.keys()),
        "made": case.made,
        "index": max((one.effect for one in found.findings if one.what == "p-values"), default=None),
        "h": max((abs(one.effect) for one in signals), default=None),
        "suspicious_share": found.suspicious / found.scored,
        "drifted": sorted({one.what for one in found.findings if one.drifted}),
        "signals": len({one.name for one in signals if one.drifted}),
    }


def main() -> None:
    """Measure every case and write the figures."""
    options = on_data(__doc__, RESULTS).parse_args()
    found: dict[str, list[dict[str, Any]]] = {}
    for case in cases(options.data):
        found.setdefault(case.says, []).append(figures(case))
        print(case.says, found[case.says][-1], flush=True)
    options.out.write_text(json.dumps({"seed": SEED, "cases": found}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
