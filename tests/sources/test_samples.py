"""Real exports, where they lie beside the repository: every counter compared with the file's own, number by number.

What is expected is taken from the files at test time, by paths written out here; a counter that no path names and
that is not left out on purpose fails the test.
"""

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from detector.cli.app import app
from detector.contract import TABLES
from detector.sources import read

DATA = Path(__file__).parents[3] / "shared" / "data"
SAMPLES, DAILY = DATA / "payload-samples", DATA / "tiktok-daily-2026" / "tiktok_daily_stats.csv"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="no real payload samples beside the repository")

COUNTS = {name: {c.name for c in columns if c.kind == "count"} for name, columns in TABLES.items()}
TEXT_LENGTHS = {"bio_length", "handle_length", "handle_digits"}


def tiktok_user(root: str) -> dict[str, str]:
    return {
        "followers": f"{root}.followerCount",
        "following": f"{root}.followingCount",
        "likes": f"{root}.heartCount",
        "posts": f"{root}.videoCount",
    }


def tiktok_video(root: str, *, saves: bool = False) -> dict[str, str]:
    counts = {"views": "playCount", "likes": "diggCount", "comments": "commentCount", "shares": "shareCount"}
    return {ours: f"{root}.{theirs}" for ours, theirs in counts.items()} | (
        {"saves": f"{root}.collectCount"} if saves else {}
    )


def instagram_media(i: int) -> dict[str, str]:
    root = f"business_discovery.media.data.{i}"
    return {"likes": f"{root}.like_count", "comments": f"{root}.comments_count"}


def youtube_channel(i: int) -> dict[str, str]:
    root = f"items.{i}.statistics"
    return {
        "followers": f"{root}.subscriberCount",
        "posts": f"{root}.videoCount",
        "views": f"{root}.viewCount",
    }


PAGE = "props.pageProps"
VIDEO = f"{PAGE}.itemInfo.itemStruct"
PATHS: dict[str, tuple[list[dict[str, str]], list[dict[str, str]]]] = {
    "instagram_graph_business_discovery_media.json": ([], [instagram_media(0), instagram_media(1)]),
    "instagram_graph_business_discovery_user.json": (
        [{"followers": "business_discovery.followers_count", "posts": "business_discovery.media_count"}],
        [],
    ),
    "tikapi_video_2023.json": (
        [tiktok_user("itemInfo.itemStruct.authorStats")],
        [tiktok_video("itemInfo.itemStruct.stats", saves=True)],
    ),
    "tiktok_research_api_user.json": (
        [
            {
                "followers": "data.follower_count",
                "following": "data.following_count",
                "likes": "data.likes_count",
                "posts": "data.video_count",
            }
        ],
        [],
    ),
    "tiktok_research_api_videos.json": (
        [],
        [
            {"views": f"data.videos.{i}.view_count", "comments": f"data.videos.{i}.comment_count"}
            for i in (0, 1)
        ],
    ),
    "tiktok_web_api_user_detail_2025.json": ([tiktok_user("data.userInfo.statsV2")], []),
    "tiktok_web_next_data_user_2020.json": (
        [tiktok_user(f"{PAGE}.userInfo.stats")],
        [tiktok_video(f"{PAGE}.items.{i}.stats") for i in range(4)],
    ),
    "tiktok_web_next_data_video_2020.json": (
        [tiktok_user(f"{VIDEO}.authorStats")],
        [tiktok_video(f"{VIDEO}.stats")],
    ),
    "youtube_channels_list_multi.json": ([youtube_channel(0), youtube_channel(1)], []),
    "youtube_videos_list_multi.json": ([], [{}, {}]),
}
TWICE = {"tiktok_research_api_videos.json": 1}
"""Posts that a file holds twice, so that one of the two is set aside."""

