"""A small population, the shipped model, and one evaluation that several tests read."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from detector.tables import Tables
from training.simulate.population import population

if TYPE_CHECKING:
    from detector.model.model import Model
    from training.evaluate import Evaluation, EvaluationSettings

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session", autouse=True)
def _small_forests() -> Iterator[None]:
    """Baselines of 30 trees: their 200 are most of what an evaluation costs, and no test asks how good they are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("training.evaluate.baselines.forests.TREES", 30)
        yield


@pytest.fixture(scope="session")
def shipped() -> "Model":
    from detector.model import store

    return store.load(ROOT / "models" / "default")


@pytest.fixture(scope="session")
def creators() -> Tables:
    """360 simulated creators with 40 days and 12 posts."""
    return population(360, 9, days=40, posts=12)[0]


@pytest.fixture(scope="session")
def quick() -> "EvaluationSettings":
    from training.evaluate import EvaluationSettings

    return EvaluationSettings(
        dosed=40,
        per_archetype=3,
        seed=5,
        mechanics=("follower_package", "hollow_followers"),
        days=40,
        posts=12,
    )


@pytest.fixture(scope="session")
def evaluation(
    shipped: "Model", creators: Tables, quick: "EvaluationSettings", _small_forests: None
) -> "Evaluation":
    from training.evaluate import evaluate

    return evaluate(shipped, creators, quick)


@pytest.fixture(scope="session")
def cells_alone(shipped: "Model", creators: Tables, quick: "EvaluationSettings") -> "Evaluation":
    """The same evaluation without what is computed besides its cells, for what rests on these."""
    from training.evaluate import evaluate

    return evaluate(shipped, creators, replace(quick, parts=()))
