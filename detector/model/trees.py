"""Packed isolation forest: all trees as arrays, as they are fitted, stored and checked; `walk` scores accounts by them.

Higher = more isolated = more suspicious (scikit-learn says the opposite; the sign is flipped in `training.fit`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from detector.errors import ModelError
from detector.model.compiled import compiled_walk
from detector.model.walk import Flat, flat, plain_walk
from detector.panel import FloatArray

__all__ = ["Forest", "Trees", "check_trees"]


class Trees(Protocol):
    """Arrays of (trees, nodes): the column a node asks about, -1 at a leaf, and its children within the tree."""

    @property
    def feature(self) -> NDArray[np.int32]: ...
    @property
    def left(self) -> NDArray[np.int32]: ...
    @property
    def right(self) -> NDArray[np.int32]: ...


def check_trees(what: str, trees: Trees, others: Sequence[NDArray[Any]], n_columns: int) -> None:
    """Find out whether a walk down the trees stays within them and ends: what is stored may be damaged or hostile.

    Raises
    ------
    ModelError
        Arrays, `others` among them, differ in shape, or a node points outside; `what` says whose they are.
    """
    n_trees, n_nodes = trees.feature.shape
    shapes = {array.shape for array in (trees.left, trees.right, *others)}
    inner, place = trees.feature >= 0, np.arange(n_nodes)
    sound = shapes == {(n_trees, n_nodes)} and n_trees > 0 and n_nodes > 0
    for child in (trees.left, trees.right) if sound else ():
        # Children come after their parent, so that a walk always ends.
        sound = sound and bool(((child > place) & (child < n_nodes))[inner].all())
    if not sound or (trees.feature >= n_columns).any():
        raise ModelError(
            f"the trees of {what} differ in shape or point outside: the model is damaged. Fit or fetch it again."
        )


@dataclass(frozen=True, slots=True, repr=False)
class Forest:
    """Trees of one forest over `columns`, padded to the same number of nodes; arrays are shaped (trees, nodes).

    `feature` is -1 at a leaf; `left` and `right` are node numbers within the tree; `length` is the path length that
    a leaf stands for; `usual` turns mean path length into the isolation score 2**(-length / usual).
    """

    columns: tuple[str, ...]
    feature: NDArray[np.int32]
    threshold: NDArray[np.float32]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    length: FloatArray
    usual: float
    _flat: list[Flat] = field(init=False, default_factory=list, compare=False)

    def __post_init__(self) -> None:
        check_trees("a forest", self, (self.threshold, self.length), len(self.columns))

    def __repr__(self) -> str:
        return f"Forest({len(self.feature)} trees over {len(self.columns)} signals)"

    def isolation(self, rows: FloatArray) -> FloatArray:
        """Isolation score of each row, 0..1, higher = odder. `rows` is (n, columns) without NaN.

        Path lengths are added up in eight lanes, see `Flat`, with the compiled kernel and without it: the same bits.
        """
        walk = compiled_walk(len(rows)) or plain_walk
        total = walk(self._flattened(), rows.astype(np.float32))
        isolation: FloatArray = np.exp2(-(total / len(self.feature)) / self.usual)
        return isolation

    def _flattened(self) -> Flat:
        if not self._flat:
            self._flat.append(flat(self.feature, self.threshold, self.left, self.right, self.length))
        return self._flat[0]
