"""The Spark engine: rows are brought together by account and worked on where they are, a range of keys a task.

Keys are cut into ranges of about as many rows by Spark's own sample, and sorted within each; a task gets its rows as
Arrow batches and hands them on as chunks of whole accounts. So there is one call of Python for some hundred thousand
rows, and an account of any size lies in one task: what it costs there is said in docs/scale.md.
"""

import json
import os
import re
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detector.errors import DetectorError

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["CHUNK_ROWS", "KEYS", "ORDER", "opened", "run_spark", "run_spark_each", "whole_accounts"]

KEYS = ("p", "id", "apart")
"""Columns whose rows stay together: platform, account, and a number for rows that belong to no account."""

ORDER = (*KEYS, "stream", "place")
"""Columns that rows are sorted by within a task: an account's rows come in the order of the source."""

CHUNK_ROWS = 250_000
"""Rows that a task holds at a time, a giant account aside: 300 MB while they are judged, by 1,200 bytes a row."""

BATCH_ROWS = 50_000

_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.legacy.parquet.nanosAsLong": "true",  # Spark has no times in nanoseconds, and refuses them otherwise
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.int96RebaseModeInRead": "CORRECTED",
}

_CHOSEN = {"MASTER", "PYSPARK_GATEWAY_PORT", "PYSPARK_SUBMIT_ARGS", "SPARK_CONF_DIR", "SPARK_HOME"}
"""In the environment of those who say themselves where Spark runs: `spark-submit`, or a folder of settings."""

_ERROR = re.compile(r"[A-Za-z_][\w.]*(Error|Exception|Failure|Lost)\b.*: ")

Work = Callable[[Any, int, "Iterator[pa.Table]"], dict[str, Any]]


@contextmanager
def opened(cores: int) -> "Iterator[SparkSession]":
    """The session that is there (a notebook's, `spark-submit`'s), else one of this machine with so many cores.

    Raises
    ------
    DetectorError
        pyspark or Java is missing, or Spark cannot be started.
    """
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise DetectorError(
            f"--engine spark needs pyspark ({error}): pip install 'bot-suspicion[spark]', and Java 17."
        ) from error
    with _no_word_on_pandas():
        found = SparkSession.getActiveSession()
        try:
            session = found or _started(SparkSession, cores)
        except (PySparkException, RuntimeError, OSError) as error:
            said = str(error).splitlines()[0]
            raise DetectorError(
                f"Spark cannot be started: {said}. It needs Java 17 or newer on this machine."
            ) from error
        wanted = _SETTINGS | {"spark.sql.execution.arrow.maxRecordsPerBatch": str(BATCH_ROWS)}
        before = {name: session.conf.get(name, None) for name in wanted}
        try:
            for name, value in wanted.items():
                session.conf.set(name, value)
            yield session
        finally:
            if found is None:
                session.stop()
            else:
                _restore(session, before)


def _started(builder: Any, cores: int) -> "SparkSession":
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    made = builder.builder.appName("detector audit")
    if not _CHOSEN & os.environ.keys():
        here = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
        quiet = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
        made = made.master(f"local[{cores}]").config(map=here | quiet)
    session: SparkSession = made.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def _restore(session: "SparkSession", before: dict[str, str | None]) -> None:
    for name, value in before.items():
        if value is None:
            session.conf.unset(name)
        else:
            session.conf.set(name, value)


