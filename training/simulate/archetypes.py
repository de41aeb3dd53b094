"""Archetypes: what makes an honest creator look unusual, each drawn on request or at its rate.

An account may be several things at once: a brand with a hit, read with gaps. Its archetype is the first of
`ARCHETYPES` that it is: who it is, before what happens to it, before how it was read. So an account drawn as one
archetype is what such accounts are in the population: nothing that comes earlier in the list, and whatever comes
later at the usual rates. `ordinary` accounts are nothing of it all.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np

from training.simulate import figures, kinds
from training.simulate.events import Event, draw_event
from training.simulate.traits import Traits

__all__ = ["ARCHETYPES", "Archetype", "Creator", "draw_creator", "draw_days"]

Sort = Literal["who", "event", "look"]


@dataclass(frozen=True, slots=True)
class Archetype:
    """An innocent way to be unusual.

    `sort` says what it changes: `who` the creator is (`traits` draws it), an `event` that happens to it
    (`events.draw_event`), or the `look` (`look.draw_look`). `rate` is its share of the creators in 90 days.
    """

    name: str
    sort: Sort
    rate: float
    looks_like: str
    traits: Callable[[np.random.Generator], Traits] | None = None


_TINY = sum(
    share * min(math.log10(figures.TINY_BELOW / low), 1.0)
    for low, share in figures.FOLLOWER_DECADES
    if low < figures.TINY_BELOW
) / sum(share for _, share in figures.FOLLOWER_DECADES)
_RATES = {**figures.RATES, "tiny": _TINY, "wrapped": 0.0}


def _who(name: str, looks_like: str, traits: Callable[[np.random.Generator], Traits]) -> Archetype:
    return Archetype(name, "who", _RATES[name], looks_like, traits)


def _event(name: str, looks_like: str) -> Archetype:
    return Archetype(name, "event", _RATES[name], looks_like)


def _look(name: str, looks_like: str) -> Archetype:
    return Archetype(name, "look", _RATES[name], looks_like)


_LISTED = (
    _who("dormant_star", "a great following with few posts and few lifetime likes", kinds.dormant_star),
    _who("newcomer", "a handful of posts and followers, days old", kinds.newcomer),
    _who("brand", "few likes a follower, many posts, advertising", kinds.brand),
    _who("niche", "few comments a like, or none", kinds.niche),
    _who("private", "counters without posts", kinds.private),
    _who("tiny", "fewer than 300 followers: a friend's like is a jump", kinds.tiny),
    _event("viral_hit", "a jump of likes and followers from one new post"),
    _event("viral_old_video", "a jump of likes and followers without a new post"),
    _event("giveaway", "a jump of followers and comments, and a slow loss"),
    _event("collaboration", "a jump of followers with a joint post"),
    _event("press", "a jump of followers and likes without a post of one's own"),
    _event("ads", "views with few likes, on a plateau"),
    _event("deleted_videos", "posts and lifetime likes fall together"),
    _event("purge", "followers fall within three days"),
    _event("seasonal", "attention swings slowly"),
    _event("pinned_old_hit", "one listed post far above the others"),
    _look("wrapped", "lifetime likes that a 32-bit counter turned negative"),
    _look("hidden_counters", "likes of posts are hidden"),
    _look("scrape_gaps", "several days' growth at once"),
    _look("counter_slips", "likes fall and return, or counters stand still and catch up"),
    _look("rounded", "steps of 100 or 100,000, equal gains"),
    Archetype("ordinary", "who", 0.0, "a creator with none of the above", kinds.someone),
)
ARCHETYPES: Mapping[str, Archetype] = MappingProxyType({one.name: one for one in _LISTED})
"""Every honest archetype by name, the first that applies naming the account. `wrapped` is a share of the giants
(`figures.WRAPPED`), known once a life is lived; `ordinary` is what is left."""


@dataclass(frozen=True, slots=True)
class Creator:
    """A creator before its life: who it is, what will happen in `days` days, and what its look will show."""

    archetype: str
    traits: Traits
    days: int
    events: tuple[Event, ...]
    marks: frozenset[str]
    may_wrap: bool
    must_wrap: bool = False


def draw_creator(rng: np.random.Generator, days: int, archetype: str | None = None) -> Creator:
    """A creator of the population, or one whose archetype is given.

    Parameters
    ----------
    rng : numpy.random.Generator
        The only source of chance.
    days : int
        Usual length of a history.
    archetype : str, optional
        One of `ARCHETYPES`; drawn at the rates of `figures` if None.

    Raises
    ------
    KeyError
        There is no such archetype.
    """
    length = draw_days(rng, days)
    true = _drawn(rng, length, archetype)
    name = next((one.name for one in _LISTED if one.name in true), "ordinary")
    who = ARCHETYPES[name] if ARCHETYPES[name].sort == "who" else ARCHETYPES["ordinary"]
    make = kinds.giant if archetype == "wrapped" else who.traits or kinds.someone
    traits = make(rng)
    if name == "newcomer":
        length = min(length, 60)
    events = [] if name == "newcomer" else _events(rng, true, length, traits.followers)
    if name == "brand":
        events += [draw_event("ads", rng, length, traits.followers) for _ in range(int(rng.integers(1, 4)))]
    marks = frozenset(one for one in true if ARCHETYPES[one].sort == "look")
    wraps = rng.random() < figures.WRAPPED and archetype in (None, *_NAMES_BEFORE["wrapped"])
    return Creator(name, traits, length, tuple(events), marks, wraps, archetype == "wrapped")


def _drawn(rng: np.random.Generator, days: int, archetype: str | None) -> frozenset[str]:
    """Archetypes that an account is, each at its rate; given one, that one and none before it."""
    chance = rng.random(len(_LISTED)).tolist()
    span = days / 90
    true = {
        one.name
        for one, drawn in zip(_LISTED, chance, strict=True)
        if drawn < (1 - (1 - one.rate) ** span if one.sort == "event" else one.rate)
    }
    if archetype is not None:
        true = (true - set(_NAMES_BEFORE[archetype])) | {archetype}
        true -= {one for one in true if ARCHETYPES[one].sort == "who" and one != archetype}
    return frozenset(true - {"ordinary"})


_NAMES_BEFORE = {one.name: tuple(before.name for before in _LISTED[:at]) for at, one in enumerate(_LISTED)}


def _events(rng: np.random.Generator, true: frozenset[str], days: int, followers: int) -> list[Event]:
    return [
        draw_event(one.name, rng, days, followers)
        for one in _LISTED
        if one.sort == "event" and one.name in true
    ]


def draw_days(rng: np.random.Generator, days: int) -> int:
    """Length of a history: most near `days`, some short, some long."""
    which, within = rng.random(2).tolist()
    low, high = (0.67, 1.33) if which < 0.7 else (1 / 6, 0.67) if which < 0.85 else (1.33, 4.0)
    return max(int(days * (low + (high - low) * within)), 7)
