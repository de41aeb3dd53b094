"""Organic panels for `benchmarks.crowd`: simulated creators, read as an audit reads them, without their posts."""

import shutil
from pathlib import Path

import numpy as np

from detector.panel import HISTORY_COUNTS, POST_COUNTS, HistoryPanel, Panel, PostsPanel, panel_of

__all__ = ["organic_panel", "part_of"]

DAYS = 60


def organic_panel(accounts: int, seed: int, scratch: Path, workers: int = 1) -> Panel:
    """Simulated creators of a seed; they are made once, and kept in `scratch`."""
    from detector import api
    from detector.owners import owners_of
    from detector.repair import repair
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
        tables = api.read(block)
        parts.append(_without_posts(panel_of(repair(tables), owners_of(tables))))
        shutil.rmtree(block)
    return _joined(parts)


def part_of(panel: Panel, start: int, end: int) -> Panel:
    """The accounts at `start` to `end`."""
    return panel.part(np.arange(start, min(end, len(panel))), posts=0, days=panel.history.likes.shape[1])


def _without_posts(panel: Panel) -> Panel:
    return panel.part(np.arange(len(panel)), posts=0)


def _joined(parts: list[Panel]) -> Panel:
    def all_of(name: str, of: str) -> np.ndarray:
        return np.concatenate([getattr(getattr(part, of), name) for part in parts])

    return Panel(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ("platform", "account_id", "handle")),
        {name: np.concatenate([part.profile[name] for part in parts]) for name in parts[0].profile},
        PostsPanel(**{name: all_of(name, "posts") for name in (*POST_COUNTS, "posted_day")}),
        HistoryPanel(**{name: all_of(name, "history") for name in (*HISTORY_COUNTS, "last_day")}),
        np.concatenate([part.impossible_posts for part in parts]),
        np.concatenate([part.as_of for part in parts]),
    )
