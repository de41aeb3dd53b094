"""The result of an audit into a table of PostgreSQL: the rows of a run, whole or not at all, the same when repeated.

Everything happens in one transaction, part by part, through a table of the session's own, so that the audit's table
is never seen with half a night. A run's older rows are replaced.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detector.contract import BATCH, KEY, RESULT, Column
from detector.errors import AuditError, UsageError
from detector.outputs.hostile import json_text
from detector.sources.address import masked, postgres_address, scheme_of
from detector.sources.databases.base import quoted
from detector.sources.databases.postgres import connected, said

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["TABLE", "check_address", "to_database"]

TABLE = "detector_audit"

_STAGE = "detector_audit_stage"
_BATCH = 20_000
_TYPES = {"text": "text", "number": "double precision", "count": "bigint", "time": "timestamptz"}
_NUL = "\x00"  # the one character that PostgreSQL's text cannot hold
_INSTEAD = "\ufffd"


def check_address(address: str, table: str = TABLE) -> None:
    """Find out before the night whether the result can go to an address: connect, and ask for what is needed.

    Raises
    ------
    UsageError
        It is no address of a PostgreSQL server, or the table's name is none.
    SourceError
        The server cannot be reached, or does not let us in.
    AuditError
        It does not let us write there.
    """
    with _transaction(address) as connection:
        _prepare(connection, table)


def to_database(parts: Sequence[Path], address: str, run: str, table: str = TABLE) -> int:
    """Write all rows of a result, and commit. The rows that the table holds of the same run are replaced.

    Parameters
    ----------
    parts : sequence of Path
        The files of a result, as an audit writes them.
    address : str
        ``postgresql://user@host:5432/database``; the password is best in PGPASSWORD or a password file.
    run : str
        What these rows are called, for example the day: with platform and account_id it is the table's key.
    table : str
        ``name`` or ``schema.name``; made if it is not there. Columns that a newer version knows are added.

    Returns
    -------
    int
        Rows written.

    Raises
    ------
    UsageError
        It is no address of a PostgreSQL server, or a name is none.
    SourceError
        The server cannot be reached, or does not let us in.
    AuditError
        The server refused or went away, or a part cannot be read. The table is as it was.
    """
    if not run.strip():
        raise UsageError("The rows of a run need a name for it, for example the day.")
    with _transaction(address) as connection:
        held = _held(parts)
        target = _prepare(connection, table, held)
        _do(connection, f"DELETE FROM {target} WHERE run = $1", [run])  # noqa: S608 - quoted
        columns = ", ".join(quoted(column.name) for column in held)
        values = ", ".join(map(_unstaged, held))
        total = 0
        for batch in _batches(parts, held):
            _stage(connection, batch)
            _do(connection, f"INSERT INTO {target} (run, {columns}) SELECT $1, {values} FROM {_STAGE}", [run])  # noqa: S608
            _do(connection, f"TRUNCATE {_STAGE}")
            total += batch.num_rows
        connection.commit()
    return total


@contextmanager
def _transaction(address: str) -> Iterator[Any]:
    """A connection in its one transaction, which is rolled back unless it was committed."""
    if scheme_of(address) != "postgresql":
        raise UsageError(
            f"The result can go to PostgreSQL alone, and {masked(address)} is none of its addresses. Write "
            "postgresql://user@host:5432/database."
        )
    known = postgres_address(address)
    connection = connected(known)
    from adbc_driver_manager import Error

    try:
        yield connection
    except (Error, OSError, ValueError) as error:
        raise AuditError(
            f"{known.shown} did not take the result: {said(error, known)}. Its table is as it was before; the audit "
            "itself is whole. Run the same command again to bring its rows there."
        ) from error
    finally:
        with suppress(Exception):  # the server may be gone; what was not committed is undone
            connection.rollback()
        with suppress(Exception):
            connection.close()


def _held(parts: Sequence[Path]) -> tuple[Column, ...]:
    """The columns of a result, with those of the crowd where it has them."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        names = set(pq.read_schema(parts[0]).names) if parts else set()
    except (pa.ArrowInvalid, OSError) as error:
        raise AuditError(f"{parts[0]} cannot be read: {error}. The table is as it was before.") from error
    return (*RESULT, *(column for column in BATCH if column.name in names))


