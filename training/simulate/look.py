"""What a reader sees of a life: rounding, missed looks, hidden and wrapped counters."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from detector.contract import TABLES
from detector.tables import Table, Tables, missing
from training.simulate import figures
from training.simulate.life import Life

__all__ = ["Glitch", "Look", "Stale", "as_shown", "draw_look", "join", "shown", "to_tables"]

Array = NDArray[np.float64]
Rounding = Literal["exact", "shown", "mixed"]

_COUNTERS = ("followers", "following", "likes", "posts")
_POST_COUNTERS = ("views", "likes", "comments", "shares", "saves")
_DAY = np.timedelta64(86_400_000_000, "us")


def as_shown(counts: Array) -> Array:
    """Counts as TikTok shows them: exact below 10,000, else one decimal of K, M or B, cut off.

    >>> as_shown(np.array([9_999, 19_440, 1_260_000, 2_574_000_000.0])).astype(int).tolist()
    [9999, 19400, 1200000, 2500000000]
    """
    step = np.select([np.abs(counts) < 1e4, np.abs(counts) < 1e6, np.abs(counts) < 1e9], [1.0, 1e2, 1e5], 1e8)
    cut: Array = np.trunc(counts / step) * step
    return cut


def _wrapped(counts: Array) -> Array:
    """Counts as a 32-bit integer holds them: 2**31 and more turn negative, or start again."""
    return (counts + 2**31) % 2**32 - 2**31


@dataclass(frozen=True, slots=True)
class Glitch:
    """A counter is shown too low by a share for some looks, and returns."""

    counter: str
    start: int
    looks: int
    share: float


@dataclass(frozen=True, slots=True)
class Stale:
    """Counters repeat an older look for some looks, as caches do, and catch up at once."""

    counters: tuple[str, ...]
    start: int
    looks: int


@dataclass(frozen=True, slots=True)
class Look:
    """How a creator was read.

    `rounding`: `exact` counters, as `shown` on the page, or `mixed`: followers as shown, likes exact.
    `seen` (n_looks,): the looks that were made; empty = all. `wrapped_likes`: lifetime likes as 32 bits.
    `hidden_likes`: likes of posts are -1, as some exports write what a creator hides. `slips`: glitches and
    stale counters; the newest look is never among them.
    """

    rounding: Rounding = "exact"
    seen: NDArray[np.bool_] | None = None
    wrapped_likes: bool = False
    hidden_likes: bool = False
    slips: tuple[Glitch | Stale, ...] = ()


def draw_look(rng: np.random.Generator, life: Life) -> Look:
    """A look as readers really have them: most exact, some rounded, some with missed days."""
    rates = figures.RATES
    n = len(life.followers)
    seen = np.ones(n, dtype=bool)
    if rng.random() < rates["gaps"]:
        seen &= rng.random(n) > rng.uniform(0.02, 0.15)
        start = int(rng.integers(0, n))
        seen[start : start + int(rng.integers(2, 10))] = False
    elif rng.random() < 0.3:
        seen &= rng.random(n) > 0.02
    seen[-1] = True
    rounding: Rounding = "exact" if rng.random() < 0.6 else "shown" if rng.random() < 0.7 else "mixed"
    return Look(
        rounding=rounding,
        seen=seen,
        wrapped_likes=bool(life.likes.max() >= 2**31 and rng.random() < rates["wrapped"]),
        hidden_likes=bool(rng.random() < rates["hidden_likes"]),
        slips=_draw_slips(rng, n),
    )


def _draw_slips(rng: np.random.Generator, n: int) -> tuple[Glitch | Stale, ...]:
    slips: list[Glitch | Stale] = []
    if rng.random() < figures.RATES["glitch"]:
        share = float(np.exp(rng.uniform(-6, -3)))
        slips.append(Glitch("likes", int(rng.integers(1, n)), int(rng.integers(1, 3)), share))
    if rng.random() < figures.RATES["stale"]:
        counters = (
            ("followers", "likes") if rng.random() < 0.7 else (str(rng.choice(["followers", "likes"])),)
        )
        slips.append(Stale(counters, int(rng.integers(1, n)), int(rng.integers(1, 4))))
    return tuple(slips)


def to_tables(
    life: Life, rng: np.random.Generator, account_id: str, handle: str, last: np.datetime64, platform: str
) -> Tables:
    """The exact canonical tables of one life, its last look at the time `last`."""
    n = len(life.followers)
    jitter = rng.integers(0, 40 * 60, n).astype("timedelta64[s]")
    looks = (last - _DAY * np.arange(n - 1, -1, -1) - jitter).astype("datetime64[us]")
    counters = {name: getattr(life, name) for name in _COUNTERS}
    who: dict[str, NDArray[Any]] = {"platform": _text(platform, n), "account_id": _text(account_id, n)}
    snapshots = Table("snapshots", {**who, "observed_at": looks, **counters})
    profile = _profile(life, rng, handle, looks)
    accounts = Table.from_rows(
        "accounts",
        [
            {
                "platform": platform,
                "account_id": account_id,
                **profile,
                **{k: v[-1] for k, v in counters.items()},
            }
        ],
    )
    return Tables(accounts=accounts, posts=_posts(life, rng, account_id, last, platform), snapshots=snapshots)


def _profile(life: Life, rng: np.random.Generator, handle: str, looks: NDArray[Any]) -> dict[str, Any]:
    mean, sd = figures.HANDLE_LENGTH
    size = np.log10(max(life.followers[-1], 1))
    age_days = len(looks) + 30 + rng.gamma(2.0, 200) + life.posts[0] / life.traits.posts_per_day * 0.5
    age_days = min(age_days, 3_200)
    return {
        "handle": handle,
        "observed_at": looks[-1],
        "verified": float(life.traits.verified),
        "private": 0.0,
        "created_at": looks[-1] - np.timedelta64(int(age_days * 86_400), "s"),
        "bio_length": float(np.clip(rng.normal(20 + 8 * size, 22), 0, figures.BIO_LENGTH_MAX).round()),
        "handle_length": float(np.clip(rng.normal(mean, sd), 2, 24).round()),
        "handle_digits": float(0 if rng.random() < figures.NO_DIGITS_SHARE else rng.integers(1, 5)),
        "has_picture": float(rng.random() < 0.97),
        "has_link": float(rng.random() < np.clip((size - 2) / 6, 0, 0.8)),
    }


def _posts(
    life: Life, rng: np.random.Generator, account_id: str, last: np.datetime64, platform: str
) -> Table:
    listed = life.listed
    n, days = len(listed.day), len(life.followers) - 1
    seconds = np.round((listed.day - days) * 86_400).astype("timedelta64[s]")
    pinned = np.zeros(n)
    if n > 8 and rng.random() < 0.3:
        pinned[np.argsort(listed.views)[-int(rng.integers(1, 4)) :]] = 1
    return Table(
        "posts",
        {
            "platform": _text(platform, n),
            "account_id": _text(account_id, n),
            "post_id": np.array([f"{account_id}{at:04d}" for at in range(n)], dtype=object),
            "posted_at": (last + seconds).astype("datetime64[us]"),
            "observed_at": np.full(n, last, dtype="datetime64[us]"),
            **{name: getattr(listed, name) for name in _POST_COUNTERS},
            "pinned": pinned,
            "sponsored": listed.sponsored.astype(float),
        },
    )


def shown(tables: Tables, look: Look) -> Tables:
    """One account's exact tables as a look gives them. Pure; purchases go in before it."""
    accounts, posts, snapshots = tables.accounts, tables.posts, tables.snapshots
    for slip in look.slips:
        snapshots = _slipped(snapshots, slip)
    if look.seen is not None:
        if not look.seen.any():
            raise ValueError("a look that sees no day shows nothing")
        snapshots = snapshots.take(look.seen)
    unrounded = snapshots
    rounded = {"exact": (), "mixed": ("followers",), "shown": _COUNTERS}[look.rounding]
    accounts, snapshots = _shown(accounts, rounded), _shown(snapshots, rounded)
    if look.rounding == "shown":
        posts = _shown(posts, _POST_COUNTERS)
    if look.wrapped_likes:
        accounts = accounts.replace(likes=_wrapped(tables.accounts.column("likes")))
        snapshots = snapshots.replace(likes=_wrapped(unrounded.column("likes")))
    if look.hidden_likes:
        posts = posts.replace(likes=np.full(len(posts), -1.0))
    return Tables(accounts=accounts, posts=posts, snapshots=snapshots)


