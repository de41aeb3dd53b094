"""Unpacking: flat arrays and a structure into a model again, with every pointer and name checked.

What lies about itself raises one of `UNSOUND`, never reads outside its arrays.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.model.lessons import Boosted, Chance, Column, Lesson
from detector.model.model import LOOKS, Platform
from detector.model.peers import Line, Peer
from detector.model.tail import Tail
from detector.model.trees import Forest
from detector.model.unit import Cohort, Pattern, Range, Unit
from detector.signals.catalogue import SIGNALS
from detector.signals.quantities import ATOMS, QUANTITIES

__all__ = ["UNSOUND", "unpack"]

MAX_WEIGHT = 100.0
"""Of a lesson's odds beside the score; a fit chooses at most 4."""

MAX_SHARE = 1000.0
"""Of a unit's usual part of the alarm budget; a fit gives at most 134."""

UNSOUND = (KeyError, ValueError, TypeError, IndexError, AttributeError, OverflowError)
"""What a structure that lies about itself runs into."""


def _known(name: str, among: Any, what: str) -> str:
    if name not in among:
        raise ValueError(f"it uses the {what} {name!r}, which this version does not have")
    return name


class _Unpacker:
    def __init__(self, arrays: Mapping[str, NDArray[Any]], signals: Collection[str]) -> None:
        self.signals = signals
        self.values, self.nodes, self.cuts = arrays["values"], arrays["nodes"], arrays["cuts"]

    def get(self, stretch: Sequence[int], length: int | None = None) -> NDArray[np.float64]:
        start, n = stretch
        if start < 0 or n < 0 or start + n > len(self.values) or (length is not None and n != length):
            raise ValueError(f"a stretch [{start}, {n}] lies outside its values")
        found = self.values[start : start + n]
        if np.isnan(found).any():
            raise ValueError("a value is NaN")
        return found

    def bounds(self, stretch: Sequence[int]) -> tuple[float, float]:
        low, high = self.get(stretch, 2).tolist()
        return low, high

    def tail(self, packed: Sequence[Any] | None) -> Tail | None:
        if packed is None:
            return None
        at = self.get(packed[0])
        surprise = self.get(packed[1], len(at))
        decay = float(self.get(packed[2], 1)[0])
        sound = len(at) > 0 and np.all(np.diff(at) > 0) and np.all(np.diff(surprise) >= 0) and decay > 0
        if not sound or not np.isfinite(at).all() or not np.isfinite(surprise).all() or int(packed[3]) < 1:
            raise ValueError("a distribution is not in order")
        return Tail(at, surprise, decay, int(packed[3]))

    def sure_tail(self, packed: Sequence[Any] | None) -> Tail:
        tail = self.tail(packed)
        if tail is None:
            raise ValueError("a distribution is missing")
        return tail

    def line(self, stretch: Sequence[int], slopes: int) -> Line:
        values = self.get(stretch, 3 + slopes).tolist()
        return Line(values[0], tuple(values[3:]), values[1], values[2])

    def trees(self, packed: Mapping[str, Any]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Features, left and right children (3, trees, nodes), and thresholds (trees, nodes)."""
        trees, nodes = packed["shape"]
        size, start = trees * nodes, packed["start"]
        if (
            trees < 1
            or nodes < 1
            or start < 0
            or 3 * (start + size) > len(self.nodes)
            or start + size > len(self.cuts)
        ):
            raise ValueError("a forest lies outside its arrays")
        whole = self.nodes[3 * start : 3 * (start + size)].reshape(3, trees, nodes)
        return whole, self.cuts[start : start + size].reshape(trees, nodes)

    def boosted(self, packed: Mapping[str, Any], columns: int) -> Boosted:
        whole, cuts = self.trees(packed)
        value = self.get(packed["value"], cuts.size).reshape(cuts.shape)
        if not (np.abs(value) < 1e6).all():
            raise ValueError("a lesson's tree has no number at a leaf")
        return Boosted(whole[0], cuts, whole[1], whole[2], value, columns)

    def chance(self, packed: Sequence[Any] | None) -> Chance | None:
        if packed is None:
            return None
        at = self.get(packed[0])
        low, high = (self.get(stretch, 2 * len(at) + 1) for stretch in packed[1:3])
        intercept, slope = self.get(packed[3], 2).tolist()
        ends = [low, high]
        sound = len(at) > 0 and np.isfinite(at).all() and np.all(np.diff(at) > 0) and np.all(low <= high)
        in_order = all(np.all((e >= 0) & (e <= 1)) and np.all(np.diff(e) >= 0) for e in ends)
        if (
            not sound
            or not in_order
            or not slope >= 0
            or not np.isfinite([intercept, slope]).all()
            or int(packed[4]) < 1
        ):
            raise ValueError("a probability is not in order")
        return Chance(at, low, high, intercept, slope, int(packed[4]))

    def forest(self, packed: Mapping[str, Any] | None) -> Forest | None:
        if packed is None:
            return None
        whole, cuts = self.trees(packed)
        columns = tuple(_known(name, self.signals, "signal") for name in packed["columns"])
        length = self.get(packed["length"], cuts.size).reshape(cuts.shape)
        usual = float(packed["usual"])
        if not usual > 0:
            raise ValueError("a forest has no usual length")
        return Forest(columns, whole[0], cuts, whole[1], whole[2], length, usual)


def unpack(arrays: Mapping[str, NDArray[Any]], joined: frozenset[str]) -> dict[str, Platform]:
    structure = json.loads(arrays["structure"].tobytes())
    unpacker = _Unpacker(arrays, joined.union(SIGNALS))
    return {name: _unpack_platform(unpacker, name, packed) for name, packed in structure.items()}


def _unpack_platform(unpacker: _Unpacker, name: str, packed: Mapping[str, Any]) -> Platform:
    units = tuple(_unpack_unit(unpacker, unit) for unit in packed["units"])
    lessons = tuple(_unpack_lesson(unpacker, units, one) for one in packed.get("lessons", ()))
    return Platform(name, units, int(packed["n"]), lessons)


def _unpack_lesson(unpacker: _Unpacker, units: tuple[Unit, ...], packed: Mapping[str, Any]) -> Lesson:
    fills = unpacker.get(packed["fill"], len(packed["columns"])).tolist()
    columns = [_unpack_column(units, one, fill) for one, fill in zip(packed["columns"], fills, strict=True)]
    weight = float(unpacker.get(packed["weight"], 1)[0])
    atoms = frozenset(_known(atom, ATOMS, "kind of evidence") for atom in packed["atoms"])
    if not columns or not atoms or not np.isfinite(fills).all() or not 0 <= weight <= MAX_WEIGHT:
        raise ValueError("a lesson is not in order")
    cohorts = tuple(
        Cohort(*unpacker.bounds(ends), unpacker.sure_tail(tail)) for ends, tail in packed["cohorts"]
    )
    inflated, genuine = packed["cases"]
    trees = unpacker.boosted(packed["trees"], len(columns))
    chance = unpacker.chance(packed["chance"])
    return Lesson(atoms, tuple(columns), trees, weight, cohorts, chance, int(inflated), int(genuine))


def _unpack_column(units: tuple[Unit, ...], packed: Sequence[Any], fill: float) -> Column:
    kind, name, given, unit = packed
    if kind not in ("deviation", "signal", "quantity"):
        raise ValueError(f"a lesson looks at {kind!r}, which this version does not have")
    _known(name, QUANTITIES if kind == "quantity" else SIGNALS, "number")
    quantities = tuple(_known(q, QUANTITIES, "quantity") for q in given)
    if kind == "deviation" and not (0 <= unit < len(units) and (name, quantities) in units[unit].peers):
        raise ValueError(f"a lesson looks at {name} beside peers that are not there")
    return Column(kind, name, quantities, int(unit), fill)


def _unpack_unit(unpacker: _Unpacker, packed: Mapping[str, Any]) -> Unit:
    peers = []
    for name, given, middle, spread, tail in packed["peers"]:
        quantities = tuple(_known(q, QUANTITIES, "quantity") for q in given)
        lines = unpacker.line(middle, len(given)), unpacker.line(spread, len(given))
        if not lines[1].low > 0:
            raise ValueError("a spread is not positive")
        peers.append(
            Peer(_known(name, unpacker.signals, "signal"), quantities, *lines, unpacker.sure_tail(tail))
        )
    patterns = []
    for atoms, pairs, ranges, cohorts in packed["patterns"]:
        if not pairs or not cohorts or not all(0 <= i < len(peers) for i in pairs):
            raise ValueError("a pattern is empty or points outside its peers")
        patterns.append(
            Pattern(
                frozenset(_known(atom, ATOMS, "kind of evidence") for atom in atoms),
                tuple((peers[i].signal, peers[i].given) for i in pairs),
                tuple(
                    Range(_known(q, QUANTITIES, "quantity"), *unpacker.get(ends, 4).tolist())
                    for q, ends in ranges
                ),
                tuple(Cohort(*unpacker.bounds(ends), unpacker.sure_tail(tail)) for ends, tail in cohorts),
            )
        )
    if (packed["axis"], packed["block"]) not in LOOKS:
        raise ValueError(f"it judges {packed['axis']!r} by {packed['block']!r}, which this version does not")
    weight = float(unpacker.get(packed["weight"], 1)[0]) if "weight" in packed else 1.0
    if not 0 < weight <= MAX_SHARE:
        raise ValueError("a unit has no sound part of the alarm budget")
    return Unit(
        packed["axis"],
        packed["block"],
        {(peer.signal, peer.given): peer for peer in peers},
        unpacker.forest(packed["forest"]),
        unpacker.tail(packed["forest_tail"]),
        tuple(patterns),
        str(packed["calibrated_on"]),
        weight,
    )
