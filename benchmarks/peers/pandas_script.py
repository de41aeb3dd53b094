"""The night as a script of pandas and scikit-learn: `python -m benchmarks.peers.pandas_script SOURCE --out FILE`.

What a data scientist would write in a few days: read all, sort, group, compare with peers, and give isolation forests'
scores. It has a column for each signal of the catalogue, by the same name and of the same kind, each vectorised over
all accounts (no Python function is called per account): medians and spreads by group, windows by rolling, ranks by
group. Peers are a robust regression on followers, posts and likes for each signal; each axis has a forest, and all
signals have one. It is simpler than the audit in these ways: looks are days; gaps, rounding and cached pages are not
looked after; what is unknown counts as ordinary; there are no p-values, levels, support, reasons or faults.
"""

import argparse
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    Frame = pd.DataFrame
    Column = pd.Series[Any]

__all__ = ["AXES", "SIGNALS", "score", "signals"]

PROFILE = (
    "followers_beyond_engagement",
    "likes_below_followers",
    "likes_per_post_below_followers",
    "fast_lifetime_growth",
    "likes_beyond_followers",
    "following_beyond_followers",
    "following_beyond_likes",
    "following_near_cap",
    "few_followers",
    "unreturned_following",
    "few_posts",
    "empty_biography",
    "missing_picture",
    "missing_link",
    "handle_digits",
)
POSTS = (
    "engagement_below_followers",
    "views_below_followers",
    "likes_per_view",
    "likes_per_view_peak",
    "comments_below_likes",
    "shares_below_likes",
    "saves_below_likes",
    "showered_post",
    "silent_likes_peak",
    "impossible_posts",
    "like_spread_below_views",
    "likes_decoupled_from_views",
    "likes_decoupled_from_comments",
)
HISTORY = (
    "follower_spike",
    "follower_spike_without_likes",
    "follower_spike_without_views",
    "follower_rise_without_likes",
    "follower_step_without_likes",
    "follower_rise_without_views",
    "likes_per_new_follower_break",
    "follower_gain_concentration",
    "follower_box_shape",
    "follower_loss_after_spike",
    "follower_refill",
    "follower_drip",
    "follower_stretch_without_likes",
    "follower_stretch_without_views",
    "follower_spike_without_post",
    "like_spike_without_followers",
    "like_spike_without_views",
    "like_step_without_followers",
    "like_step_without_views",
    "like_drip_without_followers",
    "like_step",
)
SIGNALS = (*PROFILE, *POSTS, *HISTORY)

AUTOMATION = PROFILE[5:]
FOLLOWERS = (*PROFILE[:4], *POSTS[:2], *HISTORY[:15])
LIKES = (PROFILE[4], *POSTS[2:], *HISTORY[15:])
AXES = {"followers": FOLLOWERS, "likes": LIKES, "automation": AUTOMATION}

DRIPS = (10, 14, 21, 28)
STRETCHES = (10, 12, 14, 17, 20, 24, 28)
LEARNT_FROM = 20_000
"""Accounts, at most, that what peers have is learnt from."""


def signals(accounts: "Frame", posts: "Frame", looks: "Frame") -> "Frame":
    """One row an account, indexed by its id; NaN = unknown, higher = odder."""
    import pandas as pd

    accounts = accounts.set_index("account_id")
    posts = posts.sort_values(["account_id", "posted_at"], ignore_index=True)
    looks = looks.sort_values(["account_id", "observed_at"], ignore_index=True)
    found = pd.concat(
        [_of_profiles(accounts), _of_posts(posts), _of_followers(looks, posts), _of_likes(looks)], axis=1
    )
    return found.reindex(index=accounts.index, columns=list(SIGNALS))


def score(found: "Frame", accounts: "Frame", jobs: int) -> "Frame":
    """Isolation forests over what lies above peers, one an axis and one over all: higher = odder."""
    import joblib
    import pandas as pd
    from sklearn.ensemble import IsolationForest

    beyond, scores = _beyond_peers(found, accounts), {}
    for name, columns in {"score": SIGNALS, **{f"{axis}_score": own for axis, own in AXES.items()}}.items():
        values = beyond[list(columns)].to_numpy()
        forest = IsolationForest(n_estimators=100, random_state=0).fit(values)
        with joblib.parallel_config("threading", n_jobs=jobs):
            scores[name] = -forest.score_samples(values)
    return pd.DataFrame(scores, index=found.index)


