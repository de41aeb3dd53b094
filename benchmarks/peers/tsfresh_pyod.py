"""Generic features and a generic detector: `python -m benchmarks.peers.tsfresh_pyod SOURCE`.

tsfresh's smallest set of features (`MinimalFCParameters`) of every counter of looks and posts over time, and PyOD's
ECOD over these: what one gets without knowing the domain.
"""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["features"]


def features(posts: "pd.DataFrame", looks: "pd.DataFrame", jobs: int) -> "pd.DataFrame":
    """One row an account: features of the counters of both tables."""
    import pandas as pd

    return pd.concat(
        [_features(looks, "observed_at", jobs), _features(posts, "posted_at", jobs).add_prefix("post_")],
        axis=1,
    ).fillna(0.0)


def _features(table: "pd.DataFrame", time: str, jobs: int) -> "pd.DataFrame":
    from tsfresh import extract_features
    from tsfresh.feature_extraction import MinimalFCParameters

    counters = table.select_dtypes("number").columns
    return extract_features(
        table[["account_id", time, *counters]].fillna(0.0),
        column_id="account_id",
        column_sort=time,
        default_fc_parameters=MinimalFCParameters(),
        n_jobs=jobs,
        disable_progressbar=True,
    )


def main(arguments: list[str] | None = None) -> None:
    """Score a folder of tables, and print how many accounts and features there were."""
    import pandas as pd
    from pyod.models.ecod import ECOD

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("source", type=Path)
    parser.add_argument("--jobs", type=int, default=2)
    chosen = parser.parse_args(arguments)
    posts, looks = (pd.read_parquet(chosen.source / name) for name in ("posts", "snapshots"))
    found = features(posts, looks, chosen.jobs)
    varied = found.loc[
        :, found.nunique() > 1
    ]  # a feature that is the same everywhere has no skew to be measured
    scores = ECOD().fit(varied.to_numpy()).decision_scores_
    print(json.dumps({"accounts": len(scores), "features": found.shape[1]}))


if __name__ == "__main__":
    main()
