"""Keys of a stream are those that `read` would give: blanks of every kind around an id go, whatever else stays."""

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.audit.routing import bounds_of, bucket_of, platforms_of, rows_of
from detector.sources.streams import parquet_streams

BLANKS = "".join(chr(point) for point in range(1, 0x110000) if chr(point).isspace())
SIGNS = st.sampled_from([*BLANKS, *"aZ09!~_", "\x7f", "é", "\u0301", "\u200b", "\u200d", "👩🏽", "\r\n"])


@settings(max_examples=25)
@given(st.lists(st.lists(SIGNS, max_size=5).map("".join), min_size=1, max_size=60))
def test_ids_lose_the_blanks_around_them_and_nothing_else(tmp_path_factory, ids):
    folder = tmp_path_factory.mktemp("source")
    (folder / "accounts").mkdir()
    pq.write_table(
        pa.table({"platform": ["tiktok"] * len(ids), "account_id": ids}), folder / "accounts" / "p.parquet"
    )
    (stream,), _ = parquet_streams(folder, {})
    with duckdb.connect() as connection:
        rows = connection.sql(
            rows_of(stream, platforms_of(connection, stream, None)) + " ORDER BY place"
        ).fetchall()
    assert [row[1] for row in rows] == [one.strip(BLANKS) for one in ids]


def test_a_bucket_holds_about_so_many_rows_and_whole_accounts(tmp_path):
    n_looks = {"a": 3, "b": 3, "c": 1, "d": 20, "e": 3, "f": 3, "g": 2}
    ids = [name for name, n in n_looks.items() for _ in range(n)]
    (tmp_path / "snapshots").mkdir()
    whose = {"platform": ["tiktok"] * len(ids), "account_id": ids}
    looks = {
        "observed_at": ["2026-01-01"] * len(ids),
        "followers": [5] * len(ids),
    }
    pq.write_table(pa.table(whose | looks), tmp_path / "snapshots" / "p.parquet")
    (stream,), _ = parquet_streams(tmp_path, {})
    with duckdb.connect() as connection:
        platforms = platforms_of(connection, stream, None)
        bounds = bounds_of(connection, [(stream, platforms)], 7)
        rows = rows_of(stream, platforms)
        bucket = f"{bucket_of(bounds, platforms)} AS bucket"
        found = connection.sql(rows).project(f"{bucket}, id").distinct().order("bucket, id").fetchall()
    assert bounds == (("tiktok", "d"), ("tiktok", "e"), ("tiktok", "g"))
    assert found == [(0, "a"), (0, "b"), (0, "c"), (1, "d"), (2, "e"), (2, "f"), (3, "g")]
