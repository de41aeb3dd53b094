"""Which accounts come first: the order in which people read a result."""

from typing import Any

import numpy as np

from detector.verdict import Result

__all__ = ["worst_first"]

_RANK = {level: rank for rank, level in enumerate(("suspicious", "unusual", "ordinary", "insufficient_data"))}


def worst_first(result: Result) -> np.ndarray[Any, np.dtype[np.intp]]:
    """Row numbers by level, then p-value, then score; ties in the order of the result."""
    ranks = np.array([_RANK[level] for level in result.columns["level"]], dtype=np.float64)
    score = result.columns["score"]
    return np.lexsort((np.where(np.isnan(score), np.inf, -score), result.columns["p_value"], ranks))
