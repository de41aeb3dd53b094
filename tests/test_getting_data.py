"""docs/getting-data.md says what each export allows: invented creators, exported so, are judged on those axes."""

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from detector import load_model, score
from detector.contract import AXES
from detector.sources import read
from detector.sources.exports import FORMATS, TABLE_FORMATS

PAGE = (Path(__file__).parents[1] / "docs" / "getting-data.md").read_text()
COUNTS = {"followers": 48210, "following": 120, "likes": 903400, "posts": 288, "views": 3331930}
N_POSTS, N_DAYS = 30, 60


def posts() -> list[dict[str, int]]:
    rng = Random(5)  # noqa: S311 - the same creator every time
    views = [rng.randint(8_000, 60_000) for _ in range(N_POSTS)]
    return [
        {"id": i, "time": 1_760_000_000 + i * 86_400, "views": n, "likes": n // 12 + i, "comments": n // 500}
        for i, n in enumerate(views)
    ]


def tiktok_page() -> Any:
    user = {"id": "7100000000000000011", "uniqueId": "paper.boats22", "signature": "folds", "verified": False}
    stats = {"followerCount": 48210, "followingCount": 120, "heartCount": 903400, "videoCount": 288}
    info = {"user": user | {"privateAccount": False}, "stats": stats}
    return {"__DEFAULT_SCOPE__": {"webapp.user-detail": {"userInfo": info}}}


def tiktok_video_page(post: dict[str, int]) -> Any:
    stats = {
        "playCount": post["views"],
        "diggCount": post["likes"],
        "commentCount": post["comments"],
        "shareCount": 9,
    }
    author = {"id": "7100000000000000011", "uniqueId": "paper.boats22"}
    item = {"id": str(post["id"]), "createTime": post["time"], "author": author, "stats": stats}
    return {"__DEFAULT_SCOPE__": {"webapp.video-detail": {"itemInfo": {"itemStruct": item}}}}


def apify() -> Any:
    author = {
        "id": "7100000000000000011",
        "name": "paper.boats22",
        "fans": 48210,
        "heart": 903400,
        "video": 288,
    }
    author |= {"following": 120, "verified": False, "signature": "folds", "privateAccount": False}
    return [
        {"authorMeta": author, "id": str(p["id"]), "createTime": p["time"], "playCount": p["views"]}
        | {"diggCount": p["likes"], "commentCount": p["comments"], "shareCount": 9}
        for p in posts()
    ]


def yt_dlp(extractor: str) -> str:
    who = {"uploader": "paper.boats22", "uploader_id": "7100000000000000011"}
    if extractor == "Youtube":
        who = {"uploader_id": "@paperboats22", "channel_id": "UCpaperboats", "channel_follower_count": 48210}
    infos = [
        {"extractor_key": extractor, "_type": "video", "id": str(p["id"]), "timestamp": p["time"]} | who
        | {"formats": [], "view_count": p["views"], "like_count": p["likes"], "comment_count": p["comments"]}
        for p in posts()
    ]  # fmt: skip
    return "\n".join(map(json.dumps, infos))


def research() -> list[Any]:
    data = {"follower_count": 48210, "following_count": 120, "likes_count": 903400, "video_count": 288}
    videos = [
        {"id": p["id"], "create_time": p["time"], "view_count": p["views"], "like_count": p["likes"]}
        | {"comment_count": p["comments"], "share_count": 9, "username": "paper.boats22"}
        for p in posts()
    ]
    return [{"data": data | {"is_verified": False, "bio_description": "folds"}}, {"data": {"videos": videos}}]


def social_blade(columns: dict[str, str]) -> str:
    rng = Random(7)  # noqa: S311 - the same history every time
    counts = dict(COUNTS)
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["date", *columns])
    for day in range(N_DAYS):
        for name, most in (("followers", 60), ("likes", 900), ("views", 9_000), ("posts", 1)):
            counts[name] += rng.randint(0, most)
        table.writerow([date(2026, 1, 1) + timedelta(days=day), *(counts[ours] for ours in columns.values())])
    return out.getvalue()


