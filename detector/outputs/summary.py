"""What a whole result says in a few numbers: how many accounts, which levels, what chance would flag."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from detector.contract import LEVELS
from detector.verdict import Result

__all__ = ["SUSPICIOUS_P", "Summary", "summary"]

SUSPICIOUS_P = 0.01
"""The level `suspicious` means that at most this share of ordinary peers looks as odd."""


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of one result: accounts = scored + insufficient_data.

    `expected_by_chance` is how many of the scored accounts would be `suspicious` if all were ordinary.
    """

    accounts: int
    scored: int
    insufficient_data: int
    levels: dict[str, int]
    expected_by_chance: float
    faults: int
    model_versions: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self) | {"model_versions": list(self.model_versions)}


def summary(result: Result) -> Summary:
    """Count a result.

    >>> summary(Result.empty()).accounts
    0
    """
    level = result.columns["level"]
    levels = {name: int(np.count_nonzero(level == name)) for name in LEVELS}
    insufficient = levels["insufficient_data"]
    scored = len(result) - insufficient
    return Summary(
        accounts=len(result),
        scored=scored,
        insufficient_data=insufficient,
        levels=levels,
        expected_by_chance=round(SUSPICIOUS_P * scored, 2),
        faults=sum(map(len, result.columns["faults"])),
        model_versions=tuple(sorted({v for v in result.columns["model_version"] if v is not None})),
    )
