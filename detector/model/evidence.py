"""Evidence: every signal, quantity and atom of a panel, computed once and used by all units of a model."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.panel import FloatArray, Panel
from detector.signals.catalogue import CATALOGUE
from detector.signals.quantities import QUANTITIES, known_atoms

__all__ = ["Evidence", "gather"]


@dataclass(frozen=True, slots=True, repr=False)
class Evidence:
    """Signals and quantities by name, each (n,) with NaN = unknown, and which atoms are known, each bool (n,)."""

    signals: dict[str, FloatArray]
    quantities: dict[str, FloatArray]
    atoms: dict[str, NDArray[np.bool_]]
    n: int

    def __repr__(self) -> str:
        return f"Evidence({self.n} accounts x {len(self.signals)} signals)"

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> "Evidence":
        """The same for some accounts."""
        picked = {name: values[rows] for name, values in self.signals.items()}
        quantities = {name: values[rows] for name, values in self.quantities.items()}
        atoms = {name: values[rows] for name, values in self.atoms.items()}
        return Evidence(picked, quantities, atoms, len(next(iter(atoms.values()))))


def gather(panel: Panel) -> Evidence:
    """Computes the whole catalogue on a panel. A signal without its needs is NaN, whatever its function gave."""
    atoms = known_atoms(panel)
    signals = {}
    with np.errstate(invalid="ignore", divide="ignore"):
        for signal in CATALOGUE:
            known = np.logical_and.reduce([atoms[atom] for atom in signal.needs])
            values = signal.value(panel) if known.any() else np.full(len(panel), np.nan)
            signals[signal.name] = np.where(known, values, np.nan)
        quantities = {}
        for name, quantity in QUANTITIES.items():
            known = np.logical_and.reduce([atoms[atom] for atom in quantity.needs])
            values = quantity.value(panel) if known.any() else np.full(len(panel), np.nan)
            quantities[name] = np.where(known, values, np.nan)
    return Evidence(signals, quantities, atoms, len(panel))
