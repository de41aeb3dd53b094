"""One file -> rows of a table, or documents of an export."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from detector.errors import SourceError, UnknownFormatError
from detector.sources.exports import ExportFormat, format_of, table_format_of
from detector.sources.exports.rows import Rows
from detector.sources.json_text import JsonFile, read_json, table_of_documents
from detector.sources.packed import Plain, unpacked
from detector.sources.raw import RawTable, Unreadable, object_array
from detector.sources.shown import as_text, file_name
from detector.sources.sniff import Content, content_of, known_formats
from detector.sources.times import read_times

__all__ = ["FileRead", "read_as", "read_file"]


@dataclass(frozen=True, slots=True)
class FileRead:
    """What a file holds: either a raw table, or the rows of export documents and what none could be made of."""

    path: Path
    name: str
    raw: RawTable | None = None
    exports: tuple[Rows, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    notices: tuple[str, ...] = ()


def read_file(path: Path, root: Path, mapping: Mapping[str, str]) -> FileRead:
    """Read one file, whatever its name.

    Parameters
    ----------
    path
        A regular file.
    root
        The source's folder (or the file itself): messages name the file below it.
    mapping
        Contract name -> the file's own name.

    Raises
    ------
    SourceError
        It is empty, cut off or damaged, or none of the known formats.
    """
    with unpacked(path, file_name(path, root)) as plain:
        return replace(read_as(content_of(*plain), plain, mapping), path=path)


def read_as(content: Content, plain: Plain, mapping: Mapping[str, str]) -> FileRead:
    """Read one file whose content is known already, and which is not compressed."""
    path, name = plain
    if content in ("sqlite", "duckdb"):
        raise UnknownFormatError(
            f"{name} is a database among other files, or compressed. Give the plain database file alone as SOURCE."
        )
    if content == "spreadsheet":
        from detector.sources.spreadsheet import read_spreadsheet

        return FileRead(path, name, read_spreadsheet(path, name, mapping))
    if content == "parquet":
        from detector.sources.parquet import read_parquet

        return _table(path, name, read_parquet(path, name, mapping), mapping)
    if content == "delimited":
        from detector.sources.delimited import read_delimited

        return _table(path, name, read_delimited(path, name, mapping), mapping)
    if content == "page":
        from detector.sources.web_page import read_page

        file = read_page(path, name)
        return _export(path, file, [format_of(document.value) for document in file.documents])
    file = read_json(path, name)
    formats = [format_of(document.value, flat=not mapping) for document in file.documents]
    if not any(formats):
        return FileRead(path, name, table_of_documents(file, mapping))
    return _export(path, file, formats)


def _table(path: Path, name: str, raw: RawTable, mapping: Mapping[str, str]) -> FileRead:
    """A table as it is, or the rows of the export that its columns give away; a mapping says that it is none."""
    found = None if mapping else table_format_of(raw.columns)
    if found is None or not raw.n_rows:
        return FileRead(path, name, raw)
    cells = {column: raw.values(column, "text").tolist() for column in raw.columns}
    rows = [dict(zip(cells, values, strict=True)) for values in zip(*cells.values(), strict=True)]
    made = found.read_table(rows, [raw.where(row) for row in range(raw.n_rows)])
    notices = (*raw.notices, *(f"{name}: {notice}." for notice in made.notices))
    return FileRead(path, name, None, (_with_times(made),), raw.unreadable, notices)


def _with_times(made: Rows) -> Rows:
    """The looks of a table with their times in one spelling: what a date means may depend on the whole column."""
    times = read_times(object_array([row.get("observed_at") for row in made.accounts]))[0]
    told = [{} if str(time) == "NaT" else {"observed_at": str(time)} for time in times]
    return replace(made, accounts=tuple(row | time for row, time in zip(made.accounts, told, strict=True)))


def _export(path: Path, file: JsonFile, formats: list[ExportFormat | None]) -> FileRead:
    rows, unreadable = [], list(file.unreadable)
    for document, found in zip(file.documents, formats, strict=True):
        made = Rows() if found is None else found.read(document.value, document.where)
        if made.accounts or made.posts:
            rows.append(made)
            continue
        empty = (
            f"no account and no post in it ({made.remark})" if made.remark else "no account and no post in it"
        )
        reason = "an export of no known format" if found is None else empty
        unreadable.append(
            Unreadable(document.where, reason, known_formats(), {"value": as_text(document.value)})
        )
    if not rows:
        reasons = dict.fromkeys(lost.reason for lost in unreadable)
        raise SourceError(
            f"{file.name} cannot be used: {'; '.join([*reasons][:3])}. Export the creator again."
        )
    return FileRead(path, file.name, None, tuple(rows), tuple(unreadable), file.notices)
