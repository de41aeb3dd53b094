"""Store: a model as a folder of data, `card.json` for people and `arrays.npz` for the machine. Nothing is pickled.

`arrays.npz` holds `values` (every float), `nodes` and `cuts` (the forests), and `structure`: JSON that says which
stretch of them is what. `power.json` is there where power was measured, and vouched for by the card. Everything is
checked on the way in: a damaged or hostile file is a `ModelError`, never a crash. The same model gives the same bytes.
"""

import io
import json
import lzma
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.errors import ModelError, SignalError
from detector.model.lessons import Boosted, Chance, Column, Lesson
from detector.model.model import LOOKS, Model, Platform
from detector.model.peers import Line, Peer
from detector.model.power import MAX_POWER_BYTES, Power
from detector.model.tail import Tail
from detector.model.trees import Forest
from detector.model.unit import Cohort, Pattern, Range, Unit
from detector.signals.catalogue import SIGNALS
from detector.signals.quantities import ATOMS, QUANTITIES

__all__ = ["CARD", "FORMAT", "default_path", "load", "save"]

CARD, ARRAYS, POWER = "card.json", "arrays.npz", "power.json"
POWER_HASH = "power_sha256"
"""In the card where power was measured: so the model's own hash covers it, and older folders stay as they are."""

FORMAT = 2
"""Raised when the layout or the meaning of an array changes; where it can be, older folders are upgraded by a function,
never by an `if` in the reader. 1: the forest's tail was one of isolation scores alone."""

JOINED = "joined_signals"
"""In the card of a model that was fitted with other packages' signals: their names and packages."""

MAX_BYTES = 200_000_000
"""Unpacked size beyond which a file is refused: a hundred times the shipped model."""

MAX_WEIGHT = 100.0
"""Of a lesson's odds beside the score; a fit chooses at most 4."""

UNREADABLE = (
    *(OSError, EOFError, ValueError, KeyError, SyntaxError, RuntimeError, NotImplementedError, MemoryError),
    *(zipfile.BadZipFile, zlib.error, struct.error, lzma.LZMAError, tokenize.TokenError),
)
"""What zipfile and NumPy's header parser raise on damaged or hostile bytes."""

UNSOUND = (KeyError, ValueError, TypeError, IndexError, AttributeError, OverflowError)
"""What a structure that lies about itself runs into."""

_EPOCH = (1980, 1, 1, 0, 0, 0)


def default_path() -> Path:
    """The model that ships with the package: in the wheel, or beside the package in a checkout.

    Raises
    ------
    ModelError
        When neither is there, as in a checkout before `make default-model`.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "default_model", package.parent / "models" / "default"):
        if (folder / CARD).is_file():
            return folder
    raise ModelError(
        "The shipped model is missing: neither detector/default_model nor models/default holds a card.json. "
        "Install the package again, or name a model with --model."
    )


def save(model: Model, folder: Path) -> None:
    """Writes a model's files into `folder`, which is made if need be; others in it are left alone."""
    arrays = _pack(model)
    content = {key: value for key, value in model.card.items() if key != POWER_HASH}
    folder.mkdir(parents=True, exist_ok=True)
    if model.power is not None:
        text = model.power.text().encode()
        content[POWER_HASH] = sha256(text).hexdigest()
        (folder / POWER).write_bytes(text)
    card = {**content, "format": FORMAT, "content_hash": _digest(content, arrays)}
    (folder / ARRAYS).write_bytes(_zip(arrays))
    (folder / CARD).write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def load(folder: Path) -> Model:
    """Reads a model.

    Raises
    ------
    ModelError
        When the folder is no model, is of another format, or was changed after it was written.
    """
    card = _card(folder)
    arrays = _arrays(folder / ARRAYS)
    content = {key: value for key, value in card.items() if key not in ("format", "content_hash")}
    if _digest(content, arrays) != card["content_hash"]:
        raise ModelError(
            f"{folder}: card and arrays do not belong together, or were changed. Fetch the model again."
        )
    joined = _joined(folder, content)
    try:
        platforms = _unpack(arrays, joined)
    except (*UNSOUND, RecursionError) as error:
        raise ModelError(f"{folder / ARRAYS} is damaged ({error}). Fit or fetch the model again.") from error
    version = f"{content.get('name', 'model')}-{card['content_hash'][:12]}"
    return Model(platforms, content, version, _power(folder / POWER, content.get(POWER_HASH)))


