"""Databases -> RawTables: PostgreSQL, SQLite and DuckDB, read-only, streamed, one file a kind.

A kind opens its database and offers what `base.Database` asks for; which tables and columns are read, and how one
account is asked for, is written once in `base`.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from detector.sources.databases.base import Database, Relation, check_relations, read_tables
from detector.sources.raw import RawTable

__all__ = ["check_relations", "read_database"]

_Opened = AbstractContextManager[tuple[Database, str, tuple[str, ...]]]


def read_database(
    scheme: str,
    where: str | Path,
    name: str,
    *,
    relations: Mapping[str, Relation | None],
    mapping: Mapping[str, str],
    account: str | None,
) -> tuple[list[tuple[str, RawTable]], tuple[str, ...]]:
    """Read the tables of a database.

    Parameters
    ----------
    scheme
        ``postgresql``, ``sqlite`` or ``duckdb``.
    where
        The address of a server, or a file.
    name
        How messages name a file.
    relations
        As `check_relations` gives it.
    mapping
        Contract name -> the database's own name.
    account
        Id or handle of the one account that is read.

    Returns
    -------
    tables : list of (table's name, RawTable)
    notices : tuple of str

    Raises
    ------
    SourceError
        It cannot be reached or read, now or halfway: what was read until then is not handed on.
    """
    with _opened(scheme, where, name) as (database, shown_as, notices):
        return read_tables(database, relations, mapping, account, shown_as), notices


def _opened(scheme: str, where: str | Path, name: str) -> _Opened:
    if scheme == "postgresql":
        from detector.sources.databases import postgres

        return postgres.opened(str(where))
    if scheme == "sqlite":
        from detector.sources.databases import sqlite

        return sqlite.opened(Path(where), name)
    from detector.sources.databases import duckdb

    return duckdb.opened(Path(where), name)
