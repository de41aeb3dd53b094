"""X API v2: a user or several, posts, and the users they include; `public_metrics` are the counters."""

from typing import Any

from detector.sources.exports.rows import Rows, dig, handle_columns, objects, text_length

name = "x_api"
title = "X (API v2)"


def _items(document: Any) -> list[Any]:
    data = dig(document, "data")
    return objects(data if isinstance(data, list) else [data]) + objects(dig(document, "includes", "users"))


def matches(document: Any) -> bool:
    """Whether some item has public metrics."""
    return any(isinstance(item.get("public_metrics"), dict) for item in _items(document))


def read(document: Any, where: str) -> Rows:
    """Users and posts; a user's `like_count` is what the user liked, so it is left out."""
    users, posts = [], []
    for i, item in enumerate(_items(document), start=1):
        who = {"where": f"{where}, item {i}", "platform": "x"}
        counts = item.get("public_metrics")
        if "username" in item or dig(counts, "followers_count") is not None:
            users.append({
                **who, "account_id": item.get("id"), **handle_columns(item.get("username")),
                "followers": dig(counts, "followers_count"), "following": dig(counts, "following_count"),
                "posts": dig(counts, "tweet_count"), "verified": item.get("verified"),
                "private": item.get("protected"), "created_at": item.get("created_at"),
                "bio_length": text_length(item.get("description")),
            })  # fmt: skip
            continue
        posts.append({
            **who, "account_id": item.get("author_id"), "post_id": item.get("id"), "posted_at": item.get("created_at"),
            "views": dig(counts, "impression_count"), "likes": dig(counts, "like_count"),
            "comments": dig(counts, "reply_count"), "shares": dig(counts, "retweet_count"),
            "saves": dig(counts, "bookmark_count"),
        })  # fmt: skip
    return Rows(tuple(users), tuple(posts))
