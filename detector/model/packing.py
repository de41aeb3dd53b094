"""Packing: every number of a model into one of three flat arrays, and a structure that points into them."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.model.lessons import Boosted, Chance, Lesson
from detector.model.model import Model
from detector.model.peers import Line
from detector.model.tail import Tail
from detector.model.trees import Forest
from detector.model.unit import Unit

__all__ = ["pack"]


class _Packer:
    def __init__(self) -> None:
        self.values: list[float] = []
        self.nodes: list[NDArray[np.int32]] = []
        self.cuts: list[NDArray[np.float32]] = []
        self.n_nodes = 0

    def put(self, numbers: Sequence[float] | NDArray[np.float64]) -> list[int]:
        """Stretch [start, length] of the numbers in `values`."""
        start = len(self.values)
        self.values.extend(float(number) for number in numbers)
        return [start, len(numbers)]

    def forest(self, forest: Forest | None) -> dict[str, Any] | None:
        if forest is None:
            return None
        trees, nodes = forest.feature.shape
        start = self.n_nodes
        for array in (forest.feature, forest.left, forest.right):
            self.nodes.append(array.astype(np.int32).ravel())
        self.cuts.append(forest.threshold.ravel())
        self.n_nodes += trees * nodes
        lengths = self.put(forest.length.ravel())
        return {
            "columns": list(forest.columns),
            "shape": [trees, nodes],
            "start": start,
            "length": lengths,
            "usual": forest.usual,
        }

    def tail(self, tail: Tail | None) -> list[Any] | None:
        if tail is None:
            return None
        return [self.put(tail.at), self.put(tail.surprise), self.put([tail.decay]), tail.n]

    def line(self, line: Line) -> list[int]:
        return self.put([line.intercept, line.low, line.high, *line.slopes])

    def boosted(self, trees: Boosted) -> dict[str, Any]:
        count, nodes = trees.feature.shape
        start = self.n_nodes
        for array in (trees.feature, trees.left, trees.right):
            self.nodes.append(array.astype(np.int32).ravel())
        self.cuts.append(trees.threshold.ravel())
        self.n_nodes += count * nodes
        return {"shape": [count, nodes], "start": start, "value": self.put(trees.value.ravel())}

    def chance(self, chance: Chance | None) -> list[Any] | None:
        if chance is None:
            return None
        line = self.put([chance.intercept, chance.slope])
        return [self.put(chance.at), self.put(chance.low), self.put(chance.high), line, chance.n]


def pack(model: Model) -> dict[str, NDArray[Any]]:
    packer = _Packer()
    structure = {
        name: {"n": platform.n_accounts, "units": [_pack_unit(packer, unit) for unit in platform.units]}
        # Named where there are any, so that a model without cases keeps the bytes of before.
        | ({"lessons": [_pack_lesson(packer, one) for one in platform.lessons]} if platform.lessons else {})
        for name, platform in sorted(model.platforms.items())
    }
    text = json.dumps(structure, sort_keys=True, separators=(",", ":")).encode()
    return {
        "values": np.array(packer.values, dtype=np.float64),
        "nodes": np.concatenate([np.empty(0, np.int32), *packer.nodes]),
        "cuts": np.concatenate([np.empty(0, np.float32), *packer.cuts]),
        "structure": np.frombuffer(text, dtype=np.uint8),
    }


def _pack_unit(packer: _Packer, unit: Unit) -> dict[str, Any]:
    pairs = sorted(unit.peers)
    number = {pair: i for i, pair in enumerate(pairs)}
    peers = [
        [name, list(given), packer.line(peer.middle), packer.line(peer.spread), packer.tail(peer.tail)]
        for (name, given), peer in ((pair, unit.peers[pair]) for pair in pairs)
    ]
    patterns = [
        [
            sorted(pattern.atoms),
            [number[pair] for pair in pattern.pairs],
            [
                [r.quantity, packer.put([r.edge_low, r.inside_low, r.inside_high, r.edge_high])]
                for r in pattern.ranges
            ],
            [[packer.put([c.low, c.high]), packer.tail(c.tail)] for c in pattern.cohorts],
        ]
        for pattern in unit.patterns
    ]
    return {
        "axis": unit.axis,
        "block": unit.block,
        "calibrated_on": unit.calibrated_on,
        "peers": peers,
        "patterns": patterns,
        "forest": packer.forest(unit.forest),
        "forest_tail": packer.tail(unit.forest_tail),
        # Named where it is another one, so that models of clean references keep the bytes of before.
        **({"weight": packer.put([unit.weight])} if unit.weight != 1.0 else {}),
    }


def _pack_lesson(packer: _Packer, lesson: Lesson) -> dict[str, Any]:
    return {
        "atoms": sorted(lesson.atoms),
        "columns": [[one.kind, one.name, list(one.given), one.unit] for one in lesson.columns],
        "fill": packer.put([one.fill for one in lesson.columns]),
        "trees": packer.boosted(lesson.trees),
        "weight": packer.put([lesson.weight]),
        "cohorts": [[packer.put([c.low, c.high]), packer.tail(c.tail)] for c in lesson.cohorts],
        "chance": packer.chance(lesson.chance),
        "cases": [lesson.n_inflated, lesson.n_genuine],
    }
