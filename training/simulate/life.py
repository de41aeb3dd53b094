"""The days of one creator: posts arrive, views come and fade, likes and followers follow.

One cause runs through it: a post is shown to people (views), some like it, a few of those comment, share or
follow. Followers then raise the views of later posts. Nothing moves a counter but this, an event of `events`,
or people leaving; so likes, views, comments and followers agree with each other as they do in an honest life.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.simulate import figures
from training.simulate.events import Ads, Deletion, Event, Giveaway, Hit, Mention, Purge, Season
from training.simulate.traits import Traits

__all__ = ["Life", "PostCounters", "live"]

Array = NDArray[np.float64]
_LISTED = 30
_GIVEAWAY_DAYS: tuple[float, ...] = (0.55, 0.25, 0.12, 0.08)


@dataclass(frozen=True, slots=True)
class PostCounters:
    """Posts that are still up on the last day, oldest first; `day` is when, in days from the first look."""

    day: Array
    views: Array
    likes: Array
    comments: Array
    shares: Array
    saves: Array
    sponsored: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, repr=False)
class Life:
    """Exact counters of one creator at each daily look (n_days + 1,), and the posts at the last."""

    traits: Traits
    followers: Array
    following: Array
    likes: Array
    posts: Array
    listed: PostCounters

    def __repr__(self) -> str:
        first, last = self.followers[0], self.followers[-1]
        return f"Life({len(self.followers)} looks, {first:.0f} to {last:.0f} followers)"


@dataclass(slots=True)
class _Posts:
    """Posts of a life while it is simulated, in order of publication."""

    day: Array
    log_draw: Array  # ln(views / median) that the post draws, before followers and hits
    like_rate: Array
    comments_times: Array
    conversion: Array
    half_days: Array
    tail: Array
    second_day: Array  # when an old post has its day; inf = never
    second_times: Array
    sponsored: NDArray[np.bool_]
    hit: NDArray[np.bool_]


def live(
    traits: Traits, days: int, rng: np.random.Generator, events: Sequence[Event] = (), listed: int = _LISTED
) -> Life:
    """Simulates `days` days of a creator.

    Parameters
    ----------
    traits : Traits
        Who it is on the first day.
    days : int
        Length of the history; there are days + 1 daily looks.
    rng : numpy.random.Generator
        The only source of chance.
    events : sequence of Event
        What happens, see `training.simulate.events`.
    listed : int
        The newest posts that a reader can list.

    Returns
    -------
    Life
    """
    if days < 1:
        raise ValueError(f"a history has at least one day, not {days}")
    posts = _publish(traits, days, rng, events, listed)
    attention = _attention(days, rng, events)
    noise = np.exp(figures.POST_DAY_NOISE * rng.standard_normal((len(posts.day), days)))
    lifetime = _lifetime_at_start(traits, posts)
    per_like = _followers_per_like(traits, lifetime)

    # Followers raise the views of later posts, and views bring followers: the second pass uses the first's.
    path = np.full(days + 1, float(traits.followers))
    for _ in range(2):
        before, gained_views = _views(traits, posts, path, days)
        gained_views = gained_views * noise * attention
        mean_gain = ((gained_views * posts.like_rate[:, None]) * posts.conversion[:, None]).sum(
            axis=0
        ) * per_like
        path = traits.followers + np.concatenate([[0.0], np.cumsum(mean_gain)])

    paid = _paid_views(traits, posts, days, events)
    views = np.round(before) + rng.poisson(gained_views).sum(axis=1) + paid.sum(axis=1)
    likes_by_day: Array = rng.poisson(gained_views * posts.like_rate[:, None]).astype(float) + rng.poisson(
        paid * posts.like_rate[:, None] * _ads_like_rate(events)
    ).astype(float)
    likes_before = np.round(before * posts.like_rate)
    visitors, visitor_likes = _visitors(traits, days, rng, events)
    likes_by_day += _on_recent_posts(visitor_likes, posts.day, rng)
    likes = np.minimum(likes_before + likes_by_day.sum(axis=1), np.floor(0.9 * views))
    views = np.maximum(views, likes)

    catalogue = _catalogue_likes(traits, lifetime, likes_before, likes_by_day, attention, rng)
    gain = rng.poisson(
        (likes_by_day * posts.conversion[:, None]).sum(axis=0) * per_like + catalogue * per_like
    )
    followers = _followers(traits, gain + visitors, days, rng, events)
    up, count, total = _after_deletions(
        traits, posts, likes_before, likes_by_day, lifetime, catalogue, days, rng, events
    )
    return Life(
        traits=traits,
        followers=followers,
        following=_following(traits, days, rng),
        likes=total,
        posts=count,
        listed=_list(traits, posts, views, likes, up, listed, rng),
    )


def _publish(
    traits: Traits, days: int, rng: np.random.Generator, events: Sequence[Event], listed: int
) -> _Posts:
    """Posts from before the first look (as many as matter) to the last look, with what each draws."""
    gap = 1 / traits.posts_per_day
    n_gaps = int(np.ceil(days / gap * 1.6)) + 3 * listed
    sd = figures.POST_GAP_SPREAD
    gaps = gap * np.exp(sd * rng.standard_normal(n_gaps) - sd**2 / 2)
    day = np.sort(days - rng.random() * gaps[0] - np.concatenate([[0.0], np.cumsum(gaps[1:])]))
    day = np.minimum(np.floor(day) + _hours(rng, len(day)) / 24, days - 0.02)
    inside = day[day >= 0]
    before = day[day < 0][-min(max(listed, 20), traits.posts) :] if traits.posts else day[:0]
    extra = [event.day for event in events if isinstance(event, Hit) and not event.age_days]
    extra += [event.day - rng.uniform(0.1, 1.5) for event in events if isinstance(event, Giveaway)]
    day = np.concatenate([before, inside, np.maximum(extra, 0.0)])
    order = np.argsort(day, kind="stable")
    fresh = (np.arange(len(day)) >= len(before) + len(inside))[order]
    return _with_events(_draw_posts(traits, day[order], fresh, rng), fresh, events, rng)


def _hours(rng: np.random.Generator, n: int) -> Array:
    shares = np.array(figures.POST_HOURS)
    hour: Array = rng.choice(24, n, p=shares / shares.sum()) + rng.random(n)
    return hour


def _draw_posts(traits: Traits, day: Array, fresh: NDArray[np.bool_], rng: np.random.Generator) -> _Posts:
    n = len(day)
    draw = rng.standard_t(figures.VIEW_TAIL_DEGREES, n).clip(-8, 7)
    draw *= np.where(draw > 0, figures.VIEW_TAIL_ABOVE, figures.VIEW_TAIL_BELOW)
    draw[1:] += figures.VIEW_MOMENTUM * draw[:-1].clip(-2, 2)
    draw = traits.spread * np.where(fresh, draw.clip(-1, 1), draw)
    slope, sd, between = figures.LIKE_RATE_WITHIN
    own_sd = sd * np.exp(between * rng.standard_normal()) * (traits.spread / 0.65) ** 0.6
    own_sd *= (0.13 / traits.like_rate) ** 0.3
    noise = rng.standard_t(5, n).clip(-5, 4)
    like_rate = traits.like_rate * np.exp(slope * draw + own_sd * np.where(noise < 0, 1.2, 0.9) * noise)
    return _Posts(
        day=day,
        log_draw=draw,
        like_rate=like_rate.clip(0.001, 0.6),
        comments_times=np.ones(n),
        conversion=np.exp(
            figures.CONVERSION_WITHIN * rng.standard_normal(n) - figures.CONVERSION_WITHIN**2 / 2
        ),
        half_days=np.exp(0.4 * rng.standard_normal(n)),
        tail=rng.uniform(0.9, 1.7, n),
        second_day=np.full(n, np.inf),
        second_times=np.zeros(n),
        sponsored=np.zeros(n, dtype=bool),
        hit=np.zeros(n, dtype=bool),
    )


def _with_events(
    posts: _Posts, fresh: NDArray[np.bool_], events: Sequence[Event], rng: np.random.Generator
) -> _Posts:
    """Marks the posts that an event falls on."""
    for event in events:
        if isinstance(event, Hit) and event.age_days and len(posts.day):
            old = int(np.argmin(np.abs(posts.day - (event.day - event.age_days))))
            posts.second_day[old] = max(event.day, posts.day[old])
            posts.second_times[old] = event.times
        elif isinstance(event, Hit):
            at = int(np.argmin(np.where(fresh, np.abs(posts.day - max(event.day, 0.0)), np.inf)))
            posts.log_draw[at] += np.log(event.times)
            posts.conversion[at] *= event.times**figures.CONVERSION_OF_HITS
            posts.hit[at] = True
        elif isinstance(event, Giveaway):
            at = int(np.argmin(np.where(fresh, np.abs(posts.day - event.day + 0.8), np.inf)))
            posts.comments_times[at] = event.comments_times
            posts.log_draw[at] += rng.uniform(0.3, 1.0)
        elif isinstance(event, Ads):
            posts.sponsored |= _advertised(posts.day, event)
    return posts


def _advertised(day: Array, event: Ads) -> NDArray[np.bool_]:
    """The three newest posts when a campaign starts."""
    ranks = np.flatnonzero(day <= event.day)[-3:]
    return np.isin(np.arange(len(day)), ranks)


def _shown_by(age: Array, half_days: Array, tail: Array, hit: NDArray[np.bool_]) -> Array:
    """Share of a post's eventual views that it has at an age in days: most at once, then a long tail.

    A hit climbs for a day or two, as the recommendations widen, and fades within a week.
    """
    age = np.maximum(age, 0)
    usual = 1 - (1 + age / half_days[:, None]) ** -tail[:, None]
    if not hit.any():
        return usual
    pace = age / (1.2 * half_days[:, None])
    climbing = 0.85 * (1 - (1 + pace) * np.exp(-pace)) + 0.15 * usual
    return np.where(hit[:, None], climbing, usual)


def _views(traits: Traits, posts: _Posts, path: Array, days: int) -> tuple[Array, Array]:
    """Expected views of each post up to the first look (n,), and in each day after it (n, days)."""
    looks = np.arange(days + 1.0)
    followers_then = np.interp(posts.day, looks, path)
    lifted = (followers_then / max(traits.followers, 1)).clip(0.3, 5) ** 0.5
    eventual = traits.views_per_post * np.exp(posts.log_draw) * np.where(posts.hit, 1.0, lifted)
    eventual = np.minimum(eventual, 1.5e9)
    seen = eventual[:, None] * _shown_by(looks - posts.day[:, None], posts.half_days, posts.tail, posts.hit)
    again = np.flatnonzero(np.isfinite(posts.second_day))
    for at in again:
        age = (looks - posts.second_day[at])[None, :]
        second = _shown_by(age, posts.half_days[[at]], posts.tail[[at]], np.array([True]))
        seen[at] += traits.views_per_post * posts.second_times[at] * second[0]
    return seen[:, 0], np.diff(seen, axis=1)


def _attention(days: int, rng: np.random.Generator, events: Sequence[Event]) -> Array:
    """How much of its usual attention the creator gets each day: slow noise, weekends, seasons."""
    shocks = figures.DAY_NOISE * rng.standard_normal(days)
    level = np.empty(days)
    state = 0.0
    for day in range(days):
        state = figures.DAY_PERSISTENCE * state + shocks[day]
        level[day] = state
    weekday = 0.06 * np.sin(2 * np.pi * (np.arange(days) + rng.integers(7)) / 7)
    level = level + weekday
    for event in events:
        if isinstance(event, Season):
            level += np.log(event.times) * np.exp(-(((np.arange(days) - event.day) / event.length_days) ** 2))
    return np.exp(level)


def _lifetime_at_start(traits: Traits, posts: _Posts) -> float:
    """Lifetime likes at the first look: the posts' sum where all are known, else as `past_likes` has it."""
    before = posts.day < 0
    eventual = traits.views_per_post * np.exp(posts.log_draw[before]) * posts.like_rate[before]
    if not before.any():
        return 0.0
    if before.sum() >= traits.posts:
        return float(eventual.sum())
    mean = float(eventual.mean())
    lopsided = np.log(mean / np.median(eventual)) - 0.5
    worth = traits.past_likes + figures.PAST_LIKES[5] * lopsided
    return max(traits.posts * mean * float(np.exp(np.clip(worth, -2, 2.5))), float(eventual.sum()))


