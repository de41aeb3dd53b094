"""Histories that others kept: what looks like deliveries because of how a table was filled, one after the other."""

from collections.abc import Callable

from detector.owners import Owners
from detector.repair.carried import carried_forward
from detector.repair.findings import Mask
from detector.repair.interpolated import interpolated
from detector.repair.looks import Looks, looks_of
from detector.repair.not_totals import gains_for_totals
from detector.tables import Fault, Tables

__all__ = ["kept_histories"]

Find = Callable[[Looks, Owners], tuple[dict[str, Mask], list[Fault]]]

_FINDS: tuple[Find, ...] = (gains_for_totals, carried_forward, interpolated)


def kept_histories(tables: Tables, owners: Owners) -> tuple[Tables, list[Fault]]:
    """Looks that are none, and counters that are no totals, become missing."""
    faults: list[Fault] = []
    looks = looks_of(tables, owners)
    for find in _FINDS:
        if looks is None:
            break
        drop, found = find(looks, owners)
        if found:
            tables = looks.without(tables, drop)
            looks = looks_of(tables, owners)
            faults += found
    return tables, faults
