"""Labels: how many buy how much. The tables of docs/retraining.md come from here.

A model is fitted on accounts of which half are automated, without their labels, as they lie in the labelled public set
InstaFake (2019). Then some accounts are labelled, `training.retrain` teaches the model, and accounts that neither has
seen are ranked. Half of the accounts, by a hash of their number, are learnt from, the others are ranked.

    python benchmarks/labels.py --data DATA        writes benchmarks/results/labels.json
"""

import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.command import on_data, write
from detector.cases import Case
from detector.model.model import Model
from detector.scoring import score_tables
from detector.tables import Table, Tables
from training.accounts import number_of, only
from training.evaluate.figures import auc
from training.fit import FitSettings, fit
from training.retrain import retrain

RESULTS = Path(__file__).parent / "results" / "labels.json"
COUNTS = (40, 100, 200, 400)
DRAWS = 3
FLIPPED = 0.1
BANDS, MIN_BAND = 5, 5
SEED = 11


def automated(data: Path, *, repeated: bool = False) -> tuple[Tables, dict[str, bool]]:
    """Profiles of InstaFake's automated accounts and others; lifetime likes from the engagement that it gives.

    `repeated` keeps rows that are there more than once.
    """
    import pandas as pd

    folder = data / "instafake-2019"
    parts = [pd.read_json(folder / f"automated_features_{part}.json") for part in ("train", "val")]
    whole = pd.concat(parts, ignore_index=True)
    rows = (whole if repeated else whole.drop_duplicates(ignore_index=True)).to_dict("records")
    ids = [f"n{number:05d}" for number in range(len(rows))]

    def column(value: Any) -> Any:
        return np.array([float(value(row)) for row in rows])

    columns = {
        "platform": np.full(len(rows), "instagram", dtype=object),
        "account_id": np.array(ids, dtype=object),
        "followers": column(lambda row: row["nfollower"]),
        "following": column(lambda row: row["nfollowing"]),
        "posts": column(lambda row: row["nmedia"]),
        "likes": np.round(column(lambda row: row["erl"] * row["nmedia"] * row["nfollower"])),
        "bio_length": column(lambda row: row["biol"]),
        "has_link": column(lambda row: row["url"] > 0),
        "handle_length": column(lambda row: row["usernameLength"]),
        "handle_digits": column(lambda row: row["usernameDigitCount"]),
    }
    truth = {name: row["fake"] == 1 for name, row in zip(ids, rows, strict=True)}
    return Tables(accounts=Table("accounts", columns)), truth


def of_half(tables: Tables, half: int) -> Tables:
    """The accounts of one half by a hash of their id."""
    keys = tables.keys()
    return only(tables, [key for key in keys if number_of("labels", key[1]) % 2 == half])