def _followers_per_like(traits: Traits, lifetime: float) -> float:
    ratio = traits.followers / max(lifetime, 30.0)
    low, high = figures.CONVERSION_RANGE
    return float(np.clip(ratio * traits.conversion, low, high))


def _paid_views(traits: Traits, posts: _Posts, days: int, events: Sequence[Event]) -> Array:
    paid = np.zeros((len(posts.day), days))
    for event in events:
        if isinstance(event, Ads):
            first = int(np.ceil(event.day))
            a_day = traits.views_per_post * event.times / event.length_days
            paid[_advertised(posts.day, event), first : first + event.length_days] = a_day
    return np.round(paid)


def _ads_like_rate(events: Sequence[Event]) -> float:
    return next((event.like_rate_times for event in events if isinstance(event, Ads)), 0.0)


def _visitors(
    traits: Traits, days: int, rng: np.random.Generator, events: Sequence[Event]
) -> tuple[Array, Array]:
    """Followers that come from outside the videos each day, and the likes they leave."""
    came = rng.poisson(traits.outside_per_day * traits.followers, days).astype(float)
    likes = 0.3 * came
    for event in events:
        if isinstance(event, Giveaway):
            shares, per_follower = _GIVEAWAY_DAYS, 0.5
        elif isinstance(event, Mention):
            shares, per_follower = figures.MENTION_DECAY, event.likes_per_follower
        else:
            continue
        for later, share in enumerate(shares):
            if int(event.day) + later < days:
                people = rng.poisson(traits.followers * event.share * share)
                came[int(event.day) + later] += people
                likes[int(event.day) + later] += people * per_follower
    return came, likes


