"""Row-wise robust statistics over panels: sort, count the known, pick. No loop over accounts.

Every function takes arrays of shape (n, width) with NaN = unknown and gives (n,), NaN where too few are known.
Rows never influence each other, and a fixed width keeps the order of sums fixed.
"""

import numpy as np
from numpy.typing import NDArray

from detector.panel import FloatArray
from detector.signals.compiled import fast

__all__ = [
    "at_places",
    "count",
    "mad",
    "maximum",
    "median",
    "median_and_mad",
    "median_of_logs",
    "median_of_ratios",
    "median_of_steps",
    "quantile",
    "ranks",
    "spearman",
]


def count(values: FloatArray) -> FloatArray:
    """Known values in each row."""
    if (loops := fast()) is not None:
        counted: FloatArray = loops.count(values)
        return counted
    known: FloatArray = np.add.reduce(values == values, axis=1, dtype=np.intp).astype(np.float64)
    return known


def quantile(values: FloatArray, share: float, at_least: int = 1) -> FloatArray:
    """The value below which a `share` of the known ones lie, between two by straight line.

    >>> quantile(np.array([[3.0, np.nan, 1.0]]), 0.5)
    array([2.])
    """
    known = count(values)
    place = np.maximum(known - 1, 0) * share
    low = np.floor(place).astype(np.intp)
    high = np.ceil(place).astype(np.intp)
    ordered = _ordered(values, low, high)
    rows = np.arange(len(values))
    below, above = ordered[rows, low], ordered[rows, high]
    return np.where(known >= at_least, below + (above - below) * (place - low), np.nan)


def at_places(values: FloatArray, places: NDArray[np.intp]) -> FloatArray:
    """What stands at the places (k, n) of each row when it is sorted, NaN beyond the known; (k, n).

    >>> at_places(np.array([[3.0, np.nan, 1.0]]), np.array([[0], [1], [2]])).tolist()
    [[1.0], [3.0], [nan]]
    """
    if (loops := fast()) is not None:
        found: FloatArray = loops.at_places(values, places)
        return found
    return np.take_along_axis(np.sort(values, axis=1), places.T, axis=1).T


FEW_PLACES = 4


def _ordered(values: FloatArray, low: NDArray[np.intp], high: NDArray[np.intp]) -> FloatArray:
    """Rows in ascending order, NaN last, at least at the places asked for: where these are few, sorting is half."""
    asked = np.zeros(values.shape[1], dtype=bool)
    asked[low] = asked[high] = True
    places = np.flatnonzero(asked)
    if 0 < len(places) <= FEW_PLACES:
        return np.partition(values, places, axis=1)
    return np.sort(values, axis=1)


def median(values: FloatArray, at_least: int = 1) -> FloatArray:
    """Row-wise median of the known values.

    >>> median(np.array([[1.0, 9.0, np.nan, 2.0], [np.nan] * 4]))
    array([ 2., nan])
    """
    if (loops := fast()) is not None:
        middle: FloatArray = loops.middles(np.ascontiguousarray(values), at_least, _NO_SPREAD)[0]
        return middle
    return quantile(values, 0.5, at_least)


