"""TikTok's page state of 2021 to 2023, SIGI_STATE: users and items in modules, each under its own key.

What lies inside the modules has the same shape as in TikTok's other answers, so it is read by `tiktok_web`.
"""

from typing import Any

from detector.sources.exports import tiktok_web
from detector.sources.exports.rows import Row, Rows, dig

__all__ = ["matches", "name", "read", "title"]

name = "tiktok_sigi"
title = "TikTok (web)"

_USERS, _ITEMS = ("UserModule", "MobileUserModule"), ("ItemModule", "MobileItemModule")


def matches(document: Any) -> bool:
    """Whether the document has a module of users, or a module of items."""
    return any(isinstance(dig(document, module, "users"), dict) for module in _USERS) or any(
        isinstance(dig(document, module), dict) for module in _ITEMS
    )


def read(document: Any, where: str) -> Rows:
    """The users and the items of a document."""
    accounts = [
        account
        for module in _USERS
        for key, user in _pairs(dig(document, module, "users"))
        for account in _account(document[module], key, user, f"{where}, {module}.users")
    ]
    items = [item for module in _ITEMS for _, item in _pairs(dig(document, module))]
    videos = tiktok_web.read({"itemList": items}, where)
    remark = "" if accounts or videos.posts else "its modules are empty: TikTok showed no creator"
    return Rows(tuple(accounts), videos.posts, videos.authors, remark)


def _account(module: Row, key: str, user: Any, where: str) -> tuple[Row, ...]:
    if not isinstance(user, dict) or not user:
        return ({"where": where, "platform": "tiktok"},)
    stats, exact = (_of(module.get(kind), key, user) for kind in ("stats", "statsV2"))
    return tiktok_web.read({"userInfo": {"user": user, "stats": stats, "statsV2": exact}}, where).accounts


def _of(stats: Any, key: str, user: Row) -> Any:
    """Statistics stand under the same key as the user, or under the user's id."""
    found = dig(stats, key)
    return dig(stats, str(user.get("id"))) if found is None else found


def _pairs(module: Any) -> list[tuple[str, Any]]:
    return list(module.items()) if isinstance(module, dict) else []
