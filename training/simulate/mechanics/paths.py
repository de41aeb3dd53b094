"""Paths: how much of a delivery is held on each day. Days count from an account's first look."""

import numpy as np
from numpy.typing import NDArray

from training.simulate.mechanics import facts

__all__ = ["arriving", "burst", "drip", "held", "jittered_drip", "refills", "trickle"]

Array = NDArray[np.float64]


def held(steps: Array, start: int, days: int, rng: np.random.Generator, removed_per_day: float) -> Array:
    """What is there on each day (days,), where `steps` arrive from the day `start` on and some leave each day.

    Parameters
    ----------
    steps : float array (k,)
        What arrives on the k days from `start` on; below zero where it is taken away.
    start, days : int
        0 <= start < days.
    rng : numpy.random.Generator
        Who leaves is a matter of chance.
    removed_per_day : float
        Share of what is held that is removed in a day, 0 to 1.
    """
    added = np.zeros(days)
    own = steps[: days - start]
    added[start : start + len(own)] = own
    arrived = np.cumsum(added)
    lost = np.cumsum(rng.poisson(np.concatenate([[0.0], arrived[:-1]]) * removed_per_day))
    there: Array = np.maximum(arrived - lost, 0)
    return there


def arriving(size: float, rng: np.random.Generator) -> Array:
    """An order placed at some hour of a day and filled at a seller's speed: by this look, and by the next (2,)."""
    hours = facts.draw_hours(rng)
    by_first = min(rng.uniform(0, 24) / hours, 1.0)
    first = max(np.round(size * by_first), 1.0)
    return np.array([first, size - first])


def burst(size: float, days: int, rng: np.random.Generator) -> Array:
    """`size` within `days` days, the most at first (days,)."""
    shares = np.sort(rng.dirichlet(np.full(days, 2.0)))[::-1]
    return np.round(size * shares)


def drip(size: float, days: int) -> Array:
    """The same whole order on each of `days` days (days,)."""
    return np.full(days, np.round(size / days))


def jittered_drip(size: float, days: int, jitter: float, rng: np.random.Generator) -> Array:
    """Near-equal orders on each of `days` days, each off by up to `jitter`, a share (days,)."""
    return np.round(size / days * (1 + rng.uniform(-jitter, jitter, days)))


def refills(size: float, rounds: int, lost_share: float, rng: np.random.Generator) -> Array:
    """`size` at once; some is removed, then the seller returns to the ordered level, `rounds` times (k,).

    Each round takes 6 to 9 days; `lost_share` of the order is removed over the first three to five of them.
    """
    level = [float(size)] * int(rng.integers(2, 5))
    for _ in range(rounds):
        falling = int(rng.integers(3, 6))
        lost = lost_share * size * rng.uniform(0.8, 1.2)
        level += [size - lost * (day + 1) / falling for day in range(falling)]
        level += [float(size)] * int(rng.integers(3, 5))
    return np.diff(np.round(np.array(level)), prepend=0.0)


def trickle(size: float, days: int, rng: np.random.Generator) -> Array:
    """`size` in small uneven parts on about two of three days (days,), the first of them included."""
    on = rng.random(days) < 2 / 3
    on[0] = True
    weights = on * rng.gamma(4.0, 1.0, days)
    return np.diff(np.round(size * np.cumsum(weights) / weights.sum()), prepend=0.0)
