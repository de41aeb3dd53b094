"""Power: from the cells of evaluations to what a verdict is worth, by evidence and size, for the model's folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from detector.model.power import BANDS, Caught, Power, Way
from training.evaluate.judged import Judged
from training.simulate.mechanics import MECHANICS
from training.simulate.mechanics.mechanic import FACTORS, Mechanic

if TYPE_CHECKING:
    from training.evaluate.cells import Cell
    from training.evaluate.evaluation import Evaluation

__all__ = ["MIN_COUNTED", "Counted", "counted", "power_of"]

MIN_COUNTED = 50
"""Fewer judged accounts than this make no row: their 95 % interval would be up to 27 points wide."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Judged accounts of one platform and size (from `low` followers on, as shown) with the evidence of the view."""

    platform: str
    low: float
    accounts: int
    unusual: int
    suspicious: int


def counted(said: Judged, view: str) -> tuple[Counted, ...]:
    """Levels of the accounts by platform and size; `low` is -1 where followers are not shown."""
    platform = np.array([key[0] for key in said.keys], dtype=object)
    known = np.nan_to_num(said.followers, nan=-1.0)
    band = np.digitize(known, [low for low, _ in BANDS]) - 1
    mine = (said.evidence == view) & (said.level != "insufficient_data")
    suspicious = said.level == "suspicious"
    unusual = suspicious | (said.level == "unusual")
    found = []
    for name in sorted(set(platform[mine].tolist())):
        for at in sorted(set(band[mine].tolist())):
            rows = mine & (platform == name) & (band == at)
            if rows.any():
                low = BANDS[at][0] if at >= 0 else -1.0
                counts = (int(np.sum(rows & one)) for one in (rows, unusual, suspicious))
                found.append(Counted(name, low, *counts))
    return tuple(found)


def power_of(evaluations: Sequence["Evaluation"]) -> Power:
    """What was counted, as a model keeps it. What several evaluations counted is taken from the first of them.

    Sizes with fewer than `MIN_COUNTED` judged accounts count in the row of any size alone.

    Raises
    ------
    ValueError
        Without any row.
    """
    rows: dict[tuple[str, str, str, float], list[Caught]] = {}
    for number, evaluation in enumerate(evaluations):
        for cell in evaluation.cells:
            for platform in dict.fromkeys(one.platform for one in cell.by_size):
                key = (platform, cell.view, cell.mechanic, cell.dose)
                found = _rows(cell, platform, number) if cell.mechanic in MECHANICS else []
                if found and key not in rows:
                    rows[key] = found
    if not rows:
        raise ValueError(f"no evaluation holds {MIN_COUNTED} judged accounts of any kind")
    names = {key[2] for key in rows}
    ways = {name: _way(one) for name, one in MECHANICS.items() if name in names}
    populations = tuple(evaluation.accounts for evaluation in evaluations)
    order = {name: place for place, name in enumerate(ways)}
    ordered = sorted(rows, key=lambda key: (key[0], len(key[1]), key[1], order[key[2]], key[3]))
    return Power(ways, populations, tuple(row for key in ordered for row in rows[key]))


def _rows(cell: "Cell", platform: str, number: int) -> list[Caught]:
    own = [one for one in cell.by_size if one.platform == platform]
    highs = dict(BANDS)

    def row(low: float, high: float, counts: Sequence[Counted]) -> Caught:
        n, unusual, suspicious = (
            sum(getattr(one, name) for one in counts) for name in ("accounts", "unusual", "suspicious")
        )
        place = (platform, cell.view, low, high, cell.mechanic, float(cell.dose))
        return Caught(*place, n, unusual, suspicious, number)

    sized = [one for one in own if one.low >= 0 and one.accounts >= MIN_COUNTED]
    found = [row(0.0, inf, own), *(row(one.low, highs[one.low], [one]) for one in sized)]
    return [one for one in found if one.accounts >= MIN_COUNTED]


def _way(mechanic: Mechanic) -> Way:
    unit = "times" if mechanic.limits == FACTORS else "share"
    return Way(mechanic.name, mechanic.axis, mechanic.title, unit)
