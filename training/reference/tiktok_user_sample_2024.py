"""Reference: ordinary TikTok users of February 2024, the small end of the population."""

from pathlib import Path

import numpy as np

from detector.tables import Table, Tables
from training.reference.source import ReferenceSource, counts, flags, read_csv, texts

__all__ = ["MIN_FOLLOWERS", "SOURCE", "read"]

SOURCE = ReferenceSource(
    name="tiktok-user-sample-2024",
    platform="tiktok",
    collected="2024-02",
    licence="MIT",
    what=(
        "ordinary users, the latest followers of one star, of whom those with at least 100 followers, a like "
        "and a video; profiles alone"
    ),
    restrictions="unlabelled: certainly holds some automated accounts",
)

MIN_FOLLOWERS = 100
"""Below, nearly all are lurkers (median 56 followers, 1 video): and most have no likes."""

_COUNTS = {
    "followers": "follower_count",
    "following": "following_count",
    "likes": "heart_count",
    "posts": "video_count",
    "bio_length": "bio_length",
    "handle_length": "username_length",
    "handle_digits": "username_digits",
}


def read(folder: Path) -> Tables:
    """Users with at least `MIN_FOLLOWERS` followers, one like received and one video.

    Raises
    ------
    SourceError
        users.csv is missing, unreadable or lacks a column.
    """
    rows = read_csv(folder / "users.csv", ("account", "verified", *_COUNTS.values()), text=("account",))
    columns = {ours: counts(rows[theirs]) for ours, theirs in _COUNTS.items()}
    active = (columns["likes"] > 0) & (columns["posts"] > 0)
    kept = active & (columns["followers"] >= MIN_FOLLOWERS)
    accounts = rows[kept]
    return Tables(
        accounts=Table(
            "accounts",
            {
                "platform": np.full(len(accounts), SOURCE.platform, dtype=object),
                "account_id": texts(accounts["account"]),
                "verified": flags(accounts["verified"]),
                **{name: values[kept] for name, values in columns.items()},
            },
        )
    )