def median_of_logs(counts: FloatArray, at_least: int = 1) -> FloatArray:
    """Row-wise median of ln(1 + count): only the two counts in the middle are asked for it.

    >>> np.expm1(median_of_logs(np.array([[8.0, 1.0, np.nan, 3.0, 0.0]]))).round(6)
    array([1.828427])
    """
    if (loops := fast()) is not None:
        low, high, known = loops.middle_two(counts)
    else:
        known, rows = count(counts), np.arange(len(counts))
        places = [np.maximum(known + up, 0).astype(np.intp) // 2 for up in (-1, 0)]
        places = [np.minimum(place, counts.shape[1] - 1) for place in places]
        ordered = _ordered(counts, *places)
        low, high = (ordered[rows, place] for place in places)
    return _between(np.log1p(low), np.log1p(high), known, at_least)


def _between(below: FloatArray, above: FloatArray, known: FloatArray, at_least: int) -> FloatArray:
    """The median from the two numbers on either side of it."""
    middle = below + (above - below) * np.where(known % 2 == 0, 0.5, 0.0)
    return np.where(known >= at_least, middle, np.nan)


def median_of_ratios(over: FloatArray, under: FloatArray, at_least: int = 1) -> FloatArray:
    """Row-wise median of ln(1 + over) - ln(1 + under), both counts: asked only of the two in the middle where it is
    clear which these are.

    >>> over, under = np.array([[8.0, 1.0, np.nan, 3.0]]), np.array([[2.0, 1.0, 1.0, 0.0]])
    >>> np.exp(median_of_ratios(over, under)).round(6)
    array([3.])
    """
    if (loops := fast()) is None:
        return median(np.log1p(over) - np.log1p(under), at_least)
    (low, low_under, high, high_under), known, clear = loops.middle_ratios(over, under)
    below, above = np.log1p(low) - np.log1p(low_under), np.log1p(high) - np.log1p(high_under)
    found = _between(below, above, known, at_least)
    rows = np.flatnonzero(~clear)
    if len(rows):
        found[rows] = median(np.log1p(over[rows]) - np.log1p(under[rows]), at_least)
    return found


def median_of_steps(values: FloatArray, seen: FloatArray) -> FloatArray:
    """`median` of known numbers where `seen` is known, of rows of which most hold one number over and over.

    >>> seen = np.array([[5.0, np.nan, 9.0], [1.0, 2.0, np.nan]])
    >>> median_of_steps(np.array([[100.0, 1.0, 100.0], [1.0, 100.0, 1.0]]), seen)
    array([100. ,  50.5])
    """
    if (loops := fast()) is None:
        return median(np.where(np.isnan(seen), np.nan, values))
    found, known = loops.even_rows(values, seen)
    rows = np.flatnonzero(np.isnan(found) & (known > 0))
    if len(rows):
        found[rows] = median(np.where(np.isnan(seen[rows]), np.nan, values[rows]))
    steps: FloatArray = found
    return steps


_NO_SPREAD = 1 << 62
"""So many known values no row has: the loop leaves the spread out."""


def mad(values: FloatArray, at_least: int = 3, middle: FloatArray | None = None) -> FloatArray:
    """Median absolute deviation, scaled to the standard deviation of a normal (x 1.4826).

    `middle` are the rows' medians, where they have been computed already.

    >>> mad(np.array([[1.0, 2.0, 3.0, 100.0]])).round(4)
    array([1.4826])
    """
    middle = median(values) if middle is None else middle
    return 1.4826 * median(np.abs(values - middle[:, None]), at_least)


def median_and_mad(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """`median` and `mad` of the same rows, which are put in order once.

    >>> middle, spread = median_and_mad(np.array([[1.0, 2.0, 3.0, 100.0]]))
    >>> middle, spread.round(4)
    (array([2.5]), array([1.4826]))
    """
    if (loops := fast()) is not None:
        middle, spread = loops.middles(np.ascontiguousarray(values), 1, 3)
        return middle, 1.4826 * spread
    middle = median(values)
    return middle, mad(values, middle=middle)


def maximum(values: FloatArray, at_least: int = 1) -> FloatArray:
    """Largest known value of each row."""
    if (loops := fast()) is not None:
        largest: FloatArray = loops.maximum(values, at_least)
        return largest
    comparable = np.fmax(values, -np.inf)
    highest = comparable[
        np.arange(len(values)), np.argmax(comparable, axis=1)
    ]  # far faster than np.max along a row
    return np.where(count(values) >= at_least, highest, np.nan)


def ranks(values: FloatArray) -> FloatArray:
    """Mid-ranks within each row (ties share their mean rank), NaN where unknown.

    >>> ranks(np.array([[10.0, 30.0, 10.0, np.nan]]))
    array([[1.5, 3. , 1.5, nan]])
    """
    below, not_above = np.zeros(values.shape, dtype=np.int16), np.zeros(values.shape, dtype=np.int16)
    with np.errstate(invalid="ignore"):
        for column in range(values.shape[1]):
            other = values[:, column : column + 1]
            below += other < values
            not_above += other <= values
    return np.where(np.isnan(values), np.nan, (below + not_above + 1) / 2)


def spearman(left: FloatArray, right: FloatArray, at_least: int = 5) -> FloatArray:
    """Rank correlation of two rows over the places known in both; NaN where either does not vary.

    >>> spearman(np.array([[1.0, 2, 3, 4, 5]]), np.array([[2.0, 4, 6, 8, 99]])).round(6)
    array([1.])
    """
    if (loops := fast()) is not None:
        found: FloatArray = loops.spearman(left, right, at_least)
        return found
    both: NDArray[np.bool_] = ~(np.isnan(left) | np.isnan(right))
    a, b = ranks(np.where(both, left, np.nan)), ranks(np.where(both, right, np.nan))
    known = np.sum(both, axis=1)
    middle = ((known + 1) / 2)[:, None]
    a, b = np.where(both, a - middle, 0.0), np.where(both, b - middle, 0.0)
    spread = np.sum(a * a, axis=1) * np.sum(b * b, axis=1)
    usable = (known >= at_least) & (spread > 0)
    return np.where(usable, np.sum(a * b, axis=1) / np.sqrt(np.where(usable, spread, 1.0)), np.nan)
