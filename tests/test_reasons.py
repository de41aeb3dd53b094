"""Reasons: full sentences in natural units, strongest first, with innocent explanations and the evidence needed."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import detector
from detector.contract import AXES
from detector.model import store
from detector.model.unit import FOREST
from detector.reasons import (
    CASES,
    MAX_REASONS,
    _from_cases,
    _given,
    _list,
    _number,
    _percent,
    _rough,
    _strongest,
)
from detector.scoring import score_tables
from detector.signals.catalogue import SIGNALS
from detector.signals.innocent import EXPLANATIONS
from detector.tables import Table, Tables
from detector.verdict import Reason

ROOT = Path(__file__).parents[1]
Row = dict[str, Any]


@pytest.fixture(scope="module")
def model() -> Any:
    return store.load(ROOT / "models" / "default")


@pytest.fixture(scope="module")
def sample(model: Any) -> dict[str, Row]:
    """What is said of each creator of data/sample, by the handle without its `sample_`."""
    result = score_tables(detector.read(ROOT / "data" / "sample"), model)
    return {row["handle"].removeprefix("sample_"): row for row in result.rows()}


@pytest.fixture(scope="module")
def odd(sample: dict[str, Row]) -> list[Row]:
    found = [row for row in sample.values() if row["level"] in ("unusual", "suspicious")]
    assert len(found) >= 6
    assert any(row["level"] == "suspicious" for row in found)
    return found


@pytest.fixture(scope="module")
def reasons(odd: list[Row]) -> list[Row]:
    return [reason for row in odd for reason in row["reasons"]]


def _profile(platform: str = "tiktok", **counts: float) -> Tables:
    return Tables(Table.from_rows("accounts", [{"platform": platform, "account_id": "1", **counts}]))


def _said(tables: Tables, model: Any, reasons: str = "worst") -> Row:
    (row,) = score_tables(tables, model, reasons=reasons).rows()
    return dict(row)


def test_every_odd_account_has_one_to_six_reasons(odd: list[Row]):
    assert {row["handle"] for row in odd if not 1 <= len(row["reasons"]) <= MAX_REASONS} == set()
    assert MAX_REASONS == 6


def test_an_ordinary_account_has_no_reasons_until_asked(sample: dict[str, Row], model: Any):
    ordinary = [row for row in sample.values() if row["level"] in ("ordinary", "insufficient_data")]
    assert ordinary
    assert all(row["reasons"] == [] and row["innocent"] == [] for row in ordinary)
    everyone = score_tables(detector.read(ROOT / "data" / "sample"), model, reasons="all").rows()
    assert any(row["reasons"] for row in everyone if row["level"] == "ordinary")


def test_the_strongest_reason_comes_first_and_none_comes_twice(odd: list[Row]):
    for row in odd:
        strengths = [reason["contribution"] for reason in row["reasons"]]
        assert strengths == sorted(strengths, reverse=True), row["handle"]
        assert strengths[0] > 0
        names = [(reason["axis"], reason["signal"]) for reason in row["reasons"]]
        assert len(set(names)) == len(names)


def test_sentences_are_filled_and_end(reasons: list[Row]):
    for reason in reasons:
        sentence = reason["sentence"]
        assert not set("{}") & set(sentence), sentence
        assert not re.search(r"\b(nan|inf|None)\b|\de[+-]?\d", sentence), sentence
        assert sentence.endswith(".")
        assert sentence[0].isupper() or sentence[0].isdigit(), sentence


def test_reasons_name_a_signal_of_the_catalogue_its_axis_and_unit(reasons: list[Row]):
    for reason in reasons:
        assert reason["axis"] in AXES
        if reason["signal"] != FOREST:
            signal = SIGNALS[reason["signal"]]
            assert (reason["axis"], reason["unit"]) == (signal.axis, signal.unit)


def test_only_what_one_in_ten_peers_exceeds_at_most_is_a_reason(reasons: list[Row]):
    assert all(90 <= reason["peers_percentile"] <= 100 for reason in reasons)


def test_what_one_in_ten_peers_exceeds_is_a_reason_of_an_ordinary_account_that_is_asked_about(model: Any):
    everyone = score_tables(detector.read(ROOT / "data" / "sample"), model, reasons="all").rows()
    together = [r["peers_percentile"] for row in everyone for r in row["reasons"] if r["signal"] == FOREST]
    assert 90 <= min(together) < 92


def test_the_number_in_the_sentence_is_the_value_of_the_reason(reasons: list[Row]):
    checked = 0
    for reason in reasons:
        signal = SIGNALS.get(reason["signal"])
        if signal is None or signal.show == "share" or "{value}" not in signal.sentence:
            continue
        assert _number(reason["value"]) in reason["sentence"], reason
        checked += 1
    assert checked >= 10


def test_followers_and_likes_are_told_as_counts_that_the_profile_shows(sample: dict[str, Row]):
    told = {reason["signal"]: reason for reason in sample["hollow_followers"]["reasons"]}
    profile = detector.read(ROOT / "data" / "sample").accounts
    at = profile.column("handle").tolist().index("sample_hollow_followers")
    for name, counter in (("followers_beyond_engagement", "followers"), ("likes_below_followers", "likes")):
        assert told[name]["value"] == pytest.approx(profile.column(counter)[at])
        assert told[name]["unit"] == counter
    beyond = told["followers_beyond_engagement"]
    assert beyond["expected"] < beyond["value"]
    assert beyond["expected"] == pytest.approx(sample["hollow_followers"]["followers_expected"], abs=1)
    assert f"{beyond['value']:,.0f} followers" in beyond["sentence"]
    assert told["likes_below_followers"]["expected"] > told["likes_below_followers"]["value"]


def test_a_sentence_names_what_the_peers_have_in_common(sample: dict[str, Row]):
    sentences = {reason["signal"]: reason["sentence"] for reason in sample["hollow_followers"]["reasons"]}
    assert "where peers with the same lifetime likes" in sentences["followers_beyond_engagement"]
    assert "where peers with the same followers" in sentences["likes_below_followers"]


def test_followers_are_expected_of_whoever_has_peers_at_the_edge_too(model: Any):
    said = [_said(_profile(followers=n, likes=10.0 * n, posts=100.0), model) for n in (3.0, 3e5, 5e8)]
    assert [row["support"] for row in said] == ["edge", "inside", "outside"]
    assert [row["followers_expected"] is not None for row in said] == [True, True, False]


def _heard(added: list[float]) -> Any:
    """What a lesson of 30 inflated and 10 genuine cases says of rows 0, 2, 4, ...; its trees say the same of all."""
    names = ("few_posts", "likes", "few_posts", "following_beyond_followers", "followers")
    columns = [SimpleNamespace(name=name) for name in names]
    parts = np.tile([0.3, 0.5, 0.3, 0.2, -0.1], (len(added), 1))
    trees = SimpleNamespace(shares=lambda table: parts[: len(table)], root=-0.2)
    lesson = SimpleNamespace(columns=columns, trees=trees, n_inflated=30, n_genuine=10)
    rows = 2 * np.arange(len(added))
    return SimpleNamespace(lesson=lesson, rows=rows, table=np.zeros((len(added), 5)), added=np.array(added))


def test_cases_are_a_reason_with_what_spoke_loudest_and_the_odds():
    ((row, reason),) = _from_cases(_heard([0.5]), np.ones(1, dtype=bool))
    assert row == 0
    assert (reason.signal, reason.axis, reason.contribution) == (CASES, "automation", 0.5)
    assert reason.value == pytest.approx(np.exp(0.3 + 0.5 + 0.3 + 0.2 - 0.1 - 0.2))
    assert reason.sentence == (
        "People labelled 40 accounts: like those they called inflated, by few posts, lifetime likes and following "
        "beyond followers; the odds of being inflated are 2.7 times those of these cases as a whole."
    )


def test_cases_that_lower_a_score_say_so_by_what_speaks_against():
    ((_, reason),) = _from_cases(_heard([-0.5]), np.ones(1, dtype=bool))
    assert "like those they called genuine, by followers, " in reason.sentence
    assert reason.contribution == -0.5


def test_cases_that_hardly_move_a_score_or_move_one_that_nobody_asked_for_are_no_reason():
    wanted = np.array([True, False, True, False, False, False, True])
    said = _from_cases(_heard([0.11, 0.09, 0.5, -0.11]), wanted)
    assert [row for row, _ in said] == [0, 6]
    assert _from_cases(_heard([0.05]), wanted) == []


def test_what_cases_say_is_told_beyond_the_sixth_reason():
    many = [Reason(f"s{i}", "likes", 1.0, 1.0, "", 99.0, 1.0 + i, "") for i in range(8)]
    cases = Reason(CASES, "likes", 1.0, 1.0, "", float("nan"), -2.0, "")
    told = _strongest([cases, *many])
    assert [one.signal for one in told] == ["s7", "s6", "s5", "s4", "s3", "s2", CASES]


def test_shares_are_told_as_per_cent(model: Any):
    everyone = score_tables(detector.read(ROOT / "data" / "sample"), model, reasons="all").rows()
    reasons = [reason for row in everyone for reason in row["reasons"]]
    shares = [reason for reason in reasons if reason["unit"].startswith("share of")]
    assert shares
    for reason in shares:
        assert 0 <= reason["value"] <= 1
        assert _percent(reason["value"]) in reason["sentence"]


def test_innocent_explanations_are_unique_and_ruled_out_only_where_checked(odd: list[Row]):
    texts = {explanation.text for explanation in EXPLANATIONS.values()}
    for row in odd:
        said = [innocent["explanation"] for innocent in row["innocent"]]
        assert said
        assert len(set(said)) == len(said)
        assert set(said) <= texts
        assert all(innocent["checked"] or not innocent["ruled_out"] for innocent in row["innocent"])


def test_innocent_explanations_are_those_of_the_told_signals(odd: list[Row]):
    for row in odd:
        signals = [SIGNALS[r["signal"]] for r in row["reasons"] if r["signal"] in SIGNALS]
        expected = {EXPLANATIONS[name].text for signal in signals for name in signal.innocent}
        assert {innocent["explanation"] for innocent in row["innocent"]} == expected


def test_a_star_who_seldom_posts_is_ruled_out_by_many_posts_alone(model: Any):
    counts = {"followers": 356_000.0, "likes": 54_100.0, "following": 210.0}
    ruled_out = {}
    for posts in (6.0, 104.0):
        row = _said(_profile(posts=posts, **counts), model, "all")
        found = {i["explanation"]: i["ruled_out"] for i in row["innocent"]}
        ruled_out[posts] = found[EXPLANATIONS["dormant_star"].text]
    assert ruled_out == {6.0: False, 104.0: True}


def test_sabotage_stays_open_for_whoever_has_more_followers_or_likes_than_expected(odd: list[Row]):
    text = EXPLANATIONS["sabotage"].text
    for row in odd:
        if any(reason["signal"].startswith(("follower", "like")) for reason in row["reasons"]):
            assert {"explanation": text, "checked": False, "ruled_out": False} in row["innocent"]


def test_on_a_platform_without_a_model_it_says_how_to_fit_one(model: Any):
    row = _said(_profile("x", followers=12_000.0, likes=900.0, posts=80.0), model)
    assert row["level"] == "insufficient_data"
    assert len(row["needed"]) == 1
    assert "a model for x" in row["needed"][0]
    assert "`detector train fit SOURCE --out DIR`" in row["needed"][0]
    assert all(platform in row["needed"][0] for platform in model.platforms)
    assert row["reasons"] == []


@pytest.mark.parametrize(
    ("counts", "asked", "unasked"),
    [
        ({"likes": 9_000.0, "posts": 40.0}, "followers", "lifetime likes or views"),
        ({"followers": 9_000.0, "posts": 40.0}, "lifetime likes or views", "followers"),
        ({"followers": 9_000.0, "likes": 0.0, "posts": 0.0}, "posts: the account shows none", "followers"),
    ],
    ids=["no followers", "no likes", "no posts"],
)
def test_it_asks_for_what_is_missing_and_for_nothing_that_is_there(
    counts: dict[str, float], asked: str, unasked: str, model: Any
):
    needed = _said(_profile(**counts), model)["needed"]
    assert asked in needed
    assert unasked not in needed
    assert any(text.startswith("daily followers") for text in needed)
    assert any(text.startswith("views, likes and comments of at least") for text in needed)


def test_with_posts_and_history_nothing_more_is_asked_for(odd: list[Row]):
    whole = [row for row in odd if row["evidence"] == "profile+posts+history"]
    assert whole
    assert all(row["needed"] == [] for row in whole)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.0, "0"),
        (9.94, "9.9"),
        (10.0, "10"),
        (12_345.6, "12,346"),
        (-1_500.0, "-1,500"),
        (0.00123, "0.0012"),
    ],
)
def test_numbers_are_told_as_people_read_them(value: float, said: str):
    assert _number(value) == said


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.0, "0 %"), (-0.2, "0 %"), (0.254, "25 %"), (0.989, "99 %"), (0.991, "99.1 %"), (1.0, "99.9 %")],
)
def test_a_share_is_never_told_as_all(share: float, said: str):
    assert _percent(share) == said


def test_an_expectation_keeps_two_digits():
    found = [_rough(value) for value in (4_338_091.0, 12_075.9, 99.6, 0.0468, 0.0)]
    np.testing.assert_allclose(found, [4_300_000.0, 12_000.0, 100.0, 0.047, 0.0])


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ([], ""),
        (["posts"], "posts"),
        (["views per post"], "views per post"),
        (["followers", "posts"], "followers and posts"),
        (["likes", "views per post", "shares per post"], "likes and views and shares per post"),
    ],
)
def test_what_peers_share_is_told_in_one_list(texts: list[str], said: str):
    assert _given(texts) == said


def test_a_list_reads_as_a_sentence():
    assert [_list(list(words)) for words in ("", "a", "ab", "abc")] == ["", "a", "a and b", "a, b and c"]


def test_a_step_of_likes_is_not_explained_by_followers_that_are_shown_rounded(sample: dict[str, Row]):
    found = {i["explanation"]: i["ruled_out"] for i in sample["like_spike"]["innocent"]}
    assert found[EXPLANATIONS["rounded_likes"].text]
    assert EXPLANATIONS["rounding"].text not in found
