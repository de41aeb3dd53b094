"""A unit's own weight: it shifts alarms to its look, on its platform alone, and judges each account by itself."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import detector
from detector.model.model import UNJUDGED_SHARE, WITHOUT_PEERS, Judgement, Model, combine, without_peers
from detector.panel import Panel, build_panel
from detector.repair import repair
from detector.tables import Table, Tables

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def model() -> Model:
    return detector.load_model()


@pytest.fixture(scope="module")
def panel() -> Panel:
    return build_panel(repair(detector.read(ROOT / "data" / "sample")))


def weighed(model: Model, axis: str, weight: float, only: str = "tiktok") -> Model:
    """The same, where the units of an axis of a platform have this weight."""
    platform = model.platforms[only]
    units = tuple(replace(unit, weight=weight) if unit.axis == axis else unit for unit in platform.units)
    return replace(model, platforms={**model.platforms, only: replace(platform, units=units)})


def bits(judgement: Judgement) -> bytes:
    return judgement.overall.tobytes() + judgement.score.tobytes() + judgement.leading.tobytes()


def test_who_stands_out_by_the_axis_rises_and_who_does_so_by_another_falls(
    model: Model, panel: Panel
) -> None:
    before, after = model.judge(panel), weighed(model, "likes", 8.0).judge(panel)
    mine = (panel.platform == "tiktok") & ~np.isnan(before.overall)
    likes, followers = before.axes["likes"], before.axes["followers"]
    by_likes, by_followers = mine & (likes > followers + 1.0), mine & (followers > likes + 1.0)
    assert by_likes.any()
    assert by_followers.any()
    assert (after.overall[by_likes] > before.overall[by_likes]).all()
    assert (after.overall[by_followers] < before.overall[by_followers]).all()
    leading = np.array([reading.unit.axis for reading in after.readings])
    assert (leading[after.leading[by_likes]] == "likes").all()
    for axis, surprise in before.axes.items():
        assert axis == "likes" or surprise.tobytes() == after.axes[axis].tobytes()


def test_a_usual_weight_changes_nothing_and_another_one_nothing_on_other_platforms(
    model: Model, panel: Panel
) -> None:
    assert bits(weighed(model, "followers", 1.0).judge(panel)) == bits(model.judge(panel))
    accounts = [
        {"platform": "tiktok", "account_id": "1", "followers": 3e4, "likes": 9e7, "posts": 80.0},
        {"platform": "youtube", "account_id": "1", "followers": 3e5, "views": 2e7, "posts": 80.0},
    ]
    both = build_panel(Tables(Table.from_rows("accounts", accounts)))
    before, after = model.judge(both), weighed(model, "likes", 8.0).judge(both)
    assert before.score[0] != after.score[0]
    assert before.score[1] == after.score[1] > 0


def test_an_account_is_judged_the_same_alone_or_among_others(model: Model, panel: Panel) -> None:
    taught = weighed(weighed(model, "likes", 6.7), "followers", 3.2, "youtube")
    whole = taught.judge(panel)
    for row in range(0, len(panel), 3):
        alone = taught.judge(panel.part(np.array([row])))
        assert alone.overall.tobytes() == whole.overall[row : row + 1].tobytes()
        assert alone.score.tobytes() == whole.score[row : row + 1].tobytes()


@pytest.mark.parametrize("weight", [1.0, 4.0, 60.0])
def test_what_may_not_carry_a_verdict_ranks_from_less_far_back(model: Model, weight: float) -> None:
    """Likes on a profile alone, up to where they rank in full."""
    accounts = [{"platform": "tiktok", "account_id": "1", "followers": 3e4, "likes": 9e7, "posts": 80.0}]
    panel = build_panel(Tables(Table.from_rows("accounts", accounts)))
    judgement = weighed(model, "likes", weight).judge(panel)
    alone = model.judge(panel).axis_scores["likes"]
    assert judgement.axis_scores["likes"] == pytest.approx(alone)
    assert judgement.score == pytest.approx(alone + np.log10(min(UNJUDGED_SHARE * weight, 1.0)))
    assert judgement.overall == pytest.approx(model.judge(panel).overall)


def test_a_look_without_peers_counts_little_beside_one_that_judges(model: Model) -> None:
    """Followers that no likes carry, without peers: bot-like or not, by a profile that has some."""
    profile = {"following": 300.0, "bio_length": 20.0, "has_picture": 1.0, "likes": 1.0, "posts": 90_000.0}
    rows = [{"platform": "tiktok", "account_id": f"{n}", "followers": 3e3 * n, **profile} for n in (1, 3)]
    alone = [
        {key: one[key] for key in ("platform", "account_id", "followers", "likes", "posts")} for one in rows
    ]
    panel, lacking = (build_panel(Tables(Table.from_rows("accounts", one))) for one in (rows, alone))
    beside, by_itself = model.judge(panel), model.judge(lacking)
    assert (~np.isnan(beside.axes["automation"]) & np.isnan(beside.axes["followers"])).all()
    followers = beside.axis_scores["followers"]
    assert (followers > WITHOUT_PEERS + 1.0).all()
    held_back = without_peers(followers) + np.log10(UNJUDGED_SHARE)
    assert beside.score == pytest.approx(np.fmax(beside.overall, held_back))
    assert by_itself.axis_scores["followers"] == pytest.approx(followers)
    assert by_itself.score == pytest.approx(followers + np.log10(UNJUDGED_SHARE))  # nothing judges


def test_what_lacks_peers_keeps_its_order() -> None:
    surprise = np.linspace(0.0, 50.0, 100)
    found = without_peers(surprise)
    assert found[0] == 0.0
    assert (np.diff(found) > 0).all()
    assert (found < WITHOUT_PEERS).all()


def test_more_weight_for_one_look_is_less_for_the_others_together() -> None:
    """Independent looks alarm as often as before."""
    p = np.random.default_rng(3).random((200_000, 3))
    for weights in (np.array([0.2, 0.2, 0.1]), np.array([1.6, 0.2, 0.1])):
        combined = 10 ** -combine(-np.log10(p), weights)
        assert np.mean(combined <= 0.01) == pytest.approx(0.01, abs=0.0012)
