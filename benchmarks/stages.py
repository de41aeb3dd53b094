"""Where the time of a verdict goes: CPU time per account of every stage, on one core, on an invented population."""

import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from benchmarks.population_tables import Size, population_tables
from detector.model.evidence import gather
from detector.model.model import Model
from detector.panel import HISTORY_COUNTS, POST_COUNTS, Panel
from detector.tables import Tables

__all__ = ["measure", "signals"]

T = TypeVar("T")


class _Clock:
    """CPU time by stage, in seconds."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}

    def of(self, stage: str, action: Callable[[], T]) -> T:
        """What the action gives; its time is added to the stage's."""
        start = time.process_time()
        found = action()
        self.spent[stage] = self.spent.get(stage, 0.0) + time.process_time() - start
        return found


def measure(size: Size, model: Model, runs: int) -> dict[str, float]:
    """Microseconds per account by stage, in their order; the least of several runs, since a busy machine only adds.

    What is compiled is used where numba is installed, as it is in a long run.
    """
    from detector.model.compiled import WORTH, compiled_walk
    from detector.signals import compiled

    tables = population_tables(size)
    compiled_walk(WORTH)
    compiled.meet(compiled.WORTH)
    _staged(tables, model)
    spent = [_staged(tables, model) for _ in range(runs)]
    return {stage: round(min(one[stage] for one in spent) / size.accounts * 1e6, 2) for stage in spent[0]}


def _staged(tables: Tables, model: Model) -> dict[str, float]:
    from detector.owners import cut, owners_of
    from detector.panel import panel_of
    from detector.reasons import tell
    from detector.repair import repair
    from detector.scoring import CHUNK, levels, score_tables

    clock = _Clock()
    owners = clock.of("owners", lambda: owners_of(tables))
    mended = clock.of("repair", lambda: repair(tables, owners))
    for own, whose in cut(mended, owners, CHUNK):
        panel = clock.of("panel", lambda own=own, whose=whose: panel_of(own, whose))  # type: ignore[misc]
        evidence = clock.of("signals", lambda panel=panel: gather(panel))  # type: ignore[misc]
        judgement = clock.of("peers, tails, forests", lambda p=panel, e=evidence: model.judge(p, e))  # type: ignore[misc]
        odd = np.isin(levels(judgement)[0], ("unusual", "suspicious"))
        clock.of("reasons", lambda p=panel, j=judgement, o=odd: tell(p, j, model, o))  # type: ignore[misc]
    result = clock.of("all, as score_tables", lambda: score_tables(tables, model))
    clock.of("as Arrow", result.to_arrow)
    return clock.spent


def signals(size: Size, runs: int) -> dict[str, float]:
    """What the whole catalogue costs, its quantities and atoms included, beside NumPy sorting the same numbers once.

    Compiled loops are used where numba is installed, as they are in a long run; the plain functions are measured too.

    Returns
    -------
    dict
        `compiled`, `plain` and `sorting` in microseconds of CPU per account, the least of several runs in turn, and
        `times_sorting`, how many times as long as the sorting the compiled catalogue takes.
    """
    from detector.panel import build_panel
    from detector.repair import repair
    from detector.signals import compiled

    panel = build_panel(repair(population_tables(size)))
    compiled.meet(compiled.WORTH)
    known = compiled.fast()
    clock, least = _Clock(), {}
    for run in range(runs + 1):
        for name, loops in (("compiled", known), ("plain", None)):
            with compiled.using(loops):
                clock.of(name, lambda: gather(panel))
        clock.of("sorting", lambda: _sorted(panel, size))
        if run:  # the first does not count
            least = {name: min(spent, least.get(name, spent)) for name, spent in clock.spent.items()}
        clock = _Clock()
    found = {name: round(spent / size.accounts * 1e6, 2) for name, spent in least.items()}
    return {**found, "times_sorting": round(least["compiled"] / least["sorting"], 1)}


def _sorted(panel: Panel, size: Size) -> None:
    """Puts every counter of every account in order, over the days and posts that are there."""
    for name in POST_COUNTS:
        np.sort(getattr(panel.posts, name)[:, -size.posts :], axis=1)
    for name in HISTORY_COUNTS:
        np.sort(getattr(panel.history, name)[:, -size.days :], axis=1)
