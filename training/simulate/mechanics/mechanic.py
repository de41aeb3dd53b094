"""Mechanic: one way in which counters are inflated, as it is sold, and how it is put into one account."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from detector.tables import Tables

__all__ = ["FACTORS", "SHARES", "Mechanic", "PutIn"]

PutIn = Callable[[Tables, float, np.random.Generator], Tables | None]

SHARES = (0.0, 100.0)
"""More than a hundred times what an account had is no dose but a slip of the pen."""
FACTORS = (1.0, 1_000.0)


@dataclass(frozen=True, slots=True)
class Mechanic:
    """A row of the registry.

    `name` is permanent: truth files, reports and models refer to it. `axis` is the axis on which the account is then
    inflated. `needs` says what an account must have: `profile` (a counter of its own, from either table), `posts`,
    `snapshots`. `doses` run from small to large, in `dose_unit`; `limits` bound what is taken: above the first, at
    most the second. `moves` names the counters that may change: `followers`, `following`, `likes`, `views` of
    accounts and snapshots, `posts.likes` and `posts.views`.

    `put_in(tables, dose, rng)` takes one account's counters as they truly are (whole, unwrapped, NaN = unknown) and
    gives new tables of the same rows, or None where the account has no room for it. Use it through
    `training.simulate.inject.inject`, which restores what a platform hides and shows the result as it was shown.
    """

    name: str
    axis: str
    title: str
    needs: frozenset[str]
    doses: tuple[float, ...]
    dose_unit: str
    source: str
    put_in: PutIn
    moves: frozenset[str]
    limits: tuple[float, float] = SHARES

    def check(self, dose: float) -> None:
        """ValueError for a dose that puts nothing in, or that nobody orders."""
        low, high = self.limits
        if not low < dose <= high:  # false for NaN too
            raise ValueError(
                f"{self.name} takes a dose above {low:g} and up to {high:g} ({self.dose_unit}), not {dose:g}"
            )

    def __repr__(self) -> str:
        return f"Mechanic({self.name}, {self.axis})"
