"""Display rounding: the step in which a platform shows a counter. Ratios and gains below it say nothing."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["display_step", "shown_from"]

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


def shown_from(platform: str, counter: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """From which values on a platform shows a counter in which steps, sixteen each; infinite where no more follow."""
    if platform == "tiktok":
        return _TIKTOK
    return _YOUTUBE if platform == "youtube" and counter == "followers" else (_EXACT, _EXACT)
