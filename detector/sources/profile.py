"""Numbers read off a profile page and typed by hand -> Tables. Loads nothing heavy.

Lists of recent posts are typed with commas or semicolons. A comma may also belong to a number (`12,3K`, `1,234`), so
every way of splitting is tried: when exactly one gives numbers, it counts; when two do, we ask instead of guessing.

==================  ==========================================================
typed               read as
==================  ==========================================================
``12K,9.1K``        12000 and 9100: as one number it would be none
``12,3K; 9,1K``     12300 and 9100: a semicolon always separates
``12,3K``           an error: 12300, or 12 and 3000?
``120, 980``        120 and 980: no number has a comma and a blank inside
``120,980``         an error: 120980, or 120 and 980?
``12K; -; 9K``      12000, not known, 9000
==================  ==========================================================
"""

import math
from typing import Any

from detector.errors import UsageError
from detector.sources.keys import check_platform
from detector.sources.numbers import NotACountError, parse_count
from detector.sources.shown import harmless, shown
from detector.tables import Table, Tables

__all__ = ["read_list", "read_profile"]

ACCOUNT_ID = "typed"
"""The id of an account whose handle was not given."""

_MOST_POSTS = 1000


def read_profile(
    platform: str | None,
    *,
    followers: str | None = None,
    following: str | None = None,
    likes: str | None = None,
    posts: str | None = None,
    views: str | None = None,
    recent_views: str | None = None,
    recent_likes: str | None = None,
    recent_comments: str | None = None,
    handle: str | None = None,
) -> Tables:
    """One account from typed numbers.

    Parameters
    ----------
    platform
        Any common name of it.
    followers, following, likes, posts, views
        Lifetime counters as typed: ``1.2M``, ``12,3K``, ``1 234``; ``-`` for one that is not known.
    recent_views, recent_likes, recent_comments
        One number for each of the latest posts, in one order: ``12K, 9.1K, 30K``.
    handle
        Name of the account; its id too, for a page shows no other.

    Returns
    -------
    Tables
        One row of accounts, and one row of posts for each recent post; a rounded number keeps its value.

    Raises
    ------
    UsageError
        No platform, no number, something that is no number or could be two, or lists of unequal length.
    """
    known = check_platform(platform)
    if known is None:
        raise UsageError(
            "The platform is missing. Give --platform, such as tiktok, instagram, youtube, x or other."
        )
    typed = {"followers": followers, "following": following, "likes": likes, "posts": posts, "views": views}
    counters = {name: _number(name, text) for name, text in typed.items() if text is not None}
    recent = {"views": recent_views, "likes": recent_likes, "comments": recent_comments}
    lists = {name: read_list(f"--recent-{name}", text) for name, text in recent.items() if text is not None}
    if not any(value is not None for values in ([*counters.values()], *lists.values()) for value in values):
        raise UsageError("There is no number to judge. Give at least one, such as --followers 12.3K.")
    n_posts = _length(lists)
    who = {"platform": known, "account_id": _account_id(handle)}
    account = {**who, **_about(handle), **counters}
    rows = [
        {**who, "post_id": f"recent-{i + 1}", **{name: values[i] for name, values in lists.items()}}
        for i in range(n_posts)
    ]
    return Tables(
        Table.from_rows("accounts", [account]),
        Table.from_rows("posts", rows),
        rows_read={"accounts": 1, "posts": n_posts, "snapshots": 0},
    )


def read_list(option: str, text: str) -> list[float | None]:
    """The numbers of a typed list, None for a ``-``.

    >>> read_list("--recent-views", "12K,9.1K"), read_list("--recent-views", "12,3K; -")
    ([12000.0, 9100.0], [12300.0, None])

    Raises
    ------
    UsageError
        It is no list of numbers, or could be two.
    """
    text = str(text)
    if not text.strip():
        raise UsageError(f"{option} is empty. Give one number a post, such as 12K; 9.1K; 30K.")
    readings: dict[tuple[float | None, ...], None] = {}
    why = ""
    for cells in _splits(text):
        try:
            readings[tuple(_parsed(cell) for cell in cells)] = None
        except NotACountError as error:
            why = why or str(error)
    if len(readings) > 1:
        both = " or ".join(_told(reading) for reading in readings)
        raise UsageError(
            f"{option} {shown(text)} could be {both}. Put semicolons between the posts: 12,3K; 9K."
        )
    if not readings:
        raise UsageError(f"{option} {shown(text)}: {why}. Give one number a post, such as 12K; 9.1K; -; 30K.")
    found = list(next(iter(readings)))
    if len(found) > _MOST_POSTS:
        raise UsageError(
            f"{option} has {len(found)} numbers, more than {_MOST_POSTS}. Give a file of posts instead."
        )
    return found


def _splits(text: str) -> list[list[str]]:
    if ";" in text:
        return [text.split(";")]
    ways = {tuple(text.split(", ")): None, tuple(text.split(",")): None, (text,): None}
    return [list(way) for way in ways]


def _parsed(cell: str) -> float | None:
    if not cell.strip():
        raise NotACountError("a number is missing between two separators (write - for one not known)")
    value = parse_count(cell)
    return None if math.isnan(value) else value


def _number(name: str, text: str) -> float | None:
    try:
        return _parsed(str(text)) if str(text).strip() else None
    except NotACountError as error:
        raise UsageError(f"--{name}: {error}. Expected a number such as 12345, 12,345 or 12.3K.") from error


def _length(lists: dict[str, list[float | None]]) -> int:
    lengths = {name: len(values) for name, values in lists.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"--recent-{name} has {n}" for name, n in lengths.items())
        raise UsageError(
            f"{told}: they speak of the same posts, so give as many of each; write - for one not known."
        )
    return next(iter(lengths.values()), 0)


def _account_id(handle: str | None) -> str:
    return harmless(str(handle or "")).strip().lstrip("@") or ACCOUNT_ID


def _about(handle: str | None) -> dict[str, Any]:
    name = _account_id(handle) if handle else None
    if name is None or name == ACCOUNT_ID:
        return {}
    return {"handle": name, "handle_length": len(name), "handle_digits": sum(c.isdigit() for c in name)}


def _told(reading: tuple[float | None, ...]) -> str:
    cells = ["-" if value is None else f"{value:.0f}" for value in reading]
    return " and ".join(cells[:4]) + (" ..." if len(cells) > 4 else "")
