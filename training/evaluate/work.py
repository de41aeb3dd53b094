"""Work: the parts of an evaluation, one method each, on what they share."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from detector.cases import Case
from detector.errors import DetectorError
from detector.how_many import how_many
from detector.model.model import Model
from detector.tables import Tables
from training.accounts import number_of, only
from training.evaluate.ablation import Added, leave_one_out
from training.evaluate.alarms import Alarm, alarm
from training.evaluate.baselines import BASELINES, Ranking
from training.evaluate.baselines.folk import RULES
from training.evaluate.cells import Cell, View, cell_of, view_of
from training.evaluate.cross_fit import CrossFitted, CrossFittedBaseline, fold_of
from training.evaluate.figures import draw_accounts
from training.evaluate.held_out import HeldOut, Looks, hold_out
from training.evaluate.judged import Judged, Seen, judged, look
from training.evaluate.populations import Halves, halve
from training.evaluate.settings import EvaluationSettings
from training.evaluate.views import available, seen
from training.simulate.archetypes import ARCHETYPES
from training.simulate.inject import inject
from training.simulate.mechanics import MECHANICS, Mechanic
from training.simulate.population import population

__all__ = ["FlaggedByRule", "Say", "Work"]

Key = tuple[str, str]
Say = Callable[[str], None]

LABELLED = "labelled"
"""Name under which accounts stand that people called inflated."""

MIN_TEST = 100
"""Fewer untouched accounts than this say nothing about one in a hundred."""


@dataclass(frozen=True, slots=True)
class FlaggedByRule:
    """A published rule, and the share of untouched and of inflated accounts that break it."""

    name: str
    title: str
    source: str
    untouched: float
    inflated: float


@dataclass(slots=True, repr=False)
class Work:
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
    ) -> "Work":
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
                f"Only {how_many(len(tested), 'account')} can be tested on; to count one in a hundred takes {MIN_TEST} "
                "at least. "
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
        known = self.model.models[0] if isinstance(self.model, CrossFitted) else self.model
        if self.settings.platform not in known.platforms:
            self.notices.append(
                f"The model knows no {self.settings.platform}: innocent stories were left out."
            )
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
        return leave_one_out(self.model, self.untouched, dosed) if dosed else ()

    def held_out(self, outcomes: Mapping[str, Sequence[Judged]]) -> tuple[HeldOut, ...]:
        """Recall of each mechanic with weights that never saw it."""
        if "held_out" not in self.settings.parts or len(outcomes) < 2:
            return ()  # with one mechanic there is nothing to choose on
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
        if not inflated:
            return ()
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
