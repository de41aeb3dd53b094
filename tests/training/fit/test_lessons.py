"""Lessons: labelled cases move the score where they better it, are explained, and never where they teach nothing."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from detector.cases import Case
from detector.errors import ModelError
from detector.model import store
from detector.model.model import Model
from detector.model.packing import pack
from detector.reasons import CASES
from detector.scoring import _chances, score_tables
from detector.tables import Tables
from detector.verdict import Result
from training.accounts import only
from training.evaluate.figures import auc
from training.fit import FitOutcome, FitSettings, fit
from training.fit.boosting import RATE, TREES, boost, trusted
from training.fit.chance import calibration_error, fit_chance, representing
from training.fit.lessons import _weight
from training.retrain import Retrained, retrain

World = tuple[Tables, dict[str, bool]]


@pytest.fixture(scope="module")
def world(labelled: Callable[..., World]) -> World:
    """Accounts that cases are of."""
    return labelled(700, 0.3, seed=2)


@pytest.fixture(scope="module")
def met(labelled: Callable[..., World]) -> World:
    """Accounts that no fit has seen."""
    return labelled(500, 0.3, seed=3)


@pytest.fixture(scope="module")
def taught(unlabelled: FitOutcome, world: World, cases_of: Callable[..., tuple[Case, ...]]) -> Retrained:
    return retrain(unlabelled.model, world[0], cases_of(world[1], 160), name="taught", hold_back=0.0)


def found(model: Model, world: World) -> tuple[Result, np.ndarray]:
    """The result, and who is inflated."""
    result = score_tables(world[0], model, reasons="all")
    return result, np.array([world[1][name] for name in result.columns["account_id"]])


def ranking(model: Model, world: World) -> float:
    result, inflated = found(model, world)
    score = np.nan_to_num(result.columns["score"], nan=-99.0)
    return auc(score[~inflated], score[inflated])


def test_forty_cases_better_the_ranking_of_accounts_never_seen(
    unlabelled: FitOutcome, world: World, met: World, cases_of: Any
) -> None:
    few = retrain(unlabelled.model, world[0], cases_of(world[1], 40), name="few", hold_back=0.0).model
    before, after = ranking(unlabelled.model, met), ranking(few, met)
    assert after > before + 0.05
    assert np.isnan(found(few, met)[0].columns["probability"]).all()


def test_more_cases_better_it_further_and_give_a_calibrated_probability(
    unlabelled: FitOutcome, taught: Retrained, met: World
) -> None:
    assert ranking(taught.model, met) > ranking(unlabelled.model, met) + 0.1
    result, inflated = found(taught.model, met)
    low, said, high = (result.columns[f"probability{end}"] for end in ("_low", "", "_high"))
    judged = result.columns["level"] != "insufficient_data"
    judged |= np.array([one == "outside" for one in result.columns["support"]])
    assert not np.isnan(said[judged]).any()
    assert judged.mean() > 0.5
    low, said, high, inflated = low[judged], said[judged], high[judged], inflated[judged]
    assert np.all((low <= said) & (said <= high))
    share = inflated.mean()
    assert low.mean() - 0.1 <= share + 0.1
    sure = said > 0.9
    assert sure.sum() > 30
    assert inflated[sure].mean() > 0.8


def test_whoever_lacks_peers_alone_has_a_probability_whatever_else_was_looked_at() -> None:
    """Four accounts: judged; nothing known; without peers of its size; the same, ordinary in another look."""
    level = np.array(["ordinary", *["insufficient_data"] * 3], dtype=object)
    said = np.array([0.1, 0.2, 0.3, 0.4])
    heard = SimpleNamespace(probability=said, probability_low=said, probability_high=said)
    no_peers = np.array([False, False, True, True])
    judgement: Any = SimpleNamespace(heard=heard, no_peers=no_peers, support=np.array([2, -1, -1, 2]))
    assert np.array_equal(_chances(judgement, level)[0], [0.1, np.nan, 0.3, 0.4], equal_nan=True)


def cases_that(seed: int, *, meant: bool) -> tuple[Any, Any, Any]:
    """Score, odds and labels of 40 cases: the odds rank them at about .97, the score at .83; or nothing does."""
    rng = np.random.default_rng(seed)
    inflated = np.arange(40) % 2 == 0
    shown = inflated if meant else rng.permutation(inflated)
    return rng.normal(1.35 * shown, 1.0), rng.normal(5.4 * shown, 2.0), inflated


def test_forty_labels_that_mean_something_are_seldom_silent_and_those_dealt_out_always() -> None:
    meant = [_weight(*cases_that(seed, meant=True))[0] for seed in range(15)]
    dealt = [_weight(*cases_that(seed, meant=False))[0] for seed in range(15)]
    assert np.mean(np.array(meant) > 0) >= 0.8
    assert set(dealt) == {0.0}


def test_genuine_cases_lower_the_false_alarms_of_their_kind(
    unlabelled: FitOutcome, taught: Retrained, met: World
) -> None:
    result, inflated = found(unlabelled.model, met)
    odd = ~inflated & (result.columns["level"] != "ordinary") & (result.columns["followers_excess"] > 3)
    assert odd.sum() >= 5
    after = found(taught.model, met)[0].columns["p_value"]
    assert np.mean(after[odd] > result.columns["p_value"][odd]) > 0.8


def test_labels_without_a_meaning_change_nothing(unlabelled: FitOutcome, world: World, met: World) -> None:
    rng = np.random.default_rng(5)
    names = rng.permutation(list(world[1]))[:60].tolist()
    cases = [Case("instagram", name, ("inflated", "genuine")[at % 2]) for at, name in enumerate(names)]
    model = retrain(unlabelled.model, world[0], cases, name="noise", hold_back=0.0)
    assert {lesson.weight for lesson in model.model.platforms["instagram"].lessons} == {0.0}
    assert any("do not better the score beyond chance" in notice for notice in model.notices)
    before, after = found(unlabelled.model, met)[0], found(model.model, met)[0]
    for name in ("score", "p_value", "suspicion"):
        assert before.columns[name].tobytes() == after.columns[name].tobytes()


def test_a_tenth_of_flipped_labels_costs_little(
    unlabelled: FitOutcome, world: World, met: World, taught: Retrained, cases_of: Any
) -> None:
    cases = cases_of(world[1], 160, flipped=0.1)
    flipped = retrain(unlabelled.model, world[0], cases, name="flipped", hold_back=0.0)
    assert ranking(flipped.model, met) >= ranking(taught.model, met) - 0.05


def test_a_label_that_the_others_contradict_counts_less() -> None:
    rng = np.random.default_rng(2)
    rows = rng.normal(size=(160, 4))
    inflated = rows[:, 0] + rows[:, 1] > 0
    wrong = rng.permutation(np.flatnonzero(np.abs(rows[:, 0] + rows[:, 1]) > 1))[:16]
    told = inflated.copy()
    told[wrong] = ~told[wrong]
    fold = np.arange(160) % 5
    weight = trusted(rows, told, fold, 7)
    assert (weight[wrong] < 1).mean() > 0.7
    assert (np.delete(weight, wrong) < 1).mean() < 0.15
    assert (trusted(rows, inflated, fold, 7) < 1).mean() < 0.1
    assert (trusted(rows[:50], told[:50], fold[:50], 7) == 1).all()  # too few to doubt any


def test_levels_keep_their_promise_among_reference_accounts(labelled: Any, cases_of: Any) -> None:
    tables, truth = labelled(400, 1 / 8, seed=6)
    outcome = fit(tables, FitSettings(name="x"), cases=cases_of(truth, 60))
    assert outcome.model.platforms["instagram"].lessons[0].weight > 0
    assert outcome.report.metrics["instagram.suspicious_share"] <= 0.015
    assert 0.02 <= outcome.report.metrics["instagram.unusual_or_more_share"] <= 0.06
    assert (
        outcome.report.metrics["instagram.lesson_0.auc"]
        > outcome.report.metrics["instagram.lesson_0.auc_unlabelled"]
    )


def test_what_the_cases_add_is_a_reason_and_adds_up(
    unlabelled: FitOutcome, taught: Retrained, met: World
) -> None:
    before, after = found(unlabelled.model, met)[0], found(taught.model, met)[0]
    checked = 0
    for row, reasons in enumerate(after.columns["reasons"]):
        added = [reason for reason in reasons if reason.signal == CASES]
        if added and not np.isnan(before.columns["score"][row]):
            gain = after.columns["score"][row] - before.columns["score"][row]
            assert added[0].contribution == pytest.approx(gain, abs=1e-9)
            assert ("inflated" if gain > 0 else "genuine") in added[0].sentence
            checked += 1
    assert checked > 100


def test_the_shares_of_the_columns_add_up_to_the_log_odds(taught: Retrained, met: World) -> None:
    rng = np.random.default_rng(0)
    for lesson in taught.model.platforms["instagram"].lessons:
        rows = rng.normal(size=(50, len(lesson.columns))) * 4
        whole = lesson.trees.shares(rows).sum(axis=1) + lesson.trees.root
        assert whole == pytest.approx(lesson.trees.log_odds(rows), abs=1e-9)


def test_packed_trees_say_what_scikit_learn_says() -> None:
    from sklearn.ensemble import GradientBoostingClassifier

    rng = np.random.default_rng(0)
    rows = rng.normal(size=(120, 5)).astype(np.float32)
    inflated = rows[:, 0] + rng.normal(size=120) > 0
    theirs = GradientBoostingClassifier(
        n_estimators=TREES,
        max_depth=3,
        learning_rate=RATE,
        subsample=0.4,
        max_features=0.2,
        min_samples_leaf=2,
        random_state=3,
    ).fit(rows, inflated)
    prior = np.log(inflated.mean() / (1 - inflated.mean()))
    ours = boost(rows.astype(float), inflated, 3).log_odds(rows.astype(float))
    assert ours == pytest.approx(theirs.decision_function(rows) - prior, abs=1e-9)


def test_an_account_has_the_same_bits_alone_among_others_and_after_a_round_trip(
    taught: Retrained, met: World, tmp_path: Path
) -> None:
    store.save(taught.model, tmp_path)
    back = store.load(tmp_path)
    whole = score_tables(met[0], taught.model)
    rows = (0, 17, 401)
    alone = score_tables(only(met[0], [met[0].keys()[row] for row in rows]), back)
    for name, values in whole.columns.items():
        if values.dtype.kind == "f":
            assert values[list(rows)].tobytes() == alone.columns[name].tobytes(), name


def test_less_evidence_is_judged_by_a_lesson_of_its_own(taught: Retrained, met: World) -> None:
    from detector.tables import Table

    kept = {
        name: met[0].accounts.column(name)
        for name in ("platform", "account_id", "followers", "likes", "posts", "following")
    }
    result = score_tables(Tables(accounts=Table("accounts", kept)), taught.model)
    assert len(taught.model.platforms["instagram"].lessons) > 1
    assert not np.isnan(result.columns["probability"]).all()


def test_too_few_cases_only_clean_the_reference_and_it_is_said(labelled: Any) -> None:
    tables, truth = labelled(150, 0.2, seed=7)
    names = [name for name, inflated in truth.items() if inflated][:5]
    outcome = fit(
        tables, FitSettings(name="x"), cases=[Case("instagram", name, "inflated") for name in names]
    )
    assert outcome.model.platforms["instagram"].lessons == ()
    assert outcome.model.platforms["instagram"].n_accounts == 145
    assert any(
        "5 inflated and 0 genuine cases clean the reference" in text for text in outcome.report.notices
    )


FORGED: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a column that is not there": lambda one: one["columns"][0].__setitem__(1, "nothing"),
    "a kind that is not there": lambda one: one["columns"][0].__setitem__(0, "label"),
    "peers of another unit": lambda one: one["columns"][0].__setitem__(3, 99),
    "fewer fills than columns": lambda one: one["fill"].__setitem__(1, one["fill"][1] - 1),
    "an atom that is not there": lambda one: one["atoms"].append("soul"),
    "no atoms": lambda one: one["atoms"].clear(),
    "trees outside their arrays": lambda one: one["trees"].__setitem__("start", 10**9),
    "trees that begin before their arrays": lambda one: one["trees"].__setitem__("start", -5),
    "trees of other nodes": lambda one: one["trees"].__setitem__("start", 3),
    "values of another length": lambda one: one["trees"]["value"].__setitem__(1, 7),
    "a weight outside": lambda one: one["weight"].__setitem__(0, -1),
    "a probability of another length": lambda one: one["chance"][1].__setitem__(1, 3),
    "cohorts without an end": lambda one: one["cohorts"][0].__setitem__(1, None),
    "cases of three kinds": lambda one: one["cases"].append(3),
    "no trees": lambda one: one.pop("trees"),
}


@pytest.mark.parametrize("what", FORGED)
def test_a_forged_lesson_is_refused(taught: Retrained, tmp_path: Path, what: str) -> None:
    arrays = pack(taught.model)
    structure = json.loads(arrays["structure"].tobytes())
    FORGED[what](structure["instagram"]["lessons"][0])
    arrays["structure"] = np.frombuffer(json.dumps(structure).encode(), dtype=np.uint8)
    (tmp_path / "arrays.npz").write_bytes(store._zip(arrays))
    digest = store._digest(taught.model.card, arrays)
    card = {**taught.model.card, "format": store.FORMAT, "content_hash": digest}
    (tmp_path / "card.json").write_text(json.dumps(card), encoding="utf-8")
    with pytest.raises(ModelError):
        store.load(tmp_path)


def test_the_interval_holds_the_truth_and_the_probability_ranks() -> None:
    rng = np.random.default_rng(1)
    score = rng.normal(size=600)
    truth = 1 / (1 + np.exp(-2 * score))
    inflated = rng.random(600) < truth
    chance = fit_chance(score[:400], inflated[:400])
    said, low, high = chance.read(score[400:])
    order = np.argsort(score[400:])
    assert np.all(np.diff(said[order]) >= 0)
    assert np.all((low >= 0) & (low <= said) & (said <= high) & (high <= 1))
    assert abs(float(np.mean(said - truth[400:]))) < 0.05
    assert calibration_error(score, inflated) < 0.08
    assert all(np.isnan(value) for value in chance.read(np.array([np.nan])))


def test_a_random_share_makes_the_probability_one_of_all_accounts() -> None:
    """A queue that picks the inflated out by what the score does not see must not make inflation look usual."""
    rng = np.random.default_rng(4)
    n = 20_000
    score = rng.normal(size=n)
    inflated = rng.random(n) < 0.1
    picked = np.flatnonzero(inflated)[:150]  # somebody knew
    drawn = rng.choice(np.setdiff1d(np.arange(n), picked), 150, replace=False)
    cases = np.concatenate([picked, drawn])
    by_chance = np.arange(300) >= 150
    weight = representing(by_chance, n)
    assert weight is not None
    assert weight.mean() == pytest.approx(1.0)
    plain = fit_chance(score[cases], inflated[cases]).read(score)[0].mean()
    corrected = fit_chance(score[cases], inflated[cases], weight).read(score)[0].mean()
    assert plain > 0.4
    assert corrected == pytest.approx(inflated.mean(), abs=0.06)
    assert representing(by_chance & (np.arange(300) < 170), n) is None


def test_a_model_without_lessons_keeps_its_bytes(unlabelled: FitOutcome, tmp_path: Path) -> None:
    store.save(unlabelled.model, tmp_path)
    structure = json.loads(np.load(tmp_path / "arrays.npz")["structure"].tobytes())
    assert "lessons" not in structure["instagram"]
