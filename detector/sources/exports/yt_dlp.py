"""yt-dlp's info files: one video, or a channel or playlist with its entries, of any platform that it knows.

The fields that name the creator differ by platform (on TikTok `channel_id` is no id that others have, on Instagram
`channel` is the handle), so each has its line. `epoch` is when yt-dlp looked.
"""

from collections.abc import Iterator
from typing import Any

from detector.sources.exports.rows import Row, Rows, as_list, dig, first, handle_columns, known

__all__ = ["matches", "name", "read", "title"]

name = "yt_dlp"
title = "yt-dlp (info files)"

_PLATFORMS = {"youtube": "youtube", "tiktok": "tiktok", "instagram": "instagram", "twitter": "x"}
_WHO = {"tiktok": ("uploader_id", "uploader"), "instagram": ("uploader_id", "channel")}
_WHO |= {"youtube": ("channel_id", "uploader_id"), "x": ("channel_id", "uploader_id")}
_MARKS = {"_type", "_version", "webpage_url", "entries", "formats", "playlist_count"}
_LISTS = ("playlist", "multi_video")


def matches(document: Any) -> bool:
    """Whether the document names the extractor that made it, beside another field of yt-dlp's."""
    return isinstance(_extractor(document), str) and bool(_MARKS & document.keys())


def read(document: Any, where: str) -> Rows:
    """The videos of a document, and what they and it say of channels."""
    accounts, posts, authors = [], [], []
    for info, owner, place in _infos(document, where):
        platform = _platform(info) or _platform(document)
        if info.get("_type") in _LISTS or "entries" in info:
            if info.get("channel_follower_count") is not None:
                accounts.append(_account(info, owner, platform, place))
            continue
        posts.append(_post(info, owner, platform, first(info.get("epoch"), document.get("epoch")), place))
        authors.append(_account({"epoch": document.get("epoch"), **info}, owner, platform, place))
    return Rows(tuple(accounts[:1]), tuple(posts), tuple(accounts[1:] + authors), "it has no entries")


def _infos(document: Row, where: str) -> Iterator[tuple[Row, Row, str]]:
    """Every list and video, each with the channel it lies in; lists may lie in lists (a channel's tabs)."""
    waiting: list[tuple[Any, Row, str]] = [(document, {}, where)]
    while waiting:
        info, owner, place = waiting.pop(0)
        info = info if isinstance(info, dict) else {}
        yield info, owner, place
        owner = info if _is_channel(info) else owner
        entries = enumerate(as_list(info.get("entries")), start=1)
        waiting += [(entry, owner, f"{place}, entry {i}") for i, entry in entries]


def _is_channel(info: Row) -> bool:
    """Whether a list is all of one channel, so that entries without a name are its own."""
    return info.get("channel_id") is not None and info.get("id") == info["channel_id"]


def _extractor(info: Any) -> Any:
    return first(*(dig(info, key) for key in ("extractor_key", "ie_key", "extractor")))


def _platform(info: Row) -> str | None:
    extractor = _extractor(info)
    if not isinstance(extractor, str):
        return None
    return next(
        (ours for theirs, ours in _PLATFORMS.items() if extractor.lower().startswith(theirs)), "other"
    )


def _who(info: Row, owner: Row, platform: str | None) -> tuple[Any, Any]:
    """Id and handle of the creator."""
    ids, handles = _WHO.get(str(platform), ("channel_id", "uploader_id"))
    account_id, handle = known(info.get(ids)), known(info.get(handles))
    if account_id is None and handle is None and owner:
        account_id, handle = known(owner.get(ids)), known(owner.get(handles))
    is_handle = handle is None or platform != "youtube" or str(handle).startswith("@")
    return account_id, handle if is_handle else None


def _account(info: Row, owner: Row, platform: str | None, where: str) -> Row:
    account_id, handle = _who(info, owner, platform)
    return {
        "where": where,
        "platform": platform,
        "account_id": account_id,
        "observed_at": info.get("epoch"),
        "followers": info.get("channel_follower_count"),
        "verified": info.get("channel_is_verified"),
        **handle_columns(handle),
    }


def _post(info: Row, owner: Row, platform: str | None, epoch: Any, where: str) -> Row:
    account_id, handle = _who(info, owner, platform)
    return {
        "where": where,
        "platform": platform,
        "account_id": account_id,
        "handle": handle if account_id is None else None,
        "post_id": known(info.get("id")),
        "posted_at": first(info.get("timestamp"), info.get("upload_date")),
        "observed_at": epoch,
        "views": info.get("view_count"),
        "likes": info.get("like_count"),
        "comments": info.get("comment_count"),
        "shares": info.get("repost_count"),
        "saves": info.get("save_count"),
    }
