"""The shipped model's power: real accounts, each judged by the fold that never saw it, before simulated ones."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from detector.errors import DetectorError
from detector.model.model import Model
from detector.tables import Tables
from training import default_power
from training.evaluate import Evaluation, EvaluationSettings
from training.evaluate.cross_fit import CrossFitted
from training.fit import FitOutcome
from training.fit.population import fold_of

Calls = list[tuple[Model | CrossFitted, Tables | None, EvaluationSettings]]


@pytest.fixture
def calls(cells_alone: Evaluation, monkeypatch: pytest.MonkeyPatch) -> Calls:
    """What is evaluated; each evaluation finds what the small one found, of enough accounts."""
    made: Calls = []
    cells = tuple(
        replace(cell, by_size=tuple(replace(one, accounts=1000) for one in cell.by_size))
        for cell in cells_alone.cells
    )

    def evaluate(model: Any, tables: Any, settings: Any, **_: Any) -> Evaluation:
        made.append((model, tables, settings))
        return replace(cells_alone, cells=cells)

    monkeypatch.setattr(default_power, "evaluate", evaluate)
    return made


def silent(text: str) -> None:
    """Says nothing."""


def test_real_accounts_are_judged_by_the_fold_that_never_saw_them(
    outcome: FitOutcome, creators: Tables, calls: Calls
) -> None:
    power = default_power.shipped_power(outcome, creators, 1, silent)
    (unseen, tables, settings), (model, simulated, _) = calls
    assert isinstance(unseen, CrossFitted)
    assert unseen.models == outcome.report.by_fold
    keys = creators.keys()
    assert np.array_equal(unseen.fold(keys), fold_of(keys, 5))
    assert tables is not None
    assert (tables.keys(), settings.parts) == (keys, ())
    assert (model, simulated) == (outcome.model, None)
    assert power is not None
    assert power.populations[0] == "real tiktok accounts, left out of the fit in 5 folds"
    assert power.populations[1].startswith("simulated tiktok creators with 90 days")
    assert {row.on for row in power.rows} == {0}  # counted in both, taken from the first


def test_without_enough_accounts_there_is_no_power_and_it_is_said(
    outcome: FitOutcome, creators: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    def evaluate(*_: Any, **__: Any) -> Evaluation:
        raise DetectorError("too few")

    monkeypatch.setattr(default_power, "evaluate", evaluate)
    said: list[str] = []
    say: Callable[[str], None] = said.append
    assert default_power.shipped_power(outcome, creators, 1, say) is None
    assert said == [
        "note: too few",
        "note: too few",
        f"note: power was not measured: {said[-1].split(': ', 2)[2]}",
    ]
