"""Packed isolation forest: all trees as arrays, walked level by level without a Python loop over accounts.

Higher = more isolated = more suspicious (scikit-learn says the opposite; the sign is flipped in `training.fit`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.errors import ModelError
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
        """Isolation score of each row, 0..1, higher = odder. `rows` is (n, columns) without NaN."""
        trees = np.arange(len(self.feature))
        node = np.zeros((len(rows), len(trees)), dtype=np.int32)
        row = np.arange(len(rows))[:, None]
        values = rows.astype(np.float32)
        while True:
            feature = self.feature[trees, node]
            inner = feature >= 0
            if not inner.any():
                break
            goes_left = values[row, np.maximum(feature, 0)] <= self.threshold[trees, node]
            step = np.where(goes_left, self.left[trees, node], self.right[trees, node])
            node = np.where(inner, step, node)
        lengths = np.ascontiguousarray(self.length[trees, node])
        isolation: FloatArray = np.exp2(-(lengths.sum(axis=1) / len(trees)) / self.usual)
        return isolation
