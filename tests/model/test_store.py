"""A model on disk is data: the same bits come back, and whatever is damaged or hostile is a ModelError."""

import io
import json
import pickle
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detector.errors import ModelError
from detector.model import store
from detector.model.model import Model
from detector.scoring import score_tables
from detector.tables import Table, Tables
from training.fit import FitSettings, fit

NAMES = ("values", "nodes", "cuts", "structure")


def profiles(n: int) -> Tables:
    rng = np.random.default_rng(0)
    followers = np.round(10 ** rng.uniform(3, 6, n))
    columns = {
        "platform": np.full(n, "tiktok", dtype=object),
        "account_id": np.array([f"a{i:04d}" for i in range(n)], dtype=object),
        "followers": followers,
        "likes": np.round(followers * rng.lognormal(2, 1, n)),
        "posts": np.round(10 ** rng.uniform(1, 2.5, n)),
    }
    return Tables(accounts=Table("accounts", columns))


@pytest.fixture(scope="module")
def model() -> Model:
    return fit(profiles(200), FitSettings(name="small")).model


@pytest.fixture(scope="module")
def saved(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model") / "new" / "folder"
    store.save(model, folder)
    return folder


@pytest.fixture
def folder(saved: Path, tmp_path: Path) -> Path:
    """A copy to damage."""
    return Path(shutil.copytree(saved, tmp_path / "model"))


def members(folder: Path) -> dict[str, Any]:
    with np.load(folder / "arrays.npz", allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def forge(folder: Path, arrays: dict[str, Any]) -> None:
    """Arrays with a card that vouches for them: the hash protects against accidents, not against people."""
    with zipfile.ZipFile(folder / "arrays.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, values in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, values, allow_pickle=values.dtype.hasobject)
            archive.writestr(f"{name}.npy", member.getvalue())
    card = json.loads((folder / "card.json").read_text())
    content = {key: value for key, value in card.items() if key not in ("format", "content_hash")}
    if not any(values.dtype.hasobject for values in arrays.values()):
        card["content_hash"] = store._digest(content, arrays)
    (folder / "card.json").write_text(json.dumps(card))


def test_a_model_comes_back_with_the_same_bits(model: Model, saved: Path):
    back = store.load(saved)
    tables = profiles(300)
    before, after = score_tables(tables, model), score_tables(tables, back)
    for name, values in before.columns.items():
        if values.dtype.kind == "f":
            assert values.tobytes() == after.columns[name].tobytes(), name
    assert back.card == json.loads(json.dumps(model.card))
    assert back.version.startswith("small-")


def test_the_same_model_gives_the_same_bytes_saved_again_and_after_a_round_trip(saved: Path, tmp_path: Path):
    store.save(store.load(saved), tmp_path / "again")
    for name in ("card.json", "arrays.npz"):
        assert (tmp_path / "again" / name).read_bytes() == (saved / name).read_bytes(), name


def test_a_units_own_weight_comes_back_and_only_such_a_one_is_named(
    model: Model, saved: Path, tmp_path: Path
):
    platform = model.platforms["tiktok"]
    units = (replace(platform.units[0], weight=6.7), *platform.units[1:])
    weighed = replace(model, platforms={"tiktok": replace(platform, units=units)})
    store.save(weighed, tmp_path / "weighed")
    found = store.load(tmp_path / "weighed").platforms["tiktok"].units
    assert [unit.weight for unit in found] == [6.7, *(1.0 for _ in units[1:])]
    assert b"weight" not in members(saved)["structure"].tobytes()


@pytest.mark.parametrize("weight", [0.0, -2.0, 1e4, np.inf, np.nan])
def test_a_weight_out_of_bounds_is_refused(model: Model, tmp_path: Path, weight: float):
    platform = model.platforms["tiktok"]
    units = (replace(platform.units[0], weight=weight), *platform.units[1:])
    store.save(replace(model, platforms={"tiktok": replace(platform, units=units)}), tmp_path / "model")
    with pytest.raises(ModelError, match="damaged"):
        store.load(tmp_path / "model")


def test_other_files_in_the_folder_are_left_alone(model: Model, tmp_path: Path):
    (tmp_path / "notes.txt").write_text("mine")
    store.save(model, tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert store.load(tmp_path).platforms.keys() == model.platforms.keys()


@pytest.mark.parametrize("name", ["card.json", "arrays.npz"])
@pytest.mark.parametrize("kept", [0.0, 0.1, 0.5, 0.99])
def test_a_truncated_file_is_refused(folder: Path, name: str, kept: float):
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: int(kept * len(content))])
    with pytest.raises(ModelError):
        store.load(folder)


@pytest.mark.parametrize("name", ["card.json", "arrays.npz"])
def test_a_missing_file_is_refused(folder: Path, name: str):
    (folder / name).unlink()
    with pytest.raises(ModelError, match="model"):
        store.load(folder)


@pytest.mark.parametrize("name", NAMES)
def test_one_changed_number_is_refused_by_its_hash(folder: Path, name: str):
    arrays = members(folder)
    card = (folder / "card.json").read_text()
    arrays[name][len(arrays[name]) // 2] += 1
    forge(folder, arrays)
    (folder / "card.json").write_text(card)
    with pytest.raises(ModelError, match="do not belong together"):
        store.load(folder)


@pytest.mark.parametrize(
    "card",
    [
        "[]",
        "null",
        "{}",
        '{"content_hash": 3}',
        '{"content_hash": "x"}',
        '{"content_hash": "x", "format": 2}',
        '{"content_hash": "x", "format": 1}',
        "\x00",
        "[" * 100_000,
    ],
)
def test_a_card_of_another_kind_is_refused(folder: Path, card: str):
    (folder / "card.json").write_text(card)
    with pytest.raises(ModelError):
        store.load(folder)


def test_a_card_in_another_encoding_is_refused(folder: Path):
    (folder / "card.json").write_bytes(b'{"content_hash": "\xff\xfe"}')
    with pytest.raises(ModelError, match="cannot be read"):
        store.load(folder)


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_member_is_refused(folder: Path, name: str):
    arrays = members(folder)
    del arrays[name]
    forge(folder, arrays | {"other": np.zeros(3)})
    with pytest.raises(ModelError, match="cannot be read"):
        store.load(folder)


@pytest.mark.parametrize(
    ("name", "dtype"), [("values", "f4"), ("nodes", "i8"), ("cuts", "f8"), ("structure", "i1")]
)
def test_another_kind_of_number_is_refused(folder: Path, name: str, dtype: str):
    arrays = members(folder)
    forge(folder, arrays | {name: arrays[name].astype(dtype)})
    with pytest.raises(ModelError, match=name):
        store.load(folder)


@pytest.mark.parametrize("name", NAMES)
def test_another_number_of_dimensions_is_refused(folder: Path, name: str):
    arrays = members(folder)
    forge(folder, arrays | {name: arrays[name][None, :]})
    with pytest.raises(ModelError, match=name):
        store.load(folder)


class _Trap:
    """Unpickling this makes a file: proof that something was executed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("name", NAMES)
def test_a_pickle_inside_the_arrays_is_never_loaded(folder: Path, tmp_path: Path, name: str):
    sprung = tmp_path / "sprung"
    trap = np.empty(1, dtype=object)
    trap[0] = _Trap(sprung)
    forge(folder, members(folder) | {name: trap})
    with pytest.raises(ModelError, match="cannot be read"):
        store.load(folder)
    assert not sprung.exists()
    pickle.loads(pickle.dumps(_Trap(sprung)))  # noqa: S301 - the trap itself works
    assert sprung.exists()


def test_a_file_that_unpacks_to_too_much_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(store, "MAX_BYTES", 1_000)
    with pytest.raises(ModelError, match="unpacks to more"):
        store.load(folder)


def test_a_pickle_or_text_in_place_of_the_archive_is_refused(folder: Path):
    for content in (pickle.dumps({"values": 1}), b"values", b"PK\x05\x06" + bytes(18)):
        (folder / "arrays.npz").write_bytes(content)
        with pytest.raises(ModelError):
            store.load(folder)


Change = Callable[[dict[str, Any]], object]


def _unit(structure: dict[str, Any]) -> dict[str, Any]:
    unit: dict[str, Any] = structure["tiktok"]["units"][0]
    return unit


STRUCTURES: dict[str, Change] = {
    "a stretch that starts below zero": lambda s: _unit(s)["peers"][0].__setitem__(2, [-3, 3]),
    "a stretch beyond the values": lambda s: _unit(s)["peers"][0].__setitem__(2, [10**15, 3]),
    "a stretch of another length": lambda s: _unit(s)["peers"][0].__setitem__(2, [0, 2]),
    "a stretch that is no pair": lambda s: _unit(s)["peers"][0].__setitem__(2, 7),
    "a stretch of text": lambda s: _unit(s)["peers"][0].__setitem__(2, ["0", "3"]),
    "an unknown signal": lambda s: _unit(s)["peers"][0].__setitem__(0, "__class__"),
    "an unknown quantity": lambda s: _unit(s)["peers"][0].__setitem__(1, ["nothing"]),
    "no distribution": lambda s: _unit(s)["peers"][0].__setitem__(4, None),
    "an unknown kind of evidence": lambda s: _unit(s)["patterns"][0].__setitem__(0, ["nothing"]),
    "a pattern that points outside its peers": lambda s: _unit(s)["patterns"][0].__setitem__(1, [10**6]),
    "a pattern without peers": lambda s: _unit(s)["patterns"][0].__setitem__(1, []),
    "a pattern without cohorts": lambda s: _unit(s)["patterns"][0].__setitem__(3, []),
    "a weight of no length": lambda s: _unit(s).__setitem__("weight", [0, 0]),
    "a weight that is a number": lambda s: _unit(s).__setitem__("weight", 3.0),
    "an unknown block": lambda s: _unit(s).__setitem__("block", "nothing"),
    "no patterns": lambda s: _unit(s).pop("patterns"),
    "units that are no list": lambda s: s["tiktok"].__setitem__("units", 3),
    "a platform that is nothing": lambda s: s.__setitem__("tiktok", None),
    "a forest outside its arrays": lambda s: _unit(s)["forest"].__setitem__("start", 10**12),
    "a forest with a negative start": lambda s: _unit(s)["forest"].__setitem__("start", -1),
    "a forest of absurd size": lambda s: _unit(s)["forest"].__setitem__("shape", [10**9, 10**9]),
    "a forest of no size": lambda s: _unit(s)["forest"].__setitem__("shape", [0, 5]),
    "a forest over unknown signals": lambda s: _unit(s)["forest"].__setitem__("columns", ["nothing"]),
    "a forest without a usual length": lambda s: _unit(s)["forest"].__setitem__("usual", 0.0),
}


@pytest.mark.parametrize("what", STRUCTURES)
def test_a_forged_structure_is_refused(folder: Path, what: str):
    arrays = members(folder)
    structure = json.loads(arrays["structure"].tobytes())
    STRUCTURES[what](structure)
    text = json.dumps(structure).encode()
    forge(folder, arrays | {"structure": np.frombuffer(text, dtype=np.uint8)})
    with pytest.raises(ModelError):
        store.load(folder)


@pytest.mark.parametrize("text", [b"", b"{", b"[1]", b"\xff", b"7"])
def test_a_structure_that_is_no_structure_is_refused(folder: Path, text: bytes):
    forge(folder, members(folder) | {"structure": np.frombuffer(text, dtype=np.uint8)})
    with pytest.raises(ModelError, match="damaged"):
        store.load(folder)


@pytest.mark.parametrize("value", [np.nan, -1.0])
def test_forged_values_out_of_order_are_refused(folder: Path, value: float):
    arrays = members(folder)
    forge(folder, arrays | {"values": np.full_like(arrays["values"], value)})
    with pytest.raises(ModelError, match="damaged"):
        store.load(folder)


def test_a_forged_tree_that_never_ends_is_refused(folder: Path):
    arrays = members(folder)
    forge(folder, arrays | {"nodes": np.zeros_like(arrays["nodes"])})
    with pytest.raises(ModelError, match="damaged"):
        store.load(folder)


def test_an_honest_forgery_loads_so_that_the_refusals_above_mean_something(folder: Path, saved: Path):
    forge(folder, members(folder))
    assert store.load(folder).version == store.load(saved).version


def test_a_changed_card_changes_the_version(model: Model, saved: Path, tmp_path: Path):
    store.save(replace(model, card={**model.card, "not_for": ["anybody"]}), tmp_path)
    assert store.load(tmp_path).version != store.load(saved).version
