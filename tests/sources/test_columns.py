"""Columns of tables in files: their names as people write them, common words, mappings, and names that are none."""

import json
import re

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from detector.errors import SourceError, UsageError
from detector.sources import read
from tests.sources.conftest import PLAIN


def test_a_column_in_another_spelling_is_read_with_a_notice(write):
    tables = read(write("a.csv", "Platform,Account ID,Followers\ntiktok,1,5\n"))
    assert tables.accounts.column("followers").tolist() == [5]
    assert "Account ID as account_id" in tables.notices[0]
    camel = read(write("a.json", '[{"platform": "x", "accountId": "1", "observedAt": "2026-01-01"}]'))
    assert camel.keys() == [("x", "1")]


def test_an_unknown_column_is_named_once_and_its_mapping_suggested(write):
    text = "platform,account_id,folowers,fansy,Digg Count,colour\ntiktok,1,5,6,7,red\ntiktok,2,5,6,7,red\n"
    (notice,) = read(write("a.csv", text)).notices
    assert "a.csv: left aside columns" in notice
    assert "--map followers=folowers" in notice
    assert "--map 'likes=Digg Count'" in notice
    assert "`colour`," in notice or notice.endswith("`colour`.")


WORDS = {
    "platform,user_id,Follower Count,heart,play_count": {"followers": 5, "likes": 6, "views": 7},
    "platform,account_id,fans,heart,heart_count": {"followers": 5},  # which of two?
    "platform,account_id,followers,fans,subscribers": {"followers": 5},
    "platform,account_id,fans,digg_count,total_views": {"followers": 5, "views": 7},  # what it likes itself
    "platform,account_id,video_id,digg_count,play_count": {"post_id": "5", "likes": 6, "views": 7},
    "platform,account_id,video_id,create_time,play_count": {
        "post_id": "5",
        "views": 7,
        "posted_at": "1990-01-02T00:00:00",
    },
}


@pytest.mark.parametrize("header", WORDS)
def test_a_common_word_for_a_column_is_understood_where_it_is_sure_and_said(header, write, rows_of, balanced):
    row = "tiktok,1,5,6,7" if "create_time" not in header else "tiktok,1,5,1990-01-02,7"
    tables = balanced(read(write("a.csv", f"{header}\n{row}\n")))
    (found,) = rows_of(tables.posts if "video_id" in header else tables.accounts)
    assert found == {"platform": "tiktok", "account_id": "1"} | WORDS[header]
    said = " ".join(tables.notices)
    for theirs in header.split(",")[1:]:
        ours = theirs in {"account_id", "followers"}
        assert ours or f"{theirs} as " in said or f"`{theirs}`" in said


def test_a_mapping_comes_before_a_common_word(write):
    text = "platform,account_id,fans,subscribers\nx,1,5,6\n"
    assert (
        read(write("a.csv", text), mapping={"followers": "subscribers"}).accounts.column("followers")[0] == 6
    )
    mapped = read(write("a.csv", text), mapping={"likes": "fans"}).accounts
    assert (mapped.column("likes")[0], mapped.column("followers")[0]) == (5, 6)


def test_a_mapping_reads_their_columns_as_ours(write, rows_of):
    text = "net,user,fans,followers\ntiktok,1,5,99\n"
    tables = read(
        write("a.csv", text), mapping={"platform": "net", "account_id": "user", "followers": "fans"}
    )
    assert rows_of(tables.accounts) == [{"platform": "tiktok", "account_id": "1", "followers": 5}]
    assert "left aside column `followers`" in tables.notices[0]
    lines = read(write("a.jsonl", '{"user": 1, "fans": 5}\n'), platform="x", mapping={"account_id": "user"})
    assert lines.keys() == [("x", "1")]


def test_one_column_may_serve_two_names(write):
    tables = read(
        write("a.csv", "name\nboats\n"), platform="x", mapping={"account_id": "name", "handle": "name"}
    )
    assert tables.accounts.column("handle").tolist() == ["boats"]


@pytest.mark.parametrize(
    ("mapping", "error", "said"),
    [
        ({"folowers": "fans"}, UsageError, "followers"),
        ({"fans": "followers"}, UsageError, "--map followers=fans"),
        ({"followers": ""}, UsageError, "--map followers="),
        ({"followers": "fans"}, SourceError, "account_id, handle, followers, likes"),
    ],
)
def test_a_mapping_that_fits_nothing_says_what_is_there(mapping, error, said, write):
    with pytest.raises(error) as raised:
        read(write("a.csv", PLAIN), mapping=mapping)
    assert said in str(raised.value)


def test_without_an_id_column_the_columns_are_listed_and_a_mapping_suggested(write):
    with pytest.raises(SourceError, match=r"no column account_id.*followers.*--map account_id=Username"):
        read(write("a.csv", "Username,followers\nboats,5\n"))
    with pytest.raises(SourceError, match="header row missing"):
        read(write("a.csv", "likes,12345\nboats,5\n"))


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("Platform,Handle,Followers", "Did you mean --map account_id=Handle?"),
        ("Platform,User name,Followers", "Did you mean --map 'account_id=User name'?"),
        ("Platform,Name,Followers", "Did you mean --map account_id=Name?"),
        ("My shortlist,,", "looks like a title"),
    ],
)
def test_without_an_id_it_is_said_what_can_stand_for_it(header, said, write):
    with pytest.raises(SourceError, match=re.escape(said)):
        read(write("a.csv", f"{header}\ntiktok,boats,5\n"))


def test_a_column_name_twice_is_refused(write, tmp_path):
    with pytest.raises(SourceError, match="more than one column `followers`"):
        read(write("a.csv", "platform,account_id,followers,followers\nx,1,5,6\n"))
    table = pa.Table.from_arrays(
        [pa.array(["1"]), pa.array([1]), pa.array([2])], names=["account_id", "likes", "likes"]
    )
    pq.write_table(table, tmp_path / "a.parquet")
    with pytest.raises(SourceError, match="more than one column `likes`"):
        read(tmp_path / "a.parquet")


def test_a_hostile_column_name_is_shown_harmless(write):
    tables = read(write("a.csv", "platform,account_id,\x1b[2Jfoo\nx,1,5\n"))
    assert all(notice.isprintable() for notice in tables.notices)
    assert "\\x1b" in tables.notices[0]


def test_a_new_key_in_every_record_makes_no_column(write):
    rows = [{"platform": "x", "account_id": str(i), f"key{i}": i} for i in range(2000)]
    tables = read(write("a.json", json.dumps(rows)))
    assert set(tables.accounts.columns) == {"platform", "account_id"}
    assert len(tables.notices[0]) < 600
    assert np.isnan(tables.accounts.column("followers")).all()
