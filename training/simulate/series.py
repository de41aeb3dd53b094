"""Series: the few real daily counters of likes there are, one account or one video each, as they were read.

Origins and traps of both sets: docs/measuring.md. They are measured with, and nothing is fitted on a single one.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["TURNS", "Series", "series_of", "tiktok_series", "video_series"]

Array = NDArray[np.float64]

TURNS = {"giant_a": 1, "giant_b": 3}
"""How often the likes of two accounts have turned over, as the data set's description has it."""


@dataclass(frozen=True, slots=True, repr=False)
class Series:
    """Daily counters of one real account: day (days since 1970) and name -> counts, NaN where unknown."""

    name: str
    day: Array
    counters: dict[str, Array]

    def __repr__(self) -> str:
        return f"Series({self.name}: {len(self.day)} days of {', '.join(self.counters)})"


def tiktok_series(folder: Path) -> list[Series]:
    """Four TikTok accounts: followers, likes, posts. A 0 is how the source says "gone".

    The giants' likes are 32-bit counters that turned over, and looks alone do not say how often: `TURNS` does.
    """
    rows = _rows(folder / "tiktok_daily_stats.csv")
    names = {"followers": "Followers", "likes": "Likes", "posts": "Videos"}
    found = series_of(rows, "Username", "Date", names)
    for series in found:
        series.counters["likes"] += TURNS.get(series.name, 0) * 2.0**32
    return found


def video_series(folder: Path) -> list[Series]:
    """Videos' likes and views as if they were an account's lifetime counters; followers are unknown."""
    rows = _rows(folder / "video_daily_stats.csv")
    return series_of(rows, "video", "run_date_bkk", {"likes": "like_count", "views": "view_count"})


def series_of(rows: list[dict[str, str]], who: str, when: str, names: dict[str, str]) -> list[Series]:
    """Rows of a table, one a look, as series by name; of several looks a day the last one counts."""
    found = []
    for name in sorted({row[who] for row in rows}):
        own = {np.datetime64(row[when], "D").astype(int): row for row in rows if row[who] == name}
        day = np.array(sorted(own), dtype=float)
        counters = {
            counter: np.array([float(own[int(d)][column] or "nan") for d in day])
            for counter, column in names.items()
        }
        found.append(Series(name, day, counters))
    return found


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
