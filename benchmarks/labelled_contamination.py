"""What labelled bots in the reference cost: `python -m benchmarks.labelled_contamination --data DATA`.

Reference halves of the public bench's labelled sets (`benchmarks.labelled`) in parts: fitted on the genuine accounts of
all parts but one, alone or with a tenth of labelled ones among them that nobody pointed out, and asked about that one.
And how many accounts of each set show how many marks of an account made to follow, from which `training.fit.emptiness`
is read; how many genuine ones would be left out by what the other sets show; and how far out signals of `REACH` lie,
from which the reach of Instagram in `training.fit.contamination` is read.
Writes benchmarks/results/labelled_contamination.json, tables of docs/measuring.md.
"""

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.automation_bound import fold_of
from benchmarks.command import on_data, write
from benchmarks.labelled import SETS, Labelled, reference_half
from detector.model.evidence import gather
from detector.model.unit import active_pairs
from detector.panel import FloatArray, build_panel
from detector.repair import repair
from detector.scoring import score_tables
from detector.tables import Tables
from training.accounts import number_of, only
from training.evaluate.figures import auc
from training.fit import FitSettings, fit
from training.fit.contamination import REACH, counted_chance, reach_of
from training.fit.emptiness import EMPTINESS, Emptiness, Shares, emptiness
from training.fit.peers import fit_peer

RESULTS = Path(__file__).parent / "results" / "labelled_contamination.json"
FOLDS = 6
"""Parts: a surplus is told from chance by some hundred accounts, so most of a set should teach."""
SHARE = 0.1
"""Of the accounts of a contaminated reference, labelled."""
DRAWS = 2
"""Which labelled accounts are in the reference is a matter of luck: so many times others."""
WIDER, MIN_FROM_ONE = 1.5, 10
"""How much larger shares are made than the most that is seen; and sets of which fewer accounts reach 1 say no rate."""
TOGETHER = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
"""How much of all marks together is counted."""


@dataclass(frozen=True, slots=True)
class Held:
    """Of the accounts of one part, each (n,): scores, who is called suspicious, who has peers, who is labelled."""

    score: FloatArray
    suspicious: NDArray[np.bool_]
    judged: NDArray[np.bool_]
    inflated: NDArray[np.bool_]
    left_out: float


def shown(half: Labelled) -> dict[str, Any]:
    """Shares of a set's genuine accounts that show as much of each mark, and of both kinds that show all together."""
    tables = repair(half.tables)
    signals = gather(build_panel(tables, half.tables.keys())).signals
    law = EMPTINESS["instagram"]
    found = emptiness(signals, law.marks)

    def reached(values: FloatArray, at: float) -> float | None:
        return None if np.isnan(values).all() else round(float(np.mean(values >= at)), 4)

    return {
        "marks": {
            name: [reached(signals[name][~half.inflated], at) for at, _ in shares]
            for name, shares in law.marks.items()
        },
        "genuine": [reached(found[~half.inflated], at) for at in TOGETHER],
        "labelled": [reached(found[half.inflated], at) for at in TOGETHER],
    }


def law_of(marks: Sequence[Mapping[str, FloatArray]], wider: float) -> Emptiness:
    """What sets of genuine accounts show at most, their `marks` by signal: shares `wider` times as large."""
    shares: dict[str, Shares] = {}
    for name, known in EMPTINESS["instagram"].marks.items():
        most = [max(_share(one[name], at) for one in marks) for at, _ in known]
        shares[name] = tuple(
            (at, min(wider * share, 1.0)) for (at, _), share in zip(known, most, strict=True)
        )
    rates = [_going_on(emptiness(one, shares)) for one in marks]
    return Emptiness(shares, ((1.0, 1.0), (2.0, max(rates))))


def _share(values: FloatArray, at: float) -> float:
    """Share of the values at or above a number, never less than one of them."""
    known = values[~np.isnan(values)]
    return max(float(np.mean(known >= at)), 1.0 / len(known)) if len(known) else 1e-3


def _going_on(found: FloatArray) -> float:
    """The most that go on for each unit beyond 1; 0 where hardly any reach 1."""
    from_one = int(np.sum(found >= 1.0))
    if from_one < MIN_FROM_ONE:
        return 0.0
    return float(max((np.sum(found >= at) / from_one) ** (1.0 / (at - 1.0)) for at in (2.0, 3.0, 4.0)))


def apart(halves: Mapping[str, Labelled], task: str) -> dict[str, float]:
    """Share of a set's genuine accounts left out by what the other sets show, as it is and half as much again."""
    genuine = {name: _genuine_marks(half) for name, half in halves.items()}
    own = genuine.pop(task)
    found = {}
    for wider in (1.0, WIDER):
        law = law_of(list(genuine.values()), wider)
        chance = counted_chance(emptiness(own, law.marks), law.together)
        found[f"{wider:g}"] = round(1.0 - float(chance.mean()), 4)
    return found


