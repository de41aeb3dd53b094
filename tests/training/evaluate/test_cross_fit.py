"""Nobody is judged by a model, or ranked by a baseline, that saw it."""

from dataclasses import replace

import numpy as np

from detector.model.model import Model
from detector.panel import build_panel
from detector.tables import Tables
from training.accounts import only
from training.evaluate import EvaluationSettings, evaluate
from training.evaluate.cross_fit import CrossFitted, CrossFittedBaseline, cross_fit, fold_of
from training.evaluate.judged import judged, look
from training.evaluate.views import seen


def test_each_fold_is_fitted_on_the_others(creators: Tables) -> None:
    given: list[set[tuple[str, str]]] = []

    def fit(tables: Tables) -> Model:
        given.append(set(tables.keys()))
        return Model({}, {})

    cross_fit(creators, fit, 3)
    fold = fold_of(creators.keys(), 3)
    for held, keys in enumerate(given):
        own = {key for key, number in zip(creators.keys(), fold, strict=True) if number == held}
        assert own
        assert keys == set(creators.keys()) - own


def test_each_account_is_judged_by_its_own_folds_model(shipped: Model, creators: Tables) -> None:
    blind = Model({}, {})
    accounts = look(seen(only(creators, creators.keys()[:100]), "profile"))
    said = judged(accounts, CrossFitted((shipped, blind)))
    whole = judged(accounts, shipped)
    fold = fold_of(accounts.keys, 2)
    assert (said.level[fold == 1] == "insufficient_data").all()
    assert np.array_equal(said.score[fold == 0], whole.score[fold == 0])


def test_a_baselines_score_is_that_of_its_fold(creators: Tables) -> None:
    panel = build_panel(creators)
    one = CrossFittedBaseline("two", [lambda p: np.zeros(len(p)), lambda p: np.ones(len(p))])
    assert np.array_equal(one.score(panel), fold_of(creators.keys(), 2))


def test_a_cross_fitted_model_is_evaluated_on_every_account(
    shipped: Model, creators: Tables, quick: EvaluationSettings
) -> None:
    settings = replace(
        quick, parts=("baselines", "signals"), views=("profile",), mechanics=("hollow_followers",)
    )
    found = evaluate(CrossFitted((shipped, shipped)), creators, settings)
    assert found.tested == len(creators.keys())
    assert found.model == "a model refitted in 2 folds"
    assert found.signals
    assert all("folk rules" in cell.baselines for cell in found.cells)
