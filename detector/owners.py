"""Owners: whose each row of the tables is, as numbers. Found once, then used by repair, chunks and panel alike."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.tables import Fault, Table, Tables, run_starts

__all__ = ["Key", "Owners", "cut", "in_order", "numbered", "owners_of", "wanted"]

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Owners:
    """The account (position in `keys`) of each row of each table."""

    keys: list[Key]
    accounts: NDArray[np.intp]
    posts: NDArray[np.intp]
    snapshots: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.keys)

    def of(self, table: str) -> NDArray[np.intp]:
        """The owner of each row of a table."""
        found: NDArray[np.intp] = getattr(self, table)
        return found


def owners_of(tables: Tables) -> Owners:
    """Number the accounts of a source, in the order of `Tables.keys`, and say whose each row is.

    Rows of one account that follow each other are looked up once, so sorted tables cost little.
    """
    numbers: dict[Key, int] = {}
    rows = [numbered(table, numbers) for table in (tables.accounts, tables.posts, tables.snapshots)]
    return Owners(list(numbers), *rows)


def numbered(table: Table, numbers: dict[Key, int]) -> NDArray[np.intp]:
    """The number of each row's account, shape (n,); accounts that `numbers` does not know yet are added to it."""
    platform, account_id = table.column("platform"), table.column("account_id")
    n = len(table)
    if not n:
        return np.empty(0, dtype=np.intp)
    heads = run_starts(platform, account_id)
    pairs = list(zip(platform[heads].tolist(), account_id[heads].tolist(), strict=True))
    own = list(map(numbers.get, pairs))
    if None in own:
        own = [numbers.setdefault(pair, len(numbers)) for pair in pairs]
    return np.repeat(np.array(own, dtype=np.intp), np.diff(heads, append=n))


def in_order(owner: NDArray[np.intp]) -> bool:
    """Whether rows of an account stand together, accounts in ascending order."""
    return bool((owner[1:] >= owner[:-1]).all())


def wanted(tables: Tables, keys: Sequence[Key], own: Owners | None = None) -> tuple[Tables, Owners]:
    """The rows of the accounts `keys`, numbered by their place in it; rows of other accounts are passed over.

    `own` are the owners of all rows, where they are known already.
    """
    own = owners_of(tables) if own is None else own
    if own.keys == keys:
        return tables, own
    place = {key: i for i, key in enumerate(keys)}
    number = np.array([place.get(key, -1) for key in own.keys], dtype=np.intp)
    parts: dict[str, Any] = {}
    rows = {}
    for name in ("accounts", "posts", "snapshots"):
        of: NDArray[np.intp] = number[own.of(name)]
        kept = of >= 0
        table: Table = getattr(tables, name)
        parts[name], rows[name] = (table, of) if kept.all() else (table.take(kept), of[kept])
    return replace(tables, **parts), Owners(list(keys), **rows)


def cut(tables: Tables, owners: Owners, size: int) -> Iterator[tuple[Tables, Owners]]:
    """Accounts in chunks of `size`, each with its own rows: one sort where rows are not in order, then slices."""
    n = len(owners)
    if n <= size:
        yield tables, owners
        return
    starts = np.arange(0, n, size)
    split = {
        name: _sorted(getattr(tables, name), owners.of(name)) for name in ("accounts", "posts", "snapshots")
    }
    ends = {name: np.searchsorted(owner, np.append(starts, n)) for name, (_, owner) in split.items()}
    faults = _faults_by_chunk(tables, owners, size)
    for i, start in enumerate(starts.tolist()):
        parts: dict[str, Any] = {}
        rows = {}
        for name, (table, owner) in split.items():
            own = slice(ends[name][i], ends[name][i + 1])
            parts[name], rows[name] = table.take(own), owner[own] - start
        yield (
            replace(tables, **parts, faults=tuple(faults.get(i, ()))),
            Owners(owners.keys[start : start + size], **rows),
        )


def _sorted(table: Table, owner: NDArray[np.intp]) -> tuple[Table, NDArray[np.intp]]:
    if in_order(owner):
        return table, owner
    order = np.argsort(owner, kind="stable")
    return table.take(order), owner[order]


def _faults_by_chunk(tables: Tables, owners: Owners, size: int) -> dict[int, list[Fault]]:
    """Faults of the accounts of each chunk, in their order."""
    if not tables.faults:
        return {}
    number = {key: i // size for i, key in enumerate(owners.keys)}
    found: dict[int, list[Fault]] = {}
    for fault in tables.faults:
        chunk = number.get((fault.platform, fault.account_id))
        if chunk is not None:
            found.setdefault(chunk, []).append(fault)
    return found
