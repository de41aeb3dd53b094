"""Populations of any size as tables, made in a second or two: what speed is measured on.

Creators of log-normal size whose followers and likes grow day by day in proportion to what they are, with a viral day
now and then, and posts whose views, likes, comments, shares and saves hang together. One in two hundred has a package
of followers put into a day, one in two hundred a package of likes. Believable enough that every branch of the code is
taken about as often as on real accounts; nothing is learnt from them, and quality is never measured on them
(`training.simulate` is for that).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.tables import Table, Tables

__all__ = ["Size", "population_tables"]

AS_OF = np.datetime64("2026-06-30T12:00:00", "us")
DAY = np.timedelta64(1, "D")
PLATFORMS = np.array(["tiktok", "youtube", "instagram"], dtype=object)
PLATFORM_SHARES = (0.7, 0.25, 0.05)
PACKAGED = 0.005


@dataclass(frozen=True, slots=True)
class Size:
    """Accounts, daily looks and posts of each; of a thousand accounts `giants` have `giant_posts` posts."""

    accounts: int
    days: int = 30
    posts: int = 10
    giants: float = 0.0
    giant_posts: int = 5_000


@dataclass(frozen=True, slots=True)
class _Creators:
    """What an account is like, each (n,)."""

    platform: NDArray[np.object_]
    account_id: NDArray[np.object_]
    followers: NDArray[np.float64]
    likes: NDArray[np.float64]
    views: NDArray[np.float64]
    posts: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.platform)


def population_tables(size: Size, seed: int = 7, first: int = 0) -> Tables:
    """Accounts number `first` to `first + size.accounts` of a population, rows in the order of the accounts.

    The same seed, size and `first` give the same bytes; parts with other `first` never share an id, so that a
    population larger than the memory is made part by part.
    """
    rng = np.random.default_rng([seed, first])
    who = _creators(size.accounts, first, rng)
    snapshots, now = _snapshots(who, size.days, rng)
    return Tables(accounts=_accounts(who, now, rng), posts=_posts(who, size, rng), snapshots=snapshots)


def _creators(n: int, first: int, rng: np.random.Generator) -> _Creators:
    platform = PLATFORMS[rng.choice(len(PLATFORMS), n, p=PLATFORM_SHARES)]
    ids = (6_800_000_000_000_000_000 + (first + np.arange(n)) * 7_919).astype(str).astype(object)
    followers = np.exp(rng.normal(10.0, 2.0, n)).clip(30, 2e8)
    posts = np.exp(rng.normal(5.0, 1.0, n)).clip(1, 2e4)
    likes = followers * np.exp(rng.normal(2.2, 0.9, n))
    views = likes * np.exp(rng.normal(2.6, 0.5, n))
    return _Creators(platform, ids, *(np.floor(values) for values in (followers, likes, views, posts)))


def _growth(n: int, days: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Attention day by day relative to a usual one, (n, days): ragged, with a hit that fades over days."""
    attention = np.exp(rng.normal(0.0, 0.6, (n, days)))
    hits = np.exp(rng.normal(2.0, 0.8, n)) * (rng.random(n) < 0.2)
    since = np.arange(days) - rng.integers(0, max(days, 1), n)[:, None]
    return attention + np.where(since >= 0, hits[:, None] * 0.5 ** np.maximum(since, 0), 0.0)


