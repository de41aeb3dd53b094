"""Run: one audit from its beginning, or from where it stopped, to its end."""

import gc
import os
import shutil
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from detector.audit.bucket import judge_bucket
from detector.audit.carry.earlier import Earlier, conditions_of, earlier_of
from detector.audit.crowd import put_all_together, see_crowd
from detector.audit.finish import collect_aside, figures, law, tally_of
from detector.audit.folder import CARRY, LOCK, NAMES, RESULT, SET_ASIDE, SUMMARY, WORK, finished
from detector.audit.ledger import Entry, entries, note, read_json, write_json
from detector.audit.morning import into_database, morning
from detector.audit.on_spark.night import judged_on_spark, put_together_on_spark
from detector.audit.part import judged_file
from detector.audit.plan import Plan, asked, make_plan
from detector.audit.routing import n_buckets
from detector.audit.settings import AuditSettings
from detector.audit.spill import connect, spill
from detector.audit.staging import fingerprint
from detector.engines.local import run_local
from detector.errors import DetectorError, SourceError, UsageError
from detector.outputs.accounting import none_usable
from detector.outputs.atomic import intended
from detector.sources.address import file_of, scheme_of

if TYPE_CHECKING:
    from detector.model.model import Model

__all__ = ["Watch", "audit", "begun_with"]

CASES = "cases.csv"
"""What `detector review` writes beside an audit: left where it is, and it keeps the folder from being removed."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Whom an audit tells how it goes: `say` a sentence, `step` a stage with (done, in all)."""

    say: Callable[[str], None]
    step: Callable[[str, int, int], None]


def audit(settings: AuditSettings, model: "Model", watch: Watch, *, restart: bool = False) -> dict[str, Any]:
    """Judge every account of a source into a folder, and give what summary.json says.

    Raises
    ------
    UsageError
        The folder holds other files, or an audit that was asked for otherwise.
    SourceError
        The source cannot be read, or has changed since the audit began.
    DetectorError
        Another audit works in the folder, there is no room, no row could be used, or the numbers do not add up.
    """
    out, work = settings.out, settings.out / WORK
    if settings.incremental and settings.since is not None:
        raise UsageError(
            "--since leaves accounts out, --incremental carries them over: give one of them. A night with "
            "--incremental has everybody in its result, for the price of those who changed."
        )
    _apart(settings)
    _folder(out)
    with _alone(out), _room(out):
        _sweep(out)
        if restart:
            _forget(out)
        done = _finished(settings, model, out)
        if done is not None:
            shutil.rmtree(work, ignore_errors=True)
            watch.say(f"{out} holds this audit already, finished.")
            return _also_into_database(settings, done)
        return _work(settings, model, watch)


def _also_into_database(settings: AuditSettings, summary: dict[str, Any]) -> dict[str, Any]:
    """A finished night goes into the database too, where that is asked for now and was not then."""
    if settings.database is not None and "database_rows" not in summary:
        summary = summary | into_database(settings, finished(settings.out).parts)
        write_json(settings.out / SUMMARY, summary)
    return summary


def begun_with(out: Path) -> dict[str, Any] | None:
    """The settings of the audit in a folder that was begun and not finished; None where there is none."""
    found = read_json(out / WORK / "plan.json")
    return None if found is None else dict(found["settings"])


