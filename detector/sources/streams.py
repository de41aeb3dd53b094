"""Streams: the Parquet files of a source that need not fit into memory, each table as runs of files of one schema.

What a source holds is found out from the files' footers alone. Tables whose columns can be typed row by row are
streamed; a column that has to be looked at as a whole (dates as people write them) is read by `detector.sources.read`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from detector.contract import TABLES, Kind
from detector.sources.archive import is_archive
from detector.sources.columns import check_mapped, known_names, looks_like_posts, resolve
from detector.sources.exports import table_format_of
from detector.sources.folder import files_below, folder_values, innermost, left_aside, table_files
from detector.sources.parquet import footer_of
from detector.sources.shown import file_name, listed, named, shown
from detector.sources.sniff import read_head

__all__ = ["NotStreamable", "Stream", "from_files", "is_plain", "parquet_streams", "stream_of"]


class NotStreamable(Exception):  # noqa: N818 - an answer that callers take, never said to a user as an error
    """A source that has to be read as a whole; the message says why, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class Stream:
    """Consecutive Parquet files of one table that have the same columns of the same types.

    Attributes
    ----------
    table : str
    paths, origins : tuple of str
        Where the files are, and how messages name them.
    names : mapping
        Contract name -> the files' own name, for the columns that are read.
    folders : mapping
        The files' own name -> its value in all rows, for columns that stand in the names of folders.
    doubtful : tuple of str
        Columns (own names) of text that hold counts or times: every value has to be plain, see `is_plain`.
    n_rows : int
    """

    table: str
    paths: tuple[str, ...]
    origins: tuple[str, ...]
    names: Mapping[str, str]
    folders: Mapping[str, str | None]
    doubtful: tuple[str, ...]
    n_rows: int

    @property
    def columns(self) -> list[str]:
        """Own names of the columns that lie in the files."""
        return [theirs for theirs in self.names.values() if theirs not in self.folders]


def parquet_streams(
    address: str | Path, mapping: Mapping[str, str]
) -> tuple[tuple[Stream, ...], tuple[str, ...]]:
    """The streams of a folder of Parquet tables, or of one Parquet file that is posts or snapshots, and what to say.

    Raises
    ------
    NotStreamable
        It is something else, or holds a column that cannot be typed row by row.
    SourceError
        A file is damaged, or has no key.
    """
    if not str(address).strip():
        raise NotStreamable("it is no address")
    path = Path(address).expanduser()
    if path.is_file():
        files = [_file(_table_of(path, mapping), path, path, {}, mapping)]
        others: list[Path] = []
    elif path.is_dir():
        root = innermost(path)
        found, others = table_files(root)
        if not found:
            raise NotStreamable("it is no folder of tables")
        archives = [file for one in others for file in files_below(one) if is_archive(file)]
        if archives:
            raise NotStreamable(f"{file_name(archives[0], root)} is an archive of more")
        files = [
            _file(table, part, root, folder_values(part, root), mapping)
            for table, parts in found.items()
            for part in parts
        ]
    else:
        raise NotStreamable("it is no folder of tables")
    check_mapped([column for one in files for column in one.columns], mapping)
    said = [*_notices(files), *left_aside([one.name for one in others])]
    return tuple(_runs(files)), tuple(said)


@dataclass(frozen=True, slots=True)
class _File:
    """One Parquet file: its footer, and what its columns are."""

    table: str
    path: Path
    origin: str
    columns: tuple[str, ...]
    types: tuple[str, ...]
    names: Mapping[str, str]
    folders: Mapping[str, str | None]
    doubtful: tuple[str, ...]
    n_rows: int
    notices: tuple[str, ...]

    @property
    def likeness(self) -> tuple[Any, ...]:
        return self.table, tuple(self.names.items()), self.types, tuple(self.folders.items())


_RESERVED = {"file_row_number", "file_index", "filename"}


def _file(
    table: str, path: Path, root: Path, folders: Mapping[str, str | None], mapping: Mapping[str, str]
) -> _File:
    origin = file_name(path, root)
    schema, n_rows = _footer(path, origin)
    if not mapping and table_format_of(schema.names) is not None:
        raise NotStreamable(f"{origin} is an export")
    if _RESERVED & {name.casefold() for name in schema.names} or _alike(schema.names):
        raise NotStreamable(f"{origin} has names of columns that a database cannot tell apart")
    beside = {name: value for name, value in folders.items() if name not in schema.names}
    columns = (*schema.names, *beside)
    resolved = resolve(table, origin, columns, mapping)
    kinds = {column.name: column.kind for column in TABLES[table]}
    names = {
        column.name: resolved.names[column.name] for column in TABLES[table] if column.name in resolved.names
    }
    doubtful = []
    for ours, theirs in names.items():
        if theirs not in beside and _is_doubtful(
            schema.field(theirs).type, kinds[ours], f"{origin}, {theirs}"
        ):
            doubtful.append(theirs)
    types = tuple(str(schema.field(theirs).type) for theirs in names.values() if theirs not in beside)
    return _File(
        table, path, origin, columns, types, names, beside, tuple(doubtful), n_rows, tuple(resolved.notices)
    )


