"""Null: what chance alone gives in the same night, so that a group's score means something.

The night is counted again with every amount and every counter smeared over the near cells around it: the same
accounts, on the same days, as often and about as much, so that events stay what they are, and sameness is gone. What
is found then is false. Accounts that stand in cells beyond chance are left out, lest they be their own null. Links are
few, so the night is smeared `TURNS` times for them, each time by the same draws turned on.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log10

from detector.crowd.grouping import Cell, groups_of

__all__ = ["TURNS", "Null", "null_of"]

TURNS = 3
"""Smeared nights."""

LEAST_GROWTH = 0.1
"""Of chains of links with an account more, however few pairs the smeared nights had: accounts differ in how often they
jump, and the wild ones stand in many links."""


@dataclass(frozen=True, slots=True)
class Null:
    """What the smeared night gave.

    `cells` beyond chance in one (at most `FALSE_CELLS` were to be expected), and in all `TURNS` together `pairs` and
    `larger`: accounts joined by links alone, by two and by three or more.
    """

    cells: int
    pairs: int
    larger: int

    def surprise(self, accounts: int) -> float:
        """-log10 of how many groups of so many accounts links alone give in a night.

        Random links make few pairs into threes, and as few of these into fours: the share is what the smeared night
        has, one more of them counted.

        >>> round(Null(0, 19, 0).surprise(5), 2)
        2.18
        >>> round(Null(0, 59, 0).surprise(4), 2)
        0.7
        """
        met = self.pairs + self.larger + 1
        growth = max((self.larger + 1) / met, LEAST_GROWTH)
        return -log10(met / TURNS) - (accounts - 2) * log10(growth)


def null_of(nights: Sequence[Sequence[Cell]]) -> Null:
    """The null out of the cells of the smeared nights; the first has those of all kinds."""
    sizes: Counter[int] = Counter()
    for cells in nights:
        sizes.update(len(group.accounts) for group in groups_of([cell for cell in cells if not cell.sure]))
    larger = sum(n for size, n in sizes.items() if size > 2)
    return Null(sum(cell.sure for cell in nights[0]), sizes[2], larger)
