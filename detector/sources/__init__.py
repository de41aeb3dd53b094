"""Sources: files that people really have -> Tables. The first stage; it knows nothing of what is made of them.

A source is a folder of tables (accounts, posts, snapshots as Parquet, CSV, JSON lines or spreadsheets, or folders of
part files), one such file, exports in known formats, loose or in a zip archive, or a database. Content decides what a
file is, never its name.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detector.tables import Tables

__all__ = ["read"]


def read(
    address: str | Path,
    *,
    platform: str | None = None,
    mapping: Mapping[str, str] | None = None,
    account: str | None = None,
    tables: Mapping[str, str] | None = None,
    queries: Mapping[str, str] | None = None,
) -> "Tables":
    """Read a source.

    Parameters
    ----------
    address
        A folder, a zip archive, a file, or a database: ``postgresql://host/name``, ``sqlite:///path``,
        ``duckdb:///path``.
    platform
        Platform of rows that name none, under any common name (``TikTok``, ``twitter``).
    mapping
        Contract name -> the source's own name: ``{"followers": "follower_count"}``.
    account
        Id or handle of one account: its rows alone are kept. Files that name no account are taken as its own.
    tables, queries
        For a database: what a table of ours is read from, ``{"accounts": "schema.name"}`` or
        ``{"snapshots": "select ..."}``; an empty name leaves it out. Else the tables of our names that are there.

    Returns
    -------
    Tables
        For each table, rows read = rows kept + rows set aside. Counts may be negative: `detector.repair` judges.

    Raises
    ------
    SourceError
        Nothing there, empty, cut off, without a key column, or without the account asked for.
    UnknownFormatError
        A file that is none of the known formats.
    UsageError
        `platform`, `mapping`, `tables` or `queries` names something that does not exist.
    """
    from detector.sources.assemble import assemble, only_account
    from detector.sources.columns import check_mapping
    from detector.sources.databases import check_relations
    from detector.sources.gather import gather
    from detector.sources.keys import check_platform

    platform, checked = check_platform(platform), check_mapping(mapping)
    found = gather(address, checked, account, platform, check_relations(tables, queries))
    read = assemble(found.files, mapping=checked, platform=platform, notices=found.notices)
    return read if account is None else only_account(read, account, platform)
