"""Draws: numbers between -1/2 and 1/2 that belong to an account, whoever asks and whenever.

The null of a night smears what was counted by such numbers. They come from the account's key alone, so that buckets,
workers and the order of accounts change nothing.
"""

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from detector.panel import FloatArray

__all__ = ["draws", "seeds"]

_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX = ((np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)), (np.uint64(27), np.uint64(0x94D049BB133111EB)))


def seeds(platform: Sequence[str], account_id: Sequence[str]) -> NDArray[np.uint64]:
    """A number for each key, (n,)."""
    texts = (
        f"{p}\x1f{i}".encode("utf-8", "surrogatepass") for p, i in zip(platform, account_id, strict=True)
    )
    found = b"".join(blake2b(text, digest_size=8).digest() for text in texts)
    return np.frombuffer(found, dtype="<u8").astype(np.uint64)


def draws(seed: NDArray[np.uint64], turn: NDArray[np.int64] | int) -> FloatArray:
    """Even numbers in (-1/2, 1/2), one for each seed and turn.

    References
    ----------
    Steele, Lea and Flood 2014, Fast splittable pseudorandom number generators (SplitMix64).
    """
    with np.errstate(over="ignore"):
        bits = seed + (np.asarray(turn).astype(np.uint64) + np.uint64(1)) * _STEP
        for shift, factor in _MIX:
            bits = (bits ^ (bits >> shift)) * factor
        bits = bits ^ (bits >> np.uint64(31))
    found: FloatArray = ((bits >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53 - 0.5
    return found
