"""One life: honest causes move counters together, and each innocent event does what it says."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from training.simulate.events import Ads, Deletion, Giveaway, Hit, Mention, Purge, Season, draw_event
from training.simulate.kinds import dormant_star, newcomer
from training.simulate.life import Life, live
from training.simulate.traits import Traits, draw_traits

LifeWith = Callable[..., Life]


def gains(counter: np.ndarray, first: int, last: int) -> float:
    return float(counter[last] - counter[first])


def usual_day(counter: np.ndarray) -> float:
    return float(np.median(np.diff(counter)))


def test_a_quiet_life_only_ever_gains_posts_and_likes(life_with: LifeWith) -> None:
    life = life_with()
    assert (np.diff(life.posts) >= 0).all()
    assert (np.diff(life.likes) >= 0).all()
    assert life.posts[-1] - life.posts[0] == pytest.approx(0.8 * 90, rel=0.5)


def test_lifetime_likes_hold_the_likes_of_the_listed_posts(life_with: LifeWith) -> None:
    for seed in range(5):
        life = life_with(seed=seed)
        assert life.listed.likes.sum() <= life.likes[-1]


def test_a_creator_whose_posts_are_all_listed_has_exactly_their_likes(traits: Traits) -> None:
    life = live(replace(traits, posts=5, posts_per_day=0.1), 60, np.random.default_rng(1))
    assert life.posts[-1] == len(life.listed.likes)
    assert life.likes[-1] == pytest.approx(life.listed.likes.sum(), rel=0.001)


def test_newer_posts_have_not_reached_all_their_viewers_yet(traits: Traits) -> None:
    steady = replace(traits, spread=0.2, posts_per_day=2.0, followers=50_000, conversion=0.01)
    young, old = [], []
    for seed in range(8):
        listed = live(steady, 60, np.random.default_rng(seed)).listed
        age = 60 - listed.day
        young += listed.views[age < 0.7].tolist()
        old += listed.views[age > 7].tolist()
    assert np.median(young) < 0.7 * np.median(old)


def test_a_viral_hit_raises_views_likes_comments_and_followers_and_fades_within_a_week(
    life_with: LifeWith,
) -> None:
    lives = [life_with(Hit(day=75.0, times=50.0), seed=seed) for seed in range(9)]

    def usually(of: Callable[[Life], float]) -> float:
        return float(np.median([of(life) for life in lives]))

    def best(life: Life) -> int:
        return int(np.argmax(life.listed.views))

    assert usually(lambda life: abs(life.listed.day[best(life)] - 75)) < 1.5
    for name in ("likes", "comments", "shares", "saves"):
        assert usually(lambda life, c=name: _of(life, c)[best(life)] / np.median(_of(life, c))) > 4
    for name, times in (("likes", 3.5), ("followers", 2)):  # strangers like more than they follow
        assert usually(lambda life, c=name: gains(getattr(life, c), 75, 82) / _usual(life, c)) > times * 7
        assert 50 + usually(lambda life, c=name: np.argmax(np.diff(getattr(life, c)[50:]))) in range(74, 80)
        assert usually(lambda life, c=name: _left(life, c)) < 0.3
    assert (
        usually(lambda life: np.diff(life.likes).max() / gains(life.likes, 75, 82)) < 0.7
    )  # never all in a day


def _of(life: Life, counter: str) -> np.ndarray:
    return np.asarray(getattr(life.listed, counter))


def _usual(life: Life, counter: str) -> float:
    return max(abs(usual_day(getattr(life, counter))), 1.0)


def _left(life: Life, counter: str) -> float:
    """Share of what came beyond the usual in three days of a hit that still comes nine days later."""
    values, over = getattr(life, counter), 3 * _usual(life, counter)
    return float((gains(values, 84, 87) - over) / (gains(values, 75, 78) - over))


def test_an_old_video_that_has_its_day_needs_no_new_post(life_with: LifeWith) -> None:
    quiet, hit = life_with(), life_with(Hit(day=50.0, times=40.0, age_days=60.0))
    assert np.array_equal(quiet.posts, hit.posts)
    assert gains(hit.likes, 50, 57) > 3 * gains(quiet.likes, 50, 57)
    assert gains(hit.followers, 50, 57) > 2 * gains(quiet.followers, 50, 57)


def test_a_giveaway_brings_followers_and_comments_on_a_fresh_post_and_then_loses_a_part(
    life_with: LifeWith,
) -> None:
    life = life_with(Giveaway(day=70.0, share=0.2, comments_per_follower=0.8, leaving_share=0.4))
    assert gains(life.followers, 70, 74) == pytest.approx(0.2 * 50_000, rel=0.35)
    assert gains(life.followers, 76, 90) < 0
    per_like = life.listed.comments / life.listed.likes
    assert per_like.max() > 4 * np.median(per_like)
    assert abs(life.listed.day[int(np.argmax(per_like))] - 69.2) < 2


def test_a_mention_brings_followers_for_a_day_and_some_likes(life_with: LifeWith) -> None:
    quiet, named = life_with(), life_with(Mention(day=40.0, share=0.05, likes_per_follower=2.0))
    assert np.argmax(np.diff(named.followers)) == 40
    assert gains(named.followers, 40, 43) > gains(quiet.followers, 40, 43) + 0.04 * 50_000
    assert gains(named.likes, 40, 43) > gains(quiet.likes, 40, 43) + 0.06 * 50_000


def test_deleted_posts_take_their_likes_with_them_and_leave_followers_alone(life_with: LifeWith) -> None:
    quiet, deleted = life_with(), life_with(Deletion(day=50.0, share=0.4))
    assert deleted.posts[51] < 0.75 * deleted.posts[50]
    assert deleted.likes[51] < 0.85 * deleted.likes[50]
    assert len(deleted.listed.day) <= len(quiet.listed.day)
    assert abs(gains(deleted.followers, 50, 51)) < 0.02 * 50_000
    assert deleted.listed.likes.sum() <= deleted.likes[-1]


def test_a_purge_takes_followers_within_three_days_and_nothing_else(life_with: LifeWith) -> None:
    life = life_with(Purge(day=40.0, share=0.03))
    assert gains(life.followers, 40, 43) < -0.02 * 50_000
    assert (np.diff(life.likes) >= 0).all()


def test_paid_reach_brings_views_with_few_likes(life_with: LifeWith) -> None:
    life = life_with(Ads(day=85.0, times=20.0, length_days=4, like_rate_times=0.1))
    paid = life.listed.sponsored
    rate = life.listed.likes / life.listed.views
    assert paid.sum() == 3
    assert np.median(rate[paid]) < 0.5 * np.median(rate[~paid])


def test_a_season_swings_attention_slowly(life_with: LifeWith) -> None:
    quiet, season = life_with(), life_with(Season(day=45.0, times=3.0, length_days=20.0))
    assert gains(season.likes, 35, 55) > 1.8 * gains(quiet.likes, 35, 55)
    assert gains(season.likes, 0, 8) < 1.3 * gains(quiet.likes, 0, 8)


def test_a_dormant_star_has_few_posts_each_liked_as_the_following_likes() -> None:
    stars = [live(dormant_star(rng := np.random.default_rng(seed)), 90, rng) for seed in range(20)]
    assert all(life.traits.verified and life.posts[-1] < 40 and life.followers[-1] >= 1.5e5 for life in stars)
    lifetime = np.median([life.likes[-1] / life.followers[-1] for life in stars])
    per_post = np.median([np.median(life.listed.views) / life.followers[-1] for life in stars])
    assert lifetime < 5  # real creators of that size: 13 to 16
    assert per_post > 0.2


def test_a_newcomer_is_tiny() -> None:
    drawn = [newcomer(np.random.default_rng(seed)) for seed in range(50)]
    assert max(one.followers for one in drawn) < 300
    assert max(one.posts for one in drawn) < 12


def test_what_is_given_of_a_creator_is_kept() -> None:
    drawn = draw_traits(np.random.default_rng(0), followers=1_234, posts=7, posts_per_day=0.5)
    assert (drawn.followers, drawn.posts) == (1_234, 7)
    assert drawn.posts_per_day == pytest.approx(0.5)


def test_a_larger_following_is_mentioned_for_a_smaller_share_of_it() -> None:
    def largest(followers: int) -> float:
        drawn = [draw_event("press", np.random.default_rng(seed), 90, followers) for seed in range(200)]
        return float(np.median([event.share for event in drawn if isinstance(event, Mention)]))

    assert largest(500) > 2 * largest(50_000) > 4 * largest(3_000_000) > 0


def test_a_history_without_days_is_refused(traits: Traits) -> None:
    with pytest.raises(ValueError, match="at least one day, not 0"):
        live(traits, 0, np.random.default_rng(0))


@pytest.mark.parametrize("day", [0.0, 88.9])
@pytest.mark.parametrize("followers", [5, 3_000_000])
def test_events_on_the_first_and_last_day_break_nothing(traits: Traits, day: float, followers: int) -> None:
    everything = (
        Hit(day, 30.0),
        Hit(day, 30.0, 100.0),
        Giveaway(day, 0.2),
        Mention(day, 0.1),
        Deletion(day, 0.9),
        Purge(day, 0.5),
        Season(day, 2.0, 10.0),
        Ads(day, 5.0, 30),
    )
    small = replace(traits, followers=followers, posts=3, views_per_post=100.0)
    life = live(small, 89, np.random.default_rng(2), everything)
    for counter in (life.followers, life.following, life.likes, life.posts):
        assert len(counter) == 90
        assert (counter >= 0).all()
    assert life.listed.likes.sum() <= life.likes[-1]
    assert (life.listed.likes <= life.listed.views).all()
