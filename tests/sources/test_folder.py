"""Folders: tables by name, part files, exports, and what is none of these."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from detector.errors import SourceError
from detector.sources import read

ACCOUNTS = "platform,account_id,followers\ntiktok,1,5\ntiktok,2,6\n"
POSTS = "platform,account_id,post_id,views\ntiktok,1,a,5\n"
LOOKS = "platform,account_id,observed_at,followers\ntiktok,3,2026-01-01,5\n"
EXPORT = json.dumps(
    {"business_discovery": {"id": "9", "username": "kite", "followers_count": 7, "media_count": 1}}
)


def test_three_tables_are_read_and_accounts_are_their_union(write, tmp_path, balanced):
    write("s/accounts.csv", ACCOUNTS)
    write("s/posts.json", json.dumps([{"platform": "tiktok", "account_id": 1, "post_id": 7}]))
    write("s/snapshots.jsonl", '{"platform":"tiktok","account_id":"3","observed_at":1774634400}\n')
    tables = balanced(read(tmp_path / "s"))
    assert tables.keys() == [("tiktok", "1"), ("tiktok", "2"), ("tiktok", "3")]
    assert tables.rows_read == {"accounts": 2, "posts": 1, "snapshots": 1}


def test_part_files_of_any_format_are_one_table(write, tmp_path, balanced):
    write("s/accounts/part-0.csv", ACCOUNTS)
    write(
        "s/accounts/part-1",
        '{"platform":"tiktok","account_id":"3"}\n{"platform":"tiktok","account_id":"1"}\n',
    )
    pq.write_table(pa.table({"account_id": [4], "platform": ["x"]}), tmp_path / "s/accounts/part-2.parquet")
    write("s/accounts/_SUCCESS", "")
    write("s/accounts/.part-0.csv.crc", b"\0\1")
    tables = balanced(read(tmp_path / "s"))
    assert tables.accounts.column("account_id").tolist() == ["2", "3", "1", "4"]
    assert "accounts/part-0.csv, line 2" in tables.set_aside[0].where


def test_columns_in_folder_names_are_columns(write, tmp_path):
    write("s/posts/platform=tiktok/day=1/part-0.csv", "account_id,post_id\n1,a\n")
    write("s/posts/platform=x/day=2/part-0.csv", "account_id,post_id\n1,a\n")
    assert read(tmp_path / "s").keys() == [("tiktok", "1"), ("x", "1")]


def test_other_files_beside_tables_are_named_in_a_notice(write, tmp_path):
    write("s/accounts.csv", ACCOUNTS)
    write("s/README.md", "# hello")
    write("s/creator.json", EXPORT)
    tables = read(tmp_path / "s")
    assert len(tables.accounts) == 2
    assert "README.md, creator.json" in tables.notices[0]


def test_a_table_that_is_there_twice_is_refused(write, tmp_path):
    write("s/accounts.csv", ACCOUNTS)
    write("s/accounts.jsonl", "{}")
    with pytest.raises(SourceError, match=r"accounts more than once: accounts\.csv, accounts\.jsonl"):
        read(tmp_path / "s")


@pytest.mark.parametrize(
    "files",
    [{}, {"readme.md": "hello"}, {"a.csv": "x,y\n1,2\n"}, {"sub/a.csv": "x,y\n1,2\n"}, {".hidden": "x"}],
)
def test_a_folder_without_a_table_says_what_it_holds_and_what_was_expected(files, write, tmp_path):
    (tmp_path / "s").mkdir()
    for name, content in files.items():
        write(f"s/{name}", content)
    with pytest.raises(SourceError, match=r"has no table.*expected accounts, posts or snapshots"):
        read(tmp_path / "s")


def test_an_empty_folder_of_parts_and_an_empty_part_are_refused(write, tmp_path):
    (tmp_path / "s/accounts").mkdir(parents=True)
    with pytest.raises(SourceError, match="accounts is empty"):
        read(tmp_path / "s")
    write("s/accounts/part-0.csv", "")
    with pytest.raises(SourceError, match=r"accounts/part-0\.csv is empty"):
        read(tmp_path / "s")


def test_files_of_other_names_are_recognised_by_their_columns(write, tmp_path, balanced):
    write("s/creators.csv", ACCOUNTS)
    write("s/videos.csv", POSTS)
    write("s/notes.txt", "hello")
    tables = balanced(read(tmp_path / "s"))
    assert (len(tables.accounts), len(tables.posts)) == (2, 1)
    assert "notes.txt" in tables.notices[0]


def test_a_file_a_day_is_a_history(write, tmp_path, balanced):
    for day in (1, 2, 3):
        write(f"s/2026-01-0{day}.csv", LOOKS.replace("2026-01-01", f"2026-01-0{day}"))
    tables = balanced(read(tmp_path / "s"))
    assert (len(tables.accounts), len(tables.snapshots)) == (0, 3)


def test_a_mapping_is_applied_where_a_table_has_the_column(write, tmp_path):
    write("s/accounts.csv", ACCOUNTS.replace("followers", "fans"))
    write("s/posts.csv", POSTS)
    tables = read(tmp_path / "s", mapping={"followers": "fans"})
    assert tables.accounts.column("followers").tolist() == [5, 6]


def test_a_damaged_export_in_a_folder_is_an_error_and_not_left_aside(write, tmp_path):
    write("s/good.json", EXPORT)
    write("s/cut.json", EXPORT[:40])
    with pytest.raises(SourceError, match=r"cut\.json is cut off"):
        read(tmp_path / "s")


def test_exports_and_tables_of_one_folder_are_read_together(write, tmp_path, balanced):
    write("s/accounts.csv", ACCOUNTS)
    write("s/posts.json", EXPORT)
    tables = balanced(read(tmp_path / "s"))
    assert tables.keys() == [("tiktok", "1"), ("tiktok", "2"), ("instagram", "9")]


def test_what_is_true_of_all_part_files_is_said_once(write, tmp_path):
    for i in range(7):
        write(f"s/accounts/part-{i}.csv", f"platform,account_id,handle,colour\nx,{i},a\x07,red\n")
    notices = read(tmp_path / "s").notices
    assert [notice for notice in notices if "colour" in notice] == [
        "accounts/part-0.csv, accounts/part-1.csv, accounts/part-2.csv and 4 more: left aside column `colour`."
    ]
    assert "accounts: control characters were taken out of 7 handles." in notices
