"""Every baseline ranks: odder is higher, unknown counters are borne, and folk rules are the published ones."""

from dataclasses import replace

import numpy as np
import pytest

from detector.panel import build_panel
from detector.repair import repair
from detector.tables import Table, Tables
from training.evaluate.baselines import BASELINES
from training.evaluate.baselines.folk import RULES
from training.evaluate.views import VIEWS, seen

LATER = np.datetime64("2027-01-01", "us")
"""So late that the profile counts before any snapshot."""

RULE = {rule.name: rule for rule in RULES}


@pytest.mark.parametrize("make", BASELINES, ids=lambda make: make.__name__)
@pytest.mark.parametrize("view", VIEWS)
def test_absurd_accounts_rank_above_others(make, view, creators, required) -> None:  # type: ignore[no-untyped-def]
    tables = repair(seen(creators, view))
    panel = build_panel(tables)
    followers, likes = tables.accounts.column("followers"), tables.accounts.column("likes")
    accounts = tables.accounts.replace(
        followers=followers * 1_000.0,
        likes=np.round(likes / 1_000.0),
        observed_at=np.full(len(followers), LATER),
    )
    absurd = build_panel(repair(replace(tables, accounts=accounts)))
    one = make(3)
    try:
        one.fit([panel])
    except ImportError as error:
        required(f"{one.name}: {error}")
    ordinary, odd = one.score(panel), one.score(absurd)
    assert ordinary.shape == odd.shape == (len(panel),)
    assert np.isfinite(ordinary).all()
    # ECOD looks at one counter at a time, and is nearly blind to followers that no likes carry.
    assert np.median(odd) > np.quantile(ordinary, 0.3 if "ECOD" in one.name else 0.6)
    again = make(3)
    again.fit([panel])
    assert np.array_equal(again.score(panel), ordinary)


def _panel(**profile: float):  # type: ignore[no-untyped-def]
    who = {"platform": "instagram", "account_id": "1"}
    likes, comments = profile.pop("post_likes", 100.0), profile.pop("post_comments", 3.0)
    spread = profile.pop("spread", 0.5)
    posts = [
        {**who, "post_id": str(i), "likes": likes * (1 + spread * (-1) ** i), "comments": comments}
        for i in range(12)
    ]
    row = {**who, "followers": 1_000.0, "posts": 50.0, "likes": 5_000.0, **profile}
    return build_panel(
        Tables(accounts=Table.from_rows("accounts", [row]), posts=Table.from_rows("posts", posts))
    )


@pytest.mark.parametrize(
    ("rule", "breaks", "keeps"),
    [
        ("followers_per_post", {"followers": 3e6, "posts": 100.0}, {"followers": 1e6, "posts": 100.0}),
        ("large_with_few_posts", {"followers": 6e5, "posts": 99.0}, {"followers": 6e5, "posts": 100.0}),
        ("comments_per_likes", {"post_comments": 6.0}, {"post_comments": 4.0}),
        ("likes_per_comment", {"post_comments": 1.0}, {"post_comments": 3.0}),
        ("likes_spread_small", {"spread": 0.3}, {"spread": 0.5}),
        ("likes_spread_large", {"spread": 1.0 + 1e-6}, {"spread": 0.9}),
        ("likes_per_follower", {"likes": 999.0}, {"likes": 1_001.0}),
    ],
)
def test_a_rule_is_broken_where_its_page_says(rule: str, breaks: dict, keeps: dict) -> None:  # type: ignore[type-arg]
    assert RULE[rule].broken(_panel(**breaks))[0]
    assert not RULE[rule].broken(_panel(**keeps))[0]


def test_every_rule_is_tested_here() -> None:
    assert len(RULES) == 7
