"""YouTube Data API v3: answers of channels.list and videos.list, or their items alone.

Counts are text. Subscribers are rounded to three digits by YouTube, likes and comments are absent where a
channel hides them, and there are no lifetime likes: all that stays as it is, absent is missing.
"""

from typing import Any

from detector.sources.exports.rows import Row, Rows, as_list, dig, handle_columns, known, text_length

__all__ = ["matches", "name", "read", "title"]

name = "youtube"
title = "YouTube (Data API)"

_CHANNEL, _VIDEO = "youtube#channel", "youtube#video"
_LISTS = {"youtube#channelListResponse": _CHANNEL, "youtube#videoListResponse": _VIDEO}


def matches(document: Any) -> bool:
    """Whether the document says that it is one of the two lists, or an item of one."""
    kind = dig(document, "kind")
    return isinstance(kind, str) and (kind in _LISTS or kind in _LISTS.values())


def read(document: Any, where: str) -> Rows:
    """The channels or the videos of a document."""
    kind = document["kind"]
    items = as_list(document.get("items")) if kind in _LISTS else [document]
    found = [
        (item if isinstance(item, dict) else {}, f"{where}, items[{i}]" if kind in _LISTS else where)
        for i, item in enumerate(items)
    ]
    is_channel = _LISTS.get(kind, kind) == _CHANNEL
    accounts = tuple(_account(item, place) for item, place in found) if is_channel else ()
    posts = tuple(_post(item, place) for item, place in found) if not is_channel else ()
    return Rows(accounts, posts, remark="" if found else "YouTube's answer has no items")


def _account(channel: Row, where: str) -> Row:
    counts = dig(channel, "statistics")
    hidden = dig(counts, "hiddenSubscriberCount") is True
    return {
        "where": where,
        "platform": "youtube",
        "account_id": channel.get("id"),
        "followers": None if hidden else dig(counts, "subscriberCount"),
        "posts": dig(counts, "videoCount"),
        "views": dig(counts, "viewCount"),
        "created_at": dig(channel, "snippet", "publishedAt"),
        "bio_length": text_length(dig(channel, "snippet", "description")),
        **handle_columns(dig(channel, "snippet", "customUrl")),
    }


def _post(video: Row, where: str) -> Row:
    counts = dig(video, "statistics")
    return {
        "where": where,
        "platform": "youtube",
        "account_id": known(dig(video, "snippet", "channelId")),
        "post_id": video.get("id"),
        "posted_at": dig(video, "snippet", "publishedAt"),
        "views": dig(counts, "viewCount"),
        "likes": dig(counts, "likeCount"),
        "comments": dig(counts, "commentCount"),
        "sponsored": dig(video, "paidProductPlacementDetails", "hasPaidProductPlacement"),
    }
