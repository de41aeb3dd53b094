"""Profile signals: what one look at an account's counters says. Each gives (n,), higher = more suspicious.

Counts enter as ln(1 + count). What is usual is learnt from peers by the model; a signal only says what rises.
"""

import numpy as np

from detector.panel import FloatArray, Panel
from detector.signals.quantities import MIN_POSTS, log_count, platforms, profile_logs

__all__ = [
    "empty_biography",
    "fast_lifetime_growth",
    "few_followers",
    "few_posts",
    "followers_beyond_engagement",
    "following_beyond_followers",
    "following_beyond_likes",
    "following_near_cap",
    "handle_digits",
    "likes_below_followers",
    "likes_beyond_followers",
    "likes_per_post_below_followers",
    "missing_link",
    "missing_picture",
    "unreturned_following",
]

FOLLOWING_CAPS = {"tiktok": 10_000.0, "instagram": 7_500.0, "x": 5_000.0}
"""How many accounts a platform lets one follow (SIGNALS P7; InstaFake: counters up to 7,502; X: 5,000 until
enough followers follow back)."""

ACQUAINTED = "instagram"
"""Where people follow whom they know, so that an account followed by few tells something: of labelled ordinary
accounts there 2 to 18 % have fewer than 150 followers, of TikTok's ordinary users 69 % (docs/decisions/0024).
Elsewhere signals that rest on it are unknown."""

ACQUAINTANCES = 150.0
"""People that somebody knows (Dunbar 1992): so many followers, or more, are nothing to wonder about."""


def followers_beyond_engagement(panel: Panel) -> FloatArray:
    """Ln followers: compared by peers with what likes, posts, views and posts' counters make expected.

    The sharpest single signal: inflated followers do not like, view or comment. Misleads for fame made
    elsewhere and after mass deletion of posts.

    References
    ----------
    Aggarwal et al. 2018, follower count prediction; SIGNALS P3.
    """
    return profile_logs(panel, "followers")


def likes_below_followers(panel: Panel) -> FloatArray:
    """-ln lifetime likes: how far the likes lie below what peers with such followers and posts have (P1, P2)."""
    return -profile_logs(panel, "likes")


def likes_per_post_below_followers(panel: Panel) -> FloatArray:
    """Ln posts - ln lifetime likes: few likes a post, given the followers (P4). Spares the star who seldom posts."""
    return profile_logs(panel, "posts") - profile_logs(panel, "likes")


def fast_lifetime_growth(panel: Panel) -> FloatArray:
    """Ln followers per day of the account's life (P8): many followers for so young an account."""
    return profile_logs(panel, "followers") - np.log(np.maximum(panel.profile["age_days"], 1.0))


def likes_beyond_followers(panel: Panel) -> FloatArray:
    """Ln lifetime likes: compared by peers with what followers, posts and views make expected (P2 upwards).

    On a profile alone a hit shown to strangers looks the same, so this alone never carries a verdict.
    """
    return profile_logs(panel, "likes")


def following_beyond_followers(panel: Panel) -> FloatArray:
    """Ln following, given the followers and posts (P6): mass following in the hope of being followed back."""
    return profile_logs(panel, "following")


def following_beyond_likes(panel: Panel) -> FloatArray:
    """Ln following, given the likes (P6): following and followed alike, and liked by few. NaN but on Instagram
    (`ACQUAINTED`), where it was measured, and where fewer than `MIN_POSTS` posts could be liked.

    Beside the followers a follow machine that is followed back looks ordinary: its likes do not grow along. Misleads
    for people who only look on.

    References
    ----------
    SIGNALS P6; own (docs/decisions/0029).
    """
    told = (panel.platform == ACQUAINTED) & ~(panel.profile["posts"] < MIN_POSTS)
    return np.where(told, profile_logs(panel, "following"), np.nan)


def following_near_cap(panel: Panel) -> FloatArray:
    """1 where at least 97 % of the platform's limit of followed accounts is used, else 0 (P7); NaN without a limit."""
    names, kind = platforms(panel)
    cap = np.array([FOLLOWING_CAPS.get(name, np.nan) for name in names], dtype=np.float64)[kind]
    following = panel.profile["following"]
    return np.where(np.isnan(cap) | np.isnan(following), np.nan, (following >= 0.97 * cap).astype(np.float64))


def few_followers(panel: Panel) -> FloatArray:
    """-ln followers, up to 150: hardly anybody follows whoever nobody knows. NaN but on Instagram (`ACQUAINTED`).

    Every account with 150 followers or more is alike. Misleads for newcomers, and for people who show themselves to
    a few friends alone. Compared with everybody: an empty account that follows few is followed by few.

    References
    ----------
    Cresci et al. 2015, Fame for sale, on rules for followers that are sold; own (docs/decisions/0024).
    """
    followers = np.minimum(panel.profile["followers"], ACQUAINTANCES)
    return np.where(panel.platform == ACQUAINTED, -log_count(followers), np.nan)


def unreturned_following(panel: Panel) -> FloatArray:
    """Ln following - ln followers, at least 0: follows many, and few of them follow back (P6). NaN but on Instagram.

    Who is followed by as many as it follows, or by more, is at 0, a small account of friends too. Misleads for
    people who only look on.

    References
    ----------
    Cresci et al. 2015, Fame for sale, on rules for followers that are sold; own (docs/decisions/0024).
    """
    ratio = profile_logs(panel, "following") - profile_logs(panel, "followers")
    return np.where(panel.platform == ACQUAINTED, np.maximum(ratio, 0.0), np.nan)


def few_posts(panel: Panel) -> FloatArray:
    """-ln posts: bot accounts follow thousands and post next to nothing. Misleads for newcomers and for people who only
    look on.
    """
    return -profile_logs(panel, "posts")


def empty_biography(panel: Panel) -> FloatArray:
    """-ln(1 + characters of the biography) (P9)."""
    return -profile_logs(panel, "bio_length")


def missing_picture(panel: Panel) -> FloatArray:
    """1 without a picture of its own, else 0 (P9)."""
    return 1.0 - panel.profile["has_picture"]


def missing_link(panel: Panel) -> FloatArray:
    """1 without a link in the profile, else 0 (P9)."""
    return 1.0 - panel.profile["has_link"]


def handle_digits(panel: Panel) -> FloatArray:
    """Share of digits in the handle, 0..1 (P10); counts alone are used, so renaming with as many changes nothing."""
    digits, length = panel.profile["handle_digits"], panel.profile["handle_length"]
    return np.where(length > 0, np.minimum(digits / np.maximum(length, 1.0), 1.0), np.nan)
