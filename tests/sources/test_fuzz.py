"""Every reader on thousands of invented files: no error but our own, no row lost, the same each time, and back again.

Ten thousand cases in all; `make fuzz` runs a million (DETECTOR_FUZZ_CASES).
"""

import json
import os
import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detector.cli.intake import read_mapping, read_relations
from detector.contract import MAX_COUNT, TABLES
from detector.errors import DetectorError, UsageError
from detector.sources import read
from detector.sources.numbers import read_counts
from detector.sources.raw import object_array
from detector.sources.times import read_times

ALL = int(os.environ.get("DETECTOR_FUZZ_CASES", "10000"))
SHARES = {
    "counts": 0.2,
    "counts back": 0.1,
    "times": 0.2,
    "times back": 0.1,
    "text": 0.13,
    "json": 0.13,
    "parquet": 0.05,
    "spreadsheet": 0.01,
    "sqlite": 0.03,
    "map": 0.05,
}


def cases(name):
    """Settings for a test's share of all cases."""
    unhurried = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(
        max_examples=max(round(SHARES[name] * ALL), 1), suppress_health_check=unhurried, deadline=None
    )


def test_the_shares_are_the_whole():
    assert sum(SHARES.values()) == pytest.approx(1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


def outcome(path, **options):
    """What reading gives, as text: rows and all, or the error; checked for what must hold of either."""
    said = ""
    try:
        tables = read(path, platform="x", **options)
    except DetectorError as error:
        said = f"{type(error).__name__}: {error}"
    if said:
        assert said.isprintable()
        assert len(said) < 2_500
        return said
    found = [str(tables.notices), str(tables.set_aside)]
    for name in TABLES:
        table = getattr(tables, name)
        aside = [row for row in tables.set_aside if row.table == name]
        assert tables.rows_read[name] == len(table) + len(aside)
        assert all(row.where and row.reason.isprintable() and row.expected for row in aside)
        json.dumps([dict(row.row) for row in aside], allow_nan=False).encode()
        found += [f"{column} {values.tolist()}" for column, values in table.columns.items()]
    assert all(notice.isprintable() for notice in tables.notices)
    return "\n".join(found)


def same_twice(path, **options):
    first = outcome(path, **options)
    assert outcome(path, **options) == first
    return first


NUMBERISH = st.text("0123456789.,'  kKmMeE-+万%\u00a0\u202f", max_size=14)
DATEISH = st.text("0123456789/-.: TZ+JanMarchMaiPMam年月日[]", max_size=26)
ANY = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=12),
    NUMBERISH,
    DATEISH,
    st.binary(max_size=4),
)
CELL = st.one_of(
    NUMBERISH, DATEISH, st.text(max_size=8), st.sampled_from(["", "1", "2026-01-01", "tiktok", "1.2M"])
)
NAMES = st.one_of(
    st.sampled_from(sorted({column.name for columns in TABLES.values() for column in columns})),
    st.sampled_from(
        ["account_id", "Account ID", "user_id", "fans", "heart", "date", "video_id", "colour", ""]
    ),
    st.text(max_size=6),
)


@cases("counts")
@given(st.lists(ANY, max_size=6))
def test_any_column_gives_whole_counts_or_problems(values):
    counts, problems, notices = read_counts(object_array(values))
    known = counts[~np.isnan(counts)]
    assert (known == np.rint(known)).all()
    assert (np.abs(known) <= MAX_COUNT).all()
    assert np.isnan(counts[[problem.row for problem in problems]]).all()
    assert all(text.isprintable() for text in [*notices, *(problem.reason for problem in problems)])
    again = read_counts(object_array(values))
    np.testing.assert_array_equal(again[0], counts)
    assert again[1:] == (problems, notices)


WRITTEN = {
    "plain": str,
    "commas": "{:,}".format,
    "underlined spaces": lambda n: f"{n:,}".replace(",", " "),
    "narrow spaces": lambda n: f"{n:,}".replace(",", "\u202f"),
    "apostrophes": lambda n: f"{n:,}".replace(",", "\u2019"),
    "points": lambda n: f"{n:,}".replace(",", "."),
    "a decimal part": lambda n: f"{n}.0",
    "points and a comma": lambda n: f"{n:,}".replace(",", ".") + ",00",
    "thousandths of millions": lambda n: f"{n / 1e6:.6f}M",
}


