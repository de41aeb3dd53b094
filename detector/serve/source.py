"""Source: the rows of one account of what an audit read, without the rows of the others where that can be done.

Of Parquet tables DuckDB picks them out, a database is asked for them by parameter; other sources are read as a whole.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detector.errors import SourceError

if TYPE_CHECKING:
    from detector.sources.streams import Stream
    from detector.tables import Tables

__all__ = ["read_account"]

Key = tuple[str, str]

_BATCH = 10_000


def read_account(source: Mapping[str, Any], key: Key, scratch: Path) -> "Tables":
    """Tables that hold an account, with others or without.

    Parameters
    ----------
    source
        `source`, `platform`, `mapping`, `tables` and `queries`, as the settings of an audit say them.
    key
        Platform and id.
    scratch
        An empty folder to work in.

    Raises
    ------
    SourceError
        The source is gone or cannot be read, or holds no row of the account.
    """
    from detector.sources import read
    from detector.sources.address import scheme_of

    address = str(source["source"])
    options = {name: source.get(name) or None for name in ("mapping", "tables", "queries")}
    platform = source.get("platform") or None
    if scheme_of(address) is not None or options["tables"] or options["queries"]:
        return read(address, platform=platform or key[0], account=key[1], **options)
    picked = _picked(address, options["mapping"], key, scratch)
    return read(picked or address, platform=platform, mapping=options["mapping"])


def _picked(address: str, mapping: Mapping[str, str] | None, key: Key, scratch: Path) -> Path | None:
    """A folder with the rows of the account out of Parquet tables; None where the source is something else."""
    from detector.sources.columns import check_mapping
    from detector.sources.streams import NotStreamable, parquet_streams

    try:
        streams, _ = parquet_streams(address, check_mapping(mapping))
    except NotStreamable:
        return None
    folder = scratch / "picked"
    if not _write(streams, key[1], folder):
        raise SourceError("The source does not hold this account any more.")
    return folder


def _write(streams: Sequence["Stream"], account_id: str, folder: Path) -> int:
    """Write the rows of an id, table by table; how many there are."""
    import duckdb
    import pyarrow.parquet as pq

    n_rows = 0
    with duckdb.connect(config={"threads": 2, "memory_limit": "1GB"}) as connection:
        for number, stream in enumerate(streams):
            statement, parameters = _rows(stream, account_id)
            rows = connection.sql(statement, params=parameters).to_arrow_reader(_BATCH).read_all()
            if rows.num_rows:
                (folder / stream.table).mkdir(parents=True, exist_ok=True)
                pq.write_table(rows, folder / stream.table / f"part-{number}.parquet")
                n_rows += rows.num_rows
    return n_rows


def _rows(stream: "Stream", account_id: str) -> tuple[str, list[Any]]:
    """A SELECT of the rows of an id under the files' own names, and its parameters."""
    from detector.sources.databases.base import quoted
    from detector.sources.streams import from_files

    folders = list(stream.folders.items())
    columns = [quoted(name) for name in stream.columns]
    columns += [f"CAST(? AS VARCHAR) AS {quoted(name)}" for name, _ in folders]
    theirs = stream.names["account_id"]
    own = "CAST(? AS VARCHAR)" if theirs in stream.folders else f"CAST({quoted(theirs)} AS VARCHAR)"
    values = [value for _, value in folders]
    values += [stream.folders[theirs]] if theirs in stream.folders else []
    statement = f"SELECT {', '.join(columns)} FROM {from_files(stream.paths)} WHERE trim({own}) = ?"  # noqa: S608
    return statement, [*values, account_id]
