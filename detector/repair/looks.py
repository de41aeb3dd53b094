"""Looks: counters of accounts and snapshots together, in order of account and time, and the way back to the rows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from detector.in_time import InTime, together_in_time
from detector.owners import Owners
from detector.repair.findings import Mask
from detector.tables import Table, Tables

__all__ = ["COUNTERS", "Looks", "looks_of"]

COUNTERS = ("followers", "likes", "views")


@dataclass(frozen=True, slots=True)
class Looks:
    """What was known when: `values` of each counter at each moment, NaN = unknown; `times` in microseconds."""

    owner: NDArray[np.intp]
    times: NDArray[np.int64]
    values: Mapping[str, NDArray[np.float64]]
    moments: InTime
    dated: NDArray[np.intp]

    def without(self, tables: Tables, drop: Mapping[str, Mask]) -> Tables:
        """The tables these looks are of, with the counters missing at the moments that are marked."""
        cut = len(tables.snapshots)
        gone = {name: _rows(self.moments, one, cut + len(self.dated)) for name, one in drop.items()}
        return replace(
            tables,
            snapshots=_without(
                tables.snapshots, np.arange(cut), {name: one[:cut] for name, one in gone.items()}
            ),
            accounts=_without(tables.accounts, self.dated, {name: one[cut:] for name, one in gone.items()}),
        )


def looks_of(tables: Tables, owners: Owners) -> Looks | None:
    """The looks of a source, those of its accounts with a time among them; None where it has no snapshots."""
    accounts, snapshots = tables.accounts, tables.snapshots
    if not len(snapshots):
        return None
    at = [table.column("observed_at").astype(np.int64) for table in (snapshots, accounts)]
    dated = np.flatnonzero(~np.isnat(accounts.column("observed_at")))
    moments = together_in_time(owners.snapshots, at[0], owners.accounts[dated], at[1][dated])
    values = {
        name: moments.of(np.concatenate([snapshots.column(name), accounts.column(name)[dated]]))
        for name in COUNTERS
        if name in snapshots.columns
    }
    return Looks(moments.owner, moments.times, values, moments, dated)


def _rows(looks: InTime, moments: Mask, n: int) -> Mask:
    """Which of the `n` rows, as given, are of the moments that are marked."""
    ordered = moments if looks.starts is None else np.repeat(moments, np.diff(looks.starts, append=n))
    if looks.order is None:
        return ordered
    rows = np.empty(n, dtype=bool)
    rows[looks.order] = ordered
    return rows


def _without(table: Table, rows: NDArray[np.intp], gone: Mapping[str, Mask]) -> Table:
    changed = {}
    for name, one in gone.items():
        if name in table.columns and one.any():
            changed[name] = table.columns[name].copy()
            changed[name][rows[one]] = np.nan
    return table.replace(**changed) if changed else table
