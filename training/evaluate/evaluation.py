"""The evaluation of one model: untouched accounts, the same with inflation put in, and everything that is counted."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from detector.cases import Case
from detector.errors import DetectorError
from detector.model.model import Model
from detector.tables import Tables
from training.evaluate.ablation import Added, leave_one_out
from training.evaluate.alarms import Alarm, Calibration, alarm, by_size, calibration
from training.evaluate.baselines import BASELINES, Ranking
from training.evaluate.baselines.folk import RULES
from training.evaluate.cells import Cell, View, cell_of, view_of
from training.evaluate.cross_fit import CrossFitted, CrossFittedBaseline, fold_of
from training.evaluate.figures import draw_accounts
from training.evaluate.held_out import HeldOut, Looks, hold_out
from training.evaluate.judged import Judged, Seen, judged, look
from training.evaluate.populations import Halves, halve, number_of, only
from training.evaluate.views import available, seen
from training.simulate.archetypes import ARCHETYPES
from training.simulate.inject import inject
from training.simulate.mechanics import MECHANICS, Mechanic
from training.simulate.population import population

__all__ = ["Evaluation", "EvaluationSettings", "FlaggedByRule", "evaluate"]

Key = tuple[str, str]
Say = Callable[[str], None]

REPORTING_SEED = 770_000
"""Simulated accounts that figures are reported on. Nothing is chosen on them: tests, the sample and the models'
history calibration draw other seeds."""

ABLATED = 300
"""Accounts with inflation on which signals are left out, for each mechanic: as many models as signals judge them."""

LABELLED = "labelled"
"""Name under which accounts stand that people called inflated."""

MIN_TEST = 100
"""Fewer untouched accounts than this say nothing about one in a hundred."""


@dataclass(frozen=True, slots=True)
class EvaluationSettings:
    """All that an evaluation depends on besides the model and the accounts.

    `accounts` simulated ones where the user gives none: one third is learnt from by the baselines, two thirds are
    scored, and inflation is put into `dosed` of these. `per_archetype` simulated accounts of each innocent archetype.
    `views` and `mechanics` default to all that the accounts allow. `parts` names what is computed besides the matrix.
    """

    accounts: int = 6_000
    dosed: int = 800
    per_archetype: int = 200
    seed: int = REPORTING_SEED
    platform: str = "tiktok"
    days: int = 90
    posts: int = 30
    views: tuple[str, ...] = ()
    mechanics: tuple[str, ...] = ()
    doses: tuple[float, ...] = ()
    parts: tuple[str, ...] = ("baselines", "signals", "held_out", "archetypes")
    workers: int = 1


@dataclass(frozen=True, slots=True)
class FlaggedByRule:
    """A published rule, and the share of untouched and of inflated accounts that break it."""

    name: str
    title: str
    source: str
    untouched: float
    inflated: float


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
    ground = _Work.on(model, tables, settings, labelled, say)
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


@dataclass(slots=True, repr=False)
class _Work:
    """What the parts of an evaluation share."""

    model: Model | CrossFitted
    settings: EvaluationSettings
    halves: Halves
    described: str
    views: tuple[View, ...]
    untouched: Seen  # the fullest view
    dosed: tuple[Key, ...]
    mechanics: tuple[Mechanic, ...]
    labelled: Mapping[str, Tables]  # axis -> accounts that people called inflated
    notices: list[str]
    say: Say

    @classmethod
    def on(
        cls,
        model: Model | CrossFitted,
        tables: Tables | None,
        settings: EvaluationSettings,
        labelled: Sequence[Case],
        say: Say,
    ) -> "_Work":
        notices: list[str] = []
        inflated: dict[str, Tables] = {}
        if tables is None:
            say(f"simulating {settings.accounts:,} untouched creators")
            tables = _simulated(settings)
            described = f"simulated {settings.platform} creators, seed {settings.seed}"
        else:
            described = "accounts of the source, taken as ordinary"
            tables, inflated = _apart(tables, labelled, notices)
        folds = len(model.models) if isinstance(model, CrossFitted) else 0
        halves = Halves(tables, tables) if folds else halve(tables, 2 / 3)
        tested = halves.test.keys()
        if len(tested) < MIN_TEST:
            raise DetectorError(
                f"{len(tested)} accounts are left to test on; to count one in a hundred takes {MIN_TEST} at least. "
                "Give a larger source, or leave it out to evaluate on simulated creators."
            )
        names = settings.views or available(tables)
        draws = draw_accounts(len(tested), np.random.default_rng([settings.seed, 1]))
        views, fullest = [], look(seen(halves.test, names[-1]))
        for name in names:
            say(f"judging {len(tested):,} untouched accounts by {name}")
            baselines = _fitted(halves.reference, name, settings, folds, notices)
            own = fullest if name == names[-1] else look(seen(halves.test, name))
            views.append(view_of(name, own, model, baselines, draws))
        dosed = sorted(tested, key=lambda key: number_of("dosed", *key))[: settings.dosed]
        chosen = tuple(
            one for one in MECHANICS.values() if not settings.mechanics or one.name in settings.mechanics
        )
        return cls(
            model,
            settings,
            halves,
            described,
            tuple(views),
            fullest,
            tuple(dosed),
            chosen,
            inflated,
            list(dict.fromkeys(notices)),
            say,
        )

    @property
    def fullest(self) -> View:
        return self.views[-1]

    def matrix(self) -> tuple[tuple[Cell, ...], dict[str, tuple[Judged, ...]]]:
        """Cells of all mechanics, doses and views; and what the fullest view said, by mechanic, for each dose."""
        base = only(self.halves.test, self.dosed)
        tasks = [(one, dose) for one in self.mechanics for dose in self.settings.doses or one.doses]
        put = _Put(base, self.views, self.model, self.settings.seed)
        cells: list[Cell] = []
        outcomes: dict[str, list[Judged]] = {}
        for (one, dose), found in zip(tasks, _mapped(put, tasks, self.settings.workers), strict=True):
            if not found:
                self.notices.append(f"{one.name} at {dose:g} could be put into none of the accounts.")
                continue
            self.say(
                f"{one.name} at {dose:g}: {found[-1][0].recall['1 %'].value:.2f} found by {self.fullest.name}"
            )
            cells += [cell for cell, _ in found]
            outcomes.setdefault(one.name, []).append(found[-1][1])
        for axis, tables in self.labelled.items():
            cells += [cell_of(view, tables, self.model, LABELLED, axis, 0.0)[0] for view in self.views]
        return tuple(cells), {name: tuple(judged) for name, judged in outcomes.items()}

    def archetypes(self) -> tuple[Alarm, ...]:
        """False alarms of each innocent archetype, simulated whatever the source."""
        if "archetypes" not in self.settings.parts:
            return ()
        found = []
        for name in ARCHETYPES:
            self.say(f"judging {self.settings.per_archetype:,} creators of the archetype {name}")
            tables, _ = population(
                self.settings.per_archetype,
                self.settings.seed + 1,
                platform=self.settings.platform,
                days=self.settings.days,
                posts=self.settings.posts,
                archetypes=(name,),
                workers=self.settings.workers,
            )
            found.append(alarm(name, judged(look(tables), self.model).level))
        return tuple(found)

    def signals(self) -> tuple[Added, ...]:
        """What each signal adds, at each mechanic's middle dose."""
        if "signals" not in self.settings.parts:
            return ()
        self.say("leaving out one signal at a time")
        dosed = {}
        for one in self.mechanics:
            doses = self.settings.doses or one.doses
            tables = _with(
                only(self.halves.test, self.dosed), one, doses[len(doses) // 2], self.settings.seed
            )
            if tables is not None:
                dosed[one.name] = look(seen(tables, self.fullest.name))
        return leave_one_out(self.model, self.untouched, dosed)

    def held_out(self, outcomes: Mapping[str, Sequence[Judged]]) -> tuple[HeldOut, ...]:
        """Recall of each mechanic with weights that never saw it."""
        if "held_out" not in self.settings.parts:
            return ()
        self.say("holding out one mechanic at a time")
        looks = {name: tuple(map(_looks, said)) for name, said in outcomes.items()}
        rng = np.random.default_rng([self.settings.seed, 2])
        return hold_out(_looks(self.fullest.untouched), looks, rng)

    def rules(self) -> tuple[FlaggedByRule, ...]:
        """Published rules: whom they flag among the untouched, and among accounts with inflation of all kinds."""
        if "baselines" not in self.settings.parts:
            return ()
        base, inflated = only(self.halves.test, self.dosed), []
        for one in self.mechanics:
            tables = _with(base, one, (self.settings.doses or one.doses)[-1], self.settings.seed)
            if tables is not None:
                inflated.append(look(tables))
        found = []
        for rule in RULES:
            with np.errstate(divide="ignore", invalid="ignore"):
                broken = [one.each(rule.share) for one in inflated]
                untouched = self.untouched.each(rule.share)
            found.append(
                FlaggedByRule(
                    rule.name,
                    rule.title,
                    rule.source,
                    float(untouched.mean()),
                    float(np.concatenate(broken).mean()),
                )
            )
        return tuple(found)


def _apart(tables: Tables, labelled: Sequence[Case], notices: list[str]) -> tuple[Tables, dict[str, Tables]]:
    """Accounts that nobody called inflated, and the others by axis (`followers` where a label names none)."""
    keys = set(tables.keys())
    inflated: dict[str, set[Key]] = {}
    missed = 0
    for case in labelled:
        key = (case.platform, case.account_id)
        missed += key not in keys
        if case.label == "inflated" and key in keys:
            inflated.setdefault(case.axis or "followers", set()).add(key)
    if missed:
        notices.append(f"{missed} labelled accounts are not in the source.")
    all_inflated = set().union(*inflated.values()) if inflated else set()
    return only(tables, keys - all_inflated), {
        axis: only(tables, own) for axis, own in sorted(inflated.items())
    }


def _simulated(settings: EvaluationSettings) -> Tables:
    return population(
        settings.accounts,
        settings.seed,
        platform=settings.platform,
        days=settings.days,
        posts=settings.posts,
        workers=settings.workers,
    )[0]


def _fitted(
    reference: Tables, view: str, settings: EvaluationSettings, folds: int, notices: list[str]
) -> tuple[Ranking, ...]:
    """The baselines that are installed, fitted on a view of the reference accounts, or on each fold's others."""
    if "baselines" not in settings.parts:
        return ()
    keys = reference.keys()
    fold = fold_of(keys, max(folds, 1))
    learnt_from = [
        only(reference, [key for key, own in zip(keys, fold, strict=True) if not folds or own != held])
        for held in range(max(folds, 1))
    ]
    panels = [[panel for panel, _ in look(seen(one, view)).parts] for one in learnt_from]
    found: list[Ranking] = []
    for make in BASELINES:
        ones = [make(settings.seed % 2**31) for _ in panels]
        try:
            for one, own in zip(ones, panels, strict=True):
                one.fit(own)
        except ImportError as error:
            notices.append(f"{ones[0].name} was left out: {error}. Install bot-suspicion[baselines].")
            continue
        found.append(CrossFittedBaseline(ones[0].name, [one.score for one in ones]) if folds else ones[0])
    return tuple(found)


def _with(tables: Tables, mechanic: Mechanic, dose: float, seed: int) -> Tables | None:
    """Accounts with a mechanic put in, without those that it could not be put into; None if there are none."""
    changed, truth = inject(tables, mechanic, dose, seed)
    return only(changed, [one.key for one in truth]) if truth else None


@dataclass(frozen=True, slots=True)
class _Put:
    """Puts one dose of a mechanic in and judges it by every view: what a worker process needs, and no more."""

    base: Tables
    views: tuple[View, ...]
    model: Model | CrossFitted
    seed: int

    def __call__(self, mechanic: Mechanic, dose: float) -> list[tuple[Cell, Judged]]:
        tables = _with(self.base, mechanic, dose, self.seed)
        if tables is None:
            return []
        return [cell_of(view, tables, self.model, mechanic.name, mechanic.axis, dose) for view in self.views]


def _mapped(
    put: _Put, tasks: Sequence[tuple[Mechanic, float]], workers: int
) -> Iterable[list[tuple[Cell, Judged]]]:
    """The results in the order of the tasks, whatever the number of workers."""
    if workers == 1:
        return (put(*task) for task in tasks)
    from joblib import Parallel, delayed

    results: Iterator[list[tuple[Cell, Judged]]] = Parallel(workers, return_as="generator")(
        delayed(put)(*task) for task in tasks
    )
    return results


def _looks(said: Judged) -> Looks:
    choosing = np.array([number_of("choosing", *key) % 2 == 0 for key in said.keys], dtype=bool)
    return Looks(said.looks, choosing)
