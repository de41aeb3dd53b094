"""A folder -> its files: tables by name (or folders of part files), else exports, else tables by their columns."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from detector.contract import TABLES
from detector.errors import SourceError, UnknownFormatError
from detector.sources.columns import known_names
from detector.sources.files import FileRead, read_as, read_file
from detector.sources.packed import unpacked
from detector.sources.raw import RawTable, object_array
from detector.sources.recognise import recognised
from detector.sources.shown import file_name, listed, named
from detector.sources.sniff import cannot_read, content_of, known_formats

__all__ = [
    "FolderRead",
    "entries_of",
    "files_below",
    "folder_values",
    "innermost",
    "left_aside",
    "read_folder",
    "table_files",
]

_TABLE_SUFFIXES = ("", ".parquet", ".pq", ".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".json", ".xlsx")
_PACKED_SUFFIXES = (".gz", ".bz2", ".xz", ".zst", ".zip")
_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"  # what Hive and Spark call the folder of rows without a value


@dataclass(frozen=True, slots=True)
class FolderRead:
    """Files that are tables, each with the table's name, files that are exports, and what to say."""

    tables: tuple[tuple[str, RawTable], ...]
    exports: tuple[FileRead, ...]
    notices: tuple[str, ...]


def read_folder(
    folder: Path, mapping: Mapping[str, str], elsewhere: Collection[Path] = (), root: Path | None = None
) -> FolderRead:
    """Read the files of a folder; hidden ones and those that start with ``_`` are no part of it.

    Parameters
    ----------
    folder
        Where they lie.
    mapping
        Contract name -> the file's own name.
    elsewhere
        Files below it that are read by another.
    root
        Messages name files below this; else below the folder.

    Raises
    ------
    SourceError
        It holds nothing we know, one table twice, or a file that is damaged.
    """
    root = root or folder
    entries = entries_of(folder)
    named_so = _named_so(entries)
    read = [
        (table, _with_folder_columns(read_file(part, root, mapping), folder))
        for table, path in named_so.items()
        for part in _parts(path)
    ]
    tables = [(table, one.raw) for table, one in read if one.raw is not None]
    exports = [one for _, one in read if one.raw is None]
    others = [file for path in entries if path not in named_so.values() for file in files_below(path)]
    others = [path for path in others if path not in elsewhere]
    if tables and not exports:
        return FolderRead(tuple(tables), (), left_aside([path.name for path in others]))
    loose, aside = _loose(others, root, mapping)
    exports += [one for one in loose if one.raw is None]
    raws = [one.raw for one in loose if one.raw is not None]
    if tables or exports:
        aside += [raw.origin for raw in raws]
    else:
        tables = recognised(raws, mapping)
    if not tables and not exports:
        raise SourceError(_nothing_in(folder, entries, root))
    return FolderRead(tuple(tables), tuple(exports), left_aside(aside))


def table_files(folder: Path) -> tuple[dict[str, list[Path]], list[Path]]:
    """The files of each table that lies in a folder under its name, and what else lies there.

    Raises
    ------
    SourceError
        One table is there twice, or is an empty folder.
    """
    entries = entries_of(folder)
    named_so = _named_so(entries)
    others = [path for path in entries if path not in named_so.values()]
    return {table: list(_parts(path)) for table, path in named_so.items()}, others


def innermost(folder: Path) -> Path:
    """The folder itself, or the only one that lies in it alone: archives of a folder hold it so."""
    entries = entries_of(folder)
    alone = entries[0] if len(entries) == 1 else folder
    is_plain = (
        alone.is_dir() and not alone.is_symlink() and alone.name not in TABLES and "=" not in alone.name
    )
    return innermost(alone) if alone != folder and is_plain else folder


def files_below(path: Path) -> Iterator[Path]:
    """All files that are a folder's: not hidden ones, links to folders, or what browsers keep beside a saved page."""
    if path.is_file():
        yield path
    elif path.is_dir() and not path.is_symlink() and not path.name.endswith("_files"):
        for entry in entries_of(path):
            yield from files_below(entry)


