"""What a reader sees of a life: rounding, missed looks, hidden and wrapped counters."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from detector.tables import Table, Tables
from training.simulate.render import COUNTERS, POST_COUNTERS, join, to_tables

__all__ = [
    "Glitch",
    "Look",
    "Stale",
    "as_shown",
    "draw_look",
    "join",
    "shown",
    "shown_all",
    "to_tables",
]

Array = NDArray[np.float64]
Rounding = Literal["exact", "shown", "mixed"]


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


def draw_look(rng: np.random.Generator, n: int, marks: Collection[str]) -> Look:
    """A look at `n` days as readers really have them; `marks` are the archetypes (archetypes.py) that it shows."""
    seen: NDArray[np.bool_] | None = None
    if "scrape_gaps" in marks:
        seen = rng.random(n) > rng.uniform(0.02, 0.15)
        length = int(rng.integers(4, 11))
        start = int(rng.integers(1, max(n - length, 2)))
        seen[start : start + length] = False
    elif rng.random() < 0.3:
        seen = rng.random(n) > 0.02
    if seen is not None:
        seen[[0, -1]] = True
    return Look(
        rounding=("shown" if rng.random() < 0.7 else "mixed") if "rounded" in marks else "exact",
        seen=seen,
        wrapped_likes="wrapped" in marks,
        hidden_likes="hidden_counters" in marks,
        slips=_draw_slips(rng, n) if "counter_slips" in marks else (),
    )


def _draw_slips(rng: np.random.Generator, n: int) -> tuple[Glitch | Stale, ...]:
    """Likes that dip for a day or two, or counters that stand still for up to three."""
    start = int(rng.integers(1, n))
    if rng.random() < 0.43:
        return (Glitch("likes", start, int(rng.integers(1, 3)), float(np.exp(rng.uniform(-6, -3)))),)
    counters = (("followers", "likes"), ("followers", "likes"), ("followers",), ("likes",))
    return (Stale(counters[int(rng.integers(4))], start, int(rng.integers(1, 4))),)


def shown(tables: Tables, look: Look) -> Tables:
    """One account's exact tables as a look gives them. Pure; purchases go in before it."""
    return shown_all(tables, [look], [len(tables.posts)], [len(tables.snapshots)])


def shown_all(
    tables: Tables, looks: Sequence[Look], posts: Sequence[int], snapshots: Sequence[int]
) -> Tables:
    """Exact tables as the look at each account gives them.

    Parameters
    ----------
    tables : Tables
        Accounts one after another in all three tables, posts and snapshots of an account together.
    looks : sequence of Look
        One an account.
    posts, snapshots : sequence of int
        Rows of each account.

    Raises
    ------
    ValueError
        A look sees no day at all.
    """
    seen = _slipped(tables.snapshots, looks, np.asarray(snapshots, dtype=int))
    return Tables(
        accounts=_counters(tables.accounts, looks, np.ones(len(looks), dtype=int)),
        posts=_posts(tables.posts, looks, np.asarray(posts, dtype=int)),
        snapshots=_seen(_counters(seen, looks, np.asarray(snapshots, dtype=int)), looks, snapshots),
    )


def _counters(table: Table, looks: Sequence[Look], rows: NDArray[np.int_]) -> Table:
    """Counters of the profile or of a history, rounded and wrapped."""
    changed: dict[str, Array] = {}
    for name in COUNTERS:
        rounding = ("shown", "mixed") if name == "followers" else ("shown",)
        changed[name] = _rounded(table.column(name), looks, rows, rounding)
    wrapped = np.repeat([look.wrapped_likes for look in looks], rows)
    if wrapped.any():
        changed["likes"] = np.where(wrapped, _wrapped(table.column("likes")), changed["likes"])
    return table.replace(**changed)


def _posts(table: Table, looks: Sequence[Look], rows: NDArray[np.int_]) -> Table:
    if not len(table):
        return table
    changed = {name: _rounded(table.column(name), looks, rows, ("shown",)) for name in POST_COUNTERS}
    hidden = np.repeat([look.hidden_likes for look in looks], rows)
    return table.replace(**{**changed, "likes": np.where(hidden, -1.0, changed["likes"])})


def _rounded(
    values: Array, looks: Sequence[Look], rows: NDArray[np.int_], rounding: Collection[str]
) -> Array:
    which = np.repeat([look.rounding in rounding for look in looks], rows)
    if not which.any():
        return values
    values = values.copy()
    values[which] = as_shown(values[which])
    return values


def _seen(snapshots: Table, looks: Sequence[Look], rows: Sequence[int]) -> Table:
    if all(look.seen is None for look in looks):
        return snapshots
    masks = []
    for look, n in zip(looks, rows, strict=True):
        if look.seen is not None and not look.seen.any():
            raise ValueError("a look that sees no day shows nothing")
        masks.append(np.ones(n, dtype=bool) if look.seen is None else look.seen)
    return snapshots.take(np.concatenate(masks))


def _slipped(snapshots: Table, looks: Sequence[Look], rows: NDArray[np.int_]) -> Table:
    if not any(look.slips for look in looks):
        return snapshots
    changed = {name: snapshots.column(name).copy() for name in COUNTERS}
    for look, end, n in zip(looks, np.cumsum(rows).tolist(), rows.tolist(), strict=True):
        for slip in look.slips:
            last = end - 1
            where = slice(min(end - n + slip.start, last), min(end - n + slip.start + slip.looks, last))
            if isinstance(slip, Glitch):
                values = changed[slip.counter]
                values[where] = np.round(values[where] * (1 - slip.share))
            else:
                for counter in slip.counters:
                    changed[counter][where] = changed[counter][max(where.start - 1, end - n)]
    return snapshots.replace(**changed)
