"""What the bound of labelled bots is made of: halves, folds, learners, and the table."""

import json
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from benchmarks.automation_bound import (
    FOLDS,
    LEARNERS,
    Held,
    counters,
    fold_of,
    learnt,
    measured,
    ranked,
    signals,
)
from benchmarks.automation_page import automation_bound
from benchmarks.labelled import Labelled
from tests.benchmarks.conftest import N
from training.accounts import half_of


def test_only_accounts_of_the_half_that_may_be_learnt_from_are_read_and_each_once(half: Labelled) -> None:
    ids = [sha256(f"kaggle-spammer:{row}".encode()).hexdigest()[:12] for row in range(N + 1)]
    wanted = [one for one in ids[:N] if half_of(one) == 0]
    assert half.tables.accounts.column("account_id").tolist() == wanted
    assert half.inflated.tolist() == [ids.index(one) % 3 == 0 for one in wanted]
    assert set(half.tables.accounts.column("platform")) == {"instagram"}


def test_counts_enter_as_logarithms_and_flags_as_they_are(half: Labelled) -> None:
    table, accounts = counters(half), half.tables.accounts
    names = [name for name in accounts.columns if name not in ("platform", "account_id")]
    column = dict(zip(names, table.T, strict=True))
    assert np.allclose(column["followers"], np.log1p(accounts.column("followers")))
    assert set(column["has_picture"]) == {0.0, 1.0}
    assert np.isfinite(signals(half)).all()


def test_nobody_is_ranked_by_what_learnt_from_it(half: Labelled) -> None:
    folds, asked = fold_of(half), []

    class Memory:
        """Knows whom it has seen: gives 1 to an account it learnt from, 0 to others."""

        def fit(self, table: np.ndarray, label: np.ndarray) -> "Memory":
            self.seen = set(table[:, 0].tolist())
            return self

        def predict_proba(self, table: np.ndarray) -> np.ndarray:
            asked.extend(table[:, 0].tolist())
            return np.array([[0.0, float(one in self.seen)] for one in table[:, 0]])

    number = np.arange(len(folds), dtype=float)[:, None]
    parts = list(learnt(number, half, Memory))
    assert len(parts) == FOLDS
    assert max(one.max() for part in parts for one in (part.genuine, part.inflated)) == 0.0
    assert sorted(asked) == number[:, 0].tolist()


@pytest.mark.parametrize("name", LEARNERS)
def test_a_learner_tells_what_the_label_shows_and_not_what_it_does_not(name: str, half: Labelled) -> None:
    noise = np.random.default_rng(1).normal(size=(len(half.inflated), 3))
    told = noise + 2.0 * half.inflated[:, None]
    assert ranked(list(learnt(told, half, LEARNERS[name])))["auc"] > 0.9
    assert 0.3 < ranked(list(learnt(noise, half, LEARNERS[name])))["auc"] < 0.7


def test_an_interval_holds_its_figure_and_narrows_with_accounts() -> None:
    rng = np.random.default_rng(5)

    def of(n: int) -> dict[str, float]:
        return ranked([Held(rng.normal(0, 1, n), rng.normal(1, 1, n)) for _ in range(3)])

    few, many = of(20), of(500)
    for found in (few, many):
        assert found["low"] < found["auc"] < found["high"]
    assert many["high"] - many["low"] < few["high"] - few["low"]


def test_ours_and_the_learners_find_empty_accounts_and_stand_side_by_side(
    half: Labelled, tmp_path: Path
) -> None:
    rows = list(measured(half))
    assert [(row["by"], row["of"]) for row in rows] == [
        ("ours, without labels", "counters"),
        *((name, of) for of in ("counters", "signals") for name in LEARNERS),
    ]
    assert all(row["auc"] > 0.9 for row in rows)
    path = tmp_path / "automation_bound.json"
    rows[0] |= {"auc": 0.91, "low": 0.875, "high": 0.94}
    path.write_text(
        json.dumps({"folds": 3, "sets": [{"task": "K1", "accounts": 1340, "labelled": 170, "rows": rows}]})
    )
    head, _, line = automation_bound(path).splitlines()
    assert head.startswith(
        "| set | accounts | labelled | ours, without labels | logistic regression, counters |"
    )
    assert line.startswith("| K1 | 1,340 | 170 | 0.910 [0.875, 0.940] | ")
    assert automation_bound(tmp_path / "none.json") == "Not measured yet."
