"""By construction: one in a hundred simulated honest creators is suspicious, and what is inflated is caught."""

from typing import TYPE_CHECKING

import numpy as np
import pytest

from detector.scoring import score_tables
from detector.tables import Table, Tables
from training.fit import FitSettings, fit
from training.simulate.organic import organic

if TYPE_CHECKING:
    from detector.model.model import Model

REFERENCE, ASKED = 1_200, 1_500


def without_history(tables: Tables) -> Tables:
    return Tables(accounts=tables.accounts, posts=tables.posts)


@pytest.fixture(scope="module")
def model() -> "Model":
    return fit(without_history(organic(REFERENCE, seed=31, days=7, posts=20)), FitSettings(name="sim")).model


@pytest.fixture(scope="module")
def asked() -> Tables:
    return without_history(organic(ASKED, seed=32, days=7, posts=20))


def bounds(n: int) -> tuple[float, float]:
    """99.9 % interval of the alarms among `n` when 1 % is calibrated on `REFERENCE` accounts (beta-binomial)."""
    rng = np.random.default_rng(0)
    rank = round(0.01 * REFERENCE)
    drawn = rng.binomial(n, rng.beta(rank, REFERENCE + 1 - rank, 200_000))
    low, high = np.quantile(drawn, [0.0005, 0.9995])
    return float(low), float(high)


def hidden(tables: Tables, columns: tuple[str, ...]) -> Tables:
    """The same without some columns; `posts` hides all posts."""
    kept = {name: values for name, values in tables.accounts.columns.items() if name not in columns}
    if "posts_table" in columns:
        return Tables(accounts=Table("accounts", kept))
    posts = {name: v for name, v in tables.posts.columns.items() if f"post.{name}" not in columns}
    return Tables(accounts=Table("accounts", kept), posts=Table("posts", posts))


@pytest.mark.parametrize(
    "columns",
    [
        (),
        ("posts_table",),
        ("post.comments", "post.shares"),
        ("bio_length", "has_link"),
        ("post.likes",),
    ],
    ids=lambda columns: "+".join(columns) or "nothing",
)
def test_one_honest_creator_in_a_hundred_is_suspicious_whatever_is_hidden(
    model: "Model", asked: Tables, columns: tuple[str, ...]
):
    level = score_tables(hidden(asked, columns), model).columns["level"]
    judged = int(np.sum(level != "insufficient_data"))
    low, high = bounds(judged)
    assert judged > 0.4 * ASKED
    assert low <= np.sum(level == "suspicious") <= high


def test_ten_times_the_followers_are_caught(model: "Model", asked: Tables):
    inflated = asked.accounts.replace(followers=10 * asked.accounts.column("followers"))
    level = score_tables(Tables(accounts=inflated, posts=asked.posts), model).columns["level"]
    judged = level != "insufficient_data"
    assert judged.sum() > 0.4 * ASKED
    assert np.mean(level[judged] == "suspicious") >= 0.6
