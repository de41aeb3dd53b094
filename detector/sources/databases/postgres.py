"""PostgreSQL by ADBC: one read-only transaction, rows streamed as Arrow batches."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from detector.errors import SourceError
from detector.sources.address import PostgresAddress, postgres_address
from detector.sources.databases.base import Field, quoted
from detector.sources.shown import named

__all__ = ["connected", "opened", "said"]

_START = (
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",  # all tables as of one moment, and none changed
    "SET LOCAL synchronize_seqscans = off",  # the same rows in the same order each time
    "SET LOCAL max_parallel_workers_per_gather = 0",
)
_SAID = re.compile(r"(?:ERROR|FATAL|PANIC):\s*(.+?)(?:\n|$)")
_ADVICE = {
    "28P01": "Give the password in PGPASSWORD or a password file",
    "28000": "Check the user and how the server lets it in",
    "3D000": "Check the name of the database",
    "42501": "Ask for the right to SELECT",
    "42P01": 'Name your tables with --table accounts=schema.name, or write --query accounts="select ..."',
    "42703": "Check the query",
    "25006": "This tool reads only: write a SELECT that changes nothing",
}
_STATE_BY_WORDS = {  # of errors that come without a state: on connecting, and while rows are streamed
    "password authentication failed": "28P01",
    "no password supplied": "28P01",
    "read-only transaction": "25006",
}
_UNREACHABLE = "cannot be reached"
_CLOSED = "Nothing was scored, for rows would be missing: run it again"


class _Counted:
    """How many rows have come so far, for the message of an error on the way."""

    def __init__(self) -> None:
        self.n_rows = 0


class _Postgres:
    """An open connection, in its one transaction."""

    marker = "$"
    folds = True

    def __init__(self, connection: Any, address: PostgresAddress) -> None:
        self._connection, self._address = connection, address

    def has(self, name: Sequence[str]) -> bool:
        """Whether the search path holds such a table."""
        path = ".".join(map(quoted, name))
        columns, _ = self.read("SELECT to_regclass($1) IS NOT NULL", [path], f"{self._address.shown}")
        return bool(columns[0].to_pylist()[0])

    def fields(self, source: str, origin: str) -> list[Field]:
        """The columns; what Arrow has no type of its own for is selected as text."""
        with self._cursor(origin) as cursor:
            cursor.execute(f"SELECT * FROM {source} LIMIT 0")  # noqa: S608 - names are quoted, queries are the user's
            schema = cursor.fetch_record_batch().schema
        return [_field(field) for field in schema]

    def read(self, statement: str, parameters: Sequence[str | int], origin: str) -> tuple[list[Any], int]:
        """All rows as Arrow columns."""
        import pyarrow as pa

        counted, batches = _Counted(), []
        with self._cursor(origin, counted) as cursor:
            cursor.execute(statement, parameters=list(parameters) or None)
            reader = cursor.fetch_record_batch()
            for batch in reader:
                batches.append(batch)
                counted.n_rows += batch.num_rows
            table = pa.Table.from_batches(batches, reader.schema)
        return table.columns, table.num_rows

    def stream(self, statement: str, origin: str) -> Iterator[Any]:
        """The rows as Arrow batches, one after the other; errors as those of `read`."""
        counted = _Counted()
        with self._cursor(origin, counted) as cursor:
            cursor.execute(statement)
            for batch in cursor.fetch_record_batch():
                counted.n_rows += batch.num_rows
                yield batch

    @contextmanager
    def _cursor(self, origin: str, counted: "_Counted | None" = None) -> Iterator[Any]:
        from adbc_driver_manager import Error

        cursor = self._connection.cursor()
        try:
            yield cursor
        except (Error, OSError, ValueError) as error:
            n_rows = 0 if counted is None else counted.n_rows
            raise _failed(error, f"{self._address.shown}, {origin}", self._address, n_rows) from error
        finally:
            with suppress(Error, OSError):  # a dead connection has been spoken of
                cursor.close()


@contextmanager
def opened(address: str) -> Iterator[tuple[_Postgres, str, tuple[str, ...]]]:
    """Connect, and hand out the database, its name in messages, and what to say.

    Raises
    ------
    SourceError
        No driver is installed, there is no server, or it does not let us in.
    """
    known = postgres_address(address)
    connection = connected(known)
    notices = (
        "The password stands in the address, where other users of this machine can see it in the list of processes. "
        "PGPASSWORD or a password file keeps it to yourself.",
    )
    try:
        database = _Postgres(connection, known)
        for statement in _START:
            with database._cursor("start of the transaction") as cursor:
                cursor.execute(statement)
        yield database, known.shown, notices if known.secrets else ()
    finally:
        with suppress(Exception):  # the server may be gone
            connection.close()


def connected(address: PostgresAddress) -> Any:
    """A connection of the driver's own; what is done with it, and its end, are the caller's.

    Raises
    ------
    SourceError
        No driver is installed, there is no server, or it does not let us in.
    """
    try:
        from adbc_driver_manager import Error
        from adbc_driver_postgresql import dbapi
    except ImportError as error:
        raise SourceError(
            f"{address.shown} needs the package adbc-driver-postgresql, which is not installed. Install it: "
            "pip install 'bot-suspicion[postgres]'."
        ) from error
    try:
        return dbapi.connect(address.uri)
    except (Error, OSError, ValueError) as error:
        raise _failed(error, f"{address.shown} {_UNREACHABLE}", address, 0) from error


def _failed(error: Exception, what: str, address: PostgresAddress, n_rows: int) -> SourceError:
    """One sentence of what the server said, and what to do."""
    after = f" (after {n_rows:,} rows)" if n_rows else ""
    return SourceError(f"{what}: {said(error, address)}{after}. {_advice(error, str(error), what)}.")


def said(error: Exception, address: PostgresAddress) -> str:
    """What the server or the driver said, in a sentence without its full stop and without passwords."""
    text = str(error)
    found = _SAID.search(text)
    reason = found[1] if found else text.split("\n")[0].split("[libpq] ")[-1]
    return named(address.hide(reason.strip().rstrip(".")), 300)


def _advice(error: Exception, text: str, what: str) -> str:
    found = re.search(r"SQLSTATE: (\w{5})", text)
    state = getattr(error, "sqlstate", None) or (found[1] if found else "")
    by_words = next((known for words, known in _STATE_BY_WORDS.items() if words in text), state)
    if by_words in _ADVICE:
        return _ADVICE[by_words]
    if what.endswith(_UNREACHABLE):
        return "Check the server, the address and the network"
    return _CLOSED if "connection" in text.lower() or "SSL" in text else "Check the query"


def _field(field: Any) -> Field:
    import pyarrow as pa

    name, storage = quoted(field.name), field.type
    if pa.types.is_integer(storage):
        return Field(field.name, name, "integer")
    kind = (field.metadata or {}).get(b"POSTGRESQL:type", b"").decode()
    if kind == "numeric":  # digits, without the zeros after the point that its scale may demand
        return Field(field.name, f"regexp_replace(CAST({name} AS text), '\\.0*$', '')")
    is_plain = isinstance(storage, pa.DataType) and not isinstance(storage, pa.BaseExtensionType)
    if is_plain and (pa.types.is_primitive(storage) or kind in ("text", "varchar")):
        return Field(field.name, name)
    return Field(field.name, f"CAST({name} AS text)")