def entries_of(folder: Path) -> list[Path]:
    """What lies in a folder, in the order of names, without hidden ones and those that start with ``_``."""
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith((".", "_")))
    except OSError as error:
        raise cannot_read(named(folder.name, 200), error) from error


def _named_so(entries: list[Path]) -> dict[str, Path]:
    """The file or folder that is named as each table."""
    found = {}
    for table in TABLES:
        paths = [path for path in entries if _is_named(path, table)]
        if len(paths) > 1:
            raise SourceError(
                f"The folder has {table} more than once: {listed(path.name for path in paths)}. Which one counts? "
                "Remove the others."
            )
        if paths:
            found[table] = paths[0]
    return found


def _is_named(path: Path, table: str) -> bool:
    plain = path.with_suffix("") if path.suffix.lower() in _PACKED_SUFFIXES else path
    return plain.stem == table and plain.suffix.lower() in _TABLE_SUFFIXES


def _parts(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    entries = entries_of(path)
    if not entries:
        raise SourceError(
            f"The folder {named(path.name)} is empty. Expected its part files: write the table again."
        )
    for entry in entries:
        yield from _parts(entry)


def _with_folder_columns(one: FileRead, root: Path) -> FileRead:
    """Columns that partitioned tables keep in folder names: ``platform=tiktok/part-0.parquet``."""
    raw = one.raw
    if raw is None:
        return one
    more = {
        name: object_array([value] * raw.n_rows)
        for name, value in folder_values(one.path, root).items()
        if name not in raw.columns
    }
    if not more:
        return one
    return replace(one, raw=replace(raw, columns={**raw.columns, **more}))


def folder_values(path: Path, root: Path) -> dict[str, str | None]:
    """What the names of a file's folders say of its rows: ``platform=tiktok`` is a column and its value."""
    from urllib.parse import unquote

    pairs = [part.split("=", 1) for part in path.relative_to(root).parts[:-1] if "=" in part]
    return {name: None if value == _NO_VALUE else unquote(value) for name, value in pairs}


def _loose(paths: list[Path], folder: Path, mapping: Mapping[str, str]) -> tuple[list[FileRead], list[str]]:
    """Files whose names say nothing: those that hold something we know, and the names of the others.

    Notes and prose are left aside; JSON and Parquet that is damaged is an error, for it may be what was meant.
    """
    found, aside = [], []
    for path in paths:
        one = _one_loose(path, folder, mapping)
        has_key = one is not None and (
            one.raw is None or "account_id" in known_names(one.raw.columns, mapping)
        )
        if one is not None and has_key:
            found.append(one)
        else:
            aside.append(file_name(path, folder))
    return found, aside


def _one_loose(path: Path, folder: Path, mapping: Mapping[str, str]) -> FileRead | None:
    content = None
    try:
        with unpacked(path, file_name(path, folder)) as plain:
            content = content_of(*plain)
            return replace(read_as(content, plain, mapping), path=path)
    except UnknownFormatError:
        return None
    except SourceError:
        if content != "delimited":
            raise
        return None


def left_aside(names: list[str]) -> tuple[str, ...]:
    """What to say of files that are not read."""
    return (f"Files left aside, for they are no part of the source: {listed(names)}.",) if names else ()


def _nothing_in(folder: Path, entries: list[Path], root: Path) -> str:
    files = [file_name(path, root) for entry in entries for path in files_below(entry)]
    there = f"It holds {listed(files)}" if files else "It is empty"
    return (
        f"The folder {file_name(folder, root)} has no table. {there}; expected accounts, posts or snapshots as "
        f".parquet, .csv or .jsonl (or folders of part files) with account_id, or exports. {known_formats()}. "
        "Rename the files, or give one of them alone to learn what is wrong with it."
    )
