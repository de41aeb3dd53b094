"""Whose rows these are, where a document does not say: `--account` and `--platform`, else `unknown` and a notice."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from detector.sources.exports.rows import Row, Rows
from detector.sources.shown import listed, shown

__all__ = ["UNKNOWN", "attributed"]

UNKNOWN = "unknown"
"""The account_id of rows that nobody named."""


def attributed(
    files: Sequence[tuple[str, Sequence[Rows]]], account: str | None, platform: str | None
) -> tuple[list[Rows], list[str]]:
    """The documents of all files, each row with a platform, and with an account where its document names none.

    Parameters
    ----------
    files
        Pairs of a file's name and its documents.
    account
        Id or handle that was given for rows that name none.
    platform
        Platform that was given for rows that name none.

    Returns
    -------
    documents : list of Rows
    notices : list of str

    Notes
    -----
    A row without an account in a document that names one is a damaged row, so it is left to be set aside.
    """
    notices = []
    who = _given(account, [row for _, found in files for one in found for row in _all(one)])
    assumed: dict[str, list[str]] = {}
    nameless = []
    documents: list[Rows] = []
    for name, one in ((name, one) for name, found in files for one in found):
        if one.assumed_platform and platform is None and _lacks(one, "platform"):
            assumed.setdefault(one.assumed_platform, []).append(name)
        rows = _on_platform(one, platform)
        if not any(map(_names, _all(rows))):
            nameless.append(name)
            rows = _each(rows, lambda row: {**row, **who})
        documents.append(rows)
    for guess, names in assumed.items():
        notices.append(
            f"{_files(names)}: no platform is named there; the counters are those of {guess}, so it is read as "
            f"{guess}. Give --platform NAME if it is another."
        )
    if nameless and account is None:
        notices.append(
            f"{_files(nameless)}: no account is named there, so account_id = {UNKNOWN}. Give --account ID to name it."
        )
    elif nameless:
        notices.append(
            f"{_files(nameless)}: no account is named there; the rows are taken as those of {shown(account)}."
        )
    return documents, notices


def _files(names: Sequence[str]) -> str:
    return listed(dict.fromkeys(names), 3)


def _given(account: str | None, rows: Sequence[Row]) -> Row:
    """Columns that name the account: a handle that some file has leads to its id when the files are joined."""
    if account is None:
        return {"account_id": UNKNOWN}
    bare = account.strip().lstrip("@")
    handles = {row["handle"].casefold() for row in rows if isinstance(row.get("handle"), str)}
    ids = {str(row.get("account_id")) for row in rows}
    return {"handle": bare} if bare.casefold() in handles and bare not in ids else {"account_id": bare}


def _on_platform(rows: Rows, platform: str | None) -> Rows:
    found = platform or rows.assumed_platform
    if not found or not _lacks(rows, "platform"):
        return rows
    return _each(rows, lambda row: row if row.get("platform") else {**row, "platform": found})


def _each(rows: Rows, changed: Callable[[Row], Row]) -> Rows:
    parts = [tuple(map(changed, part)) for part in (rows.accounts, rows.posts, rows.authors)]
    return replace(rows, accounts=parts[0], posts=parts[1], authors=parts[2])


def _lacks(rows: Rows, name: str) -> bool:
    return any(not row.get(name) for row in _all(rows))


def _names(row: Row) -> bool:
    return row.get("account_id") is not None or row.get("handle") is not None


def _all(rows: Rows) -> Iterable[Row]:
    return (*rows.accounts, *rows.posts, *rows.authors)