def _footer(path: Path, origin: str) -> tuple[Any, int]:
    if not read_head(path, origin).startswith(b"PAR1"):
        raise NotStreamable(f"{origin} is not Parquet")
    return footer_of(path, origin)


def _alike(names: Sequence[str]) -> bool:
    return len({name.casefold() for name in names}) < len(names)


def _is_doubtful(arrow_type: Any, kind: Kind, where: str) -> bool:
    """Whether values of a column have to be looked at before it is known that each can be typed by itself.

    Raises
    ------
    NotStreamable
        They cannot.
    """
    from pyarrow import types

    found = arrow_type.value_type if types.is_dictionary(arrow_type) else arrow_type
    is_text = types.is_string(found) or types.is_large_string(found)
    is_whole = types.is_integer(found)
    fits = {
        "text": is_text or is_whole,
        "count": is_whole or types.is_floating(found),
        "flag": types.is_boolean(found) or is_whole or types.is_floating(found) or is_text,
        "time": types.is_date32(found) or types.is_timestamp(found),
    }
    if fits[kind] and not types.is_float16(found):
        return False
    if is_text and kind in ("count", "time"):
        return True
    raise NotStreamable(f"{where} is of type {shown(arrow_type)}")


def _table_of(path: Path, mapping: Mapping[str, str]) -> str:
    """Which table a lone file is, where its columns say so; accounts and snapshots look alike."""
    schema, _ = _footer(path, file_name(path, path))
    if looks_like_posts(schema.names, mapping):
        return "posts"
    names = known_names(schema.names, mapping)
    if "account_id" not in names:
        raise NotStreamable("it has no ids of accounts")
    return "snapshots" if "observed_at" in names and _has_several_looks(path, names) else "accounts"


def _has_several_looks(path: Path, names: Mapping[str, str]) -> bool:
    """Whether an account is there at several times: then the file is a history."""
    import duckdb

    from detector.sources.databases.base import quoted

    keys = ", ".join(quoted(names[ours]) for ours in ("platform", "account_id") if ours in names)
    time = quoted(names["observed_at"])
    with duckdb.connect(config={"threads": 2}) as connection:
        try:
            found = connection.execute(
                f"SELECT 1 FROM {from_files([str(path)])} GROUP BY {keys} HAVING min({time}) <> max({time}) LIMIT 1"  # noqa: S608
            ).fetchone()
        except duckdb.Error as error:
            raise NotStreamable(f"a database cannot read it: {named(error, 120)}") from error
    return found is not None


def from_files(paths: Sequence[str]) -> str:
    """What stands after FROM to read Parquet files, in their order, whatever their names."""
    texts = ", ".join("'" + _unglobbed(path).replace("'", "''") + "'" for path in paths)
    return (
        f"read_parquet([{texts}], file_row_number = true, hive_partitioning = false, union_by_name = false)"
    )


def _unglobbed(path: str) -> str:
    """The path with signs that stand for other signs taken as they are."""
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in path)


def _notices(files: Sequence[_File]) -> Iterator[str]:
    for table in TABLES:
        origins: dict[str, list[str]] = {}
        for one in files:
            if one.table == table:
                for notice in (*one.notices, *(["a header and no rows"] if one.n_rows == 0 else [])):
                    origins.setdefault(notice, []).append(one.origin)
        yield from (f"{listed(names, 3)}: {notice}." for notice, names in origins.items())


def _runs(files: Sequence[_File]) -> Iterator[Stream]:
    """Neighbours of one likeness as one stream, so that the order of rows is that of the source."""
    for _, group in groupby(files, key=lambda one: one.likeness):
        run = list(group)
        first = run[0]
        if sum(one.n_rows for one in run) == 0:
            continue
        yield Stream(
            first.table,
            tuple(str(one.path.resolve()) for one in run),
            tuple(one.origin for one in run),
            first.names,
            first.folders,
            first.doubtful,
            sum(one.n_rows for one in run),
        )


def stream_of(table: str, path: Path, origin: str, names: Mapping[str, str]) -> Stream:
    """The stream of one file whose columns are known already: contract name -> own name.

    Raises
    ------
    NotStreamable
        A column cannot be typed row by row.
    """
    schema, n_rows = footer_of(path, origin)
    kinds = {column.name: column.kind for column in TABLES[table]}
    doubtful = [
        theirs
        for ours, theirs in names.items()
        if _is_doubtful(schema.field(theirs).type, kinds[ours], f"{origin}, {theirs}")
    ]
    return Stream(table, (str(path.resolve()),), (origin,), names, {}, tuple(doubtful), n_rows)


def is_plain(kind: Kind, column: str) -> str:
    """An SQL condition: the text in a column says the same whatever stands in the other rows, or nothing."""
    pattern = {
        "count": "-?[0-9]{1,15}",
        "time": r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|\+00:00)?)?",
    }[kind]
    return f"({column} IS NULL OR regexp_full_match({column}, '{pattern}'))"