def chosen(truth: dict[str, bool], known: Iterable[str], count: int, draw: int, flipped: float) -> list[Case]:
    """Cases, half of them inflated; of some the label is turned round."""
    rng = np.random.default_rng([SEED, count, draw])
    names = sorted(known)
    up = rng.permutation([name for name in names if truth[name]])[: count // 2].tolist()
    down = rng.permutation([name for name in names if not truth[name]])[: count - len(up)].tolist()
    wrong = set(rng.permutation([*up, *down])[: round(flipped * count)].tolist())
    return [
        Case("instagram", name, "inflated" if truth[name] != (name in wrong) else "genuine")
        for name in (*up, *down)
    ]


def ranked(model: Model, tables: Tables, truth: dict[str, bool]) -> dict[str, float]:
    """Figures on accounts that nothing was learnt from."""
    columns = score_tables(tables, model).columns
    inflated = np.array([truth[name] for name in columns["account_id"]])
    chance = columns["probability"]
    score = np.nan_to_num(columns["score"], nan=-99.0)
    score = score if np.isnan(chance).all() else np.nan_to_num(chance, nan=-1.0)
    followers = tables.accounts.column("followers")
    found = {
        "auc": auc(score[~inflated], score[inflated]),
        "auc_size_matched": size_matched(score, inflated, followers),
    }
    known = ~np.isnan(chance)
    if known.any():
        ends = columns["probability_low"][known], columns["probability_high"][known]
        found |= calibrated(chance[known], *ends, inflated[known])
    return found


def size_matched(score: Any, inflated: Any, followers: Any) -> float:
    """AUC with the genuine accounts weighted to the inflated ones' followers, in five bands of size.

    Of bands alone that hold `MIN_BAND` accounts of each kind: one large genuine account may not stand for a hundred.
    """
    edges = np.quantile(followers, np.arange(1, BANDS) / BANDS)
    band = np.digitize(followers, edges)
    weighted, weight = 0.0, 0.0
    order = [(band == number) for number in range(BANDS)]
    order = [mine for mine in order if min((mine & inflated).sum(), (mine & ~inflated).sum()) >= MIN_BAND]
    share = [float((mine & inflated).sum()) for mine in order]
    genuine = [score[mine & ~inflated] for mine in order]
    for one in score[np.logical_or.reduce(order) & inflated]:
        for own, others in zip(share, genuine, strict=True):
            if len(others):
                below = (others < one).mean() + 0.5 * (others == one).mean()
                weighted, weight = weighted + own * float(below), weight + own
    return weighted / weight


def calibrated(chance: Any, low: Any, high: Any, inflated: Any) -> dict[str, float]:
    """Expected calibration error in ten bins of equal size; in how many bins the mean interval holds what is seen."""
    parts = np.array_split(np.argsort(chance, kind="stable"), 10)
    seen = np.array([inflated[part].mean() for part in parts])
    said = np.array([chance[part].mean() for part in parts])
    sizes = np.array([len(part) for part in parts])
    noise = 1.96 * np.sqrt(np.maximum(seen * (1 - seen), 0.01) / sizes)
    ends = np.array([[low[part].mean(), high[part].mean()] for part in parts])
    inside = (seen >= ends[:, 0] - noise) & (seen <= ends[:, 1] + noise)
    error = float((sizes * np.abs(said - seen)).sum() / sizes.sum())
    return {
        "calibration_error": error,
        "bins_covered": float(inside.mean()),
        "width": float((high - low).mean()),
    }


def curve(data: Path, counts: tuple[int, ...], draws: int) -> dict[str, Any]:
    """The learning curve: each figure is the mean over draws of cases."""
    tables, truth = automated(data)
    reference, met = of_half(tables, 0), of_half(tables, 1)
    said(f"fitting on {len(reference.accounts):,} accounts without labels")
    champion = fit(reference, FitSettings(name="unlabelled")).model
    rows = [{"cases": 0, "flipped": 0.0, **ranked(champion, met, truth)}]
    known = reference.accounts.column("account_id").tolist()
    for count, flipped in [*((count, 0.0) for count in counts), (200, FLIPPED)]:
        found = []
        for draw in range(draws):
            cases = chosen(truth, known, count, draw, flipped)
            model = retrain(champion, reference, cases, name="taught", hold_back=0.0).model
            found.append(ranked(model, met, truth))
        mean = {name: float(np.mean([one[name] for one in found])) for name in found[0]}
        rows.append(
            {"cases": count, "flipped": flipped, "auc_lowest": min(one["auc"] for one in found), **mean}
        )
        said(f"{count} cases, {flipped:.0%} flipped: {rows[-1]}")
    inflated = sum(truth[name] for name in met.accounts.column("account_id"))
    return {"accounts": len(met.accounts), "inflated": inflated, "draws": draws, "rows": rows}


def said(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def main() -> int:
    """Measure, and write what was found."""
    parser = on_data(__doc__, RESULTS)
    parser.add_argument("--draws", type=int, default=DRAWS, help="of the cases, for each number of them")
    options = parser.parse_args()
    found = {"curve": curve(options.data, COUNTS, options.draws)}
    write(found, options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
