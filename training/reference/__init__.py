"""The public data sets that the shipped model is fitted on: one file a set, one line here.

A data folder holds one folder a set, named as in `SOURCE.name`. Rows stay there; a model keeps aggregates.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.contract import TABLES
from detector.errors import FitError, SourceError
from detector.tables import Table, Tables, missing
from training.reference import (
    tiktok_creators_2020,
    tiktok_user_sample_2024,
    vtuber_daily_2026,
    youtube_daily_2026,
)
from training.reference.source import ReferenceSource

__all__ = ["NOT_SHIPPED", "REFERENCES", "Reference", "ReferenceSource", "joined", "read_all"]


@dataclass(frozen=True, slots=True)
class Reference:
    """A data set that may be shipped in a model, and how its folder is read."""

    source: ReferenceSource
    read: Callable[[Path], Tables]


REFERENCES = (
    Reference(tiktok_creators_2020.SOURCE, tiktok_creators_2020.read),
    Reference(tiktok_user_sample_2024.SOURCE, tiktok_user_sample_2024.read),
    Reference(vtuber_daily_2026.SOURCE, vtuber_daily_2026.read),
    Reference(youtube_daily_2026.SOURCE, youtube_daily_2026.read),
)
"""Every data set behind the shipped model, in the order in which they are joined."""

NOT_SHIPPED: Mapping[str, str] = MappingProxyType(
    {
        "instafake-2019": "CC BY-NC 4.0: not for commercial use",
        "kaggle-ig-spammer-696": "licence not established",
        "unipr-instagram-2021": "licence not stated; half of it are fake accounts",
    }
)
"""Measured with, never fitted on: name of the data set, and why."""


def read_all(
    data: Path, references: Sequence[Reference] = REFERENCES
) -> tuple[Tables, tuple[ReferenceSource, ...]]:
    """All reference sets below a data folder as one source, and what they are, with the number of accounts.

    Raises
    ------
    SourceError
        The folder is missing, or one of the sets is missing or unreadable (all missing ones are named).
    FitError
        A set must not be shipped, or two sets hold the same account.
    """
    if not data.is_dir():
        raise SourceError(f"{data} is no folder; expected one folder for each reference data set.")
    banned = [r.source.name for r in references if r.source.name in NOT_SHIPPED]
    if banned:
        raise FitError(f"{banned[0]} must not be part of a shipped model: {NOT_SHIPPED[banned[0]]}.")
    absent = [r.source.name for r in references if not (data / r.source.name).is_dir()]
    if absent:
        raise SourceError(
            f"{data} lacks the reference data sets {', '.join(absent)}. The shipped model is fitted on "
            "all of them; for a model on other accounts use `detector train fit SOURCE --out DIR`."
        )
    parts = [reference.read(data / reference.source.name) for reference in references]
    sources = tuple(
        replace(reference.source, n=len(part.keys()))
        for reference, part in zip(references, parts, strict=True)
    )
    return joined(parts), sources


def joined(parts: Sequence[Tables]) -> Tables:
    """One source out of several, which share no account.

    Raises
    ------
    FitError
        An account is in two parts: its counters of different years would be mixed.
    """
    keys = [set(part.keys()) for part in parts]
    shared = len(set().union(*keys)) != sum(len(each) for each in keys)
    if shared:
        raise FitError("The same account is in two of the reference data sets; each account may count once.")
    tables = {name: _concatenated(name, [getattr(part, name) for part in parts]) for name in TABLES}
    return Tables(
        **tables,
        set_aside=tuple(row for part in parts for row in part.set_aside),
        notices=tuple(notice for part in parts for notice in part.notices),
        faults=tuple(fault for part in parts for fault in part.faults),
        rows_read={name: len(tables[name]) for name in TABLES},
    )


def _concatenated(name: str, tables: Sequence[Table]) -> Table:
    kinds = {column.name: column.kind for column in TABLES[name]}
    known = [column for column in kinds if any(column in table.columns for table in tables)]
    columns: dict[str, NDArray[Any]] = {}
    for column in known:
        parts = [
            table.column(column) if column in table.columns else missing(kinds[column], len(table))
            for table in tables
        ]
        columns[column] = np.concatenate(parts) if parts else missing(kinds[column], 0)
    return Table(name, columns) if columns else Table.empty(name)
