"""An address -> all its rows: a file, a folder or an archive, tables as they are, exports joined into tables."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from detector.contract import TABLES
from detector.errors import SourceError, UsageError
from detector.sources.address import file_of, scheme_of
from detector.sources.archive import is_archive, unpacked
from detector.sources.columns import known_names
from detector.sources.databases import read_database
from detector.sources.databases.base import Relation
from detector.sources.exports.joining import joined
from detector.sources.files import FileRead, read_file
from detector.sources.folder import FolderRead, entries_of, files_below, innermost, read_folder
from detector.sources.raw import RawTable, object_array
from detector.sources.recognise import recognised
from detector.sources.shown import file_name, listed, named, near, shown
from detector.sources.sniff import database_of, read_head

__all__ = ["Gathered", "gather"]


@dataclass(frozen=True, slots=True)
class Gathered:
    """Raw tables, each with the name of the table its rows belong to, and what to say."""

    files: tuple[tuple[str, RawTable], ...]
    notices: tuple[str, ...] = ()


def gather(
    address: str | Path,
    mapping: Mapping[str, str],
    account: str | None = None,
    platform: str | None = None,
    relations: Mapping[str, Relation | None] | None = None,
) -> Gathered:
    """Read all files of a source, or the tables of a database, into raw tables.

    Parameters
    ----------
    address
        A folder, a zip archive (read like one), a file, or the address of a database.
    mapping
        Contract name -> the source's own name.
    account, platform
        Whose rows those are that name nobody, and of which platform. A database hands out no other account.
    relations
        What a database's tables are read from, as `check_relations` gives it.

    Raises
    ------
    SourceError
        There is nothing at the address, nothing in it that we know, or a file that cannot be read.
    """
    scheme = scheme_of(address)
    server = scheme == "postgresql"
    path = Path() if server else _existing(file_of(str(address)) if scheme else address)
    found_scheme = scheme or _database_file(path)
    if found_scheme is not None:
        where, name = (str(address), "") if server else (path, file_name(path, path))
        read, notices = read_database(
            found_scheme, where, name, relations=relations or {}, mapping=mapping, account=account
        )
        return Gathered(tuple(read), notices)
    if relations:
        raise UsageError(
            f"--table and --query are for databases, and {named(path.name, 200)} is none. Leave them out."
        )
    origin = file_name(path, path)
    if path.is_dir() or is_archive(path):
        found = _folder(path, origin, mapping)
        tables = tuple((table, _of_account(raw, mapping, account)) for table, raw in found.tables)
        if not found.exports:
            return Gathered(tables, found.notices)
        exports = _exports(origin, found.exports, {} if found.tables else mapping, account, platform)
        return Gathered((*tables, *exports.files), (*found.notices, *exports.notices))
    one = read_file(path, path, mapping)
    if one.raw is None:
        return _exports(origin, [one], mapping, account, platform)
    return Gathered(tuple(recognised([_of_account(one.raw, mapping, account)], mapping)))


def _database_file(path: Path) -> str | None:
    """Which database a file is; None for other files and folders."""
    if not path.is_file() or path.stat().st_size == 0:
        return None
    name = file_name(path, path)
    return database_of(read_head(path, name))


def _folder(path: Path, origin: str, mapping: Mapping[str, str]) -> FolderRead:
    """What a folder and the archives in it hold, or an archive alone."""
    if path.is_file():
        with unpacked(path, origin) as archive:
            found = read_folder(innermost(archive.files), mapping, root=archive.root)
            return replace(found, notices=(*archive.notices, *found.notices))
    path = innermost(path)
    parts_of_tables = [one for one in entries_of(path) if one.is_dir() and one.name in TABLES]
    loose = [file for one in entries_of(path) if one not in parts_of_tables for file in files_below(one)]
    archives = [one for one in loose if is_archive(one)]
    parts = [_folder(one, file_name(one, path), mapping) for one in archives]
    if parts_of_tables or not archives or len(archives) < len(loose):
        parts.insert(0, read_folder(path, mapping, archives))
    return FolderRead(
        tuple(table for part in parts for table in part.tables),
        tuple(export for part in parts for export in part.exports),
        tuple(notice for part in parts for notice in part.notices),
    )


def _of_account(raw: RawTable, mapping: Mapping[str, str], account: str | None) -> RawTable:
    """The table with a column that names the account given, where it has none."""
    if account is None or "account_id" in known_names((*raw.columns, *raw.others), mapping):
        return raw
    said = f"{raw.origin}: no account is named there; the rows are taken as those of {shown(account)}."
    columns = {**raw.columns, "account_id": object_array([account.strip().lstrip("@")] * raw.n_rows)}
    return replace(raw, columns=columns, notices=(*raw.notices, said))


def _exports(
    origin: str,
    read: Sequence[FileRead],
    mapping: Mapping[str, str],
    account: str | None,
    platform: str | None,
) -> Gathered:
    if mapping:
        raise SourceError(
            f"{origin} is an export whose columns are known: a mapping (of {listed(mapping)}) has nothing to map. "
            "Leave --map out."
        )
    files, notices = joined(origin, [(one.name, one.exports) for one in read], account, platform)
    lost = tuple(row for one in read for row in one.unreadable)
    if lost:  # whatever they were meant to be, they count as rows of accounts
        empty = RawTable(origin, {"platform": object_array([]), "account_id": object_array([])}, 0)
        tables = {"accounts": empty, **dict(files)}
        files = list({**tables, "accounts": replace(tables["accounts"], unreadable=lost)}.items())
    return Gathered(tuple(files), (*(notice for one in read for notice in one.notices), *notices))


_PIPE = "A source may be looked at more than once: save what comes from elsewhere as a file, and give that."


def _existing(address: str | Path) -> Path:
    text = str(address)
    if not text.strip():  # Path("") would be the current folder
        raise SourceError(
            "The address of the source is empty, as a variable that is not set leaves it. Give a file, a folder or a "
            "database."
        )
    try:
        path = Path(address).expanduser()
        if path.is_dir() or path.is_file():
            return path
        there = path.exists()
    except (
        OSError,
        ValueError,
        RuntimeError,
    ) as error:  # a name too long or with NUL, a home that is not there
        raise SourceError(
            f"{named(text, 200)} cannot be looked up: {error.args[-1]}. Check the address."
        ) from error
    if there:
        raise SourceError(f"{named(text, 200)} is neither a file nor a folder. {_PIPE}")
    if text == "-":
        raise SourceError(f"Standard input is no source. {_PIPE}")
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", text):
        raise SourceError(
            f"{named(text.split('://')[0])}:// addresses cannot be read; those of postgresql://, sqlite:/// and "
            "duckdb:/// can. Save what is there as a file: Parquet, CSV, or JSON as it came."
        )
    raise SourceError(f"There is no file or folder {named(text, 200)}. {_neighbour(path)}")


def _neighbour(path: Path) -> str:
    try:
        close = near(path.name, [found.name for found in path.parent.iterdir()])
    except OSError:
        close = None
    return (
        f"Did you mean {named(close)}?"
        if close
        else "Check the address; it is looked up from the current folder."
    )
