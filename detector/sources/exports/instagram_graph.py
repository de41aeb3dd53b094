"""Instagram Graph API: business discovery, one's own account, and lists of media with or without their insights.

In business discovery the outer `id` is the account that asked; the creator is inside. Instagram tells no lifetime
likes, and leaves `like_count` out where a creator hides it.
"""

from typing import Any

from detector.sources.exports.rows import (
    Row,
    Rows,
    as_list,
    dig,
    first,
    handle_columns,
    known,
    objects,
    text_length,
)

__all__ = ["matches", "name", "read", "title"]

name = "instagram_graph"
title = "Instagram (Graph API)"

_COUNTS = {"like_count", "comments_count", "view_count"}
_MEDIA = {"media_type", "media_product_type", "permalink", "media_url", "comments_count"}
_USER = {"followers_count", "media_count"}


def matches(document: Any) -> bool:
    """Whether the document is an answer of business discovery, an account, a list of media, or one of these."""
    if not isinstance(document, dict):
        return False
    if isinstance(document.get("business_discovery"), dict) or document.keys() >= _USER:
        return True
    return any(_is_media(item) for item in (document, *as_list(document.get("data"))))


def read(document: Any, where: str) -> Rows:
    """The account and the media of a document."""
    if isinstance(document.get("business_discovery"), dict):
        creator, place = document["business_discovery"], f"{where}, business_discovery"
    else:
        creator, place = document, where
    if _is_media(document):
        return Rows((), (_post(document, {}, where),))
    if isinstance(creator.get("data"), list):
        return Rows(
            (), tuple(_posts(creator["data"], {}, f"{place}, data")), remark="the list of media is empty"
        )
    accounts = (_account(creator, place),) if _USER & creator.keys() else ()
    posts = _posts(dig(creator, "media", "data"), creator, f"{place}.media")
    authors = () if accounts else (_account(creator, place),)
    return Rows(
        accounts, tuple(posts), authors, "" if accounts or posts else "business_discovery has no counters"
    )


def _is_media(item: Any) -> bool:
    return isinstance(item, dict) and bool(_COUNTS & item.keys()) and bool(_MEDIA & item.keys())


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


def _posts(items: Any, creator: Row, where: str) -> list[Row]:
    return [_post(item, creator, f"{where}[{i}]") for i, item in enumerate(objects(items))]


def _post(media: Row, creator: Row, where: str) -> Row:
    insights = {str(found.get("name")): found for found in objects(dig(media, "insights", "data"))}
    return {
        "where": where,
        "platform": "instagram",
        "account_id": known(first(known(creator.get("id")), dig(media, "owner", "id"))),
        "handle": known(first(creator.get("username"), media.get("username"))),
        "post_id": known(media.get("id")),
        "posted_at": media.get("timestamp"),
        "views": first(media.get("view_count"), _insight(insights, "views"), _insight(insights, "plays")),
        "likes": media.get("like_count"),
        "comments": media.get("comments_count"),
        "shares": _insight(insights, "shares"),
        "saves": _insight(insights, "saved"),
    }


def _insight(insights: dict[str, Row], name: str) -> Any:
    values = objects(dig(insights.get(name), "values"))
    return first(*(value.get("value") for value in values), dig(insights.get(name), "total_value", "value"))
