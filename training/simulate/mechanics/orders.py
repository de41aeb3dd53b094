"""Orders: when an account's history has room for a delivery, and how much a dose comes to."""

from dataclasses import dataclass

import numpy as np

from detector.tables import Tables
from training.simulate.mechanics.history import History, base_before, history_of

__all__ = ["Order", "draw_order"]

_DAYS_MIN = 14
_BEFORE_MIN = 7
"""With less no one could say what is usual for the account, and no signal of a history speaks."""


@dataclass(frozen=True, slots=True)
class Order:
    """A delivery into one history: the day it starts, the counter's value before it, and the days left from then."""

    history: History
    start: int
    before: float

    @property
    def room(self) -> int:
        return self.history.days - self.start


def draw_order(tables: Tables, counter: str, rng: np.random.Generator, room: int = 2) -> Order | None:
    """A random day between a quarter and three fifths of the history, with `room` days left from it on.

    None where the history has no such day, or the counter is not known on both sides of it.
    """
    history = history_of(tables)
    first = max(_BEFORE_MIN, -(-history.days // 4))
    last = min(history.days * 3 // 5, history.days - room)
    if history.days < _DAYS_MIN or last < first:
        return None
    start = int(rng.integers(first, last + 1))
    before = base_before(tables, history, counter, start)
    return Order(history, start, before) if before > 0 else None
