"""Random numbers by place instead of by turn: the draw of (seed, what, account) is always the same.

A population is written in blocks that hold a few rows of very many accounts. With numbers by place no block needs to
know what another one drew, so memory stays that of a block, and blocks can be written in any order by many processes.
"""

import hashlib

import numpy as np
from numpy.typing import NDArray

__all__ = ["Counts", "Floats", "normal", "stream", "uniform"]

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX = (
    (np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)),
    (np.uint64(27), np.uint64(0x94D049BB133111EB)),
)


def stream(seed: int, name: str) -> np.uint64:
    """A stream of numbers of its own for each seed and name."""
    digest = hashlib.blake2b(f"{seed} {name}".encode(), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "little"))


def uniform(source: np.uint64, place: Counts) -> Floats:
    """Numbers in (0, 1), one a place."""
    return ((_bits(source, place) >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53


def normal(source: np.uint64, place: Counts) -> Floats:
    """Numbers that are nearly normal (0, 1), within 3.5: the sum of four even ones, which needs no logarithm."""
    bits = _bits(source, place)
    total = bits >> np.uint64(48)
    for shift in (32, 16, 0):
        total += (bits >> np.uint64(shift)) & np.uint64(0xFFFF)
    return (total.astype(np.float64) * 2.0**-16 - 2.0) * 3.0**0.5


def _bits(source: np.uint64, place: Counts) -> NDArray[np.uint64]:
    """64 random bits a place.

    References
    ----------
    Steele, Lea and Flood 2014, Fast splittable pseudorandom number generators (SplitMix64).
    """
    with np.errstate(over="ignore"):
        bits = place.astype(np.uint64) * _STEP + source
        for shift, factor in _MIX:
            bits ^= bits >> shift
            bits *= factor
        bits ^= bits >> np.uint64(31)
    return bits
