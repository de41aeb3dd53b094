"""Reference: daily YouTube counters of VTubers over 72 days of 2026."""

from pathlib import Path

import numpy as np

from detector.tables import Table, Tables
from training.reference.source import ReferenceSource, counts, read_csv, texts, times

__all__ = ["MIN_DAYS", "SOURCE", "read"]

SOURCE = ReferenceSource(
    name="vtuber-daily-2026",
    platform="youtube",
    collected="2026-06 to 2026-08",
    licence="none stated",
    what=(
        "Taiwanese and neighbouring VTubers with at least 30 days of counters, real organic spikes included; "
        "subscribers rounded to three figures by YouTube"
    ),
    restrictions="aggregate figures only, no rows; one genre; no likes",
)

MIN_DAYS = 30
"""Days with subscribers known: fewer say too little of how an account usually grows."""


def read(folder: Path) -> Tables:
    """A look a day for each channel with subscribers known on at least `MIN_DAYS` days.

    Days on which both counters are missing say nothing and are left out.

    Raises
    ------
    SourceError
        vtuber_daily.csv is missing, unreadable or lacks a column.
    """
    columns = ("date", "account", "youtube_subscribers", "youtube_total_views")
    rows = read_csv(folder / "vtuber_daily.csv", columns, text=("date", "account"))
    followers, views = rows["youtube_subscribers"], rows["youtube_total_views"]
    known_days = followers.notna().groupby(rows["account"]).transform("sum")
    kept = rows[(known_days >= MIN_DAYS) & (followers.notna() | views.notna())]
    kept = kept.sort_values(["account", "date"], kind="stable").drop_duplicates(
        ["account", "date"], keep="last"
    )
    return Tables(
        snapshots=Table(
            "snapshots",
            {
                "platform": np.full(len(kept), SOURCE.platform, dtype=object),
                "account_id": texts(kept["account"]),
                "observed_at": times(kept["date"]),
                "followers": counts(kept["youtube_subscribers"]),
                "views": counts(kept["youtube_total_views"]),
            },
        )
    )
