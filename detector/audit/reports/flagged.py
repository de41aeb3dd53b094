"""The list for the morning: the oddest accounts, those that are new on it first, with what a person needs to begin."""

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

from detector.audit.reports.lists import iso, write_list
from detector.audit.reports.rows import Rows
from detector.contract import AXES

__all__ = ["TOP", "Flagged", "find_flagged", "leading_axis", "write_flagged"]

TOP = 500
"""Accounts on the list: what a team can look at in a day."""

_QUERY = """
SELECT today.*, {before} AS level_before, {new} AS is_new
FROM today {join}
WHERE today.level IN ('suspicious', 'unusual')
ORDER BY today.level = 'suspicious' DESC, is_new DESC, today.score DESC NULLS LAST, today.platform, today.account_id
LIMIT $top
"""
_JOIN = "LEFT JOIN before ON before.platform = today.platform AND before.account_id = today.account_id"
_NEW = """coalesce(before.level, 'ordinary') <> 'suspicious'
    AND (today.level = 'suspicious' OR coalesce(before.level, 'ordinary') <> 'unusual')"""


@dataclass(frozen=True, slots=True)
class Flagged:
    """One line of the list; the fields are the columns of flagged.csv, None where something is not known.

    Attributes
    ----------
    rank : int
        From 1.
    new : bool or None
        Whether it is odder than in the previous audit: suspicious, and was not; or unusual, and was neither. None
        without a previous audit.
    level_before : str or None
        Level in the previous audit; None where it was not in that.
    axis : str or None
        The way in which it is oddest: followers, likes or automation.
    reason : str or None
        Its strongest reason on that axis, in a sentence.
    could_also_be : str
        Innocent explanations that the data do not rule out, those that could be checked first.
    other columns
        As in `detector.contract.RESULT`.
    """

    rank: int
    new: bool | None
    level_before: str | None
    platform: str
    account_id: str
    handle: str | None
    level: str
    suspicion: float
    axis: str | None
    reason: str | None
    could_also_be: str
    followers_expected: float | None
    followers_excess: float | None
    evidence: str | None
    as_of: str | None
    cohort: str | None
    cohort_size: int | None
    support: str | None
    p_value: float
    score: float
    model_version: str | None


def find_flagged(rows: Rows, top: int = TOP) -> list[Flagged]:
    """The `top` suspicious and unusual accounts: level, then those that are new, then score, then key.

    >>> from detector.audit.reports.rows import Bounds, opened
    >>> with opened([], None, Bounds(Path("scratch"))) as rows:
    ...     find_flagged(rows)
    []
    """
    filled = {"before": "NULL", "new": "NULL::BOOLEAN", "join": ""}
    if rows.has_before:
        filled = {"before": "before.level", "new": f"({_NEW})", "join": _JOIN}
    found = rows.ask(_QUERY.format(**filled), top=top)
    return [_flagged(rank, row) for rank, row in enumerate(found, start=1)]


def write_flagged(path: Path, flagged: Sequence[Flagged]) -> None:
    """Write flagged.csv.

    Raises
    ------
    DetectorError
        It cannot be written there.
    """
    write_list(path, [field.name for field in fields(Flagged)], map(astuple, flagged))


def leading_axis(row: dict[str, Any]) -> str | None:
    """The axis of the largest suspicion, of equal ones the largest score; None where no axis was judged.

    >>> leading_axis({"followers_suspicion": 96.0, "likes_suspicion": 99.0, "automation_suspicion": None})
    'likes'
    """
    known = [axis for axis in AXES if row.get(f"{axis}_suspicion") is not None]
    return max(
        known, key=lambda axis: (row[f"{axis}_suspicion"], row.get(f"{axis}_score") or 0.0), default=None
    )


def _flagged(rank: int, row: dict[str, Any]) -> Flagged:
    axis = leading_axis(row)
    own = [reason for reason in row["reasons"] if reason["axis"] == axis] or row["reasons"]
    same = {
        name: row[name]
        for name in (field.name for field in fields(Flagged))
        if name not in ("rank", "new", "axis", "reason", "could_also_be", "as_of")
    }
    return Flagged(
        rank=rank,
        new=row["is_new"],
        axis=axis,
        reason=own[0]["sentence"] if own else None,
        could_also_be="; ".join(_open_explanations(row["innocent"])),
        as_of=iso(row["as_of"]),
        **same,
    )


def _open_explanations(innocent: list[dict[str, Any]]) -> Iterator[str]:
    for checked in (True, False):
        for one in innocent:
            if one["checked"] is checked and not one["ruled_out"]:
                yield one["explanation"].rstrip(".")
