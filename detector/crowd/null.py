"""Null: what chance alone gives in the same night, so that a group's score means something.

The night is counted again with every amount and every counter smeared over the near cells around it: the same
accounts, on the same days, as often and about as much, so that events stay what they are, and sameness is gone. What
is found then is false. Accounts that stand in cells beyond chance are left out, lest they be their own null. Links are
few, so the night is smeared `TURNS` times for them, each time by the same draws turned on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10

__all__ = ["FEWEST", "TURNS", "Null", "null_of"]

TURNS = 3
"""Smeared nights."""

FEWEST, LEAST_GROWTH = 3, 0.3
"""Steps from which on groups of links are counted, and the least share of these that has a step more, however few the
smeared nights had: accounts differ in how often they jump, and the wild ones stand in many links."""


@dataclass(frozen=True, slots=True)
class Null:
    """What the smeared night gave.

    `cells` beyond chance in one (at most `FALSE_CELLS` were to be expected), and in all `TURNS` together `groups` of
    links with `FEWEST` steps at least, which have `steps` beyond these in all.
    """

    cells: int
    groups: int
    steps: int

    def surprise(self, steps: int) -> float:
        """-log10 of how many groups with so many steps links alone give in a night.

        Each step more is rarer by the same factor: that of the smeared nights, with one group more that has one, and
        one that has none.

        >>> round(Null(0, 29, 12).surprise(3), 2), round(Null(0, 29, 12).surprise(10), 2)
        (-1.0, 2.64)
        """
        growth = max((self.steps + 1) / (self.steps + self.groups + 2), LEAST_GROWTH)
        return -log10((self.groups + 1) / TURNS) - (steps - FEWEST) * log10(growth)


def null_of(cells: int, steps: Sequence[int]) -> Null:
    """The null of so many false cells in the first smeared night, and the steps of each group of links in all."""
    some = [one - FEWEST for one in steps if one >= FEWEST]
    return Null(cells, len(some), sum(some))
