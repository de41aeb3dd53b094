"""Retraining: who is held back, who says what is usual, and how lessons of older cases do on newer ones."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from detector.cases import Case
from detector.errors import FitError
from detector.tables import Tables
from training.fit import FitOutcome
from training.retrain import as_usual, held_back, retrain, split_cases

pytestmark = pytest.mark.usefixtures("fewer_trees")

World = tuple[Tables, dict[str, bool]]


def keys(n: int) -> list[tuple[str, str]]:
    return [("tiktok", f"a{i:05d}") for i in range(n)]


def test_an_account_is_held_back_in_every_file_and_never_in_part() -> None:
    cases = [Case("x", f"a{i}", "genuine", axis) for i in range(300) for axis in ("likes", "followers")]
    kept, apart = split_cases(cases)
    assert {case.account_id for case in kept}.isdisjoint(case.account_id for case in apart)
    assert 0.15 < len(apart) / len(cases) < 0.25
    assert split_cases(cases[:100])[1] == apart[: len(split_cases(cases[:100])[1])]
    assert split_cases(cases, 0.0)[1] == ()
    assert all(held_back(case) for case in apart)


def test_a_source_like_the_reference_says_what_is_usual_whole() -> None:
    p_value = (np.arange(2_000) + 1) / 2_001
    assert as_usual(-np.log10(p_value), keys(2_000), {}).all()


def test_of_a_source_with_too_many_odd_accounts_only_the_usual_share_stays() -> None:
    p_value = np.concatenate([(np.arange(700) + 1) / 701, np.full(300, 0.004)])
    who = keys(1_000)
    genuine = {who[999]: 0.0}
    stays = as_usual(-np.log10(p_value), who, genuine)
    assert stays[:700].mean() > 0.97
    assert (stays & (p_value <= 0.01)).sum() == int(0.01 * 700 + 2 * np.sqrt(0.01 * 700))
    assert stays[999]  # a person said that it is genuine
    assert as_usual(np.full(5, np.nan), who[:5], {}).all()


def test_cases_with_times_say_how_older_ones_do_on_newer(
    unlabelled: FitOutcome, labelled: Callable[..., World], cases_of: Any
) -> None:
    tables, truth = labelled(400, 0.3, seed=21)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    drawn = np.random.default_rng(0).permutation(np.array(cases_of(truth, 80), dtype=object)).tolist()
    cases = [replace(case, reviewed_at=start + timedelta(days=day)) for day, case in enumerate(drawn)]
    metrics = retrain(unlabelled.model, tables, cases, name="timed", hold_back=0.0).metrics
    older = metrics["instagram.newest_cases.auc_older_cases"]
    assert older > metrics["instagram.newest_cases.auc_unlabelled"]
    assert older <= 1.0


def test_cases_of_nobody_known_are_an_error(unlabelled: FitOutcome, labelled: Callable[..., World]) -> None:
    with pytest.raises(FitError, match="No case names an account of the source"):
        retrain(unlabelled.model, labelled(60)[0], [Case("instagram", "nobody", "genuine")], name="x")


@pytest.mark.parametrize("label", ["genuine", "inflated"])
def test_cases_of_one_kind_teach_nothing_and_that_is_an_error(
    unlabelled: FitOutcome, labelled: Callable[..., World], label: str
) -> None:
    tables = labelled(60)[0]
    cases = [Case(*key, label) for key in tables.keys()[:40]]
    said = "40 inflated and 0 genuine" if label == "inflated" else "0 inflated and 40 genuine"
    with pytest.raises(FitError, match=f"Nothing can be learnt.*{said}.*8 of each label"):
        retrain(unlabelled.model, tables, cases, name="x", hold_back=0.0)
