"""Rows of tables in files: which are set aside and why, which of two is kept, and those of one account alone."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from detector.errors import SourceError
from detector.sources import delimited, read
from tests.sources.conftest import HEAD, PLAIN, ROWS

UNUSABLE = {
    "tiktok,2,b,many,3": ("followers: `many` is no number", "whole number"),
    "tiktok,2,b,inf,3": ("followers: `inf` is no number", "whole number"),
    f"tiktok,2,b,{10**18},3": ("more than any public counter", "whole number"),
    "tiktok,2,b,2.5,3": ("followers: `2.5` is not whole", "whole number"),
    "tiktok,2,b,x,y": ("followers: `x` is no number; likes: `y` is no number", "whole number"),
    "tiktok,,b,1,3": ("account_id is missing", "stable id"),
    "tiktok, ,b,1,3": ("account_id is missing", "stable id"),
    ",2,b,1,3": ("platform is missing", "--platform"),
    "friendster,2,b,1,3": ("platform `friendster` is unknown", "tiktok, instagram"),
    "tik\x07tok,2,b,1,3": ("platform `tik\\x07tok` is unknown", "tiktok, instagram"),
    "tiktok,2\x1b[2J,b,1,3": ("account_id `2\\x1b[2J` has control characters", "printable"),
    "tiktok,2\u202e3,b,1,3": ("control characters", "printable"),
    f"tiktok,{'9' * 300},b,1,3": ("account_id has 300 signs", "at most 256"),
    "tiktok,2,b,1": ("has 4 columns", "5 columns"),
    "tiktok,2,b,1,3,4": ("has 6 columns", "5 columns"),
}


@pytest.mark.parametrize("line", UNUSABLE)
@pytest.mark.parametrize("small_bytes", [1 << 20, 0])
def test_a_row_that_cannot_be_used_is_set_aside_with_its_line_and_reason(
    line, small_bytes, write, rows_of, balanced, monkeypatch
):
    monkeypatch.setattr(delimited, "SMALL_BYTES", small_bytes)
    tables = balanced(read(write("accounts.csv", PLAIN + line + "\ntiktok,9,last,1,1\n")))
    assert rows_of(tables.accounts)[:2] == ROWS
    assert len(tables.accounts) == 3
    (row,) = tables.set_aside
    reason, expected = UNUSABLE[line]
    assert row.where == "accounts.csv, line 4"
    assert reason in row.reason
    assert expected in row.expected
    assert len(row.row) >= 3
    assert row.reason.isprintable()


def test_a_malformed_quote_costs_its_own_row_alone(write, balanced):
    tables = balanced(read(write("a.csv", HEAD + 'tiktok,1,"a" b,1,2\n' + 'tiktok,2,"a ""b""",1,2\n')))
    assert tables.accounts.column("handle").tolist() == ['a "b"']
    assert tables.set_aside[0].where == "a.csv, line 2"


def test_a_quote_that_is_never_closed_does_not_swallow_the_file(write):
    with pytest.raises(SourceError, match=r"a\.csv, line 3: a quote opens that is never closed"):
        read(write("a.csv", PLAIN.replace("007,kite", '007,"kite')))


def test_quoted_line_ends_count_as_lines(write, balanced):
    tables = balanced(read(write("a.csv", HEAD + 'tiktok,1,"a\nb",1,2\ntiktok,2,c,x,2\n')))
    assert tables.accounts.column("handle").tolist() == ["ab"]
    assert tables.set_aside[0].where == "a.csv, line 4"


LOOK = "platform,account_id,observed_at,followers\n"


def test_a_file_with_several_looks_is_snapshots_and_one_with_posts_is_posts(write, balanced):
    looks = balanced(read(write("a.csv", LOOK + "x,1,2026-01-02,5\nx,1,2026-01-01,4\nx,2,2026-01-01,3\n")))
    assert (len(looks.accounts), len(looks.snapshots)) == (0, 3)
    one_each = balanced(read(write("a.csv", LOOK + "x,1,2026-01-02,5\nx,2,2026-01-01,3\n")))
    assert (len(one_each.accounts), len(one_each.snapshots)) == (2, 0)
    posts = balanced(read(write("a.csv", "platform,account_id,post_id,views\nx,1,a,5\nx,1,b,5\n")))
    assert len(posts.posts) == 2


def test_the_newest_of_two_rows_for_one_account_is_kept(write, balanced):
    text = LOOK + "x,1,2026-01-02,5\nx,2,,3\nx,1,2026-01-01,4\nx,2,,8\nx,3,2026-01-01,1\n"
    path = write("d/accounts.csv", text).parent
    tables = balanced(read(path))
    assert tables.accounts.column("account_id").tolist() == ["1", "2", "3"]
    assert tables.accounts.column("followers").tolist() == [5, 8, 1]
    assert [row.where for row in tables.set_aside] == ["accounts.csv, line 3", "accounts.csv, line 4"]
    assert tables.set_aside[1].reason == "two rows for one account; accounts.csv, line 2 is kept"
    assert {row.row["followers"] for row in tables.set_aside} == {3, 4}


