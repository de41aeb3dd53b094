"""Typed numbers: read as people write them, doubts asked about, nothing heavy loaded."""

import subprocess
import sys

import numpy as np
import pytest

from detector.errors import UsageError
from detector.sources.profile import read_list, read_profile


def test_a_typed_profile_becomes_one_account_with_its_recent_posts(rows_of):
    tables = read_profile(
        "TikTok",
        followers="1.2M",
        following="-",
        likes="3.4K",
        posts="40",
        recent_views="12K, 9.1K, -",
        recent_likes="1 200; 900; 3",
        handle="@paper.boats22",
    )
    who = {"platform": "tiktok", "account_id": "paper.boats22"}
    assert rows_of(tables.accounts) == [
        {**who, "handle": "paper.boats22", "followers": 1_200_000, "likes": 3400, "posts": 40}
        | {"handle_length": 13, "handle_digits": 2}
    ]
    assert rows_of(tables.posts) == [
        {**who, "post_id": "recent-1", "views": 12_000, "likes": 1200},
        {**who, "post_id": "recent-2", "views": 9100, "likes": 900},
        {**who, "post_id": "recent-3", "likes": 3},
    ]
    assert tables.rows_read == {"accounts": 1, "posts": 3, "snapshots": 0}


def test_without_a_handle_nothing_is_said_of_it():
    accounts = read_profile("instagram", followers="5").accounts
    assert accounts.column("account_id").tolist() == ["typed"]
    assert accounts.column("handle").tolist() == [None]
    assert np.isnan(accounts.column("handle_length")).all()


def test_a_handle_with_control_characters_loses_them():
    accounts = read_profile("x", followers="5", handle="a\x1b[2J\u202eb").accounts
    assert accounts.column("handle").tolist() == ["a[2Jb"]


LISTS = {
    "12K,9.1K": [12_000, 9100],
    "12K, 9.1K,8K": [12_000, 9100, 8000],
    "12,3K; 9,1K": [12_300, 9100],
    "12,345;1,2K": [12_345, 1200],
    "120, 980": [120, 980],
    "1200,980,1500": [1200, 980, 1500],
    "12345": [12_345],
    "1 234": [1234],
    "12K;-;9K": [12_000, None, 9000],
    "-,5": [None, 5],
    "5;7": [5, 7],
}


@pytest.mark.parametrize("text", LISTS)
def test_a_list_that_can_be_read_in_one_way_is_read_in_that_way(text):
    assert read_list("--recent-views", text) == LISTS[text]


@pytest.mark.parametrize("text", ["12,3K", "12,345", "120,980,150", "12,3K, 9,1K", "1,2K"])
def test_a_list_that_could_be_two_is_asked_about(text):
    with pytest.raises(UsageError, match=r"--recent-views .* could be .* or .*semicolons"):
        read_list("--recent-views", text)


@pytest.mark.parametrize(
    "text", ["", " ", "12K,,9K", "12K,", "12K;x", "one, two", "1e18", "inf", "12K|9K", ";"]
)
def test_a_list_that_is_none_is_refused_with_its_option(text):
    with pytest.raises(UsageError, match="--recent-views"):
        read_list("--recent-views", text)


def test_lists_of_unequal_length_are_refused_with_their_lengths():
    with pytest.raises(UsageError, match="--recent-views has 3, --recent-likes has 2"):
        read_profile("tiktok", recent_views="1K;2K;3K", recent_likes="5;6")


@pytest.mark.parametrize("text", ["many", "inf", str(10**18), "12,3", "1.234", "5 mil", "nan0"])
def test_a_number_that_cannot_be_read_is_refused_with_its_option(text):
    with pytest.raises(UsageError, match="--likes"):
        read_profile("tiktok", followers="5", likes=text)


@pytest.mark.parametrize("given", [{}, {"followers": "-"}, {"likes": "", "recent_views": "-"}])
def test_without_a_number_there_is_nothing_to_judge(given):
    with pytest.raises(UsageError, match="no number"):
        read_profile("tiktok", **given)


@pytest.mark.parametrize("platform", [None, "", "friendster", "tik\x1btok?"])
def test_a_platform_that_is_none_is_refused_with_the_list(platform):
    with pytest.raises(UsageError, match="tiktok, instagram, youtube"):
        read_profile(platform, followers="5")


def test_one_account_is_read_without_dataframe_packages(write):
    exported = write("a.json", '{"kind": "youtube#channel", "id": "UC1", "statistics": {"viewCount": "5"}}')
    table = write("accounts.csv", "platform,account_id,followers\ntiktok,1,5\n")
    code = (
        "import sys; from detector.sources import read; from detector.sources.profile import read_profile; "
        f"read({str(exported)!r}); read({str(table)!r}); read_profile('x', followers='1.2M', recent_views='3K;4K'); "
        "print([m for m in ('pandas', 'pyarrow', 'sklearn', 'mlflow', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