@cases("counts back")
@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=6), st.sampled_from(sorted(WRITTEN)))
def test_counts_written_in_any_usual_way_are_read_back(numbers, way):
    numbers = [*numbers, 1_234_567]  # by which a column of points is told from one of fractions
    counts, problems, _ = read_counts(object_array([WRITTEN[way](number) for number in numbers]))
    assert not problems
    assert counts.tolist() == numbers


@cases("times")
@given(st.lists(st.one_of(ANY, DATEISH), max_size=6))
def test_any_column_gives_times_or_problems(values):
    times, problems, notices = read_times(object_array(values))
    known = times[~np.isnat(times)]
    assert ((known >= np.datetime64("1990-01-01")) & (known <= np.datetime64("2100-01-01"))).all()
    assert np.isnat(times[[problem.row for problem in problems]]).all()
    assert all(text.isprintable() for text in [*notices, *(problem.reason for problem in problems)])
    again = read_times(object_array(values))
    np.testing.assert_array_equal(again[0], times)
    assert again[1:] == (problems, notices)


DATED = {
    "%Y-%m-%d %H:%M:%S": "ISO",
    "%d.%m.%Y %H:%M:%S": "dots",
    "%d/%m/%Y %H:%M:%S": "day first",
    "%m/%d/%Y %I:%M:%S %p": "month first",
    "%d %B %Y %H:%M:%S": "a month's name",
    "%b %d, %Y, %H:%M:%S": "a month's short name",
    "%a %b %d %H:%M:%S %z %Y": "ctime",
    "%a, %d %b %Y %H:%M:%S %z": "RFC 2822",
    "%Y/%m/%d %H:%M:%S %z": "slashes and a zone",
    "%Y-%m-%dT%H:%M:%S%z": "ISO and a zone",
}
ANCHOR = datetime(2026, 3, 27, tzinfo=UTC)


@cases("times back")
@given(
    st.lists(st.datetimes(datetime(1990, 1, 3), datetime(2099, 12, 29)), min_size=1, max_size=5),
    st.sampled_from(sorted(DATED)),
    st.integers(-14 * 4, 14 * 4),
)
def test_times_written_in_any_usual_way_are_read_back(moments, way, quarters):
    zone = timezone(timedelta(minutes=15 * quarters)) if "%z" in way else UTC
    moments = [moment.replace(microsecond=0, tzinfo=UTC) for moment in moments] + [ANCHOR]
    texts = [moment.astimezone(zone).strftime(way) for moment in moments]
    times, problems, _ = read_times(object_array(texts))
    assert not problems
    expected = [np.datetime64(moment.replace(tzinfo=None), "us") for moment in moments]
    np.testing.assert_array_equal(times, expected)


@cases("text")
@given(
    st.lists(NAMES, min_size=1, max_size=6),
    st.lists(st.lists(CELL, max_size=7), max_size=5),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1", "cp1252"]),
    st.sampled_from(["\n", "\r\n", "\r", "\n\n"]),
    st.integers(0, 40),
)
def test_any_delimited_text_is_read_or_refused(folder, header, rows, mark, encoding, end, cut):
    text = end.join(mark.join(cells) for cells in [header, *rows])
    data = text.encode(encoding, "replace" if encoding[0] != "u" else "surrogatepass")
    (folder / "a.csv").write_bytes(data[: len(data) - cut] if cut > 30 else data)
    same_twice(folder / "a.csv")


JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(), st.text(max_size=8), NUMBERISH
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=5)),
    max_leaves=12,
)
ROW = st.dictionaries(
    NAMES, st.one_of(CELL, ANY.filter(lambda v: not isinstance(v, bytes)), JSON), max_size=6
)


@cases("json")
@given(st.one_of(st.lists(ROW, max_size=4), JSON), st.booleans(), st.integers(0, 60))
def test_any_json_is_read_or_refused(folder, value, as_lines, cut):
    lines = value if as_lines and isinstance(value, list) else [value]
    text = "\n".join(map(json.dumps, lines))
    (folder / "a.json").write_text(text[: len(text) - cut] if cut > 50 else text)
    same_twice(folder / "a.json")


TYPES = st.sampled_from(
    [
        pa.int8(),
        pa.int32(),
        pa.uint64(),
        pa.float32(),
        pa.float64(),
        pa.string(),
        pa.large_string(),
        pa.binary(),
        pa.bool_(),
        pa.date32(),
        pa.timestamp("ns"),
        pa.timestamp("s", tz="Asia/Tokyo"),
        pa.decimal128(20, 2),
        pa.time64("us"),
        pa.list_(pa.int8()),
        pa.null(),
        pa.float16(),
        pa.string_view(),
    ]
)


