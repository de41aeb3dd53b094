"""Row-wise robust statistics over panels: sort, count the known, pick. No loop over accounts.

Every function takes arrays of shape (n, width) with NaN = unknown and gives (n,), NaN where too few are known.
Rows never influence each other, and a fixed width keeps the order of sums fixed.
"""

import numpy as np
from numpy.typing import NDArray

from detector.panel import FloatArray

__all__ = ["count", "mad", "maximum", "median", "quantile", "ranks", "spearman"]


def count(values: FloatArray) -> FloatArray:
    """Known values in each row."""
    known: FloatArray = np.sum(~np.isnan(values), axis=1).astype(np.float64)
    return known


def quantile(values: FloatArray, share: float, at_least: int = 1) -> FloatArray:
    """The value below which a `share` of the known ones lie, between two by straight line.

    >>> quantile(np.array([[3.0, np.nan, 1.0]]), 0.5)
    array([2.])
    """
    ordered = np.sort(values, axis=1)  # NaN last
    known = count(values)
    place = np.maximum(known - 1, 0) * share
    low = np.floor(place).astype(np.intp)
    high = np.ceil(place).astype(np.intp)
    rows = np.arange(len(values))
    below, above = ordered[rows, low], ordered[rows, high]
    return np.where(known >= at_least, below + (above - below) * (place - low), np.nan)


def median(values: FloatArray, at_least: int = 1) -> FloatArray:
    """Row-wise median of the known values.

    >>> median(np.array([[1.0, 9.0, np.nan, 2.0], [np.nan] * 4]))
    array([ 2., nan])
    """
    return quantile(values, 0.5, at_least)


def mad(values: FloatArray, at_least: int = 3) -> FloatArray:
    """Median absolute deviation, scaled to the standard deviation of a normal (x 1.4826).

    >>> mad(np.array([[1.0, 2.0, 3.0, 100.0]])).round(4)
    array([1.4826])
    """
    return 1.4826 * median(np.abs(values - median(values)[:, None]), at_least)


def maximum(values: FloatArray, at_least: int = 1) -> FloatArray:
    """Largest known value of each row."""
    highest = np.max(np.where(np.isnan(values), -np.inf, values), axis=1)
    return np.where(count(values) >= at_least, highest, np.nan)


def ranks(values: FloatArray) -> FloatArray:
    """Mid-ranks within each row (ties share their mean rank), NaN where unknown.

    >>> ranks(np.array([[10.0, 30.0, 10.0, np.nan]]))
    array([[1.5, 3. , 1.5, nan]])
    """
    known = ~np.isnan(values)
    comparable = known[:, :, None] & known[:, None, :]
    with np.errstate(invalid="ignore"):
        below = np.sum(comparable & (values[:, None, :] < values[:, :, None]), axis=2)
        equal = np.sum(comparable & (values[:, None, :] == values[:, :, None]), axis=2)
    return np.where(known, below + (equal + 1) / 2, np.nan)


def spearman(left: FloatArray, right: FloatArray, at_least: int = 5) -> FloatArray:
    """Rank correlation of two rows over the places known in both; NaN where either does not vary.

    >>> spearman(np.array([[1.0, 2, 3, 4, 5]]), np.array([[2.0, 4, 6, 8, 99]])).round(6)
    array([1.])
    """
    both: NDArray[np.bool_] = ~(np.isnan(left) | np.isnan(right))
    a, b = ranks(np.where(both, left, np.nan)), ranks(np.where(both, right, np.nan))
    known = np.sum(both, axis=1)
    middle = ((known + 1) / 2)[:, None]
    a, b = np.where(both, a - middle, 0.0), np.where(both, b - middle, 0.0)
    spread = np.sum(a * a, axis=1) * np.sum(b * b, axis=1)
    usable = (known >= at_least) & (spread > 0)
    return np.where(usable, np.sum(a * b, axis=1) / np.sqrt(np.where(usable, spread, 1.0)), np.nan)
