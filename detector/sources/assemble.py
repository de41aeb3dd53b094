"""Files -> Tables: typed one by one, joined, duplicates and unusable rows set aside, all rows accounted for."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from detector.contract import TABLES
from detector.errors import SourceError
from detector.how_many import how_many
from detector.sources.columns import check_mapped
from detector.sources.duplicates import REASONS, kept_instead
from detector.sources.keys import id_notices
from detector.sources.raw import RawTable, plain
from detector.sources.shown import listed, named, near, shown
from detector.sources.typed import Typed, typed
from detector.tables import SetAside, Table, Tables

__all__ = ["assemble", "only_account", "without_duplicates"]


def assemble(
    files: Sequence[tuple[str, RawTable]],
    *,
    mapping: Mapping[str, str],
    platform: str | None,
    notices: Sequence[str] = (),
) -> Tables:
    """All files of a source as Tables.

    Parameters
    ----------
    files
        Pairs of a table's name and a file that holds rows of it.
    mapping, platform
        As in `detector.sources.read`, checked.
    notices
        What was said so far.

    Returns
    -------
    Tables
        With rows read = rows kept + rows set aside for each table.
    """
    check_mapped([column for _, raw in files for column in (*raw.columns, *raw.others)], mapping)
    said, set_aside, tables, rows_read = list(notices), [], {}, {}
    for name in TABLES:
        parts = [typed(name, raw, mapping, platform) for table, raw in files if table == name]
        said += _notices(name, parts)
        set_aside += [row for part in parts for row in part.set_aside]
        rows_read[name] = sum(part.rows_read for part in parts)
        tables[name], twice = without_duplicates(name, parts)
        said += id_notices(name, tables[name].column("account_id"))
        set_aside += twice
    return Tables(
        tables["accounts"],
        tables["posts"],
        tables["snapshots"],
        tuple(set_aside),
        tuple(dict.fromkeys(said)),
        rows_read=rows_read,
    )


def only_account(tables: Tables, wanted: str, platform: str | None) -> Tables:
    """The tables with the rows of one account alone, given its id or its handle (with or without ``@``).

    Raises
    ------
    SourceError
        The source has no such account, or several.
    """
    found = _accounts_called(tables, wanted)
    if platform is not None and len(found) > 1:
        found = [key for key in found if key[0] == platform] or found
    if not found:
        lost = [row for row in tables.set_aside if _is_of(row, ("", wanted))]
        why = f" Its rows were set aside: {lost[0].where}: {lost[0].reason}." if lost else ""
        names = _names(tables)
        close = near(wanted.strip().lstrip("@"), names) if len(names) <= _SEARCHED else None
        meant = f" Did you mean {named(close)}?" if close else ""
        raise SourceError(
            f"There is no account {shown(wanted)} among the {len(names)} of this source "
            f"({listed(names, 5)}).{why}{meant} Give an account_id or a handle that it holds."
        )
    if len(found) > 1:
        raise SourceError(
            f"{shown(wanted)} is {len(found)} accounts here: {listed(f'{a} {b}' for a, b in found)}. "
            "Give the account_id of one, or --platform too."
        )
    kept = {name: _of_account(getattr(tables, name), found[0]) for name in TABLES}
    aside = tuple(row for row in tables.set_aside if _is_of(row, found[0]))
    counted = {name: len(kept[name]) + sum(row.table == name for row in aside) for name in TABLES}
    return Tables(
        kept["accounts"], kept["posts"], kept["snapshots"], aside, tables.notices, tables.faults, counted
    )


_SEARCHED = 20_000
"""Names among which the nearest one is looked for: half a second."""


def _names(tables: Tables) -> list[str]:
    """What each account is called: by its handle, or by its id where it has none."""
    rows = tables.accounts
    keys = zip(rows.column("platform"), rows.column("account_id"), strict=True)
    handles = dict(zip(keys, rows.column("handle"), strict=True))
    return [handles.get(key) or key[1] for key in tables.keys()]  # noqa: SIM118 - no dictionary


def _notices(name: str, parts: Sequence[Typed]) -> list[str]:
    """What to say of a table's files, each thing once however many part files it is true of."""
    origins: dict[str, list[str]] = {}
    for part in parts:
        for notice in (*part.notices, *(["a header and no rows"] if part.rows_read == 0 else [])):
            origins.setdefault(notice, []).append(part.raw.origin)
    said = list(dict.fromkeys(notice for part in parts for notice in part.raw.notices))
    said += [f"{listed(files, 3)}: {notice}." for notice, files in origins.items()]
    n_cleaned = sum(part.n_cleaned for part in parts)
    if n_cleaned:
        said.append(f"{name}: control characters were taken out of {how_many(n_cleaned, 'handle')}.")
    return said


def without_duplicates(name: str, parts: Sequence[Typed]) -> tuple[Table, list[SetAside]]:
    """The typed files of a table as one, each row once, and the rows that another one replaces."""
    table = _joined(name, [part.table for part in parts])
    kept = kept_instead(table)
    twice = np.flatnonzero(kept != np.arange(len(table)))
    if not len(twice):
        return table, []
    starts = np.cumsum([0] + [len(part.table) for part in parts])
    reason, expected = REASONS[name]
    set_aside = []
    for row in twice.tolist():
        instead = _where(parts, starts, int(kept[row]))
        set_aside.append(
            SetAside(
                name,
                _where(parts, starts, row),
                f"{reason}; {instead} is kept",
                expected,
                _row(table, row),
            )
        )
    return table.take(np.flatnonzero(kept == np.arange(len(table)))), set_aside


def _joined(name: str, tables: Sequence[Table]) -> Table:
    if not tables:
        return Table.empty(name)
    if len(tables) == 1:
        return tables[0]
    known = {column for table in tables for column in table.columns}
    columns = {
        column.name: np.concatenate([table.column(column.name) for table in tables])
        for column in TABLES[name]
        if column.name in known
    }
    return Table(name, columns)


def _where(parts: Sequence[Typed], starts: NDArray[np.int64], row: int) -> str:
    part = int(np.searchsorted(starts, row, side="right")) - 1
    return parts[part].raw.where(int(parts[part].rows[row - starts[part]]))


def _row(table: Table, row: int) -> dict[str, object]:
    found = {name: plain(values[row]) for name, values in table.columns.items()}
    return {name: value for name, value in found.items() if value is not None}


def _accounts_called(tables: Tables, wanted: str) -> list[tuple[str, str]]:
    keys = tables.keys()
    by_id = [key for key in keys if key[1] == wanted]
    if by_id:
        return by_id
    handle = wanted.strip().lstrip("@").casefold()
    accounts = tables.accounts
    named = zip(
        accounts.column("platform"), accounts.column("account_id"), accounts.column("handle"), strict=True
    )
    by_handle = [(p, i) for p, i, h in named if h is not None and h.lstrip("@").casefold() == handle]
    return by_handle or [key for key in keys if key[1].casefold() == handle]


def _of_account(table: Table, key: tuple[str, str]) -> Table:
    own = np.equal(table.column("platform"), key[0]) & np.equal(table.column("account_id"), key[1])
    return table.take(np.flatnonzero(own.astype(bool)))


def _is_of(row: SetAside, key: tuple[str, str]) -> bool:
    """Whether a row that was set aside names the account, under whatever column name."""
    return key[1] in map(str, [row.row["account_id"]] if "account_id" in row.row else row.row.values())
