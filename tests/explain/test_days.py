"""Odd days: found where something was put in, not where everything rose together."""

import numpy as np
import pytest

import detector
from detector.explain import odd_days
from detector.explain.search import core, evened, joined
from detector.explain.subject import Subject, subjects
from detector.panel import build_panel
from detector.tables import Table, Tables
from training.simulate.stories import stories

DAYS = 60


@pytest.fixture(scope="module")
def model():
    return detector.load_model()


def _subject(
    model, put: dict[int, float], counter: str = "followers", unseen: tuple[int, ...] = ()
) -> Subject:
    """Followers 30 and likes 600 a day, ragged, and what is put into one of them on some days."""
    rng = np.random.default_rng(5)
    gains = {"followers": rng.poisson(30, DAYS).astype(float), "likes": rng.poisson(600, DAYS).astype(float)}
    for day, more in put.items():
        gains[counter][day] += more
    day = np.datetime64("2026-01-01T12:00:00", "us") + np.arange(DAYS) * np.timedelta64(1, "D")
    who = {
        name: np.full(DAYS, value, dtype=object)
        for name, value in (("platform", "tiktok"), ("account_id", "1"))
    }
    counters = {
        "followers": 40_000.0 + np.cumsum(gains["followers"]),
        "likes": 600_000.0 + np.cumsum(gains["likes"]),
        "posts": np.full(DAYS, 90.0),
    }
    looks = Table("snapshots", {**who, "observed_at": day, **counters})
    panel = build_panel(Tables(snapshots=looks.take(~np.isin(np.arange(DAYS), unseen))))
    return Subject(panel, model.judge(panel))


def _places(days) -> list[tuple[int, int]]:
    """Marked stretches as days from the first."""
    return [(span.start - days.first, span.end - days.first) for span in days.spans if span.axis]


def test_a_quiet_history_has_no_odd_day(model):
    days = odd_days(_subject(model, {}))
    assert days.spans == ()
    assert days.without == {}


@pytest.mark.parametrize("counter", ["followers", "likes"])
@pytest.mark.parametrize("day", [20, 33, 47])
def test_the_day_of_a_package_is_marked_and_how_much_came(model, counter, day):
    put = {"followers": 12_000.0, "likes": 90_000.0}[counter]
    days = odd_days(_subject(model, {day: put}, counter))
    assert _places(days) == [(day, day)]
    (span,) = days.spans
    assert span.counter == span.axis == counter
    assert span.excess == pytest.approx(put, rel=0.01)
    assert (
        days.date(span.start)
        == np.datetime64("2026-01-01", "D").item() + (day * np.timedelta64(1, "D")).item()
    )


def test_two_packages_are_two_marks(model):
    assert _places(odd_days(_subject(model, {15: 9_000.0, 40: 9_000.0}))) == [(15, 15), (40, 40)]


def test_a_package_over_three_days_is_one_mark(model):
    assert _places(odd_days(_subject(model, {30: 5_000.0, 31: 5_000.0, 32: 5_000.0}))) == [(30, 32)]


def test_without_the_marked_days_the_history_is_less_odd(model):
    subject = _subject(model, {30: 12_000.0})
    assert odd_days(subject).without["followers"] < 0.5 * subject.reading("followers", "history").surprise[0]


def test_what_else_moved_is_said_beside_what_is_usual(model):
    (span,) = odd_days(_subject(model, {30: 12_000.0})).spans
    assert span.gained["likes"] == pytest.approx(span.usual["likes"], rel=0.2)
    assert np.isnan(span.gained["views"])


def test_unseen_days_make_no_mark(model):
    assert _places(odd_days(_subject(model, {}, unseen=(20, 21, 22)))) == []


def test_an_account_without_a_history_has_no_days(model):
    accounts = Table.from_rows("accounts", [{"platform": "tiktok", "account_id": "1", "followers": 5.0}])
    panel = build_panel(Tables(accounts=accounts))
    assert odd_days(Subject(panel, model.judge(panel))) is None


def test_no_more_stretches_are_sought_than_asked_for(told):
    assert len(_places(odd_days(told("follower_refill"), most=1))) == 1
    assert len(_places(odd_days(told("follower_refill")))) > 1


def test_a_viral_day_on_which_all_rose_is_at_most_the_busiest(told):
    assert all(span.axis == "" for span in odd_days(told("viral_hit")).spans)


@pytest.mark.parametrize(
    ("story", "axis"),
    [
        ("follower_package", "followers"),
        ("follower_drip", "followers"),
        ("like_spike", "likes"),
        ("one_showered_post", "likes"),
    ],
)
def test_the_stories_that_were_inflated_day_by_day_are_marked(told, story, axis):
    assert axis in {span.axis for span in odd_days(told(story)).spans}


def test_taking_days_out_leaves_usual_days_in_their_place():
    values = np.array([np.nan, 100.0, 103.0, 105.0, 109.0, 1009.0, np.nan, 1015.0, 1018.0, 1020.0])
    course = evened(values, 5, 5)
    assert np.isnan(course[[0, 6]]).all()
    assert np.all(np.diff(course[1:6]) <= 5)
    assert course[5] - course[4] in (2.0, 3.0)
    assert np.array_equal(np.diff(course[7:]), np.diff(values[7:]))


def test_a_stretch_that_brought_less_than_usual_is_left_as_it_is():
    values = np.array([0.0, 10.0, 20.0, 21.0, 31.0, 41.0])
    assert np.array_equal(evened(values, 3, 3), values)


def test_the_core_of_a_stretch_is_its_shortest_part_with_nearly_all_of_it(model):
    panel = _subject(model, {30: 12_000.0}).panel
    values = panel.history.followers[0]
    at = values.shape[0] - DAYS + 30
    assert core(panel, values, "followers", (at - 9, at + 4)) == [(at, at)]


def test_stretches_a_day_apart_are_one():
    assert joined([(9, 9), (1, 2), (4, 5), (11, 12)]) == [(1, 5), (9, 12)]


DAILY = {
    "follower_package": "followers",
    "follower_burst": "followers",
    "follower_drip": "followers",
    "follower_refill": "followers",
    "like_spike": "likes",
}


def test_what_was_put_in_day_by_day_is_marked_in_nine_of_ten_lives(model):
    marked = []
    for seed in (101, 102, 103):
        tables, truths = stories(seed)
        told = {truth.account_id: truth.story for truth in truths if truth.story in DAILY}
        for subject in subjects(tables, model, [("tiktok", account) for account in told]):
            axis = DAILY[told[str(subject.panel.account_id[0])]]
            marked.append(any(span.axis == axis for span in odd_days(subject).spans))
    assert np.mean(marked) >= 0.9
