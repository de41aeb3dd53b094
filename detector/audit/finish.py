"""Finish: what stands beside the parts when all of them are there: rows set aside, and the summary."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from detector.audit.bucket import ASIDE_COLUMNS, aside_file, write_aside
from detector.audit.folder import SCHEMA
from detector.audit.ledger import Entry
from detector.audit.part import part_file
from detector.audit.plan import Plan
from detector.audit.reports.tally import Tally
from detector.audit.routing import n_buckets
from detector.contract import LEVELS, TABLES
from detector.errors import DetectorError
from detector.how_many import how_many
from detector.outputs.atomic import replacing
from detector.outputs.set_aside import rows_said
from detector.outputs.summary import SUSPICIOUS_P
from detector.sources.keys import id_notices
from detector.sources.raw import object_array

__all__ = ["collect_aside", "figures", "law", "tally_of"]

BATCH = 10_000


def collect_aside(plan: Plan, work: Path, out: Path, connection: Any) -> None:
    """Write set_aside.parquet, in the order of the source."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    write_aside(aside_file(work, n_buckets(plan.bounds) + 1), plan.staged.set_aside)
    schema = pa.schema([(name, pa.string()) for name in ASIDE_COLUMNS])
    parts = sorted(aside_file(work, 0).parent.glob("*.parquet"))
    with replacing(out / "set_aside.parquet") as stream, pq.ParquetWriter(stream, schema) as writer:
        if parts:
            from detector.sources.streams import from_files

            columns = ", ".join(f'"{name}"' for name in ASIDE_COLUMNS)
            query = (
                f"SELECT {columns} FROM {from_files([str(part) for part in parts])} "  # noqa: S608
                'ORDER BY table_number, place, "where", reason'
            )
            for batch in connection.sql(query).to_arrow_reader(BATCH):
                writer.write_table(pa.Table.from_batches([batch]).cast(schema))


def figures(plan: Plan, entries: Mapping[int, Entry]) -> dict[str, Any]:
    """The counts of the whole audit, from those of its buckets."""
    own = [entries[bucket] for bucket in sorted(entries)]
    read = {name: sum(one.rows[name][0] for one in own) for name in TABLES}
    used = {name: sum(one.rows[name][1] for one in own) for name in TABLES}
    aside = Counter({name: sum(one.rows[name][2] for one in own) for name in TABLES})
    for row in plan.staged.set_aside:
        aside[row.table] += 1
    for name, met in (plan.staged.rows_read or {}).items():
        read[name] = met
    scored = sum(one.scored for one in own)
    return {
        "schema": dict(SCHEMA),
        "model_version": plan.model_version,
        "settings": dict(plan.settings),
        "accounts": {
            "in": sum(one.accounts for one in own),
            "scored": scored,
            "insufficient_data": sum(one.insufficient for one in own),
            "set_aside": sum(one.set_aside for one in own),
            "not_new": sum(one.not_new for one in own),
        },
        "rows": {name: {"read": read[name], "used": used[name], "set_aside": aside[name]} for name in TABLES},
        "levels": {level: sum(one.levels[level] for one in own) for level in LEVELS},
        "expected_by_chance": round(SUSPICIOUS_P * scored, 2),
        "faults": sum(one.faults for one in own),
        "parts": n_buckets(plan.bounds),
        "notices": _notices(plan, own),
    }


def tally_of(entries: Mapping[int, Entry]) -> Tally:
    """The tally of the whole audit."""
    whole = Tally()
    for bucket in sorted(entries):
        whole.merge(Tally.from_dict(entries[bucket].tally))
    return whole


def _notices(plan: Plan, entries: list[Entry]) -> list[str]:
    said = list(plan.staged.notices)
    for name in TABLES:
        cleaned = sum(one.cleaned[name] for one in entries)
        if cleaned:
            said.append(f"{name}: control characters were taken out of {how_many(cleaned, 'handle')}.")
        said += id_notices(name, object_array([odd for one in entries for odd in one.odd_ids[name]]))
    return list(dict.fromkeys(said))


def law(plan: Plan, counted: Mapping[str, Any], out: Path) -> list[str]:
    """The law of the night, a line a table and one for the accounts, checked against the parts as they lie there.

    Raises
    ------
    DetectorError
        Something was lost: a fault of the tool.
    """
    import pyarrow.parquet as pq

    lines = []
    for name, rows in counted["rows"].items():
        if rows["read"]:
            lines.append(rows_said(name, **rows))
        _equal(f"rows of {name}", rows["read"], rows["used"] + rows["set_aside"])
    who = counted["accounts"]
    old = f" + {who['not_new']:,} not new" if plan.settings["since"] else ""
    lines.append(
        f"{how_many(who['in'], 'account')} = {who['scored']:,} scored + {who['insufficient_data']:,} with "
        f"insufficient data + {who['set_aside']:,} set aside{old}"
    )
    judged = who["scored"] + who["insufficient_data"]
    _equal("accounts", who["in"], judged + who["set_aside"] + who["not_new"])
    written = sum(pq.read_metadata(part_file(out, i)).num_rows for i in range(counted["parts"]))
    _equal("accounts in the parts", judged, written)
    aside = pq.read_metadata(out / "set_aside.parquet").num_rows
    _equal("rows set aside", sum(rows["set_aside"] for rows in counted["rows"].values()), aside)
    return lines


def _equal(what: str, expected: int, found: int) -> None:
    if expected != found:
        raise DetectorError(
            f"{what}: {expected:,} were met, {found:,} accounted for. This is a fault of the tool: please report it."
        )
