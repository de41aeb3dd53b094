"""Files that name no account or no platform: `--account` and `--platform` say it, else `unknown` and a notice."""

import json

import pytest

from detector.errors import SourceError
from detector.sources import read

USER = {"data": {"follower_count": 900, "likes_count": 5000, "video_count": 12}, "error": {"code": "ok"}}
DAILY = "date,followers,following,uploads,likes\n2026-01-01,880,3,11,4900\n2026-01-02,900,3,12,5000\n"


def page(account_id="11", handle="boats", followers=100):
    user = {"id": account_id, "uniqueId": handle}
    return {
        "userInfo": {"user": user, "stats": {"followerCount": followers, "heartCount": 5, "videoCount": 2}}
    }


def told(tables, text):
    return [notice for notice in tables.notices if text in notice]


def test_without_an_option_the_account_is_unknown_and_said_to_be(write, balanced):
    tables = balanced(read(write("u.json", json.dumps(USER))))
    assert tables.keys() == [("tiktok", "unknown")]
    assert told(tables, "u.json: no account is named there, so account_id = unknown. Give --account ID")


@pytest.mark.parametrize("account", ["7000000000000000001", "boats", "@boats"])
def test_the_account_given_names_the_rows(account, write, balanced):
    tables = balanced(read(write("u.json", json.dumps(USER)), account=account))
    assert tables.keys() == [("tiktok", account.lstrip("@"))]
    assert tables.accounts.column("followers").tolist() == [900]


def test_files_that_name_no_account_are_one_creator(write, tmp_path, balanced):
    write("s/user.json", json.dumps(USER))
    write("s/history.csv", DAILY)
    tables = balanced(read(tmp_path / "s", account="boats"))
    assert tables.keys() == [("tiktok", "boats")]
    assert tables.snapshots.column("followers").tolist() == [880]


def test_a_handle_that_another_file_has_leads_to_its_id(write, tmp_path, balanced):
    write("s/page.json", json.dumps(page()))
    write("s/history.csv", DAILY)
    for account in ("Boats", "@boats", "11"):
        tables = balanced(read(tmp_path / "s", account=account))
        assert tables.keys() == [("tiktok", "11")]
        assert len(tables.snapshots) == 2 - 1
    assert told(tables, "history.csv: no account is named there; the rows are taken as those of `11`")


def test_the_account_given_still_keeps_its_rows_alone(write, tmp_path, balanced):
    write("s/a.json", json.dumps(page()))
    write("s/b.json", json.dumps(page("12", "kettle")))
    write("s/history.csv", DAILY)
    assert balanced(read(tmp_path / "s", account="12")).keys() == [("tiktok", "12")]
    assert len(read(tmp_path / "s").keys()) == 3


def test_an_account_that_no_file_has_is_an_error_where_all_files_name_theirs(write):
    with pytest.raises(SourceError, match="no account `13`"):
        read(write("a.json", json.dumps(page())), account="13")


def test_a_table_without_a_key_is_of_the_account_given(write, balanced):
    path = write("t.csv", "observed_at,followers,likes\n2026-01-01,5,6\n2026-01-02,7,8\n")
    for account in ("boats", "@boats"):
        tables = balanced(read(path, account=account, platform="x", mapping={"followers": "followers"}))
        assert tables.keys() == [("x", "boats")]
        assert len(tables.snapshots) == 2
    with pytest.raises(SourceError, match="no column account_id"):
        read(path, platform="x", mapping={"followers": "followers"})


def test_the_platform_given_counts_more_than_the_one_assumed(write):
    path = write("h.csv", DAILY)
    assumed = read(path)
    assert assumed.keys() == [("tiktok", "unknown")]
    assert told(assumed, "no platform is named there; the counters are those of tiktok")
    given = read(path, platform="instagram")
    assert given.keys() == [("instagram", "unknown")]
    assert not told(given, "no platform is named")


def test_a_history_that_may_be_of_any_platform_needs_it_said(write, balanced):
    path = write("h.csv", "date,followers,following,posts\n2026-01-01,5,6,7\n2026-01-02,5,6,7\n")
    tables = balanced(read(path))
    assert not tables.keys()
    assert {row.reason for row in tables.set_aside} == {"platform is missing"}
    assert all("--platform" in row.expected for row in tables.set_aside)
    assert read(path, platform="instagram").keys() == [("instagram", "unknown")]


def test_a_row_without_an_account_among_others_is_set_aside(write, balanced):
    items = [
        {"id": "1", "author": {"id": "11"}, "stats": {"playCount": 1}},
        {"id": "2", "stats": {"playCount": 2}},
    ]
    tables = balanced(read(write("a.json", json.dumps({"itemList": items}))))
    (row,) = tables.set_aside
    assert "account_id is missing" in row.reason


def test_many_handles_without_ids_make_one_notice(write):
    rows = "".join(f"2026-01-01,creator_{i},5,6,7\n" for i in range(30))
    tables = read(write("a.csv", "Date,Username,Followers,Likes,Videos\n" + rows))
    (notice,) = told(tables, "the handle stands for it")
    assert "and 24 more" in notice
