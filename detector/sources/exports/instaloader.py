"""Instaloader's JSON and the answers of Instagram's web page that it keeps: a profile, with posts, or one post.

Names vary with the year: `edge_followed_by.count` became `follower_count`. A hidden count is -1 there.
"""

from typing import Any

from detector.sources.exports.rows import Row, Rows, as_list, dig, first, handle_columns, known, text_length

__all__ = ["matches", "name", "read", "title"]

name = "instaloader"
title = "Instaloader (profiles, posts)"

_USERS = (("node",), ("graphql", "user"), ("data", "user"), ("user",), ())
_POSTS = (
    ("node",),
    ("graphql", "shortcode_media"),
    ("data", "xdt_shortcode_media"),
    ("data", "shortcode_media"),
    (),
)
_LISTS = ("edge_owner_to_timeline_media", "edge_felix_video_timeline")
_LIKES = ("edge_media_preview_like", "edge_liked_by")
_COMMENTS = ("edge_media_to_comment", "edge_media_to_parent_comment", "edge_media_preview_comment")


def matches(document: Any) -> bool:
    """Whether instaloader says it wrote the document, or it holds a node of Instagram's graph."""
    if isinstance(dig(document, "instaloader"), dict) and isinstance(dig(document, "node"), dict):
        return True
    return bool(_user(document) or _media(document))


def read(document: Any, where: str) -> Rows:
    """The profile with its posts, or the post with what it says of its owner."""
    user = _user(document)
    if user:
        account = _account(user, f"{where}, {user.get('username', 'profile')}")
        edges = [edge for one in _LISTS for edge in as_list(dig(user, one, "edges"))]
        nodes = [node if isinstance(node, dict) else {} for node in (dig(edge, "node") for edge in edges)]
        posts = tuple(_post(node, user, f"{where}, post {i}") for i, node in enumerate(nodes, start=1))
        return Rows((account,), posts)
    media = _media(document)
    if not media:
        kind = dig(document, "instaloader", "node_type")
        return Rows(remark=f"instaloader's {kind} has no counters" if isinstance(kind, str) else "")
    owner = media["owner"] if isinstance(media.get("owner"), dict) else {}
    return Rows((), (_post(media, owner, where),), (_account(owner, f"{where}, owner"),))


def _user(document: Any) -> Row:
    """The first node that is a profile, empty where there is none."""
    for path in _USERS:
        node = dig(document, *path)
        if isinstance(node, dict) and (
            _is_profile(node) or dig(document, "instaloader", "node_type") == "Profile"
        ):
            return node
    return {}


def _is_profile(node: Row) -> bool:
    if isinstance(node.get("edge_followed_by"), dict):
        return "username" in node or "biography" in node
    return "follower_count" in node and bool(node.keys() & {"pk", "media_count", "all_media_count"})


def _media(document: Any) -> Row:
    """The first node that is a post, empty where there is none."""
    for path in _POSTS:
        node = dig(document, *path)
        if (
            isinstance(node, dict)
            and "shortcode" in node
            and any(isinstance(node.get(key), dict) for key in _LIKES)
        ):
            return node
    return {}


def _account(user: Row, where: str) -> Row:
    media = dig(user, "edge_owner_to_timeline_media", "count")
    return {
        "where": where,
        "platform": "instagram",
        "account_id": known(first(user.get("id"), user.get("pk"))),
        "followers": first(dig(user, "edge_followed_by", "count"), user.get("follower_count")),
        "following": first(dig(user, "edge_follow", "count"), user.get("following_count")),
        "posts": first(media, user.get("media_count"), user.get("all_media_count")),
        "verified": user.get("is_verified"),
        "private": user.get("is_private"),
        "bio_length": text_length(user.get("biography")),
        "has_link": bool(user["external_url"]) if "external_url" in user else None,
        **handle_columns(user.get("username")),
    }


def _post(node: Row, owner: Row, where: str) -> Row:
    who = node["owner"] if isinstance(node.get("owner"), dict) and node["owner"] else owner
    comments = first(*(dig(node, key, "count") for key in _COMMENTS))
    pinned = node.get("pinned_for_users")
    return {
        "where": where,
        "platform": "instagram",
        "account_id": known(first(who.get("id"), who.get("pk"))),
        "handle": known(who.get("username")),
        "post_id": known(node.get("id")),
        "posted_at": first(node.get("taken_at_timestamp"), node.get("date")),
        "views": first(node.get("video_play_count"), node.get("video_view_count")),
        "likes": first(*(dig(node, key, "count") for key in _LIKES)),
        "comments": first(comments, node.get("comments")),
        "pinned": bool(pinned) if isinstance(pinned, list) else None,
        "sponsored": node.get("is_paid_partnership"),
    }
