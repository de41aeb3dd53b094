"""Walk: rows down all trees of a forest at once, without a Python loop over accounts. NumPy alone.

`compiled` does the same with numba where that is installed, to the last bit: both compare the same whole numbers, and
add path lengths up in the order that `Flat` states.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.errors import ModelError
from detector.panel import FloatArray

__all__ = [
    "CHILD",
    "CHILD_BITS",
    "COLUMN",
    "KEY_BITS",
    "LANES",
    "Flat",
    "flat",
    "keys_of",
    "levels",
    "ordered",
    "plain_walk",
]

LANES = 8

CHILD_BITS, COLUMN_BITS, KEY_BITS = 24, 8, 32
CHILD, COLUMN = 2**CHILD_BITS - 1, 2**COLUMN_BITS - 1

BLOCK = 128
"""Rows walked at a time: 128 x 100 trees are 100 KB an array, which the cache holds."""


@dataclass(frozen=True, slots=True, repr=False)
class Flat:
    """All trees behind each other, laid out for walking.

    A node is one number of 64 bits: the key of its threshold (32), its column (8), and where its left child stands
    (24); the right child stands just behind. A row goes to the right where the key of its value, moved up by 32 bits,
    is greater than the node. A leaf is its own child and its threshold is infinite, so that a walk of `depth` steps
    ends at the leaf, however early it comes there. `nodes` and `length` are (nodes of all trees,), `start` and `depth`
    are (trees,).

    `length` is the path length of a leaf. Lengths of tree t are added to lane t mod 8, in order; then
    ((0 + 1) + (2 + 3)) + ((4 + 5) + (6 + 7)); then, in order, those of the trees that do not fill all lanes.

    `made` keeps what `asked` makes of them.
    """

    nodes: NDArray[np.int64]
    length: FloatArray
    start: NDArray[np.intp]
    depth: NDArray[np.intp]
    made: list[Any] = field(init=False, default_factory=list, compare=False)

    def __repr__(self) -> str:
        return f"Flat({len(self.start)} trees, {len(self.nodes)} nodes)"


def ordered(values: NDArray[np.float32]) -> NDArray[np.int32]:
    """Whole numbers in the order of the values; both zeros are one."""
    bits = np.add(values, np.float32(0.0)).view(np.int32)
    return bits ^ ((bits >> 31) & np.int32(0x7FFFFFFF))


def keys_of(values: NDArray[np.float32]) -> NDArray[np.int64]:
    """`ordered`, moved up by 32 bits.

    >>> keys_of(np.array([-np.inf, -1.5, -0.0, 0.0, 2.0, np.inf], dtype=np.float32)).argsort().tolist()
    [0, 1, 2, 3, 4, 5]
    """
    return ordered(values).astype(np.int64) << KEY_BITS


def flat(
    feature: NDArray[np.int32],
    threshold: NDArray[np.float32],
    left: NDArray[np.int32],
    right: NDArray[np.int32],
    length: FloatArray,
) -> Flat:
    """Lays a forest's checked arrays, shaped (trees, nodes), out for walking."""
    inner = feature >= 0
    sizes = 2 * np.sum(inner, axis=1) + 1
    n = int(np.sum(sizes))
    if n > CHILD or feature.max() > COLUMN:
        raise ModelError(
            f"a forest of {n:,} nodes over {feature.max() + 1} columns is larger than can be walked."
        )
    start = np.cumsum(sizes) - sizes
    reached = np.zeros(feature.shape, dtype=bool)  # the rest is padding
    reached[:, 0] = True
    place = np.zeros(feature.shape, dtype=np.intp)
    tree, node = np.nonzero(inner)
    first = 2 * np.cumsum(inner, axis=1)[tree, node] - 1
    for beside, children in enumerate((left[tree, node], right[tree, node])):
        reached[tree, children] = True
        place[tree, children] = first + beside
    leaves = np.nonzero(reached & ~inner)
    lengths = np.zeros(n)
    lengths[start[leaves[0]] + place[leaves]] = length[leaves]
    cut, column, child = np.full(n, np.inf, dtype=np.float32), np.zeros(n, dtype=np.int64), np.arange(n)
    at = start[tree] + place[tree, node]
    cut[at], column[at], child[at] = threshold[tree, node], feature[tree, node], start[tree] + first
    return Flat(keys_of(cut) | (column << CHILD_BITS) | child, lengths, start, _depths(start, child))


def levels(start: NDArray[np.intp], child: NDArray[np.int64]) -> Iterator[NDArray[np.intp]]:
    """The inner nodes of all trees, level by level from the roots on."""
    node = start
    while len(node := node[child[node] != node]):
        yield node
        node = np.repeat(child[node], 2)
        node[1::2] += 1


def _depths(start: NDArray[np.intp], child: NDArray[np.int64]) -> NDArray[np.intp]:
    """Steps from the root to the deepest leaf of each tree."""
    depths = np.zeros(len(start), dtype=np.intp)
    for node in levels(start, child):
        depths[np.unique(np.searchsorted(start, node, side="right") - 1)] += 1
    return depths


def plain_walk(trees: Flat, rows: NDArray[np.float32]) -> FloatArray:
    """Sum of the path lengths of each row over all trees. `rows` is (n, columns) without NaN."""
    total = np.empty(len(rows))
    for first in range(0, len(rows), BLOCK):
        block = rows[first : first + BLOCK]
        keys, base = keys_of(block).ravel(), np.arange(len(block))[:, None] * block.shape[1]
        node = np.repeat(trees.start[None, :], len(block), axis=0)
        for _ in range(int(trees.depth.max())):
            own = trees.nodes.take(node)
            key = keys.take(base + ((own >> CHILD_BITS) & COLUMN))
            node = (own & CHILD) + (key > own)
        total[first : first + BLOCK] = _added(trees.length.take(node))
    return total


def _added(lengths: FloatArray) -> FloatArray:
    """Rows' lengths, (n, trees), added up in the order that `Flat` states."""
    whole = lengths.shape[1] // LANES * LANES
    lanes = np.zeros((len(lengths), LANES))
    for first in range(0, whole, LANES):
        lanes += lengths[:, first : first + LANES]
    while lanes.shape[1] > 1:
        lanes = lanes[:, ::2] + lanes[:, 1::2]
    total: FloatArray = lanes[:, 0]
    for tree in range(whole, lengths.shape[1]):
        total = total + lengths[:, tree]
    return total
