"""False alarms: how many untouched accounts are called suspicious, by archetype, by cohort, and by what is promised."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.evaluate.judged import Judged
from training.plots import binomial_interval

__all__ = ["PROMISED", "Alarm", "Calibration", "alarm", "by_size", "calibration"]

EDGES = (0, 1_000, 10_000, 100_000, 1_000_000, 10_000_000)
NAMES = ("below 1,000", "1,000 to 10K", "10K to 100K", "100K to 1M", "1M to 10M", "10M and more")
PROMISED = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
"""p-values at which it is counted how many untouched accounts have at most that one."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """Untouched accounts of one kind, and what they are called; `low` and `high` bound the share of those judged that
    is called suspicious (Wilson, 95 %).
    """

    kind: str
    accounts: int
    judged: int
    unusual: int
    suspicious: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """Share of the judged that is called suspicious, NaN if none was judged."""
        return self.suspicious / self.judged if self.judged else float("nan")


@dataclass(frozen=True, slots=True)
class Calibration:
    """Of one view and axis (or `overall`): the share of judged untouched accounts with at most each promised p."""

    view: str
    axis: str
    judged: int
    observed: tuple[float, ...]


def alarm(kind: str, level: NDArray[np.object_]) -> Alarm:
    """Counts the levels (n,) of untouched accounts; `unusual` does not count `suspicious`."""
    n_judged = int((level != "insufficient_data").sum())
    suspicious = int((level == "suspicious").sum())
    low, high = binomial_interval(suspicious, n_judged)
    return Alarm(kind, len(level), n_judged, int((level == "unusual").sum()), suspicious, low, high)


def by_size(said: Judged) -> tuple[Alarm, ...]:
    """Alarms of each size band that holds an account."""
    band = np.digitize(np.nan_to_num(said.followers, nan=-1.0), EDGES) - 1
    found = [alarm(name, said.level[band == at]) for at, name in enumerate(NAMES)]
    found.append(alarm("size unknown", said.level[band < 0]))
    return tuple(one for one in found if one.accounts)


def calibration(view: str, said: Judged, promised: Sequence[float] = PROMISED) -> tuple[Calibration, ...]:
    """Promised against observed, overall and for each axis."""
    found = []
    for axis, p in {"overall": said.p_value, **said.axis_p}.items():
        known = p[~np.isnan(p)]
        if len(known):
            observed = tuple(float(np.mean(known <= at * (1 + 1e-9))) for at in promised)
            found.append(Calibration(view, axis, len(known), observed))
    return tuple(found)
