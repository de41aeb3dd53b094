"""Batches of any size become tables of whole accounts."""

import sys
from itertools import pairwise

import pyarrow as pa
import pytest

from detector.engines.spark import _why, opened, whole_accounts
from detector.errors import DetectorError


def batches(keys, sizes):
    """Rows of these keys in batches of these sizes."""
    rows = pa.RecordBatch.from_pydict(
        {
            "p": pa.array([key[0] for key in keys], pa.string()),
            "id": pa.array([key[1] for key in keys], pa.string()),
            "apart": pa.array([key[2] if len(key) > 2 else None for key in keys], pa.int64()),
            "row": list(range(len(keys))),
        }
    )
    start = 0
    for size in sizes:
        yield rows.slice(start, size)
        start += size
    assert start >= len(keys)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
@pytest.mark.parametrize("n_rows", [1, 4, 9, 1_000])
def test_no_account_is_cut_and_no_row_lost_or_moved(size, n_rows):
    keys = [("tiktok", one) for one in "aabbbbbbbbcdddef"] + [("x", "f")] * 5 + [("youtube", "f")]
    found = list(whole_accounts(batches(keys, [size] * (len(keys) // size + 1)), n_rows))
    rows = [row for table in found for row in table.column("row").to_pylist()]
    assert rows == list(range(len(keys)))
    owners = [
        set(zip(*(table.column(name).to_pylist() for name in ("p", "id")), strict=True)) for table in found
    ]
    for one, other in pairwise(owners):
        assert not one & other
    for table, own in zip(found, owners, strict=True):
        assert table.num_rows < n_rows + 8 + size or len(own) == 1


def test_rows_of_no_account_may_be_cut_anywhere():
    keys = [(None, None, i) for i in range(50)] + [("tiktok", "a")] * 3
    found = [table.num_rows for table in whole_accounts(batches(keys, [5] * 11), 10)]
    assert sum(found) == 53
    assert max(found) <= 15


def test_no_rows_are_no_tables():
    assert list(whole_accounts(iter(()), 10)) == []
    assert next(whole_accounts(batches([("x", "a")], [0, 1]), 10)).num_rows == 1


def test_what_our_own_error_in_a_task_said_is_said():
    text = (
        "An exception was thrown\nTraceback:\n  File\ndetector.errors.AuditError: part-1 is gone. Do this.\n"
    )
    assert _why(text) == "part-1 is gone. Do this."


def test_else_the_last_error_that_spark_tells_of_is_said():
    text = "An exception was thrown:\nTraceback:\nModuleNotFoundError: No module named 'pyarrow'\n"
    assert "No module named 'pyarrow'" in _why(text)
    assert "executor 7 was lost" in _why("executor 7 was lost\nmore")


def test_without_pyspark_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.setitem(sys.modules, "pyspark.errors", None)
    with pytest.raises(DetectorError, match=r"bot-suspicion\[spark\]"), opened(1):
        pass
