"""Times that cannot be right become unknown. No clock is asked: the same file gives the same result next year."""

from dataclasses import replace
from typing import Any

import numpy as np

from detector.contract import TABLES
from detector.owners import Owners
from detector.repair.findings import by_account, fault, said
from detector.tables import Fault, Table, Tables

__all__ = ["impossible_times"]

EARLIEST = np.datetime64("2004-01-01", "us")
"""None of the platforms is older than 2005; an earlier time is a zero or a wrong unit."""

LATEST = np.datetime64("2100-01-01", "us")
"""Later is a wrong unit (seconds read as milliseconds) or a mark for 'never'."""

ZONE_SLACK = np.timedelta64(1, "D")
"""A time written without its zone is off by up to 14 hours; so is a day written without an hour."""


def impossible_times(tables: Tables, owners: Owners) -> tuple[Tables, list[Fault]]:
    """Times before 2004 or after 2100, and posts or accounts made after their own row was read, become missing.

    A time is compared with `observed_at` of its own row only: tables may have been read on different days.
    """
    faults: list[Fault] = []
    mended: dict[str, Any] = {}
    for table in (tables.accounts, tables.posts, tables.snapshots):
        mended[table.name], found = _mended(table, owners)
        faults += found
    return replace(tables, **mended), faults


def _mended(table: Table, owners: Owners) -> tuple[Table, list[Fault]]:
    faults: list[Fault] = []
    names = [
        column.name for column in TABLES[table.name] if column.kind == "time" and column.name in table.columns
    ]
    for name in sorted(names, key=lambda name: name != "observed_at"):  # what others are compared with, first
        times = table.columns[name]
        wrong = (times < EARLIEST) | (times >= LATEST)  # NaT compares as False
        if name != "observed_at":
            wrong |= times > table.column("observed_at") + ZONE_SLACK
        if not wrong.any():
            continue
        shown = np.datetime_as_string(times[wrong], unit="s").tolist()
        for account, values in by_account(owners.of(table.name)[wrong], shown).items():
            sentence = (
                f"{name} cannot be right: outside 2004 to 2100, or later than the row was read; left aside."
            )
            faults.append(fault(owners.keys[account], name, "time", said(values), "missing", sentence))
        table = table.replace(**{name: np.where(wrong, np.datetime64("NaT", "us"), times)})
    return table, faults
