"""Staging: what a source is read from, as Parquet files that can be read twice.

A folder of Parquet is read where it lies. A PostgreSQL database is copied batch by batch in one transaction, so that
all tables are as of one moment. Anything else is read as a whole, as `detector score` does, and written down.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from detector.audit.settings import AuditSettings
from detector.contract import TABLES
from detector.sources.address import file_of, masked, scheme_of
from detector.sources.folder import entries_of, files_below
from detector.sources.shown import named
from detector.sources.sniff import cannot_read
from detector.sources.streams import NotStreamable, Stream, from_files, is_plain, parquet_streams, stream_of
from detector.tables import SetAside, Table

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Staged", "fingerprint", "read_whole", "stage"]

BATCH = 250_000
"""Rows of a batch: some 20 MB of eight columns."""


@dataclass(frozen=True, slots=True)
class Staged:
    """Where the rows are, what was set aside on the way here, and what to say.

    `rows_read` counts the rows met by table where some were set aside already, else is empty.
    """

    streams: tuple[Stream, ...]
    notices: tuple[str, ...]
    set_aside: tuple[SetAside, ...] = ()
    rows_read: Mapping[str, int] | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Staged":
        def stream(one: Mapping[str, Any]) -> Stream:
            values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in one.items()}
            return Stream(**values)

        streams = tuple(stream(one) for one in plain["streams"])
        aside = tuple(SetAside(**one) for one in plain["set_aside"])
        return cls(streams, tuple(plain["notices"]), aside, plain["rows_read"])


def stage(settings: AuditSettings, folder: Path) -> Staged:
    """Make the rows of a source readable as often as needed; what has to be copied goes into `folder`.

    Raises
    ------
    SourceError
        As `detector.sources.read`.
    """
    from detector.sources.columns import check_mapping
    from detector.sources.databases import check_relations
    from detector.sources.keys import check_platform

    mapping, _ = check_mapping(settings.mapping), check_platform(settings.platform)
    relations = check_relations(settings.tables, settings.queries)
    try:
        if scheme_of(settings.source) == "postgresql":
            return _copied(settings, relations, mapping, folder)
        if scheme_of(settings.source) is not None or relations:
            raise NotStreamable("it is a database in a file")
        streams, notices = parquet_streams(settings.source, mapping)
        _check_plain(streams)
        return Staged(streams, notices)
    except NotStreamable as why:
        return read_whole(settings, folder, str(why))


def _check_plain(streams: tuple[Stream, ...]) -> None:
    """Find out whether the texts of doubtful columns are plain.

    Raises
    ------
    NotStreamable
        One is not.
    """
    import duckdb

    from detector.sources.databases.base import quoted

    for stream in streams:
        kinds = {stream.names[c.name]: c.kind for c in TABLES[stream.table] if c.name in stream.names}
        for column in stream.doubtful:
            with duckdb.connect(config={"threads": 2}) as connection:
                plain = connection.execute(
                    f"SELECT bool_and({is_plain(kinds[column], quoted(column))}) FROM {from_files(stream.paths)}"  # noqa: S608
                ).fetchone()
            if plain is not None and plain[0] is False:
                raise NotStreamable(
                    f"{stream.origins[0]}, {column} holds text that has to be read as a whole"
                )


def read_whole(settings: AuditSettings, folder: Path, why: str) -> Staged:
    """Read a source as `detector score` does, and write its rows down; `why` is told in a notice."""
    from detector.sources import read

    tables = read(
        settings.source,
        platform=settings.platform,
        mapping=settings.mapping,
        tables=settings.tables or None,
        queries=settings.queries or None,
    )
    said = (
        f"The source was read into memory as a whole ({why}): --memory holds from there on. "
        "Folders of Parquet tables and PostgreSQL are streamed."
    )
    streams = []
    for name in TABLES:
        table: Table = getattr(tables, name)
        if len(table):
            streams.append(_written(table, folder))
    return Staged(tuple(streams), (*tables.notices, said), tables.set_aside, dict(tables.rows_read))


def _written(table: Table, folder: Path) -> Stream:
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{table.name}.parquet"
    columns = {name: _arrow(pa, values) for name, values in table.columns.items()}
    pq.write_table(pa.table(columns), path, row_group_size=BATCH)
    names = {name: name for name in columns}
    return Stream(table.name, (str(path.resolve()),), (table.name,), names, {}, (), len(table))


def _arrow(pa: Any, values: Any) -> Any:
    if values.dtype.kind == "M":
        return pa.array(values, pa.timestamp("us"))
    if values.dtype.kind == "f":
        return pa.array(values, mask=np.isnan(values))
    texts = [
        None if text is None else text.encode("utf-8", "replace").decode("utf-8") for text in values.tolist()
    ]
    return pa.array(texts, pa.string())


def _copied(
    settings: AuditSettings, relations: Mapping[str, Any], mapping: Mapping[str, str], folder: Path
) -> Staged:
    from detector.sources.databases import postgres
    from detector.sources.databases.base import selections

    streams: list[Stream] = []
    notices: list[str] = []
    with postgres.opened(settings.source) as (database, shown_as, said):
        notices += said
        for relation in selections(database, relations, mapping, shown_as):
            batches = database.stream(relation.statement, relation.origin)
            stream = _saved(relation, batches, folder)
            notices += [f"{relation.origin}: {notice}." for notice in relation.resolved.notices]
            streams += [] if stream is None else [stream]
    found = tuple(streams)
    _check_plain(found)
    return Staged(found, tuple(dict.fromkeys(notices)))


def _saved(relation: Any, batches: "Iterator[pa.RecordBatch]", folder: Path) -> Stream | None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{relation.table}.parquet"
    writer = None
    try:
        for batch in batches:
            if writer is None:
                writer = pq.ParquetWriter(path, batch.schema.remove_metadata())
            writer.write_table(pa.Table.from_batches([batch]).replace_schema_metadata(None))
    finally:
        if writer is not None:
            writer.close()
    if writer is None:
        return None
    return stream_of(relation.table, path, relation.origin, relation.resolved.names)


def _files(folder: Path) -> list[Path]:
    """All files of a source: hidden ones and those that start with ``_`` are no part of it."""
    if not folder.is_dir():
        return []
    return [file for entry in entries_of(folder) for file in files_below(entry)]


def fingerprint(source: str) -> str | None:
    """What tells whether the files of a source are still the same: names, sizes and times. None for a server."""
    import hashlib

    scheme = scheme_of(source)
    if scheme == "postgresql":
        return None
    root = Path(file_of(source) if scheme else source).expanduser()
    try:
        files = [root] if root.is_file() else _files(root)
        stats = [(path, path.stat()) for path in files]
    except OSError as error:
        raise cannot_read(named(str(root), 200), error) from error
    seen = [[path.relative_to(root).as_posix(), stat.st_size, stat.st_mtime_ns] for path, stat in stats]
    return hashlib.sha256(json.dumps([masked(str(root.resolve())), seen]).encode()).hexdigest()