def _beyond_peers(found: "Frame", accounts: "Frame") -> "Frame":
    """How far each signal lies above what peers of such followers, posts and likes have, in their spreads."""
    import pandas as pd
    from sklearn.linear_model import HuberRegressor

    known = np.log1p(accounts.set_index("account_id")[["followers", "posts", "likes"]].astype(float))
    known = known.reindex(found.index)
    known = known.fillna(known.median())
    learnt = found.sample(min(LEARNT_FROM, len(found)), random_state=0).index
    beyond = {}
    for name in SIGNALS:
        values = found[name]
        own = values.reindex(learnt).dropna()
        if own.nunique() < 2:
            beyond[name] = pd.Series(0.0, index=found.index)
            continue
        given = known.drop(columns=_restated(name)) if _restated(name) else known
        line = HuberRegressor(max_iter=300).fit(given.reindex(own.index).to_numpy(), own.to_numpy())
        off = values - line.predict(given.to_numpy())
        spread = off.reindex(learnt).abs().median() * 1.4826
        beyond[name] = (off / max(spread, 1e-6)).clip(lower=0.0).fillna(0.0)
    return pd.DataFrame(beyond)


def _restated(signal: str) -> list[str]:
    """What may not be used to expect a signal: it is made of it, or moves along where both are inflated."""
    if signal in ("followers_beyond_engagement", "fast_lifetime_growth", "following_beyond_likes"):
        return ["followers"]
    if signal in ("likes_below_followers", "likes_per_post_below_followers", "likes_beyond_followers"):
        return ["likes"]
    return ["posts"] if signal == "few_posts" else []


def _of_profiles(accounts: "Frame") -> "Frame":
    import pandas as pd

    log = np.log1p(accounts[["followers", "following", "likes", "posts", "bio_length"]].astype(float))
    days = (accounts.observed_at - accounts.created_at).dt.total_seconds() / 86400.0
    acquainted = accounts.platform == "instagram"
    return pd.DataFrame(
        {
            "followers_beyond_engagement": log.followers,
            "likes_below_followers": -log.likes,
            "likes_per_post_below_followers": log.posts - log.likes,
            "fast_lifetime_growth": log.followers - np.log(days.clip(lower=1.0)),
            "likes_beyond_followers": log.likes,
            "following_beyond_followers": log.following,
            "following_beyond_likes": log.following.where(acquainted),
            "following_near_cap": (accounts.following >= 9_700).astype(float),
            "few_followers": (-log.followers.clip(upper=np.log1p(150.0))).where(acquainted),
            "unreturned_following": (log.following - log.followers).clip(lower=0.0).where(acquainted),
            "few_posts": -log.posts,
            "empty_biography": -log.bio_length,
            "missing_picture": 1.0 - accounts.has_picture.astype(float),
            "missing_link": 1.0 - accounts.has_link.astype(float),
            "handle_digits": accounts.handle_digits / accounts.handle_length,
        }
    )


def _of_posts(posts: "Frame") -> "Frame":
    import pandas as pd

    owner = posts.account_id
    log = np.log1p(posts[["views", "likes", "comments", "shares"]].astype(float))
    rate, silence = log.likes - log.views, log.likes - log.comments
    above = rate - rate.groupby(owner).transform("median")
    quiet = silence - silence.groupby(owner).transform("median")
    return pd.DataFrame(
        {
            "engagement_below_followers": -np.log1p(posts.likes + posts.comments).groupby(owner).median(),
            "views_below_followers": -log.views.groupby(owner).median(),
            "likes_per_view": rate.groupby(owner).median(),
            "likes_per_view_peak": above.groupby(owner).max(),
            "comments_below_likes": silence.groupby(owner).median(),
            "shares_below_likes": (log.likes - log.shares).groupby(owner).median(),
            "saves_below_likes": _if_there(posts, "saves", owner, log.likes),
            "showered_post": np.minimum(above, quiet).groupby(owner).max(),
            "silent_likes_peak": quiet.groupby(owner).max(),
            "impossible_posts": np.log1p((posts.likes > posts.views).groupby(owner).sum()),
            "like_spread_below_views": -np.log(above.abs().groupby(owner).median().clip(lower=0.02)),
            "likes_decoupled_from_views": -_spearman(posts.likes, posts.views, owner),
            "likes_decoupled_from_comments": -_spearman(posts.likes, posts.comments, owner),
        }
    )


def _if_there(posts: "Frame", counter: str, owner: "Column", likes: "Column") -> "Column | float":
    if counter not in posts:
        return np.nan
    return (likes - np.log1p(posts[counter].astype(float))).groupby(owner).median()


def _spearman(left: "Column", right: "Column", owner: "Column") -> "Column":
    a, b = left.groupby(owner).rank(), right.groupby(owner).rank()
    a, b = a - a.groupby(owner).transform("mean"), b - b.groupby(owner).transform("mean")
    spread = np.sqrt((a * a).groupby(owner).sum() * (b * b).groupby(owner).sum())
    return (a * b).groupby(owner).sum() / spread.where(spread > 0)


