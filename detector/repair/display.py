"""Display rounding: the step in which a platform shows a counter, or whoever wrote it down did. Ratios and gains below
it say nothing.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["display_step", "recorded_steps", "shown_from"]

ZEROS, PROOF, PROOF_OF_ONE = 2, 2, 4
"""Zeros at the end from which on a history may be written in steps, and that its different values must share in sum
beyond those that the platform shows: exact counters do so 1 in 10,000 times, those that are shown in steps 1 in 100. A
counter that never moves must do so by one value."""

_WRITTEN_FROM = 1000.0
_TENS = (10.0 ** np.arange(19)).astype(np.float64)
_EXACT: NDArray[np.float64] = np.full(16, np.inf)
_TIKTOK = np.array([1e4, 1e6, 1e9, *_EXACT[3:]]), np.array([1e2, 1e5, 1e8, *_EXACT[3:]])
_YOUTUBE = _TENS[3:], _TENS[1:-2]


def display_step(platform: str, counter: str, values: NDArray[Any]) -> NDArray[np.float64]:
    """How coarse each shown value is, in counts: the true count lies within one step of it.

    A finer value proves that the exact counter was read (TikTok hands out both), so the coarse step holds only
    where the value is a whole multiple of it. Then the value may still be exact by chance (1 in 100 to 1 in
    100,000), which makes whoever uses the step careful, never wrong.

    Parameters
    ----------
    platform : str
        One of `detector.contract.PLATFORMS`; anything else counts as exact.
    counter : str
        Name of a count column, such as `followers`.
    values : array of float, any shape
        Shown values in counts, NaN = unknown.

    Returns
    -------
    float array, shape of `values`
        Counts. 1 where the value is exact or unknown.

    References
    ----------
    TikTok web: exact below 10,000, then one decimal of K, M, B (19,440 shown as 19,400): issue 44 of the
    ssovit scraper, and daily counters of 2026, where giants move in steps of 100,000. YouTube subscribers: three
    significant digits, rounded down; views and likes are exact: YouTube Data API, revision of September 2019.
    Instagram's interfaces hand out exact counts.

    Examples
    --------
    >>> display_step("tiktok", "followers", np.array([9_999.0, 19_400.0, 19_440.0, 160_400_000.0]))
    array([1.e+00, 1.e+02, 1.e+00, 1.e+05])
    >>> display_step("youtube", "followers", np.array([999.0, 12_300.0, 1_230_000.0, np.nan]))
    array([1.e+00, 1.e+02, 1.e+04, 1.e+00])
    """
    values = np.asarray(values, dtype=np.float64)
    edges, coarse = shown_from(platform, counter)
    if np.isinf(edges[0]):
        return np.ones(values.shape)
    sizes = np.where(np.isfinite(values), np.abs(values), 0.0)
    steps = np.ones_like(values)
    for edge, step in zip(edges[edges <= np.max(sizes, initial=0.0)], coarse, strict=False):
        steps[sizes >= edge] = step
    # A quotient of counts below 2**53 is whole only where one divides the other; far faster than a remainder.
    return np.where(np.floor(sizes / steps) * steps == sizes, steps, 1.0)


def recorded_steps(values: NDArray[np.float64], shown: NDArray[np.float64]) -> NDArray[np.float64]:
    """`shown`, or the step in which an account's history is written where all its values of one length share one.

    Tools and people write down 2.34M where TikTok shows 2.3M or hands out 2,341,207: the counter stands still for days
    and moves by 10,000 at once. Each account says so itself, by zeros that its values would not share by chance.

    Parameters
    ----------
    values : float array (n, days)
        A counter's history, NaN = unknown.
    shown : float array (n, days)
        What `display_step` says of the same values.

    Returns
    -------
    float array (n, days)
        Counts, one for all days of an account; `shown` itself where no account is written so.

    Examples
    --------
    >>> history = np.array([[1_980_000.0, 1_990_000.0, 2_000_000.0], [12_345.0, 12_400.0, 12_500.0]])
    >>> recorded_steps(history, np.ones((2, 3))).tolist()
    [[10000.0, 10000.0, 10000.0], [1.0, 1.0, 1.0]]
    """
    rows = _round_in_places(values)
    if not len(rows):
        return shown
    own = np.where(values[rows] >= _WRITTEN_FROM, values[rows], np.nan)
    length = np.searchsorted(_TENS, np.nan_to_num(own), side="right")
    zeros, shared = _zeros(own), np.zeros(own.shape, dtype=np.int64)
    platform = np.log10(shown[rows])
    beyond = np.zeros(own.shape)
    for digits in np.unique(length[~np.isnan(own)]).tolist():
        alike = (length == digits) & ~np.isnan(own)
        least = np.min(np.where(alike, zeros, len(_TENS)), axis=1)[:, None]
        known = np.min(np.where(alike, platform, np.inf), axis=1)[:, None]
        np.copyto(shared, least, where=alike & (least >= ZEROS))
        np.copyto(beyond, np.maximum(least - known, 0.0), where=alike & (least >= ZEROS))
    coarser = np.where(shared >= ZEROS, _TENS[shared], shown[rows])
    found = shown
    for at in np.flatnonzero((beyond > 0).any(axis=1)).tolist():
        _, first = np.unique(own[at][beyond[at] > 0], return_index=True)
        if beyond[at][beyond[at] > 0][first].sum() >= (PROOF if len(first) > 1 else PROOF_OF_ONE):
            found = found.copy() if found is shown else found
            found[rows[at]] = coarser[at].max()
    return found


def _round_in_places(values: NDArray[np.float64]) -> NDArray[np.intp]:
    """Rows whose first, middle and last values, as far as they are known and large, end in enough zeros."""
    width = values.shape[1]
    some = values[:, sorted({0, width // 2, width - 1})] if width else values
    tens = _TENS[ZEROS]
    exact = (some >= _WRITTEN_FROM) & np.isfinite(some) & (np.floor(some / tens) * tens != some)
    return np.flatnonzero(~exact.any(axis=1) & (values >= _WRITTEN_FROM).any(axis=1))


def _zeros(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Zeros at the end of whole numbers, of any shape; 0 where unknown."""
    zeros = np.zeros(values.shape, dtype=np.int64)
    for tens in _TENS[1:]:
        whole = np.floor(values / tens) * tens == values
        if not whole.any():
            break
        zeros += whole
    return zeros


def shown_from(platform: str, counter: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """From which values on a platform shows a counter in which steps, sixteen each; infinite where no more follow."""
    if platform == "tiktok":
        return _TIKTOK
    return _YOUTUBE if platform == "youtube" and counter == "followers" else (_EXACT, _EXACT)