def _on_recent_posts(likes: Array, published: Array, rng: np.random.Generator) -> Array:
    """Spreads the likes of visitors over the ten newest posts of the day."""
    out = np.zeros((len(published), len(likes)))
    for day in np.flatnonzero(likes >= 1):
        recent = np.flatnonzero(published <= day)[-10:]
        if len(recent):
            out[recent, day] = rng.multinomial(int(likes[day]), np.full(len(recent), 1 / len(recent)))
    return out


def _catalogue_likes(
    traits: Traits, lifetime: float, before: Array, by_day: Array, attention: Array, rng: np.random.Generator
) -> Array:
    """Likes of each day on posts older than the simulated ones; none where there are none."""
    if lifetime <= before.sum() * 1.02:
        return np.zeros(len(attention))
    usual = np.median(by_day.sum(axis=0)) + 0.0002 * lifetime
    likes: Array = rng.poisson(usual * traits.catalogue_share * attention).astype(float)
    return likes


def _followers(
    traits: Traits, gain: Array, days: int, rng: np.random.Generator, events: Sequence[Event]
) -> Array:
    leaving = np.full(days, traits.churn_per_day) * np.exp(0.3 * rng.standard_normal(days))
    extra = np.zeros(days)
    for event in events:
        if isinstance(event, Purge):
            for later, share in enumerate((0.7, 0.2, 0.1)):
                if int(event.day) + later < days:
                    leaving[int(event.day) + later] += event.share * share
        elif isinstance(event, Giveaway):
            first = int(event.day) + 3
            slow = np.exp(-np.arange(max(days - first, 0)) / 20) / 20
            extra[first:] += traits.followers * event.share * event.leaving_share * slow
    followers = np.empty(days + 1)
    followers[0] = traits.followers
    for day in range(days):
        lost = rng.poisson(followers[day] * leaving[day] + extra[day])
        followers[day + 1] = max(followers[day] + gain[day] - lost, 0)
    return followers


