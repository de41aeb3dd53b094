"""What inflated accounts in the reference cost: `python -m benchmarks.contamination --data DATA`.

Writes benchmarks/results/contamination.json: how far out the ordinary accounts of reference populations lie (`REACH`
and `HEAVY` of `training.fit.contamination` and `ODD` of `training.fit.units` are read from it), and recall by models
whose reference is as it is, or holds a tenth of accounts inflated by the same mechanic at all its doses. Only the
measured half of the real accounts takes part, and nobody is judged by a model that saw it, as in `benchmarks.quality`.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.command import on_data, write
from benchmarks.quality import POPULATIONS, Population, measured_half, ordinary_users, said, small_accounts
from detector.model.evidence import Evidence, gather
from detector.model.tail import MAXIMA_FROM, Tail, power_shape
from detector.model.unit import Pair, active_pairs
from detector.panel import FloatArray, build_panel
from detector.repair import repair
from detector.signals.catalogue import CATALOGUE
from detector.tables import Tables
from training.evaluate import EvaluationSettings, evaluate
from training.evaluate.cross_fit import cross_fit
from training.fit import FitSettings, fit
from training.fit.contamination import reach_of
from training.fit.peers import fit_peer
from training.simulate.inject import mix
from training.simulate.mechanics import MECHANICS
from training.simulate.organic import organic

RESULTS = Path(__file__).parent / "results" / "contamination.json"
SHARE = 0.1
"""Of the accounts of a contaminated reference, inflated."""
FOLDS = 2
LIVES, SEED = 3_000, 7
"""Simulated creators whose histories say how far out those of TikTok lie, and their seed."""
FAR = (0.05, 0.02, 0.01, 0.005)
"""Shares by the law of maxima at which the accounts are counted."""
MECHANICS_OF = {
    "creators": ("hollow_followers", "likes_on_chosen_posts", "likes_on_all_posts"),
    "channels": ("follower_package", "follower_drip"),
}


def reaches(tables: Tables) -> Iterator[dict[str, Any]]:
    """How far out the farthest accounts lie, a row a signal that most of the accounts have.

    Also the shape of the power law they call for, where the signal's tail may be one.
    """
    tables = repair(tables)
    evidence = gather(build_panel(tables, sorted(tables.keys())))
    atoms = frozenset(name for name, known in evidence.atoms.items() if known.mean() > 0.5)
    for signal in CATALOGUE:
        for pair in active_pairs([signal.name], atoms):
            deviation = _deviation(evidence, pair)
            found = None if deviation is None else reach_of(deviation)
            row: dict[str, Any] = {"signal": signal.name}
            if found is not None:
                row["reach"] = [round(float(one), 2) for one in found]
            shape = None if deviation is None or signal.beyond != "power" else power_shape(deviation)
            if shape is not None:
                row["shape"] = round(shape, 2)
            if len(row) > 1:
                yield row


def _deviation(evidence: Evidence, pair: Pair) -> FloatArray | None:
    peer = fit_peer(evidence, pair, np.ones(evidence.n, dtype=bool))
    if peer is None:
        return None
    return peer.deviation(evidence.signals[pair[0]], evidence.quantities)


def far_out(tables: Tables) -> Iterator[dict[str, Any]]:
    """How many times as many accounts lie far out as the law of maxima says, a row a unit: its richest pattern's."""
    outcome = fit(tables, FitSettings(name="measured"))
    for platform in outcome.model.platforms.values():
        for unit in platform.units:
            tails = [cohort.tail for cohort in unit.patterns[0].cohorts]
            sizes = [tail.n for tail in tails]
            times = np.average([times_the_law(tail) for tail in tails], axis=0, weights=sizes)
            row: dict[str, Any] = {"axis": unit.axis, "block": unit.block, "accounts": sum(sizes)}
            yield row | {"times": [round(float(one), 2) for one in times]}


def times_the_law(tail: Tail) -> FloatArray:
    """Share of the accounts counted where the law of maxima says `FAR`, beside these, (shares,)."""
    share = np.asarray(FAR)
    start = np.interp(-np.log10(1.0 - MAXIMA_FROM), tail.surprise, tail.at)
    at = start + np.log10(np.log(MAXIMA_FROM) / np.log1p(-share))
    return np.asarray(np.power(10.0, -tail.read(at)) / share)


@dataclass(frozen=True, slots=True)
class Reference:
    """A fit whose reference may hold inflated accounts; `left_out` collects what each fit left out."""

    mechanic: str
    share: float
    left_out: list[float]

    def fit(self, tables: Tables) -> Any:
        """Mixes, fits, and notes the largest share that a unit left out."""
        if self.share:
            tables = mix(tables, self.share, 11, [MECHANICS[self.mechanic]]).tables
        outcome = fit(tables, FitSettings(name="measured"))
        shares = [v for name, v in outcome.report.metrics.items() if name.endswith(".left_out")]
        self.left_out.append(round(max(shares, default=0.0), 3))
        return outcome.model


def recalls(population: Population, data: Path, workers: int) -> Iterator[dict[str, Any]]:
    """Recall by dose, with a clean and with a contaminated reference."""
    half = measured_half(population.load(data))
    for mechanic in MECHANICS_OF[population.name]:
        for share in (0.0, SHARE):
            said(f"{population.name}: {mechanic}, {share:.0%} inflated in the reference")
            reference = Reference(mechanic, share, [])
            settings = EvaluationSettings(mechanics=(mechanic,), parts=(), workers=workers)
            found = evaluate(cross_fit(half, reference.fit, FOLDS), half, settings)
            alarms = sum(one.suspicious for one in found.by_cohort) / sum(
                one.judged for one in found.by_cohort
            )
            yield {
                "population": population.name,
                "mechanic": mechanic,
                "share": share,
                "left_out": reference.left_out,
                "false_alarms": round(alarms, 4),
                "doses": [
                    {
                        "dose": cell.dose,
                        "recall": round(cell.recall["1 %"].value, 3),
                        "suspicious": round(cell.suspicious, 3),
                    }
                    for cell in found.cells
                    if cell.view == found.fullest
                ],
            }


def main() -> int:
    """Measure, and write what was found."""
    parser = on_data(__doc__, RESULTS)
    parser.add_argument("--workers", type=int, default=2)
    chosen = parser.parse_args()
    loads = {one.name: one.load for one in POPULATIONS} | {
        "small accounts": small_accounts,
        "ordinary users": ordinary_users,
    }
    populations = {name: measured_half(load(chosen.data)) for name, load in loads.items()}
    simulated = {"simulated creators": organic(LIVES, SEED, platform="tiktok")}
    counted = {one.name: populations[one.name] for one in POPULATIONS} | simulated
    result: dict[str, Any] = {
        "reach": {
            name: {"accounts": len(tables.keys()), "rows": list(reaches(tables))}
            for name, tables in (populations | simulated).items()
        },
        "far_out": {name: list(far_out(tables)) for name, tables in counted.items()},
        "recall": [row for one in POPULATIONS for row in recalls(one, chosen.data, chosen.workers)],
    }
    write(result, chosen.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
