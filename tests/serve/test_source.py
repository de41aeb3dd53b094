"""One account of an audit's source: the same rows as a look at the whole gives, whatever the source is."""

import json
import sqlite3
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv, parquet

from detector import api
from detector.contract import TABLES
from detector.errors import SourceError
from detector.explain import rows_of
from detector.serve.source import read_account


@pytest.fixture
def plain(nights: Path) -> Path:
    """The second night's source: a folder of CSV tables."""
    return Path(json.loads((nights / "2026-05-04" / "summary.json").read_text())["settings"]["source"])


def texts(path: Path) -> pa.Table:
    """A CSV table, ids as text."""
    return csv.read_csv(
        path,
        convert_options=csv.ConvertOptions(column_types={"account_id": pa.string(), "post_id": pa.string()}),
    )


def as_parquet(plain: Path, folder: Path) -> str:
    for name in TABLES:
        table = texts(plain / f"{name}.csv")
        for part in range(2):
            (folder / name).mkdir(parents=True, exist_ok=True)
            half = table.filter(pa.array(np.arange(len(table)) % 2 == part))
            parquet.write_table(half, folder / name / f"{part}.parquet")
    return str(folder)


def as_partitions(plain: Path, folder: Path) -> str:
    """Platforms stand in the names of folders, ids are numbers."""
    for name in TABLES:
        table = texts(plain / f"{name}.csv").drop_columns(["platform"])
        ids = table["account_id"].cast(pa.int64())
        table = table.set_column(table.column_names.index("account_id"), "account_id", ids)
        (folder / name / "platform=tiktok").mkdir(parents=True)
        parquet.write_table(table, folder / name / "platform=tiktok" / "0.parquet")
    return str(folder)


def as_database(plain: Path, folder: Path) -> str:
    folder.mkdir()
    with sqlite3.connect(folder / "stats.db") as connection:
        for name in TABLES:
            table = texts(plain / f"{name}.csv")
            columns = ", ".join(table.column_names)
            connection.execute(f"CREATE TABLE {name} ({columns})")
            marks = ", ".join("?" for _ in table.column_names)
            values = [[None if v is None else str(v) for v in row.values()] for row in table.to_pylist()]
            connection.executemany(f"INSERT INTO {name} VALUES ({marks})", values)  # noqa: S608
    connection.close()
    return f"sqlite:///{folder / 'stats.db'}"


def as_it_is(plain: Path, folder: Path) -> str:
    folder.mkdir()
    return str(plain)


def judged(tables, key):
    return list(api.judge(rows_of(tables, {key}), reasons="all").rows())


@pytest.mark.parametrize("written", [as_it_is, as_parquet, as_partitions, as_database])
def test_it_is_judged_as_among_the_others(plain, tmp_path, written):
    source = {"source": written(plain, tmp_path / "source"), "platform": None, "mapping": {}}
    whole = api.read(source["source"])
    assert len(whole.keys()) == 8
    for number, key in enumerate(whole.keys()[:3]):
        scratch = tmp_path / f"scratch-{number}"
        scratch.mkdir()
        assert judged(read_account(source, key, scratch), key) == judged(whole, key)


@pytest.mark.parametrize("written", [as_parquet, as_database])
def test_the_others_are_left_out(plain, tmp_path, written):
    source = {"source": written(plain, tmp_path / "source")}
    key = api.read(source["source"]).keys()[1]
    assert read_account(source, key, tmp_path).keys() == [key]


@pytest.mark.parametrize("written", [as_parquet, as_database])
def test_an_account_that_is_gone_is_said(plain, tmp_path, written):
    source = {"source": written(plain, tmp_path / "source")}
    with pytest.raises(SourceError, match="account"):
        read_account(source, ("tiktok", "' OR 1=1 --"), tmp_path)


def test_a_source_that_is_gone_is_said(tmp_path):
    with pytest.raises(SourceError, match="nowhere"):
        read_account({"source": str(tmp_path / "nowhere")}, ("tiktok", "1"), tmp_path)
