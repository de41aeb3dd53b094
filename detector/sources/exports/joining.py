"""Rows of several export files -> one table each of accounts, posts and earlier looks.

A creator's profile and videos often come as files of their own. They are joined by stable id; where a file
gives no id, by handle, and a notice says so. A profile saved on several days becomes a history.
"""

from collections.abc import Iterable, Sequence

from detector.contract import SNAPSHOTS
from detector.sources.exports.rows import Row, Rows
from detector.sources.keys import platform_of
from detector.sources.raw import RawTable, from_records
from detector.sources.shown import listed, shown
from detector.sources.times import NotATimeError, parse_time

__all__ = ["joined"]

_COUNTERS = {column.name for column in SNAPSHOTS if column.kind == "count"}
_LOOK = {column.name for column in SNAPSHOTS} | {"where"}
_Key = tuple[str, str]


def joined(origin: str, documents: Sequence[Rows]) -> tuple[list[tuple[str, RawTable]], list[str]]:
    """The rows of all export documents of a source as tables.

    Parameters
    ----------
    origin
        How messages name the source.
    documents
        In the order they were read.

    Returns
    -------
    tables : list of (table's name, RawTable)
    notices : list of str
    """
    ids, notices = _ids_of_handles(row for rows in documents for row in (*rows.accounts, *rows.authors))
    told: dict[str, None] = {}
    accounts = [_with_id(row, ids, told) for rows in documents for row in rows.accounts]
    authors = [_with_id(row, ids, told) for rows in documents for row in rows.authors]
    posts = [_with_id(row, ids, told) for rows in documents for row in rows.posts]
    accounts, looks = _history(_with_authors(accounts, authors))
    if looks:
        notices.append(
            f"{origin}: earlier looks at the same accounts ({len(looks)}) were read as their history."
        )
    posts = [{key: value for key, value in row.items() if key != "handle"} for row in posts]
    tables = (("accounts", accounts), ("posts", posts), ("snapshots", looks))
    return [(name, _table(origin, rows)) for name, rows in tables if rows], [*notices, *told]


def _table(origin: str, rows: Sequence[Row]) -> RawTable:
    places = [row["where"] for row in rows]
    return from_records(origin, [{k: v for k, v in row.items() if k != "where"} for row in rows], places, {})


def _ids_of_handles(rows: Iterable[Row]) -> tuple[dict[_Key, str], list[str]]:
    """The id of each handle that belongs to one id alone, and a notice of the others."""
    found: dict[_Key, set[str]] = {}
    for row in rows:
        handle, account_id = _handle(row), _id(row)
        if handle and account_id:
            found.setdefault(handle, set()).add(account_id)
    several = sorted(handle for (_, handle), ids in found.items() if len(ids) > 1)
    notice = f"Handles with several ids, so no file was joined by them: {listed(several)}."
    return {handle: ids.pop() for handle, ids in found.items() if len(ids) == 1}, [notice] if several else []


def _with_id(row: Row, ids: dict[_Key, str], told: dict[str, None]) -> Row:
    """The row with an id: its own, else that of its handle, else the handle itself."""
    handle = _handle(row)
    if row.get("account_id") is not None or handle is None:
        return row
    if handle in ids:
        told[f"Files were joined by handle: {shown(row['handle'])} is account {shown(ids[handle])}."] = None
        return {**row, "account_id": ids[handle]}
    told[f"No file gives the id of {shown(row['handle'])}: the handle stands for it."] = None
    return {**row, "account_id": row["handle"]}


def _with_authors(accounts: list[Row], authors: list[Row]) -> list[Row]:
    """Accounts, their gaps filled from what posts say of them; authors alone where there is no more."""
    by_key: dict[_Key, list[Row]] = {}
    for row in (*accounts, *authors):
        key = _key(row)
        if key is None:
            continue
        same = [found for found in by_key.setdefault(key, []) if _may_be_one_look(found, row)]
        if any(row is account for account in accounts):
            by_key[key].append(dict(row))
        elif same:
            for found in same:
                _fill(found, row)
        elif _tells_more_than_a_name(row) or not by_key[key]:
            by_key[key].append(dict(row))
    unusable = [row for row in accounts if _key(row) is None]
    return [row for rows in by_key.values() for row in rows] + unusable


def _history(rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """The newest look at each account, and the earlier ones as rows of snapshots."""
    newest: dict[_Key, Row] = {}
    for row in rows:
        key, time = _key(row), _time(row)
        if key is not None and time is not None and (key not in newest or time >= (_time(newest[key]) or 0)):
            newest[key] = row
    accounts, looks = [], []
    for row in rows:
        key, time = _key(row), _time(row)
        last = None if key is None else newest.get(key)
        if last is None or time is None or time == _time(last):
            accounts.append(row)
        else:
            _fill(last, {name: value for name, value in row.items() if name not in _COUNTERS})
            looks.append({name: value for name, value in row.items() if name in _LOOK})
    return accounts, looks


def _may_be_one_look(one: Row, other: Row) -> bool:
    times = _time(one), _time(other)
    return None in times or times[0] == times[1]


def _fill(row: Row, more: Row) -> None:
    for name, value in more.items():
        if row.get(name) is None:
            row[name] = value


def _tells_more_than_a_name(row: Row) -> bool:
    return any(row.get(name) is not None for name in _COUNTERS)


def _key(row: Row) -> _Key | None:
    account_id = _id(row)
    return None if account_id is None else (str(row.get("platform")), account_id)


def _id(row: Row) -> str | None:
    value = row.get("account_id")
    return (
        str(value).strip() or None if isinstance(value, (str, int)) and not isinstance(value, bool) else None
    )


def _handle(row: Row) -> _Key | None:
    value = row.get("handle")
    if not isinstance(value, str) or not value.strip():
        return None
    return str(platform_of(str(row.get("platform")))), value.strip().lstrip("@").casefold()


def _time(row: Row) -> int | None:
    try:
        time = parse_time(row.get("observed_at"))
    except NotATimeError:
        return None
    return None if str(time) == "NaT" else int(time.astype("int64"))
