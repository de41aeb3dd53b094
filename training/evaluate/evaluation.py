"""The evaluation of one model: untouched accounts, the same with inflation put in, and everything that is counted."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from detector.cases import Case
from detector.errors import DetectorError
from detector.model.model import Model
from detector.tables import Tables
from training.evaluate.ablation import Added
from training.evaluate.alarms import Alarm, Calibration, by_size, calibration
from training.evaluate.cells import Cell
from training.evaluate.cross_fit import CrossFitted
from training.evaluate.held_out import HeldOut
from training.evaluate.settings import EvaluationSettings
from training.evaluate.work import FlaggedByRule, Say, Work

__all__ = ["Evaluation", "evaluate"]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All that was counted. `accounts` describes the population in words, `tested` counts its untouched accounts."""

    model: str
    accounts: str
    tested: int
    cells: tuple[Cell, ...]
    by_archetype: tuple[Alarm, ...] = ()
    by_cohort: tuple[Alarm, ...] = ()
    calibration: tuple[Calibration, ...] = ()
    signals: tuple[Added, ...] = ()
    held_out: tuple[HeldOut, ...] = ()
    rules: tuple[FlaggedByRule, ...] = ()
    notices: tuple[str, ...] = ()
    settings: EvaluationSettings = field(default_factory=EvaluationSettings)

    @property
    def fullest(self) -> str:
        """The view with the most evidence that there was."""
        return self.cells[-1].view


def evaluate(
    model: Model | CrossFitted,
    tables: Tables | None = None,
    settings: EvaluationSettings | None = None,
    *,
    labelled: Sequence[Case] = (),
    say: Say = lambda text: None,
) -> Evaluation:
    """Evaluates a model.

    Parameters
    ----------
    model : Model, or one a fold by `training.evaluate.cross_fit`
    tables : Tables, optional
        Accounts taken as ordinary, into which inflation is put; simulated ones if None. Accounts that the model was
        fitted on make it look better than it is.
    settings : EvaluationSettings, optional
    labelled : cases among the accounts; inflated ones are no untouched accounts but a mechanic of their own, `labelled`
    say : called with a line of progress now and then

    Returns
    -------
    Evaluation
        The same for the same input, whatever the number of workers.

    Raises
    ------
    DetectorError
        When there are fewer than 100 accounts to test on, or none into which any mechanic can be put.
    """
    settings = settings or EvaluationSettings()
    ground = Work.on(model, tables, settings, labelled, say)
    cells, outcomes = ground.matrix()
    if not cells:
        raise DetectorError(
            "No mechanic could be put into any account: posts or snapshots are missing, or counters are too small. "
            "Give a source with them, or leave the source out to evaluate on simulated creators."
        )
    return Evaluation(
        model=model.version or "unsaved",
        accounts=ground.described,
        tested=len(ground.fullest.untouched),
        cells=cells,
        by_archetype=ground.archetypes(),
        by_cohort=by_size(ground.fullest.untouched),
        calibration=tuple(one for view in ground.views for one in calibration(view.name, view.untouched)),
        signals=ground.signals(),
        held_out=ground.held_out(outcomes),
        rules=ground.rules(),
        notices=tuple(ground.notices),
        settings=settings,
    )