def youtube_channel() -> Any:
    counts = {"viewCount": "3331930", "subscriberCount": "48200", "videoCount": "288"}
    snippet = {"publishedAt": "2015-01-01T00:00:00Z", "description": "folds", "customUrl": "@paperboats22"}
    item = {"kind": "youtube#channel", "id": "UCpaperboats", "snippet": snippet, "statistics": counts}
    return {"kind": "youtube#channelListResponse", "items": [item]}


def youtube_videos() -> Any:
    items = [
        {
            "kind": "youtube#video",
            "id": f"v{p['id']}",
            "snippet": {
                "channelId": "UCpaperboats",
                "publishedAt": f"2026-01-{p['id'] % 28 + 1:02}T00:00:00Z",
            },
            "statistics": {key: str(p[ours]) for key, ours in YOUTUBE_COUNTS.items()},
        }
        for p in posts()
    ]
    return {"kind": "youtube#videoListResponse", "items": items}


YOUTUBE_COUNTS = {"viewCount": "views", "likeCount": "likes", "commentCount": "comments"}
TIKTOK_DAYS = {"followers": "followers", "following": "following", "uploads": "posts", "likes": "likes"}
YOUTUBE_DAYS = {"subscribers": "followers", "views": "views", "videos": "posts"}

EXPORTS: dict[tuple[str, str], Callable[[], list[Any]]] = {
    ("TikTok", "save the profile's page"): lambda: [tiktok_page()],
    ("TikTok", "save 8 pages of single videos too"): lambda: [
        tiktok_page(),
        *map(tiktok_video_page, posts()[:8]),
    ],
    ("TikTok", "Apify's TikTok scraper, or TikAPI"): lambda: [apify()],
    ("TikTok", "yt-dlp"): lambda: [yt_dlp("TikTok")],
    ("TikTok", "yt-dlp and the profile's page"): lambda: [yt_dlp("TikTok"), tiktok_page()],
    ("TikTok", "Research API, Display API"): research,
    ("TikTok", "Social Blade, or a tracker of your own"): lambda: [social_blade(TIKTOK_DAYS)],
    ("YouTube", "Data API, `channels.list`"): lambda: [youtube_channel()],
    ("YouTube", "Data API, `videos.list` too"): lambda: [youtube_channel(), youtube_videos()],
    ("YouTube", "yt-dlp"): lambda: [yt_dlp("Youtube")],
    ("YouTube", "Social Blade"): lambda: [social_blade(YOUTUBE_DAYS)],
}


def rows_of(section: str) -> dict[str, str]:
    """What the page's table of a platform says each way allows."""
    (text,) = re.findall(rf"^## {section}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"
    ]
    return {how: allows for how, _, allows in rows[2:]}


@pytest.mark.parametrize(("section", "how"), EXPORTS, ids=[f"{section} {how}" for section, how in EXPORTS])
def test_an_export_allows_what_the_page_says(section, how, tmp_path):
    for i, document in enumerate(EXPORTS[section, how]()):
        text = document if isinstance(document, str) else json.dumps(document)
        (tmp_path / f"file-{i}").write_text(text)
    (row,) = score(
        read(tmp_path, account="paper.boats22" if section == "TikTok" else None), load_model()
    ).to_pylist()
    judged = [axis for axis in AXES if row[f"{axis}_suspicion"] is not None]
    assert ", ".join(judged) == rows_of(section)[how]


@pytest.mark.parametrize("section", ["TikTok", "YouTube"])
def test_every_way_of_a_platform_with_a_model_is_tried(section):
    assert set(rows_of(section)) == {how for platform, how in EXPORTS if platform == section}


def test_every_format_is_on_the_page():
    spelt = {"tiktok_web": "HTML only", "tiktok_sigi": "HTML only", "tiktok_research": "Research API"}
    spelt |= {
        "apify_tiktok": "Apify",
        "youtube": "Data API",
        "yt_dlp": "yt-dlp",
        "instagram_graph": "Graph API",
    }
    spelt |= {"x_api": "API v2", "social_blade": "Social Blade", "tiktok_tracker": "tracker"}
    for export in (*FORMATS, *TABLE_FORMATS):
        assert spelt.get(export.name, export.name) in PAGE
