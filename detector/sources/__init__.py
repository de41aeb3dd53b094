"""Sources: files that people really have -> Tables. The first stage; it knows nothing of what is made of them.

A source is a folder of tables (accounts, posts, snapshots as Parquet, CSV or JSON lines, or folders of part
files), one such file, or exports in known formats, loose or in a zip archive. Content decides what a file is, never
its name.
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
) -> "Tables":
    """Read a source.

    Parameters
    ----------
    address
        A folder, a zip archive or a file.
    platform
        Platform of rows that name none, under any common name (``TikTok``, ``twitter``).
    mapping
        Contract name -> the source's own name: ``{"followers": "follower_count"}``.
    account
        Id or handle of one account: its rows alone are kept. Files that name no account are taken as its own.

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
        `platform` or `mapping` names something that does not exist.
    """
    from detector.sources.assemble import assemble, only_account
    from detector.sources.columns import check_mapping
    from detector.sources.gather import gather
    from detector.sources.keys import check_platform

    platform, checked = check_platform(platform), check_mapping(mapping)
    found = gather(address, checked, account, platform)
    tables = assemble(found.files, mapping=checked, platform=platform, notices=found.notices)
    return tables if account is None else only_account(tables, account, platform)