NOT_READ = {
    r"(stats|statsV2|authorStats)\.diggCount$": "of a user: what the user liked",
    r"\.friendCount$": "friends are no counter of ours",
    r"\.heart$": "heartCount under its older name",
    r"userInfo\.stats\.\w+$": "rounded, where statsV2 has the exact counter",
    r"\.authorStats\.\w+$": "the author again, beside the page's own user",
    r"(challenges|effectStickers)\.": "of a hashtag, an effect",
    r"hiddenSubscriberCount$": "a flag",
}


def leaves(value: Any, path: str = "") -> dict[str, Any]:
    """Path -> value of everything in a document."""
    pairs = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    )
    if pairs is None:
        return {path: value}
    return {
        place: leaf
        for key, inner in pairs
        for place, leaf in leaves(inner, f"{path}.{key}".lstrip(".")).items()
    }


def counters(rows: list[dict[str, Any]], table: str) -> list[dict[str, Any]]:
    names = COUNTS[table] - TEXT_LENGTHS
    return [{name: value for name, value in row.items() if name in names} for row in rows]


@pytest.mark.parametrize("name", PATHS)
def test_every_counter_of_a_real_export_is_read(name, balanced, rows_of):
    tables = balanced(read(SAMPLES / name))
    there = leaves(json.loads((SAMPLES / name).read_text()))
    accounts, posts = (
        [{ours: int(there[path]) for ours, path in row.items()} for row in rows] for rows in PATHS[name]
    )
    twice = TWICE.get(name, 0)
    assert counters(rows_of(tables.accounts), "accounts") == accounts
    assert counters(rows_of(tables.posts), "posts") == posts[twice:]
    assert len(tables.set_aside) == twice
    assert len(tables.snapshots) == 0


@pytest.mark.parametrize("name", PATHS)
def test_no_counter_of_a_real_export_is_forgotten(name):
    there = leaves(json.loads((SAMPLES / name).read_text()))
    used = {path for rows in PATHS[name] for row in rows for path in row.values()}
    counts = [path for path in there if re.search(r"(Count|_count|heart)$", path)]
    left = [path for path in counts if path not in used]
    assert not [path for path in left if not any(re.search(pattern, path) for pattern in NOT_READ)]


def test_every_sample_has_its_paths():
    assert {file.name for file in SAMPLES.glob("*.json")} == set(PATHS)


def test_every_counter_of_the_daily_file_is_read(balanced, rows_of):
    tables = balanced(read(DAILY))
    assert not tables.set_aside
    with DAILY.open(newline="") as file:
        expected = {
            (row["Username"], row["Date"]): {
                "followers": int(row["Followers"]),
                "likes": int(row["Likes"]),
                "posts": int(row["Videos"]),
            }
            for row in csv.DictReader(file)
        }
    looks = [*rows_of(tables.accounts), *rows_of(tables.snapshots)]
    keys = [(look["account_id"], look["observed_at"].removesuffix("T00:00:00")) for look in looks]
    assert dict(zip(keys, counters(looks, "snapshots"), strict=True)) == expected
    assert len(looks) == len(expected) == 592
    assert {account["platform"] for account in looks} == {"tiktok"}
    assert any("no platform is named" in notice for notice in tables.notices)


def test_the_folder_of_all_samples_is_joined(balanced):
    tables = balanced(read(SAMPLES))
    keys = list(zip(tables.accounts.column("platform"), tables.accounts.column("account_id"), strict=True))
    assert len(keys) == len(set(keys)) == 6
    assert len(tables.posts) == 11
    assert any("account_id = unknown" in notice for notice in tables.notices)


@pytest.mark.parametrize("name", [*sorted(PATHS), DAILY.name, ""])
def test_a_real_export_is_scored(name, tmp_path):
    source = DAILY if name == DAILY.name else SAMPLES / name
    done = CliRunner().invoke(app, ["score", str(source), "--out", str(tmp_path / "result.jsonl")])
    assert done.exit_code == 0, done.output
    rows = [json.loads(line) for line in (tmp_path / "result.jsonl").read_text().splitlines()]
    n_accounts = {DAILY.name: 4, "": 7}.get(name)
    assert rows
    assert n_accounts is None or len(rows) == n_accounts
