"""Peers: how many followers accounts like this one have, as a band over their likes or views.

Drawn from the lines and spreads that the model holds. It holds no accounts, so there are no dots of others to show.
"""

from dataclasses import dataclass

import numpy as np

from detector.explain.subject import Subject
from detector.model.peers import Peer, deviation_at
from detector.model.unit import Range
from detector.panel import FloatArray
from detector.signals.quantities import SETTLED_POSTS

__all__ = ["SHARES", "Band", "peer_band"]

SHARES = (0.75, 0.25, 0.05, 0.01)
"""Shares of peers above each line of the band: its middle half, and where it gets rare."""

SIGNAL = "followers_beyond_engagement"

WITH = ("settled_likes", "likes", "views", "post_likes", "post_views")
"""What followers are drawn against: the first of these that the peers were told."""

POINTS = 33
REACH = float(np.log(20.0))
"""The band is drawn from a twentieth to twenty times the account's own counter, where the reference reaches."""


@dataclass(frozen=True, slots=True)
class Band:
    """Followers against one quantity, all as counts; `lines[share]` and `middle` are shaped (points,).

    `quantity` names what runs along `at`; the account stands at (`x`, `followers`). At `x` the lines give `here`: what
    the middle of such peers has, the ends of the middle half, and what 1 in 20 and 1 in 100 exceed. `settled`: the
    account has few posts, and `x` are the likes that it would have after 30 at its own likes per post.
    """

    quantity: str
    at: FloatArray
    middle: FloatArray
    lines: dict[float, FloatArray]
    x: float
    followers: float
    expected: float
    here: dict[float, float]
    settled: bool


def peer_band(subject: Subject) -> Band | None:
    """The band of followers for a subject; None where followers cannot be compared with its likes or views."""
    reading = subject.reading("followers", "counters")
    peer = subject.peer(SIGNAL, "followers", "counters")
    if reading is None or peer is None or reading.support[0] == 0:
        return None
    own = {name: float(reading.evidence.quantities[name][0]) for name in peer.given}
    name = next((one for one in WITH if one in own and _rises(peer, one)), None)
    if name is None:
        return None
    at = _reach(own[name], reading.unit.patterns[reading.pattern].ranges, name)
    middle, lines = _lines(peer, own, name, at)
    centre, here = _lines(peer, own, name, np.array([own[name]]))
    return Band(
        name,
        np.expm1(at),
        middle,
        lines,
        float(np.expm1(own[name])),
        float(subject.panel.profile["followers"][0]),
        float(centre[0]),
        {share: float(line[0]) for share, line in here.items()},
        name == "settled_likes" and bool(subject.panel.profile["posts"][0] < SETTLED_POSTS),
    )


def _rises(peer: Peer, name: str) -> bool:
    return peer.middle.slopes[peer.given.index(name)] > 0


def _reach(x: float, ranges: tuple[Range, ...], name: str) -> FloatArray:
    low, high = x - REACH, x + REACH
    for span in ranges:
        if span.quantity == name or span.quantity == name.removeprefix("settled_"):
            low, high = max(low, span.edge_low), min(high, span.edge_high)
    return np.linspace(max(min(low, x), 0.0), max(high, x), POINTS)


def _lines(
    peer: Peer, own: dict[str, float], name: str, at: FloatArray
) -> tuple[FloatArray, dict[float, FloatArray]]:
    """Followers along `at` (ln scale), the account's other quantities held as they are."""
    columns = [at if given == name else np.full(len(at), own[given]) for given in peer.given]
    middle, spread = peer.middle.at(columns, len(at)), peer.spread.at(columns, len(at))
    lines = {share: _count(middle + spread * deviation_at(peer, share)) for share in SHARES}
    return _count(middle), lines


def _count(logs: FloatArray) -> FloatArray:
    counts: FloatArray = np.maximum(np.expm1(np.minimum(logs, 35.0)), 0.0)
    return counts
