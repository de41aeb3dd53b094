"""How well labelled bots can be ranked at best: `python -m benchmarks.automation_bound --data DATA`.

Models that learn from labels, on the same public counters and on our own signals, beside ours that learns from genuine
accounts alone. Reference halves of the public bench's sets (`benchmarks.labelled`) in parts: learnt on all but one,
ranked on that one. Writes benchmarks/results/automation_bound.json, a table of docs/measuring.md.
"""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.command import on_data, write
from benchmarks.labelled import SETS, Labelled, reference_half
from detector.model.evidence import gather
from detector.panel import FloatArray, build_panel
from detector.repair import repair
from detector.scoring import score_tables
from training.accounts import number_of, only
from training.evaluate.figures import auc
from training.fit import FitSettings, fit

RESULTS = Path(__file__).parent / "results" / "automation_bound.json"
FOLDS, SEED, REPLICATES = 3, 7, 400
UNLABELLED = "ours, without labels"
FLAGS = ("has_picture", "has_link", "private", "verified")


@dataclass(frozen=True, slots=True)
class Held:
    """Scores of the accounts of one part, genuine and labelled, by what did not learn from them."""

    genuine: FloatArray
    inflated: FloatArray


def logistic() -> Any:
    """A line through everything known."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=2_000))


def boosted() -> Any:
    """Boosted trees, small ones for some hundred accounts."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        max_iter=80,
        learning_rate=0.06,
        max_leaf_nodes=8,
        min_samples_leaf=8,
        l2_regularization=1.0,
        random_state=SEED,
    )


def forest() -> Any:
    """A random forest."""
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(300, min_samples_leaf=3, random_state=SEED)


LEARNERS: dict[str, Callable[[], Any]] = {
    "logistic regression": logistic,
    "boosted trees": boosted,
    "random forest": forest,
}


def counters(half: Labelled) -> FloatArray:
    """What a profile shows, (n, columns): counts on the log scale and flags as they are."""
    accounts = half.tables.accounts
    names = [name for name in accounts.columns if name not in ("platform", "account_id")]
    columns = [accounts.column(name) for name in names]
    shown = [
        values if name in FLAGS else np.log1p(values) for name, values in zip(names, columns, strict=True)
    ]
    return np.stack([np.asarray(one, dtype=np.float64) for one in shown], axis=1)


def signals(half: Labelled) -> FloatArray:
    """Our own signals that differ between accounts, (n, columns), 0 where one is unknown."""
    tables = repair(half.tables)
    found = gather(build_panel(tables, half.tables.keys())).signals
    known = [np.nan_to_num(values) for values in found.values() if not np.isnan(values).all()]
    return np.stack([values for values in known if np.ptp(values) > 0], axis=1)


def fold_of(half: Labelled, folds: int = FOLDS) -> NDArray[np.intp]:
    """The part that each account is in, (n,), by a hash of its id."""
    keys = half.tables.keys()
    return np.array([number_of("automation", key[1]) % folds for key in keys], dtype=np.intp)


def learnt(table: FloatArray, half: Labelled, learner: Callable[[], Any]) -> Iterator[Held]:
    """What a model with labels says, part by part; on one thread, since so few accounts are not worth more."""
    from threadpoolctl import threadpool_limits

    folds = fold_of(half)
    for fold in range(FOLDS):
        mine = folds == fold
        with threadpool_limits(1):
            model = learner().fit(table[~mine], half.inflated[~mine])
            score = model.predict_proba(table[mine])[:, 1]
        yield Held(score[~half.inflated[mine]], score[half.inflated[mine]])


def unlabelled(half: Labelled) -> Iterator[Held]:
    """What our model says, fitted on the genuine accounts of the other parts as in the bench's clean mode."""
    keys, folds = half.tables.keys(), fold_of(half)
    for fold in range(FOLDS):
        teachers = [
            key
            for key, one, label in zip(keys, folds, half.inflated, strict=True)
            if one != fold and not label
        ]
        model = fit(only(half.tables, teachers), FitSettings(name="genuine")).model
        mine = folds == fold
        met = only(half.tables, [key for key, one in zip(keys, mine, strict=True) if one])
        score = np.nan_to_num(score_tables(met, model, reasons="none").columns["score"], nan=-1.0)
        yield Held(score[~half.inflated[mine]], score[half.inflated[mine]])


def ranked(parts: list[Held]) -> dict[str, float]:
    """AUC, the mean of the parts', with its 95 % interval over accounts drawn again within their part."""
    rng = np.random.default_rng(SEED)

    def drawn(values: FloatArray) -> FloatArray:
        return values[rng.integers(0, len(values), len(values))]

    again = [
        np.mean([auc(drawn(one.genuine), drawn(one.inflated)) for one in parts]) for _ in range(REPLICATES)
    ]
    low, high = np.quantile(again, [0.025, 0.975])
    value = float(np.mean([auc(one.genuine, one.inflated) for one in parts]))
    return {"auc": round(value, 4), "low": round(float(low), 4), "high": round(float(high), 4)}


def measured(half: Labelled) -> Iterator[dict[str, Any]]:
    """A row for each way to rank the accounts."""
    yield {"by": UNLABELLED, "of": "counters", **ranked(list(unlabelled(half)))}
    for of, table in (("counters", counters(half)), ("signals", signals(half))):
        for name, learner in LEARNERS.items():
            yield {"by": name, "of": of, **ranked(list(learnt(table, half, learner)))}


def main() -> int:
    """Measure, and write what was found."""
    options = on_data(__doc__, RESULTS).parse_args()
    found = []
    for task in SETS:
        half = reference_half(options.data, task)
        rows = list(measured(half))
        found.append(
            {"task": task, "accounts": len(half.inflated), "labelled": int(half.inflated.sum()), "rows": rows}
        )
        print(f"{time.strftime('%H:%M:%S')} {found[-1]}", file=sys.stderr, flush=True)
    write({"folds": FOLDS, "sets": found}, options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
