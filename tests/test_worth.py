"""What a verdict is worth, in words: looked up by evidence, for every level, and not said where nobody measured it."""

from math import inf, nan

import numpy as np
import pytest

from detector.model.power import Caught, Power, Way
from detector.worth import worth_of

SHARES = {
    ("profile", "hollow_followers"): {3.0: 0.12, 10.0: 0.62},
    ("profile+history", "hollow_followers"): {3.0: 0.12, 10.0: 0.62},
    ("profile+history", "follower_package"): {0.01: 0.02, 0.05: 0.11, 0.25: 0.93, 1.0: 0.99},
    ("profile+history", "lifetime_like_spike"): {0.03: 0.0, 0.3: 0.02},
    ("profile+posts", "likes_on_all_posts"): {3.0: 0.3, 10.0: 0.98},
    ("profile+posts", "hollow_followers"): {3.0: 0.1, 10.0: 0.4},
}
UNITS = {"hollow_followers": "times", "likes_on_all_posts": "times"}


@pytest.fixture(scope="module")
def power() -> Power:
    ways = {name: Way(name, "followers", name, UNITS.get(name, "share")) for _, name in SHARES}
    rows = [
        Caught("tiktok", evidence, 0.0, inf, way, dose, 1000, round(1000 * share), round(1000 * share), 0)
        for (evidence, way), doses in SHARES.items()
        for dose, share in doses.items()
    ]
    sized = Caught("tiktok", "profile", 1e3, 1e4, "hollow_followers", 10.0, 100, 20, 20, 0)
    return Power(ways, ("invented",), (*rows, sized))


def said(power: Power | None, evidence: str, level: str, followers: float = nan, platform: str = "tiktok"):
    return worth_of(
        power,
        np.array([platform], dtype=object),
        np.array([evidence], dtype=object),
        np.array([followers]),
        np.array([level], dtype=object),
    )


def test_an_ordinary_verdict_says_what_no_sign_is_worth(power):
    assert said(power, "profile+history", "ordinary").text == [
        "No sign is worth this much: of such accounts 9 in 10 are called suspicious with 25 % more followers in a day "
        "(1 in 10 with 5 %), 6 in 10 with followers inflated to 10 times their number long ago (1 in 10 with 3 times), "
        "hardly any with 30 % more likes in a day. Counted on invented."
    ]


def test_what_the_evidence_cannot_show_is_not_asked(power):
    (text,) = said(power, "profile", "ordinary").text
    assert "in a day" not in text
    assert "posts" not in text


def test_no_verdict_is_worth_nothing_and_says_what_more_evidence_would(power):
    (text,) = said(power, "profile", "insufficient_data").text
    assert text.startswith(
        "Nothing was judged, so nothing speaks for this account either. With profile, history, of"
    )
    (text,) = said(power, "profile", "insufficient_data", platform="x").text
    assert text == "Nothing was judged, so nothing speaks for this account either."


def test_its_size_counts(power):
    (small,), (any_size,) = (said(power, "profile", "ordinary", size).text for size in (5_000.0, 5e7))
    assert "2 in 10 are called suspicious with followers inflated to 10 times" in small
    assert "6 in 10 are called suspicious with followers inflated to 10 times" in any_size


def test_a_model_that_was_not_measured_says_nothing():
    found = said(None, "profile", "ordinary")
    assert found.text == [None]
    assert all(np.isnan(values).all() for values in found.detectable.values())


@pytest.mark.parametrize(
    ("evidence", "followers", "likes"),
    [
        ("profile+history", 0.25, nan),  # by a day's package; likes are hardly ever caught there
        ("profile", 9.0, nan),  # ten times the followers are nine times as many more
        ("profile+posts", nan, 9.0),  # followers of long ago are caught in less than half
    ],
)
def test_the_smallest_dose_that_half_are_caught_at_is_a_share_of_what_was_there(
    power, evidence, followers, likes
):
    found = said(power, evidence, "ordinary").detectable
    assert np.array_equal([found["followers"][0], found["likes"][0]], [followers, likes], equal_nan=True)


def test_nothing_is_detectable_where_nothing_is_judged(power):
    found = said(power, "profile+history", "insufficient_data").detectable
    assert np.isnan(found["followers"]).all()


def test_an_account_is_told_the_same_in_any_company(power):
    evidence = np.array(["profile", "profile+history"] * 3, dtype=object)
    level = np.array(["ordinary", "suspicious", "insufficient_data"] * 2, dtype=object)
    followers = np.array([nan, 5e3, 5e3, 1e9, 0.0, 2e5])
    together = worth_of(power, np.full(6, "tiktok", dtype=object), evidence, followers, level)
    for row in range(6):
        alone = said(power, evidence[row], level[row], followers[row])
        assert alone.text[0] == together.text[row]
        for axis, values in alone.detectable.items():
            assert np.array_equal(values[0], together.detectable[axis][row], equal_nan=True)