@contextmanager
def _no_word_on_pandas() -> Iterator[None]:
    """Pyspark 4 warns of pandas 3 whatever is done; nothing here goes through pandas."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*pandas", category=FutureWarning)
        yield


def run_spark(
    start: Callable[..., Any], arguments: Sequence[Any], work: Work, rows: "DataFrame", n_parts: int
) -> list[dict[str, Any]]:
    """The answers of all tasks, in the order of their ranges.

    Parameters
    ----------
    start
        Called once in each task with `arguments`; gives what its chunks share.
    work
        Called with that, the number of the range and its rows as tables of whole accounts in order; gives plain values.
        Both are functions of modules that are installed wherever tasks run, and arguments can be pickled.
    rows
        With the columns of `ORDER`, and others.
    n_parts
        Ranges; fewer where there are fewer keys.

    Raises
    ------
    DetectorError
        A task failed as often as Spark allows; what it said last.
    """
    ranges = rows.repartitionByRange(n_parts, *KEYS).sortWithinPartitions(*ORDER)
    return _answers(ranges, _Task(start, tuple(arguments), work, CHUNK_ROWS))


def run_spark_each(
    session: "SparkSession", work: Callable[..., dict[str, Any]], arguments: Sequence[Any], n: int
) -> list[dict[str, Any]]:
    """The answers of tasks that get no rows, but a number from 0 to `n` - 1 after the `arguments`; in this order.

    Raises
    ------
    DetectorError
        As `run_spark`.
    """
    return _answers(session.range(0, n, 1, n), _Each(work, tuple(arguments)))


def _answers(frame: "DataFrame", task: Any) -> list[dict[str, Any]]:
    from pyspark.errors import PySparkException

    with _no_word_on_pandas():
        answers = frame.mapInArrow(task, "part int, answer string")
        try:
            found = answers.collect()
        except PySparkException as error:
            raise DetectorError(_why(str(error))) from error
    return [json.loads(answer) for _, answer in sorted((row["part"], row["answer"]) for row in found)]


@dataclass(frozen=True, slots=True)
class _Task:
    """What runs on a cluster: batches of one range in, its answer out."""

    start: Callable[..., Any]
    arguments: tuple[Any, ...]
    work: Work
    chunk_rows: int

    def __call__(self, batches: "Iterable[pa.RecordBatch]") -> "Iterator[pa.RecordBatch]":
        from pyspark import TaskContext

        context = TaskContext.get()
        part = 0 if context is None else context.partitionId()
        shared = self.start(*self.arguments)
        answer = self.work(shared, part, whole_accounts(batches, self.chunk_rows))
        yield _answer(part, answer)


@dataclass(frozen=True, slots=True)
class _Each:
    """What runs on a cluster where no rows are wanted: numbers in, their answers out."""

    work: Callable[..., dict[str, Any]]
    arguments: tuple[Any, ...]

    def __call__(self, batches: "Iterable[pa.RecordBatch]") -> "Iterator[pa.RecordBatch]":
        for batch in batches:
            numbers: list[Any] = batch.column("id").to_pylist()
            for number in numbers:
                yield _answer(number, self.work(*self.arguments, number))


def _answer(part: int, answer: dict[str, Any]) -> "pa.RecordBatch":
    import pyarrow as pa

    columns: list[pa.Array[Any]] = [pa.array([part], pa.int32()), pa.array([json.dumps(answer)])]
    return pa.RecordBatch.from_arrays(columns, names=["part", "answer"])


def whole_accounts(batches: "Iterable[pa.RecordBatch]", n_rows: int) -> "Iterator[pa.Table]":
    """Sorted batches as tables of about `n_rows` rows, cut between accounts; a larger account is one table."""
    import pyarrow as pa

    held: list[pa.RecordBatch] = []
    n, last = 0, None
    for batch in batches:
        if not batch.num_rows:
            continue
        key = tuple(batch.column(name)[-1].as_py() for name in KEYS)
        start = _start_of_last(batch, key)
        may_cut = start > 0 or key != last
        last = key
        if may_cut and n + start >= n_rows:
            yield pa.Table.from_batches([*held, batch.slice(0, start)])
            held, n = [], 0
            batch = batch.slice(start)
        held.append(batch)
        n += batch.num_rows
    if n:
        yield pa.Table.from_batches(held)


def _start_of_last(batch: "pa.RecordBatch", key: tuple[Any, ...]) -> int:
    """Where the last account of a sorted batch begins in it."""
    import pyarrow as pa
    import pyarrow.compute as pc

    same: Any = pa.array([True] * batch.num_rows)
    for name, value in zip(KEYS, key, strict=True):
        column: Any = batch.column(name)
        own = pc.is_null(column) if value is None else pc.equal(column, pa.scalar(value, column.type))
        same = pc.and_(same, pc.fill_null(own, False))
    return batch.num_rows - int(pc.sum(same).as_py())


def _why(text: str) -> str:
    """What our own error in a task said, or else what Spark says."""
    errors = [line for line in text.splitlines() if _ERROR.match(line)]
    ours = [line for line in errors if line.startswith("detector.errors.")]
    if ours:
        return ours[0].partition(": ")[2]
    said = next(
        (line for line in [*reversed(errors), *text.splitlines()] if line.strip()), "no reason was given"
    )
    return f"Spark gave up: {said[:500]}. Its own log has the rest; mend it, and run the same command again."
