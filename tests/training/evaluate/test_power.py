"""Power is what `score` says of the inflated accounts, counted; and an evaluation's cells are all that it rests on."""

from dataclasses import replace
from math import inf

import numpy as np
import pytest

from detector.model.model import Model
from detector.model.power import BANDS, Power
from detector.scoring import score_tables
from detector.tables import Tables
from training.accounts import number_of, only
from training.evaluate import Evaluation, EvaluationSettings
from training.evaluate.document import document
from training.evaluate.populations import halve
from training.evaluate.power import MIN_COUNTED, Counted, power_of
from training.simulate.inject import inject
from training.simulate.mechanics import MECHANICS


@pytest.fixture(scope="module")
def large(cells_alone: Evaluation) -> Evaluation:
    """As if ten times as many accounts of each kind had been counted."""
    cells = tuple(
        replace(cell, by_size=tuple(_tenfold(one) for one in cell.by_size)) for cell in cells_alone.cells
    )
    return replace(cells_alone, cells=cells)


def _tenfold(one: Counted) -> Counted:
    return replace(one, accounts=10 * one.accounts, unusual=10 * one.unusual, suspicious=10 * one.suspicious)


def test_levels_are_counted_as_score_gives_them(
    cells_alone: Evaluation, shipped: Model, creators: Tables, quick: EvaluationSettings
) -> None:
    base = halve(creators, 2 / 3).test
    keys = sorted(base.keys(), key=lambda key: number_of("dosed", *key))[: quick.dosed]
    changed, truth = inject(only(base, keys), MECHANICS["hollow_followers"], 10.0, quick.seed)
    columns = score_tables(only(changed, [one.key for one in truth]), shipped).columns
    (cell,) = (
        cell
        for cell in cells_alone.cells
        if (cell.mechanic, cell.dose, cell.view) == ("hollow_followers", 10.0, cells_alone.fullest)
    )
    mine = columns["evidence"] == cells_alone.fullest
    for name, levels in (("suspicious", ["suspicious"]), ("unusual", ["suspicious", "unusual"])):
        counted = sum(getattr(one, name) for one in cell.by_size)
        assert counted == np.sum(mine & np.isin(columns["level"].astype(str), levels))
    judged = mine & (columns["level"] != "insufficient_data")
    assert sum(one.accounts for one in cell.by_size) == judged.sum() > 0


def test_every_way_dose_and_evidence_has_a_row_of_any_size(
    large: Evaluation, quick: EvaluationSettings
) -> None:
    power = power_of([large])
    any_size = {(row.way, row.dose, row.evidence) for row in power.rows if (row.low, row.high) == (0.0, inf)}
    expected = {
        (cell.mechanic, cell.dose, cell.view)
        for cell in large.cells
        if sum(one.accounts for one in cell.by_size) >= MIN_COUNTED
    }
    assert any_size == expected
    assert {row.way for row in power.rows} == set(quick.mechanics) == set(power.ways)
    assert power.ways["hollow_followers"].unit == "times"
    assert power.ways["follower_package"].unit == "share"


def test_sizes_add_up_and_small_ones_have_no_row_of_their_own(large: Evaluation) -> None:
    power = power_of([large])
    for row in power.rows:
        assert row.accounts >= MIN_COUNTED
        assert (row.low, row.high) in (*BANDS, (0.0, inf))
        sized = [
            one
            for one in power.rows
            if one.low > 0 and (one.way, one.dose, one.evidence) == (row.way, row.dose, row.evidence)
        ]
        if (row.low, row.high) == (0.0, inf):
            assert sum(one.suspicious for one in sized) <= row.suspicious


def test_what_two_evaluations_counted_is_taken_from_the_first(large: Evaluation) -> None:
    first = replace(large, accounts="first", cells=large.cells[:4])
    power = power_of([first, replace(large, accounts="second")])
    assert power.populations == ("first", "second")
    of_first = {(cell.mechanic, cell.dose, cell.view) for cell in first.cells}
    for row in power.rows:
        assert row.on == (0 if (row.way, row.dose, row.evidence) in of_first else 1)


def test_its_file_gives_it_back(large: Evaluation) -> None:
    power = power_of([large])
    assert Power.read(power.text()) == power


def test_too_few_accounts_make_no_power(cells_alone: Evaluation) -> None:
    few = replace(
        cells_alone, cells=tuple(replace(cell, by_size=cell.by_size[:0]) for cell in cells_alone.cells)
    )
    with pytest.raises(ValueError, match="50 judged accounts"):
        power_of([few])


def test_an_evaluation_as_a_document_stays_as_it_was(cells_alone: Evaluation) -> None:
    assert all("by_size" not in cell for cell in document(cells_alone)["cells"])
