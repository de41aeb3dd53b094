"""Files: read back, safe for spreadsheets, replaced whole, refused with a sentence that helps."""

import csv
import json
import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.contract import RESULT
from detector.errors import DetectorError, UsageError
from detector.outputs import check_writable, write
from detector.outputs.hostile import formula_safe, json_text, printable

NAMES = [column.name for column in RESULT]


def test_json_holds_a_summary_and_the_rows_in_the_order_of_the_result(result, tmp_path):
    write(result, tmp_path / "r.json")
    document = json.loads((tmp_path / "r.json").read_bytes())
    assert document["rows"] == list(result.rows())
    assert document["summary"] == {
        "accounts": 5,
        "scored": 4,
        "insufficient_data": 1,
        "levels": {"ordinary": 1, "unusual": 1, "suspicious": 2, "insufficient_data": 1},
        "expected_by_chance": 0.04,
        "faults": 3,
        "model_versions": ["default 1 0123abcd"],
    }


def test_json_lines_hold_the_rows_one_a_line(result, tmp_path):
    write(result, tmp_path / "r.jsonl")
    lines = (tmp_path / "r.jsonl").read_bytes().decode().split("\n")
    assert lines.pop() == ""
    assert [json.loads(line) for line in lines] == list(result.rows())


def test_parquet_is_typed_and_gives_the_rows_back(result, tmp_path):
    import pyarrow.parquet as pq

    write(result, tmp_path / "r.parquet")
    table = pq.read_table(tmp_path / "r.parquet")
    assert table.column_names == NAMES
    assert str(table.schema.field("as_of").type) == "timestamp[us, tz=UTC]"
    assert str(table.schema.field("cohort_size").type) == "int64"
    rows = table.drop_columns(["as_of"]).to_pylist()
    assert rows == [{k: v for k, v in row.items() if k != "as_of"} for row in result.rows()]
    assert table["as_of"].to_pylist()[1].isoformat() == "2026-05-03T04:05:06.000007+00:00"


def test_csv_has_a_column_for_each_of_the_contract_and_records_as_json(result, tmp_path):
    write(result, tmp_path / "r.csv")
    with (tmp_path / "r.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == NAMES
    assert rows[0]["account_id"] == "6800000000000000001"
    assert rows[1]["account_id"] == "007"
    assert rows[0]["automation_suspicion"] == ""
    assert json.loads(rows[1]["reasons"]) == list(result.rows())[1]["reasons"]
    assert rows[0]["cohort_size"] == "412"


def test_no_cell_of_the_csv_starts_a_formula(result, tmp_path):
    write(result, tmp_path / "r.csv")
    with (tmp_path / "r.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert all(not cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row)
    assert rows[5][NAMES.index("account_id")] == "'-1"
    assert rows[5][NAMES.index("handle")].startswith("'=1+2")


@given(st.text())
def test_dropping_the_apostrophe_gives_the_text_back(text):
    safe = formula_safe(text)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert safe.removeprefix("'") == text


@given(st.text(st.characters(exclude_categories=[])))
def test_printable_text_is_printable_and_printing_twice_changes_nothing(text):
    once = printable(text)
    assert all(c.isprintable() or c in "\u200c\u200d" for c in once)
    assert printable(once) == once


def test_marks_piled_on_a_letter_are_shown_as_escapes_but_words_are_left_alone():
    piled = printable("e" + "\u0301" * 6 + "o\u0308")
    assert piled == "e" + "\u0301" * 4 + r"\u0301\u0301" + "o\u0308"
    joined = printable("e" + "\u0301\u0301\u200d" * 4)
    assert joined == "e" + "\u0301\u0301\u200d" * 2 + r"\u0301\u0301\u200d" * 2
    for word in ("Vie\u0323\u0302t", "ที่นี่", "שָׁלוֹם", "❤\ufe0f", "👩\u200d👩\u200d👧"):
        assert printable(word) == word


@given(st.recursive(st.text(st.characters(exclude_categories=[])) | st.booleans(), st.lists))
def test_json_text_says_the_same_on_one_line_without_hidden_characters(value):
    text = json_text(value)
    assert json.loads(text) == json.loads(json.dumps(value))
    assert all(c.isprintable() or c in "\u200c\u200d\x7f" for c in text)


@pytest.mark.parametrize("name", ["r.doc", "r.xlsx", "r", "r.csv.gz"])
def test_an_unknown_ending_is_refused_with_the_known_ones(result, tmp_path, name):
    with pytest.raises(UsageError, match=r"\.csv, \.html, \.json, \.jsonl, \.parquet, \.txt"):
        write(result, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_said_before_and_while_writing(result, tmp_path):
    with pytest.raises(UsageError, match="there is no folder"):
        check_writable(tmp_path / "nowhere" / "r.csv")
    with pytest.raises(DetectorError, match=r"r\.csv cannot be written: No such file"):
        write(result, tmp_path / "nowhere" / "r.csv")


def test_a_folder_is_no_file_to_write(tmp_path):
    with pytest.raises(UsageError, match="is a folder"):
        check_writable(tmp_path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_to_is_said(result, tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(DetectorError, match="no permission"):
            check_writable(tmp_path / "r.csv")
        with pytest.raises(DetectorError, match="cannot be written"):
            write(result, tmp_path / "r.csv")
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")  # noqa: PTH110
def test_a_full_disk_is_said_and_leaves_nothing_behind(result, tmp_path, monkeypatch):
    from pathlib import Path

    real_open = Path.open

    def full(self, mode="r", *args, **kwargs):
        return real_open(Path("/dev/full") if mode == "wb" else self, mode, *args, **kwargs)

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(DetectorError, match="No space left"):
        write(result, tmp_path / "r.csv")
    assert list(tmp_path.iterdir()) == []


def test_a_link_keeps_pointing_where_it_points(result, tmp_path):
    (tmp_path / "real.csv").write_text("older")
    (tmp_path / "link.csv").symlink_to("real.csv")
    write(result, tmp_path / "link.csv")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_text().startswith("platform,")


def test_a_private_file_stays_private(result, tmp_path):
    (tmp_path / "r.csv").write_text("older")
    (tmp_path / "r.csv").chmod(0o600)
    write(result, tmp_path / "r.csv")
    assert stat.S_IMODE((tmp_path / "r.csv").stat().st_mode) == 0o600


def test_a_written_file_may_be_read_as_others_may_be(result, tmp_path):
    (tmp_path / "other").write_text("")
    write(result, tmp_path / "r.csv")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert len(modes) == 1
