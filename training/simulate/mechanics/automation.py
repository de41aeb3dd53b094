"""Follow and unfollow: the account follows strangers so that some follow back, then lets them go.

Its axis is automation, not followers: nobody is paid for a follower, and what gives it away is what the account does
itself, day after day, in the counter `following`.
"""

import numpy as np

from detector.tables import Tables
from training.simulate import figures
from training.simulate.mechanics import facts
from training.simulate.mechanics.history import base_before, raised
from training.simulate.mechanics.mechanic import Mechanic
from training.simulate.mechanics.orders import draw_order

__all__ = ["AUTOMATION"]

_CYCLE_DAYS = (5, 11)


def _follow_unfollow(tables: Tables, dose: float, rng: np.random.Generator) -> Tables | None:
    """Half a cycle up, half a cycle down, until the history ends; who follows back mostly stays."""
    order = draw_order(tables, "followers", rng, room=2 * _CYCLE_DAYS[0])
    if not order:
        return None
    following = base_before(tables, order.history, "following", order.start)
    swing = min(np.round(dose * order.before), figures.FOLLOWING_CAP - following)
    if not swing >= facts.SMALLEST_ORDER:  # also where `following` is not known
        return None
    half = int(rng.integers(*_CYCLE_DAYS))
    phase = np.arange(order.room) % (2 * half)
    up = (phase < half).astype(float)
    followed = np.round(swing / half * up * np.exp(0.1 * rng.standard_normal(order.room)))
    level = swing * np.where(phase < half, phase + 1, 2 * half - 1 - phase) / half
    path = np.zeros(order.history.days)
    path[order.start :] = np.round(level)
    won = rng.binomial(followed.astype(int), rng.uniform(*facts.FOLLOW_BACK))
    gained = np.concatenate([np.zeros(order.start), np.cumsum(won)])
    changed = raised(tables, order.history, "following", path)
    return raised(changed, order.history, "followers", gained)


AUTOMATION = (
    Mechanic(
        name="follow_unfollow",
        axis="automation",
        title="follows strangers and lets them go, so that some follow back",
        needs=frozenset({"snapshots"}),
        doses=(0.05, 0.1, 0.25, 0.5, 1.0),
        dose_unit="accounts followed in a cycle, as a share of the followers before it",
        source="following is capped at 10,000 (users of 2024); length of a cycle and share that follows back [A]",
        put_in=_follow_unfollow,
        moves=frozenset({"followers", "following"}),
    ),
)
