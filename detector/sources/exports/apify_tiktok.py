"""Apify's TikTok scrapers: one item a video, with its author; as JSON, or as a table whose columns are paths.

`authorMeta.heart` are the likes that the author received, `authorMeta.digg` those given, so the latter is not read.
"""

from collections.abc import Sequence
from typing import Any

from detector.sources.exports.rows import Row, Rows, dig, first, handle_columns, known, text_length

__all__ = ["matches", "matches_columns", "name", "read", "read_table", "title"]

name = "apify_tiktok"
title = "Apify's TikTok scraper"

_AUTHOR = "authorMeta"
_PATHS = (f"{_AUTHOR}.", f"{_AUTHOR}/")  # how the table and the flattened JSON write what is nested
_STATS = {"diggCount", "shareCount", "playCount", "commentCount", "collectCount"}


def matches(document: Any) -> bool:
    """Whether the document is an item with its author."""
    return isinstance(document, dict) and (
        isinstance(document.get(_AUTHOR), dict) or matches_columns([*document])
    )


def matches_columns(columns: Sequence[str]) -> bool:
    """Whether some column is a path to something of the author."""
    return any(column.startswith(_PATHS) for column in columns)


def read(document: Any, where: str) -> Rows:
    """The video of an item, and what it says of its author."""
    author = _author(document)
    posts = (_post(document, author, where),) if _STATS & document.keys() or "id" in document else ()
    account = _account(author, where)
    told = document.get("note") or document.get("error")
    remark = f"the scraper says: {told}" if isinstance(told, str) else ""
    return Rows(() if posts else (account,), posts, (account,) if posts else (), remark)


def read_table(rows: Sequence[Row], places: Sequence[str]) -> Rows:
    """All items of a table."""
    found = [read(row, place) for row, place in zip(rows, places, strict=True)]
    return Rows(
        tuple(row for one in found for row in one.accounts),
        tuple(row for one in found for row in one.posts),
        tuple(row for one in found for row in one.authors),
    )


def _author(item: Row) -> Row:
    nested = item.get(_AUTHOR)
    if isinstance(nested, dict):
        return nested
    return {key[len(_AUTHOR) + 1 :]: value for key, value in item.items() if key.startswith(_PATHS)}


def _account(author: Row, where: str) -> Row:
    link = author.get("bioLink")
    return {
        "where": where,
        "platform": "tiktok",
        "account_id": known(author.get("id")),
        "followers": author.get("fans"),
        "following": author.get("following"),
        "likes": author.get("heart"),
        "posts": author.get("video"),
        "verified": author.get("verified"),
        "private": author.get("privateAccount"),
        "bio_length": text_length(author.get("signature")),
        "has_link": bool(dig(link, "link") if isinstance(link, dict) else link)
        if "bioLink" in author
        else None,
        **handle_columns(author.get("name")),
    }


def _post(item: Row, author: Row, where: str) -> Row:
    return {
        "where": where,
        "platform": "tiktok",
        "account_id": known(author.get("id")),
        "handle": known(author.get("name")),
        "post_id": known(item.get("id")),
        "posted_at": first(known(item.get("createTimeISO")), known(item.get("createTime"))),
        "views": item.get("playCount"),
        "likes": item.get("diggCount"),
        "comments": item.get("commentCount"),
        "shares": item.get("shareCount"),
        "saves": item.get("collectCount"),
        "pinned": item.get("isPinned"),
        "sponsored": first(item.get("isSponsored"), item.get("isAd")),
    }
