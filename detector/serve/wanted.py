"""What is looked for in an audit: words, levels, an axis, a platform, a cohort, an order. A question as SQL.

Only names of ours are put into the statement; whatever came with a request is a parameter.
"""

from dataclasses import dataclass
from typing import Any

from detector.contract import AXES
from detector.scoring import UNUSUAL

__all__ = ["SORTS", "STANDS_OUT", "Wanted"]

SORTS = {
    "suspicion": ("suspicion", "score"),
    **{axis: (f"{axis}_suspicion", f"{axis}_score") for axis in AXES},
    "excess": ("followers_excess",),
    "name": ("lower(coalesce(handle, account_id))",),
    "as_of": ("as_of",),
}
"""What accounts can be ordered by, and where it stands in the result; scores are finer in the tail."""

STANDS_OUT = 100.0 * (1.0 - UNUSUAL) - 1e-7
"""Suspicion of an axis from which on it is at least unusual by itself."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question.

    Attributes
    ----------
    text : str
        Part of a handle, whatever its case, or the start of an id.
    levels : tuple of str
        Of `LEVELS`; empty for all.
    axis : str
        Accounts that stand out on it; empty for all.
    platform, cohort : str
        Empty for all.
    sort : str
        Of `SORTS`; what is missing stands last.
    down : bool
        The highest first.
    offset, limit : int
    """

    text: str = ""
    levels: tuple[str, ...] = ()
    axis: str = ""
    platform: str = ""
    cohort: str = ""
    sort: str = "suspicion"
    down: bool = True
    offset: int = 0
    limit: int = 50

    def where(self) -> tuple[str, dict[str, Any]]:
        """Conditions, and their parameters."""
        found: dict[str, tuple[str, Any]] = {}
        if self.text.strip():
            text = self.text.strip().removeprefix("@")
            found["text"] = "(contains(lower(handle), lower($text)) OR starts_with(account_id, $text))", text
        if self.levels:
            found["levels"] = "list_contains($levels, level)", list(self.levels)
        if self.axis in AXES:
            found["least"] = f"{self.axis}_suspicion >= $least", STANDS_OUT
        if self.platform:
            found["platform"] = "platform = $platform", self.platform
        if self.cohort:
            found["cohort"] = "cohort = $cohort", self.cohort
        conditions = " AND ".join(condition for condition, _ in found.values())
        return (f"WHERE {conditions}" if found else ""), {name: value for name, (_, value) in found.items()}

    def order(self) -> str:
        """The order, the same whoever reads the parts: ties go by the key."""
        way = "DESC" if self.down else "ASC"
        return ", ".join(
            [*(f"{name} {way} NULLS LAST" for name in SORTS[self.sort]), "platform", "account_id"]
        )
