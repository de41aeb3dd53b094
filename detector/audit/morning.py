"""Morning: what people read of a finished night: the list, the changes, the drift, the page, and a database's table."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from detector.audit.bucket import part_file
from detector.audit.changes import find_changes, write_changes
from detector.audit.drift import drift
from detector.audit.flagged import find_flagged, write_flagged
from detector.audit.folder import CHANGES, FLAGGED, WORK, finished
from detector.audit.plan import Plan
from detector.audit.rows import Bounds, opened
from detector.audit.settings import AuditSettings
from detector.audit.tally import Tally

if TYPE_CHECKING:
    from detector.model.model import Model

__all__ = ["morning"]


def morning(
    settings: AuditSettings, model: "Model", plan: Plan, tally: Tally, counted: dict[str, Any]
) -> dict[str, Any]:
    """Write what people read, and give its figures for the summary.

    Raises
    ------
    AuditError
        The audit to compare with is none, or its parts cannot be read.
    """
    out = settings.out
    parts = [part_file(out, bucket) for bucket in range(counted["parts"])]
    before = None if settings.previous is None else finished(settings.previous)
    said = drift(tally, model)
    found: dict[str, Any] = {"drift": said.as_dict(), "cohorts": _cohorts(tally)}
    bounds = Bounds(
        out / WORK / "scratch", memory=f"{max(settings.memory // 5 * 2, 200_000_000) // 1_000_000}MB"
    )
    with opened(parts, None if before is None else before.parts, bounds) as rows:
        flagged = find_flagged(rows, settings.top)
        write_flagged(out / FLAGGED, flagged)
        if before is None:
            (out / CHANGES).unlink(missing_ok=True)
        else:
            changes = find_changes(rows, model_before=before.model_version, model=plan.model_version)
            write_changes(out / CHANGES, changes)
            found["changes"] = changes.as_dict()
    if settings.database is not None:
        found["database_rows"] = _to_database(parts, settings)
    return found


def _cohorts(tally: Tally) -> dict[str, dict[str, int]]:
    return {platform: tally.of(platform, "cohort") for platform in tally.platforms()}


def _to_database(parts: list[Path], settings: AuditSettings) -> int:
    from detector.audit.to_database import to_database

    return to_database(parts, str(settings.database), settings.out.resolve().name)
