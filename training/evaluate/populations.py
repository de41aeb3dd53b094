"""Populations: who is learnt from, and who is scored."""

from dataclasses import dataclass, field

from detector.tables import Tables
from training.accounts import number_of, only

__all__ = ["Halves", "halve"]


@dataclass(frozen=True, slots=True)
class Halves:
    """Accounts apart by a hash of their key: `reference` is learnt from by the baselines, `test` is scored by all."""

    reference: Tables = field(repr=False)
    test: Tables = field(repr=False)


def halve(tables: Tables, test_share: float = 0.5) -> Halves:
    """Cuts a population in two by a hash of the key: an account is in the same part in any company."""
    edge = int(test_share * 2**32)
    tested = {key for key in tables.keys() if number_of("evaluate", *key) < edge}  # noqa: SIM118 - no dictionary
    rest = set(tables.keys()) - tested
    return Halves(only(tables, rest), only(tables, tested))
