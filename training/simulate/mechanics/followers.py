"""Followers: packages, bursts, drips, refills, and a long past of followers that carry nothing."""

import numpy as np

from detector.tables import Tables
from training.simulate.mechanics import facts, paths
from training.simulate.mechanics.history import added, history_of, raised
from training.simulate.mechanics.mechanic import FACTORS, Mechanic
from training.simulate.mechanics.orders import Order, draw_order

__all__ = ["FOLLOWERS", "with_followers"]

_BURST_DAYS = 3
_JITTER = 0.2
_REFILL_DAYS = 12  # a first round


def with_followers(
    tables: Tables, start: int, steps: paths.Array, rng: np.random.Generator, removed_per_day: float
) -> Tables:
    """Followers arrive in `steps` from the day `start` on, and `removed_per_day` of what is held leaves each day."""
    history = history_of(tables)
    if not 1 <= start < history.days:
        raise ValueError(f"a delivery starts on day 1 to {history.days - 1}, not {start}")
    path = paths.held(steps, start, history.days, rng, removed_per_day)
    return raised(tables, history, "followers", path)


def _package(tables: Tables, dose: float, rng: np.random.Generator) -> Tables | None:
    order = draw_order(tables, "followers", rng)
    size = facts.package(dose * order.before) if order else 0.0
    if not order or not size:
        return None
    return _delivered(tables, order, paths.arriving(size, rng), rng)


def _burst(tables: Tables, dose: float, rng: np.random.Generator) -> Tables | None:
    order = draw_order(tables, "followers", rng, room=_BURST_DAYS)
    size = facts.package(dose * order.before) if order else 0.0
    if not order or not size:
        return None
    return _delivered(tables, order, paths.burst(size, _BURST_DAYS, rng), rng)


def _drip(tables: Tables, dose: float, rng: np.random.Generator) -> Tables | None:
    order = draw_order(tables, "followers", rng, room=min(facts.DRIP_DAYS))
    days = _drip_days(order, dose, rng) if order else 0
    if not order or not days:
        return None
    return _delivered(tables, order, paths.drip(dose * order.before, days), rng)


def _jittered_drip(tables: Tables, dose: float, rng: np.random.Generator) -> Tables | None:
    order = draw_order(tables, "followers", rng, room=min(facts.DRIP_DAYS))
    days = _drip_days(order, dose, rng) if order else 0
    if not order or not days:
        return None
    return _delivered(tables, order, paths.jittered_drip(dose * order.before, days, _JITTER, rng), rng)


def _drip_days(order: Order, dose: float, rng: np.random.Generator) -> int:
    """Days of a drip that fits; 0 where a day's part would be less than one follower."""
    days = int(rng.choice([days for days in facts.DRIP_DAYS if days <= order.room]))
    return days if dose * order.before / days >= 1 else 0


def _refill(tables: Tables, dose: float, rng: np.random.Generator) -> Tables | None:
    order = draw_order(tables, "followers", rng, room=_REFILL_DAYS)
    size = facts.package(dose * order.before) if order else 0.0
    lost_share = rng.uniform(*facts.REFILL_LOST)
    if not order or size * lost_share < 1:
        return None
    rounds = max((order.room - 4) // 8, 1)
    return _delivered(tables, order, paths.refills(size, rounds, lost_share, rng), rng, removed_per_day=0.0)


def _delivered(
    tables: Tables,
    order: Order,
    steps: paths.Array,
    rng: np.random.Generator,
    removed_per_day: float | None = None,
) -> Tables:
    removed = facts.draw_removed_per_day(rng) if removed_per_day is None else removed_per_day
    path = paths.held(steps, order.start, order.history.days, rng, removed)
    return raised(tables, order.history, "followers", path)


def _hollow(tables: Tables, dose: float, rng: np.random.Generator) -> Tables | None:
    """A long past: so many more at every look, likes and views untouched."""
    now = _newest(tables, "followers")
    extra = np.round((dose - 1) * now) if now > 0 else 0.0
    return added(tables, "followers", extra, extra) if extra >= 1 else None


def _newest(tables: Tables, counter: str) -> float:
    """A counter of the profile, else of the newest look that knows it, else NaN."""
    own = tables.accounts.column(counter)
    if np.isfinite(own).any():
        return float(own[np.isfinite(own)][0])
    values, day = tables.snapshots.column(counter), history_of(tables).day
    known = np.isfinite(values)
    return float(values[np.argmax(np.where(known, day, -2))]) if known.any() else float("nan")


_SHARES = (0.01, 0.03, 0.05, 0.1, 0.25, 0.5, 1.0)
_OF_BEFORE = "share of the followers before it"
_HISTORY = frozenset({"snapshots"})
_MOVES = frozenset({"followers"})
_STEP = "speed: 65 offers [O]; 93 % left after four weeks [N]; round packages [S]"

FOLLOWERS = (
    Mechanic(
        name="follower_package",
        axis="followers",
        title="a package of followers in a day",
        needs=_HISTORY,
        doses=_SHARES,
        dose_unit=_OF_BEFORE,
        source=_STEP,
        put_in=_package,
        moves=_MOVES,
    ),
    Mechanic(
        name="follower_burst",
        axis="followers",
        title="followers within three days",
        needs=_HISTORY,
        doses=_SHARES,
        dose_unit=_OF_BEFORE,
        source="89 % within a day, the rest later [N]; 93 % left after four weeks [N]; round packages [S]",
        put_in=_burst,
        moves=_MOVES,
    ),
    Mechanic(
        name="follower_drip",
        axis="followers",
        title="the same number of followers every day, for 10 to 30 days",
        needs=_HISTORY,
        doses=_SHARES,
        dose_unit=_OF_BEFORE,
        source="drip feed: the same order again and again [S]; 93 % left after four weeks [N]; length [A]",
        put_in=_drip,
        moves=_MOVES,
    ),
    Mechanic(
        name="follower_drip_jittered",
        axis="followers",
        title="about as many followers every day, within a fifth, for 10 to 30 days",
        needs=_HISTORY,
        doses=_SHARES,
        dose_unit=_OF_BEFORE,
        source="drip feed [S]; 93 % left after four weeks [N]; length and jitter [A]",
        put_in=_jittered_drip,
        moves=_MOVES,
    ),
    Mechanic(
        name="follower_refill",
        axis="followers",
        title="a package that falls and is refilled, again and again",
        needs=_HISTORY,
        doses=_SHARES,
        dose_unit=_OF_BEFORE,
        source="refill: after a drop, back to the ordered level [S]; size and days of the drops [A]",
        put_in=_refill,
        moves=_MOVES,
    ),
    Mechanic(
        name="hollow_followers",
        axis="followers",
        title="followers added long ago, without likes or views",
        needs=frozenset({"profile"}),
        doses=(1.5, 2.0, 3.0, 5.0, 10.0, 20.0),
        dose_unit="times the followers",
        source="followers are sold apart from likes and views [S]; factor [A]",
        put_in=_hollow,
        moves=_MOVES,
        limits=FACTORS,
    ),
)
