"""From lives to canonical tables, many at once: the exact counters, before a look rounds or hides them (look.py)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.contract import TABLES
from detector.tables import Table, Tables, missing
from training.simulate import figures
from training.simulate.life import Life

__all__ = ["COUNTERS", "POST_COUNTERS", "Subject", "draw_subject", "join", "render", "to_tables"]

Array = NDArray[np.float64]
COUNTERS = ("followers", "following", "likes", "posts")
POST_COUNTERS = ("views", "likes", "comments", "shares", "saves")
_SECOND = 1_000_000  # microseconds
_DAY = 86_400 * _SECOND
_JITTER_SECONDS = 40 * 60


@dataclass(frozen=True, slots=True)
class Subject:
    """A life with a name, read at a time of day: `last` is the newest look in microseconds since 1970, `early` how
    much earlier than that time of day each look was made, in seconds (n_looks,), `pinned` (n_posts,) 0 or 1.
    """

    account_id: str
    handle: str
    life: Life = field(repr=False)
    last: int
    early: NDArray[np.int64] = field(repr=False)
    profile: dict[str, float]
    pinned: Array = field(repr=False)


def draw_subject(
    life: Life, rng: np.random.Generator, account_id: str, handle: str, last: np.datetime64
) -> Subject:
    """What a life leaves open: times of looks, the profile's texts, what is pinned."""
    early = rng.integers(0, _JITTER_SECONDS, len(life.followers))
    profile = _profile(life, rng)
    return Subject(
        account_id,
        handle,
        life,
        int(last.astype("datetime64[us]").astype(np.int64)),
        early,
        profile,
        _pinned(life, rng),
    )


def _profile(life: Life, rng: np.random.Generator) -> dict[str, float]:
    size = float(np.log10(max(life.followers[-1], 1)))
    bio, handle = rng.standard_normal(2).tolist()
    digits, picture, link = rng.random(3).tolist()
    mean, sd = figures.HANDLE_LENGTH
    age_days = 30 + len(life.followers) + rng.gamma(2.0, 200)
    age_days += life.posts[0] / life.traits.posts_per_day * 0.5
    few = 1 - figures.NO_DIGITS_SHARE
    return {
        "verified": float(life.traits.verified),
        "private": float(life.traits.private),
        "age_days": min(float(age_days), 3_200.0),
        "bio_length": float(round(min(max(20 + 8 * size + 22 * bio, 0.0), figures.BIO_LENGTH_MAX))),
        "handle_length": float(round(min(max(mean + sd * handle, 2.0), 24.0))),
        "handle_digits": float(1 + int(4 * digits / few)) if digits < few else 0.0,
        "has_picture": float(picture < 0.97),
        "has_link": float(link < min(max((size - 2) / 6, 0.0), 0.8)),
    }


def _pinned(life: Life, rng: np.random.Generator) -> Array:
    """The pinned old hit; else in three of ten accounts that list more than eight posts the best one to three."""
    pinned = life.listed.pinned.astype(float)
    if not pinned.any() and len(pinned) > 8 and rng.random() < 0.3:
        pinned[np.argsort(life.listed.views)[-int(rng.integers(1, 4)) :]] = 1
    return pinned


def to_tables(
    life: Life, rng: np.random.Generator, account_id: str, handle: str, last: np.datetime64, platform: str
) -> Tables:
    """The exact canonical tables of one life, its last look at the time `last`."""
    return render([draw_subject(life, rng, account_id, handle, last)], platform)


def render(subjects: Sequence[Subject], platform: str) -> Tables:
    """The exact canonical tables of several lives, accounts in their order, posts and looks in order of time."""
    if not subjects:
        return Tables()
    looks = np.array([len(one.life.followers) for one in subjects])
    back = np.concatenate([np.arange(n - 1, -1, -1) for n in looks])
    early = np.concatenate([one.early for one in subjects])
    last = np.array([one.last for one in subjects])
    seen = _moments(np.repeat(last, looks) - _DAY * back - _SECOND * early)
    counters = {name: np.concatenate([getattr(one.life, name) for one in subjects]) for name in COUNTERS}
    newest = np.cumsum(looks) - 1
    return Tables(
        accounts=_accounts(subjects, platform, seen[newest], {k: v[newest] for k, v in counters.items()}),
        posts=_posts(subjects, platform, last),
        snapshots=Table("snapshots", {**_who(subjects, platform, looks), "observed_at": seen, **counters}),
    )


def _accounts(
    subjects: Sequence[Subject], platform: str, seen: NDArray[Any], counters: dict[str, Array]
) -> Table:
    profile = {name: np.array([one.profile[name] for one in subjects]) for name in subjects[0].profile}
    age = (profile.pop("age_days") * 86_400).astype(np.int64)
    columns = {
        **_who(subjects, platform, np.ones(len(subjects), dtype=int)),
        "handle": np.array([one.handle for one in subjects], dtype=object),
        "observed_at": seen,
        **counters,
        "created_at": seen - age.astype("timedelta64[s]"),
        **profile,
    }
    return Table(
        "accounts",
        {column.name: columns[column.name] for column in TABLES["accounts"] if column.name in columns},
    )


def _posts(subjects: Sequence[Subject], platform: str, last: NDArray[np.int64]) -> Table:
    n = np.array([0 if one.life.traits.private else len(one.life.listed.day) for one in subjects])
    listed = [(one, one.life.listed) for one, some in zip(subjects, n, strict=True) if some]
    if not listed:
        return Table.empty("posts")

    def column(name: str) -> Array:
        return np.concatenate([getattr(posts, name) for _, posts in listed])

    days = np.repeat([len(one.life.followers) - 1 for one in subjects], n)
    observed = np.repeat(last, n)
    ids = chain.from_iterable(
        [f"{one.account_id}{at:04d}" for at in range(some)] for one, some in zip(subjects, n, strict=True)
    )
    return Table(
        "posts",
        {
            **_who(subjects, platform, n),
            "post_id": np.array(list(ids), dtype=object),
            "posted_at": _moments(
                observed + _SECOND * np.round((column("day") - days) * 86_400).astype(np.int64)
            ),
            "observed_at": _moments(observed),
            **{name: column(name) for name in POST_COUNTERS},
            "pinned": np.concatenate([one.pinned for one, _ in listed]),
            "sponsored": column("sponsored").astype(float),
        },
    )


def _moments(microseconds: NDArray[np.int64]) -> NDArray[np.datetime64]:
    moments: NDArray[np.datetime64] = microseconds.astype("datetime64[us]")
    return moments


def _who(subjects: Sequence[Subject], platform: str, rows: NDArray[Any]) -> dict[str, NDArray[Any]]:
    ids = np.array([one.account_id for one in subjects], dtype=object)
    return {
        "platform": np.full(int(rows.sum()), platform, dtype=object),
        "account_id": np.repeat(ids, rows),
    }


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
            blocks = [
                table.columns[column.name]
                if column.name in table.columns
                else missing(column.kind, len(table))
                for table in tables
            ]
            columns[column.name] = np.concatenate(blocks)
    return Table(name, columns)
