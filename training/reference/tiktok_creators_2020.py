"""Reference: TikTok creators of November 2020 with their latest videos, and smaller ones with one or two."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from detector.tables import Table, Tables, missing
from training.reference.source import ReferenceSource, counts, read_csv, texts, times

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SOURCE", "read"]

SOURCE = ReferenceSource(
    name="tiktok-creators-2020",
    platform="tiktok",
    collected="2020-11",
    licence="none stated",
    what=(
        "creators suggested, ranked top or trending, each with about 25 latest videos, and creators found "
        "through the videos of 30 songs, with one or two videos each; counters as TikTok displays them"
    ),
    restrictions="aggregate figures only, no rows; unlabelled: some accounts surely have inflated counters",
)

_COUNTS = ("n_plays", "n_likes", "n_comments", "n_shares", "n_followers", "n_total_likes", "n_total_vids")
_COLUMNS = ("account", "video", "source_file", "create_time", *_COUNTS)


def read(folder: Path) -> Tables:
    """Every account of the set, large and small, and its videos.

    The set does not say when a row was seen. Of two looks at one video the one with more plays is the later
    (plays only rise; the file's order is no guide: in 1,018 of 1,054 pairs that differ the later row of the
    file has fewer). Of two looks at one account the one that saw the newer video is, then the one with more
    likes. Videos with more likes than plays stay: `detector.repair` judges them as it does at scoring.

    Raises
    ------
    SourceError
        videos.csv is missing, unreadable or lacks a column.
    """
    rows = read_csv(folder / "videos.csv", _COLUMNS, text=("account", "video", "source_file"))
    return Tables(accounts=_accounts(rows), posts=_posts(rows))


def _accounts(rows: "pd.DataFrame") -> Table:
    saw = rows.groupby(["account", "source_file"])["create_time"].transform("max")
    looks = rows.assign(saw=saw).sort_values(["account", "saw", "n_total_likes"], kind="stable")
    newest = looks.drop_duplicates("account", keep="last")
    posts = counts(newest["n_total_vids"])
    # Every account is here because of a video, so no video at all is a fault of the page, not a count.
    return Table(
        "accounts",
        {
            "platform": np.full(len(newest), SOURCE.platform, dtype=object),
            "account_id": texts(newest["account"]),
            "followers": counts(newest["n_followers"]),
            "likes": counts(newest["n_total_likes"]),
            "posts": np.where(posts > 0, posts, np.nan),
        },
    )


def _posts(rows: "pd.DataFrame") -> Table:
    looks = rows.sort_values(["account", "video", "n_plays", "n_likes"], kind="stable")
    newest = looks.drop_duplicates(["account", "video"], keep="last")
    return Table(
        "posts",
        {
            "platform": np.full(len(newest), SOURCE.platform, dtype=object),
            "account_id": texts(newest["account"]),
            "post_id": texts(newest["video"]),
            "posted_at": times(newest["create_time"], unit="s"),
            "observed_at": missing("time", len(newest)),
            "views": counts(newest["n_plays"]),
            "likes": counts(newest["n_likes"]),
            "comments": counts(newest["n_comments"]),
            "shares": counts(newest["n_shares"]),
        },
    )
