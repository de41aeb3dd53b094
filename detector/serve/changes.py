"""Changes: who crossed the line of suspicious since the night before, as changes.csv of an audit lists them."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detector.audit.folder import CHANGES, Audit
from detector.audit.reports.changes import KINDS
from detector.errors import AuditError

__all__ = ["TITLES", "Changed", "changed"]

TITLES: Mapping[str, str] = {
    "became_suspicious": "Became suspicious",
    "new_and_suspicious": "New, and suspicious",
    "no_longer_suspicious": "No longer suspicious",
    "gone_and_was_suspicious": "Gone, was suspicious",
}
"""What each kind of change is called."""

_LARGEST = 50_000_000  # bytes: 10,000 lines have some 5 MB


@dataclass(frozen=True, slots=True)
class Changed:
    """Two nights side by side.

    Attributes
    ----------
    figures : mapping
        What summary.json says of the changes: counts of each kind, the matrix of levels, both models.
    moves : tuple of dict
        Lines of changes.csv: text by column, empty where there is no value.
    """

    figures: Mapping[str, Any]
    moves: tuple[dict[str, str], ...]

    def of(self, kind: str) -> list[dict[str, str]]:
        """The moves of a kind, all of them where none is named."""
        return [move for move in self.moves if kind in ("", move["change"])]


def changed(audit: Audit) -> Changed | None:
    """What has changed; None where the audit was not compared with another.

    Raises
    ------
    AuditError
        Its changes.csv is gone, or cannot be read.
    """
    figures = audit.summary.get("changes")
    if not isinstance(figures, dict):
        return None
    return Changed(figures, tuple(_moves(audit.folder / CHANGES)))


def _moves(path: Path) -> list[dict[str, str]]:
    try:
        if path.stat().st_size > _LARGEST:
            raise AuditError(f"{path} is larger than a list of changes.")
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream, strict=True))
    except (OSError, ValueError, csv.Error) as error:
        raise AuditError(f"{path} cannot be read: {error}.") from error
    moves = [{name: _text(cell) for name, cell in row.items() if name} for row in rows]
    return [
        move for move in moves if move.get("change") in KINDS and {"platform", "account_id"} <= move.keys()
    ]


def _text(cell: object) -> str:
    """What stood there before it was made safe for spreadsheets: see `formula_safe`."""
    return str(cell or "").removeprefix("'")
