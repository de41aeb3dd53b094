"""Social Blade's daily history of one account as CSV: a date and the counters of that day, and no name.

Which counters stand there tells the platform: only TikTok shows lifetime likes, only YouTube has subscribers. Where
a column names the platform, that counts.
"""

from collections.abc import Sequence

from detector.sources.exports.rows import (
    Row,
    Rows,
    column_of,
    left_aside,
    platform_column,
    platform_columns,
)

__all__ = ["matches_columns", "name", "read_table", "title"]

name = "social_blade"
title = "Social Blade (CSV)"

_DATE = ("date", "day")
_NAMES = {
    "followers": ("followers", "subscribers", "subs", "follower_count"),
    "following": ("following", "follows"),
    "likes": ("likes", "hearts"),
    "posts": ("uploads", "videos", "media", "posts", "tweets", "statuses"),
    "views": ("views", "video_views", "total_views"),
}
_WHO = (
    "account_id",
    "username",
    "user",
    "handle",
    "account",
    "channel",
    "channel_id",
    "id",
    "creator",
    "name",
)


def matches_columns(columns: Sequence[str]) -> bool:
    """Whether there is a date, followers and another counter, and no column that says whose they are."""
    there = [counter for counter, theirs in _NAMES.items() if column_of(columns, theirs)]
    named = column_of(columns, (*_WHO, "observed_at", "post_id"))
    return bool(column_of(columns, _DATE)) and "followers" in there and len(there) > 1 and not named


def read_table(rows: Sequence[Row], places: Sequence[str]) -> Rows:
    """One look a row."""
    columns = [*rows[0]] if rows else []
    names = {ours: column_of(columns, theirs) for ours, theirs in (*_NAMES.items(), ("observed_at", _DATE))}
    platform = platform_column(rows)
    looks = tuple(
        {
            "where": place,
            **platform_columns(row, platform),
            **{ours: row[theirs] for ours, theirs in names.items() if theirs},
        }
        for row, place in zip(rows, places, strict=True)
    )
    told = left_aside(columns, (*names.values(), platform))
    return Rows(looks, assumed_platform="" if platform else _platform(columns), notices=told)


def _platform(columns: Sequence[str]) -> str:
    """The platform whose counters these are, empty where they may be those of several."""
    if column_of(columns, _NAMES["likes"]):
        return "tiktok"
    if column_of(columns, ("subscribers", "subs")):
        return "youtube"
    if column_of(columns, ("tweets", "statuses")):
        return "x"
    return "instagram" if column_of(columns, ("media",)) else ""
