"""A scraper's daily CSV of TikTok profiles: Date, Username, Followers, Likes, Videos, Total_Views; a row a look.

`Total_Views` is 0 in every row, for TikTok shows no lifetime views: then it is missing. Likes are as the page gave
them, for giants a wrapped 32-bit number, and a vanished account has zeros: `detector.repair` judges both.
"""

from collections.abc import Sequence

from detector.sources.exports.rows import (
    Row,
    Rows,
    column_of,
    handle_columns,
    left_aside,
    platform_column,
    platform_columns,
)

__all__ = ["matches_columns", "name", "read_table", "title"]

name = "tiktok_tracker"
title = "TikTok trackers (daily CSV)"

_NAMES = {
    "observed_at": ("date", "day"),
    "handle": ("username",),
    "followers": ("followers",),
    "following": ("following",),
    "likes": ("likes", "hearts"),
    "posts": ("videos",),
    "views": ("total_views",),
}
_NEEDED = ("observed_at", "handle", "followers", "likes", "posts")


def matches_columns(columns: Sequence[str]) -> bool:
    """Whether there are a date, a username, followers, likes and videos, and no account_id."""
    found = {ours for ours, theirs in _NAMES.items() if column_of(columns, theirs)}
    return found.issuperset(_NEEDED) and not column_of(columns, ("account_id",))


def read_table(rows: Sequence[Row], places: Sequence[str]) -> Rows:
    """One look a row."""
    columns = [*rows[0]] if rows else []
    names = {
        ours: theirs for ours, theirs in ((o, column_of(columns, t)) for o, t in _NAMES.items()) if theirs
    }
    platform = platform_column(rows)
    told = left_aside(columns, (*names.values(), platform))
    if "views" in names and all(str(row[names["views"]]).strip() in ("0", "") for row in rows):
        told += (f"{names.pop('views')} is 0 in every row, for TikTok shows none: it is taken as not known",)
    looks = []
    for row, place in zip(rows, places, strict=True):
        look = {ours: row[theirs] for ours, theirs in names.items()}
        looks.append(
            {"where": place, **platform_columns(row, platform), **look, **handle_columns(look["handle"])}
        )
    return Rows(tuple(looks), assumed_platform="" if platform else "tiktok", notices=told)
