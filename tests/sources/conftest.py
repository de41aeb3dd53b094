"""Files made on the spot, and tables as plain rows to compare."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detector.tables import Table, Tables

HEAD = "platform,account_id,handle,followers,likes\n"
PLAIN = HEAD + "tiktok,7100000000000000011,boats,1200,34000\ntiktok,007,kite,5,6\n"
ROWS = [
    {
        "platform": "tiktok",
        "account_id": "7100000000000000011",
        "handle": "boats",
        "followers": 1200,
        "likes": 34_000,
    },
    {"platform": "tiktok", "account_id": "007", "handle": "kite", "followers": 5, "likes": 6},
]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a file below the test's folder and give its path."""

    def written(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return written


@pytest.fixture
def rows_of() -> Callable[[Table], list[dict[str, Any]]]:
    """A table as dictionaries without missing values; times as text."""

    def rows(table: Table) -> list[dict[str, Any]]:
        return [
            {name: _plain(values[i]) for name, values in table.columns.items() if not _is_missing(values[i])}
            for i in range(len(table))
        ]

    return rows


@pytest.fixture
def balanced() -> Callable[[Tables], Tables]:
    """Assert that rows read = rows kept + rows set aside for each table, and hand the tables on."""

    def checked(tables: Tables) -> Tables:
        for name in ("accounts", "posts", "snapshots"):
            aside = sum(row.table == name for row in tables.set_aside)
            assert tables.rows_read[name] == len(getattr(tables, name)) + aside
        for row in tables.set_aside:
            assert row.where
            assert row.reason
            assert row.expected
            assert all(isinstance(value, (str, int, float, bool)) for value in row.row.values())
        return tables

    return checked


def _is_missing(value: Any) -> bool:
    return value is None or value != value


def _plain(value: Any) -> Any:
    if isinstance(value, np.datetime64):
        return value.item().isoformat()
    return value.item() if isinstance(value, np.generic) else value
