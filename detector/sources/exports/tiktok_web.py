"""TikTok's web pages and their requests: user/detail, item lists, one item, and the page's state, 2020 and today's.

TikAPI and most scrapers hand these answers on as they are.

`statsV2` holds exact counts as text, `stats` rounded ones, some of them wrapped at 32 bits: the former counts.
A user's `diggCount` is what the user liked, not what was received, so it is never read as likes.
"""

from typing import Any

from detector.sources.exports.rows import Row, Rows, as_list, dig, handle_columns, known, text_length
from detector.sources.shown import as_text

__all__ = ["matches", "name", "read", "title"]

name = "tiktok_web"
title = "TikTok (web)"

_ROOTS = (
    (),
    ("data",),
    ("props", "pageProps"),  # __NEXT_DATA__, 2020
    ("__DEFAULT_SCOPE__", "webapp.user-detail"),  # __UNIVERSAL_DATA_FOR_REHYDRATION__, since 2023
    ("__DEFAULT_SCOPE__", "webapp.video-detail"),
)
_DEFAULT_PICTURE = "1594805258216454"  # the grey silhouette has this number in its address


def matches(document: Any) -> bool:
    """Whether the document has a user's info, or items with TikTok's statistics."""
    return any(isinstance(dig(root, "userInfo"), dict) for root in _roots(document)) or any(
        "diggCount" in stats or "playCount" in stats for stats in map(_stats, _items(document))
    )


def read(document: Any, where: str) -> Rows:
    """The user and the items of a document."""
    now = next((found for found in (dig(root, "extra", "now") for root in _roots(document)) if found), None)
    accounts = [
        _account(dig(root, "userInfo", "user"), _stats(dig(root, "userInfo")), now, f"{where}, userInfo")
        for root in _roots(document)
        if known(dig(root, "userInfo", "user"))
    ]
    posts, authors = [], []
    owner = accounts[0] if accounts else {}
    for i, item in enumerate(_items(document), start=1):
        place = f"{where}, video {i}"
        author = dig(item, "author")
        who = author if isinstance(author, dict) else {"uniqueId": author, "id": item.get("authorId")}
        posts.append(_post(item, who, owner, now, place))
        authors.append(_account(who, _stats(item, "authorStats"), now, place))
    return Rows(tuple(accounts), tuple(posts), tuple(authors), _remark(document))


def _roots(document: Any) -> list[dict[str, Any]]:
    return [found for found in (dig(document, *path) for path in _ROOTS) if isinstance(found, dict)]


def _items(document: Any) -> list[dict[str, Any]]:
    """Every item, wherever the document keeps them; one that is there in a second list too only once.

    What is no object counts as an empty item, so that it is set aside and not lost.
    """
    lists = [
        as_list(items)
        for root in _roots(document)
        for items in (dig(root, "itemList"), dig(root, "items"), dig(root, "userInfo", "itemList"))
    ]
    lists += [[dig(root, "itemInfo", "itemStruct")] for root in _roots(document) if "itemInfo" in root]
    found: dict[str, dict[str, Any]] = {}
    items = []
    for one_list in lists:
        objects = [item if isinstance(item, dict) else {} for item in one_list]
        fresh = [item for item in objects if found.get(as_text(item.get("id"))) != item]
        items += fresh
        found.update((as_text(item.get("id")), item) for item in fresh)
    return items


def _stats(holder: Any, plain: str = "stats") -> Row:
    """The statistics of a holder: exact ones where they are given, rounded ones for the rest."""
    rounded, exact = dig(holder, plain), dig(holder, plain + "V2")
    found = dict(rounded) if isinstance(rounded, dict) else {}
    if isinstance(exact, dict):
        found.update({key: value for key, value in exact.items() if value not in (None, "")})
    return found


def _account(user: Any, stats: Row, now: Any, where: str) -> Row:
    return {
        "where": where,
        "platform": "tiktok",
        "account_id": known(dig(user, "id")),
        "observed_at": now,
        "followers": stats.get("followerCount"),
        "following": stats.get("followingCount"),
        "likes": stats.get("heart") if stats.get("heartCount") is None else stats["heartCount"],
        "posts": stats.get("videoCount"),
        "verified": dig(user, "verified"),
        "private": dig(user, "privateAccount"),
        "created_at": known(dig(user, "createTime")),
        "bio_length": text_length(dig(user, "signature")),
        "has_picture": _has_picture(user),
        "has_link": bool(dig(user, "bioLink", "link")) if isinstance(dig(user, "bioLink"), dict) else None,
        **handle_columns(dig(user, "uniqueId")),
    }


def _post(item: Row, author: Any, owner: Row, now: Any, where: str) -> Row:
    stats = _stats(item)
    return {
        "where": where,
        "platform": "tiktok",
        "account_id": known(dig(author, "id"))
        or (None if known(dig(author, "uniqueId")) else owner.get("account_id")),
        "handle": known(dig(author, "uniqueId")),
        "post_id": known(item.get("id")),
        "posted_at": known(item.get("createTime")),
        "observed_at": now,
        "views": stats.get("playCount"),
        "likes": stats.get("diggCount"),
        "comments": stats.get("commentCount"),
        "shares": stats.get("shareCount"),
        "saves": stats.get("collectCount"),
        "pinned": item.get("isPinnedItem"),
        "sponsored": item.get("isAd"),
    }


def _has_picture(user: Any) -> bool | None:
    picture = dig(user, "avatarLarger")
    return bool(picture) and _DEFAULT_PICTURE not in picture if isinstance(picture, str) else None


def _remark(document: Any) -> str:
    for root in _roots(document):
        code = root.get("statusCode", root.get("status_code"))
        if code:
            return (
                f"TikTok's status {code}: {root.get('statusMsg') or root.get('status_msg') or 'no message'}"
            )
    return ""
