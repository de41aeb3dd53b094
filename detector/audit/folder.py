"""An audit's folder: the names in it, the version of its layout, and how a finished one is opened again.

::

    DIR/result/part-00000.parquet   the result (`detector.contract.RESULT`), ordered by (platform, account_id)
    DIR/carry/part-00000.parquet    with --incremental: what the next night carries over from, a file a part
    DIR/set_aside.parquet           rows that could not be used, with the reason
    DIR/flagged.csv, changes.csv    lists for people
    DIR/groups.csv, groups.parquet  accounts that move together, and their members
    DIR/index.html                  the night at a glance
    DIR/summary.json                written last: a folder with it is finished
    DIR/.work/                      while it runs
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detector.errors import AuditError

__all__ = [
    "CARRY",
    "CHANGES",
    "FLAGGED",
    "GROUPS",
    "LOCK",
    "MEMBERS",
    "NAMES",
    "PAGE",
    "RESULT",
    "SCHEMA",
    "SET_ASIDE",
    "SUMMARY",
    "WORK",
    "Audit",
    "finished",
    "read_summary",
]

RESULT = "result"
CARRY = "carry"
SET_ASIDE = "set_aside.parquet"
FLAGGED = "flagged.csv"
CHANGES = "changes.csv"
GROUPS = "groups.csv"
MEMBERS = "groups.parquet"
PAGE = "index.html"
SUMMARY = "summary.json"
WORK = ".work"
LOCK = ".lock"

NAMES = frozenset((RESULT, CARRY, SET_ASIDE, FLAGGED, CHANGES, GROUPS, MEMBERS, PAGE, SUMMARY, WORK, LOCK))
"""Everything that an audit puts into its folder."""

SCHEMA = {"name": "detector-audit", "version": 1}
"""What `schema` says in summary.json. A version more: what older readers rely on was renamed or dropped."""

_LARGEST = 50_000_000  # bytes of a summary: more is none


@dataclass(frozen=True, slots=True)
class Audit:
    """A finished audit.

    Attributes
    ----------
    folder : Path
    finished_at : str
        When, in ISO form and UTC: `2026-05-04T03:12:45Z`.
    model_version : str
        Name, version and content hash of the model that judged.
    parts : tuple of Path
        The files of the result, in the order of its rows.
    summary : mapping
        What summary.json says.
    """

    folder: Path
    finished_at: str
    model_version: str
    parts: tuple[Path, ...]
    summary: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"Audit({self.folder}: {len(self.parts)} parts, finished {self.finished_at})"


def finished(folder: Path) -> Audit:
    """Open the folder of an audit that was finished.

    Raises
    ------
    AuditError
        There is no such folder, the audit in it was not finished, it is of another version, or parts are gone.
    """
    if not folder.is_dir():
        raise AuditError(f"{folder} is no folder. Give the folder of a finished audit.")
    path = folder / SUMMARY
    if not path.is_file():
        unfinished = (folder / WORK).is_dir() or (folder / RESULT).is_dir()
        raise AuditError(
            f"{folder} holds an audit that was not finished (it has no {SUMMARY}). Run it again with the same "
            "command: it goes on where it stopped."
            if unfinished
            else f"{folder} holds no audit (there is no {SUMMARY} in it). Give the folder of a finished one."
        )
    summary = read_summary(path)
    parts = tuple(sorted((folder / RESULT).glob("part-*.parquet")))
    if len(parts) != summary["parts"]:
        raise AuditError(
            f"{folder} has {len(parts)} parts of a result, but its {SUMMARY} speaks of {summary['parts']}: files "
            "were lost or added. Give another audit, or bring its files back."
        )
    return Audit(folder, summary["finished_at"], summary["model_version"], parts, summary)


def read_summary(path: Path) -> Mapping[str, Any]:
    """A summary whose schema is ours, with the fields that a finished audit must have.

    Raises
    ------
    AuditError
        It cannot be read, is something else's or of another version, or lacks a field.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise ValueError("it is too large")
        summary = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AuditError(
            f"{path} cannot be read ({error}). Give the folder of another finished audit."
        ) from error
    schema = summary.get("schema") if isinstance(summary, dict) else None
    if not isinstance(schema, dict) or schema.get("name") != SCHEMA["name"]:
        raise AuditError(f"{path} is no summary of an audit. Give the folder of a finished audit.")
    if schema.get("version") != SCHEMA["version"]:
        raise AuditError(
            f"{path} is of version {schema.get('version')!r} of an audit's layout, and this program reads version "
            f"{SCHEMA['version']}. Audit again with this program, or leave the comparison out for one night."
        )
    kinds = {"finished_at": str, "model_version": str, "parts": int}
    wrong = [name for name, kind in kinds.items() if not isinstance(summary.get(name), kind)]
    if wrong:
        raise AuditError(f"{path} lacks {', '.join(wrong)}. Give the folder of another finished audit.")
    return dict(summary)
