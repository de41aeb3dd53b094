"""Any table written as CSV, JSON lines or Parquet is read back as it was."""

import csv
import io
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detector.contract import MAX_COUNT, PLATFORMS, TABLES
from detector.errors import DetectorError
from detector.sources import delimited, read
from detector.tables import Table, Tables

SIGNS = st.characters(categories=["L", "N", "P", "S"], exclude_characters="\u061c\u00a0")
IDS = st.one_of(st.text(SIGNS, min_size=1, max_size=20), st.integers(0, 2**64).map(str), st.just("0012"))
VALUES = {
    "text": st.one_of(st.none(), st.text(SIGNS, min_size=1, max_size=12)),
    "count": st.one_of(st.none(), st.integers(-(2**31), MAX_COUNT)),
    "flag": st.one_of(st.none(), st.booleans()),
    "time": st.one_of(st.none(), st.integers(10**9, 4 * 10**9).map(lambda s: np.datetime64(s, "s"))),
}


@st.composite
def tables(draw):
    """A table's name and rows with unique keys, in any order."""
    name = draw(st.sampled_from(sorted(TABLES)))
    keys = draw(st.lists(IDS, min_size=1, max_size=6, unique=True))
    rows = []
    for key in keys:
        row = {column.name: draw(VALUES[column.kind]) for column in TABLES[name]}
        row |= {"platform": draw(st.sampled_from(PLATFORMS)), "account_id": key}
        row |= {"post_id": key} if name == "posts" else {}
        row["observed_at"] = row["observed_at"] or np.datetime64("2026-01-01", "s")
        rows.append(row)
    return name, rows


def as_text(value):
    return "" if value is None else f"{value}Z" if isinstance(value, np.datetime64) else str(value)


def as_csv(rows, delimiter):
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(rows[0])
    writer.writerows([[as_text(value) for value in row.values()] for row in rows])
    return out.getvalue().encode()


def as_lines(rows):
    plain = [{k: str(v) if isinstance(v, np.datetime64) else v for k, v in row.items()} for row in rows]
    return "\n".join(map(json.dumps, plain)).encode()


def as_parquet(name, rows):
    types = {"text": pa.string(), "count": pa.int64(), "flag": pa.bool_(), "time": pa.timestamp("s")}
    arrays = {
        column.name: pa.array([_for_arrow(row[column.name]) for row in rows], types[column.kind])
        for column in TABLES[name]
    }
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(arrays), sink)
    return sink.getvalue().to_pybytes()


def _for_arrow(value):
    return value.astype("datetime64[s]").item() if isinstance(value, np.datetime64) else value


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=tables(), small_bytes=st.sampled_from([1 << 20, 0]))
def test_what_is_written_is_read(made, small_bytes, tmp_path, monkeypatch):
    name, rows = made
    monkeypatch.setattr(delimited, "SMALL_BYTES", small_bytes)
    expected = Table.from_rows(name, rows)
    folder = tmp_path / "source"
    folder.mkdir(exist_ok=True)
    for content in (as_csv(rows, ","), as_csv(rows, ";"), as_lines(rows), as_parquet(name, rows)):
        (folder / name).write_bytes(content)
        found = read(folder)
        (folder / name).unlink()
        assert not found.set_aside
        assert found.rows_read[name] == len(rows)
        table = getattr(found, name)
        for column in TABLES[name]:
            np.testing.assert_array_equal(table.column(column.name), expected.column(column.name))


STARTS = [b"", b"platform,account_id,followers\n", b"PAR1", b'{"', b"[{"]


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.binary(max_size=300),
    start=st.sampled_from(STARTS),
)
def test_any_bytes_give_tables_or_an_error_of_ours(data, start, tmp_path):
    path = tmp_path / "any"
    path.write_bytes(start + data)
    said = ""
    try:
        tables = read(path)
    except DetectorError as error:
        tables, said = Tables(rows_read=dict.fromkeys(TABLES, 0)), str(error)
    assert said.isprintable()
    for name in TABLES:
        aside = sum(row.table == name for row in tables.set_aside)
        assert tables.rows_read[name] == len(getattr(tables, name)) + aside
