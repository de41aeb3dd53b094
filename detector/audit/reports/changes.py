"""Yesterday against today: who became suspicious, who no longer is, who is new or gone, and why.

Thresholds are the model's, so nobody moves because others did: by the same model, an account moves with its own data.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

from detector.audit.reports.lists import iso, write_list
from detector.audit.reports.moved import moved
from detector.audit.reports.rows import Rows
from detector.contract import LEVELS

__all__ = ["ABSENT", "KINDS", "LISTED", "Changes", "Move", "find_changes", "write_changes"]

ABSENT = "absent"
"""What stands for a level where an account is not in an audit."""

KINDS = ("became_suspicious", "new_and_suspicious", "no_longer_suspicious", "gone_and_was_suspicious")

LISTED = 2_500
"""Accounts of each kind in changes.csv: the counts are of all, the list is for people."""

_JOINED = (
    "before FULL JOIN today ON before.platform = today.platform AND before.account_id = today.account_id"
)
_MATRIX = f"""
SELECT coalesce(before.level, '{ABSENT}') AS then, coalesce(today.level, '{ABSENT}') AS now, count(*) AS n
FROM {_JOINED} GROUP BY ALL ORDER BY ALL
"""  # noqa: S608 - no text from outside
_MOVES = f"""
WITH crossed AS (
    SELECT coalesce(today.platform, before.platform) AS platform,
        coalesce(today.account_id, before.account_id) AS account_id,
        CASE WHEN today.level IS NULL THEN 3 WHEN today.level <> 'suspicious' THEN 2
            WHEN before.level IS NULL THEN 1 ELSE 0 END AS kind,
        CASE WHEN today.level = 'suspicious' THEN today.score ELSE before.score END AS score
    FROM {_JOINED}
    WHERE coalesce(before.level = 'suspicious', false) <> coalesce(today.level = 'suspicious', false)
), moves AS (
    SELECT *, row_number() OVER (
        PARTITION BY kind ORDER BY score DESC NULLS LAST, platform, account_id
    ) AS place
    FROM crossed QUALIFY place <= $listed
)
SELECT moves.kind, before, today AS after
FROM moves
LEFT JOIN before ON before.platform = moves.platform AND before.account_id = moves.account_id
LEFT JOIN today ON today.platform = moves.platform AND today.account_id = moves.account_id
ORDER BY moves.kind, moves.place
"""  # noqa: S608 - no text from outside


@dataclass(frozen=True, slots=True)
class Move:
    """One account that crossed the line; the fields are the columns of changes.csv, None where there is no value.

    `change` is one of `KINDS`; levels, suspicion, evidence and times are those of the previous audit (`..._before`)
    and of this one; axis, signal, contributions and `why` as in `detector.audit.reports.moved.Moved`.
    """

    change: str
    platform: str
    account_id: str
    handle: str | None
    level_before: str | None
    level: str | None
    suspicion_before: float | None
    suspicion: float | None
    axis: str | None
    signal: str | None
    contribution_before: float | None
    contribution: float | None
    why: str
    evidence_before: str | None
    evidence: str | None
    as_of_before: str | None
    as_of: str | None
    score_before: float | None
    score: float | None


@dataclass(frozen=True, slots=True)
class Changes:
    """Two audits side by side.

    Attributes
    ----------
    matrix : mapping
        `matrix[before][after]`: accounts, by level or `ABSENT`. Its sum is the number of accounts in either.
    model_before, model : str
        Who judged; if they differ, moves may be the model's.
    moves : tuple of Move
        At most `LISTED` of each kind, by score.
    left_off : int
        How many more there are.
    """

    matrix: Mapping[str, Mapping[str, int]]
    model_before: str
    model: str
    moves: tuple[Move, ...]
    left_off: int

    @property
    def same_model(self) -> bool:
        """Whether one model judged both."""
        return self.model_before == self.model

    @property
    def counts(self) -> dict[str, int]:
        """How many accounts of each kind, and how many are new or gone in all."""
        matrix, others = self.matrix, [level for level in LEVELS if level != "suspicious"]
        became = sum(matrix[level]["suspicious"] for level in others)
        return {
            "became_suspicious": became,
            "new_and_suspicious": matrix[ABSENT]["suspicious"],
            "no_longer_suspicious": sum(matrix["suspicious"][level] for level in others),
            "gone_and_was_suspicious": matrix["suspicious"][ABSENT],
            "still_suspicious": matrix["suspicious"]["suspicious"],
            "new": sum(matrix[ABSENT].values()),
            "gone": sum(matrix[level][ABSENT] for level in LEVELS),
        }

    @property
    def signals(self) -> dict[str, int]:
        """How often each signal moved most, among those listed that became suspicious; the most frequent first."""
        found = Counter(move.signal for move in self.moves if move.change == KINDS[0] and move.signal)
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    def as_dict(self) -> dict[str, Any]:
        """Figures for a summary: plain values, without the accounts."""
        return {
            **self.counts,
            "matrix": {then: dict(now) for then, now in self.matrix.items()},
            "model_before": self.model_before,
            "same_model": self.same_model,
            "signals_that_moved": self.signals,
            "listed": len(self.moves),
            "left_off": self.left_off,
        }


def find_changes(rows: Rows, *, model_before: str, model: str, listed: int = LISTED) -> Changes:
    """Compare the audits that `rows` holds, `before` and `today`.

    Raises
    ------
    AuditError
        Their parts cannot be read.
    """
    names = (*LEVELS, ABSENT)
    matrix = {then: dict.fromkeys(names, 0) for then in names}
    for cell in rows.ask(_MATRIX):
        matrix[cell["then"]][cell["now"]] = cell["n"]
    moves = tuple(_moves(rows, listed, same_model=model_before == model))
    found = Changes(matrix, model_before, model, moves, 0)
    left_off = sum(found.counts[kind] for kind in KINDS) - len(moves)
    return Changes(matrix, model_before, model, moves, left_off)


def write_changes(path: Path, changes: Changes) -> None:
    """Write changes.csv.

    Raises
    ------
    DetectorError
        It cannot be written there.
    """
    write_list(path, [field.name for field in fields(Move)], map(astuple, changes.moves))


def _moves(rows: Rows, listed: int, *, same_model: bool) -> Iterator[Move]:
    for found in rows.ask(_MOVES, listed=listed):
        before, after = (_there(found[side]) for side in ("before", "after"))
        then, now = before or {}, after or {}
        known = now or then
        what = moved(before, after, up=found["kind"] < 2, same_model=same_model)
        yield Move(
            change=KINDS[found["kind"]],
            platform=known["platform"],
            account_id=known["account_id"],
            handle=known["handle"],
            axis=what.axis,
            signal=what.signal,
            contribution_before=what.contribution_before,
            contribution=what.contribution,
            why=what.why,
            as_of_before=iso(then.get("as_of")),
            as_of=iso(now.get("as_of")),
            **{f"{name}_before": then.get(name) for name in ("level", "suspicion", "evidence", "score")},
            **{name: now.get(name) for name in ("level", "suspicion", "evidence", "score")},
        )


def _there(row: dict[str, Any] | None) -> dict[str, Any] | None:
    """A side of a join without a partner is None, or a row of nothing."""
    return row if row is not None and row["platform"] is not None else None