def _slipped(snapshots: Table, slip: Glitch | Stale) -> Table:
    last = len(snapshots) - 1
    where = slice(min(slip.start, last), min(slip.start + slip.looks, last))
    if isinstance(slip, Glitch):
        values = snapshots.column(slip.counter).copy()
        values[where] = np.round(values[where] * (1 - slip.share))
        return snapshots.replace(**{slip.counter: values})
    changed = {}
    for counter in slip.counters:
        changed[counter] = snapshots.column(counter).copy()
        changed[counter][where] = changed[counter][max(where.start - 1, 0)]
    return snapshots.replace(**changed)


def _shown(table: Table, names: Iterable[str]) -> Table:
    return table.replace(**{name: as_shown(table.column(name)) for name in names})


def join(parts: Iterable[Tables]) -> Tables:
    """Several sources as one, accounts in their order. The accounts must differ."""
    parts = list(parts)
    return Tables(
        accounts=_stacked("accounts", [part.accounts for part in parts]),
        posts=_stacked("posts", [part.posts for part in parts]),
        snapshots=_stacked("snapshots", [part.snapshots for part in parts]),
    )


def _stacked(name: str, tables: list[Table]) -> Table:
    tables = [table for table in tables if len(table)]
    if not tables:
        return Table.empty(name)
    known = {column for table in tables for column in table.columns}
    columns = {}
    for column in TABLES[name]:
        if column.name in known:
            blocks = [table.columns.get(column.name, missing(column.kind, len(table))) for table in tables]
            columns[column.name] = np.concatenate(blocks)
    return Table(name, columns)


def _text(value: str, n: int) -> NDArray[Any]:
    return np.full(n, value, dtype=object)
