"""Panels of invented accounts with everything planted in them, and what is seen across them."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.crowd_population import invented_panel, part_of
from detector.crowd.night import Crowd, find_crowd, write_columns
from detector.crowd.notable import Notable
from detector.crowd.shards import ACCOUNT_BITS, write_shards
from detector.panel import Panel

ACCOUNTS = 5_000
DAY = 20_634
"""Of the newest look of all accounts: 30 June 2026."""


@pytest.fixture(scope="session")
def organic() -> Panel:
    """Invented accounts with thirty looks."""
    return invented_panel(ACCOUNTS, seed=5)


@pytest.fixture
def across(tmp_path) -> Callable[..., tuple[Crowd, dict[str, np.ndarray]]]:
    """Look across a panel, cut into shards of some accounts; gives the crowd, and the columns by name."""
    import pyarrow.parquet as pq

    from detector.audit.spill import connect

    def look(panel: Panel, size: int = ACCOUNTS, threads: int = 1):
        folder = tmp_path / f"shards-{size}-{len(list(tmp_path.iterdir()))}"
        for bucket, start in enumerate(range(0, len(panel), size)):
            write_shards(folder, bucket, Notable.of(part_of(panel, start, start + size)))
        connection = connect("200MB", threads, tmp_path / "duckdb")
        try:
            crowd = find_crowd(connection, folder)
            write_columns(connection, crowd, folder / "columns.parquet")
        finally:
            connection.close()
        table = pq.read_table(folder / "columns.parquet")
        return crowd, {name: table.column(name).to_pylist() for name in table.column_names}

    return look


def rows_of(group, size: int = ACCOUNTS) -> set[int]:
    """Rows of the panel that a group's accounts stand in."""
    accounts = group.group.accounts
    return set(((accounts >> ACCOUNT_BITS) * size + (accounts & ((1 << ACCOUNT_BITS) - 1))).tolist())


def lifted(panel: Panel, rows, ago, amount, counter: str = "followers") -> Panel:
    """A panel in which some rows gained an amount that many days before the newest look."""
    values = getattr(panel.history, counter).copy()
    column = values.shape[1] - 1 - np.broadcast_to(np.asarray(ago), (len(rows),))
    later = np.arange(values.shape[1]) >= column[:, None]
    values[rows] += np.where(
        later, np.broadcast_to(np.asarray(amount, dtype=float), (len(rows),))[:, None], 0.0
    )
    return replace(panel, history=replace(panel.history, **{counter: values}))


def middling(panel: Panel, n: int, seed: int = 3) -> np.ndarray:
    """Rows of `n` accounts with 2,000 to 9,000 followers, which are shown exactly, and looks on every day."""
    followers = panel.history.followers
    known = (~np.isnan(followers)).sum(axis=1) == 30
    whole = ~np.isnan(followers[:, -30:]).any(axis=1)
    fits = known & whole & (panel.profile["followers"] > 2_000) & (panel.profile["followers"] < 9_000)
    return np.sort(np.random.default_rng(seed).choice(np.flatnonzero(fits), n, replace=False))
