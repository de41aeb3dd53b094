"""A night on Spark: tasks write the parts, and answer with what they counted; all that follows is as on one machine.

The folder of the audit, and a source that is a folder, lie where every machine sees them under the same name.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detector.audit.bucket import aside_file, judge_rows
from detector.audit.carry.earlier import Earlier, earlier_of
from detector.audit.carry.marks import Marks
from detector.audit.crowd import columns_file, put_together
from detector.audit.folder import CARRY, RESULT
from detector.audit.ledger import Entry, as_entry, read_json, write_json
from detector.audit.on_spark.rows import Layout, rows_of_all
from detector.audit.part import Judged, judged_file, part_file, shards, write_part
from detector.audit.plan import Plan
from detector.audit.reports.tally import Tally
from detector.audit.routing import n_buckets
from detector.audit.settings import AuditSettings
from detector.contract import LEVELS, TABLES
from detector.crowd.notable import Notable
from detector.engines.spark import opened, run_spark, run_spark_each
from detector.errors import SourceError
from detector.sources.shown import listed

if TYPE_CHECKING:
    import pyarrow as pa

    from detector.model.model import Model

__all__ = ["ROWS_PER_PART", "judged_on_spark", "put_together_on_spark"]

ROWS_PER_PART = 1_000_000
"""Rows of a task, and of a part: what a shuffle and a file system like. Memory does not depend on it, chunks do."""

LEAST_ROWS = 20_000

MOST_PARTS = 10_000
"""A shuffle has as many blocks as tasks that write times tasks that read; above, parts grow instead."""


def judged_on_spark(
    plan: Plan, settings: AuditSettings, model: "Model", work: Path, say: Callable[[str], None]
) -> tuple[Plan, dict[int, Entry]]:
    """Judge all rows of the plan into parts; gives the plan with the bounds that Spark chose, and counts by part.

    Raises
    ------
    DetectorError
        Spark is missing or gave up.
    SourceError
        Rows were lost or added on the way: the source changed.
    """
    done = work / "spark.json"
    found: Any = read_json(done)
    if found is None or not _whole(plan, work, settings.out, found):
        # ranges are cut anew: parts of another run have no place among them
        stale = [aside_file(work, 0).parent, work / "judged", shards(work)]
        for folder in (*stale, settings.out / RESULT, settings.out / CARRY):
            shutil.rmtree(folder, ignore_errors=True)
        found = _asked_of_spark(plan, settings, model, work, say) if plan.streams else []
        write_json(done, found)
    entries = {one["entry"]["bucket"]: as_entry(one["entry"]) for one in found}
    _check_read(plan, entries)
    last = max(entries, default=0)
    for missing in set(range(last + 1)) - set(entries):
        none = nobody(plan)
        entries[missing] = write_part(plan, work, settings.out, none, replace(none.entry, bucket=missing))
    bounds = [tuple(one["first"] or ("", "")) for one in found if one["entry"]["bucket"] > 0]
    bounds += [("", "")] * (last - len(bounds))
    return replace(plan, bounds=tuple(bounds)), entries


def _asked_of_spark(
    plan: Plan, settings: AuditSettings, model: "Model", work: Path, say: Callable[[str], None]
) -> list[dict[str, Any]]:
    """The answers of all tasks."""
    before, _ = earlier_of(plan.settings, plan.model_version)
    places = (str(work.resolve()), str(settings.out.resolve()))  # tasks may have another working directory
    with opened(settings.workers) as session:
        rows, layout = rows_of_all(session, plan)
        n_rows = sum(stream.n_rows for stream in plan.streams)
        n_parts = parts_for(n_rows, session.sparkContext.defaultParallelism)
        say(f"{n_rows:,} rows go to {n_parts:,} tasks of Spark {session.version}.")
        return run_spark(start, (plan.as_dict(), layout, model, *places, before), judge_part, rows, n_parts)


def parts_for(n_rows: int, cores: int) -> int:
    """How many tasks: some for each core even of small sources, none of a handful of rows, and never too many.

    >>> parts_for(820_000, 2), parts_for(41_000_000, 400), parts_for(41_000_000_000, 400)
    (6, 1200, 10000)
    """
    wanted = max(-(-n_rows // ROWS_PER_PART), min(3 * cores, -(-n_rows // LEAST_ROWS)), 1)
    return min(wanted, MOST_PARTS)


@dataclass(frozen=True, slots=True)
class _Shared:
    plan: Plan
    layout: Layout
    model: "Model"
    work: Path
    out: Path
    before: Earlier | None


def start(
    plan: Mapping[str, Any], layout: Layout, model: "Model", work: str, out: str, before: Earlier | None
) -> _Shared:
    """What a task needs for all of its chunks."""
    import pyarrow as pa

    pa.set_cpu_count(1)
    return _Shared(Plan.from_dict(plan), layout, model, Path(work), Path(out), before)


def judge_part(shared: _Shared, number: int, chunks: "Iterator[pa.Table]") -> dict[str, Any]:
    """The accounts of one range: written as a part, and counted."""
    found = [judged for i, chunk in enumerate(chunks) for judged in _judge_chunk(shared, number, i, chunk)]
    whole = _joined(shared.plan, found)
    entry = write_part(shared.plan, shared.work, shared.out, whole, replace(whole.entry, bucket=number))
    return {"entry": entry.as_dict(), "first": whole.keys[0] if whole.keys else None}


def _judge_chunk(shared: _Shared, number: int, i: int, chunk: "pa.Table") -> Iterator[Judged]:
    import pyarrow.compute as pc

    apart: Any = pc.is_null(chunk.column("apart"))
    for keyed, mask in ((True, apart), (False, pc.invert(apart))):
        rows = chunk.filter(mask)
        if rows.num_rows:
            path = aside_file(shared.work, number).with_name(f"{number:06d}-{i:05d}-{int(keyed)}.parquet")
            yield judge_rows(
                shared.plan, shared.model, shared.layout.spilled(rows), path, shared.before, keyed=keyed
            )


def nobody(plan: Plan) -> Judged:
    """What no rows come to."""
    from detector.verdict import Result

    none = dict.fromkeys(TABLES, 0)
    entry = Entry(
        0,
        dict.fromkeys(TABLES, (0, 0, 0)),
        accounts=0,
        scored=0,
        insufficient=0,
        set_aside=0,
        not_new=0,
        levels=dict.fromkeys(LEVELS, 0),
        faults=0,
        cleaned=none,
        odd_ids={name: [] for name in TABLES},
        part_bytes=0,
    )
    more: tuple[Any, Any] = (Marks.none(), {}) if plan.settings["incremental"] else (None, None)
    return Judged(
        [], Result.empty().to_arrow(), entry, *more, Notable.none() if plan.settings["crowd"] else None
    )


def _joined(plan: Plan, parts: Sequence[Judged]) -> Judged:
    """Chunks of one range as one part."""
    import pyarrow as pa

    parts = [nobody(plan), *parts]
    keys = [key for part in parts for key in part.keys]
    table = pa.concat_tables([part.table for part in parts]).combine_chunks()
    entry = _summed([part.entry for part in parts])
    notable = None
    if plan.settings["crowd"]:
        notable = Notable.concat(part.notable for part in parts if part.notable is not None)
    if not plan.settings["incremental"]:
        return Judged(keys, table, entry, notable=notable)
    marks = Marks.concat(part.marks for part in parts if part.marks is not None)
    prints = {key: one for part in parts for key, one in (part.prints or {}).items()}
    return Judged(keys, table, entry, marks, prints, notable)


def _summed(entries: Sequence[Entry]) -> Entry:
    """The counts of several as one."""
    tally = Tally()
    for one in entries:
        tally.merge(Tally.from_dict(one.tally))
    plain = ("accounts", "scored", "insufficient", "set_aside", "not_new", "faults", "carried")
    levels = sum((Counter(one.levels) for one in entries), Counter[str]())
    return replace(
        entries[0],
        **{name: sum(getattr(one, name) for one in entries) for name in plain},
        rows={name: _three(one.rows[name] for one in entries) for name in TABLES},
        levels={level: levels[level] for level in LEVELS},
        cleaned={name: sum(one.cleaned[name] for one in entries) for name in TABLES},
        odd_ids={name: [odd for one in entries for odd in one.odd_ids[name]] for name in TABLES},
        tally=tally.as_dict(),
    )


def _three(rows: Iterator[tuple[int, int, int]]) -> tuple[int, int, int]:
    read, used, aside = (sum(column) for column in zip(*rows, strict=True))
    return read, used, aside


def _check_read(plan: Plan, entries: Mapping[int, Entry]) -> None:
    read: Counter[str] = Counter()
    for entry in entries.values():
        read.update({name: rows[0] for name, rows in entry.rows.items()})
    for name in TABLES:
        there = [stream for stream in plan.streams if stream.table == name]
        expected = sum(stream.n_rows for stream in there)
        if expected != read[name]:
            origins = listed((origin for stream in there for origin in stream.origins), 3)
            raise SourceError(
                f"{origins} changed while the audit read it: {expected:,} rows were there, {read[name]:,} came. Run it "
                "again with --restart when the source is at rest."
            )


def _whole(plan: Plan, work: Path, out: Path, found: Sequence[Mapping[str, Any]]) -> bool:
    paths = [
        (judged_file(plan, work, out, one["entry"]["bucket"]), one["entry"]["part_bytes"]) for one in found
    ]
    return all(path.exists() and path.stat().st_size == size for path, size in paths)


def put_together_on_spark(plan: Plan, settings: AuditSettings, work: Path) -> None:
    """Write all parts of the result with the columns of the crowd, each by a task.

    Raises
    ------
    DetectorError
        Spark gave up, or files of the folder of work were lost.
    """
    places = (str(work.resolve()), str(settings.out.resolve()))
    with opened(settings.workers) as session:
        run_spark_each(session, put_part_together, (plan.as_dict(), *places), n_buckets(plan.bounds))


def put_part_together(plan: Mapping[str, Any], work: str, out: str, number: int) -> dict[str, Any]:
    """What a task does for one part."""
    of, judged = Path(work), judged_file(Plan.from_dict(plan), Path(work), Path(out), number)
    return {"accounts": put_together(judged, columns_file(of), part_file(Path(out), number), number)}