def _work(settings: AuditSettings, model: "Model", watch: Watch) -> dict[str, Any]:
    out, work, clock = settings.out, settings.out / WORK, _Clock()
    connection = connect(settings.database_memory, settings.workers, work / "duckdb")
    try:
        with clock.of("plan"):
            plan = _planned(settings, model, work, connection, watch)
        why = _said_why_not(plan, watch)
        if settings.engine == "spark":
            connection.close()
            with clock.of("score"):
                plan, done = judged_on_spark(plan, settings, model, work, watch.say)
                _unchanged(plan, settings.source)
        else:
            done = _judged_here(plan, settings, connection, watch, clock)
        _sweep(out)  # workers of a killed run may have begun a part since; by now they have ended
        connection = connect(settings.database_memory, settings.workers, work / "duckdb")
        crowd = None
        if settings.crowd:
            with clock.of("crowd"):
                crowd = see_crowd(work, connection)
                connection.close()  # what is spilled by then is room for the parts
                if settings.engine == "spark":
                    put_together_on_spark(plan, settings, work)
                else:
                    put_all_together(plan, work, out, settings.workers, watch.step)
            connection = connect(settings.database_memory, 1, work / "duckdb")
        with clock.of("finish"):
            collect_aside(plan, work, out, connection)
            summary = figures(plan, done)
            lines = law(plan, summary, out)
            for line in lines:
                watch.say(line)
            if _nobody(summary):
                _leave_only_aside(summary, out, watch)
            summary |= _carried(plan, done, why, watch)
            summary |= morning(settings, model, plan, tally_of(done), lines, crowd)
    finally:
        connection.close()
    summary |= {"asked": plan.asked, "fingerprint": plan.fingerprint}
    summary |= {"finished_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "seconds": clock.seconds}
    write_json(out / SUMMARY, summary)
    shutil.rmtree(work, ignore_errors=True)
    return summary


def _nobody(summary: dict[str, Any]) -> bool:
    """Whether there were rows, and none of them could be used."""
    aside = sum(rows["set_aside"] for rows in summary["rows"].values())
    return bool(aside) and not summary["accounts"]["in"]


def _leave_only_aside(summary: dict[str, Any], out: Path, watch: Watch) -> NoReturn:
    """End a night of which no row could be used: an empty result would pass for one without anything suspicious.

    What is left says why, and is no audit that a later night could be compared with.

    Raises
    ------
    DetectorError
        Always: how many rows there were, and what was wrong with the first.
    """
    import pyarrow.parquet as pq

    for notice in summary["notices"]:
        watch.say(f"note: {notice}")
    _forget(out, but=(SET_ASIDE,))
    path = out / SET_ASIDE
    with pq.ParquetFile(path) as rows:
        n_rows, first = rows.metadata.num_rows, next(rows.iter_batches(batch_size=1)).to_pylist()[0]
    raise DetectorError(none_usable(n_rows, first["where"], first["reason"], first["expected"], path))


def _judged_here(
    plan: Plan, settings: AuditSettings, connection: Any, watch: Watch, clock: "_Clock"
) -> dict[int, Entry]:
    """By processes of this machine: rows are divided on disk, then judged bucket by bucket."""
    work = settings.out / WORK
    with clock.of("spill"):
        counted = spill(plan, work, connection, lambda done, total: watch.step("reading", done, total))
        _unchanged(plan, settings.source)
        shutil.rmtree(work / "staged", ignore_errors=True)
    connection.close()
    with clock.of("score"):
        return _judged(plan, settings, counted, watch)


def _planned(settings: AuditSettings, model: "Model", work: Path, connection: Any, watch: Watch) -> Plan:
    path = work / "plan.json"
    found = read_json(path)
    if found is None:
        plan = make_plan(settings, model, work, connection)
        write_json(path, plan.as_dict())
        return plan
    plan = Plan.from_dict(found)
    if plan.asked != asked(settings, model)[0]:
        raise UsageError(
            f"{settings.out} holds an audit that was begun with other options, another model or another version. "
            "Give the same ones to finish it, --restart to begin anew, or another folder."
        )
    _unchanged(plan, settings.source)
    n_done = len(entries(work / "ledger"))
    if settings.engine == "spark":
        watch.say("going on where the last run stopped: Spark repeats what it had not ended.")
        return plan
    watch.say(
        f"going on where the last run stopped: {n_done:,} of {n_buckets(plan.bounds) + 1:,} parts are done."
    )
    return plan


def _said_why_not(plan: Plan, watch: Watch) -> str:
    """Say beforehand where nothing can be carried over though that was asked for; gives the reason, or nothing."""
    _, why = earlier_of(plan.settings, plan.model_version)
    if why:
        of = plan.settings["previous"]
        watch.say(f"Every account is judged: {why}{f' ({of})' if of else ''}.")
    return why


def _carried(plan: Plan, done: dict[int, Entry], why: str, watch: Watch) -> dict[str, Any]:
    """What the summary says of carrying over, and what the next night compares its own conditions with."""
    if not plan.settings["incremental"]:
        return {}
    n = sum(entry.carried for entry in done.values())
    if not why:
        watch.say(
            f"{n:,} accounts were carried over from {plan.settings['previous']}: their rows are the same."
        )
    said = {"accounts": n, "from": plan.settings["previous"], "why_not": why or None}
    return {"carry": said | {"conditions": conditions_of(plan.settings, plan.model_version)}}


def _unchanged(plan: Plan, source: str) -> None:
    if plan.fingerprint != fingerprint(source):
        raise SourceError(
            "The files of the source have changed since this audit began, so the night would be of two states. "
            "Run it again with --restart when they are at rest."
        )


def _judged(
    plan: Plan, settings: AuditSettings, counted: list[dict[int, int]], watch: Watch
) -> dict[int, Entry]:
    work, out = settings.out / WORK, settings.out
    ledger = work / "ledger"
    ledger.mkdir(parents=True, exist_ok=True)
    rows: dict[int, int] = {}
    for one in counted:
        for bucket, n in one.items():
            rows[bucket] = rows.get(bucket, 0) + n
    done = {
        bucket: entry
        for bucket, entry in entries(ledger).items()
        if bucket >= n_buckets(plan.bounds) or _whole(judged_file(plan, work, out, bucket), entry.part_bytes)
    }
    left = [bucket for bucket in range(n_buckets(plan.bounds) + 1) if bucket not in done]
    left.sort(key=lambda bucket: -rows.get(bucket, 0))  # the largest first: none is waited for at the end
    total, n_judged = sum(rows.values()), sum(rows.get(bucket, 0) for bucket in done)
    arguments = (str(work), settings.model, str(out))
    for entry in run_local(start, arguments, judge, left, settings.workers):
        _check_read(entry, rows.get(entry.bucket, 0), work)
        note(ledger, entry)
        done[entry.bucket] = entry
        n_judged += rows.get(entry.bucket, 0)
        watch.step("judging", n_judged, total)
    return done


def _check_read(entry: Entry, spilled: int, work: Path) -> None:
    """Find out whether all rows that were spilled came back: a file that ends early is whole to its reader."""
    read = sum(met for met, _, _ in entry.rows.values())
    if read != spilled:
        raise DetectorError(
            f"{work} has lost rows: {spilled:,} were written for part {entry.bucket}, {read:,} are there. Run the "
            "audit with --restart to begin anew."
        )


def _whole(part: Path, size: int) -> bool:
    return part.exists() and part.stat().st_size == size


@dataclass(frozen=True, slots=True)
class _Shared:
    plan: Plan
    model: "Model"
    work: Path
    out: Path
    before: Earlier | None


def start(work: str, model: str | None, out: str) -> _Shared:
    """What a worker needs for all of its buckets.

    Raises
    ------
    DetectorError
        The model is another one than that of the plan.
    """
    import pyarrow as pa

    from detector.api import load_model

    pa.set_cpu_count(1)
    written: Any = read_json(Path(work) / "plan.json")
    plan, loaded = Plan.from_dict(written), load_model(model)
    if loaded.version != plan.model_version:
        raise DetectorError(
            f"The model changed while the audit ran: it began with {plan.model_version}, now {loaded.version} is "
            "there. Run it again with --restart."
        )
    return _Shared(plan, loaded, Path(work), Path(out), earlier_of(plan.settings, loaded.version)[0])


def judge(shared: _Shared, bucket: int) -> Entry:
    """One bucket."""
    with _uncollected():
        return judge_bucket(shared.plan, shared.model, shared.work, shared.out, bucket, shared.before)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the search for cycles: a bucket makes hundreds of thousands of small objects that hold none, and to go
    through these again and again took a tenth of its time.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


class _Clock:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def of(self, stage: str) -> Iterator[None]:
        began = time.monotonic()
        try:
            yield
        finally:
            self.seconds[stage] = round(time.monotonic() - began, 3)


def _apart(settings: AuditSettings) -> None:
    """Find out whether the audit would write into its own source."""
    scheme = scheme_of(settings.source)
    if scheme == "postgresql":
        return
    source = Path(file_of(settings.source) if scheme else settings.source).expanduser().resolve()
    out = settings.out.resolve()
    if out == source or source in out.parents or out in source.parents:
        raise UsageError(
            f"--out {settings.out} and the source {settings.source} lie in each other. Name a folder apart."
        )


@contextmanager
def _room(out: Path) -> Iterator[None]:
    """What the system refuses on the way is said, with what to do."""
    import duckdb

    try:
        yield
    except (OSError, duckdb.Error) as error:
        said = getattr(error, "strerror", None) or str(error).splitlines()[0]
        raise DetectorError(
            f"The audit in {out} stopped: {said}. What is done stays done: make room there (it needs about as much as "
            "the source) or mend what is said, and run the same command again."
        ) from error


def _folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        others = sorted(
            entry.name
            for entry in out.iterdir()
            if (intended(entry.name) or entry.name) not in NAMES | {CASES}
        )
    except (FileExistsError, NotADirectoryError) as error:
        raise UsageError(f"{out} is a file, expected a folder for the audit. Name another.") from error
    except OSError as error:
        raise DetectorError(f"{out} cannot be used: {error.strerror}. Name another folder.") from error
    if others:
        raise UsageError(
            f"{out} holds something else ({', '.join(others[:3])}): an audit wants a folder of its own. Name a new one."
        )


def _sweep(out: Path) -> None:
    """Remove what a killed run had begun to write."""
    for folder in (out, out / RESULT, out / CARRY):
        for path in folder.glob(".*.part"):
            if intended(path.name) is not None:
                path.unlink(missing_ok=True)


def _finished(settings: AuditSettings, model: "Model", out: Path) -> dict[str, Any] | None:
    summary: dict[str, Any] | None = read_json(out / SUMMARY)
    if summary is None:
        return None
    same = summary.get("asked") == asked(settings, model)[0]
    if same and summary.get("fingerprint") == fingerprint(settings.source):
        return summary
    what = "of another state of the source" if same else "asked for otherwise"
    raise UsageError(
        f"{out} holds a finished audit, {what}. Name another folder, or give --restart to replace it."
    )


def _forget(out: Path, but: Collection[str] = ()) -> None:
    (out / SUMMARY).unlink(missing_ok=True)  # first: what is left is no finished audit
    for name in NAMES - {LOCK, *but}:
        path = out / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Hold the folder for this audit alone; the system lets go of it however the process ends."""
    import fcntl

    path = out / LOCK
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise DetectorError(
                f"Another audit works in {out} now. Wait for it, or name another folder."
            ) from error
        yield
    finally:
        os.close(handle)
