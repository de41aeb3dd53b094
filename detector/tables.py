"""Tables: what a source is read into, before anything is judged. Plain NumPy columns, nothing heavy to import.

========  ===================================  =========
kind      dtype                                missing
========  ===================================  =========
text      object (str)                         None
count     float64, whole and non-negative      NaN
time      datetime64[us], UTC                  NaT
flag      float64, 0 or 1                      NaN
========  ===================================  =========
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.contract import KEY, TABLES, Kind

__all__ = ["Fault", "SetAside", "Table", "Tables", "missing", "run_starts"]

_DTYPES: dict[Kind, Any] = {"text": object, "count": np.float64, "time": "datetime64[us]", "flag": np.float64}


def missing(kind: Kind, n: int) -> NDArray[Any]:
    """`n` missing values of a kind.

    >>> missing("count", 2)
    array([nan, nan])
    """
    if kind == "text":
        return np.full(n, None, dtype=object)
    if kind == "time":
        return np.full(n, np.datetime64("NaT"), dtype="datetime64[us]")
    return np.full(n, np.nan)


@dataclass(frozen=True, slots=True, repr=False)
class Table:
    """One canonical table: columns of equal length, named and typed as in `detector.contract`.

    A column that the source did not have is absent from `columns`; `column` then gives missing values.
    """

    name: str
    columns: Mapping[str, NDArray[Any]]

    def __post_init__(self) -> None:
        kinds = {column.name: column.kind for column in TABLES[self.name]}
        for name, values in self.columns.items():
            if values.dtype != np.dtype(_DTYPES[kinds[name]]):
                raise TypeError(f"{self.name}.{name} is {values.dtype}, expected {_DTYPES[kinds[name]]}")
            if len(values) != len(self):
                raise ValueError(f"{self.name}.{name} has {len(values)} rows, expected {len(self)}")

    @classmethod
    def empty(cls, name: str) -> "Table":
        return cls(name, {"platform": missing("text", 0), "account_id": missing("text", 0)})

    @classmethod
    def from_rows(cls, name: str, rows: Iterable[Mapping[str, Any]]) -> "Table":
        """A table from dictionaries whose values are already typed (None = missing)."""
        rows = list(rows)
        known = {key for row in rows for key in row}
        columns = {}
        for column in TABLES[name]:
            if column.name not in known and column.name not in ("platform", "account_id"):
                continue
            values = missing(column.kind, len(rows))
            for i, row in enumerate(rows):
                if row.get(column.name) is not None:
                    values[i] = row[column.name]
            columns[column.name] = values
        return cls(name, columns)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()))) if self.columns else 0

    def __repr__(self) -> str:
        return f"Table({self.name}: {len(self)} rows, {len(self.columns)} columns)"

    def column(self, name: str) -> NDArray[Any]:
        """Values of a column, all missing where the source did not have it. KeyError for an unknown name."""
        kinds = {column.name: column.kind for column in TABLES[self.name]}
        kind = kinds[name]
        return self.columns[name] if name in self.columns else missing(kind, len(self))

    def take(self, rows: NDArray[Any] | slice) -> "Table":
        """The rows of a boolean mask, of an index array in that order, or of a slice (not copied)."""
        return Table(self.name, {name: values[rows] for name, values in self.columns.items()})

    def replace(self, **columns: NDArray[Any]) -> "Table":
        """The same table with some columns changed or added."""
        return Table(self.name, {**self.columns, **columns})


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row that could not be used: in which table, where it stood, what was wrong, what was expected."""

    table: str
    where: str
    reason: str
    expected: str
    row: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """A counter that cannot be right, of one account, and what was done with it (`missing` or `corrected`)."""

    platform: str
    account_id: str
    counter: str
    kind: str
    found: str
    action: str
    sentence: str


@dataclass(frozen=True, slots=True, repr=False)
class Tables:
    """A whole source. All three tables are always there, with no rows where the source had none.

    `rows_read[table]` counts the rows met, so that rows read = rows kept + rows set aside, per table.
    `notices` are weaker than faults: unknown columns left aside, a mapping applied, a guess made.
    """

    accounts: Table = field(default_factory=lambda: Table.empty("accounts"))
    posts: Table = field(default_factory=lambda: Table.empty("posts"))
    snapshots: Table = field(default_factory=lambda: Table.empty("snapshots"))
    set_aside: tuple[SetAside, ...] = ()
    notices: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    rows_read: Mapping[str, int] = field(default_factory=dict)

    def __repr__(self) -> str:
        return (
            f"Tables({len(self.accounts)} accounts, {len(self.posts)} posts, {len(self.snapshots)} snapshots, "
            f"{len(self.set_aside)} set aside)"
        )

    def keys(self) -> list[tuple[str, str]]:
        """(platform, account_id) of every account: `accounts` first, then by first appearance."""
        found: dict[tuple[str, str], None] = {}
        for table in (self.accounts, self.posts, self.snapshots):
            platform, account_id = (table.column(name) for name in KEY)
            heads = run_starts(platform, account_id)
            found.update(
                dict.fromkeys(zip(platform[heads].tolist(), account_id[heads].tolist(), strict=True))
            )
        return list(found)


def run_starts(platform: NDArray[Any], account_id: NDArray[Any]) -> NDArray[np.intp]:
    """Rows at which another account begins than that of the row before: what is asked of each need not be asked of
    every row where those of an account stand together.
    """
    if not len(account_id):
        return np.empty(0, dtype=np.intp)
    changes = (account_id[1:] != account_id[:-1]) | (platform[1:] != platform[:-1])
    return np.concatenate([[0], np.flatnonzero(changes) + 1])
