"""Asked: a forest laid out so that each of its questions is asked of many rows at once. The compiled walk takes it.

A row that goes down a tree waits at every node for the one above. Trees of isolation forests are small, 60 inner nodes
or fewer: it takes a third of the time to ask all questions of a tree, each of a thousand rows in a loop that the
compiler does 16 rows at a time, and to let only those answers count that are given where a row stands.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.model.walk import CHILD, CHILD_BITS, COLUMN, KEY_BITS, Flat, levels
from detector.panel import FloatArray

__all__ = ["NEVER", "Asked", "asked"]

NEVER = 2**15 - 1
"""Rank that no value exceeds; as many different thresholds may a column have."""

MOST = 16
"""Inner nodes for each step of depth up to which a forest is asked. With 20 walking takes as long, since one step of it
takes as long as 20 questions; trees fitted on 256 rows have 3 to 8, on 1,024 rows 17."""


@dataclass(frozen=True, slots=True, repr=False)
class Asked:
    """Questions of all trees behind each other, parents before their children, an even number for each tree.

    Leaves of a tree are numbered from left to right. A row stands at the first of them, and moves when it is asked at
    the leaf where it stands and its rank is greater. A question, (questions, 4), is a column, a rank, a leaf, and how
    many leaves a row moves by. A rank is how many `cuts` of a column lie below a value, those of column c from
    `first[c]` to `first[c + 1]`: a number of 16 bits, so that 16 rows are compared at a time.

    `start` (trees + 1,) says which questions are a tree's, `leaf` (trees,) from where on `length` (leaves,) is.
    """

    cuts: NDArray[np.int32]
    first: NDArray[np.intp]
    questions: NDArray[np.int16]
    start: NDArray[np.intp]
    length: FloatArray
    leaf: NDArray[np.intp]

    def __repr__(self) -> str:
        return f"Asked({len(self.leaf)} trees, {len(self.questions)} questions)"


def asked(trees: Flat) -> Asked | None:
    """The same forest as questions; None where walking is faster, or a number is too large for 16 bits.

    Made once and kept with the trees.
    """
    if not trees.made:
        trees.made.append(_made(trees))
    found: Asked | None = trees.made[0]
    return found


def _made(trees: Flat) -> Asked | None:
    child, n_trees = trees.nodes & CHILD, len(trees.start)
    if len(child) > 2 * MOST * int(trees.depth.sum()) + n_trees:
        return None
    length, leaves = _pruned(trees.length, child, list(levels(trees.start, child)))
    place, reached = _places(trees.start, child, leaves)
    tree = np.repeat(np.arange(n_trees), np.diff(trees.start, append=len(child)))
    leaf = np.flatnonzero(reached & (leaves == 1))
    leaf = leaf[np.lexsort((place[leaf], tree[leaf]))]
    node = np.flatnonzero(reached & (leaves > 1))  # parents stand before their children
    column, (cuts, rank) = (trees.nodes[node] >> CHILD_BITS) & COLUMN, _cuts(trees.nodes[node])
    n_leaves, first = leaves[trees.start], np.cumsum([0, *(len(one) for one in cuts)])
    if max(int(n_leaves.max()), *(len(one) for one in cuts), 0) > NEVER:
        return None
    asks = np.stack([column, rank, place[node], leaves[child[node]]], axis=1)
    questions, start = _in_pairs(asks, np.bincount(tree[node], minlength=n_trees))
    every = np.concatenate([np.empty(0, dtype=np.int32), *cuts])
    return Asked(every, first, questions, start, length[leaf], np.cumsum(n_leaves) - n_leaves)


def _cuts(nodes: NDArray[np.int64]) -> tuple[list[NDArray[np.int32]], NDArray[np.intp]]:
    """Thresholds of each column in order, and at which of them each node asks."""
    column, key = (nodes >> CHILD_BITS) & COLUMN, (nodes >> KEY_BITS).astype(np.int32)
    cuts, rank = [], np.zeros(len(nodes), dtype=np.intp)
    for one in range(int(column.max(initial=-1)) + 1):
        own = column == one
        values, rank[own] = np.unique(key[own], return_inverse=True)
        cuts.append(values)
    return cuts, rank


def _pruned(
    length: FloatArray, child: NDArray[np.int64], inner: Sequence[NDArray[np.intp]]
) -> tuple[FloatArray, NDArray[np.intp]]:
    """Length and number of leaves of each node, where two leaves of the same length are one: a quarter of all
    questions need not be asked. `inner` are the inner nodes level by level.
    """
    length, leaves = length.copy(), np.ones(len(child), dtype=np.intp)
    for node in reversed(inner):
        left, right = child[node], child[node] + 1
        leaves[node] = leaves[left] + leaves[right]
        same = node[(leaves[node] == 2) & (length[left] == length[right])]
        leaves[same], length[same] = 1, length[child[same]]
    return length, leaves


def _places(
    start: NDArray[np.intp], child: NDArray[np.int64], leaves: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Number of the first leaf below each node, and which nodes are reached."""
    place, reached = np.zeros(len(child), dtype=np.intp), np.zeros(len(child), dtype=bool)
    node = start
    while len(node):
        reached[node] = True
        node = node[leaves[node] > 1]
        left = child[node]
        place[left], place[left + 1] = place[node], place[node] + leaves[left]
        node = np.concatenate([left, left + 1])
    return place, reached


def _in_pairs(asks: NDArray[np.intp], counts: NDArray[np.intp]) -> tuple[NDArray[np.int16], NDArray[np.intp]]:
    """Questions so that each tree has an even number, and where a tree's begin; one more is never answered by yes."""
    start = np.cumsum([0, *(counts + counts % 2)])
    questions = np.zeros((start[-1], 4), dtype=np.int16)
    questions[:, 1] = NEVER
    before = start[:-1] - (np.cumsum(counts) - counts)
    questions[np.arange(len(asks)) + np.repeat(before, counts)] = asks
    return questions, start
