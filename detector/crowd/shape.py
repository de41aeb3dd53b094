"""Shape: the profile of each account as a place among others, by the logarithms of its counters.

Counters that are small are no place: half of all people who only look on have the same ten followers and no posts.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from detector.panel import FloatArray, Panel

__all__ = ["COUNTS", "LARGE", "counters_of", "has_history", "shape_of"]

COUNTS = ("followers", "following", "likes", "posts", "views")

LARGE = 20.0
"""From here on a step of one is finer than the finest cells, which are a tenth wide."""


def counters_of(profile: Mapping[str, FloatArray]) -> FloatArray:
    """The counters of profiles, (n, 5), NaN where unknown."""
    return np.column_stack([profile[name] for name in COUNTS])


def shape_of(counters: FloatArray) -> tuple[FloatArray, NDArray[np.int8]]:
    """Places, (n, 5): ln(1 + counter), 0 where it is small, NaN where unknown; and how many are large, (n,)."""
    with np.errstate(invalid="ignore"):
        large = counters >= LARGE
        place = np.where(
            large, np.log1p(np.maximum(counters, 0.0)), np.where(np.isnan(counters), np.nan, 0.0)
        )
    return place, large.sum(axis=1).astype(np.int8)


def has_history(panel: Panel) -> NDArray[np.bool_]:
    """Whether followers or likes were looked at on two days at least, so that a jump could have been seen, (n,)."""
    looks = [np.sum(~np.isnan(values), axis=1) for values in (panel.history.followers, panel.history.likes)]
    seen: NDArray[np.bool_] = np.maximum(*looks) >= 2
    return seen
