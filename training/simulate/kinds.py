"""Who else there is: honest creators whose counters stand in other proportions than most."""

import math
from dataclasses import replace

import numpy as np

from training.simulate import figures
from training.simulate.traits import Traits, draw_followers, draw_traits

__all__ = ["brand", "dormant_star", "giant", "newcomer", "niche", "private", "someone", "tiny"]


def someone(rng: np.random.Generator) -> Traits:
    """A creator of the reference with `figures.TINY_BELOW` followers or more."""
    return draw_traits(rng, draw_followers(rng, figures.TINY_BELOW))


def dormant_star(rng: np.random.Generator, followers: int | None = None) -> Traits:
    """Famous elsewhere: a great following, few posts, each liked as such a following likes; verified."""
    size = int(math.exp(rng.uniform(math.log(2e5), math.log(3e7)))) if followers is None else followers
    traits = draw_traits(rng, size, int(rng.integers(2, 20)), rng.uniform(0.01, 0.05), typical=0.7)
    # Who comes for the name sees fewer of the videos than a creator's followers do, and would have come without.
    return replace(
        traits,
        verified=True,
        views_per_post=0.35 * traits.views_per_post,
        outside_per_day=math.exp(rng.normal(-9.2, 0.6)),
        conversion=0.1 * traits.conversion,
    )


def newcomer(rng: np.random.Generator) -> Traits:
    """Below 300 followers, with a handful of posts."""
    return draw_traits(rng, int(rng.integers(5, 300)), int(rng.integers(1, 12)), rng.uniform(0.1, 0.8))


def tiny(rng: np.random.Generator) -> Traits:
    """Below `figures.TINY_BELOW` followers, however long it has been there."""
    return draw_traits(rng, draw_followers(rng, figures.FOLLOWERS_MIN, figures.TINY_BELOW))


def giant(rng: np.random.Generator) -> Traits:
    """So large that lifetime likes exceed 31 bits without being odd: accounts of 50 million and more have 20 to 40 a
    follower.
    """
    return draw_traits(rng, int(math.exp(rng.uniform(math.log(5e7), math.log(9e7)))))


def brand(rng: np.random.Generator) -> Traits:
    """A company, a news desk or a shop: many posts a week, few likes and comments a follower, mostly verified.

    Its followers come for the name as well as for the posts. Every factor is our own assumption.
    """
    traits = draw_traits(rng, draw_followers(rng, 3e3), posts_per_day=math.exp(rng.normal(0.2, 0.6)))
    return replace(
        traits,
        posts=min(int(traits.posts * rng.uniform(2, 5)), 20_000),
        views_per_post=traits.views_per_post * rng.uniform(0.2, 0.7),
        like_rate=traits.like_rate * rng.uniform(0.2, 0.6),
        comments_per_like=traits.comments_per_like * rng.uniform(0.5, 1.5),
        outside_per_day=math.exp(rng.normal(-8.0, 0.7)),
        verified=bool(rng.random() < 0.8),
    )


def niche(rng: np.random.Generator) -> Traits:
    """Music, ASMR, children: liked as others are, with few comments or with comments switched off."""
    traits = someone(rng)
    times = 0.0 if rng.random() < 0.3 else rng.uniform(0.05, 0.25)
    return replace(traits, comments_per_like=traits.comments_per_like * times)


def private(rng: np.random.Generator) -> Traits:
    """A small account whose posts only its followers see: counters, and no posts listed."""
    traits = draw_traits(rng, draw_followers(rng, figures.FOLLOWERS_MIN, 1e4))
    return replace(traits, private=True, verified=False)
