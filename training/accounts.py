"""Accounts of tables: the rows of some, and numbers from their ids that are the same on every machine."""

from collections.abc import Iterable
from hashlib import sha256

import numpy as np

from detector.tables import Table, Tables

__all__ = ["half_of", "number_of", "only"]

Key = tuple[str, str]


def number_of(*parts: object) -> int:
    """A number below 2**32 from names, the same on every machine and in every run."""
    return int(sha256("|".join(map(str, parts)).encode()).hexdigest()[:8], 16)


def only(tables: Tables, keys: Iterable[Key]) -> Tables:
    """The rows of some accounts, in their order."""
    wanted = set(keys)

    def cut(table: Table) -> Table:
        pairs = zip(table.column("platform").tolist(), table.column("account_id").tolist(), strict=True)
        return table.take(np.fromiter((pair in wanted for pair in pairs), dtype=bool, count=len(table)))

    return Tables(accounts=cut(tables.accounts), posts=cut(tables.posts), snapshots=cut(tables.snapshots))


def half_of(account_id: str) -> int:
    """0 for real accounts that may be chosen and measured on, 1 for those that are held back."""
    return number_of("half", account_id) % 2
