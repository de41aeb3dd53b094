"""Inflation of a population as a value: what is put into which share of it, in whatever process."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from detector.tables import Tables
from training.simulate.inject import Mixed, drawn, mix
from training.simulate.mechanics import MECHANICS
from training.simulate.truth import Truth

__all__ = ["Inflation"]


@dataclass(frozen=True, slots=True)
class Inflation:
    """`share` of the accounts get one of `mechanics` (names; all where empty) at `dose`, or at one of its usual doses.

    Called with tables and their truth it gives both with the inflation in them. It can be pickled, and what it does
    to an account depends on the account and on `seed` alone.
    """

    share: float
    seed: int
    mechanics: tuple[str, ...] = ()
    dose: float | None = None

    def __call__(self, tables: Tables, truth: tuple[Truth, ...]) -> tuple[Tables, tuple[Truth, ...]]:
        mixed = self.mixed(tables)
        archetypes = {one.key: one.archetype for one in truth}
        told = (replace(one, archetype=archetypes.get(one.key, "")) for one in mixed.truth)
        return mixed.tables, tuple(told)

    def mixed(self, tables: Tables) -> Mixed:
        """The same for tables of which nothing is known."""
        names = self.mechanics or tuple(MECHANICS)
        return mix(tables, self.share, self.seed, [MECHANICS[name] for name in names], self.dose)

    def left_out(self, truth: Iterable[Truth]) -> int:
        """How many accounts of a truth were drawn and stayed as they were."""
        return sum(one.label == "genuine" and drawn(one.key, self.share, self.seed) for one in truth)
