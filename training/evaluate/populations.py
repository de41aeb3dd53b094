"""Populations: who is untouched. Simulated creators, or a user's own accounts, taken as ordinary."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

import numpy as np

from detector.tables import Table, Tables

__all__ = ["Halves", "halve", "number_of", "only"]

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Halves:
    """Accounts apart by a hash of their key: `reference` is learnt from by the baselines, `test` is scored by all."""

    reference: Tables = field(repr=False)
    test: Tables = field(repr=False)


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


def halve(tables: Tables, test_share: float = 0.5) -> Halves:
    """Cuts a population in two by a hash of the key: an account is in the same part in any company."""
    edge = int(test_share * 2**32)
    tested = {key for key in tables.keys() if number_of("evaluate", *key) < edge}  # noqa: SIM118 - no dictionary
    rest = set(tables.keys()) - tested
    return Halves(only(tables, rest), only(tables, tested))
