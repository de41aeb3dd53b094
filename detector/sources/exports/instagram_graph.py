"""Instagram Graph API, business discovery: the user, the media, or both in one answer.

The outer `id` is the account that asked; the creator is inside `business_discovery`. Instagram tells no lifetime
likes, and leaves `like_count` out where a creator hides it.
"""

from typing import Any

from detector.sources.exports.rows import Row, Rows, as_list, dig, handle_columns, known, text_length

__all__ = ["matches", "name", "read", "title"]

name = "instagram_graph"
title = "Instagram (Graph API business discovery)"


def matches(document: Any) -> bool:
    """Whether the document is an answer of business discovery."""
    return isinstance(dig(document, "business_discovery"), dict)


def read(document: Any, where: str) -> Rows:
    """The user and the media of a document."""
    creator = document["business_discovery"]
    place = f"{where}, business_discovery"
    accounts = (_account(creator, place),) if "followers_count" in creator or "media_count" in creator else ()
    media = [found if isinstance(found, dict) else {} for found in as_list(dig(creator, "media", "data"))]
    posts = tuple(_post(found, creator, f"{place}.media[{i}]") for i, found in enumerate(media))
    authors = () if accounts else (_account(creator, place),)
    return Rows(accounts, posts, authors, "" if accounts or posts else "business_discovery has no counters")


def _account(creator: Row, where: str) -> Row:
    return {
        "where": where,
        "platform": "instagram",
        "account_id": known(creator.get("id")),
        "followers": creator.get("followers_count"),
        "following": creator.get("follows_count"),
        "posts": creator.get("media_count"),
        "bio_length": text_length(creator.get("biography")),
        "has_picture": bool(creator["profile_picture_url"]) if "profile_picture_url" in creator else None,
        "has_link": bool(creator["website"]) if "website" in creator else None,
        **handle_columns(creator.get("username")),
    }


def _post(media: Row, creator: Row, where: str) -> Row:
    return {
        "where": where,
        "platform": "instagram",
        "account_id": known(creator.get("id")),
        "handle": known(creator.get("username")),
        "post_id": known(media.get("id")),
        "posted_at": media.get("timestamp"),
        "views": media.get("view_count"),
        "likes": media.get("like_count"),
        "comments": media.get("comments_count"),
    }