def _of_followers(looks: "Frame", posts: "Frame") -> "Frame":
    import pandas as pd

    owner = looks.account_id
    gain, liked = _gains(looks, "followers"), _gains(looks, "likes")
    z, liked_z = _excess(gain, owner, 1), _excess(liked, owner, 1)
    wide_z, wide_liked_z = _excess(gain, owner, 14), _excess(liked, owner, 14)
    positive = gain.clip(lower=0.0)
    total = positive.groupby(owner).sum()
    top = positive.groupby(owner).rank(ascending=False, method="first") <= 3
    after = _after_spike(z, owner)
    first = gain.where(after == 0).groupby(owner).max()
    step, step_of_likes = _step(gain, owner), _step(liked, owner)
    return pd.DataFrame(
        {
            "follower_spike": np.log1p(np.fmax(z, _excess(gain, owner, 3)).groupby(owner).max()),
            "follower_spike_without_likes": np.log1p(_beyond(z, liked_z, owner)),
            "follower_spike_without_views": _with_views(looks, z, owner),
            "follower_rise_without_likes": np.log1p(_beyond(wide_z, 3.0 * wide_liked_z, owner)),
            "follower_step_without_likes": (step - step_of_likes.clip(lower=0.0)).groupby(owner).max(),
            "follower_rise_without_views": _with_views(looks, wide_z, owner),
            "likes_per_new_follower_break": _break(gain, liked, owner),
            "follower_gain_concentration": positive.where(top).groupby(owner).sum() / total.where(total > 0),
            "follower_box_shape": first / positive.where(after.between(0, 3)).groupby(owner).sum(),
            "follower_loss_after_spike": (-gain).clip(lower=0.0).where(after > 0).groupby(owner).sum()
            / first,
            "follower_refill": _refills(looks, owner),
            "follower_drip": _drip(gain, owner, DRIPS),
            "follower_stretch_without_likes": _stretch(gain, liked, owner),
            "follower_stretch_without_views": _stretch(gain, _gains(looks, "views"), owner)
            if "views" in looks
            else np.nan,
            "follower_spike_without_post": _without_post(looks, posts, z),
        }
    )


def _of_likes(looks: "Frame") -> "Frame":
    import pandas as pd

    owner = looks.account_id
    liked, gain = _gains(looks, "likes"), _gains(looks, "followers")
    liked_z, z = _excess(liked, owner, 1), _excess(gain, owner, 1)
    step, step_of_followers = _step(liked, owner), _step(gain, owner)
    return pd.DataFrame(
        {
            "like_spike_without_followers": np.log1p(_beyond(liked_z, z, owner)),
            "like_spike_without_views": _with_views(looks, liked_z, owner),
            "like_step_without_followers": (step - step_of_followers.clip(lower=0.0)).groupby(owner).max(),
            "like_step_without_views": _with_views(looks, step, owner),
            "like_drip_without_followers": _drip(liked, owner, (4, 5, 6, 7))
            - _drip(gain, owner, (4, 5, 6, 7)),
            "like_step": step.groupby(owner).max(),
        }
    )


def _gains(looks: "Frame", counter: str) -> "Column":
    """Gain per day since the look before."""
    by = looks.groupby("account_id", sort=False)
    days = by.observed_at.diff().dt.total_seconds() / 86400.0
    return by[counter].diff() / days.where((days > 0.2) & (days <= 3.5))


def _excess(gain: "Column", owner: "Column", days: int) -> "Column":
    """Robust z of each window's gain against the account's own windows.

    The first gain of an account is unknown, so no window of known gains reaches into the account before.
    """
    sums = gain if days == 1 else gain.rolling(days).sum()
    off = sums - sums.groupby(owner).transform("median")
    spread = off.abs().groupby(owner).transform("median") * 1.4826 + 1.0
    return off / spread


def _beyond(z: "Column", companion: "Column", owner: "Column") -> "Column":
    """Largest z that the companion's within three days does not share."""
    near = companion.rolling(7, center=True, min_periods=1).max().clip(lower=0.0)
    return (z - near).groupby(owner).max().clip(lower=0.0)


def _with_views(looks: "Frame", z: "Column", owner: "Column") -> "Column | float":
    return (
        np.log1p(_beyond(z, _excess(_gains(looks, "views"), owner, 1), owner)) if "views" in looks else np.nan
    )


def _break(gain: "Column", liked: "Column", owner: "Column") -> "Column":
    """Usual likes per new follower over those in the week of the largest gain, ln."""
    gained = gain.rolling(7).sum()
    came = liked.rolling(7).sum()
    rate = np.log1p(came.clip(lower=0.0)) - np.log1p(gained.where(gained > 0))
    peak = gained == gained.groupby(owner).transform("max")
    return (rate.groupby(owner).median() - rate.where(peak).groupby(owner).min()).clip(lower=0.0)


