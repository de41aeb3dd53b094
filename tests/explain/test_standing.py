"""Where an account stands: the band is what the model expects, and posts stand out only against their own."""

from itertools import pairwise

import numpy as np
import pytest

import detector
from detector.explain import odd_posts, peer_band
from detector.explain.peers import SHARES
from detector.explain.subject import Subject
from detector.model.peers import deviation_at
from detector.panel import build_panel
from detector.scoring import score_tables
from detector.tables import Table, Tables


@pytest.fixture(scope="module")
def model():
    return detector.load_model()


def _one(model, recent: list[dict[str, float]], **profile: float) -> tuple[Tables, Subject]:
    who = {"platform": "tiktok", "account_id": "1"}
    tables = Tables(
        Table.from_rows("accounts", [who | profile]),
        Table.from_rows("posts", [who | {"post_id": str(i)} | post for i, post in enumerate(recent)]),
    )
    panel = build_panel(tables)
    return tables, Subject(panel, model.judge(panel))


def _posts(*showered: int) -> list[dict[str, float]]:
    rng = np.random.default_rng(3)
    posts = []
    for i in range(20):
        views = float(round(20_000 * rng.lognormal(0, 0.8)))
        likes = round(views * 0.1 * rng.lognormal(0, 0.15)) * (12 if i in showered else 1)
        posts.append(
            {"views": views, "likes": min(likes, views), "comments": views // 1_000, "shares": views // 2_000}
        )
    return posts


def test_the_band_says_the_followers_that_the_result_expects(model):
    tables, subject = _one(model, _posts(), followers=90_000.0, likes=900_000.0, posts=120.0)
    band = peer_band(subject)
    assert round(band.expected) == score_tables(tables, model).columns["followers_expected"][0]
    assert band.followers == 90_000.0
    assert band.x == pytest.approx(900_000.0)
    assert not band.settled


def test_the_lines_of_the_band_lie_in_order_and_rise(model):
    band = peer_band(_one(model, _posts(), followers=90_000.0, likes=900_000.0, posts=120.0)[1])
    lines = [band.lines[share] for share in SHARES]
    for lower, higher in pairwise(lines):
        assert np.all(lower < higher)
    assert np.all(np.diff(band.middle) > 0)
    assert band.here[0.75] < band.expected < band.here[0.25]


def test_a_line_means_what_its_share_says(model):
    """An account that stands on the line of 1 in 20 is as surprising as 1 in 20."""
    subject = _one(model, [], followers=90_000.0, likes=900_000.0, posts=120.0)[1]
    peer = subject.peer("followers_beyond_engagement", "followers", "counters")
    for share in SHARES[1:]:
        assert peer.tail.read(np.array([deviation_at(peer, share)]))[0] == pytest.approx(
            -np.log10(share), abs=1e-6
        )


def test_few_posts_are_told_as_thirty(model):
    band = peer_band(_one(model, [], followers=2e6, likes=3e6, posts=6.0)[1])
    assert band.settled
    assert band.x == pytest.approx(15e6, rel=1e-6)


def test_followers_without_likes_or_views_have_no_band(model):
    assert peer_band(_one(model, [], followers=90_000.0)[1]) is None


def test_a_showered_post_stands_out_and_the_others_do_not(model):
    subject = _one(model, _posts(4, 11), followers=90_000.0, likes=900_000.0, posts=120.0)[1]
    posts = odd_posts(subject)
    assert np.array_equal(posts.odd, posts.likes / posts.views > 0.5)
    assert np.sum(posts.odd) == 2
    assert posts.usual == pytest.approx(0.1, rel=0.2)


def test_posts_alike_stand_out_in_none(model):
    posts = odd_posts(_one(model, _posts(), followers=90_000.0, likes=900_000.0, posts=120.0)[1])
    assert not posts.odd.any()
    low, high = posts.peers[1:]
    assert low < posts.peers[0] < high


def test_hidden_likes_give_no_picture(model):
    hidden = [{"views": post["views"]} for post in _posts()]
    assert odd_posts(_one(model, hidden, followers=90_000.0)[1]) is None
