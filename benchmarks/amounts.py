"""Amounts: how near the inflated followers and likes that a row tells are to those that were put in.

The shipped model tells simulated creators; models fitted on one half of the measured accounts tell the other half
(`benchmarks/quality.py` says which accounts are measured on). What was put in is known, so it is counted how often the
interval holds it. The ends of the interval were chosen on simulated creators of another seed.

    python -m benchmarks.amounts --data DATA        writes benchmarks/results/amounts.json
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.command import on_data, write
from benchmarks.quality import FOLDS, channels, creators, fitted, measured_half, said
from detector.api import load_model
from detector.model.model import Model
from detector.scoring import score_tables
from detector.tables import Tables
from training.accounts import number_of, only
from training.evaluate.cross_fit import cross_fit, fold_of
from training.evaluate.settings import REPORTING_SEED
from training.evaluate.views import seen
from training.simulate.inject import inject
from training.simulate.mechanics import MECHANICS
from training.simulate.population import population

RESULTS = Path(__file__).parent / "results" / "amounts.json"
DOSED = 600
SHARES, TIMES = (0.05, 0.25, 1.0), (2.0, 3.0, 5.0, 10.0)
FOLLOWERS = (
    "follower_package",
    "follower_burst",
    "follower_drip",
    "follower_drip_jittered",
    "follower_refill",
)
LIKES = ("lifetime_like_spike", "lifetime_like_drip")
LIKE_SHARES = (0.1, 0.3, 1.0)


@dataclass(frozen=True, slots=True)
class Ground:
    """Untouched accounts as one view shows them, a model a fold, and what is put in."""

    title: str
    view: str
    tables: Tables
    models: Sequence[Model]
    mechanics: tuple[str, ...]


def told(ground: Ground, tables: Tables) -> dict[str, np.ndarray[Any, Any]]:
    """Columns of the result, each account's by the model that did not see it, in the order of the keys."""
    shown = seen(tables, ground.view)
    keys = shown.keys()
    fold = fold_of(keys, len(ground.models))
    parts = [
        score_tables(shown, model, keys=[key for key, own in zip(keys, fold, strict=True) if own == at])
        for at, model in enumerate(ground.models)
    ]
    names = (
        "account_id",
        *(f"inflated_{c}{end}" for c in ("followers", "likes") for end in ("", "_low", "_high")),
    )
    return {name: np.concatenate([part.columns[name] for part in parts]) for name in names}


def row(ground: Ground, name: str, dose: float) -> dict[str, Any] | None:
    """How near what is told of one dose is; None where nobody could take it."""
    mechanic = MECHANICS[name]
    changed, truth = inject(ground.tables, mechanic, dose, REPORTING_SEED)
    if not truth:
        return None
    found = told(ground, only(changed, [one.key for one in truth]))
    amount = {one.account_id: one.amount for one in truth}
    put_in = np.array([amount[account] for account in found["account_id"]])
    middle, low, high = (found[f"inflated_{mechanic.axis}{end}"] for end in ("", "_low", "_high"))
    known = ~np.isnan(middle)
    put_in, middle, low, high = (values[known] for values in (put_in, middle, low, high))
    shares = {
        "covered": (low <= put_in) & (put_in <= high),
        "too_low": high < put_in,
        "too_high": low > put_in,
    }
    ratio = middle / put_in
    return {
        "mechanic": name,
        "dose": dose,
        "accounts": len(known),
        "told": int(known.sum()),
        **{key: rounded(np.mean(values)) if known.any() else None for key, values in shares.items()},
        "ratio": rounded(np.median(ratio)) if known.any() else None,
        "off_by": rounded(np.exp(np.median(np.abs(np.log(ratio))))) if known.any() else None,
        "width": rounded(np.median(high / np.maximum(low, 1.0))) if known.any() else None,
    }


def rounded(value: Any) -> float:
    return round(float(value), 4)


def untouched(ground: Ground) -> dict[str, Any]:
    """Of how many accounts into which nothing was put an amount is told all the same."""
    found = told(ground, ground.tables)
    counts = {c: int(np.sum(~np.isnan(found[f"inflated_{c}"]))) for c in ("followers", "likes")}
    return {"accounts": len(found["account_id"]), **counts}


def measured(ground: Ground) -> dict[str, Any]:
    said(f"{ground.title}, {ground.view}")
    rows = []
    for name in ground.mechanics:
        times = MECHANICS[name].limits[0] == 1.0
        doses = TIMES if times else LIKE_SHARES if name in LIKES else SHARES
        rows += [one for dose in doses if (one := row(ground, name, dose)) is not None]
    return {"title": ground.title, "view": ground.view, "untouched": untouched(ground), "rows": rows}


def grounds(data: Path) -> list[Ground]:
    said("simulating creators")
    lives = population(DOSED, REPORTING_SEED)[0]
    shipped = [load_model()]
    found = [
        Ground("simulated TikTok creators", view, lives, shipped, mechanics)
        for view, mechanics in (
            ("profile+posts+history", (*FOLLOWERS, "hollow_followers", *LIKES)),
            ("profile+posts", ("hollow_followers",)),
        )
    ]
    for title, load, views, mechanics in (
        ("TikTok creators", creators, ("profile+posts", "profile"), ("hollow_followers",)),
        ("YouTube channels", channels, ("profile+history",), (*FOLLOWERS, "hollow_followers")),
    ):
        half = measured_half(load(data))
        said(f"{title}: fitting")
        models = cross_fit(half, fitted, FOLDS).models
        chosen = sorted(half.keys(), key=lambda key: number_of("dosed", *key))[:DOSED]
        found += [Ground(title, view, only(half, chosen), models, mechanics) for view in views]
    return found


def main() -> int:
    """Measure, and write what was found."""
    chosen = on_data(__doc__, RESULTS).parse_args()
    write({"grounds": [measured(ground) for ground in grounds(chosen.data)]}, chosen.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
