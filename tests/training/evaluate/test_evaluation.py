"""One evaluation, end to end: what is counted is there, right, and the same however it is computed."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from detector.cases import Case
from detector.errors import DetectorError
from detector.model.model import Model
from detector.scoring import score_tables
from detector.tables import Tables
from training.accounts import only
from training.evaluate import Evaluation, EvaluationSettings, evaluate
from training.evaluate.document import document, metrics, write_document
from training.evaluate.populations import halve
from training.evaluate.report import BLOCKS, page
from training.evaluate.summary import summary
from training.evaluate.views import VIEWS
from training.simulate.mechanics import MECHANICS


def test_every_mechanic_dose_and_view_has_a_cell(evaluation: Evaluation, quick: EvaluationSettings) -> None:
    expected = {
        (name, dose, view) for name in quick.mechanics for dose in MECHANICS[name].doses for view in VIEWS
    }
    assert {(cell.mechanic, cell.dose, cell.view) for cell in evaluation.cells} == expected


def test_more_inflation_is_found_more_often(evaluation: Evaluation) -> None:
    hollow = [
        cell.recall["1 %"].value
        for cell in evaluation.cells
        if cell.mechanic == "hollow_followers" and cell.view == "profile"
    ]
    assert hollow == sorted(hollow)
    assert hollow[-1] > hollow[0]


def test_shares_are_shares_and_intervals_hold_them(evaluation: Evaluation) -> None:
    for cell in evaluation.cells:
        assert 0 <= cell.suspicious <= cell.unusual <= cell.judged <= 1
        for one in cell.recall.values():
            assert 0 <= one.low <= one.high <= 1
        assert cell.recall["0.1 %"].value <= cell.recall["1 %"].value
        assert set(cell.baselines) >= {"folk rules", "scikit-learn isolation forest"}


def test_alarms_count_the_untouched_accounts_as_score_does(
    evaluation: Evaluation, shipped: Model, creators: Tables
) -> None:
    level = score_tables(halve(creators, 2 / 3).test, shipped).columns["level"]
    assert sum(one.accounts for one in evaluation.by_cohort) == len(level) == evaluation.tested
    assert sum(one.suspicious for one in evaluation.by_cohort) == np.sum(level == "suspicious")
    assert sum(one.judged for one in evaluation.by_cohort) == np.sum(level != "insufficient_data")


def test_each_archetype_is_asked_for(evaluation: Evaluation) -> None:
    from training.simulate.archetypes import ARCHETYPES

    assert [one.kind for one in evaluation.by_archetype] == list(ARCHETYPES)
    assert all(one.accounts == 3 for one in evaluation.by_archetype)


def test_workers_change_nothing(
    evaluation: Evaluation, shipped: Model, creators: Tables, quick: EvaluationSettings
) -> None:
    settings = replace(quick, workers=2, parts=("held_out",), views=("profile",))
    alone = evaluate(shipped, creators, replace(settings, workers=1))
    together = evaluate(shipped, creators, settings)
    assert document(alone) == document(together)
    wanted = {(cell.mechanic, cell.dose): cell.recall for cell in evaluation.cells if cell.view == "profile"}
    assert {(cell.mechanic, cell.dose): cell.recall for cell in together.cells} == wanted


def test_accounts_that_people_called_inflated_are_no_untouched_ones(
    shipped: Model, creators: Tables, quick: EvaluationSettings
) -> None:
    keys = creators.keys()[:20]
    cases = [Case(*key, "inflated", "likes") for key in keys] + [Case("tiktok", "nobody", "inflated")]
    settings = replace(quick, parts=(), views=("profile",), mechanics=("hollow_followers",))
    found = evaluate(shipped, creators, settings, labelled=cases)
    (labelled,) = [cell for cell in found.cells if cell.mechanic == "labelled"]
    assert (labelled.accounts, labelled.axis) == (20, "likes")
    rest = halve(only(creators, set(creators.keys()) - set(keys)), 2 / 3).test
    assert found.tested == len(rest.keys())
    assert any("1 labelled accounts are not in the source" in notice for notice in found.notices)


def test_too_few_accounts_are_refused(shipped: Model, creators: Tables) -> None:
    with pytest.raises(DetectorError, match="100 at least"):
        evaluate(shipped, only(creators, creators.keys()[:60]), EvaluationSettings(parts=()))


def test_accounts_that_nothing_can_be_put_into_are_refused(shipped: Model, creators: Tables) -> None:
    settings = EvaluationSettings(parts=(), mechanics=("follower_package",))
    with pytest.raises(DetectorError, match="No mechanic could be put"):
        evaluate(shipped, Tables(accounts=creators.accounts), settings)


def test_a_document_is_plain_json(evaluation: Evaluation, tmp_path: Path) -> None:
    content = document(evaluation)
    write_document(content, tmp_path / "sub" / "e.json")
    assert json.loads((tmp_path / "sub" / "e.json").read_text()) == json.loads(json.dumps(content))


def test_metrics_are_finite_and_name_their_place(evaluation: Evaluation) -> None:
    found = metrics(document(evaluation))
    assert all(np.isfinite(value) for value in found.values())
    cell = next(
        cell for cell in evaluation.cells if cell.mechanic == "hollow_followers" and cell.view == "profile"
    )
    name = f"recall_1.hollow_followers.{cell.dose:g}.profile"
    assert found[name] == pytest.approx(cell.recall["1 %"].value, abs=1e-6)


def test_the_report_shows_every_table_with_its_figures(evaluation: Evaluation) -> None:
    content = document(evaluation)
    text = page(content)
    for title, _, make in BLOCKS.values():
        assert f"## {title}" in text
        assert make(content)
    cell = evaluation.cells[-1]
    assert f"{cell.recall['1 %'].value:.2f} [{cell.recall['1 %'].low:.2f}" in text


def test_the_summary_fits_a_terminal(evaluation: Evaluation) -> None:
    text = summary(document(evaluation))
    assert max(map(len, text.splitlines())) <= 80
    for name in ("hollow_followers", "follower_package"):
        assert name in text


def test_plots_are_drawn(evaluation: Evaluation) -> None:
    from training.evaluate.plots import figures

    for figure in figures(document(evaluation)).values():
        figure.canvas.draw()
        assert figure.axes


def test_labelled_accounts_alone_are_counted_where_nothing_can_be_put_in(
    shipped: Model, creators: Tables
) -> None:
    cases = [Case(*key, "inflated") for key in creators.keys()[:20]]
    settings = EvaluationSettings(mechanics=("follower_package",), per_archetype=2, seed=5, days=20)
    profiles = Tables(accounts=creators.accounts)
    found = evaluate(shipped, profiles, settings, labelled=cases)
    assert [cell.mechanic for cell in found.cells] == ["labelled"]
    assert (found.rules, found.held_out) == ((), ())
    assert page(document(found))


def test_one_mechanic_is_not_held_out_for_there_is_nothing_to_choose_on(
    shipped: Model, creators: Tables, quick: EvaluationSettings
) -> None:
    settings = replace(quick, parts=("held_out",), views=("profile",), mechanics=("hollow_followers",))
    assert evaluate(shipped, creators, settings).held_out == ()


def test_stories_of_a_platform_that_the_model_does_not_know_are_left_out(
    shipped: Model, creators: Tables, quick: EvaluationSettings
) -> None:
    stranger = Model({"youtube": shipped.platforms["youtube"]}, shipped.card)
    settings = replace(quick, parts=("archetypes",), views=("profile",), mechanics=("hollow_followers",))
    found = evaluate(stranger, creators, settings)
    assert found.by_archetype == ()
    assert any("knows no tiktok" in notice for notice in found.notices)