def _genuine_marks(half: Labelled) -> dict[str, FloatArray]:
    signals = gather(build_panel(repair(half.tables), half.tables.keys())).signals
    return {name: signals[name][~half.inflated] for name in EMPTINESS["instagram"].marks}


def reaches(half: Labelled) -> dict[str, dict[str, list[float]]]:
    """How far out the farthest 20, 10, 5 and 2 % lie, by signal of `REACH` that is known here, and by reference."""
    found: dict[str, dict[str, list[float]]] = {}
    for name, draw in (("clean", None), ("contaminated", 0)):
        tables = repair(reference(half, FOLDS, draw))
        evidence = gather(build_panel(tables, tables.keys()))
        atoms = frozenset(atom for atom, known in evidence.atoms.items() if known.mean() > 0.5)
        for signal, given in active_pairs(list(REACH["instagram"]), atoms):
            peer = fit_peer(evidence, (signal, given), np.ones(evidence.n, dtype=bool))
            if peer is None:
                continue
            far = reach_of(peer.deviation(evidence.signals[signal], evidence.quantities))
            if far is not None:
                found.setdefault(signal, {})[name] = [round(float(one), 2) for one in far]
    return found


def reference(half: Labelled, fold: int, draw: int | None) -> Tables:
    """Genuine accounts of the other parts and, in a `draw`, a tenth of labelled ones among them; a part that is none
    leaves all.
    """
    keys, others = half.tables.keys(), fold_of(half, FOLDS) != fold
    genuine = [key for key, ok in zip(keys, others & ~half.inflated, strict=True) if ok]
    if draw is None:
        return only(half.tables, genuine)
    labelled = [key for key, ok in zip(keys, others & half.inflated, strict=True) if ok]
    labelled.sort(key=lambda key: number_of(f"draw {draw}", key[1]))
    return only(half.tables, genuine + labelled[: round(len(genuine) * SHARE / (1.0 - SHARE))])


def held(half: Labelled, draw: int | None) -> Iterator[Held]:
    """What models say of accounts that they never saw, part by part."""
    keys, folds = half.tables.keys(), fold_of(half, FOLDS)
    for fold in range(FOLDS):
        outcome = fit(reference(half, fold, draw), FitSettings(name="measured"))
        mine = folds == fold
        met = only(half.tables, [key for key, one in zip(keys, mine, strict=True) if one])
        said = score_tables(met, outcome.model, reasons="none").columns
        left_out = [v for name, v in outcome.report.metrics.items() if name.endswith(".left_out")]
        yield Held(
            np.nan_to_num(said["score"], nan=-1.0),
            np.array([level == "suspicious" for level in said["level"]]),
            np.array([level != "insufficient_data" for level in said["level"]]),
            half.inflated[mine],
            max(left_out, default=0.0),
        )


def figures(parts: list[Held]) -> dict[str, float]:
    """AUC, the mean of the parts'; recall at 1 % and 5 % of all genuine accounts together; shares called suspicious."""
    score, suspicious, judged, inflated = (
        np.concatenate([getattr(one, name) for one in parts])
        for name in ("score", "suspicious", "judged", "inflated")
    )
    low, high = np.quantile(score[~inflated], [0.95, 0.99])
    found = {
        "auc": np.mean([auc(one.score[~one.inflated], one.score[one.inflated]) for one in parts]),
        "recall at 1 %": np.mean(score[inflated] > high),
        "recall at 5 %": np.mean(score[inflated] > low),
        "caught": np.mean(suspicious[inflated]),
        "judged": np.mean(judged[inflated]),
        "recall of judged": np.mean(score[inflated & judged] > high) if np.any(inflated & judged) else 0.0,
        "false alarms": np.mean(suspicious[~inflated]),
        "left out": np.mean([one.left_out for one in parts]),
    }
    return {name: float(value) for name, value in found.items()}


def measured(half: Labelled) -> dict[str, dict[str, float]]:
    """Figures with a clean reference, and the mean over the draws with a contaminated one."""
    clean = figures(list(held(half, None)))
    drawn = [figures(list(held(half, draw))) for draw in range(DRAWS)]
    mean = {name: float(np.mean([one[name] for one in drawn])) for name in clean}
    return {
        "clean": {name: round(value, 4) for name, value in clean.items()},
        "contaminated": {name: round(value, 4) for name, value in mean.items()},
    }


def main() -> int:
    """Measure, and write what was found."""
    options = on_data(__doc__, RESULTS).parse_args()
    found = []
    halves = {task: reference_half(options.data, task) for task in SETS}
    for task, half in halves.items():
        found.append(
            {
                "task": task,
                "genuine": int((~half.inflated).sum()),
                "labelled": int(half.inflated.sum()),
                "shown": shown(half),
                "left_out_by_others": apart(halves, task) if len(halves) > 1 else None,
                "reach": reaches(half),
                "figures": measured(half),
            }
        )
        print(f"{time.strftime('%H:%M:%S')} {found[-1]}", file=sys.stderr, flush=True)
    result = {"folds": FOLDS, "draws": DRAWS, "share": SHARE, "together": TOGETHER, "sets": found}
    write(result, options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