@st.composite
def arrow_tables(draw):
    names = draw(st.lists(NAMES.filter(bool), min_size=1, max_size=5, unique=True))
    n_rows = draw(st.integers(0, 5))
    columns = {}
    for name in names:
        column = None
        with suppress(pa.ArrowException, OverflowError, UnicodeEncodeError):
            values = pa.array(
                draw(st.lists(st.one_of(st.none(), st.integers(-5, 200)), min_size=n_rows, max_size=n_rows))
            )
            column = values.cast(draw(TYPES))
        columns[name] = (
            pa.array(["1"] * n_rows, pa.string()).dictionary_encode() if column is None else column
        )
    return pa.table(columns)


@cases("parquet")
@given(arrow_tables(), st.integers(0, 4000), st.binary(max_size=3))
def test_any_parquet_is_read_or_refused(folder, table, at, damage):
    try:
        pq.write_table(table, folder / "a.parquet")
    except (pa.ArrowException, UnicodeEncodeError):
        return  # a type or a name that Parquet lacks
    data = bytearray((folder / "a.parquet").read_bytes())
    data[at : at + len(damage)] = damage if at < len(data) else b""
    (folder / "a.parquet").write_bytes(data)
    same_twice(folder / "a.parquet")


SHEET_CELL = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**18), 10**18),
    st.floats(allow_nan=False, allow_infinity=False),
    st.datetimes(datetime(1950, 1, 1), datetime(2150, 1, 1)),
    st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=8),
)


@cases("spreadsheet")
@given(
    st.lists(NAMES, min_size=1, max_size=5),
    st.lists(st.lists(SHEET_CELL, max_size=6), max_size=5),
    st.binary(max_size=3),
)
def test_any_spreadsheet_is_read_or_refused(folder, header, rows, damage):
    book = openpyxl.Workbook()
    for row in [header, *rows]:
        with suppress(openpyxl.utils.exceptions.IllegalCharacterError):
            book.active.append(row)
    book.save(folder / "a.xlsx")
    data = bytearray((folder / "a.xlsx").read_bytes())
    at = len(data) * (sum(damage) % 97) // 97
    data[at : at + len(damage)] = damage
    (folder / "a.xlsx").write_bytes(data)
    same_twice(folder / "a.xlsx")


@cases("sqlite")
@given(
    st.lists(
        NAMES.filter(lambda name: name and name.isprintable()), min_size=1, max_size=5, unique_by=str.casefold
    ),
    st.lists(st.lists(ANY, min_size=5, max_size=5), max_size=5),
    st.sampled_from(sorted(TABLES)),
    st.one_of(st.none(), st.text(max_size=5)),
)
def test_any_sqlite_file_is_read_or_refused(folder, names, rows, table, account):
    path = folder / "a.db"
    path.unlink(missing_ok=True)
    columns = ", ".join('"' + name.replace('"', '""') + '"' for name in names)
    with closing(sqlite3.connect(path)) as connection:
        try:
            connection.execute(f"CREATE TABLE {table} ({columns})")
            marks = ", ".join("?" * len(names))
            statement = f"INSERT INTO {table} VALUES ({marks})"  # noqa: S608
            connection.executemany(statement, [row[: len(names)] for row in rows])
            connection.commit()
        except (sqlite3.Error, OverflowError, UnicodeEncodeError):
            return  # a value or a name that SQLite lacks
    same_twice(path, account=account)


@cases("map")
@given(
    st.lists(st.one_of(st.text(max_size=12), st.tuples(NAMES, NAMES).map("=".join)), max_size=3),
    st.one_of(
        st.text(max_size=30),
        st.tuples(NAMES, st.text("ab\"'\\\n=[]", max_size=8)).map(lambda p: f"[map]\n{p[0]} = {p[1]}"),
    ),
)
def test_any_mapping_is_a_mapping_or_wrong_usage(folder, items, toml):
    (folder / "map.toml").write_bytes(toml.encode("utf-8", "surrogatepass"))
    for given_items in (items, [str(folder / "map.toml")], [*items, str(folder / "map.toml")]):
        for parse in (
            lambda: read_mapping(given_items),  # noqa: B023 - called at once
            lambda: read_relations("--table", items, given_items),  # noqa: B023
        ):
            with suppress(UsageError):
                assert all(isinstance(text, str) for pair in parse().items() for text in pair)
