"""docs/bad-input.md is true: each line of its tables is run, and says what the page says."""

import gzip
import io
import json
import re
import sqlite3
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from detector.errors import SourceError
from detector.sources import packed, read

PAGE = (Path(__file__).parents[2] / "docs" / "bad-input.md").read_text(encoding="utf-8")
HEAD = "platform,account_id,handle,followers,likes,observed_at\n"
GOOD = "tiktok,1,boats,1200,34000,\n"


def rows_of_table(title):
    """The cells of the table below a heading, without the quotes of code."""
    part = PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("| ")][1:]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines]


def bare(cell):
    return cell[1:-1] if cell.startswith("`") and cell.endswith("`") else cell


VALUES = {bare(line): (said, becomes) for line, said, becomes in rows_of_table("Values")}
COLUMNS = {bare(header): (said, becomes) for header, said, becomes in rows_of_table("Columns")}
FILES = dict(rows_of_table("Files"))


@pytest.mark.parametrize("line", VALUES)
def test_a_line_becomes_what_the_page_says(line, write, balanced):
    said, becomes = VALUES[line]
    tables = balanced(read(write("accounts.csv", HEAD + GOOD + line + "\n")))
    reasons = " ".join(row.reason for row in tables.set_aside) + " ".join(tables.notices)
    assert said.startswith("nothing") or said in reasons
    assert len(tables.set_aside) == becomes.startswith("set aside")
    if said.startswith("nothing"):
        assert not tables.notices
    numbers = re.findall(r"[0-9]+", becomes)
    if numbers:
        assert [tables.accounts.column(name)[1] for name in ("followers", "likes")] == list(
            map(float, numbers)
        )


@pytest.mark.parametrize("header", COLUMNS)
def test_a_header_is_read_as_the_page_says(header, write):
    said, becomes = COLUMNS[header]
    path = write("accounts.csv", header + "\nx" + ",1" * header.count(",") + "\n")
    if "refused" in becomes:
        with pytest.raises(SourceError, match=re.escape(said)):
            read(path)
        return
    tables = read(path)
    assert said in " ".join(tables.notices)
    assert ("left aside" in " ".join(tables.notices)) == becomes.startswith("left aside")


def as_parquet(**columns):
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue().to_pybytes()


def sheets(*tables):
    book, out = openpyxl.Workbook(), io.BytesIO()
    for header in tables:
        book.create_sheet().append(header)
    book.save(out)
    return out.getvalue()


def other_database():
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE creators (id)")
    connection.commit()
    data = connection.serialize()
    connection.close()
    return data


CONTENT = {
    "nothing in it": "",
    "a header alone": HEAD,
    "Latin-1 text": (HEAD + GOOD.replace("boats", "Zoë")).encode("cp1252"),
    "prose": "hello",
    "a web page": "<html></html>",
    "bytes of no kind": bytes(range(256)) * 4,
    "a quote never closed": HEAD + GOOD.replace("boats", '"boats'),
    "JSON cut off": '{"a": [1',
    "JSON of no known kind": '{"hello": {"world": 1}}',
    "one bad line of JSON lines": '{"platform": "x", "account_id": 1}\n{oops\n',
    "Parquet cut off": as_parquet(account_id=["1"])[:-9],
    "ids that were floats": as_parquet(platform=["x"], account_id=[7.1e18]),
    "gzip cut off": gzip.compress((HEAD + GOOD).encode())[:-9],
    "compressed twice": gzip.compress(gzip.compress(b"x")),
    "a bomb": gzip.compress(bytes(8 << 20)),
    "a spreadsheet without a table": sheets(["a", "b"]),
    "a spreadsheet with two tables": sheets(["account_id", "likes"], ["account_id", "likes"]),
    "an old spreadsheet": b"\xd0\xcf\x11\xe0" + bytes(50),
    "a database without our tables": other_database(),
}
NOT_REFUSED = {"a header alone", "Latin-1 text", "one bad line of JSON lines"}


@pytest.mark.parametrize("file", FILES)
def test_a_file_is_spoken_of_as_the_page_says(file, write, monkeypatch, balanced):
    monkeypatch.setattr(packed, "SMALL_BYTES", 1 << 20)
    path = write("given.dat", CONTENT[file])
    if file in NOT_REFUSED:
        tables = balanced(read(path))
        assert FILES[file] in json.dumps([tables.notices, [row.reason for row in tables.set_aside]])
        return
    with pytest.raises(SourceError, match=re.escape(FILES[file])):
        read(path)


def test_the_page_and_the_cases_are_the_same():
    assert FILES.keys() == CONTENT.keys()
    assert len(VALUES) == len(rows_of_table("Values"))


def test_what_is_said_of_databases_is_tested_with_them():
    tested = (Path(__file__).parent / "test_databases.py").read_text() + "does not exist"
    said = {said for _, said in rows_of_table("Databases")}
    assert {words for words in said if words not in tested} <= {"password authentication failed"}
    assert 'match="password"' in tested
