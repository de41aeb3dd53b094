"""Tables in files: formats, encodings, names, keys, duplicates, and every row accounted for."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from detector.errors import SourceError, UnknownFormatError, UsageError
from detector.sources import delimited, read

HEAD = "platform,account_id,handle,followers,likes\n"
PLAIN = HEAD + "tiktok,7100000000000000011,boats,1200,34000\ntiktok,007,kite,5,6\n"
ROWS = [
    {
        "platform": "tiktok",
        "account_id": "7100000000000000011",
        "handle": "boats",
        "followers": 1200,
        "likes": 34_000,
    },
    {"platform": "tiktok", "account_id": "007", "handle": "kite", "followers": 5, "likes": 6},
]

DRESSES = {
    "commas": PLAIN,
    "semicolons": PLAIN.replace(",", ";"),
    "tabs": PLAIN.replace(",", "\t"),
    "bars": PLAIN.replace(",", "|"),
    "a BOM": "\ufeff" + PLAIN,
    "UTF-16": PLAIN.encode("utf-16"),
    "UTF-16 without a BOM": PLAIN.encode("utf-16-le"),
    "Windows line ends": PLAIN.replace("\n", "\r\n"),
    "old Mac line ends": PLAIN.replace("\n", "\r"),
    "no last line end": PLAIN.rstrip(),
    "blank lines": PLAIN.replace("\n", "\n\n"),
    "blank lines before": "\n\n" + PLAIN,
    "a sep line": "sep=;\n" + PLAIN.replace(",", ";"),
    "a sep line with a tab": "sep=\t\n" + PLAIN.replace(",", "\t"),
    "quotes": "\n".join(",".join(f'"{cell}"' for cell in line.split(",")) for line in PLAIN.splitlines()),
    "blanks around cells": PLAIN.replace(",", " , "),
    "numbers as people write them": PLAIN.replace("1200", "1.2K").replace("34000", '"34,000"'),
    "decimal commas": PLAIN.replace(",", ";").replace("1200", "1200,0").replace("34000", "3,4E+04"),
    "JSON lines": "\n".join(map(json.dumps, ROWS)),
    "a JSON array": json.dumps(ROWS),
    "a pretty JSON array": json.dumps(ROWS, indent=2),
}


@pytest.mark.parametrize("dress", DRESSES)
@pytest.mark.parametrize("small_bytes", [1 << 20, 0])
def test_the_same_rows_in_any_dress_are_the_same_table(
    dress, small_bytes, write, rows_of, balanced, monkeypatch
):
    monkeypatch.setattr(delimited, "SMALL_BYTES", small_bytes)
    tables = balanced(read(write("whatever.dat", DRESSES[dress])))
    assert rows_of(tables.accounts) == ROWS
    assert not tables.set_aside
    assert not tables.notices


def test_parquet_of_many_types_is_the_same_table(tmp_path, rows_of, balanced):
    made = {
        "platform": pa.array(["tiktok", "tiktok"]).dictionary_encode(),
        "account_id": pa.array([7_100_000_000_000_000_011, 7]),
        "handle": pa.array([b"boats", None], type=pa.binary()),
        "followers": pa.array([1200, None], type=pa.int32()),
        "likes": pa.array([34_000.0, 6.0]),
        "verified": pa.array([True, None]),
        "observed_at": pa.array([1_774_634_400_000_000_000, None], type=pa.timestamp("ns", tz="Asia/Tokyo")),
        "created_at": pa.array([18_262, None], type=pa.date32()),
        "posts": pa.array([12, None]).cast(pa.decimal128(24, 2)),
    }
    pq.write_table(pa.table(made), tmp_path / "a.parquet")
    tables = balanced(read(tmp_path / "a.parquet"))
    assert rows_of(tables.accounts) == [
        {"platform": "tiktok", "account_id": "7100000000000000011", "handle": "boats", "followers": 1200}
        | {"likes": 34_000, "verified": 1, "posts": 12}
        | {"observed_at": "2026-03-27T18:00:00", "created_at": "2020-01-01T00:00:00"},
        {"platform": "tiktok", "account_id": "7", "likes": 6},
    ]


@pytest.mark.parametrize(
    "account_id", ["7100000000000000011", "0012", "12e45", "NA", "null", "1.0", "-5", "1,234"]
)
def test_ids_are_text_always(account_id, write, tmp_path):
    csv = read(write("a.csv", f'platform,account_id,followers\ntiktok,"{account_id}",5\n'))
    lines = read(
        write("a.jsonl", json.dumps({"platform": "tiktok", "account_id": account_id, "followers": 5}))
    )
    pq.write_table(pa.table({"platform": ["tiktok"], "account_id": [account_id]}), tmp_path / "a.parquet")
    parquet = read(tmp_path / "a.parquet")
    for tables in (csv, lines, parquet):
        assert tables.accounts.column("account_id").tolist() == [account_id]


@pytest.mark.parametrize("form", ["parquet", "json"])
def test_ids_that_passed_through_floats_are_refused(form, tmp_path):
    path = tmp_path / "a"
    if form == "parquet":
        pq.write_table(pa.table({"platform": ["tiktok"] * 2, "account_id": [7.1e18, 3.0]}), path)
    else:
        path.write_text(
            '[{"platform": "tiktok", "account_id": 7.1e18}, {"platform": "tiktok", "account_id": "3"}]'
        )
    with pytest.raises(SourceError, match="damaged"):
        read(path)


def test_small_ids_of_a_float_column_become_their_digits(tmp_path):
    pq.write_table(pa.table({"platform": ["x", "x"], "account_id": [3.0, None]}), tmp_path / "a.parquet")
    tables = read(tmp_path / "a.parquet")
    assert tables.accounts.column("account_id").tolist() == ["3"]
    assert tables.set_aside[0].reason == "account_id is missing"


def test_ids_shortened_by_a_spreadsheet_are_pointed_out(write):
    tables = read(write("a.csv", "platform,account_id\ntiktok,7.1E+18\n"))
    assert "spreadsheet" in " ".join(tables.notices)


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


def test_negative_counts_are_handed_on(write):
    tables = read(write("a.csv", HEAD + "tiktok,1,a,5,-1720410671\ntiktok,2,b,-1,-1\n"))
    assert tables.accounts.column("likes").tolist() == [-1_720_410_671, -1]
    assert not tables.set_aside


def test_handles_lose_their_control_characters_and_keep_the_rest(write):
    tables = read(write("a.csv", HEAD + "tiktok,1,st\x1bar\u202e\u0085,5,6\ntiktok,2,👩\u200d🚀 =1+2,5,6\n"))
    assert tables.accounts.column("handle").tolist() == ["star", "👩\u200d🚀 =1+2"]
    assert "control characters were taken out of 1 handles" in tables.notices[0]


def test_unpaired_surrogates_of_json_reach_no_text(write):
    row = {"platform": "tiktok", "account_id": "1", "handle": "a\ud800b", "followers": "x\udfff"}
    (row,) = read(write("a.json", json.dumps([row]))).set_aside
    json.dumps(row.row, ensure_ascii=False).encode()
    assert read(write("b.json", json.dumps([{"platform": "x", "account_id": "1", "handle": "a\ud800b"}])))


def test_latin_1_is_read_with_a_notice(write):
    tables = read(write("a.csv", (HEAD + "tiktok,1,Zoë “x”,5,6\n").encode("cp1252")))
    assert tables.accounts.column("handle").tolist() == ["Zoë “x”"]
    assert "Latin-1" in tables.notices[0]


def test_platforms_may_be_written_as_people_do(write):
    names = ["TikTok", "Tik Tok", "IG", "YouTube", "Twitter", "X", "other"]
    text = "platform,account_id\n" + "".join(f"{name},{i}\n" for i, name in enumerate(names))
    tables = read(write("a.csv", text))
    found = tables.accounts.column("platform").tolist()
    assert found == ["tiktok", "tiktok", "instagram", "youtube", "x", "x", "other"]


def test_rows_without_a_platform_take_the_one_given(write):
    text = "platform,account_id\n,1\nyoutube,2\n"
    tables = read(write("a.csv", text), platform="Twitter")
    assert tables.accounts.column("platform").tolist() == ["x", "youtube"]
    assert read(write("b.csv", "account_id\n1\n"), platform="ig").keys() == [("instagram", "1")]
    (row,) = read(write("b.csv", "account_id,followers\n1,5\n")).set_aside
    assert row.reason == "platform is missing"
    with pytest.raises(UsageError, match="tiktok, instagram"):
        read(write("a.csv", text), platform="friendster")


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


def test_a_column_name_twice_is_refused(write, tmp_path):
    with pytest.raises(SourceError, match="more than one column `followers`"):
        read(write("a.csv", "platform,account_id,followers,followers\nx,1,5,6\n"))
    table = pa.Table.from_arrays(
        [pa.array(["1"]), pa.array([1]), pa.array([2])], names=["account_id", "likes", "likes"]
    )
    pq.write_table(table, tmp_path / "a.parquet")
    with pytest.raises(SourceError, match="more than one column `likes`"):
        read(tmp_path / "a.parquet")


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


REFUSED: dict[str, tuple[bytes | str, type[Exception], str]] = {
    "an empty file": ("", SourceError, "is empty"),
    "blanks alone": (" \n\n\t", SourceError, "is empty"),
    "a BOM alone": ("\ufeff", SourceError, "is empty"),
    "prose": (
        "Dear all,\nplease find attached",
        SourceError,
        "no column account_id|neither JSON nor a table",
    ),
    "a word": ("hello", UnknownFormatError, "neither JSON nor a table"),
    "a web page": ("<!DOCTYPE html><html></html>", UnknownFormatError, "web page"),
    "a broken archive": (b"PK\x03\x04" + b"\0" * 50, SourceError, "damaged zip"),
    "broken gzip": (b"\x1f\x8b\x08" + b"\0" * 50, SourceError, "damaged gzip"),
    "an old spreadsheet": (b"\xd0\xcf\x11\xe0" + b"\0" * 50, UnknownFormatError, "old spreadsheet"),
    "bytes": (bytes(range(256)) * 8, UnknownFormatError, "neither text nor Parquet"),
    "cut off JSON": ('{"userInfo": {"user": {"id": "1"', SourceError, "cut off"),
    "broken JSON": ('{"a": 1,, "b": 2}', SourceError, "line 1, column 9"),
    "an unknown export": ('{"hello": {"world": 1}}', UnknownFormatError, "keys: hello"),
    "an API's error": ('{"error": {"code": 403, "message": "quota"}}', UnknownFormatError, "`quota`"),
    "an empty list": ("[]", SourceError, "an empty list"),
    "numbers": ("[1, 2]", SourceError, "no objects"),
    "Parquet's first bytes": (b"PAR1", SourceError, "cut off"),
    "Parquet's ends alone": (b"PAR1" + b"\0" * 20 + b"PAR1", SourceError, "damaged"),
    "a number too long": ("[" + "9" * 5000 + "]", SourceError, "too long|digits"),
    "cut off UTF-16": (PLAIN.encode("utf-16")[:-1], SourceError, "cut off"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_source_is_refused_with_what_where_and_what_to_do(case, write):
    content, error, said = REFUSED[case]
    with pytest.raises(error, match=f"(?s)given.dat.*({said})") as raised:
        read(write("given.dat", content))
    assert str(raised.value).isprintable()
    assert len(str(raised.value)) < 900


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_truncated_parquet_is_said_to_be_cut_off(share, tmp_path):
    pq.write_table(pa.table({"account_id": [str(i) for i in range(500)]}), tmp_path / "a.parquet")
    data = (tmp_path / "a.parquet").read_bytes()
    (tmp_path / "a.parquet").write_bytes(data[: int(share * len(data))])
    with pytest.raises(SourceError, match=r"a\.parquet.*cut off"):
        read(tmp_path / "a.parquet")


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


@pytest.mark.parametrize(
    "address", ["nowhere.csv", "postgresql://host/db", "a\0b", "x" * 5000, "~nobody-at-all/x"]
)
def test_an_address_that_leads_nowhere_is_said(address):
    with pytest.raises(SourceError):
        read(address)


def test_a_near_miss_of_a_file_name_is_suggested(write):
    path = write("accounts.csv", PLAIN)
    with pytest.raises(SourceError, match=r"Did you mean accounts\.csv"):
        read(path.with_name("acounts.csv"))


def test_a_file_that_may_not_be_read_is_said(write, monkeypatch):
    def refused(self, *args, **kwargs):
        raise PermissionError(13, "Permission denied")

    path = write("a.csv", PLAIN)
    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(SourceError, match=r"a\.csv cannot be read: Permission denied"):
        read(path)
    monkeypatch.setattr(Path, "iterdir", refused)
    with pytest.raises(SourceError, match="cannot be read: Permission denied"):
        read(path.parent)


def test_a_header_without_rows_is_an_empty_table_with_a_notice(write):
    tables = read(write("a.csv", HEAD))
    assert tables.keys() == []
    assert "a.csv: a header and no rows." in tables.notices


def test_a_hostile_column_name_is_shown_harmless(write):
    tables = read(write("a.csv", "platform,account_id,\x1b[2Jfoo\nx,1,5\n"))
    assert all(notice.isprintable() for notice in tables.notices)
    assert "\\x1b" in tables.notices[0]


def test_messages_name_no_folder_of_this_machine(write, tmp_path):
    tables = read(write("a.csv", PLAIN + "tiktok,1,b,x,3\n"))
    assert str(tmp_path) not in str(tables.set_aside) + str(tables.notices)
    with pytest.raises(SourceError) as error:
        read(write("b.csv", "x,y\n1,2\n"))
    assert str(tmp_path) not in str(error.value)


def test_a_new_key_in_every_record_makes_no_column(write):
    rows = [{"platform": "x", "account_id": str(i), f"key{i}": i} for i in range(2000)]
    tables = read(write("a.json", json.dumps(rows)))
    assert set(tables.accounts.columns) == {"platform", "account_id"}
    assert len(tables.notices[0]) < 600
    assert np.isnan(tables.accounts.column("followers")).all()


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


def test_slices_and_nulls_of_arrow_keep_their_place(tmp_path):
    first = pa.table({"account_id": ["1", "2"], "followers": [1, None]}).slice(1)
    second = pa.table({"account_id": ["3", "4", "5"], "followers": [None, 9, 10]})
    pq.write_table(pa.concat_tables([first, second]), tmp_path / "a.parquet", row_group_size=2)
    accounts = read(tmp_path / "a.parquet", platform="x").accounts
    assert accounts.column("account_id").tolist() == ["2", "3", "4", "5"]
    np.testing.assert_array_equal(accounts.column("followers"), [np.nan, np.nan, 9, 10])