# Files


def _joined(folder: Path, content: Mapping[str, Any]) -> frozenset[str]:
    """Names of other packages' signals that the model was fitted with; each is here, as it was then."""
    records = content.get(JOINED)
    if not records:
        return frozenset()
    from detector.signals.joined import verified

    try:
        return verified(records)
    except SignalError as error:
        raise ModelError(f"{folder}: {error}") from error
    except UNSOUND as error:
        raise ModelError(
            f"{folder / CARD} does not say which packages' signals it needs ({error})."
        ) from error


def _power(path: Path, wanted: Any) -> Power | None:
    """What the card vouches for; None where it names nothing."""
    if wanted is None:
        return None
    try:
        with path.open("rb") as file:
            text = file.read(MAX_POWER_BYTES + 1)
        if len(text) > MAX_POWER_BYTES or sha256(text).hexdigest() != wanted:
            raise ModelError(f"{path} does not belong to its card, or was changed. Fetch the model again.")
        return Power.read(text.decode())
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{path} cannot be read ({error}). Fit or fetch the model again.") from error


def _zip(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """An .npz with fixed times, so that the same arrays give the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, values in sorted(arrays.items()):
            member = io.BytesIO()
            np.lib.format.write_array(member, values, allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", date_time=_EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, member.getvalue())
    return packed.getvalue()


def _card(folder: Path) -> dict[str, Any]:
    path = folder / CARD
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelError(
            f"{folder} is no model: it has no {CARD}. Expected a folder with {CARD} and {ARRAYS}."
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{path} cannot be read ({error}). Fit or fetch the model again.") from error
    if not isinstance(card, dict) or not isinstance(card.get("content_hash"), str):
        raise ModelError(f"{path} is no model card: it has no content_hash. Fit or fetch the model again.")
    if card.get("format") != FORMAT:
        raise ModelError(
            f"{path} is of format {card.get('format')!r}; this version reads format {FORMAT}. Fit the model again, or "
            "use the version that wrote it."
        )
    return card


def _arrays(path: Path) -> dict[str, NDArray[Any]]:
    wanted = {"values": np.float64, "nodes": np.int32, "cuts": np.float32, "structure": np.uint8}
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(info.file_size for info in archive.infolist()) > MAX_BYTES:
                raise ModelError(f"{path} unpacks to more than {MAX_BYTES // 10**6} MB, which no model does.")
            found = {}
            for name in wanted:
                with archive.open(f"{name}.npy") as member:
                    found[name] = np.lib.format.read_array(member, allow_pickle=False)
    except UNREADABLE as error:
        raise ModelError(f"{path} cannot be read ({error}). Fit or fetch the model again.") from error
    for name, dtype in wanted.items():
        if found[name].dtype != dtype or found[name].ndim != 1:
            raise ModelError(
                f"{path}: {name} is {found[name].dtype}{found[name].shape}, expected flat {np.dtype(dtype)}."
            )
    return found


def _digest(card: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> str:
    digest = sha256(json.dumps(card, sort_keys=True, ensure_ascii=True).encode())
    for name, values in sorted(arrays.items()):
        digest.update(name.encode() + str(values.dtype).encode() + values.tobytes())
    return digest.hexdigest()


# Packing: every number into one of three flat arrays, and a structure that points into them


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


def _pack(model: Model) -> dict[str, NDArray[Any]]:
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


# Unpacking, with every pointer checked


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


def _unpack(arrays: Mapping[str, NDArray[Any]], joined: frozenset[str]) -> dict[str, Platform]:
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
    return Unit(
        packed["axis"],
        packed["block"],
        {(peer.signal, peer.given): peer for peer in peers},
        unpacker.forest(packed["forest"]),
        unpacker.tail(packed["forest_tail"]),
        tuple(patterns),
        str(packed["calibrated_on"]),
    )
