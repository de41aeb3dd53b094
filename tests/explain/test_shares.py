"""Shares of the score: they sum to it, are never below zero, and say what the model would say."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import detector
from detector.explain import score_shares
from detector.model.lessons import Heard, Said
from detector.panel import build_panel
from detector.repair import repair
from detector.tables import Table, Tables

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def judgement():
    model = detector.load_model()
    return model.judge(build_panel(repair(detector.read(ROOT / "data" / "sample"))))


def test_the_shares_and_the_rest_are_the_models_score(judgement):
    behind = np.where(np.isnan(judgement.overall), judgement.score, judgement.overall)
    for row, score in enumerate(behind.tolist()):
        shares = score_shares(judgement, row)
        assert shares.score == pytest.approx(score, abs=1e-12)
        assert sum(part.amount for part in shares.parts) + shares.rest == pytest.approx(score, abs=1e-9)


def test_they_are_the_models_score_where_units_have_weights_of_their_own():
    model = detector.load_model()
    platforms = {
        name: replace(one, units=tuple(replace(unit, weight=2.0 + n) for n, unit in enumerate(one.units)))
        for name, one in model.platforms.items()
    }
    judgement = replace(model, platforms=platforms).judge(
        build_panel(repair(detector.read(ROOT / "data" / "sample")))
    )
    behind = np.where(np.isnan(judgement.overall), judgement.score, judgement.overall)
    for row, score in enumerate(behind.tolist()):
        assert score_shares(judgement, row).score == pytest.approx(score, abs=1e-12)


def test_a_look_that_may_not_judge_has_no_share_in_a_verdict():
    """Likes on a profile alone only rank."""
    accounts = [{"platform": "tiktok", "account_id": "1", "followers": 3e4, "likes": 9e7, "posts": 80.0}]
    judgement = detector.load_model().judge(build_panel(Tables(Table.from_rows("accounts", accounts))))
    shares = score_shares(judgement)
    assert judgement.score[0] > judgement.overall[0] == pytest.approx(shares.score)
    assert {part.axis for part in shares.parts} == {"followers"}


def test_what_labelled_cases_add_is_told_apart(judgement):
    rows, added = np.array([1, 3]), np.array([0.75, -1.5])
    nothing = np.full(len(judgement.score), np.nan)
    said = (Said(None, rows, np.empty((2, 0)), added),)
    heard = Heard(judgement.overall, judgement.score, nothing, nothing, nothing, said)
    taught = replace(judgement, heard=heard)
    assert [score_shares(taught, row).moved for row in (1, 2, 3)] == [0.75, 0.0, -1.5]
    assert score_shares(taught, 1).parts == score_shares(judgement, 1).parts


def test_no_signal_takes_anything_away(judgement):
    for row in range(len(judgement.score)):
        assert all(part.amount >= -1e-12 for part in score_shares(judgement, row).parts)


def test_the_largest_comes_first_and_each_signal_of_a_look_once(judgement):
    shares = score_shares(judgement, int(np.argmax(judgement.score)))
    amounts = [part.amount for part in shares.parts]
    assert amounts == sorted(amounts, reverse=True)
    names = [(part.axis, part.block, part.signal) for part in shares.parts]
    assert len(names) == len(set(names))


def test_an_account_among_others_has_the_shares_it_has_alone(judgement, told):
    alone = score_shares(told("like_spike").judgement)
    rows = [score_shares(judgement, row) for row in range(len(judgement.score))]
    assert alone in rows


def test_an_account_without_a_score_has_no_shares():
    tables = detector.read(ROOT / "data" / "sample", account="sample_like_spike")
    accounts = tables.accounts.replace(platform=np.array(["x"], dtype=object))
    panel = build_panel(type(tables)(accounts=accounts))
    assert score_shares(detector.load_model().judge(panel)) is None


@pytest.mark.parametrize(
    ("story", "axis", "block"),
    [
        ("hollow_followers", "followers", "counters"),
        ("follower_refill", "followers", "history"),
        ("like_spike", "likes", "history"),
    ],
)
def test_most_of_the_score_comes_from_what_was_inflated(told, story, axis, block):
    shares = score_shares(told(story).judgement)
    own = sum(part.amount for part in shares.parts if (part.axis, part.block) == (axis, block))
    assert own > 0.75 * shares.score
