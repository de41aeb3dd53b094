"""Tables in files: formats, encodings, ids, platforms and values."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from detector.errors import SourceError, UsageError
from detector.sources import delimited, read
from tests.sources.conftest import HEAD, PLAIN, ROWS

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


def test_negative_counts_are_handed_on(write):
    tables = read(write("a.csv", HEAD + "tiktok,1,a,5,-1720410671\ntiktok,2,b,-1,-1\n"))
    assert tables.accounts.column("likes").tolist() == [-1_720_410_671, -1]
    assert not tables.set_aside


def test_handles_lose_their_control_characters_and_keep_the_rest(write):
    tables = read(write("a.csv", HEAD + "tiktok,1,st\x1bar\u202e\u0085,5,6\ntiktok,2,👩\u200d🚀 =1+2,5,6\n"))
    assert tables.accounts.column("handle").tolist() == ["star", "👩\u200d🚀 =1+2"]
    assert "control characters were taken out of 1 handle" in tables.notices[0]


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


def test_a_header_without_rows_is_an_empty_table_with_a_notice(write):
    tables = read(write("a.csv", HEAD))
    assert tables.keys() == []
    assert "a.csv: a header and no rows." in tables.notices


def test_slices_and_nulls_of_arrow_keep_their_place(tmp_path):
    first = pa.table({"account_id": ["1", "2"], "followers": [1, None]}).slice(1)
    second = pa.table({"account_id": ["3", "4", "5"], "followers": [None, 9, 10]})
    pq.write_table(pa.concat_tables([first, second]), tmp_path / "a.parquet", row_group_size=2)
    accounts = read(tmp_path / "a.parquet", platform="x").accounts
    assert accounts.column("account_id").tolist() == ["2", "3", "4", "5"]
    np.testing.assert_array_equal(accounts.column("followers"), [np.nan, np.nan, 9, 10])
