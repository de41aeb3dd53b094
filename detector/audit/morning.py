"""Morning: what people read of a finished night: the list, the changes, the drift, the page, and a database's table."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detector.audit.folder import CHANGES, FLAGGED, GROUPS, MEMBERS, PAGE, WORK, finished
from detector.audit.part import part_file
from detector.audit.plan import Plan
from detector.audit.reports.changes import find_changes, write_changes
from detector.audit.reports.drift import drift
from detector.audit.reports.flagged import find_flagged, write_flagged
from detector.audit.reports.groups import Listed, write_groups
from detector.audit.reports.page import write_page
from detector.audit.reports.rows import Bounds, opened
from detector.audit.reports.tally import Tally
from detector.audit.reports.view import Glance
from detector.audit.routing import n_buckets
from detector.audit.settings import AuditSettings
from detector.crowd.night import Crowd

if TYPE_CHECKING:
    from detector.model.model import Model

__all__ = ["into_database", "morning"]


def morning(
    settings: AuditSettings,
    model: "Model",
    plan: Plan,
    tally: Tally,
    lines: Sequence[str],
    crowd: Crowd | None = None,
) -> dict[str, Any]:
    """Write what people read, and give its figures for the summary.

    Raises
    ------
    AuditError
        The audit to compare with is none, or its parts cannot be read.
    """
    out = settings.out
    parts = [part_file(out, bucket) for bucket in range(n_buckets(plan.bounds))]
    before = None if settings.previous is None else finished(settings.previous)
    said = drift(tally, model)
    found: dict[str, Any] = {"drift": said.as_dict(), "cohorts": _cohorts(tally)}
    bounds = Bounds(out / WORK / "scratch", memory=settings.database_memory)
    changes = None
    groups: tuple[Listed, ...] = ()
    with opened(parts, None if before is None else before.parts, bounds) as rows:
        flagged = find_flagged(rows, settings.top)
        write_flagged(out / FLAGGED, flagged)
        if before is None:
            (out / CHANGES).unlink(missing_ok=True)
        else:
            changes = find_changes(rows, model_before=before.model_version, model=plan.model_version)
            write_changes(out / CHANGES, changes)
            found["changes"] = changes.as_dict()
        if crowd is None:
            for name in (GROUPS, MEMBERS):
                (out / name).unlink(missing_ok=True)
        else:
            groups = write_groups(out / GROUPS, out / MEMBERS, crowd, rows)
            found["crowd"] = crowd.as_dict()
    run = out.resolve().name
    source = str(plan.settings["source"])
    night = Glance(run, source, plan.model_version, lines, tally, said, flagged, changes, crowd, groups)
    write_page(out / PAGE, night)
    return found | into_database(settings, parts)


def into_database(settings: AuditSettings, parts: Sequence[Path]) -> dict[str, Any]:
    """Write the result into a database where that was asked for, and give its figure for the summary.

    Raises
    ------
    DetectorError
        As `to_database`.
    """
    if settings.database is None:
        return {}
    from detector.audit.reports.to_database import to_database

    return {"database_rows": to_database(parts, settings.database, settings.out.resolve().name)}


def _cohorts(tally: Tally) -> dict[str, dict[str, int]]:
    return {platform: tally.of(platform, "cohort") for platform in tally.platforms()}
