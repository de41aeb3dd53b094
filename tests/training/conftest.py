"""Small stand-ins for the reference data sets, with invented rows and the traps of the real ones."""

from pathlib import Path

import numpy as np
import pytest

CREATORS = (
    "account,video,group,source_file,create_time,n_plays,n_likes,n_comments,n_shares,"
    "n_followers,n_total_likes,n_total_vids"
)
USERS = (
    "account,verified,follower_count,following_count,heart_count,video_count,"
    "username_length,username_digits,bio_length"
)
VTUBERS = "date,account,activity,youtube_subscribers,youtube_total_views"
CHANNELS = "date_utc,channel,subscribers,views,videos"
VIDEOS = "channel,video,snapshot_utc,published_at,view_count,like_count,comment_count"


def write_csv(path: Path, header: str, rows: list[str]) -> None:
    """A CSV file of a reference set."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")


def write_references(data: Path, n: int = 150, seed: int = 0) -> Path:
    """All four sets with about `n` accounts each, coupled loosely as real ones are."""
    rng = np.random.default_rng(seed)
    creators, users, vtubers, channels, videos = [], [], [], [], []
    for i in range(n):
        followers = int(10 ** rng.uniform(3, 7))
        total_likes, posts = int(followers * rng.lognormal(2, 1)) + 1, int(rng.integers(12, 900))
        for j in range(12):
            plays = int(followers * rng.lognormal(-1, 1)) + 10
            likes = int(plays * rng.uniform(0.03, 0.2))
            creators.append(
                f"c{i:04d},v{i:04d}{j:02d},suggested,a,{1_600_000_000 + 86_400 * j},{plays},{likes},"
                f"{likes // 50},{likes // 80},{followers},{total_likes},{posts}"
            )
        few = int(10 ** rng.uniform(2, 4))
        users.append(
            f"u{i:04d},False,{few},{int(rng.integers(1, 9_000))},{int(few * rng.lognormal(1, 1)) + 1},"
            f"{int(rng.integers(1, 200))},{int(rng.integers(4, 20))},"
            f"{int(rng.integers(0, 5))},{int(rng.integers(0, 80))}"
        )
        fans, seen = 10 ** rng.uniform(2, 5), 10 ** rng.uniform(4, 6)
        for day in range(35):
            fans, seen = fans * rng.uniform(1, 1.004), seen * rng.uniform(1, 1.006)
            date = np.datetime64("2026-06-13") + day
            vtubers.append(f"{date},t{i:04d},active,{int(fans)}.0,{int(seen)}.0")
            if day < 20:
                channels.append(f"{date},k{i:04d},{int(fans)},{int(seen)},{int(rng.integers(20, 30)) + day}")
        for j in range(12):
            views = int(seen / 100 * rng.lognormal(0, 1)) + 10
            videos.append(
                f"k{i:04d},w{i:04d}{j:02d},2026-07-01T00:00:00.5+00:00,2026-06-{j + 1:02d}T17:15:08Z,{views},"
                f"{views // 20}.0,{views // 300}.0"
            )
    write_csv(data / "tiktok-creators-2020" / "videos.csv", CREATORS, creators)
    write_csv(data / "tiktok-user-sample-2024" / "users.csv", USERS, users)
    write_csv(data / "vtuber-daily-2026" / "vtuber_daily.csv", VTUBERS, vtubers)
    write_csv(data / "youtube-daily-2026" / "channels_daily.csv", CHANNELS, channels)
    write_csv(data / "youtube-daily-2026" / "videos_monthly.csv", VIDEOS, videos)
    return data


@pytest.fixture(scope="session")
def references(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with all four sets."""
    return write_references(tmp_path_factory.mktemp("references"))