def _prepare(connection: Any, table: str, held: Sequence[Column] = (*RESULT, *BATCH)) -> str:
    """The table with all its columns, for one writer at a time, and the session's own to stage in; its quoted name."""
    names = table.split(".")
    if not all(name.strip() for name in names) or len(names) > 2:
        raise UsageError(f"{table!r} is no name of a table. Write name or schema.name.")
    target = ".".join(map(quoted, names))
    _do(connection, "SELECT pg_advisory_xact_lock(hashtextextended($1, 7))", [f"detector audit {target}"])
    there = _ask(
        connection, _COLUMNS, [target]
    )  # looked up, for who may write rows may not be allowed to make tables
    if not there:
        columns = ", ".join(_declared(column) for column in held)
        key = ", ".join(("run", *KEY))
        _do(connection, f"CREATE TABLE {target} (run text, {columns}, PRIMARY KEY ({key}))")
    elif "run" not in there:
        raise AuditError(f"The table {table} is not one of audits: it has no column run. Name another table.")
    else:
        for column in held:
            if column.name not in there:
                _do(connection, f"ALTER TABLE {target} ADD COLUMN {_declared(column)}")
    staged = ", ".join(f"{quoted(c.name)} {_TYPES.get(c.kind, 'text')}" for c in held)
    _do(connection, f"CREATE TEMPORARY TABLE {_STAGE} ({staged}) ON COMMIT DROP")
    return target


_COLUMNS = """
SELECT attname::text FROM pg_attribute
WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped
"""


def _declared(column: Column) -> str:
    return f"{quoted(column.name)} {_TYPES.get(column.kind, 'jsonb')}"


def _unstaged(column: Column) -> str:
    """Lists and records are staged as text, since the driver has no JSON of its own."""
    return quoted(column.name) if column.kind in _TYPES else f"{quoted(column.name)}::jsonb"


def _do(connection: Any, statement: str, parameters: Sequence[str] = ()) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters=list(parameters) or None)


def _ask(connection: Any, statement: str, parameters: Sequence[str]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters=list(parameters))
        return [row[0] for row in cursor.fetchall()]


def _stage(connection: Any, batch: "pa.RecordBatch") -> None:
    with connection.cursor() as cursor:
        cursor.adbc_ingest(_STAGE, batch, mode="append", temporary=True)


def _batches(parts: Sequence[Path], held: Sequence[Column]) -> "Iterator[pa.RecordBatch]":
    """The rows of all parts, a few at a time, as the server takes them."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    for part in parts:
        try:
            with pq.ParquetFile(part) as file:
                for batch in file.iter_batches(_BATCH):
                    yield _plain(batch, held)
        except (pa.ArrowInvalid, OSError) as error:
            raise AuditError(f"{part} cannot be read: {error}. The table is as it was before.") from error


def _plain(batch: "pa.RecordBatch", held: Sequence[Column]) -> "pa.RecordBatch":
    """The columns of the contract; lists and records as JSON text, and no character that the server refuses."""
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = []
    for column in held:
        values = batch.column(column.name)
        if column.kind == "text":
            values = pc.replace_substring(values, _NUL, _INSTEAD)
        elif column.kind in ("list", "records"):
            values = pa.array(_json(values.to_pylist()), pa.string())
        columns.append(values)
    return pa.RecordBatch.from_arrays(columns, names=[column.name for column in held])


def _json(values: list[Any]) -> Iterator[str]:
    for value in values:
        text = json_text(value) if value else "[]"
        yield json_text(_clean(value)) if "\\u0000" in text else text


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace(_NUL, _INSTEAD)
    if isinstance(value, list):
        return [_clean(item) for item in value]
    return {name: _clean(item) for name, item in value.items()} if isinstance(value, dict) else value
