"""Packed isolation forest: all trees as arrays, as they are fitted, stored and checked; `walk` scores accounts by them.

Higher = more isolated = more suspicious (scikit-learn says the opposite; the sign is flipped in `training.fit`).
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from detector.errors import ModelError
from detector.model.compiled import compiled_walk
from detector.model.walk import Flat, flat, plain_walk
from detector.panel import FloatArray

__all__ = ["Forest"]


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
        trees, nodes = self.feature.shape
        shapes = {array.shape for array in (self.threshold, self.left, self.right, self.length)}
        if shapes != {(trees, nodes)} or not trees or not nodes:
            raise ModelError(
                "a forest's arrays differ in shape: the model is damaged. Fit or fetch it again."
            )
        inner = self.feature >= 0
        place = np.broadcast_to(np.arange(nodes), self.feature.shape)
        # Children come after their parent, so that a walk always ends.
        sound = (self.left > place) & (self.right > place) & (self.left < nodes) & (self.right < nodes)
        if (self.feature >= len(self.columns)).any() or not sound[inner].all():
            raise ModelError(
                "a forest points outside its own trees: the model is damaged. Fit or fetch it again."
            )

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
