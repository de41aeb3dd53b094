"""What is notable of accounts is the same bits however they are taken apart and put together."""

from itertools import pairwise

import numpy as np
import pytest

from benchmarks.crowd_plants import Plants, planted
from benchmarks.crowd_population import part_of
from detector.contract import PLATFORMS
from detector.crowd.jumps import COUNTERS
from detector.crowd.notable import COLUMNS, Notable
from detector.crowd.shards import shard_tables


def tables(notable: Notable) -> dict[str, object]:
    return shard_tables(notable, 3)


@pytest.fixture(scope="module")
def panel(organic):
    """Accounts with jumps, falls and days without looks."""
    return planted(part_of(organic, 0, 1_500), Plants(groups=2, niches=4, seed=6))[0]


@pytest.fixture(scope="module")
def whole(panel):
    return Notable.of(panel)


def test_parts_put_together_are_the_whole(panel, whole):
    ends = (0, 400, 401, 1_500)
    parts = [Notable.of(part_of(panel, *pair)) for pair in pairwise(ends)]
    assert tables(Notable.concat(parts)) == tables(whole)
    assert tables(Notable.concat([])) == tables(Notable.none())
    assert len(whole.jumps) > 500


def test_accounts_are_taken_in_any_order(whole):
    order = np.random.default_rng(3).permutation(len(whole))
    back = whole.take(order).take(np.argsort(order))
    assert tables(back) == tables(whole)
    few = whole.take(np.array([7, 3]))
    assert few.account_id.tolist() == [whole.account_id[7], whole.account_id[3]]
    assert tables(Notable.concat([whole.take(np.array([7])), whole.take(np.array([3]))])) == tables(few)


def test_a_table_of_it_is_read_back(whole):
    keys = list(zip(whole.platform.tolist(), whole.account_id.tolist(), strict=True))
    table = whole.to_arrow()
    assert tuple(table.column_names) == COLUMNS
    assert tables(Notable.from_arrow(keys, table)) == tables(whole)
    order = np.random.default_rng(4).permutation(len(whole))[:300]
    some = Notable.from_arrow([keys[i] for i in order.tolist()], table.take(order))
    assert tables(some) == tables(whole.take(order))


def test_days_are_counted_as_if_each_were_looked_at(panel, whole):
    """Of each day: accounts whose counter is known on it and the day before; whoever fell is among the jumps."""
    days = shard_tables(whole, 0)["days"].to_pylist()
    known = {(PLATFORMS[row["platform"]], COUNTERS[row["counter"]], row["day"]): row["known"] for row in days}
    values = panel.history.followers
    expected: dict[tuple[str, str, int], int] = {}
    for row in range(len(panel)):
        gains = np.diff(values[row])
        if np.isfinite(gains).sum() < 7:
            continue
        first = int(panel.history.last_day[row]) - len(gains) + 1
        for column in np.flatnonzero(np.isfinite(gains)).tolist():
            key = (str(panel.platform[row]), "followers", first + column)
            expected[key] = expected.get(key, 0) + 1
    assert {key: n for key, n in known.items() if key[1] == "followers"} == expected
    assert sum(row["falls"] for row in days) == int((whole.jumps.amount < 0).sum())
    assert sum(row["rises"] for row in days) == int(whole.days.length[whole.days.rose].sum())
    assert all(0 <= row["rises"] + row["falls"] <= row["known"] for row in days)
