"""Each signal sees what it is there for, and keeps still on what is innocent though it looks alike.

One ordinary creator, and twins that differ in one thing each: inflated in one way, or honest with one event. A row
of `ROWS` says for a signal which inflated twin it must see, by how much, and which honest twins it must not take for
one: those stay within `NEAR` of the way from the ordinary twin to the inflated one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from detector.model.evidence import gather
from detector.panel import build_panel
from detector.repair import repair
from detector.repair.display import display_step
from detector.signals.catalogue import CATALOGUE
from detector.tables import Table, Tables

DAYS, POSTS, HIT, HIT_POST = 75, 24, 40, 10
"""Days looked at, posts (number i on day 19 + 2 i), the day on which things happen, and the post of the day before."""

NEAR = 0.5
"""Honest twins reach at most this share of the way from the ordinary twin's value to the inflated one's."""

TODAY = np.datetime64("2026-06-30T12:00:00", "us")
Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Creator:
    """A creator as made: profile, counters of posts (POSTS each), daily gains (DAYS each), and how it is shown."""

    profile: dict[str, float]
    posts: dict[str, Array]
    gains: dict[str, Array]
    days_unseen: frozenset[int] = frozenset()
    posts_unpublished: frozenset[int] = frozenset()
    glitch: dict[int, float] = field(default_factory=dict)
    likes_glitch: dict[int, float] = field(default_factory=dict)
    likes_cached: frozenset[int] = frozenset()
    platform: str = "tiktok"
    rounded: bool = False


def _ordinary() -> Creator:
    rng = np.random.default_rng(7)
    views = np.round(9_000 * rng.lognormal(0, 0.7, POSTS))
    likes = np.round(views * 0.08 * rng.lognormal(0, 0.25, POSTS))
    mood = rng.lognormal(0, 0.5, DAYS)
    return Creator(
        {
            "followers": 21_357, "following": 311, "likes": 301_234, "posts": 203, "views": 3_812_345,
            "age_days": 1_100, "bio_length": 63, "handle_length": 12, "handle_digits": 0,
            "has_picture": 1, "has_link": 1,
        },
        {
            "views": views,
            "likes": likes,
            "comments": np.round(likes * 0.03 * rng.lognormal(0, 0.3, POSTS)),
            "shares": np.round(likes * 0.04 * rng.lognormal(0, 0.3, POSTS)),
            "saves": np.round(likes * 0.06 * rng.lognormal(0, 0.3, POSTS)),
        },
        {
            "followers": np.round(55 * mood * rng.lognormal(0, 0.3, DAYS)),
            "likes": np.round(700 * mood * rng.lognormal(0, 0.3, DAYS)),
            "views": np.round(8_800 * mood * rng.lognormal(0, 0.3, DAYS)),
            "posts": (np.arange(DAYS) % 2).astype(float),
        },
    )  # fmt: skip


Change = Callable[[Creator], Creator]


def _profile(**factors: float) -> Change:
    """Counters of the profile times a factor."""
    return lambda c: replace(
        c, profile={name: round(value * factors.get(name, 1)) for name, value in c.profile.items()}
    )


def _set(**values: float) -> Change:
    return lambda c: replace(c, profile={**c.profile, **values})


def _on_instagram(**values: float) -> Change:
    return lambda c: replace(c, platform="instagram", profile={**c.profile, **values})


def _posts(of: slice | int = slice(None), **factors: float) -> Change:
    """Counters of some posts times a factor; likes never above views."""

    def change(c: Creator) -> Creator:
        posts = {name: values.copy() for name, values in c.posts.items()}
        for name, factor in factors.items():
            posts[name][of] = np.round(posts[name][of] * factor)
        posts["likes"] = np.minimum(posts["likes"], posts["views"])
        return replace(c, posts=posts)

    return change


def _more(counter: str, by_day: dict[int, float]) -> Change:
    """Gained counts more on some days."""

    def change(c: Creator) -> Creator:
        gained = c.gains[counter].copy()
        for day, count in by_day.items():
            gained[day] += count
        return replace(c, gains={**c.gains, counter: gained})

    return change


def _wave(followers: float, likes: float, views: float) -> Change:
    """Attention that comes at once and ebbs over two weeks: counts gained on the first day."""
    ebb = {HIT + i: 0.75**i for i in range(14)}
    return _all(
        *(
            _more(name, {day: round(first * share) for day, share in ebb.items()})
            for name, first in (("followers", followers), ("likes", likes), ("views", views))
        )
    )


def _grown(counter: str, newest: float, times: float) -> Change:
    """A counter that is `newest` now, gained so many times as much every day, and is shown rounded."""

    def change(c: Creator) -> Creator:
        gains = {**c.gains, counter: np.round(c.gains[counter] * times)}
        return replace(c, profile={**c.profile, counter: newest}, gains=gains, rounded=True)

    return change


def _all(*changes: Change) -> Change:
    def change(c: Creator) -> Creator:
        for one in changes:
            c = one(c)
        return c

    return change


def _impossible(c: Creator) -> Creator:
    likes = c.posts["likes"].copy()
    likes[3:6] = c.posts["views"][3:6] * 1.4
    return replace(c, posts={**c.posts, "likes": np.round(likes)})


def _flat_likes(c: Creator) -> Creator:
    """The same number of likes delivered to every post, give or take."""
    return replace(c, posts={**c.posts, "likes": np.round(1_500 + 40 * np.cos(2.3 * np.arange(POSTS)))})


def _even_rates(c: Creator) -> Creator:
    return replace(c, posts={**c.posts, "likes": np.round(c.posts["views"] * 0.08)})


def _tiny(c: Creator) -> Creator:
    """Friends and family: 43 followers, a new one now and then, a few likes a day."""
    joined = (np.arange(DAYS) * 7 % 31 % 5 == 0).astype(float)
    return Creator(
        {**c.profile, "followers": 43, "following": 150, "likes": 290, "posts": 31, "views": 4_100,
         "age_days": 90, "bio_length": 25},
        {name: np.round(values / 40) for name, values in c.posts.items()},
        {name: np.round(values / 300) for name, values in c.gains.items()} | {"followers": joined},
    )  # fmt: skip


def _days(gain: float, days: range) -> dict[int, float]:
    return dict.fromkeys(days, gain)


PACKAGE = _more("followers", {HIT: 6_000})
PAUSE = frozenset(
    range(4, 14)
)  # posts of days 27 to 45: around the package of day 40 there is nothing new to follow
SLOW: Change = lambda c: replace(c, gains={**c.gains, "followers": np.round(c.gains["followers"] / 5)})  # noqa: E731
LOSS = _days(-260, range(HIT + 3, HIT + 20))

INFLATED: dict[str, Change] = {
    "padded": _profile(followers=10),
    "hollow": _all(
        _profile(likes=0.05, views=0.05), _posts(views=0.05, likes=0.05, comments=0.05, shares=0.05)
    ),
    "liked": _all(_profile(likes=12), _posts(likes=8)),
    "showered": _posts(4, likes=14),
    "impossible": _impossible,
    "flat likes": _flat_likes,
    "even rates": _even_rates,
    "package": PACKAGE,
    "package in a pause": _all(PACKAGE, lambda c: replace(c, posts_unpublished=PAUSE)),
    "package lost": _all(PACKAGE, _more("followers", LOSS)),
    "refilled": _all(SLOW, PACKAGE, _more("followers", {48: -2_000, 51: 2_000, 60: -2_000, 63: 2_000})),
    "fortnight": _more("followers", {HIT + i: 400 + 150 * (i % 3) for i in range(14)}),
    "drip": _more("followers", _days(300, range(HIT, HIT + 20))),
    "like spike": _more("likes", {HIT: 60_000}),
    "evening like spike": _more("likes", {HIT: 25_000, HIT + 1: 35_000}),
    "like drip": _more("likes", _days(12_000, range(HIT, HIT + 5))),
    "empty shell": lambda c: replace(
        c, platform="instagram",
        profile={**c.profile, "followers": 2, "following": 900, "posts": 0, "likes": 0, "bio_length": 0},
    ),
    "follow for follow": _on_instagram(followers=6_900, following=6_700, likes=40_000),
    "follow machine": _set(following=9_950, posts=0, bio_length=0, has_picture=0, has_link=0,
                           handle_digits=9, handle_length=14),
}  # fmt: skip

HONEST: dict[str, Change] = {
    "viral hit": _all(
        _profile(followers=1.3, likes=1.6, views=1.8),
        _posts(HIT_POST, views=60, likes=50, comments=40, shares=60, saves=50),
        _wave(1_500, 20_000, 260_000),
    ),
    "hit among strangers": _all(
        _posts(HIT_POST, views=60, likes=50, comments=40), _wave(500, 18_000, 260_000)
    ),
    "giveaway": _all(
        _profile(followers=1.1, likes=1.05),
        _posts(HIT_POST, views=3, likes=3, comments=25, shares=3),
        _wave(600, 8_000, 90_000),
        _more("followers", _days(-25, range(HIT + 8, HIT + 30))),
    ),
    "dormant star": _all(
        _profile(posts=0.12, likes=0.4, age_days=3, following=0.3),
        _posts(views=4, likes=4, comments=4, shares=4, saves=4),
    ),
    "tiny account": _tiny,
    "scrape gap": lambda c: replace(c, days_unseen=frozenset(range(HIT - 9, HIT + 1))),
    "display rounding": lambda c: replace(c, rounded=True),
    "rounded subscribers": lambda c: replace(c, rounded=True, platform="youtube"),
    # Shown in hundreds for most of the history, then in steps of 100,000: the first of them takes a month of likes.
    "likes past a million": _grown("likes", 1_130_000, 6),
    "followers past a million": _grown("followers", 1_130_000, 76),
    "likes in steps of 100,000": _grown("likes", 5_330_000, 1),
    "deleted posts": _all(
        _profile(posts=0.8, likes=0.8, views=0.8),
        _more("likes", {HIT: -50_000}),
        _more("views", {HIT: -600_000}),
        _more("posts", {HIT: -12}),
    ),
    "purge": _more("followers", {HIT: -600}),
    # It follows the largest gain of an ordinary life, that of day 1, which is no spike.
    "early purge": _more("followers", {20: -600}),
    "glitch": lambda c: replace(c, glitch={HIT: 0.97}),
    "likes too few for a day": lambda c: replace(c, likes_glitch={HIT: 0.9}),
    "likes too many for a day": lambda c: replace(c, likes_glitch={HIT: 1.2}),
    "cached likes": lambda c: replace(c, likes_cached=frozenset(range(HIT, HIT + 3))),
    "campaign": _all(
        *(
            _more(counter, dict.fromkeys(range(HIT - 10, HIT + 4), gain))
            for counter, gain in (("followers", 230.0), ("likes", 2_600.0), ("views", 38_000.0))
        )
    ),
    "mention": _all(
        _more("followers", {HIT: 3_000, HIT + 1: 300}), _more("likes", {HIT: 9_000, HIT + 1: 900})
    ),
    "old post has its days": _wave(700, 30_000, 380_000),
    "comments of friends": _posts(slice(5, 9), comments=3),
    "quiet month": lambda c: replace(c, posts_unpublished=PAUSE),
    "handle with a year": _set(handle_digits=2),
    "curious follower": _set(following=900),
    "ordinary on Instagram": _on_instagram(),
    "curious newcomer": _on_instagram(followers=35, following=180, posts=1, age_days=20),
    "friends alone": _on_instagram(followers=24, following=31, posts=9),
    "looks on": _on_instagram(followers=140, following=800, posts=0, bio_length=0),
    "star on Instagram": _on_instagram(followers=2_400_000, following=12, posts=24),
    "padded on Instagram": _on_instagram(followers=213_570),
}

SHOWN = ("scrape gap", "display rounding")
POSTED = ("viral hit", "giveaway", "display rounding", "tiny account")
COARSE = ("rounded subscribers", "followers past a million")
SPIKES = ("viral hit", "giveaway", "deleted posts", "purge", "tiny account", *COARSE, *SHOWN)
LIKE_SLIPS = ("likes too few for a day", "likes too many for a day", "cached likes", "deleted posts")
LIKE_STEPS = (*LIKE_SLIPS, "mention", "old post has its days", "hit among strangers", "likes past a million")
LIKE_SPIKES = ("viral hit", "giveaway", "tiny account", *SHOWN)
PEOPLE = ("dormant star", "viral hit", "tiny account", "display rounding")
POSTING = ("friends alone", "star on Instagram", "padded on Instagram")
FEW = ("curious newcomer", "friends alone", "looks on", "star on Instagram", "padded on Instagram")

ROWS: dict[str, tuple[str, float, tuple[str, ...]]] = {
    # signal: (the inflated twin it must see, by how much at least, the honest twins it must not take for one)
    "followers_beyond_engagement": ("padded", 2.0, PEOPLE),
    "likes_below_followers": ("hollow", 2.0, ("viral hit", "giveaway", "deleted posts", "dormant star")),
    "likes_per_post_below_followers": ("hollow", 2.0, ("dormant star", "viral hit", "deleted posts")),
    "engagement_below_followers": ("hollow", 2.0, ("dormant star", "viral hit", "giveaway", "deleted posts")),
    "views_below_followers": ("hollow", 2.0, ("dormant star", "viral hit", "giveaway", "deleted posts")),
    "fast_lifetime_growth": ("padded", 2.0, PEOPLE),
    "follower_spike_without_likes": ("package", 1.5, SPIKES),
    "follower_spike_without_views": ("package", 1.5, SPIKES),
    "follower_step_without_likes": ("package", 1.5, ("glitch", "campaign", "hit among strangers", *SPIKES)),
    "follower_rise_without_likes": ("fortnight", 0.7, ("hit among strangers", *SPIKES)),
    "follower_rise_without_views": ("fortnight", 0.7, SPIKES),
    # A hit jumps too: this one is context and weighs little.
    "follower_spike": ("package", 1.5, ("deleted posts", "purge", "tiny account", "glitch", *COARSE, *SHOWN)),
    "likes_per_new_follower_break": (
        "package",
        1.5,
        ("likes past a million", "likes in steps of 100,000", *SPIKES),
    ),
    # A hit's gains are concentrated too, if less.
    "follower_gain_concentration": ("package", 0.3, tuple(name for name in SPIKES if name != "viral hit")),
    "follower_box_shape": ("package", 0.5, SPIKES),
    "follower_loss_after_spike": ("package lost", 0.4, ("early purge", *SPIKES)),
    "follower_refill": ("refilled", 0.6, ("glitch", "early purge", *SPIKES)),
    "follower_drip": ("drip", 1.0, ("hit among strangers", *SPIKES)),
    "follower_stretch_without_likes": ("drip", 0.5, ("campaign", "hit among strangers", *SPIKES)),
    "follower_stretch_without_views": ("drip", 0.5, ("campaign", "hit among strangers", *SPIKES)),
    "follower_spike_without_post": ("package in a pause", 1.5, ("package", "quiet month", *SPIKES)),
    "likes_beyond_followers": ("liked", 2.0, ("giveaway", "deleted posts", "viral hit", "dormant star")),
    "likes_per_view": ("liked", 1.5, ("hit among strangers", "dormant star", *POSTED)),
    "likes_per_view_peak": ("showered", 1.0, ("hit among strangers", "dormant star", *POSTED)),
    "comments_below_likes": ("liked", 1.5, ("hit among strangers", "comments of friends", *POSTED)),
    "shares_below_likes": ("liked", 1.5, ("hit among strangers", "dormant star", *POSTED)),
    "saves_below_likes": ("liked", 1.5, ("hit among strangers", "dormant star", *POSTED)),
    "showered_post": ("showered", 1.0, ("hit among strangers", "comments of friends", *POSTED)),
    "silent_likes_peak": ("showered", 1.0, ("hit among strangers", "dormant star", *POSTED)),
    "impossible_posts": ("impossible", 1.0, ("hit among strangers", *POSTED)),
    "like_spread_below_views": ("even rates", 1.0, ("hit among strangers", *POSTED)),
    "likes_decoupled_from_views": ("flat likes", 0.5, ("hit among strangers", *POSTED)),
    "likes_decoupled_from_comments": ("flat likes", 0.5, ("hit among strangers", *POSTED)),
    "like_spike_without_followers": ("like spike", 1.0, LIKE_SPIKES),
    "like_spike_without_views": ("like spike", 1.0, ("hit among strangers", *LIKE_SPIKES)),
    "like_step_without_followers": ("evening like spike", 1.5, (*LIKE_STEPS, *LIKE_SPIKES)),
    # Of a mention the views are not seen: its likes fall on posts that were seen before.
    "like_step_without_views": (
        "like spike",
        2.0,
        (*(name for name in LIKE_STEPS if name != "mention"), *LIKE_SPIKES),
    ),
    "like_drip_without_followers": ("like drip", 1.0, (*LIKE_STEPS, *LIKE_SPIKES)),
    # A mention is a step of likes as well: without followers nothing tells them apart, and it weighs little.
    "like_step": (
        "like spike",
        2.0,
        (*(name for name in LIKE_STEPS if name != "mention"), *LIKE_SPIKES),
    ),
    "following_beyond_followers": ("follow machine", 2.0, ("curious follower", *PEOPLE)),
    "following_beyond_likes": ("follow for follow", 3.0, POSTING),
    "following_near_cap": ("follow machine", 1.0, ("curious follower", *PEOPLE)),
    "few_followers": ("empty shell", 3.0, FEW),
    "unreturned_following": ("empty shell", 3.0, FEW),
    "few_posts": ("follow machine", 3.0, ("deleted posts", *PEOPLE)),
    "empty_biography": ("follow machine", 2.0, PEOPLE),
    "missing_picture": ("follow machine", 1.0, PEOPLE),
    "missing_link": ("follow machine", 1.0, PEOPLE),
    "handle_digits": ("follow machine", 0.5, ("handle with a year", *PEOPLE)),
}


ORDINARY = dict.fromkeys(
    ("following_beyond_likes", "few_followers", "unreturned_following"), "ordinary on Instagram"
)
"""Signals of one platform are compared with the ordinary creator there."""


def _shown(creator: Creator, counter: str, values: Array) -> Array:
    """As the platform shows them, rounded down to its step."""
    step = display_step(creator.platform, counter, 10.0 ** _digits(values))  # coarse: a power of ten
    coarse = np.where(values >= 1e4, np.floor(values / step) * step, values)
    return coarse if creator.rounded else values


def _digits(values: Array) -> Array:
    return np.floor(np.log10(np.maximum(values, 1.0)))


def _tables(named: dict[str, Creator]) -> Tables:
    accounts, posts, looks = [], [], []
    for name, creator in named.items():
        key = {"platform": creator.platform, "account_id": name}
        profile = {
            counter: float(_shown(creator, counter, np.array([value], dtype=float))[0])
            for counter, value in creator.profile.items()
            if counter != "age_days"
        }
        born = TODAY - np.timedelta64(round(creator.profile["age_days"]), "D")
        accounts.append({**key, **profile, "created_at": born, "observed_at": TODAY})
        posts += [{**key, **row} for row in _post_rows(creator)]
        looks += [{**key, **row} for row in _looks(creator)]
    return Tables(
        Table.from_rows("accounts", accounts),
        Table.from_rows("posts", posts),
        Table.from_rows("snapshots", looks),
    )


def _post_rows(creator: Creator) -> Iterator[dict[str, Any]]:
    shown = {name: _shown(creator, name, values) for name, values in creator.posts.items()}
    for i in range(POSTS):
        if i not in creator.posts_unpublished:
            posted = TODAY - np.timedelta64(DAYS - 1 - (19 + 2 * i), "D")
            yield {"post_id": str(i), "posted_at": posted, **{name: v[i] for name, v in shown.items()}}


def _looks(creator: Creator) -> Iterator[dict[str, Any]]:
    """Daily counters that end at what the profile shows."""
    shown = {}
    for name, gains in creator.gains.items():
        level = creator.profile[name] - np.cumsum(gains[::-1])[::-1] + gains
        glitch = {"followers": creator.glitch, "likes": creator.likes_glitch}.get(name, {})
        factors = np.array([glitch.get(day, 1.0) for day in range(DAYS)])
        shown[name] = _shown(creator, name, np.maximum(np.round(level * factors), 0.0))
    for day in sorted(creator.likes_cached):
        shown["likes"][day] = shown["likes"][day - 1]
    for day in range(DAYS):
        if day not in creator.days_unseen:
            at = TODAY - np.timedelta64(DAYS - 1 - day, "D")
            yield {"observed_at": at, **{name: values[day] for name, values in shown.items()}}


@pytest.fixture(scope="module")
def values() -> Callable[[str, str], float]:
    """The value of a signal for a twin by its name."""
    ordinary = _ordinary()
    named = {"ordinary": ordinary} | {n: change(ordinary) for n, change in (INFLATED | HONEST).items()}
    signals = gather(build_panel(repair(_tables(named)))).signals
    place = {name: i for i, name in enumerate(named)}
    return lambda signal, twin: float(signals[signal][place[twin]])


def test_every_signal_of_the_catalogue_has_its_look_alikes():
    assert list(ROWS) == [signal.name for signal in CATALOGUE]
    assert all(len(honest) >= 3 for _, _, honest in ROWS.values())


def test_the_twins_are_shown_as_told():
    ordinary = _ordinary()
    gap, rounded, subscribers = (
        list(_looks(HONEST[name](ordinary)))
        for name in ("scrape gap", "display rounding", "rounded subscribers")
    )
    assert len(gap) == DAYS - 10
    assert {row["followers"] % 100 for row in rounded} == {0.0}
    assert {row["followers"] % 100 for row in subscribers} == {0.0}
    assert len({row["views"] % 100 for row in subscribers}) > 10  # YouTube rounds subscribers alone
    assert rounded[-1]["followers"] == 21_300


@pytest.mark.parametrize("signal", ROWS)
def test_it_sees_the_inflated_twin(signal: str, values: Callable[[str, str], float]):
    inflated, gap, _ = ROWS[signal]
    assert values(signal, inflated) >= values(signal, ORDINARY.get(signal, "ordinary")) + gap


@pytest.mark.parametrize(
    ("signal", "honest"), [(signal, honest) for signal, (_, _, twins) in ROWS.items() for honest in twins]
)
def test_it_does_not_take_the_honest_twin_for_an_inflated_one(
    signal: str, honest: str, values: Callable[[str, str], float]
):
    ordinary, inflated = (
        values(signal, name) for name in (ORDINARY.get(signal, "ordinary"), ROWS[signal][0])
    )
    value = values(signal, honest)
    assert value <= ordinary + NEAR * (inflated - ordinary), (ordinary, value, inflated)


@pytest.mark.parametrize("signal", ORDINARY)
@pytest.mark.parametrize("twin", ["ordinary", "tiny account", "rounded subscribers"])
def test_where_people_watch_strangers_it_is_unknown_how_few_know_an_account(
    signal: str, twin: str, values: Callable[[str, str], float]
):
    assert np.isnan(values(signal, twin))


def test_an_account_of_as_many_followers_as_acquaintances_is_as_ordinary_as_a_star(
    values: Callable[[str, str], float],
):
    assert values("few_followers", "star on Instagram") == values("few_followers", "ordinary on Instagram")
    assert values("unreturned_following", "star on Instagram") == 0.0


def test_whoever_posts_next_to_nothing_is_not_held_to_likes(values: Callable[[str, str], float]):
    for twin in ("looks on", "empty shell", "curious newcomer"):
        assert np.isnan(values("following_beyond_likes", twin))
    assert not np.isnan(values("following_beyond_likes", "friends alone"))
