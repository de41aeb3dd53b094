"""Parquet as pandas, DuckDB, Spark and others write it: the same table from each."""

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from detector.sources import read

IDS = ["7100000000000000011", "7100000000000000012"]
FOLLOWERS = [1200, 5]
TIMES = ["2026-03-27T18:00:00", "2026-03-28T18:00:00.5"]
PLAIN = pa.table(
    {
        "platform": ["tiktok", "tiktok"],
        "account_id": IDS,
        "followers": FOLLOWERS,
        "observed_at": pa.array(np.array(TIMES, dtype="datetime64[us]")),
        "created_at": pa.array(np.array(["2020-01-01", "2021-01-01"], dtype="datetime64[D]")),
        "raw": [{"a": [1]}, {"a": []}],  # nested: no table of ours has any
    }
)


def cast(**types):
    table = PLAIN
    for name, kind in types.items():
        table = table.set_column(table.column_names.index(name), name, table[name].cast(kind))
    return table


def by_pandas(path):
    frame = PLAIN.to_pandas().set_index("account_id")
    frame["platform"] = frame["platform"].astype("category")
    frame["followers"] = frame["followers"].astype("Int32")
    frame.to_parquet(path)


def by_pandas_with_an_index_of_numbers(path):
    PLAIN.to_pandas().loc[[1, 0]].iloc[::-1].to_parquet(path, index=True)


def by_duckdb(path):
    with duckdb.connect() as connection:
        connection.register("plain", PLAIN)
        connection.sql(
            "SELECT platform::ENUM('tiktok') AS platform, account_id::UBIGINT AS account_id, followers::UINTEGER "
            "AS followers, observed_at::TIMESTAMP_NS AS observed_at, created_at FROM plain"
        ).write_parquet(str(path))


def by_spark(path):
    table = cast(followers=pa.decimal128(20, 0), observed_at=pa.timestamp("ns"))
    pq.write_table(table, path, use_deprecated_int96_timestamps=True, version="1.0", flavor="spark")


def by_polars(path):
    table = cast(platform=pa.large_string(), account_id=pa.string_view(), followers=pa.uint64())
    pq.write_table(table, path, compression="zstd", write_statistics=False)


WRITERS = {
    "pandas": by_pandas,
    "pandas with its index": by_pandas_with_an_index_of_numbers,
    "duckdb": by_duckdb,
    "spark's types": by_spark,
    "polars' types": by_polars,
    "nanoseconds of a zone": lambda path: pq.write_table(
        cast(observed_at=pa.timestamp("ns", tz="America/New_York"), followers=pa.float32()), path
    ),
    "milliseconds, 16 bits": lambda path: pq.write_table(
        cast(observed_at=pa.timestamp("ms"), followers=pa.int16(), created_at=pa.date64()), path
    ),
    "dictionaries, decimals with a scale": lambda path: pq.write_table(
        cast(platform=pa.dictionary(pa.int8(), pa.string()), followers=pa.decimal256(40, 3)), path
    ),
    "bytes": lambda path: pq.write_table(cast(platform=pa.binary(), account_id=pa.large_binary()), path),
    "ids as integers": lambda path: pq.write_table(cast(account_id=pa.uint64()), path),
}


@pytest.mark.parametrize("writer", WRITERS)
def test_any_writer_gives_the_same_table(writer, tmp_path, balanced):
    WRITERS[writer](tmp_path / "accounts.parquet")
    tables = balanced(read(tmp_path / "accounts.parquet"))
    accounts = tables.accounts
    assert not tables.set_aside
    assert accounts.column("platform").tolist() == ["tiktok"] * 2
    assert accounts.column("account_id").tolist() == IDS
    assert accounts.column("followers").tolist() == FOLLOWERS
    np.testing.assert_array_equal(accounts.column("observed_at"), np.array(TIMES, dtype="datetime64[us]"))
    np.testing.assert_array_equal(
        accounts.column("created_at"), np.array(["2020-01-01", "2021-01-01"], dtype="datetime64[us]")
    )


def test_a_partitioned_folder_is_one_table_and_no_value_is_missing(tmp_path, balanced):
    pd.DataFrame({"platform": ["tiktok", "x"], "account_id": ["1", "2"], "followers": [1, 2]}).to_parquet(
        tmp_path / "s" / "accounts", partition_cols=["platform"]
    )
    (tmp_path / "s/accounts/platform=__HIVE_DEFAULT_PARTITION__").mkdir()
    pq.write_table(
        pa.table({"account_id": ["4", "5"], "followers": [4, 5]}),
        tmp_path / "s/accounts/platform=__HIVE_DEFAULT_PARTITION__/part-0.parquet",
    )
    (tmp_path / "s/accounts/_SUCCESS").touch()
    tables = balanced(read(tmp_path / "s"))
    assert tables.keys() == [("tiktok", "1"), ("x", "2")]
    assert [row.reason for row in tables.set_aside] == ["platform is missing"] * 2
    assert read(tmp_path / "s", platform="instagram").keys()[0] == ("instagram", "4")
