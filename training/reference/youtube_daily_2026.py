"""Reference: daily counters of YouTube technology channels and their videos, early 2026."""

from pathlib import Path

import numpy as np

from detector.tables import Table, Tables
from training.reference.source import ReferenceSource, counts, read_csv, texts, times

__all__ = ["SOURCE", "read"]

SOURCE = ReferenceSource(
    name="youtube-daily-2026",
    platform="youtube",
    collected="2026-01 to 2026-02",
    licence="none stated (YouTube Data API)",
    what="technology channels, 6 to 30 days of counters each, and the counters of their recent videos",
    restrictions="aggregate figures only, no rows; one genre",
)


def read(folder: Path) -> Tables:
    """All channels: a look a day, and each video as it was last seen; hidden likes and comments are missing.

    Raises
    ------
    SourceError
        channels_daily.csv or videos_monthly.csv is missing, unreadable or lacks a column.
    """
    return Tables(
        posts=_posts(folder / "videos_monthly.csv"), snapshots=_looks(folder / "channels_daily.csv")
    )


def _looks(path: Path) -> Table:
    rows = read_csv(
        path, ("date_utc", "channel", "subscribers", "views", "videos"), text=("date_utc", "channel")
    )
    rows = rows.sort_values(["channel", "date_utc"], kind="stable")
    rows = rows.drop_duplicates(["channel", "date_utc"], keep="last")
    return Table(
        "snapshots",
        {
            "platform": np.full(len(rows), SOURCE.platform, dtype=object),
            "account_id": texts(rows["channel"]),
            "observed_at": times(rows["date_utc"]),
            "followers": counts(rows["subscribers"]),
            "posts": counts(rows["videos"]),
            "views": counts(rows["views"]),
        },
    )


def _posts(path: Path) -> Table:
    names = ("channel", "video", "snapshot_utc", "published_at", "view_count", "like_count", "comment_count")
    rows = read_csv(path, names, text=("channel", "video", "snapshot_utc", "published_at"))
    rows = rows.assign(seen=times(rows["snapshot_utc"]))
    # Channel first: no id is trusted to be unique beyond its channel.
    rows = rows.sort_values(["channel", "video", "seen"], kind="stable")
    rows = rows.drop_duplicates(["channel", "video"], keep="last")
    return Table(
        "posts",
        {
            "platform": np.full(len(rows), SOURCE.platform, dtype=object),
            "account_id": texts(rows["channel"]),
            "post_id": texts(rows["video"]),
            "posted_at": times(rows["published_at"]),
            "observed_at": np.array(rows["seen"], dtype="datetime64[us]"),
            "views": counts(rows["view_count"]),
            "likes": counts(rows["like_count"]),
            "comments": counts(rows["comment_count"]),
        },
    )
