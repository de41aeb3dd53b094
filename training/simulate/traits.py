"""Who a simulated creator is: the figures that stay the same while the days pass."""

import math
import operator
from dataclasses import dataclass

import numpy as np

from training.simulate import figures

__all__ = ["Traits", "draw_followers", "draw_traits"]


@dataclass(frozen=True, slots=True)
class Traits:
    """A creator on the first day.

    `views_per_post` is the median, `spread` the robust sd of ln views between posts, `past_likes` ln of lifetime
    likes over posts x recent likes per post, `conversion` what a like wins in followers, as a share of the
    lifetime followers per like, `churn_per_day` the share of followers that leave in a day, `outside_per_day`
    followers that come from fame elsewhere, as a share of the followers. A `private` creator lists no posts.
    """

    followers: int
    posts: int
    posts_per_day: float
    views_per_post: float
    spread: float
    like_rate: float
    comments_per_like: float
    shares_per_like: float
    saves_per_like: float
    past_likes: float
    conversion: float
    churn_per_day: float
    catalogue_share: float
    following: int
    verified: bool
    outside_per_day: float = 0.0
    private: bool = False


def draw_followers(
    rng: np.random.Generator, low: float = figures.FOLLOWERS_MIN, high: float = figures.FOLLOWERS_MAX
) -> int:
    """Followers of a random creator from `low` to below `high`: uniform in ln within a decade, decades as in the
    reference.
    """
    edges = [math.log(start) for start, _ in figures.FOLLOWER_DECADES] + [math.log(figures.FOLLOWERS_MAX)]
    held = [0.0]
    for _, share in figures.FOLLOWER_DECADES:
        held.append(held[-1] + share)
    at = np.interp([math.log(low), math.log(high)], edges, held)
    f = float(np.interp(rng.uniform(*at), held, edges))
    return max(int(math.exp(f)), 1)


def draw_traits(
    rng: np.random.Generator,
    followers: int | None = None,
    posts: int | None = None,
    posts_per_day: float | None = None,
    typical: float = 1.0,
) -> Traits:
    """A creator whose counters relate as in the reference; what is given is kept, the rest drawn around it.

    Parameters
    ----------
    rng : numpy.random.Generator
        The only source of chance.
    followers, posts, posts_per_day : optional
        Drawn where not given.
    typical : float
        Factor on every spread between creators: 1 for a population, less for one near the middle.
    """
    z = iter((typical * rng.standard_normal(14).clip(-3, 3)).tolist())

    def line(line: tuple[float, ...], *terms: float) -> float:
        mean = line[0] + sum(map(operator.mul, line[1:-1], terms))
        return float(mean + line[-1] * next(z))

    size = draw_followers(rng) if followers is None else followers
    f = math.log(max(size, 1))
    if posts is None:
        small = f < figures.POSTS_SMALL_BELOW
        v = line(figures.POSTS_SMALL, f - figures.POSTS_SMALL_BELOW) if small else line(figures.POSTS, f - 12)
        posts = min(max(round(math.exp(v)), 1), 20_000)
    v = math.log(max(posts, 1))
    if posts_per_day is None:
        p = line(figures.POSTS_PER_DAY, max(f, figures.POSTS_SMALL_BELOW) - 12, v - 5)
    else:
        p = math.log(posts_per_day)
    r = line(figures.REACH, f - 12, v - 5, p + 1)
    push = line(figures.FIRST_PUSH_VIEWS)
    like = line(figures.LIKE_RATE, f - 12, r + 2, v - 5)
    comments = line(figures.COMMENTS_PER_LIKE, f - 12, r + 2, v - 5)
    shares = line(figures.SHARES_PER_LIKE, f - 12, r + 2, like + 2, comments + 4.5)
    spread = line(figures.VIEW_SPREAD, f - 12, like + 2, r + 2)
    # The mean over median term of PAST_LIKES is known once there are posts: life.py adds it.
    intercept, on_f, on_v, on_r, on_p, _, past_spread = figures.PAST_LIKES
    past = line((intercept, on_f, on_v, on_r, on_p, past_spread), f - 12, v - 5, r + 2, p + 1)
    low, high = figures.CATALOGUE_SHARE
    return Traits(
        followers=size,
        posts=posts,
        posts_per_day=min(math.exp(p), figures.POSTS_PER_DAY_MAX),
        views_per_post=math.exp(f + r) + math.exp(push),
        spread=min(max(math.exp(spread), 0.2), 1.6),
        like_rate=min(math.exp(like), figures.LIKE_RATE_MAX),
        comments_per_like=math.exp(comments),
        shares_per_like=math.exp(min(shares, -0.5)),
        saves_per_like=math.exp(line(figures.SAVES_PER_LIKE)),
        past_likes=past,
        conversion=math.exp(line(figures.CONVERSION)),
        churn_per_day=math.exp(line(figures.CHURN_PER_DAY)),
        catalogue_share=low + (high - low) * rng.random(),
        following=int(min(math.exp(line(figures.FOLLOWING)), figures.FOLLOWING_CAP)),
        verified=rng.random() < _verified_share(size),
    )


def _verified_share(followers: int) -> float:
    """Our own assumption: none below 10,000 followers, half at 3 million, nearly all giants."""
    return min(max((math.log10(max(followers, 1)) - 4) / 5, 0.0), 0.9)
