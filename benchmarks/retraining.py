"""Retraining beside fitting anew: the same cases taught to a model that was fitted without labels, and a fit with them.

The labelled public set InstaFake (2019), automated accounts and others; of the public bench's two halves of it the
reference half alone, cut into folds: learnt from all but one, asked about that one. The table of docs/retraining.md.

    python benchmarks/retraining.py --data DATA [--draws 3]     writes benchmarks/results/retraining.json
"""

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.command import on_data, write
from benchmarks.labels import automated, chosen, ranked
from detector.cases import Case
from detector.model.model import Model
from detector.tables import Tables
from training.accounts import half_of, number_of, only
from training.fit import FitSettings, fit
from training.retrain import retrain

RESULTS = Path(__file__).parent / "results" / "retraining.json"
COUNTS = (40, 200, None)
"""Cases; None = of every account that is learnt from."""

DRAWS, FOLDS = 3, 3
WAYS = ("fit", "retrain")


@dataclass(frozen=True, slots=True)
class Fold:
    """Accounts to learn from, accounts to be asked about, and the model that learnt from the first without labels."""

    learnt: Tables
    met: Tables
    champion: Model


def reference_half(data: Path) -> tuple[Tables, dict[str, bool]]:
    """The accounts that the public bench learns from, under the ids by which it divides them."""
    tables, truth = automated(data, repeated=True)
    accounts = tables.accounts
    names = accounts.column("account_id").tolist()
    ids = [sha256(f"instafake-automated:{row}".encode()).hexdigest()[:12] for row in range(len(names))]
    columns = [accounts.column(name).tolist() for name in accounts.columns if name != "account_id"]
    seen, kept = set[tuple[Any, ...]](), []
    for row, name in enumerate(names):
        content = (*(column[row] for column in columns), truth[name])
        if content not in seen and half_of(ids[row]) == 0:
            kept.append(row)
        seen.add(content)
    renamed = accounts.replace(account_id=np.array(ids, dtype=object)).take(np.array(kept))
    return Tables(accounts=renamed), {ids[row]: truth[names[row]] for row in kept}


def folds(tables: Tables) -> Iterator[Fold]:
    """One after the other, by a hash of the account."""
    keys = tables.keys()
    place = {key: number_of("retraining", key[1]) % FOLDS for key in keys}
    for fold in range(FOLDS):
        learnt = only(tables, [key for key in keys if place[key] != fold])
        met = only(tables, [key for key in keys if place[key] == fold])
        yield Fold(learnt, met, fit(learnt, FitSettings(name="unlabelled")).model)


def taught(way: str, fold: Fold, cases: list[Case]) -> Model:
    """A model that knows the cases, by one of the two ways."""
    if way == "fit":
        return fit(fold.learnt, FitSettings(name="fitted"), cases=cases).model
    return retrain(fold.champion, fold.learnt, cases, name="retrained", hold_back=0.0).model


def measured(fold: Fold, number: int, truth: dict[str, bool], draws: int) -> Iterator[dict[str, Any]]:
    """A row for each number of cases, draw and way."""
    known = fold.learnt.accounts.column("account_id").tolist()
    yield {
        "fold": number,
        "cases": 0,
        "draw": 0,
        "way": "unlabelled",
        **ranked(fold.champion, fold.met, truth),
    }
    for count in COUNTS:
        for draw in range(1 if count is None else draws):
            if count is None:
                cases = [Case("instagram", name, "inflated" if truth[name] else "genuine") for name in known]
            else:
                cases = chosen(truth, known, count, draw, 0.0)
            for way in WAYS:
                figures = ranked(taught(way, fold, cases), fold.met, truth)
                yield {
                    "fold": number,
                    "cases": len(cases),
                    "all": count is None,
                    "draw": draw,
                    "way": way,
                    **figures,
                }


def main() -> int:
    """Measure, and write what was found."""
    parser = on_data(__doc__, RESULTS)
    parser.add_argument("--draws", type=int, default=DRAWS, help="of the cases, for 40 and 200 of them")
    options = parser.parse_args()
    tables, truth = reference_half(options.data)
    rows = []
    for number, fold in enumerate(folds(tables)):
        for row in measured(fold, number, truth, options.draws):
            rows.append(row)
            print(f"{time.strftime('%H:%M:%S')} {row}", file=sys.stderr, flush=True)
    found = {"accounts": len(truth), "inflated": sum(truth.values()), "folds": FOLDS, "draws": options.draws}
    write(found | {"rows": rows}, options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
