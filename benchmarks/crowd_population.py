"""Organic panels for `benchmarks.crowd`: simulated creators, read as an audit reads them, without their posts."""

import shutil
from pathlib import Path

import numpy as np

from benchmarks.lives import LOOKS, Lives
from detector.panel import (
    HISTORY_COUNTS,
    POST_COUNTS,
    HistoryPanel,
    Panel,
    PostsPanel,
    build_panel,
    panel_of,
)
from detector.tables import Table, Tables

__all__ = ["invented_panel", "organic_panel", "part_of", "read_panel"]

DAYS = 60


def organic_panel(accounts: int, seed: int, scratch: Path, workers: int = 1) -> Panel:
    """Simulated creators of a seed; they are made once, and kept in `scratch`."""
    from detector import api
    from training.simulate.population import write_population

    folder = scratch / f"organic-{seed}-{accounts}"
    if not folder.exists():
        draft = scratch / f"draft-{seed}-{accounts}"
        shutil.rmtree(draft, ignore_errors=True)
        write_population(draft, accounts, seed, days=DAYS, posts=5, workers=workers)
        draft.rename(folder)
    parts = []
    names = sorted(path.name for path in (folder / "accounts").glob("*.parquet"))
    for start in range(0, len(names), 10):
        block = scratch / "block"
        shutil.rmtree(block, ignore_errors=True)
        for table in ("accounts", "snapshots"):
            (block / table).mkdir(parents=True)
            for name in names[start : start + 10]:
                (block / table / name).symlink_to((folder / table / name).resolve())
        parts.append(read_panel(api.read(block)))
        shutil.rmtree(block)
    return _joined(parts)


def part_of(panel: Panel, start: int, end: int) -> Panel:
    """The accounts at `start` to `end`."""
    return panel.part(np.arange(start, min(end, len(panel))), posts=0, days=panel.history.likes.shape[1])


def read_panel(tables: Tables) -> Panel:
    """Tables as they were read, repaired, as a panel without posts."""
    from detector.owners import owners_of
    from detector.repair import repair

    panel = panel_of(repair(tables), owners_of(tables))
    return panel.part(np.arange(len(panel)), posts=0)


def _joined(parts: list[Panel]) -> Panel:
    def all_of(name: str, of: str) -> np.ndarray:
        return np.concatenate([getattr(getattr(part, of), name) for part in parts])

    return Panel(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("platform", "account_id", "handle")
        ),
        {name: np.concatenate([part.profile[name] for part in parts]) for name in parts[0].profile},
        PostsPanel(**{name: all_of(name, "posts") for name in (*POST_COUNTS, "posted_day")}),
        HistoryPanel(**{name: all_of(name, "history") for name in (*HISTORY_COUNTS, "last_day")}),
        np.concatenate([part.impossible_posts for part in parts]),
        np.concatenate([part.as_of for part in parts]),
    )


def invented_panel(accounts: int, seed: int) -> Panel:
    """Accounts of `benchmarks.lives`, made fast: for measuring cost alone."""
    parts = []
    for start in range(0, accounts, _BLOCK):
        parts.append(_invented(np.arange(start, min(start + _BLOCK, accounts)), Lives(seed)))
    return _joined(parts)


_BLOCK = 20_000


def _invented(account: np.ndarray, lives: Lives) -> Panel:
    n = len(account)
    ids = (account + 10**18).astype(str).astype(object)
    platform = np.full(n, "tiktok", dtype=object)
    looks = lives.looks(np.repeat(account, LOOKS), np.tile(np.arange(LOOKS), n))
    key = {"platform": np.repeat(platform, LOOKS), "account_id": np.repeat(ids, LOOKS)}
    snapshots = Table("snapshots", key | {name: _typed(name, values) for name, values in looks.items()})
    row = {name: _typed(name, values) for name, values in lives.accounts(account).items()}
    accounts = Table("accounts", {"platform": platform, "account_id": ids} | row)
    return build_panel(Tables(accounts=accounts, snapshots=snapshots)).part(np.arange(n), posts=0, days=64)


def _typed(name: str, values: np.ndarray) -> np.ndarray:
    return values.astype("datetime64[us]" if name.endswith("_at") else np.float64)
