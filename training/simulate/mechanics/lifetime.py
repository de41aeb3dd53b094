"""Lifetime likes on posts that nobody lists: in a spike, or in a drip of five days. Followers do not move."""

import numpy as np

from detector.tables import Tables
from training.simulate.mechanics import facts, paths
from training.simulate.mechanics.history import history_of, raised
from training.simulate.mechanics.mechanic import Mechanic
from training.simulate.mechanics.orders import draw_order

__all__ = ["LIFETIME", "with_like_spike"]

_DRIP_DAYS = 5


def with_like_spike(tables: Tables, start: int, size: float, rng: np.random.Generator) -> Tables:
    """`size` likes on the day `start`, up to 8 % of them a day later."""
    history = history_of(tables)
    if not 1 <= start < history.days:
        raise ValueError(f"a delivery starts on day 1 to {history.days - 1}, not {start}")
    late = float(np.round(size * rng.uniform(0, 0.08)))
    path = paths.held(np.array([size - late, late]), start, history.days, rng, removed_per_day=0.0)
    return raised(tables, history, "likes", path)


def _spike(tables: Tables, dose: float, rng: np.random.Generator) -> Tables | None:
    order = draw_order(tables, "likes", rng)
    size = facts.package(dose * order.before) if order else 0.0
    if not order or not size:
        return None
    steps, removed = paths.arriving(size, rng), facts.draw_removed_per_day(rng)
    path = paths.held(steps, order.start, order.history.days, rng, removed)
    return raised(tables, order.history, "likes", path)


def _drip(tables: Tables, dose: float, rng: np.random.Generator) -> Tables | None:
    order = draw_order(tables, "likes", rng, room=_DRIP_DAYS)
    if not order or dose * order.before < _DRIP_DAYS:
        return None
    steps, removed = paths.drip(dose * order.before, _DRIP_DAYS), facts.draw_removed_per_day(rng)
    path = paths.held(steps, order.start, order.history.days, rng, removed)
    return raised(tables, order.history, "likes", path)


_SHARES = (0.01, 0.03, 0.1, 0.3, 1.0)
_OF_BEFORE = "share of the lifetime likes before it"

LIFETIME = (
    Mechanic(
        name="lifetime_like_spike",
        axis="likes",
        title="likes on posts that nobody lists, in a day",
        needs=frozenset({"snapshots"}),
        doses=_SHARES,
        dose_unit=_OF_BEFORE,
        source="speed: 65 offers [O]; 93 % left after four weeks [N]; round packages [S]",
        put_in=_spike,
        moves=frozenset({"likes"}),
    ),
    Mechanic(
        name="lifetime_like_drip",
        axis="likes",
        title="likes on posts that nobody lists, the same number on each of five days",
        needs=frozenset({"snapshots"}),
        doses=_SHARES,
        dose_unit=_OF_BEFORE,
        source="drip feed: the same order again and again [S]; 93 % left after four weeks [N]; length [A]",
        put_in=_drip,
        moves=frozenset({"likes"}),
    ),
)
