"""Keys of a stream are those that `read` would give: blanks of every kind around an id go, whatever else stays."""

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.audit.routing import platforms_of, rows_of
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
