"""How inflation is sold: speeds, attrition and sizes, each with where it comes from.

N  27,309 engagements ordered in an experiment of NATO StratCom COE, 2022/23
O  65 offers of likes, Kolomeets & Chechulin, SNAM 13:36, 2023
S  sellers' own pages, as gathered for this project: claims, not measurements
A  our own assumption: no public figure was found
"""

import numpy as np

__all__ = [
    "CHOSEN_SHARE",
    "DRIP_DAYS",
    "FOLLOW_BACK",
    "MOST_LIKES_PER_VIEW",
    "REFILL_LOST",
    "SMALLEST_ORDER",
    "SUBSCRIPTION_WIDTH",
    "TOPPED_LIKES_PER_VIEW",
    "draw_hours",
    "draw_removed_per_day",
    "package",
]

# Of 65 offers 25 fill within minutes, 21 within an hour, 19 within a day [O].
_HOURS = (0.2, 1.0, 24.0)
_OFFERS = (25, 21, 19)

# 93 in 100 were still there after four weeks [N]; how far orders differ from each other [A].
_LEFT_AFTER_FOUR_WEEKS = (0.86, 1.0)

# Packages are of 500, 1,000, 2,500, 5,000, 10,000 ... [S]; nobody sells fewer than ten [A].
SMALLEST_ORDER = 10.0

# A drip feed repeats an order a day [S]; for so many days [A].
DRIP_DAYS = (10, 14, 20, 30)

# What is lost before each refill, as a share of the order [A: a panel refills what has dropped, S].
REFILL_LOST = (0.05, 0.3)

# A subscription's most likes over its fewest [A].
SUBSCRIPTION_WIDTH = (1.1, 1.5)
# Where only some posts are chosen: three in ten [A].
CHOSEN_SHARE = 0.3
# More likes than views would give it away at once: where likes pass so many per view, views are ordered along, the
# cheapest counter of all [S], until likes are so many per view [A].
TOPPED_LIKES_PER_VIEW = 0.6
MOST_LIKES_PER_VIEW = 0.9

# Of those who are followed, so many follow back [A].
FOLLOW_BACK = (0.1, 0.3)


def draw_hours(rng: np.random.Generator) -> float:
    """How long an order takes to fill, in hours."""
    offers = np.cumsum(_OFFERS)
    return _HOURS[int(np.searchsorted(offers, rng.integers(offers[-1]), side="right"))]


def draw_removed_per_day(rng: np.random.Generator) -> float:
    """Share of what is held that is removed in a day."""
    return float(-np.log(rng.uniform(*_LEFT_AFTER_FOUR_WEEKS)) / 28)


def package(wanted: float) -> float:
    """The package next to `wanted`: whole or half steps of its leading digit; 0 where none is sold so small.

    >>> [package(wanted) for wanted in (3, 617, 1_234, 48_700)]
    [0.0, 600.0, 1000.0, 50000.0]
    """
    if wanted < SMALLEST_ORDER:
        return 0.0
    half = 10.0 ** np.floor(np.log10(wanted)) / 2
    return float(np.round(wanted / half) * half)
