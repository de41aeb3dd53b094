"""Gates: a better challenger passes; one taught on flipped labels, or fitted on an inflated reference, does not."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from detector.api import load_model
from detector.cases import Case
from detector.model.model import Model
from detector.tables import Tables
from tests.training.conftest import few_trees
from training.evaluate import EvaluationSettings
from training.fit import FitOutcome, FitSettings, fit
from training.gates import GATES, Ground, Outcome, run
from training.gates.behaviour import behaviour
from training.gates.calibration import calibration
from training.gates.false_alarms import false_alarms
from training.gates.held_back import held_back_cases, knows_them
from training.gates.matrix import matrix
from training.gates.probability import probability
from training.gates.timing import timing as timed
from training.retrain import held_back, retrain
from training.simulate.inject import inject
from training.simulate.mechanics import MECHANICS
from training.simulate.population import population

World = tuple[Tables, dict[str, bool]]

SETTINGS = EvaluationSettings(
    dosed=80, mechanics=("hollow_followers",), platform="instagram", parts=(), views=("profile",)
)


@pytest.fixture(scope="module")
def creators() -> tuple[Tables, tuple[Case, ...]]:
    """Simulated TikTok creators, 240 of them labelled, of whom a third have five times the followers."""
    tables = population(620, 41, days=10, posts=8)[0]
    plain = Tables(accounts=tables.accounts, posts=tables.posts)
    keys = plain.keys()
    third = set(keys[:240:3])
    dosed, truth = inject(plain, MECHANICS["hollow_followers"], 5.0, 9)
    inflated = {one.key for one in truth} & third
    accounts = plain.accounts
    odd = np.array([key in inflated for key in keys])
    followers = np.where(odd, dosed.accounts.column("followers"), accounts.column("followers"))
    mixed = replace(plain, accounts=accounts.replace(followers=followers))
    cases = [Case(*key, "inflated" if key in inflated else "genuine") for key in keys[:240]]
    return mixed, tuple(cases)


def flipped(cases: tuple[Case, ...]) -> tuple[Case, ...]:
    other = {"inflated": "genuine", "genuine": "inflated"}
    return tuple(replace(case, label=other[case.label]) for case in cases)


@pytest.fixture(scope="module")
def champion() -> Model:
    return load_model()


@pytest.fixture(scope="module")
def ground(champion: Model, creators: Any) -> Ground:
    """A challenger taught on true labels, and cases that it has not seen."""
    challenger = retrain(champion, *creators, name="challenger").model
    settings = replace(SETTINGS, platform="tiktok", views=("profile", "profile+posts"))
    return Ground(champion, challenger, *creators, settings)


def test_a_challenger_taught_on_true_labels_passes_what_does_not_depend_on_the_clock(ground: Ground) -> None:
    outcomes = [gate(ground) for name, gate in GATES.items() if name != "scoring time"]
    assert [one.said for one in outcomes if not one.passed] == []
    figures = outcomes[0].figures
    assert figures["auc_challenger"] >= figures["auc_champion"]
    assert figures["inflated"] + figures["genuine"] == len(ground.held_back)
    said = next(one for one in outcomes if one.gate == "probability")
    assert said.figures["accounts"] >= 25
    assert said.figures["error_challenger"] <= said.figures["error_allowed"]


def test_a_probability_that_says_too_much_is_stopped_and_no_other_gate_sees_it(ground: Ground) -> None:
    """The same model, but of every account a third more is said to be inflated."""
    platform = ground.challenger.platforms["tiktok"]
    lessons = tuple(
        one
        if one.chance is None
        else replace(
            one, chance=replace(one.chance, low=raised(one.chance.low), high=raised(one.chance.high))
        )
        for one in platform.lessons
    )
    assert any(one.chance for one in lessons)
    loud = replace(
        ground.challenger,
        platforms={**ground.challenger.platforms, "tiktok": replace(platform, lessons=lessons)},
    )
    alone = Ground(ground.champion, loud, ground.tables, ground.cases, ground.settings)
    outcome = probability(alone)
    assert not outcome.passed
    assert "chance allow" in outcome.said
    assert held_back_cases(alone).passed
    beside = probability(Ground(ground.challenger, loud, ground.tables, ground.cases, ground.settings))
    assert not beside.passed
    assert beside.figures["brier_challenger"] > beside.figures["brier_champion"]


def raised(share: Any) -> Any:
    return np.minimum(share + 0.35, 1.0)


def test_nobody_who_was_held_back_was_learnt_from_or_is_ordinary(ground: Ground) -> None:
    assert 25 <= len(ground.held_back) <= 75
    assert all(held_back(Case(*key, "genuine")) for key in ground.held_back)
    assert not set(ground.held_back) & set(ground.ordinary.keys)
    cases = ground.challenger.card["cases"]
    assert cases["inflated"] + cases["genuine"] + len(ground.held_back) == 240


@pytest.fixture(scope="module")
def wrong(champion: Model, creators: Any) -> Model:
    """A challenger taught on flipped labels."""
    tables, cases = creators
    with few_trees():
        return retrain(champion, tables, flipped(cases), name="flipped").model


@pytest.mark.parametrize(
    "throughout", [False, True], ids=["true ones held back", "flipped ones held back too"]
)
def test_a_challenger_taught_on_flipped_labels_is_stopped(
    ground: Ground, wrong: Model, creators: Any, throughout: bool
) -> None:
    tables, cases = creators
    shown = flipped(cases) if throughout else cases
    found = Ground(ground.champion, wrong, tables, shown, ground.settings)
    gates = [gate(found) for gate in (held_back_cases, matrix)]
    assert not all(one.passed for one in gates)
    assert gates[0].passed is throughout


def test_a_challenger_fitted_on_a_reference_with_30_percent_inflated_is_stopped(
    unlabelled: FitOutcome, labelled: Callable[..., World]
) -> None:
    reference = labelled(300, 1 / 12, seed=1)[0]
    keys = reference.keys()
    some = np.arange(len(keys)) % 10 < 3
    followers = reference.accounts.column("followers")
    mixed = replace(
        reference, accounts=reference.accounts.replace(followers=np.where(some, 10, 1) * followers)
    )
    contaminated = fit(mixed, FitSettings(name="contaminated")).model
    found = Ground(unlabelled.model, contaminated, labelled(400, 1 / 12, seed=8)[0], (), SETTINGS)
    outcomes = [matrix(found), calibration(found)]
    assert not all(one.passed for one in outcomes)


def test_without_a_champion_promises_are_asked_for_and_comparisons_are_not(ground: Ground) -> None:
    alone = Ground(None, ground.challenger, ground.tables, ground.cases, ground.settings)
    outcomes = run(alone)
    assert [one.gate for one in outcomes] == list(GATES)
    assert all(one.passed for one in outcomes)
    assert "no champion yet" in outcomes[1].said


def test_a_champion_that_was_taught_on_the_held_back_cases_is_named(ground: Ground, champion: Model) -> None:
    lineage = {**ground.challenger.card["lineage"], "held_back_share": 0.0}
    knowing = replace(ground.challenger, card={**ground.challenger.card, "lineage": lineage})
    assert knows_them(knowing)
    assert not knows_them(champion)  # it learnt from no case
    assert not knows_them(ground.challenger)
    beside = Ground(knowing, ground.challenger, ground.tables, ground.cases, ground.settings)
    assert "the champion was taught on them itself" in held_back_cases(beside).said


def test_without_held_back_cases_the_gate_says_what_it_takes(ground: Ground) -> None:
    outcome = held_back_cases(Ground(ground.champion, ground.challenger, ground.tables, (), ground.settings))
    assert not outcome.passed
    assert "--cases" in outcome.said


def test_the_same_model_passes_against_itself(ground: Ground) -> None:
    same = Ground(ground.champion, ground.champion, ground.tables, (), ground.settings)
    assert all(gate(same).passed for gate in (matrix, false_alarms, calibration, behaviour))


def test_a_model_that_alarms_too_much_fails_by_the_kind_it_alarms_about(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    eager = Ground(ground.champion, ground.challenger, ground.tables, ground.cases, ground.settings)
    before, after = eager.said
    level = np.where(np.arange(len(after)) % 10 == 0, "suspicious", after.level).astype(object)
    p_value = np.where(level == "suspicious", 0.005, after.p_value)
    eager.__dict__["said"] = (before, replace(after, level=level, p_value=p_value))
    outcome = false_alarms(eager)
    assert not outcome.passed
    assert "above: size" in outcome.said
    assert "missed at 1%" in calibration(eager).said


def test_a_model_that_lowers_suspicion_for_more_followers_fails(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lower(model: Model, tables: Tables) -> Any:
        followers = tables.accounts.column("followers")
        return 100.0 / (1.0 + np.log1p(followers)) if model is ground.challenger else followers * 0 + 50.0

    monkeypatch.setattr(module_of(behaviour), "_suspicion", lower)
    outcome = behaviour(ground)
    assert not outcome.passed
    assert outcome.figures["lowered_challenger"] > 0.5


@pytest.mark.parametrize(("column", "passed"), [("suspicion", True), ("followers_suspicion", False)])
def test_suspicion_of_all_axes_may_fall_with_more_followers_but_not_that_of_followers(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, column: str, passed: bool
) -> None:
    real = module_of(behaviour).score_tables

    def falling(tables: Tables, model: Model) -> Any:
        result = real(tables, model)
        if model is not ground.challenger:
            return result
        less = 100.0 / (1.0 + np.log1p(np.nan_to_num(tables.accounts.column("followers"))))
        return type(result)(dict(result.columns) | {column: less})

    monkeypatch.setattr(module_of(behaviour), "score_tables", falling)
    assert behaviour(ground).passed is passed


def test_a_model_that_looks_at_names_fails(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    real = module_of(behaviour).score_tables

    def by_name(tables: Tables, model: Model) -> Any:
        result = real(tables, model)
        if model is ground.challenger:
            odd = np.array([name.startswith("z") for name in result.columns["account_id"]])
            columns = dict(result.columns) | {"score": result.columns["score"] + odd}
            return type(result)(columns)
        return result

    monkeypatch.setattr(module_of(behaviour), "score_tables", by_name)
    assert behaviour(ground).figures["changed_by_renaming"] > 0.5
    assert not behaviour(ground).passed


@pytest.mark.parametrize(("ratio", "passed"), [(1.4, True), (1.6, False)])
def test_the_clock_allows_half_as_much_again(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, ratio: float, passed: bool
) -> None:
    seconds = {id(ground.champion): 2.0, id(ground.challenger): 2.0 * ratio}
    monkeypatch.setattr(module_of(timed), "_seconds", lambda model, tables: seconds[id(model)])
    outcome: Outcome = timed(ground)
    assert outcome.figures["ratio"] == pytest.approx(ratio)
    assert outcome.passed is passed


def test_scoring_time_is_really_measured(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a clock that goes on by a second for the champion's scoring and by three for the challenger's."""
    module, clock = module_of(timed), [0.0]
    monkeypatch.setattr(module, "time", type("Clock", (), {"perf_counter": lambda: clock[0]}))

    def scored(tables: Tables, model: Model) -> None:
        clock[0] += 1.0 if model is ground.champion else 3.0

    monkeypatch.setattr(module, "score_tables", scored)
    assert timed(ground).figures["ratio"] == 3.0


def module_of(function: Any) -> Any:
    import sys

    return sys.modules[function.__module__]
