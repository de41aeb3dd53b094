"""What the bound of inflated likes is made of: parts, references, models that were told, and the table."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.contamination import FAR, times_the_law
from benchmarks.contamination_bound import (
    DOSES,
    FOLDS,
    Accounts,
    dosed,
    drawn,
    features,
    measured,
    ours,
    part_of,
    ranked,
    reference_of,
    told,
)
from benchmarks.contamination_page import contamination_bound, contamination_draws, far_out
from detector.model.tail import fit_tail
from detector.tables import Table, Tables

N, POSTS = 240, 6


@pytest.fixture(scope="module")
def accounts() -> Accounts:
    """Invented creators whose likes follow their views closely."""
    rng = np.random.default_rng(2)
    name = np.array([f"c{row:04d}" for row in range(N)], dtype=object)
    of, usual = np.repeat(np.arange(N), POSTS), 10 ** rng.uniform(3.0, 4.5, N)
    views = np.round(usual[of] * rng.lognormal(0, 0.5, N * POSTS))
    likes = np.round(views * 0.08 * rng.lognormal(0, 0.15, N)[of])
    platform = np.full(N, "tiktok", dtype=object)
    profile = {
        "platform": platform,
        "account_id": name,
        "followers": np.round(usual * rng.lognormal(0.5, 0.5, N)),
        "likes": np.round(usual * 8 * rng.lognormal(0, 0.3, N)),
        "posts": np.full(N, 100.0),
    }
    posts = {
        "platform": platform[of],
        "account_id": name[of],
        "post_id": np.array([f"p{row}" for row in range(N * POSTS)], dtype=object),
        "views": views,
        "likes": likes,
        "comments": np.round(likes * 0.03),
    }
    return dosed(Tables(accounts=Table("accounts", profile), posts=Table("posts", posts)))


def test_nobody_is_taught_and_met_and_all_are_met_once(accounts: Accounts) -> None:
    keys = accounts.untouched.keys()
    assert {part_of(key) for key in keys} == set(range(FOLDS))
    some = accounts.of({key for key in keys if part_of(key) == 0})
    assert set(some.untouched.keys()) == {key for key in keys if part_of(key) == 0}
    assert all(set(one.keys()) <= set(some.untouched.keys()) for one in some.inflated.values())


def test_a_profile_alone_shows_no_posts_and_lifetime_likes_that_grew(accounts: Accounts) -> None:
    seen = accounts.seen_by("profile")
    assert len(seen.untouched.posts) == 0
    assert len(accounts.untouched.posts) == N * POSTS
    before = dict(zip(accounts.untouched.keys(), seen.untouched.accounts.column("likes"), strict=True))
    grown = seen.inflated[3.0].accounts
    ratio = grown.column("likes") / [before[key] for key in seen.inflated[3.0].keys()]  # noqa: SIM118
    assert np.median(ratio) > 1.5


def test_a_tenth_of_a_contaminated_reference_is_inflated_and_none_of_another(accounts: Accounts) -> None:
    clean, dirty = (reference_of(accounts, "profile and posts", share) for share in (0.0, 0.1))
    own = accounts.untouched.accounts.column("likes")
    assert np.array_equal(clean.accounts.column("likes"), own)
    assert 0.04 < (dirty.accounts.column("likes") != own).mean() < 0.18


def test_models_that_were_told_find_a_dose_that_the_views_do_not_carry(accounts: Accounts) -> None:
    keys = accounts.untouched.keys()
    teachers, met = (
        accounts.of({key for key in keys if (part_of(key) == 0) == asked}) for asked in (False, True)
    )
    found = list(told(teachers.untouched, teachers, met))
    assert [list(scores.inflated) for _, scores in found] == [[dose] for dose in DOSES for _ in range(2)]
    for name, scores in found:
        ((dose, inflated),) = scores.inflated.items()
        row = ranked(scores.untouched, inflated)
        assert row["auc"] > (0.97 if dose == 3.0 else 0.6), name


def test_features_hold_what_an_account_is_compared_by_in_the_order_of_their_keys(accounts: Accounts) -> None:
    keys, table = features(accounts.untouched)
    assert keys == sorted(accounts.untouched.keys())
    assert len(table) == N
    _, other = features(accounts.inflated[3.0])
    assert (np.median(np.nan_to_num(other), axis=0) > np.median(np.nan_to_num(table), axis=0) + 0.9).any()


def test_recall_and_its_interval_take_an_account_with_its_twin() -> None:
    untouched = {("tiktok", f"{row}"): row / 200 for row in range(200)}
    inflated = {key: value + 0.5 for key, value in untouched.items()}
    row = ranked(untouched, inflated)
    assert row["accounts"] == 200
    assert row["recall"][0] == pytest.approx(0.5, abs=0.03)
    assert row["recall"][1] <= row["recall"][0] <= row["recall"][2]
    assert row["recall_5"] > row["recall"][0]


def test_rows_become_a_table(accounts: Accounts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.contamination_bound.FOLDS", 2)  # each costs a fit
    rows = list(measured(accounts, "profile", 0.1))
    assert [row["by"] for row in rows] == [
        "ours, told nothing",
        "logistic regression, told",
        "boosted trees, told",
    ]
    assert all(row["dose"] == 3.0 and row["accounts"] == N for row in rows)
    assert all(0 <= row["recall"][0] <= row["recall_5"] <= 1 for row in rows)
    rows[0] |= {"recall": [0.25, 0.1, 0.4], "recall_5": 0.5}
    path = tmp_path / "bound.json"
    path.write_text(json.dumps({"folds": 2, "rows": rows}))
    head, _, line = contamination_bound(path).splitlines()
    assert head.startswith(
        "| evidence | likes | reference | ours, told nothing | logistic regression, told |"
    )
    assert line.startswith("| profile | x3 | 10% inflated | 0.25 [0.10, 0.40]; 0.50 | ")
    assert contamination_bound(tmp_path / "none.json") == "Not measured yet."


def test_each_draw_divides_anew_and_says_what_each_reference_finds(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = accounts.untouched.keys()
    assert {part_of(key, 1) for key in keys} == set(range(FOLDS))
    assert [part_of(key, 1) for key in keys] != [part_of(key, 2) for key in keys]
    monkeypatch.setattr("benchmarks.contamination_bound.FOLDS", 2)  # each costs a fit
    rows = list(drawn(accounts.untouched, 3))
    assert [(row["share"], row["dose"]) for row in rows] == [(s, dose) for s in (0.0, 0.1) for dose in DOSES]
    assert all(row["accounts"] == N and row["draw"] == 3 for row in rows)
    assert rows[2]["recall_5"] > rows[0]["recall_5"]


def test_draws_become_means_with_the_least_and_the_most_and_a_share(tmp_path: Path) -> None:
    rows = [
        {"dose": 2.0, "share": share, "recall": [one, 0.0, 1.0], "recall_5": 2 * one}
        for share, one in ((0.0, 0.2), (0.0, 0.4), (0.1, 0.1), (0.1, 0.3))
    ]
    path = tmp_path / "bound.json"
    path.write_text(json.dumps({"draws": rows}))
    assert contamination_draws(path).splitlines()[2:] == [
        "| x2 | 0.300 [0.20, 0.40] | 0.200 [0.10, 0.30] | 67% | 0.600 [0.40, 0.80] | 0.400 [0.20, 0.60] | 67% |"
    ]
    assert contamination_draws(tmp_path / "none.json") == "Not measured yet."


def test_what_may_not_carry_a_verdict_has_an_empty_cell(tmp_path: Path) -> None:
    row = {"share": 0.0, "dose": 3.0, "recall": [0.25, 0.1, 0.4], "recall_5": 0.5}
    rows = [
        row | {"evidence": one, "by": by}
        for one, by in (("profile and posts", "likes"), ("profile", "score"))
    ]
    path = tmp_path / "bound.json"
    path.write_text(json.dumps({"rows": rows}))
    assert contamination_bound(path).splitlines()[2:] == [
        "| profile and posts | x3 | as it is | 0.25 [0.10, 0.40]; 0.50 |  |",
        "| profile | x3 | as it is |  | 0.25 [0.10, 0.40]; 0.50 |",
    ]


def test_ours_ranks_by_its_score_and_by_likes_alone(accounts: Accounts) -> None:
    keys = accounts.untouched.keys()
    teachers, met = (
        accounts.of({key for key in keys if (part_of(key) == 0) == asked}) for asked in (False, True)
    )
    by = dict(ours(teachers.untouched, teachers, met))
    assert list(by) == ["ours, told nothing", "ours, by likes alone"]
    for scores in by.values():
        assert set(scores.untouched) == set(met.untouched.keys())
        assert ranked(scores.untouched, scores.inflated[3.0])["auc"] > 0.7


def test_who_lies_far_out_is_counted_beside_the_law_of_maxima(tmp_path: Path) -> None:
    shares = np.random.default_rng(5).uniform(size=(100_000, 4))
    totals = (np.log10([0.4, 0.3, 0.2, 0.1]) - np.log10(shares)).max(axis=1)
    assert times_the_law(fit_tail(totals, 5)) == pytest.approx(np.ones(len(FAR)), abs=0.15)
    totals[:1_500] = np.linspace(3, 6, 1_500)
    assert times_the_law(fit_tail(totals, 5))[-1] > 2.5
    path = tmp_path / "contamination.json"
    row = {"axis": "likes", "block": "counters", "accounts": 1_867, "times": [1.2, 1.3, 1.65, 2.06]}
    path.write_text(json.dumps({"far_out": {"creators": [row, row | {"axis": "followers"}]}}))
    assert far_out(path).splitlines()[2:] == [
        "| creators | likes by counters | 1,867 | 1.20 | 1.30 | 1.65 | 2.06 | 2 |",
        "| creators | followers by counters | 1,867 | 1.20 | 1.30 | 1.65 | 2.06 | 1 |",
    ]
    path.write_text("{}")
    assert far_out(path) == "Not measured yet."
