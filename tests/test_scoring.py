"""Scoring: the same account gives the same bits in any company, and the shipped model behaves as people expect."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detector import read, scoring
from detector.contract import AXES, RESULT
from detector.model import store
from detector.model.lessons import Heard
from detector.scoring import _cohort_name, _support, score_tables
from detector.tables import Table, Tables
from training.simulate.organic import organic
from training.simulate.render import join

if TYPE_CHECKING:
    from detector.model.model import Model
    from detector.verdict import Result

ROOT = Path(__file__).parents[1]
N = 1_001
TABLES = ("accounts", "posts", "snapshots")


@pytest.fixture(scope="module")
def model() -> "Model":
    return store.load(ROOT / "models" / "default")


@pytest.fixture(scope="module")
def crowd() -> Tables:
    """A thousand creators of every kind, histories of 5 to 120 days."""
    return organic(N, seed=23, days=30)


@pytest.fixture(scope="module")
def judged(crowd: Tables, model: "Model") -> "Result":
    return score_tables(crowd, model, reasons="all")


def only(tables: Tables, keys: set[tuple[str, str]]) -> Tables:
    parts = {}
    for name in TABLES:
        table = getattr(tables, name)
        pairs = zip(table.column("platform"), table.column("account_id"), strict=True)
        parts[name] = table.take(np.array([pair in keys for pair in pairs], dtype=bool))
    return Tables(**parts)


def shuffled(tables: Tables, seed: int) -> Tables:
    rng = np.random.default_rng(seed)
    return Tables(
        **{name: (table := getattr(tables, name)).take(rng.permutation(len(table))) for name in TABLES}
    )


def big_companion() -> Tables:
    """Two years of looks and 5,000 posts."""
    who = {"platform": "tiktok", "account_id": "big"}
    start = np.datetime64("2024-06-30", "us")
    day = np.timedelta64(1, "D")
    looks = [
        {**who, "observed_at": start + i * day, "followers": 1e5 + 90.0 * i, "likes": 1e6 + 800.0 * i}
        for i in range(730)
    ]
    posts = [
        {
            **who,
            "post_id": str(i),
            "posted_at": start + i * day / 8,
            "views": 1e4 + i,
            "likes": 900.0 + i % 70,
        }
        for i in range(5_000)
    ]
    return Tables(posts=Table.from_rows("posts", posts), snapshots=Table.from_rows("snapshots", looks))


def differences(one: "Result", other: "Result") -> Iterator[str]:
    """What is not the same of the accounts that both judged."""
    places = {key: i for i, key in enumerate(zip(*_keys(other), strict=True))}
    for i, key in enumerate(zip(*_keys(one), strict=True)):
        for column in RESULT:
            left, right = one.columns[column.name][i], other.columns[column.name][places[key]]
            if isinstance(left, tuple):
                same = repr(left) == repr(right)  # repr of a float has every bit, and NaN equals NaN
            else:
                same = left == right or (left != left and right != right)
            if not same:
                yield f"{key} {column.name}: {left!r} is not {right!r}"


def _keys(result: "Result") -> tuple[Any, Any]:
    return result.columns["platform"], result.columns["account_id"]


@given(st.integers(0, N - 1), st.integers(0, 2**31))
@settings(
    derandomize=True,
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_an_account_alone_in_any_order_of_rows_gives_the_bits_it_gives_among_a_thousand(
    crowd: Tables, judged: "Result", model: "Model", place: int, seed: int
):
    key = crowd.keys()[place]
    alone = score_tables(shuffled(only(crowd, {key}), seed), model, reasons="all")
    assert list(differences(alone, judged)) == []


@pytest.mark.parametrize(("chunk", "seed"), [(2_000, 1), (97, 2), (334, 3)])
def test_order_chunks_and_a_companion_with_years_of_data_change_no_bit(
    crowd: Tables,
    judged: "Result",
    model: "Model",
    monkeypatch: pytest.MonkeyPatch,
    chunk: int,
    seed: int,
):
    monkeypatch.setattr(scoring, "CHUNK", chunk)
    together = score_tables(shuffled(join([big_companion(), crowd]), seed), model, reasons="all")
    assert len(together) == N + 1
    assert list(differences(judged, together)) == []


def test_the_crowd_is_judged_in_every_way_so_that_equal_bits_mean_something(judged: "Result"):
    assert set(judged.columns["level"]) >= {"ordinary", "unusual", "insufficient_data"}
    for axis in AXES:
        assert (~np.isnan(judged.columns[f"{axis}_suspicion"])).sum() > 100
    assert any(judged.columns["reasons"])


def test_accounts_come_in_the_order_of_the_source_and_progress_counts_to_the_end(
    crowd: Tables, model: "Model", monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(scoring, "CHUNK", 400)
    told: list[tuple[int, int]] = []
    result = score_tables(crowd, model, progress=lambda done, total: told.append((done, total)))
    assert list(zip(*_keys(result), strict=True)) == crowd.keys()
    assert told == [(400, N), (800, N), (N, N)]


def test_a_source_without_accounts_gives_a_result_without_rows(model: "Model"):
    assert len(score_tables(Tables(), model)) == 0


# How the shipped model behaves


def creators(times: float, posts: bool) -> Tables:
    """Creators of many sizes whose likes and views fit 1x their followers."""
    accounts, listed = [], []
    day = np.timedelta64(1, "D")
    now = np.datetime64("2026-06-30", "us")
    for i, followers in enumerate(np.geomspace(2e3, 2e6, 8)):
        who = {"platform": "tiktok", "account_id": f"c{i}"}
        likes, n = round(followers * 12), 90 + 20 * i
        accounts.append(
            {**who, "followers": float(round(followers * times)), "likes": float(likes), "posts": float(n)}
        )
        accounts[-1] |= {"following": 200.0, "bio_length": 60.0, "verified": 0.0, "observed_at": now}
        for j in range(20 if posts else 0):
            seen = float(round(followers * 0.8 * (1 + (j % 5) / 4)))
            counts = {"views": seen, "likes": round(seen * (0.09 + 0.004 * (j % 7)))}
            counts |= {"comments": round(seen * 0.002) + j % 3, "shares": round(seen * 0.001) + j % 4}
            times_ = {"posted_at": now - (5 + 3 * j) * day, "observed_at": now}
            listed.append(
                {**who, "post_id": f"{i}-{j}", **times_, **{k: float(v) for k, v in counts.items()}}
            )
    return Tables(accounts=Table.from_rows("accounts", accounts), posts=Table.from_rows("posts", listed))


@pytest.mark.parametrize("posts", [False, True], ids=["profile", "profile and posts"])
def test_more_followers_with_all_else_equal_never_lower_the_suspicion_of_followers(
    model: "Model", posts: bool
):
    before, judged_before = np.zeros(8), np.zeros(8, dtype=bool)
    for times in (1, 1.5, 2, 3, 5, 8, 12, 20, 30):
        result = score_tables(creators(times, posts), model)
        now = result.columns["followers_suspicion"]
        known = ~np.isnan(now)
        both = known & judged_before
        # A cohort of larger accounts has another reference: its quantiles differ by chance within a point.
        assert (now[both] >= before[both] - 1.0).all(), f"x{times}: {before} to {now}"
        before, judged_before = now, known
    assert judged_before.any()
    assert before[judged_before].min() >= 95


def test_inflated_likes_of_one_creator_leave_the_others_alone(model: "Model"):
    plain = creators(1, True)
    likes = plain.accounts.column("likes").copy()
    likes[3] *= 50
    touched = Tables(accounts=plain.accounts.replace(likes=likes), posts=plain.posts)
    changed = list(differences(score_tables(plain, model), score_tables(touched, model)))
    assert changed
    assert all("'c3'" in one for one in changed)


def test_another_name_changes_nothing(model: "Model", crowd: Tables):
    some = only(crowd, set(crowd.keys()[:80]))
    new = {}
    for name in TABLES:
        table = getattr(some, name)
        ids = np.array([f"id-{value}" for value in table.column("account_id")], dtype=object)
        new[name] = table.replace(account_id=ids)
    new["accounts"] = new["accounts"].replace(handle=np.full(80, "=HYPERLINK(0)", dtype=object))
    one, other = score_tables(some, model), score_tables(Tables(**new), model)
    for column in RESULT:
        if column.kind == "number":
            left, right = one.columns[column.name], other.columns[column.name]
            assert np.array_equal(left, right, equal_nan=True), column.name
    assert one.columns["level"].tolist() == other.columns["level"].tolist()


@pytest.mark.parametrize("platform", ["instagram", "x", "other"])
def test_a_platform_without_a_reference_is_refused_with_the_way_to_fit_one(model: "Model", platform: str):
    tables = Tables(
        accounts=Table.from_rows(
            "accounts",
            [{"platform": platform, "account_id": "1", "followers": 9e6, "likes": 3.0, "posts": 80.0}],
        )
    )
    (row,) = score_tables(tables, model).rows()
    assert row["level"] == "insufficient_data"
    assert row["suspicion"] is None
    assert not row["reasons"]
    assert platform in row["needed"][0]
    assert "detector train fit" in row["needed"][0]


@pytest.mark.parametrize(
    "changed", [{"private": 1.0}, {"posts": 0.0, "likes": 0.0}], ids=["private", "no posts"]
)
def test_private_accounts_and_accounts_without_posts_are_not_judged_on_followers(
    model: "Model", changed: dict[str, float]
):
    tables = creators(20, posts=False)
    columns = {name: np.full(8, value) for name, value in changed.items()}
    result = score_tables(Tables(accounts=tables.accounts.replace(**columns)), model)
    assert np.isnan(result.columns["followers_suspicion"]).all()
    assert np.isnan(result.columns["likes_suspicion"]).all()


@pytest.mark.parametrize("hidden", ["likes", "posts", "following", "followers", "observed_at"])
def test_an_honest_creator_is_not_suspicious_because_a_column_is_missing(model: "Model", hidden: str):
    tables = creators(1, posts=True)
    kept = {name: values for name, values in tables.accounts.columns.items() if name != hidden}
    result = score_tables(Tables(accounts=Table("accounts", kept), posts=tables.posts), model)
    assert "suspicious" not in result.columns["level"]


def test_a_level_begins_at_its_p_value(monkeypatch: pytest.MonkeyPatch):
    surprise = np.array([2.0, 2.0 - 1e-9, 1.302, 1.301, 1.302, 1.301, np.nan])
    no_peers = np.array([False, False, False, False, True, True, False])
    monkeypatch.setattr(scoring, "leading_cohorts", lambda judgement: (None, np.full(7, 1e6)))
    level, p = scoring.levels(SimpleNamespace(overall=surprise, no_peers=no_peers))  # type: ignore[arg-type]
    assert level.tolist() == [
        "suspicious",
        *["unusual"] * 2,
        "ordinary",
        "unusual",
        *["insufficient_data"] * 2,  # ordinary on one axis, where another has nobody to compare with
    ]
    assert np.isnan(p).tolist() == [False] * 5 + [True] * 2


def test_a_p_value_is_no_finer_than_its_cohort(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(scoring, "leading_cohorts", lambda judgement: (None, np.array([19.0, 99.0, np.nan])))
    judgement = SimpleNamespace(overall=np.full(3, 9.0), no_peers=np.zeros(3, dtype=bool))
    level, p = scoring.levels(judgement)  # type: ignore[arg-type]
    assert p.tolist() == [1 / 20, 1 / 100, 1 / 2]
    assert level.tolist() == ["unusual", "suspicious", "ordinary"]


def test_support_is_that_of_the_looks_that_judged_and_outside_where_peers_are_lacking():
    judgement = SimpleNamespace(
        support=np.array([-1, -1, 0, 1, 2, 2]), no_peers=np.array([True, False, False, False, False, True])
    )
    assert _support(judgement) == ["outside", None, "outside", "edge", "inside", "inside"]  # type: ignore[arg-type]


def test_faults_are_shown_of_the_account_that_has_them(model: "Model"):
    rows = [
        {"platform": "tiktok", "account_id": name, "followers": 5e3, "likes": likes, "posts": 40.0}
        for name, likes in (("a", 9e4), ("b", -5.0), ("c", 8e4))
    ]
    for own, faulty in ((rows, [0, 1, 0]), (rows[:1], [0])):
        result = score_tables(Tables(accounts=Table.from_rows("accounts", own)), model)
        assert [len(faults) for faults in result.columns["faults"]] == faulty


@pytest.mark.parametrize(
    ("low", "high", "on", "said"),
    [
        (0.0, np.inf, "", "any size"),
        (0.0, np.inf, "simulated lives", "any size (simulated lives)"),
        (1e6, np.inf, "", "1M followers and more"),
        (0.0, 130_000.0, "", "below 130K followers"),
        (1_500.0, 1e4, "simulated lives", "1.5K to 10K followers (simulated lives)"),
    ],
)
def test_a_cohort_is_named_by_its_size_and_whom_it_was_calibrated_on(
    low: float, high: float, on: str, said: str
):
    assert _cohort_name(low, high, on) == said


def test_p_values_and_suspicion_say_the_same_and_are_never_finer_than_their_cohort(judged: "Result"):
    p, size = judged.columns["p_value"], judged.columns["cohort_size"]
    known = ~np.isnan(p)
    assert judged.columns["suspicion"][known] == pytest.approx(100 * (1 - p[known]))
    assert (p[known] >= 1 / (size[known] + 1) - 1e-15).all()
    assert ((p[known] > 0) & (p[known] <= 1)).all()
    level = judged.columns["level"]
    assert (p[level == "suspicious"] <= 0.01).all()
    assert ((p[level == "unusual"] > 0.01) & (p[level == "unusual"] <= 0.05)).all()
    assert (p[level == "ordinary"] > 0.05).all()


def test_a_probability_is_given_where_a_level_is_or_only_peers_are_lacking(model, monkeypatch):
    """What cases taught says nothing where too little is known; where only peers are lacking, cases may be alike."""
    kind = type(model)
    real = kind.judge

    def taught(self, panel, evidence=None):
        found = real(self, panel, evidence)
        ends = (np.full(len(panel), share) for share in (0.7, 0.6, 0.8))
        return replace(found, heard=Heard(found.overall, found.score, *ends, said=()))

    monkeypatch.setattr(kind, "judge", taught)
    sample = score_tables(read(ROOT / "data" / "sample"), model)
    assert "insufficient_data" in sample.columns["level"]  # of two the size alone is unknown to peers
    bare = {"platform": "tiktok", "account_id": "1", "followers": 25_000.0}
    alone = score_tables(Tables(accounts=Table.from_rows("accounts", [bare])), model)
    assert alone.columns["level"].tolist() == ["insufficient_data"]
    for name, share in (("probability", 0.7), ("probability_low", 0.6), ("probability_high", 0.8)):
        assert (sample.columns[name] == share).all()
        assert np.isnan(alone.columns[name]).all()


def test_a_bot_like_account_of_unusual_size_ranks_in_full_though_it_gets_no_verdict(model):
    """Automation alone, where no other axis may judge; likes on a profile alone still rank from further back."""
    tables = Tables(
        accounts=Table(
            "accounts",
            {
                "platform": np.array(["tiktok", "tiktok"], dtype=object),
                "account_id": np.array(["empty", "full"], dtype=object),
                "followers": np.array([1.0, 1.0]),
                "following": np.array([5_000.0, 40.0]),
                "posts": np.array([0.0, 60.0]),
                "bio_length": np.array([0.0, 60.0]),
            },
        )
    )
    found = score_tables(tables, model).columns
    assert list(found["level"]) == ["insufficient_data"] * 2
    assert found["score"][0] == pytest.approx(found["automation_score"][0])
    assert found["score"][0] > found["score"][1]
