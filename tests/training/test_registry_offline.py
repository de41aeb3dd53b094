"""A registry that cannot be reached: the last copy of the very same address is used and said, or nothing is."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from detector.errors import ModelError
from training import copies, registry, tracking
from training.fingerprint import folder_sha256

pytestmark = pytest.mark.filterwarnings("ignore:unclosed database:ResourceWarning")


@pytest.fixture
def fetched(
    tracked: tracking.Tracked, model_folder: Path, tmp_path: Path
) -> tuple[tracking.Store, Path, Path]:
    """A store that once answered `models:/offline@champion`, the cache, and the folder that it led to."""
    registry.register(tracked, "offline", model_folder, "champion")
    folder = registry.fetch("models:/offline@champion", tracked.store, tmp_path / "cache")
    return tracked.store, tmp_path / "cache", folder


@pytest.fixture
def unreachable(fetched: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on: the store has answered once."""

    def refuse(*_: Any) -> Any:
        raise ConnectionError("connection refused")

    monkeypatch.setattr(registry, "_version", refuse)


@pytest.mark.usefixtures("unreachable")
def test_the_last_copy_is_used_with_its_hash_and_age_said(
    fetched: tuple[tracking.Store, Path, Path],
) -> None:
    place, cache, folder = fetched
    (note,) = (cache / ".addresses").iterdir()
    content = json.loads(note.read_text())
    content["known_at"] = (datetime.now(UTC) - timedelta(days=3, hours=1)).isoformat()
    note.write_text(json.dumps(content))
    with pytest.warns(UserWarning, match=rf"connection refused.*{folder.name}, fetched 3 days ago"):
        assert registry.fetch("models:/offline@champion", place, cache) == folder


@pytest.mark.usefixtures("unreachable")
@pytest.mark.parametrize(
    "address", ["models:/offline@challenger", "models:/offline/1", "models:/other@champion"]
)
def test_never_another_model(fetched: tuple[tracking.Store, Path, Path], address: str) -> None:
    place, cache, _ = fetched
    with pytest.raises(ModelError, match="connection refused"):
        registry.fetch(address, place, cache)


@pytest.mark.usefixtures("unreachable")
def test_never_the_same_name_of_another_registry(
    fetched: tuple[tracking.Store, Path, Path], tracked: tracking.Tracked, tmp_path: Path
) -> None:
    other = tracking.Store("http://127.0.0.1:9", "", None)
    with pytest.raises(ModelError, match="cannot be fetched"):
        registry.fetch("models:/offline@champion", other, fetched[1])


@pytest.mark.usefixtures("unreachable")
def test_a_copy_that_was_changed_is_not_used(fetched: tuple[tracking.Store, Path, Path]) -> None:
    place, cache, folder = fetched
    (folder / "arrays.npz").write_bytes(b"changed")
    with pytest.raises(ModelError, match="connection refused"):
        registry.fetch("models:/offline@champion", place, cache)


@pytest.mark.parametrize("note", ["", "[]", "{}", '{"address": "a", "folder": "../x", "known_at": "2026"}'])
def test_a_note_that_makes_no_sense_is_no_copy(tmp_path: Path, note: str) -> None:
    place = tracking.Store("sqlite:///x")
    copies.remember(tmp_path, place, "a", "f" * 16)
    (path,) = (tmp_path / ".addresses").iterdir()
    path.write_text(note)
    assert copies.recall(tmp_path, place, "a") is None


def test_a_deleted_alias_is_an_answer_and_not_a_failure(
    fetched: tuple[tracking.Store, Path, Path],
) -> None:
    place, cache, _ = fetched
    with tracking.connected(place) as mlflow:
        mlflow.MlflowClient().delete_registered_model_alias("offline", "champion")
    with pytest.raises(ModelError, match="There is no models:/offline@champion"):
        registry.fetch("models:/offline@champion", place, cache)


def test_a_server_that_does_not_answer_falls_back_for_real(
    home: Path, tracked: tracking.Tracked, model_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No stand-in: a port where nobody listens, and a copy that was fetched from that very address."""
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    place = tracking.Store("http://127.0.0.1:9")
    cache = home / "cache" / "bot-suspicion" / "models"
    digest = folder_sha256(model_folder)
    registry._kept(_copied(model_folder, home / "part"), _made(cache / digest[:16]), digest)
    copies.remember(cache, place, "models:/m@champion", digest[:16])
    with pytest.warns(UserWarning, match=digest[:16]):
        assert registry.fetch("models:/m@champion", place).name == digest[:16]


def _copied(folder: Path, to: Path) -> Path:
    import shutil

    return Path(shutil.copytree(folder, to))


def _made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
