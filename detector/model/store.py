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
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.errors import ModelError, SignalError
from detector.model.model import Model
from detector.model.packing import pack
from detector.model.power import MAX_POWER_BYTES, Power
from detector.model.unpacking import UNSOUND, unpack

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

UNREADABLE = (
    *(OSError, EOFError, ValueError, KeyError, SyntaxError, RuntimeError, NotImplementedError, MemoryError),
    *(zipfile.BadZipFile, zlib.error, struct.error, lzma.LZMAError, tokenize.TokenError),
)
"""What zipfile and NumPy's header parser raise on damaged or hostile bytes."""

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
    arrays = pack(model)
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
        platforms = unpack(arrays, joined)
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
