"""The catalogue: one row a signal. To add a signal, write its function beside its kin and a row here.

A signal's name is permanent: labels, models and reports refer to it; changed meaning = new name.
`weight` is the signal's share of its axis's alarm budget (a weighted Bonferroni maximum): sharp signals get more.
Weights were set by hand, watching cross-validation on reference halves and the simulated stories: they are no
optimum, see docs/decisions/0003.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from detector.panel import FloatArray, Panel
from detector.signals import delivery, history, posts, profile, steps, stretches

__all__ = ["BLOCKS", "CATALOGUE", "SIGNALS", "Block", "Show", "Signal", "joined_names", "shown"]

Block = Literal["counters", "history"]
BLOCKS: tuple[Block, ...] = ("counters", "history")
"""Evidence is judged in two blocks: counters as they stand now (profile and posts), and their history."""

Show = Literal["count", "count_below", "times", "times_below", "share", "z", "plain", "minus"]
"""How a signal's value is turned back into what people read; see `shown`."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One number about one account.

    Attributes
    ----------
    name : permanent name, saying what rises when suspicion rises
    axis : followers, likes or automation
    block : counters or history
    needs : atoms of evidence without which it is NaN (see `detector.signals.quantities`)
    given : quantities that peers may use to expect it; those not known are left out
    given_any : of these quantities at least one must be known
    beyond : how its tail goes on beyond the reference, see `detector.model.tail`: `body` for a signal whose honest
        accounts thin out at least as fast as its ordinary half says, `power` for one whose oddest lie far out
    weight : share of the axis's alarm budget, relative to the others of its block
    show : how its value is turned back into a readable number
    unit : unit of that number
    sentence : what is said when it is odd; {value}, {expected}, {times}, {share}, {peers}, {given}
    innocent : names of `detector.signals.innocent` explanations that it may have
    source : where it comes from
    value : the function
    """

    name: str
    axis: str
    block: Block
    needs: tuple[str, ...]
    given: tuple[str, ...]
    weight: float
    show: Show
    unit: str
    sentence: str
    innocent: tuple[str, ...]
    source: str
    value: Callable[[Panel], FloatArray]
    given_any: tuple[str, ...] = ()
    beyond: Literal["exponential", "power", "body"] = "exponential"


def shown(show: Show, value: float) -> float:
    """A signal's value as people read it.

    >>> round(shown("count", np.log1p(1200.0))), round(shown("times_below", -np.log(4.0)))
    (1200, 4)
    """
    if show == "count":
        return float(np.expm1(value))
    if show == "count_below":
        return float(np.expm1(-value))
    if show == "times":
        return float(np.exp(value))
    if show == "times_below":
        return float(np.exp(-value))
    if show == "z":
        return float(np.expm1(value))
    return -value if show == "minus" else value


_STATIC_FOLLOWERS = (
    "dormant_star",
    "fame_elsewhere",
    "deleted_posts",
    "hidden_counters",
    "paid_reach",
    "sabotage",
)
_SPIKE_FOLLOWERS = ("viral_hit", "giveaway", "scrape_gap", "rounding", "sabotage")
_LIKES = ("viral_hit", "recommended_to_strangers", "comments_off", "sabotage")
_SPIKE_LIKES = ("viral_hit", "scrape_gap", "rounded_likes", "sabotage")
_STEP_LIKES = ("viral_hit", "old_hit", "platform_glitch", "rounded_likes", "sabotage")
_AUTOMATION = ("newcomer", "lurker")
_FOLLOWED_BY_FEW = (*_AUTOMATION, "few_friends")

CATALOGUE: tuple[Signal, ...] = (
    Signal(
        "followers_beyond_engagement",
        "followers",
        "counters",
        ("followers",),
        (
            "settled_likes",
            "likes",
            "settled_posts",
            "views",
            "post_views",
            "post_likes",
            "post_comments",
            "post_shares",
        ),
        0.80,
        "count",
        "followers",
        "{value} followers, where peers with the same {given} have about {expected}: {times} times as many.",
        _STATIC_FOLLOWERS,
        "SIGNALS P3; Aggarwal et al. 2018",
        profile.followers_beyond_engagement,
        given_any=("settled_likes", "likes", "views", "post_views", "post_likes"),
        beyond="body",
    ),
    Signal(
        "likes_below_followers",
        "followers",
        "counters",
        ("likes", "followers"),
        ("followers", "posts"),
        0.05,
        "count_below",
        "likes",
        "{value} lifetime likes, where peers with the same {given} have about {expected}: {times} times fewer.",
        _STATIC_FOLLOWERS,
        "SIGNALS P1, P2",
        profile.likes_below_followers,
        beyond="body",
    ),
    Signal(
        "likes_per_post_below_followers",
        "followers",
        "counters",
        ("likes", "followers", "posts"),
        ("followers",),
        0.05,
        "times_below",
        "likes per post",
        "{value} likes per post over its life, where peers with the same {given} have about {expected}.",
        _STATIC_FOLLOWERS,
        "SIGNALS P4",
        profile.likes_per_post_below_followers,
        beyond="body",
    ),
    Signal(
        "engagement_below_followers",
        "followers",
        "counters",
        ("followers", "post.likes", "post.comments"),
        ("followers",),
        0.04,
        "count_below",
        "likes and comments per post",
        "A recent post gets {value} likes and comments, where peers with the same {given} get about {expected}.",
        _STATIC_FOLLOWERS,
        "SIGNALS E2",
        posts.engagement_below_followers,
        beyond="body",
    ),
    Signal(
        "views_below_followers",
        "followers",
        "counters",
        ("followers", "post.views"),
        ("followers", "posts"),
        0.04,
        "count_below",
        "views per post",
        "A recent post is seen {value} times, where posts of peers with the same {given} are seen "
        "about {expected} times.",
        _STATIC_FOLLOWERS,
        "SIGNALS E3",
        posts.views_below_followers,
        beyond="body",
    ),
    Signal(
        "fast_lifetime_growth",
        "followers",
        "counters",
        ("followers", "age_days"),
        ("posts", "likes", "views"),
        0.02,
        "times",
        "followers per day",
        "{value} followers gained a day over the account's life, where peers with the same {given} gained {expected}.",
        ("viral_hit", "fame_elsewhere", "sabotage"),
        "SIGNALS P8; BotometerLite growth rates",
        profile.fast_lifetime_growth,
        given_any=("posts", "likes", "views"),
    ),
    Signal(
        "follower_spike_without_likes",
        "followers",
        "history",
        ("history.followers", "history.likes"),
        ("followers",),
        0.30,
        "times",
        "times fewer likes than usual",
        "The largest jump of followers brought {value} times fewer likes than this account's followers usually bring; "
        "among peers {expected} is usual.",
        _SPIKE_FOLLOWERS,
        "SIGNALS H3",
        history.follower_spike_without_likes,
    ),
    Signal(
        "follower_spike_without_views",
        "followers",
        "history",
        ("history.followers", "history.views"),
        ("followers",),
        0.30,
        "times",
        "times fewer views than usual",
        "The largest jump of followers brought {value} times fewer views than this account's followers usually bring; "
        "among peers {expected} is usual.",
        _SPIKE_FOLLOWERS,
        "SIGNALS H3",
        history.follower_spike_without_views,
    ),
    Signal(
        "follower_step_without_likes",
        "followers",
        "history",
        ("history.followers", "history.likes"),
        ("followers", "n_days_followers"),
        0.20,
        "times",
        "times the days around it, beyond likes",
        "For one to three days followers came {value} times as fast as on the days before and after, beyond what likes "
        "account for; among peers {expected} is the most.",
        _SPIKE_FOLLOWERS,
        "SIGNALS H1, H3, own (docs/decisions/0028)",
        steps.follower_step_without_likes,
    ),
    Signal(
        "follower_rise_without_likes",
        "followers",
        "history",
        ("history.followers", "history.likes"),
        ("followers", "n_days_followers"),
        0.15,
        "z",
        "times the usual two-week spread",
        "In two weeks followers rose by {value} times their usual spread beyond what likes allow for; "
        "{expected} is usual among peers.",
        _SPIKE_FOLLOWERS,
        "SIGNALS H3, H9",
        history.follower_rise_without_likes,
    ),
    Signal(
        "follower_rise_without_views",
        "followers",
        "history",
        ("history.followers", "history.views"),
        ("followers", "n_days_followers"),
        0.15,
        "z",
        "times the usual two-week spread",
        "In two weeks followers rose by {value} times their usual spread beyond what views did; "
        "{expected} is usual among peers.",
        _SPIKE_FOLLOWERS,
        "SIGNALS H3, H9",
        history.follower_rise_without_views,
    ),
    Signal(
        "follower_spike",
        "followers",
        "history",
        ("history.followers",),
        ("followers",),
        0.04,
        "z",
        "times the usual day-to-day spread",
        "Followers jumped by {value} times their usual day-to-day spread; {expected} is usual among peers.",
        _SPIKE_FOLLOWERS,
        "SIGNALS H1",
        history.follower_spike,
    ),
    Signal(
        "likes_per_new_follower_break",
        "followers",
        "history",
        ("history.followers", "history.likes"),
        ("followers",),
        0.06,
        "times",
        "times fewer",
        "In the week of the largest gain, each new follower came with {value} times fewer likes than usual; "
        "{expected} is usual among peers.",
        _SPIKE_FOLLOWERS,
        "SIGNALS H4",
        history.likes_per_new_follower_break,
        beyond="power",
    ),
    Signal(
        "follower_gain_concentration",
        "followers",
        "history",
        ("history.followers",),
        ("followers", "n_days_followers"),
        0.03,
        "share",
        "share of all gained followers",
        "{share} of all followers gained came on three days; among peers {expected_share}.",
        _SPIKE_FOLLOWERS,
        "SIGNALS H5",
        delivery.follower_gain_concentration,
    ),
    Signal(
        "follower_box_shape",
        "followers",
        "history",
        ("history.followers",),
        (),
        0.02,
        "share",
        "share of the spike on its first day",
        "{share} of what the largest jump brought within four days came on its first day.",
        _SPIKE_FOLLOWERS,
        "SIGNALS H6; NATO StratCom COE 2022/23",
        delivery.follower_box_shape,
    ),
    Signal(
        "follower_loss_after_spike",
        "followers",
        "history",
        ("history.followers",),
        (),
        0.02,
        "share",
        "share of the spike lost",
        "{share} of the largest jump was lost again within 30 days.",
        ("giveaway", "purge", "sabotage"),
        "SIGNALS H7; Stringhini et al. 2013",
        delivery.follower_loss_after_spike,
        beyond="power",
    ),
    Signal(
        "follower_refill",
        "followers",
        "history",
        ("history.followers",),
        (),
        0.04,
        "z",
        "refills",
        "Falls of followers that a step made good within a week: {value}.",
        ("rounding", "sabotage"),
        "SIGNALS H8, own",
        delivery.follower_refill,
    ),
    Signal(
        "follower_drip",
        "followers",
        "history",
        ("history.followers",),
        (),
        0.04,
        "z",
        "evenness of the best stretch of days",
        "For ten days or more, each day brought about the same number of followers, clearly more than the others did "
        "(evenness {value}, among peers {expected}).",
        ("rounding", "sabotage"),
        "SIGNALS H9, own",
        delivery.follower_drip,
    ),
    Signal(
        "follower_stretch_without_likes",
        "followers",
        "history",
        ("history.followers", "history.likes"),
        ("followers", "n_days_followers"),
        0.07,
        "times",
        "times the weeks beside it, beyond likes",
        "For ten days or more followers came evenly, {value} times as fast as in the weeks beside them, beyond "
        "what likes account for; among peers {expected} is the most.",
        _SPIKE_FOLLOWERS,
        "SIGNALS H9, own (docs/decisions/0022)",
        stretches.follower_stretch_without_likes,
    ),
    Signal(
        "follower_stretch_without_views",
        "followers",
        "history",
        ("history.followers", "history.views"),
        ("followers", "n_days_followers"),
        0.07,
        "times",
        "times the weeks beside it, beyond views",
        "For ten days or more followers came evenly, {value} times as fast as in the weeks beside them, beyond "
        "what views account for; among peers {expected} is the most.",
        _SPIKE_FOLLOWERS,
        "SIGNALS H9, own (docs/decisions/0022)",
        stretches.follower_stretch_without_views,
    ),
    Signal(
        "follower_spike_without_post",
        "followers",
        "history",
        ("history.followers", "post.views"),
        ("followers",),
        0.04,
        "z",
        "times the usual day-to-day spread",
        "Followers jumped by {value} times their usual spread with no post in the week before; "
        "{expected} is usual among peers.",
        ("old_hit", "fame_elsewhere", "scrape_gap", "sabotage"),
        "SIGNALS H11",
        history.follower_spike_without_post,
        beyond="power",
    ),
    Signal(
        "likes_beyond_followers",
        "likes",
        "counters",
        ("likes", "followers"),
        ("followers", "posts", "views", "post_views", "post_comments", "post_shares"),
        0.20,
        "count",
        "likes",
        "{value} lifetime likes, where peers with the same {given} have about {expected}: {times} times as many.",
        _LIKES,
        "SIGNALS P2",
        profile.likes_beyond_followers,
        beyond="body",
    ),
    Signal(
        "likes_per_view",
        "likes",
        "counters",
        ("post.likes", "post.views"),
        ("post_views", "post_comments", "post_shares", "followers"),
        0.30,
        "times",
        "likes per view",
        "A recent post gets {value} likes per view, where peers with the same {given} get about {expected}.",
        _LIKES,
        "SIGNALS E1, E4",
        posts.likes_per_view,
        beyond="body",
    ),
    Signal(
        "likes_per_view_peak",
        "likes",
        "counters",
        ("post.likes", "post.views"),
        ("n_posts", "post_views"),
        0.08,
        "times",
        "times its own median",
        "One post has {value} times the account's usual likes per view; "
        "{expected} is usual for the highest among peers.",
        _LIKES,
        "SIGNALS E4, own",
        posts.likes_per_view_peak,
        beyond="body",
    ),
    Signal(
        "comments_below_likes",
        "likes",
        "counters",
        ("post.likes", "post.comments"),
        ("post_views", "followers"),
        0.10,
        "times",
        "likes per comment",
        "{value} likes for each comment, where peers with the same {given} have about {expected}.",
        ("comments_off", "viral_hit", "sabotage"),
        "SIGNALS E5",
        posts.comments_below_likes,
        beyond="power",
    ),
    Signal(
        "shares_below_likes",
        "likes",
        "counters",
        ("post.likes", "post.shares"),
        ("post_views", "followers"),
        0.08,
        "times",
        "likes per share",
        "{value} likes for each share, where peers with the same {given} have about {expected}.",
        ("viral_hit", "sabotage"),
        "SIGNALS E6",
        posts.shares_below_likes,
        beyond="body",
    ),
    Signal(
        "saves_below_likes",
        "likes",
        "counters",
        ("post.likes", "post.saves"),
        ("post_views", "followers"),
        0.02,
        "times",
        "likes per save",
        "{value} likes for each save, where peers with the same {given} have about {expected}.",
        ("viral_hit", "sabotage"),
        "SIGNALS E6",
        posts.saves_below_likes,
    ),
    Signal(
        "showered_post",
        "likes",
        "counters",
        ("post.likes", "post.views", "post.comments"),
        ("n_posts", "post_views"),
        0.20,
        "times",
        "times its own median",
        "One post has {value} times the likes that its views and comments carry on this account's other posts; "
        "{expected} is usual for the highest among peers.",
        _LIKES,
        "SIGNALS E12, E14, own",
        posts.showered_post,
        beyond="body",
    ),
    Signal(
        "silent_likes_peak",
        "likes",
        "counters",
        ("post.likes", "post.comments"),
        ("n_posts", "post_views"),
        0.02,
        "times",
        "times its own median",
        "One post has {value} times the account's usual likes per comment; "
        "{expected} is usual for the highest among peers.",
        _LIKES,
        "SIGNALS E14, own",
        posts.silent_likes_peak,
        beyond="power",
    ),
    Signal(
        "impossible_posts",
        "likes",
        "counters",
        ("post.views",),
        (),
        0.02,
        "z",
        "posts",
        "{value} posts show more likes than views, which cannot be.",
        ("platform_glitch", "sabotage"),
        "SIGNALS E7; Sen et al. 2018",
        posts.impossible_posts,
    ),
    Signal(
        "like_spread_below_views",
        "likes",
        "counters",
        ("post.likes", "post.views"),
        ("n_posts", "post_views"),
        0.03,
        "times_below",
        "spread of ln(likes per view)",
        "Likes per view hardly differ from post to post (spread {value}, among peers {expected}).",
        ("steady_niche",),
        "SIGNALS E8",
        posts.like_spread_below_views,
        beyond="body",
    ),
    Signal(
        "likes_decoupled_from_views",
        "likes",
        "counters",
        ("post.likes", "post.views"),
        ("n_posts",),
        0.03,
        "minus",
        "rank correlation",
        "Likes do not follow views from post to post (rank correlation {value}, among peers {expected}).",
        ("steady_niche", "paid_reach"),
        "SIGNALS E11",
        posts.likes_decoupled_from_views,
        beyond="power",
    ),
    Signal(
        "likes_decoupled_from_comments",
        "likes",
        "counters",
        ("post.likes", "post.comments"),
        ("n_posts",),
        0.02,
        "minus",
        "rank correlation",
        "Likes do not follow comments from post to post (rank correlation {value}, among peers {expected}).",
        ("comments_off", "giveaway"),
        "SIGNALS E11",
        posts.likes_decoupled_from_comments,
        beyond="power",
    ),
    Signal(
        "like_spike_without_followers",
        "likes",
        "history",
        ("history.likes", "history.followers"),
        ("followers",),
        0.05,
        "times",
        "times fewer followers than such likes usually bring",
        "The largest jump of likes brought {value} times fewer followers than this account's likes usually bring; "
        "among peers {expected} is usual.",
        _SPIKE_LIKES,
        "SIGNALS H2",
        history.like_spike_without_followers,
    ),
    Signal(
        "like_spike_without_views",
        "likes",
        "history",
        ("history.likes", "history.views"),
        ("followers",),
        0.10,
        "times",
        "times fewer views than usual",
        "The largest jump of likes brought {value} times fewer views than this account's likes usually bring; "
        "among peers {expected} is usual.",
        _SPIKE_LIKES,
        "SIGNALS H2",
        history.like_spike_without_views,
    ),
    Signal(
        "like_step_without_followers",
        "likes",
        "history",
        ("history.likes", "history.followers"),
        ("followers", "n_days_likes"),
        1.4,
        "times",
        "times the days around it, beyond followers",
        "For a day or two likes came {value} times as fast as on the days before and after, beyond what followers "
        "account for; among peers {expected} is the most.",
        _STEP_LIKES,
        "SIGNALS H2, H6; NATO StratCom COE 2022/23, own (docs/decisions/0007)",
        steps.like_step_without_followers,
    ),
    Signal(
        "like_step_without_views",
        "likes",
        "history",
        ("history.likes", "history.views"),
        ("followers", "n_days_likes"),
        0.3,
        "times",
        "times the days around it, beyond views",
        "For a day or two likes came {value} times as fast as on the days before and after, beyond what views account "
        "for; among peers {expected} is the most.",
        _STEP_LIKES,
        "SIGNALS H2, H6; NATO StratCom COE 2022/23, own (docs/decisions/0007)",
        steps.like_step_without_views,
    ),
    Signal(
        "like_drip_without_followers",
        "likes",
        "history",
        ("history.likes", "history.followers"),
        ("followers", "n_days_likes"),
        0.2,
        "times",
        "times the days around them, beyond followers",
        "For four to seven days likes came evenly, {value} times as fast as before and after, beyond what followers "
        "account for; among peers {expected} is the most.",
        _STEP_LIKES,
        "SIGNALS H2, H9, own (docs/decisions/0007)",
        steps.like_drip_without_followers,
    ),
    Signal(
        "like_step",
        "likes",
        "history",
        ("history.likes",),
        ("n_days_likes",),
        0.05,
        "times",
        "times the days around it",
        "For a day or two likes came {value} times as fast as on the days before and after; among peers {expected} is "
        "the most.",
        _STEP_LIKES,
        "SIGNALS H6, own (docs/decisions/0007)",
        steps.like_step,
    ),
    Signal(
        "following_beyond_followers",
        "automation",
        "counters",
        ("following", "followers"),
        ("followers", "posts"),
        0.35,
        "count",
        "followed accounts",
        "Follows {value} accounts, where peers with the same {given} follow about {expected}.",
        _AUTOMATION,
        "SIGNALS P6",
        profile.following_beyond_followers,
    ),
    Signal(
        "following_beyond_likes",
        "automation",
        "counters",
        ("following", "followers"),
        ("settled_likes", "post_likes"),
        0.35,
        "count",
        "followed accounts",
        "Follows {value} accounts, where peers with the same {given} follow about {expected}.",
        _AUTOMATION,
        "SIGNALS P6, on Instagram alone (docs/decisions/0029)",
        profile.following_beyond_likes,
        given_any=("settled_likes", "post_likes"),
    ),
    Signal(
        "following_near_cap",
        "automation",
        "counters",
        ("following", "followers"),
        (),
        0.05,
        "plain",
        "(1 = at the limit)",
        "Follows about as many accounts as the platform allows.",
        _AUTOMATION,
        "SIGNALS P7",
        profile.following_near_cap,
    ),
    Signal(
        "few_followers",
        "automation",
        "counters",
        ("followers", "following"),
        (),
        0.20,
        "count_below",
        "followers",
        "{value} followers (150 at most are counted), where {expected} and more are usual among peers.",
        _FOLLOWED_BY_FEW,
        "own, on Instagram alone (docs/decisions/0024); Cresci et al. 2015",
        profile.few_followers,
    ),
    Signal(
        "unreturned_following",
        "automation",
        "counters",
        ("following", "followers"),
        (),
        0.20,
        "times",
        "followed accounts for each follower",
        "Follows {value} accounts for each one that follows it (no fewer than 1 is counted); among peers {expected} "
        "is usual.",
        _FOLLOWED_BY_FEW,
        "SIGNALS P6, on Instagram alone (docs/decisions/0024); Cresci et al. 2015",
        profile.unreturned_following,
    ),
    Signal(
        "few_posts",
        "automation",
        "counters",
        ("posts", "following", "followers"),
        (),
        0.35,
        "count_below",
        "posts",
        "{value} posts, where peers have about {expected}.",
        _AUTOMATION,
        "own",
        profile.few_posts,
    ),
    Signal(
        "empty_biography",
        "automation",
        "counters",
        ("bio_length",),
        ("followers",),
        0.10,
        "count_below",
        "characters",
        "A biography of {value} characters, where peers have about {expected}.",
        _AUTOMATION,
        "SIGNALS P9; Akyon & Kalfaoglu 2019",
        profile.empty_biography,
    ),
    Signal(
        "missing_picture",
        "automation",
        "counters",
        ("has_picture",),
        (),
        0.15,
        "plain",
        "(1 = none)",
        "No profile picture of its own.",
        _AUTOMATION,
        "SIGNALS P9",
        profile.missing_picture,
    ),
    Signal(
        "missing_link",
        "automation",
        "counters",
        ("has_link",),
        ("followers",),
        0.05,
        "plain",
        "(1 = none)",
        "No link in the profile.",
        _AUTOMATION,
        "SIGNALS P9",
        profile.missing_link,
    ),
    Signal(
        "handle_digits",
        "automation",
        "counters",
        ("handle_digits", "handle_length"),
        ("followers",),
        0.15,
        "share",
        "share of digits",
        "{share} of the handle are digits; among peers {expected_share}.",
        _AUTOMATION,
        "SIGNALS P10; Akyon & Kalfaoglu 2019",
        profile.handle_digits,
    ),
)


def joined_names(names: Iterable[str]) -> list[str]:
    """Those of other packages' signals, which have a dot, in the order in which they are computed.

    >>> joined_names(["follower_spike", "acme.b", "acme.a"])
    ['acme.a', 'acme.b']
    """
    return sorted(name for name in names if "." in name)


class _Signals(dict[str, Signal]):
    """By name. A name with a dot is another package's, looked up when it is asked for and never listed here."""

    def __missing__(self, name: str) -> Signal:
        if not joined_names([name]):
            raise KeyError(name)
        from detector.signals.joined import find

        return find(name).signal


SIGNALS: dict[str, Signal] = _Signals({signal.name: signal for signal in CATALOGUE})
