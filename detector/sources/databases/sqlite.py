"""SQLite files by the standard library: opened for reading, and nothing but SELECT allowed."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from detector.errors import SourceError
from detector.sources.databases.base import Field, quoted
from detector.sources.raw import object_array
from detector.sources.shown import named

__all__ = ["opened"]

_BATCH = 50_000
_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}


class _SQLite:
    """An open file."""

    marker = "?"
    folds = False

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self._connection, self._name = connection, name

    def has(self, name: Sequence[str]) -> bool:
        """Whether there is a table or view of that name."""
        statement = "SELECT count(*) FROM sqlite_master WHERE type IN ('table', 'view') AND lower(name) = ?1"
        with self._errors("its list of tables"):
            return bool(self._connection.execute(statement, [name[-1]]).fetchone()[0])

    def fields(self, source: str, origin: str) -> list[Field]:
        """The columns, whose values may each be of any type; ids are compared as text."""
        statement = f"SELECT * FROM {source} LIMIT 0"  # noqa: S608 - names are quoted, queries are the user's
        with self._errors(origin), closing(self._connection.execute(statement)) as found:
            names = [column[0] for column in found.description]
        return [Field(name, quoted(name), compared=f"CAST({quoted(name)} AS text)") for name in names]

    def read(self, statement: str, parameters: Sequence[str | int], origin: str) -> tuple[list[Any], int]:
        """All rows, as one object array a column."""
        with self._errors(origin), closing(self._connection.execute(statement, list(parameters))) as cursor:
            width, n_rows = len(cursor.description), 0
            blocks: list[list[Any]] = [[object_array([])] * width]
            while rows := cursor.fetchmany(_BATCH):
                n_rows += len(rows)
                blocks.append([object_array(column) for column in zip(*rows, strict=True)])
        return [np.concatenate([block[i] for block in blocks]) for i in range(width)], n_rows

    @contextmanager
    def _errors(self, origin: str) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, sqlite3.Warning, OverflowError) as error:
            raise _failed(error, f"{self._name}, {origin}") from error


@contextmanager
def opened(path: Path, name: str) -> Iterator[tuple[_SQLite, str, tuple[str, ...]]]:
    """Open a file, and hand out the database, its name in messages, and what to say.

    Raises
    ------
    SourceError
        It cannot be opened.
    """
    try:
        connection = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True, timeout=10)
    except sqlite3.Error as error:
        raise _failed(error, name) from error
    connection.text_factory = _text
    connection.set_authorizer(_only_reading)
    with closing(connection):
        yield _SQLite(connection, name), name, ()


def _only_reading(action: int, *_: object) -> int:
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY


def _text(data: bytes) -> str:
    """Text as UTF-8; bytes that are none stay visible, and set their row aside where it matters."""
    return data.decode("utf-8", "surrogateescape")


def _failed(error: Exception, what: str) -> SourceError:
    said = named(error, 300)
    advice = "Check the file and the query"
    if "no such table" in said:
        advice = 'Name your tables with --table accounts=name, or write --query accounts="select ..."'
    elif "not authorized" in said or "readonly" in said or "one statement" in said:
        advice = "This tool reads only: write one SELECT"
    elif "malformed" in said or "not a database" in said:
        advice = "The file is damaged: restore or copy it again"
    elif "locked" in said:
        advice = "Another program is writing to it: run it again later"
    return SourceError(f"{what}: {said}. {advice}.")
