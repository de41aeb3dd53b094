"""The gate of the probability: what is said of held-back cases against what they are, and against the champion's."""

from dataclasses import replace
from importlib import import_module
from typing import Any

import numpy as np
import pytest

from detector.cases import Case
from detector.model.model import Model
from training.gates.ground import Ground
from training.gates.probability import BOUND, Held, by_chance, probability, standing_for, worse_in


def held(seed: int, n: int, turned: float = 1.0) -> Held:
    """Accounts with a probability that is right, and said more boldly than it is where `turned` is above 1."""
    rng = np.random.default_rng(seed)
    odds = rng.normal(0.0, 2.0, n)
    said = 1.0 / (1.0 + np.exp(-turned * odds))
    return Held(said, rng.random(n) < 1.0 / (1.0 + np.exp(-odds)), np.ones(n))


@pytest.mark.parametrize("n", [12, 40, 150])
def test_a_probability_that_is_right_seldom_fails_however_few_the_accounts(n: int) -> None:
    failed = [one.error() > by_chance(one) for one in (held(seed, n) for seed in range(40))]
    assert np.mean(failed) <= 0.05
    small = held(0, 12)
    assert by_chance(small) > 3 * BOUND  # ten accounts show no error of .05


def test_a_probability_that_is_too_bold_fails_where_there_are_accounts_enough() -> None:
    failed = [one.error() > by_chance(one) for one in (held(seed, 150, turned=5.0) for seed in range(20))]
    assert np.mean(failed) >= 0.9


def test_the_bolder_one_of_two_is_worse_in_most_resamples() -> None:
    right, bold = held(1, 150), held(1, 150, turned=5.0)
    assert worse_in(right, bold) > 0.9
    assert worse_in(bold, right) < 0.1
    assert worse_in(right, right) == 0.5


class Said:
    """Two models' probabilities of the same held-back accounts, instead of what they would be scored."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, before: Held | None, after: Held | None, truth: Held):
        models: dict[str, Any] = {"champion": before, "challenger": after}
        nothing = np.full(len(truth.said), np.nan)

        def said(ground: Ground, model: Any) -> Any:
            return nothing if models[model] is None else models[model].said

        monkeypatch.setattr(import_module(probability.__module__), "_said", said)
        keys = [("tiktok", f"{at:03d}") for at in range(len(truth.said))]
        self.ground: Any = Ground("champion", "challenger", None)  # type: ignore[arg-type]
        self.ground.__dict__["held_back"] = dict(zip(keys, truth.inflated.tolist(), strict=True))
        self.ground.__dict__["labelled"] = self.ground.held_back
        self.ground.__dict__["drawn"] = frozenset()

    def outcome(self) -> Any:
        return probability(self.ground)


RIGHT, BOLD = held(3, 150), held(3, 150, turned=5.0)


@pytest.mark.parametrize(
    ("before", "after", "passed", "words"),
    [
        (None, RIGHT, True, "calibration error"),
        (None, BOLD, False, "chance allow"),
        (RIGHT, BOLD, False, "worse in"),
        (BOLD, RIGHT, True, "worse in"),
        (BOLD, BOLD, True, "champion's"),
        (RIGHT, None, False, "none is given where the champion gives one"),
        (None, None, True, "none is given"),
    ],
    ids=["right", "bold", "bolder", "better", "as bad", "lost", "none"],
)
def test_it_is_judged_by_itself_and_beside_the_champions(
    monkeypatch: pytest.MonkeyPatch, before: Held | None, after: Held | None, passed: bool, words: str
) -> None:
    outcome = Said(monkeypatch, before, after, RIGHT).outcome()
    assert outcome.passed is passed, outcome.said
    assert words in outcome.said
    assert ("brier_champion" in outcome.figures) is (before is not None and after is not None)


def test_a_handful_of_accounts_is_no_reason_to_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    few = Held(BOLD.said[:6], RIGHT.inflated[:6], np.ones(6))
    outcome = Said(monkeypatch, None, few, few).outcome()
    assert outcome.passed
    assert "it takes 10" in outcome.said


def test_those_drawn_at_random_stand_for_all_that_nobody_picked() -> None:
    keys = [("tiktok", f"{at:03d}") for at in range(200)]
    cases = [Case(*key, "genuine", queue="random" if at < 60 else "") for at, key in enumerate(keys)]

    class Thousand:
        def keys(self) -> list[tuple[str, str]]:
            return keys + [("tiktok", f"x{at}") for at in range(800)]

    challenger = Model({}, {"lineage": {"held_back_share": 0.2}})
    ground = Ground(None, challenger, Thousand(), cases)  # type: ignore[arg-type]
    weight = standing_for(ground)
    drawn = np.array([key in ground.drawn for key in ground.held_back])
    assert weight.mean() == pytest.approx(1.0)
    assert weight[drawn].sum() / weight.sum() == pytest.approx((1_000 - 140) / 1_000)
    none = replace(ground, cases=[replace(case, queue="") for case in cases])
    assert (standing_for(none) == 1.0).all()