def test_the_same_look_and_the_same_post_twice_are_set_aside(write, balanced):
    write("d/snapshots.csv", LOOK + "x,1,2026-01-02,5\nx,1,2026-01-01,4\nx,1,2026-01-02T01:00:00+01:00,6\n")
    write(
        "d/posts.csv",
        "platform,account_id,post_id,observed_at,views\nx,1,a,2026-01-02,9\nx,1,a,2026-01-01,8\n",
    )
    tables = balanced(read(write("d/notes.md", "").parent))
    assert tables.snapshots.column("followers").tolist() == [4, 6]
    assert tables.posts.column("views").tolist() == [9]
    assert [row.reason.split(";")[0] for row in tables.set_aside] == [
        "seen twice: the same post",
        "seen twice: the same look",
    ]


def test_a_look_without_a_time_or_with_an_unreadable_one_is_set_aside(write, balanced):
    text = LOOK + "x,1,,5\nx,1,soon,5\nx,1,2026-01-01,5\nx,1,2026-01-02,6\n"
    tables = balanced(read(write("d/snapshots.csv", text).parent))
    assert [row.reason for row in tables.set_aside] == [
        "observed_at is missing",
        "observed_at: `soon` is no time",
    ]
    assert len(tables.snapshots) == 2


@pytest.mark.parametrize("wanted", ["2", "@Kite", "kite"])
def test_one_account_is_kept_by_id_or_handle(wanted, write, balanced):
    write("d/accounts.csv", HEAD + "x,1,boats,5,6\nx,2,kite,5,6\nx,2,kite,5,6\nx,3,c,many,6\n")
    write("d/posts.csv", "platform,account_id,post_id\nx,2,a\nx,1,b\n")
    tables = balanced(read(write("d/notes.md", "x").parent, account=wanted))
    assert tables.keys() == [("x", "2")]
    assert tables.rows_read == {"accounts": 2, "posts": 1, "snapshots": 0}


def test_an_account_that_is_not_there_or_several_is_said(write):
    path = write("a.csv", HEAD + "x,1,boats,5,6\ntiktok,1,boats,5,6\nx,3,c,many,6\n")
    with pytest.raises(SourceError, match=r"no account `9` among the 2 of this source \(boats, boats\)"):
        read(path, account="9")
    with pytest.raises(SourceError, match=r"Did you mean boats\?"):
        read(path, account="@boat")
    with pytest.raises(SourceError, match="line 4: followers: `many` is no number"):
        read(path, account="3")
    with pytest.raises(SourceError, match="2 accounts"):
        read(path, account="boats")
    assert read(path, account="boats", platform="tiktok").keys() == [("tiktok", "1")]


def test_a_bad_line_among_json_lines_costs_itself_alone(write, balanced):
    rows = [json.dumps({"platform": "x", "account_id": str(i)}) for i in range(4)]
    tables = balanced(
        read(write("a.jsonl", "\n".join([rows[0], "{oops", rows[1], "17", rows[2], rows[3][:9]])))
    )
    assert len(tables.accounts) == 3
    assert [row.where for row in tables.set_aside] == [
        "a.jsonl, line 2",
        "a.jsonl, line 6",
        "a.jsonl, line 4",
    ]
    assert tables.set_aside[0].row == {"text": "{oops"}


ODD_COLUMNS = {
    "a list": ({"followers": [[1], [2]]}, "no number"),
    "an object": ({"account_id": [{"a": 1}, {"b": 2}]}, "no text"),
    "flags as ids": ({"account_id": [True, False]}, "no text"),
    "fractions as ids": ({"account_id": [1.5, 2.5]}, "no text"),
    "counts beyond all counts": ({"followers": pa.array([2**64 - 1, 10**18], pa.uint64())}, "public counter"),
    "infinity": ({"followers": [float("inf"), -float("inf")]}, "public counter"),
    "a time of day": ({"observed_at": pa.array([1, 2], pa.time64("us"))}, "no time"),
    "times no calendar holds": ({"observed_at": pa.array([2**62, -(2**62)], pa.timestamp("ms"))}, "no time"),
    "days no calendar holds": (
        {"observed_at": pa.array([2**31 - 1, -(2**31)], pa.int32()).cast(pa.date32())},
        "no time",
    ),
}


@pytest.mark.parametrize("case", ODD_COLUMNS)
def test_columns_of_odd_types_set_their_rows_aside(case, tmp_path, balanced):
    columns, reason = ODD_COLUMNS[case]
    pq.write_table(
        pa.table({"platform": ["x"] * 2, "account_id": ["1", "2"]} | columns), tmp_path / "a.parquet"
    )
    tables = balanced(read(tmp_path / "a.parquet"))
    assert len(tables.set_aside) == 2
    assert all(reason in row.reason for row in tables.set_aside)
    assert [row.where for row in tables.set_aside] == ["a.parquet, row 1", "a.parquet, row 2"]
