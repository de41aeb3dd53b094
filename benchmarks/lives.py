"""Believable counters of invented accounts, as pure functions of an account's number: no real account, no story.

Sizes are log-normal, posts are seen and liked as such audiences do, counters grow by uneven days. Some accounts hide
their likes, some were not looked at for a few days, a few jump. A row is computed from its numbers alone, so that the
rows of a population can be written in any order, by many processes, in the memory of a block.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.draws import Counts, Floats, normal, stream, uniform

__all__ = ["GIANT_POSTS", "GIANT_SHARE", "LOOKS", "POSTS", "Lives"]

Columns = dict[str, NDArray[np.generic]]
"""Name -> values of a column; floats are counts, NaN where the counter is hidden."""

LOOKS, POSTS = 30, 10
"""Looks and posts of an ordinary account."""

GIANT_SHARE, GIANT_POSTS = 1_000, 5_000
"""One account in so many has so many posts, where giants are asked for."""

HIDDEN, GAPPED, JUMPED = 0.04, 0.1, 0.01
"""Shares of accounts that hide their likes; that were not looked at for some days; that jump on one of the days."""

HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
NIGHT = int(np.datetime64("2026-06-30T03:00:00", "us").astype(np.int64))
"""The newest look, microseconds since 1970."""


@dataclass(frozen=True, slots=True)
class Lives:
    """Accounts 0, 1, 2, ... of a seed. All methods take numbers of accounts, shaped (rows,), and give columns."""

    seed: int
    giants: bool = False

    def accounts(self, account: Counts) -> Columns:
        """The row of `accounts`: as the newest look shows it."""
        size, made = self.size(account), self.made(account)
        age = np.exp(6.5 + 0.6 * self._z("age", account))
        digits = np.floor(4.0 * self._u("digits", account) ** 3)
        return {
            "observed_at": np.full(len(account), NIGHT),
            "followers": np.floor(size),
            "following": np.minimum(np.exp(5.3 + 1.1 * self._z("following", account)), 9_000.0) // 1,
            "likes": self._hidden(account, self.liked(account)),
            "posts": made,
            "verified": self._u("verified", account) < 0.02 + 0.1 * (size > 1e6),
            "created_at": NIGHT - (np.maximum(age, 60.0) * DAY_US).astype(np.int64),
            "bio_length": np.floor(80.0 * self._u("bio", account)),
            "handle_length": 8.0 + digits,
            "handle_digits": digits,
            "has_picture": self._u("picture", account) < 0.97,
            "has_link": self._u("link", account) < 0.4,
        }

    def looks(self, account: Counts, look: Counts) -> Columns:
        """Rows of `snapshots`: look 0 is the oldest, `LOOKS` - 1 the newest; a gap moves the older ones back."""
        place = account * LOOKS + look
        ago = (LOOKS - 1 - look).astype(np.float64)
        skipped = np.where(
            self._u("gapped", account) < GAPPED, np.floor(2 + 4 * self._u("gap", account)), 0.0
        )
        ago = ago + np.where(look < (LOOKS - 1) * self._u("gap at", account), skipped, 0.0)
        growth = np.exp(-6.2 + 0.9 * self._z("growth", account))
        uneven = 0.45 * (self._u("day", place) - 0.5) * (ago > 0)
        grown = growth * (ago + uneven)
        jumped = (self._u("jumped", account) < JUMPED) & (look < (LOOKS - 1) * self._u("jump at", account))
        before = np.where(jumped, 1.0 / (1.05 + 0.5 * self._u("jump", account)), 1.0)
        liked = self.liked(account) * np.exp(-grown * np.exp(0.3 * self._z("liking", account)))
        posts = np.maximum(self.made(account) - np.floor(ago / self._pause(account)), 0.0)
        jitter = (1.5 * HOUR_US * self._u("minute", place)).astype(np.int64) * (look < LOOKS - 1)
        return {
            "observed_at": NIGHT - (ago * DAY_US).astype(np.int64) - jitter,
            "followers": np.floor(self.size(account) * np.exp(-grown) * before),
            "likes": self._hidden(account, np.floor(liked)),
            "posts": posts,
        }

    def posts(self, account: Counts, post: Counts) -> Columns:
        """Rows of `posts`: post 0 is the newest."""
        place = account * GIANT_POSTS + post
        seen = self._seen(account) * np.exp(0.9 * self._z("seen", place))
        liked = seen * self._liking(account) * np.exp(0.25 * self._z("liked", place))
        ago = (post + 2.2 + 0.6 * self._u("hour", place)) * self._pause(account)
        return {
            "posted_at": NIGHT - (ago * DAY_US).astype(np.int64),
            "observed_at": np.full(len(account), NIGHT),
            "views": np.floor(seen),
            "likes": np.floor(np.minimum(liked, seen)),
            "comments": np.floor(
                liked * np.exp(-4.2 + 0.7 * self._z("talk", account) + 0.4 * self._z("c", place))
            ),
            "shares": np.floor(
                liked * np.exp(-3.9 + 0.8 * self._z("share", account) + 0.5 * self._z("s", place))
            ),
        }

    def size(self, account: Counts) -> Floats:
        """Followers at the newest look."""
        return np.clip(np.exp(10.6 + 2.0 * self._z("size", account)), 30.0, 2e8)

    def made(self, account: Counts) -> Floats:
        """Posts at the newest look, at least those that are listed."""
        made = np.maximum(np.floor(np.exp(5.0 + 0.9 * self._z("made", account))), POSTS)
        return np.where(self.giant(account), np.maximum(made, GIANT_POSTS), made)

    def liked(self, account: Counts) -> Floats:
        """Lifetime likes at the newest look."""
        spread = np.exp(0.3 + 0.4 * self._z("lifetime", account))
        return np.floor(self.made(account) * self._seen(account) * self._liking(account) * spread)

    def giant(self, account: Counts) -> NDArray[np.bool_]:
        """Which of these accounts have `GIANT_POSTS` posts."""
        return (account % GIANT_SHARE == 0) & self.giants

    def _pause(self, account: Counts) -> Floats:
        pause = np.clip(np.exp(0.9 + 0.7 * self._z("pause", account)), 0.3, 30.0)
        return np.where(self.giant(account), 0.3, pause)

    def _seen(self, account: Counts) -> Floats:
        return np.exp(2.1 + 0.75 * np.log(self.size(account)) + 0.7 * self._z("reach", account))

    def _liking(self, account: Counts) -> Floats:
        return np.minimum(0.09 * np.exp(0.4 * self._z("rate", account)), 0.5)

    def _hidden(self, account: Counts, likes: Floats) -> Floats:
        return np.where(self._u("hidden", account) < HIDDEN, np.nan, likes)

    def _u(self, name: str, place: Counts) -> Floats:
        return uniform(stream(self.seed, name), place)

    def _z(self, name: str, place: Counts) -> Floats:
        return normal(stream(self.seed, name), place)
