"""Words: what a group has in common, as sentences. Numbers and names of platforms alone: nothing from outside."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from detector.crowd.grouping import Cell, Group

__all__ = ["day_name", "days_of", "sentences"]

SHOWN_DAYS = 6
MOSTLY = 0.25
"""Days with this share of the accounts of a group's fullest day belong to what it has in common."""


def day_name(day: int) -> str:
    """A day as people write it.

    >>> day_name(20_597)
    '24 May 2026'
    """
    found = date(1970, 1, 1) + timedelta(days=day)
    return f"{found.day} {found:%b %Y}"


def days_of(group: Group) -> list[tuple[str, int]]:
    """Counter and day of the jumps that a group has in common, in order."""
    met: Counter[tuple[str, int]] = Counter()
    for cell in group.cells:
        for day in cell.days:
            key = (cell.counter or "", day)
            met[key] = max(met[key], len(cell.accounts))
    most = max(met.values(), default=0)
    return sorted(key for key, n in met.items() if n >= MOSTLY * most)


def sentences(group: Group, expected: float) -> tuple[str, ...]:
    """What a group has in common, and how often chance gives as much.

    Parameters
    ----------
    group : Group
    expected : float
        Groups as odd that chance gives in a night.
    """
    n, chance = f"{len(group.accounts):,}", f"Chance gives {_expected(expected)} such groups in a night."
    if group.what == "clones":
        times = max(len(cell.accounts) / max(cell.chance, 0.5) for cell in group.cells)
        return (
            f"{n} accounts have nearly the same counters: up to {times:,.0f} times as many as the accounts around "
            f"them let expect. {chance}",
        )
    if group.what == "delivery":
        cell = group.cells[0]
        amounts = " and then ".join(_amount(one) for one in cell.amounts)
        return (
            f"{n} accounts gained {amounts} {cell.counter}, {cell.apart} days apart, beginning on different days. "
            f"{chance}",
        )
    return (f"{n} accounts {_jumped(group)}. {chance}",)


def _jumped(group: Group) -> str:
    days = days_of(group)
    counters = " and ".join(sorted({counter for counter, _ in days}))
    amounts = _amounts(group.cells)
    named = [
        day_name(day) + (f" (about {_amount(amounts[counter, day])})" if (counter, day) in amounts else "")
        for counter, day in days[:SHOWN_DAYS]
    ]
    more = f" and {len(days) - SHOWN_DAYS} more" if len(days) > SHOWN_DAYS else ""
    how = "by nearly the same amounts" if amounts else "by amounts in the same proportion"
    when = "on the same day" if len(days) == 1 else f"on the same {len(days)} days"
    return f"gained {counters} {when}, within a day each and {how}: {', '.join(named)}{more}"


def _amounts(cells: Sequence[Cell]) -> dict[tuple[str, int], float]:
    """The amount of each day, where accounts agree on one: that of the cell with most accounts."""
    best: dict[tuple[str, int], tuple[int, float]] = {}
    for cell in cells:
        if cell.sure and len(cell.amounts) == len(cell.days):
            for day, amount in zip(cell.days, cell.amounts, strict=True):
                key = (cell.counter or "", day)
                best[key] = max(best.get(key, (0, 0.0)), (len(cell.accounts), amount))
    return {key: amount for key, (_, amount) in best.items()}


def _amount(value: float) -> str:
    """Two digits are all that a cell knows.

    >>> _amount(4_987.0), _amount(1_234_567.0)
    ('5,000', '1,200,000')
    """
    unit = 10.0 ** max(np.floor(np.log10(value)) - 1, 0)
    return f"{np.round(value / unit) * unit:,.0f}"


def _expected(value: float) -> str:
    """A small number without a power of ten.

    >>> _expected(0.0042), _expected(1e-9)
    ('0.004', 'fewer than 0.001')
    """
    return "fewer than 0.001" if value < 0.001 else f"{value:.1g}"