def _after_spike(z: "Column", owner: "Column") -> "Column":
    """Looks since the account's largest jump, negative before it."""
    place = owner.groupby(owner, sort=False).cumcount()
    at = place.where(z == z.groupby(owner).transform("max")).groupby(owner).transform("min")
    return place - at


def _refills(looks: "Frame", owner: "Column") -> "Column":
    """ln(1 + times that followers were half a per cent below a peak of the week and back within a week)."""
    level = np.log1p(looks.followers.astype(float))
    before = level.rolling(7).max().where(owner.groupby(owner, sort=False).cumcount() >= 7)
    back = level[::-1].rolling(7, min_periods=1).max()[::-1]
    return np.log1p(((before - level >= 0.005) & ((back - before).abs() < 0.001)).groupby(owner).sum())


def _drip(gain: "Column", owner: "Column", windows: tuple[int, ...]) -> "Column":
    """How far the low days of the best window lie above the account's high days, over its unevenness."""
    high = owner.map(gain.groupby(owner).quantile(0.75))
    spread = (gain - high).abs().groupby(owner).transform("median") + 1.0
    best = None
    for days in windows:
        rolling = gain.rolling(days)
        low, middle, top = (rolling.quantile(share) for share in (0.1, 0.5, 0.8))
        value = ((low - high) / spread).clip(lower=0.0) / (0.15 + (top - low) / middle.clip(lower=1.0))
        best = value if best is None else np.fmax(best, value)
    return np.log1p(best.groupby(owner).max())


def _stretch(gain: "Column", companion: "Column", owner: "Column") -> "Column":
    """Least part of the best even stretch over the weeks around it, beyond the same ratio of the companion, ln."""
    best = None
    for days in STRETCHES:
        part = days // 5
        parts = gain.rolling(part).mean()
        least = parts
        for back in range(1, 5):
            least = np.minimum(least, parts.shift(back * part))
        value = _over(least, gain, days) - 1.5 * _over(companion.rolling(days).mean(), companion, days).clip(
            lower=0.0
        )
        best = value if best is None else np.fmax(best, value)
    return best.groupby(owner).max().clip(lower=0.0)


def _over(inside: "Column", gain: "Column", days: int) -> "Column":
    """What came in a stretch of days over the larger of the weeks before and after it, ln."""
    week = gain.rolling(7).mean()
    around = np.maximum(week.shift(days), week.shift(-7))
    return np.log((inside.clip(lower=0.0) + 1.0) / (around.clip(lower=0.0) + 1.0))


def _step(gain: "Column", owner: "Column") -> "Column":
    """A day's gain over the largest of the two days before and after, ln."""
    by = gain.groupby(owner, sort=False)
    around = np.fmax(np.fmax(by.shift(1), by.shift(2)), np.fmax(by.shift(-1), by.shift(-2)))
    return np.log((gain.clip(lower=0.0) + 1.0) / (around.clip(lower=0.0) + 1.0))


def _without_post(looks: "Frame", posts: "Frame", z: "Column") -> "Column":
    """Largest jump of followers with no post in the week before it."""
    import pandas as pd

    left = looks[["account_id", "observed_at"]].assign(z=z).sort_values("observed_at")
    right = posts[["account_id", "posted_at"]].sort_values("posted_at")
    joined = pd.merge_asof(left, right, left_on="observed_at", right_on="posted_at", by="account_id")
    quiet = (joined.observed_at - joined.posted_at).dt.total_seconds() > 7 * 86400.0
    return np.log1p(joined.z.where(quiet).groupby(joined.account_id).max().clip(lower=0.0))


def main(arguments: list[str] | None = None) -> None:
    """Score a folder of tables, write the result, and print how many accounts there were."""
    import pandas as pd

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("source", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--jobs", type=int, default=2)
    chosen = parser.parse_args(arguments)
    clock, seconds = time.perf_counter(), {}
    tables = [pd.read_parquet(chosen.source / name) for name in ("accounts", "posts", "snapshots")]
    seconds["read"] = time.perf_counter() - clock
    found = signals(*tables)
    seconds["signals"] = time.perf_counter() - clock - sum(seconds.values())
    result = found.join(score(found, tables[0], chosen.jobs))
    result.reset_index().to_parquet(chosen.out)
    seconds["score"] = time.perf_counter() - clock - sum(seconds.values())
    rounded = {stage: round(took, 3) for stage, took in seconds.items()}
    print(json.dumps({"accounts": len(result), "signals": len(SIGNALS), "seconds": rounded}))


if __name__ == "__main__":
    main()