def _following(traits: Traits, days: int, rng: np.random.Generator) -> Array:
    """Mostly still; now and then a few more or fewer."""
    moves = np.where(rng.random(days) < 0.15, rng.integers(-2, 4, days), 0)
    path = traits.following + np.concatenate([[0], np.cumsum(moves)])
    held: Array = np.clip(path, 0, figures.FOLLOWING_CAP).astype(float)
    return held


def _after_deletions(
    traits: Traits,
    posts: _Posts,
    before: Array,
    by_day: Array,
    lifetime: float,
    catalogue: Array,
    days: int,
    rng: np.random.Generator,
    events: Sequence[Event],
) -> tuple[NDArray[np.bool_], Array, Array]:
    """Which simulated posts are up at the end (n,), posts and lifetime likes at each look (days + 1,)."""
    born = np.ceil(posts.day).clip(0).astype(int)
    steps = np.concatenate([[0.0], by_day.sum(axis=0) + catalogue])
    lifetime = max(lifetime, float(before.sum()))
    count = traits.posts + np.cumsum(
        np.bincount(born[posts.day >= 0], minlength=days + 1)[: days + 1]
    ).astype(float)
    total = lifetime + np.cumsum(steps)
    up = np.ones(len(posts.day), dtype=bool)
    # Posts older than the simulated ones, and their likes, are removed in proportion.
    unseen = max(traits.posts - int((posts.day < 0).sum()), 0)
    unseen_likes = max(lifetime - float(before.sum()), 0.0)
    for event in (event for event in events if isinstance(event, Deletion)):
        at = min(int(event.day) + 1, days)
        gone = up & (posts.day < event.day - 2) & (rng.random(len(posts.day)) < event.share)
        old = int(unseen * event.share)
        likes_gone = (
            before[gone].sum() + by_day[gone, :at].sum() + unseen_likes * event.share * rng.uniform(0.5, 1)
        )
        count[at:] -= gone.sum() + old
        total[at:] -= likes_gone + np.cumsum(np.concatenate([[0.0], by_day[gone, at:].sum(axis=0)]))
        up &= ~gone
        unseen, unseen_likes = unseen - old, unseen_likes * (1 - event.share)
    return up, np.round(count), np.round(total).clip(0)


def _list(
    traits: Traits,
    posts: _Posts,
    views: Array,
    likes: Array,
    up: NDArray[np.bool_],
    listed: int,
    rng: np.random.Generator,
) -> PostCounters:
    """The newest posts still up with all their counters."""
    keep = np.flatnonzero(up)[-listed:]
    deviation = posts.log_draw[keep]
    n = len(keep)

    def per_like(rate: float, slope_and_sd: tuple[float, float]) -> Array:
        slope, sd = slope_and_sd
        share = rate * np.exp(slope * deviation + sd * rng.standard_normal(n))
        drawn: Array = rng.poisson(likes[keep] * share.clip(0, 3)).astype(float)
        return drawn

    comments = per_like(traits.comments_per_like, figures.COMMENTS_WITHIN) * posts.comments_times[keep]
    return PostCounters(
        day=posts.day[keep],
        views=views[keep],
        likes=likes[keep],
        comments=np.minimum(np.round(comments), views[keep]),
        shares=np.minimum(per_like(traits.shares_per_like, figures.SHARES_WITHIN), views[keep]),
        saves=np.minimum(per_like(traits.saves_per_like, figures.SAVES_WITHIN), views[keep]),
        sponsored=posts.sponsored[keep],
    )
