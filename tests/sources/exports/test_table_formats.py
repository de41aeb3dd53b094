"""What every listed export that is a table keeps: recognised by its columns, every counter exact, under any name."""

import csv
import io
from random import Random

import pytest

from detector.sources import read
from detector.sources.exports import TABLE_FORMATS, table_format_of

MUTATIONS = 200
ODD = [
    "",
    "-",
    "x",
    "12.3K",
    "1.234",
    "-5",
    "1e9",
    "\x1b[2J",
    "9" * 400,
    "2026-13-45",
    "n/a",
    "ü" * 300,
    " 7 ",
]


def rows_in(text):
    """Header and rows of a fixture, whatever its delimiter."""
    delimiter = ";" if ";" in text.splitlines()[0] else ","
    header, *rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    return header, rows


def as_csv(header, rows, delimiter=","):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([header, *rows])
    return out.getvalue()


def counted(tables):
    return sum(tables.rows_read.values())


def test_a_table_is_matched_by_its_own_format_alone(export, table_file, table_text):
    header, _ = rows_in(table_text)
    assert [found.name for found in TABLE_FORMATS if found.matches_columns(header)] == [export.name]
    assert table_format_of(header) is export


def test_every_counter_of_a_table_is_read_exactly(
    export, table_file, table_text, expected, write, rows_of, balanced
):
    tables = balanced(read(write("export.dat", table_text)))
    assert not tables.set_aside
    for table in ("accounts", "posts", "snapshots"):
        assert rows_of(getattr(tables, table)) == expected[table_file][table]


def test_a_table_in_another_dress_is_the_same(export, table_file, table_text, write, rows_of):
    plain = read(write("a.csv", table_text))
    header, rows = rows_in(table_text)
    dresses = {
        "tabs.txt": as_csv(header, rows, "\t"),
        "bom.csv": "\ufeff" + as_csv(header, rows),
        "utf16.csv": as_csv(header, rows).encode("utf-16"),
        "turned.csv": as_csv(header[::-1], [row[::-1] for row in rows]),
    }
    for name, content in dresses.items():
        other = read(write(name, content))
        for table in ("accounts", "posts", "snapshots"):
            assert rows_of(getattr(other, table)) == rows_of(getattr(plain, table))


def test_a_table_with_our_own_key_is_no_export(export):
    assert (
        table_format_of(["account_id", "platform", "date", "username", "followers", "likes", "videos"])
        is None
    )
    assert table_format_of(["account_id", "observed_at", "followers", "following", "likes", "posts"]) is None


def test_a_mapping_makes_a_table_of_it(write, rows_of):
    path = write("a.csv", "Date,Username,Followers,Likes,Videos\n2026-01-01,boats,5,6,7\n")
    tables = read(path, mapping={"account_id": "Username", "posts": "Videos"}, platform="x")
    assert tables.keys() == [("x", "boats")]
    assert tables.accounts.column("posts").tolist() == [7]


def test_lifetime_views_that_are_not_all_zero_are_read(write):
    text = "Date,Username,Followers,Likes,Videos,Total_Views\n2026-01-01,boats,5,6,7,0\n2026-01-02,boats,5,6,7,80\n"
    tables = read(write("a.csv", text))
    assert tables.accounts.column("views").tolist() == [80]
    assert tables.snapshots.column("views").tolist() == [0]


def platforms(tables):
    return sorted({key[0] for key in tables.keys()})  # noqa: SIM118 - no dictionary


HISTORIES = {
    "a tracker": "Date,Username,Followers,Likes,Videos,Platform\n{0},boats,5,6,7,{1}\n{2},boats,5,6,7,{3}\n",
    "social blade": "Network,Date,Followers,Likes,Uploads\n{1},{0},5,6,7\n{3},{2},5,6,7\n",
}


