"""TikTok's own APIs: the Research API (user info, video query) and the Display API of one's own account.

The Research API's user info names no account: whose it is was in the question, not in the answer. Its videos name
their creator by handle, where `username` was among the fields asked for.
"""

from typing import Any

from detector.sources.exports.rows import Row, Rows, dig, first, handle_columns, known, objects, text_length

__all__ = ["matches", "name", "read", "title"]

name = "tiktok_research"
title = "TikTok (Research and Display API)"

_USER = {"follower_count", "following_count", "likes_count", "video_count"}
_VIDEO = {"create_time", "view_count", "like_count", "comment_count", "share_count", "favorites_count"}
_OTHERS = {"play_count", "digg_count"}  # names of the app's own interface, which other tools hand on


def matches(document: Any) -> bool:
    """Whether the document's data is a user with counters, or a list of videos."""
    data = dig(document, "data")
    if not isinstance(data, dict):
        return False
    if len(_USER & _user(data).keys()) > 1:
        return True
    videos = objects(data.get("videos"))
    ours = any(video.keys() & _VIDEO and not video.keys() & _OTHERS for video in videos)
    return ours or (isinstance(data.get("videos"), list) and "search_id" in data)


def read(document: Any, where: str) -> Rows:
    """The user or the videos of a document."""
    data = document["data"]
    user = _user(data)
    accounts = (_account(user, f"{where}, data"),) if _USER & user.keys() else ()
    videos = enumerate(objects(data.get("videos")), start=1)
    owner = accounts[0] if accounts else {}
    posts = tuple(_post(video, owner, f"{where}, video {i}") for i, video in videos)
    code = dig(document, "error", "code")
    return Rows(accounts, posts, remark=f"TikTok's answer: {code}" if code and not posts else "")


def _user(data: Row) -> Row:
    user = data.get("user")
    return user if isinstance(user, dict) else data


def _account(user: Row, where: str) -> Row:
    return {
        "where": where,
        "platform": "tiktok",
        "account_id": known(user.get("open_id")),
        "followers": user.get("follower_count"),
        "following": user.get("following_count"),
        "likes": user.get("likes_count"),
        "posts": user.get("video_count"),
        "verified": user.get("is_verified"),
        "bio_length": text_length(user.get("bio_description")),
        **handle_columns(user.get("username")),
    }


def _post(video: Row, owner: Row, where: str) -> Row:
    handle = known(video.get("username"))
    return {
        "where": where,
        "platform": "tiktok",
        "account_id": None if handle else owner.get("account_id"),
        "handle": handle,
        "post_id": known(first(video.get("id"), video.get("video_id"))),
        "posted_at": video.get("create_time"),
        "views": video.get("view_count"),
        "likes": video.get("like_count"),
        "comments": video.get("comment_count"),
        "shares": video.get("share_count"),
        "saves": video.get("favorites_count"),
    }
