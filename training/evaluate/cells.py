"""Cells: one mechanic, dose and view of evidence, and how many of the accounts it was put into are found."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from detector.model.model import Model
from detector.tables import Tables
from training.evaluate.baselines import Ranking
from training.evaluate.cross_fit import CrossFitted
from training.evaluate.figures import Draws, Estimate, Threshold, auc
from training.evaluate.judged import Judged, Seen, judged, look
from training.evaluate.power import Counted, counted
from training.evaluate.views import seen

__all__ = ["RATES", "Cell", "View", "cell_of", "view_of"]

RATES = (0.01, 0.001)
BASELINE_RATE = 0.01


@dataclass(frozen=True, slots=True)
class Cell:
    """How one dose of one mechanic is found by one view of evidence.

    `recall` by rate of false alarms ("1 %", "0.1 %"), `suspicious` and `unusual` the shares that the model itself calls
    so (`unusual` counts `suspicious` too), `judged` the share that is judged at all, `baselines` name -> recall at 1 %.
    `by_size` counts the levels of the judged accounts that have the view's evidence.
    """

    mechanic: str
    axis: str
    dose: float
    view: str
    accounts: int
    recall: Mapping[str, Estimate]
    auc: float
    axis_auc: float
    suspicious: float
    unusual: float
    judged: float
    baselines: Mapping[str, float]
    by_size: tuple[Counted, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class View:
    """What stays the same while mechanics change: the untouched accounts as a view shows them, and the scorers.

    `thresholds` are the model's on these accounts, by the share of them above; a baseline has that of `BASELINE_RATE`.
    """

    name: str
    untouched: Judged
    thresholds: Mapping[float, Threshold]
    baselines: tuple[tuple[Ranking, Threshold], ...] = field(repr=False)
    place: Mapping[tuple[str, str], int] = field(repr=False)

    def __repr__(self) -> str:
        return f"View({self.name}: {len(self.untouched)} accounts, {len(self.baselines)} baselines)"


def view_of(
    name: str, untouched: Seen, model: Model | CrossFitted, baselines: tuple[Ranking, ...], draws: Draws
) -> View:
    """A view of its untouched accounts; the baselines are fitted already."""
    ordinary = judged(untouched, model)
    others = tuple((one, Threshold.at(BASELINE_RATE, untouched.each(one.score), draws)) for one in baselines)
    thresholds = {rate: Threshold.at(rate, ordinary.score, draws) for rate in RATES}
    place = {key: at for at, key in enumerate(ordinary.keys)}
    return View(name, ordinary, thresholds, others, place)


def cell_of(
    view: View, tables: Tables, model: Model | CrossFitted, mechanic: str, axis: str, dose: float
) -> tuple[Cell, Judged]:
    """The cell of inflated `tables` as a view shows them, and what was said of each account."""
    dosed = look(seen(tables, view.name))
    said = judged(dosed, model)
    places = [view.place.get(key, -1) for key in said.keys]
    twin = (
        np.array(places, dtype=np.intp) if min(places, default=0) >= 0 else None
    )  # labelled ones have no twins
    recall = {
        f"{100 * rate:g} %": threshold.recall(said.score, twin) for rate, threshold in view.thresholds.items()
    }
    baselines = {
        one.name: float(np.mean(dosed.each(one.score) > threshold.score)) for one, threshold in view.baselines
    }
    cell = Cell(
        mechanic,
        axis,
        dose,
        view.name,
        len(said),
        recall,
        auc=auc(view.untouched.score, said.score),
        axis_auc=auc(view.untouched.axis_score[axis], said.axis_score[axis]),
        suspicious=_share(said.level, "suspicious"),
        unusual=_share(said.level, "suspicious", "unusual"),
        judged=1.0 - _share(said.level, "insufficient_data"),
        baselines=baselines,
        by_size=counted(said, view.name),
    )
    return cell, said


def _share(level: NDArray[np.object_], *names: str) -> float:
    return float(np.isin(level.astype(str), names).mean()) if len(level) else float("nan")
