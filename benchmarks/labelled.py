"""Labelled accounts of Instagram, as the public bench hands them out: its reference halves alone.

The bench divides each set by a hash of its ids. What it holds back is never read here, so that whatever is chosen or
learnt on these accounts has not seen the other half.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from detector.tables import Table, Tables
from training.accounts import half_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SETS", "Labelled", "reference_half"]


@dataclass(frozen=True, slots=True)
class Labelled:
    """Accounts of a set's reference half, and which of them are labelled, bool (n,) in the order of the tables."""

    tables: Tables
    inflated: NDArray[np.bool_]


def _automated(folder: Path) -> "tuple[pd.DataFrame, pd.Series[bool]]":
    import pandas as pd

    parts = [pd.read_json(folder / f"automated_features_{part}.json") for part in ("train", "val")]
    rows = pd.concat(parts, ignore_index=True)
    columns = {
        "followers": rows["nfollower"],
        "following": rows["nfollowing"],
        "posts": rows["nmedia"],
        "likes": rows["erl"] * rows["nmedia"] * rows["nfollower"],
        "bio_length": rows["biol"],
        "has_link": rows["url"] > 0,
        "handle_length": rows["usernameLength"],
        "handle_digits": rows["usernameDigitCount"],
    }
    return pd.DataFrame(columns), rows["fake"] == 1


def _sold(folder: Path) -> "tuple[pd.DataFrame, pd.Series[bool]]":
    import pandas as pd

    names = ("realAccountData.json", "fakeAccountData.json")
    parts = [pd.DataFrame(json.loads((folder / name).read_text(encoding="utf-8"))) for name in names]
    rows = pd.concat(parts, ignore_index=True)
    columns = {
        "followers": rows["userFollowerCount"],
        "following": rows["userFollowingCount"],
        "posts": rows["userMediaCount"],
        "bio_length": rows["userBiographyLength"],
        "has_picture": rows["userHasProfilPic"] > 0,
        "private": rows["userIsPrivate"] > 0,
        "handle_length": rows["usernameLength"],
        "handle_digits": rows["usernameDigitCount"],
    }
    return pd.DataFrame(columns), rows["isFake"] == 1


def _spammers(folder: Path) -> "tuple[pd.DataFrame, pd.Series[bool]]":
    import pandas as pd

    rows = pd.concat([pd.read_csv(folder / name) for name in ("train.csv", "test.csv")], ignore_index=True)
    columns = {
        "followers": rows["#followers"],
        "following": rows["#follows"],
        "posts": rows["#posts"],
        "bio_length": rows["description length"],
        "has_picture": rows["profile pic"] > 0,
        "has_link": rows["external URL"] > 0,
        "private": rows["private"] > 0,
    }
    return pd.DataFrame(columns), rows["fake"] == 1


def _followers_sold(folder: Path) -> "tuple[pd.DataFrame, pd.Series[bool]]":
    import pandas as pd

    rows = pd.read_csv(folder / "NewDataset.csv")
    columns = {
        "followers": rows["#Followers"],
        "following": rows["#Following"],
        "posts": rows["#Posts"],
        "likes": rows["Average of Likes"] * rows["#Posts"],
        "bio_length": rows["Bio Length"],
        "has_picture": rows["Profile Pic"] > 0,
        "has_link": rows["External Url"] > 0,
        "verified": rows["Verified"] > 0,
    }
    return pd.DataFrame(columns), rows["Fake"] == 1


Loader = Callable[[Path], "tuple[pd.DataFrame, pd.Series[bool]]"]

SETS: dict[str, tuple[str, str, Loader]] = {
    "I1": ("instafake-2019", "instafake-automated", _automated),
    "I2": ("instafake-2019", "instafake-fake", _sold),
    "K1": ("kaggle-ig-spammer-696", "kaggle-spammer", _spammers),
    "U1": ("unipr-instagram-2021", "unipr", _followers_sold),
}
"""By the bench's task: the folder, the name under which the bench hashes its rows, and who reads it."""


def reference_half(data: Path, task: str) -> Labelled:
    """The accounts of a task that the bench lets a model learn from, genuine and labelled; repeated rows count once.

    Raises
    ------
    OSError
        The set is not in the folder `data`.
    """
    folder, name, load = SETS[task]
    rows, labels = load(data / folder)
    inflated = labels.to_numpy(dtype=bool)
    first = ~rows.assign(label=inflated).duplicated().to_numpy()
    ids = [sha256(f"{name}:{row}".encode()).hexdigest()[:12] for row in range(len(rows))]
    kept = np.flatnonzero(first & np.array([half_of(one) == 0 for one in ids]))
    columns: dict[str, Any] = {
        "platform": np.full(len(kept), "instagram", dtype=object),
        "account_id": np.array([ids[row] for row in kept], dtype=object),
    }
    for column in rows:
        values = rows[column].to_numpy(dtype=np.float64)[kept]
        columns[str(column)] = np.maximum(np.round(values), 0.0)
    return Labelled(Tables(accounts=Table("accounts", columns)), inflated[kept])