def _package(n: int, days: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Share of the counter that comes on one day of one account in two hundred, (n, days)."""
    given = np.where(rng.random(n) < PACKAGED, rng.uniform(0.02, 0.3, n), 0.0)
    return np.where(np.arange(days) == rng.integers(0, max(days, 1), n)[:, None], given[:, None], 0.0)


def _counter(
    start: NDArray[np.float64],
    daily: NDArray[np.float64],
    attention: NDArray[np.float64],
    package: NDArray[np.float64] | float,
) -> NDArray[np.float64]:
    gains = start[:, None] * (daily[:, None] * attention + package)
    return np.floor(start[:, None] + np.cumsum(gains, axis=1))


def _snapshots(
    who: _Creators, days: int, rng: np.random.Generator
) -> tuple[Table, dict[str, NDArray[np.float64]]]:
    """Daily looks, and what the counters are at the end, (n,)."""
    n = len(who)
    attention = _growth(n, days, rng)
    daily = np.exp(rng.normal(-6.5, 0.8, n))
    ragged = np.exp(rng.normal(0.0, 0.3, (n, days)))
    counters = {
        "followers": _counter(who.followers, daily, attention, _package(n, days, rng)),
        "likes": _counter(who.likes, daily, attention * ragged, _package(n, days, rng)),
        "views": _counter(who.views, daily, attention, 0.0),
        "posts": who.posts[:, None] + np.cumsum(rng.random((n, days)) < 0.3, axis=1),
    }
    now = {
        name: values[:, -1].astype(np.float64) if days else getattr(who, name)
        for name, values in counters.items()
    }
    hours = rng.integers(0, 12 * 3_600, (n, days)).astype("timedelta64[s]")
    looked = AS_OF - np.arange(days - 1, -1, -1) * DAY - hours
    columns = {
        "platform": np.repeat(who.platform, days),
        "account_id": np.repeat(who.account_id, days),
        "observed_at": looked.astype("datetime64[us]").ravel(),
        **{name: values.astype(np.float64).ravel() for name, values in counters.items()},
    }
    return Table("snapshots", columns), now


def _accounts(who: _Creators, now: dict[str, NDArray[np.float64]], rng: np.random.Generator) -> Table:
    n = len(who)
    columns = {
        "platform": who.platform,
        "account_id": who.account_id,
        "handle": np.array([f"creator_{name[-9:]}" for name in who.account_id.tolist()], dtype=object),
        "observed_at": np.full(n, AS_OF),
        **now,
        "following": np.floor(np.exp(rng.normal(5.0, 1.2, n))).clip(0, 9_999),
        "verified": (rng.random(n) < 0.05).astype(np.float64),
        "bio_length": np.floor(rng.uniform(0, 80, n)),
        "created_at": AS_OF - rng.integers(200, 2_500, n) * DAY,
    }
    return Table("accounts", columns)


def _posts(who: _Creators, size: Size, rng: np.random.Generator) -> Table:
    """The newest posts of each account, oldest first; a giant's go on for years."""
    giant = rng.random(len(who)) < size.giants / 1_000
    number = np.where(giant, size.giant_posts, np.minimum(size.posts, who.posts)).astype(np.intp)
    owner = np.repeat(np.arange(len(who)), number)
    n = len(owner)
    place = np.arange(n) - np.repeat(np.cumsum(number) - number, number)  # 0 = the oldest listed
    ago = (np.repeat(number, number) - place) * rng.uniform(1.0, 3.0, len(who))[owner] + 2.0
    usual = np.log(who.views / who.posts)[owner]
    views = np.floor(np.exp(usual + rng.normal(-0.5, 0.9, n)))
    rate = np.log(who.likes / who.views)[owner] + rng.normal(0.0, 0.25, n)
    likes = np.floor(views * np.exp(np.minimum(rate, -0.5)))
    counts = {"views": views, "likes": likes}
    for name, share in (("comments", -3.5), ("shares", -4.0), ("saves", -3.0)):
        counts[name] = np.floor(likes * np.exp(share + rng.normal(0.0, 0.6, n)))
    start = 10**9
    columns = {
        "platform": who.platform[owner],
        "account_id": who.account_id[owner],
        "post_id": (start + np.arange(n)).astype(str).astype(object),
        "posted_at": AS_OF - (ago * 86_400).astype("timedelta64[s]"),
        "observed_at": np.full(n, AS_OF),
        **counts,
    }
    return Table("posts", columns)
