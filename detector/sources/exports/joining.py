"""Rows of several export files -> one table each of accounts, posts and earlier looks.

A creator's profile and videos often come as files of their own. They are joined by stable id; where a file
gives no id, by handle, and a notice says so. A profile saved on several days becomes a history.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from detector.contract import SNAPSHOTS
from detector.sources.exports.naming import attributed
from detector.sources.exports.rows import Row, Rows
from detector.sources.keys import platform_of
from detector.sources.raw import RawTable, from_records
from detector.sources.shown import listed, shown
from detector.sources.times import NotATimeError, parse_time

__all__ = ["joined"]

_COUNTERS = {column.name for column in SNAPSHOTS if column.kind == "count"}
_OF_LOOKS = {column.name for column in SNAPSHOTS} | {"where"}
_WHO = {"where", "platform", "account_id", "observed_at"}
_DAY = 86_400_000_000  # microseconds
_Key = tuple[str, str]


@dataclass(slots=True)
class _Look:
    """A row about an account, whose gaps may still be filled, and its time in microseconds."""

    key: _Key
    row: Row
    time: int | None

    def is_near(self, time: int | None) -> bool:
        """Whether a row of this time may tell of the same look."""
        return self.time is None or time is None or abs(self.time - time) < _DAY

    def fill(self, more: Row) -> None:
        """Take from another row what this one lacks."""
        for name, value in more.items():
            if self.row.get(name) is None:
                self.row[name] = value


def joined(
    origin: str,
    files: Sequence[tuple[str, Sequence[Rows]]],
    account: str | None = None,
    platform: str | None = None,
) -> tuple[list[tuple[str, RawTable]], list[str]]:
    """The rows of all export documents of a source as tables.

    Parameters
    ----------
    origin
        How messages name the source.
    files
        Pairs of a file's name and its documents, in the order they were read.
    account, platform
        Whose rows those are that name nobody, and of which platform: see `naming`.

    Returns
    -------
    tables : list of (table's name, RawTable)
    notices : list of str
    """
    documents, notices = attributed(files, account, platform)
    ids, several = _ids_of_handles(row for rows in documents for row in (*rows.accounts, *rows.authors))
    notices += several
    told: dict[str, str | None] = {}
    accounts = [_with_id(row, ids, told) for rows in documents for row in rows.accounts]
    authors = [_with_id(row, ids, told) for rows in documents for row in rows.authors]
    posts = [_with_id(row, ids, told) for rows in documents for row in rows.posts]
    looks, without_id = _looks(accounts, authors)
    newest, earlier = _history(looks)
    if earlier:
        notices.append(
            f"{origin}: earlier looks at the same accounts ({len(earlier)}) were read as their history."
        )
    posts = [{key: value for key, value in row.items() if key != "handle"} for row in posts]
    tables = (("accounts", newest + without_id), ("posts", posts), ("snapshots", earlier))
    return [(name, _table(origin, rows)) for name, rows in tables if rows], [*notices, *_by_handle(told)]


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


def _with_id(row: Row, ids: dict[_Key, str], told: dict[str, str | None]) -> Row:
    """The row with an id: its own, else that of its handle (noted in `told`), else the handle itself."""
    handle = _handle(row)
    if row.get("account_id") is not None or handle is None:
        return row
    told[row["handle"]] = ids.get(handle)
    return {**row, "account_id": ids.get(handle, row["handle"])}


def _by_handle(told: dict[str, str | None]) -> list[str]:
    """What to say of rows that have a handle and no id."""
    known = [f"{shown(handle)} is account {shown(found)}" for handle, found in told.items() if found]
    alone = [shown(handle) for handle, found in told.items() if not found]
    said = [f"Files were joined by handle: {_some(known)}."] if known else []
    return said + ([f"No file gives the id of {_some(alone)}: the handle stands for it."] if alone else [])


def _some(texts: Sequence[str], most: int = 6) -> str:
    more = f" and {len(texts) - most} more" if len(texts) > most else ""
    return ", ".join(texts[:most]) + more


def _looks(accounts: Iterable[Row], authors: Iterable[Row]) -> tuple[list[_Look], list[Row]]:
    """Looks at accounts, their gaps filled from what posts say of them, and rows without any id.

    What posts say is rounded: near an account's own row it adds what that row lacks and replaces nothing; alone, or
    on another day, it is a look of its own.
    """
    looks: dict[_Key, list[_Look]] = {}
    without_id = []
    for row in accounts:
        key = _key(row)
        if key is None:
            without_id.append(row)
        else:
            looks.setdefault(key, []).append(_Look(key, dict(row), _time(row)))
    for row in authors:
        key, time = _key(row), _time(row)
        if key is None or not any(row.get(name) is not None for name in row.keys() - _WHO):
            continue
        own = looks.setdefault(key, [])
        same = [look for look in own if look.is_near(time)]
        for look in same:
            look.fill(row)
        if not same and (not own or any(row.get(name) is not None for name in _COUNTERS)):
            own.append(_Look(key, dict(row), time))
    return [look for own in looks.values() for look in own], without_id


def _history(looks: Sequence[_Look]) -> tuple[list[Row], list[Row]]:
    """The newest look at each account, and the earlier ones as rows of snapshots."""
    newest: dict[_Key, _Look] = {}
    for look in looks:
        last = newest.get(look.key)
        if look.time is not None and (last is None or last.time is None or look.time >= last.time):
            newest[look.key] = look
    accounts, earlier = [], []
    for look in looks:
        last = newest.get(look.key)
        if last is None or look.time is None or look.time == last.time:
            accounts.append(look.row)
        else:
            last.fill({name: value for name, value in look.row.items() if name not in _COUNTERS})
            earlier.append({name: value for name, value in look.row.items() if name in _OF_LOOKS})
    return accounts, earlier


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
    return _platform(str(row.get("platform"))), value.strip().lstrip("@").casefold()


def _time(row: Row) -> int | None:
    value = row.get("observed_at")
    return _micros(value) if isinstance(value, (str, int, float)) else None


@lru_cache(maxsize=10_000)  # a day's rows share their date
def _micros(value: str | float) -> int | None:
    try:
        time = parse_time(value)
    except NotATimeError:
        return None
    return None if str(time) == "NaT" else int(time.astype("int64"))


@lru_cache(maxsize=100)
def _platform(name: str) -> str:
    return str(platform_of(name))
