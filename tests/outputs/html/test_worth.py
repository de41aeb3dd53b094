"""The report says how much looks inflated, and what its evidence would have shown, dose by dose."""

from dataclasses import replace
from math import inf
from pathlib import Path

import pytest

import detector
from detector.api import judge
from detector.model.model import Model
from detector.model.power import Caught, Power, Way
from detector.outputs.html import report
from detector.outputs.html.assemble import of_result
from detector.outputs.html.trust import BLIND, DOSES, doses_section

SAMPLE = Path(__file__).resolve().parents[3] / "data" / "sample"
EVIDENCE = "profile+posts+history"


@pytest.fixture(scope="module")
def model() -> Model:
    """The shipped model with power that was invented for this test."""
    ways = {
        "follower_package": Way("follower_package", "followers", "a package <b>in a day</b>", "share"),
        "hollow_followers": Way("hollow_followers", "followers", "a long past", "times"),
        "follow_unfollow": Way("follow_unfollow", "automation", "follows strangers", "share"),
    }
    found = {
        "follower_package": ((0.05, 120), (0.1, 500), (0.25, 930)),
        "hollow_followers": ((3.0, 120), (10.0, 600)),
        "follow_unfollow": ((0.1, 2), (1.0, 20)),
    }
    rows = tuple(
        Caught("tiktok", EVIDENCE, 0.0, inf, way, dose, 1000, hits, hits, 0)
        for way, doses in found.items()
        for dose, hits in doses
    )
    return replace(detector.load_model(), power=Power(ways, ("invented accounts",), rows))


def page(model: Model, story: str) -> str:
    tables = detector.read(SAMPLE, account=f"sample_{story}")
    return " ".join(report(tables, model, judge(tables, model, reasons="all")).split())


def test_an_ordinary_verdict_says_what_no_sign_is_worth(model):
    text = page(model, "ordinary_middle")
    assert f"<h3>{DOSES}</h3>" in text
    assert "9 in 10 are called suspicious with 25 % more followers in a day (1 in 10 with 5 %)" in text
    assert "put into them: invented accounts. Doses are shares" in text


def test_doses_are_told_with_their_intervals_and_names_are_text(model):
    text = page(model, "ordinary_middle")
    assert "a package &lt;b&gt;in a day&lt;/b&gt;: at 10% 50% [47%, 53%]; at 25% 93% [91%, 94%]" in text
    assert "a long past: at 3 times 12% [10%, 14%]; at 10 times 60% [57%, 63%]" in text
    assert "follows strangers" not in text  # hardly ever found


def test_of_a_model_without_power_the_usual_words_are_said(model):
    text = page(replace(model, power=None), "ordinary_middle")
    assert BLIND in text
    assert DOSES not in text
    assert BLIND not in page(model, "ordinary_middle")


def test_no_verdict_says_that_nothing_speaks_for_the_account(model):
    text = page(model, "tiny_newcomer")
    assert (
        "Nothing was judged, so nothing speaks for this account either. With profile, posts, history," in text
    )


def test_of_a_result_alone_the_sentence_is_told(model):
    tables = detector.read(SAMPLE, account="sample_ordinary_middle")
    result = judge(tables, model)
    (row,) = result.rows()
    assert doses_section(row, float("nan"), None) is None
    assert row["power"] in " ".join(of_result(result).split())


def test_an_inflated_account_is_told_how_much_looks_inflated_before_a_price(model):
    text = page(model, "follower_package")
    assert "<h2>What it would change on a price</h2> <p>About 25,000 followers" in text
