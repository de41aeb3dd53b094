"""X API v2: users and posts with their `public_metrics`. A user's `like_count` is what the user liked: left out."""

from typing import Any

from detector.sources.exports.rows import Row, Rows, dig, handle_columns, objects, text_length

name = "x_api"
title = "X (API v2)"
_USER = {"followers": "followers_count", "following": "following_count", "posts": "tweet_count"}
_POST = {"views": "impression_count", "likes": "like_count", "comments": "reply_count"}
_POST |= {"shares": "retweet_count", "saves": "bookmark_count"}


def matches(document: Any) -> bool:
    """Whether some item has public metrics."""
    return any(isinstance(item.get("public_metrics"), dict) for item in _items(document))


def read(document: Any, where: str) -> Rows:
    """The users and the posts of an answer."""
    users, posts = list[Row](), list[Row]()
    for i, item in enumerate(_items(document), start=1):
        names = _USER if "username" in item else _POST
        row: Row = {ours: dig(item, "public_metrics", theirs) for ours, theirs in names.items()}
        row |= {"where": f"{where}, item {i}", "platform": "x"}
        if names is _USER:
            row |= {"account_id": item.get("id"), "created_at": item.get("created_at")}
            row |= {"private": item.get("protected"), "bio_length": text_length(item.get("description"))}
            users.append(row | handle_columns(item["username"]))
        else:
            row |= {"account_id": item.get("author_id"), "posted_at": item.get("created_at")}
            posts.append(row | {"post_id": item.get("id")})
    return Rows(tuple(users), tuple(posts))


def _items(document: Any) -> list[Row]:
    data = dig(document, "data")
    return objects(data if isinstance(data, list) else [data]) + objects(dig(document, "includes", "users"))
