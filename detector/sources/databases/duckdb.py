"""DuckDB files by DuckDB itself, which alone knows its format: opened for reading, and cut off from other files."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from detector.errors import SourceError
from detector.sources.databases.base import Field, quoted
from detector.sources.shown import named

__all__ = ["opened"]

_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": False,
    "autoload_known_extensions": False,
    "lock_configuration": True,
}
_BATCH = 100_000


class _DuckDB:
    """An open file."""

    marker = "$"
    folds = False

    def __init__(self, connection: Any, path: Path, name: str) -> None:
        self._connection, self._path, self._name = connection, path, name

    def has(self, name: Sequence[str]) -> bool:
        """Whether the main schema holds a table or view of that name."""
        statement = (
            "SELECT count(*) FROM information_schema.tables "
            "WHERE lower(table_name) = $1 AND table_schema = current_schema()"
        )
        columns, _ = self.read(statement, [name[-1]], "its list of tables")
        return bool(columns[0].to_pylist()[0])

    def fields(self, source: str, origin: str) -> list[Field]:
        """The columns; nested ones are left as they are, for no table of ours has any."""
        with self._errors(origin):
            schema = self._reader(f"SELECT * FROM {source} LIMIT 0", ()).schema  # noqa: S608 - names are quoted
        return [_field(field) for field in schema]

    def read(self, statement: str, parameters: Sequence[str | int], origin: str) -> tuple[list[Any], int]:
        """All rows as Arrow columns."""
        import pyarrow as pa

        with self._errors(origin):
            reader = self._reader(statement, parameters)
            table = pa.Table.from_batches(list(reader), reader.schema)
        return table.columns, table.num_rows

    def _reader(self, statement: str, parameters: Sequence[str | int]) -> Any:
        return self._connection.sql(statement, params=list(parameters)).to_arrow_reader(_BATCH)

    @contextmanager
    def _errors(self, origin: str) -> Iterator[None]:
        import duckdb

        try:
            yield
        except (duckdb.Error, OSError, ValueError) as error:
            raise _failed(error, self._path, f"{self._name}, {origin}") from error


@contextmanager
def opened(path: Path, name: str) -> Iterator[tuple[_DuckDB, str, tuple[str, ...]]]:
    """Open a file, and hand out the database, its name in messages, and what to say.

    Raises
    ------
    SourceError
        It cannot be opened.
    """
    import duckdb

    try:
        connection = duckdb.connect(str(path), read_only=True, config=_SETTINGS)
    except (duckdb.Error, OSError, ValueError) as error:
        raise _failed(error, path, name) from error
    with closing(connection):
        yield _DuckDB(connection, path, name), name, ()


def _field(field: Any) -> Field:
    import pyarrow as pa

    name = quoted(field.name)
    if pa.types.is_integer(field.type):
        return Field(field.name, name, "integer")
    return Field(
        field.name, name, compared=None if pa.types.is_string(field.type) else f"CAST({name} AS text)"
    )


def _failed(error: Exception, path: Path, what: str) -> SourceError:
    text = str(error).replace(str(path), what.split(",")[0])
    said = named(text.split("\n")[0].rstrip("!."), 300)
    advice = "Check the file and the query"
    if "does not exist" in said and "Table" in said:
        advice = 'Name your tables with --table accounts=schema.name, or write --query accounts="select ..."'
    elif "read-only" in said or "disabled by configuration" in said:
        advice = "This tool reads only, and this file alone: write one SELECT"
    elif "Could not set lock" in said or "onflicting lock" in said:
        advice = "Another program has it open for writing: close it, or copy the file"
    elif said.startswith(("IO Error", "Serialization", "INTERNAL", "Fatal", "Corrupt")):
        advice = "It may be damaged, or written by a newer DuckDB: copy it again"
    return SourceError(f"{what}: {said}. {advice}.")
