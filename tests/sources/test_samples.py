"""Real exports, where they lie beside the repository: read without a row lost, exact counts included."""

from pathlib import Path

import pytest

from detector.errors import UnknownFormatError
from detector.sources import read

SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "payload-samples"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="no real payload samples beside the repository")

ROWS = {
    "instagram_graph_business_discovery_media.json": (0, 2),
    "instagram_graph_business_discovery_user.json": (1, 0),
    "tikapi_video_2023.json": (1, 1),
    "tiktok_web_api_user_detail_2025.json": (1, 0),
    "tiktok_web_next_data_user_2020.json": (1, 4),
    "tiktok_web_next_data_video_2020.json": (1, 1),
    "youtube_channels_list_multi.json": (2, 0),
    "youtube_videos_list_multi.json": (0, 2),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_real_export_is_read_whole(name, balanced):
    tables = balanced(read(SAMPLES / name))
    assert (len(tables.accounts), len(tables.posts)) == ROWS[name]
    assert not tables.set_aside


def test_exact_counts_come_before_rounded_ones():
    accounts = read(SAMPLES / "tiktok_web_api_user_detail_2025.json").accounts
    assert accounts.column("followers").tolist() == [427_682]
    assert accounts.column("likes").tolist() == [6_764_096]


@pytest.mark.parametrize("name", ["tiktok_research_api_user.json", "tiktok_research_api_videos.json"])
def test_a_format_not_read_yet_is_named_as_unknown_with_its_keys(name):
    with pytest.raises(UnknownFormatError, match="keys: data, error"):
        read(SAMPLES / name)


def test_the_folder_of_all_samples_is_joined(balanced):
    tables = balanced(read(SAMPLES))
    keys = list(zip(tables.accounts.column("platform"), tables.accounts.column("account_id"), strict=True))
    assert len(keys) == len(set(keys)) == 5
    assert len(tables.posts) == 10