@pytest.mark.parametrize("kind", HISTORIES)
def test_a_platform_that_a_row_names_is_not_replaced_by_the_usual_one(kind, write, balanced):
    text = HISTORIES[kind].format("2026-01-01", "Instagram", "2026-01-02", "instagram")
    tables = balanced(read(write("a.csv", text)))
    assert platforms(tables) == ["instagram"]
    assert len(tables.snapshots) == 1
    assert not any("no platform is named" in notice or "left aside" in notice for notice in tables.notices)
    mixed = balanced(
        read(write("b.csv", HISTORIES[kind].format("2026-01-01", "IG", "2026-01-02", "YouTube")))
    )
    assert platforms(mixed) == ["instagram", "youtube"]


@pytest.mark.parametrize("kind", HISTORIES)
def test_a_row_without_a_platform_among_others_is_set_aside_and_an_empty_column_is_none(
    kind, write, balanced
):
    tables = balanced(
        read(write("a.csv", HISTORIES[kind].format("2026-01-01", "friendster", "2026-01-02", "x")))
    )
    assert (platforms(tables), len(tables.set_aside)) == (["x"], 1)
    tables = balanced(read(write("b.csv", HISTORIES[kind].format("2026-01-01", "", "2026-01-02", "x"))))
    assert "platform is missing" in tables.set_aside[0].reason
    tables = balanced(read(write("c.csv", HISTORIES[kind].format("2026-01-01", "", "2026-01-02", " "))))
    assert (platforms(tables), len(tables.set_aside)) == (["tiktok"], 0)


def test_a_column_that_no_counter_is_read_from_is_named(write):
    text = "date,followers,following,uploads,likes,weather\n2026-01-01,5,6,7,8,rain\n"
    assert any("weather" in notice for notice in read(write("a.csv", text)).notices)


def test_a_mutated_table_gives_tables_or_an_error_of_ours(
    export, table_file, table_text, tmp_path, check_damaged
):
    rng = Random(f"{export.name} {table_file}")  # noqa: S311 - the same mutations every time
    check_damaged(tmp_path / "mutated.csv", (mutated(table_text, rng) for _ in range(MUTATIONS)))


def mutated(text, rng):
    """The table with a column dropped or renamed, cells changed, a row repeated, cut or lengthened, or its end lost."""
    header, rows = rows_in(text)
    kind = rng.choice(("cells", "cells", "cells", "column", "rename", "repeat", "ragged", "cut"))
    column, row = rng.randrange(len(header)), rng.randrange(len(rows))
    if kind == "cells":
        for _ in range(rng.randint(1, 4)):
            rows[rng.randrange(len(rows))][rng.randrange(len(header))] = rng.choice(ODD)
    elif kind == "column":
        header.pop(column)
        [cells.pop(column) for cells in rows]
    elif kind == "rename":
        header[column] = rng.choice(("", "x", header[0], "\u202e"))
    elif kind == "repeat":
        rows.append(list(rows[row]))
    elif kind == "ragged":
        rows[row] = rows[row][: rng.randrange(len(header))] if rng.random() < 0.5 else [*rows[row], "more"]
    written = as_csv(header, rows)
    return written[: rng.randrange(1, len(written))] if kind == "cut" else written


@pytest.mark.parametrize("n_rows", [3, 100])
def test_no_row_of_a_table_is_lost(n_rows, write, balanced):
    days = [f"2025-{1 + i // 28:02}-{1 + i % 28:02}" for i in range(n_rows)]
    lines = "".join(f"{day},boats,{i},{i},{'x' if i % 7 == 0 else i}\n" for i, day in enumerate(days))
    tables = balanced(read(write("a.csv", "Date,Username,Followers,Likes,Videos\n" + lines)))
    assert counted(tables) == len(days)
    assert len(tables.set_aside) == len(range(0, len(days), 7))


def test_a_date_in_another_spelling_makes_the_same_history(write, rows_of):
    """2026/1/1 is one moment however it is written, so that no look is lost or told twice."""
    text = "Date,Username,Followers,Likes,Videos\n2026-01-01,boats,5,6,7\n2026-01-02,boats,8,9,9\n"
    plain, other = read(write("a.csv", text)), read(write("b.csv", text.replace("-0", "/")))
    assert rows_of(other.accounts) == rows_of(plain.accounts)
    assert rows_of(other.snapshots) == rows_of(plain.snapshots)
