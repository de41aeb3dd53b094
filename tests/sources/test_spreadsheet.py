"""Spreadsheets: the same rows as text, in whatever sheet and below whatever title."""

import contextlib
import io
from datetime import UTC, date, datetime, timedelta

import numpy as np
import openpyxl
import pytest

from detector.errors import SourceError, UnknownFormatError
from detector.sources import packed, read

HEAD = ["platform", "account_id", "Followers", "verified", "observed_at"]
ROWS = [
    HEAD,
    ["tiktok", "7100000000000000011", 1200, True, datetime(2026, 3, 27, 18)],
    ["x", 7, 5.0, None, None],
]


def workbook(*sheets: list[list[object]], titles: tuple[str, ...] = ()) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for i, rows in enumerate(sheets):
        sheet = book.create_sheet(titles[i] if titles else f"sheet {i + 1}")
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_sheet_is_a_table(write, rows_of, balanced):
    tables = balanced(read(write("a.xlsx", workbook(ROWS))))
    assert rows_of(tables.accounts) == [
        {"platform": "tiktok", "account_id": "7100000000000000011", "followers": 1200, "verified": 1}
        | {"observed_at": "2026-03-27T18:00:00"},
        {"platform": "x", "account_id": "7", "followers": 5},
    ]


def test_its_name_does_not_matter(write, rows_of):
    expected = rows_of(read(write("a.xlsx", workbook(ROWS))).accounts)
    assert rows_of(read(write("report.dat", workbook(ROWS))).accounts) == expected


def test_titles_empty_rows_and_other_sheets_are_passed_over(write, rows_of, balanced):
    rows = [
        ["Our creators"],
        [],
        *ROWS[:2],
        [],
        [None] * 5,
        ["tiktok", "2", "many"],
        ["x", "3", 1, None, None, "?"],
    ]
    tables = balanced(read(write("a.xlsx", workbook([["notes"]], rows, titles=("readme", "data")))))
    assert rows_of(tables.accounts) == rows_of(read(write("b.xlsx", workbook(ROWS[:2]))).accounts)
    assert [row.where for row in tables.set_aside] == [
        "a.xlsx, sheet data, row 8",
        "a.xlsx, sheet data, row 7",
    ]
    assert tables.set_aside[0].reason == "has a value beyond its last column, `?`"
    assert "a.xlsx: sheet `data` was read, not readme." in tables.notices


def test_workbooks_are_tables_of_a_folder(write, tmp_path, balanced):
    write("s/accounts.xlsx", workbook(ROWS))
    write("s/posts.xlsx", workbook([["platform", "account_id", "post_id"], ["x", 7, 1]]))
    tables = balanced(read(tmp_path / "s"))
    assert (len(tables.accounts), len(tables.posts)) == (2, 1)


@pytest.mark.parametrize(
    "cell",
    [date(2026, 3, 27), datetime(2026, 3, 27), "27.03.2026", "2026-03-27", 46108, 46108.0, 1774569600],
)
def test_days_are_days_however_the_sheet_keeps_them(cell, write):
    rows = [["platform", "account_id", "observed_at"], ["x", "1", cell]]
    times = read(write("a.xlsx", workbook(rows))).accounts.column("observed_at")
    np.testing.assert_array_equal(times, np.array(["2026-03-27"], dtype="datetime64[us]"))


@pytest.mark.parametrize("account_id", [7_100_000_000_000_000_011, 7.1e18, 17_841_400_000_000_000])
def test_ids_of_which_the_sheet_kept_fifteen_digits_are_refused(account_id, write):
    rows = [["platform", "account_id"], ["x", account_id]]
    with pytest.raises(SourceError, match="ids are damaged"):
        read(write("a.xlsx", workbook(rows)))


@pytest.mark.parametrize("cell", [timedelta(hours=3), "#DIV/0!", datetime(2026, 1, 1)])
def test_cells_of_another_kind_set_their_row_aside(cell, write, balanced):
    rows = [["platform", "account_id", "followers"], ["x", "1", cell], ["x", "2", 5]]
    tables = balanced(read(write("a.xlsx", workbook(rows))))
    assert [row.where for row in tables.set_aside] == ["a.xlsx, row 2"]
    assert len(tables.accounts) == 1


REFUSED = {
    "no table": (workbook([["a", "b"], [1, 2]]), UnknownFormatError, "no sheet"),
    "nothing": (workbook([]), UnknownFormatError, "no sheet"),
    "two tables": (workbook(ROWS, ROWS), SourceError, "sheet 1, sheet 2"),
    "a column twice": (
        workbook([["account_id", "likes", "likes"]]),
        SourceError,
        "more than one column `likes`",
    ),
    "no id": (workbook([["likes", "posts"], [1, 2]]), SourceError, "no column account_id"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_table_is_refused_and_said(case, write):
    content, error, said = REFUSED[case]
    with pytest.raises(error, match=said):
        read(write("a.xlsx", content))


@pytest.mark.parametrize("at", range(0, 100, 7))
def test_a_damaged_workbook_is_an_error_of_ours_or_a_table(at, write, balanced):
    data = bytearray(workbook(ROWS))
    place = len(data) * at // 100
    data[place : place + 9] = b"\xff" * 9
    with contextlib.suppress(SourceError):
        balanced(read(write("a.xlsx", bytes(data))))


def test_a_cell_at_the_far_end_costs_neither_time_nor_memory(write):
    book = openpyxl.Workbook()
    for column, name in enumerate(["platform", "account_id"], start=1):
        book.active.cell(1, column, name)
    book.active["XFD900000"] = 5
    out = io.BytesIO()
    book.save(out)
    assert read(write("a.xlsx", out.getvalue())).keys() == []


def test_a_bomb_is_refused(write, monkeypatch):
    monkeypatch.setattr(packed, "SMALL_BYTES", 1 << 16)
    rows = [HEAD, *([["x", "1", 0, None, None]] * 30_000)]
    path = write("a.xlsx", workbook(rows))
    monkeypatch.setattr(packed, "MOST_TIMES", 5)
    with pytest.raises(SourceError, match="made to fill"):
        read(path)


def test_zones_are_not_for_spreadsheets():
    with pytest.raises(TypeError):  # which is why times of a sheet have none, and are UTC
        workbook([[datetime(2026, 1, 1, tzinfo=UTC)]])
