"""Fingerprints say whether data are the same, whatever the order of rows or columns."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detector.tables import Table, Tables
from training.fingerprint import folder_sha256, tables_sha256

ROWS: list[dict[str, Any]] = [
    {"platform": "tiktok", "account_id": "1", "followers": 10.0, "handle": "a"},
    {"platform": "tiktok", "account_id": "2", "followers": 20.0, "handle": "bc"},
    {"platform": "x", "account_id": "1", "likes": 0.0, "observed_at": np.datetime64("2026-01-02", "us")},
]


def of(rows: list[dict[str, Any]], name: str = "accounts") -> dict[str, str]:
    table = Table.from_rows(name, rows)
    return tables_sha256(Tables(snapshots=table) if name == "snapshots" else Tables(accounts=table))


def test_row_and_column_order_do_not_matter() -> None:
    turned = [dict(reversed(row.items())) for row in reversed(ROWS)]
    assert of(turned) == of(ROWS)


def test_a_column_without_values_counts_as_absent() -> None:
    table = Table.from_rows("accounts", ROWS)
    with_empty = table.replace(views=np.full(3, np.nan), verified=np.full(3, np.nan))
    assert tables_sha256(Tables(accounts=with_empty)) == of(ROWS)


def test_minus_zero_and_other_bit_patterns_of_nan_count_as_the_same() -> None:
    table = Table.from_rows("accounts", ROWS)
    odd_nan = np.frombuffer(np.uint64(0xFFF8000000000001).tobytes(), dtype=np.float64)[0]
    likes = np.array([odd_nan, np.nan, -0.0])
    assert tables_sha256(Tables(accounts=table.replace(likes=likes))) == of(ROWS)


@pytest.mark.parametrize(
    ("row", "change"),
    [
        (0, {"followers": 11.0}),
        (0, {"handle": "ab"}),
        (0, {"account_id": "01"}),
        (2, {"likes": 1.0}),
        (2, {"observed_at": np.datetime64("2026-01-03", "us")}),
        (1, {"views": 0.0}),
    ],
)
def test_every_value_counts(row: int, change: dict[str, Any]) -> None:
    changed = [dict(each) for each in ROWS]
    changed[row] |= change
    assert of(changed) != of(ROWS)


def test_text_moved_from_one_row_to_the_next_counts() -> None:
    moved = [dict(each) for each in ROWS]
    moved[0]["handle"], moved[1]["handle"] = "ab", "c"
    assert of(moved) != of(ROWS)


def test_lone_surrogates_have_a_hash_too() -> None:
    rows = [{"platform": "x", "account_id": "1", "handle": "\ud800"}]
    assert len(of(rows)["accounts"]) == 64


def test_looks_are_ordered_by_account_and_time() -> None:
    looks = [
        {"platform": "x", "account_id": "1", "observed_at": np.datetime64(day, "us"), "followers": float(i)}
        for i, day in enumerate(("2026-01-02", "2026-01-01", "2026-01-03"))
    ]
    assert of(looks, "snapshots") == of(looks[::-1], "snapshots")


def test_a_folders_hash_follows_names_and_bytes_alone(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name / "sub").mkdir(parents=True)
        (tmp_path / name / "sub" / "b").write_bytes(b"2")
        (tmp_path / name / "a").write_bytes(b"1")
    assert folder_sha256(tmp_path / "one") == folder_sha256(tmp_path / "two")
    (tmp_path / "two" / "a").rename(tmp_path / "two" / "c")
    assert folder_sha256(tmp_path / "one") != folder_sha256(tmp_path / "two")
