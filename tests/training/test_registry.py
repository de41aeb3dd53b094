"""Registry: addresses become folders whose content was checked, and mistakes are said with what there is."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from detector.errors import ModelError
from detector.model import store
from training import registry, tracking
from training.fingerprint import folder_sha256

pytestmark = pytest.mark.filterwarnings("ignore:unclosed database:ResourceWarning")


@pytest.fixture(scope="session")
def registered(tracked: tracking.Tracked, model_folder: Path) -> tracking.Tracked:
    """The tracked fit, registered as `mine`: version 1, the challenger."""
    assert registry.register(tracked, "mine", model_folder) == "1"
    return tracked


@pytest.mark.parametrize("address", ["models:/mine@challenger", "models:/mine/1"])
def test_an_address_becomes_a_folder_with_the_registered_model(
    registered: tracking.Tracked, model_folder: Path, tmp_path: Path, address: str
) -> None:
    folder = registry.fetch(address, registered.store, tmp_path)
    assert folder_sha256(folder) == folder_sha256(model_folder)
    assert store.load(folder).version == store.load(model_folder).version
    assert {path.name for path in tmp_path.iterdir()} == {folder.name, ".addresses"}


def test_a_fetched_model_is_not_fetched_again_unless_it_was_changed(
    registered: tracking.Tracked, model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = registry.fetch("models:/mine/1", registered.store, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(registry, "_download", lambda *_: pytest.fail("downloaded again"))
        assert registry.fetch("models:/mine@challenger", registered.store, tmp_path) == folder
    (folder / "arrays.npz").write_bytes(b"damaged")
    assert registry.fetch("models:/mine/1", registered.store, tmp_path) == folder
    assert folder_sha256(folder) == folder_sha256(model_folder)


def test_registering_again_makes_the_next_version_the_challenger(
    registered: tracking.Tracked, model_folder: Path
) -> None:
    assert registry.register(registered, "again", model_folder) == "1"
    assert registry.register(registered, "again", model_folder, alias="champion") == "2"
    with tracking.connected(registered.store) as mlflow:
        assert mlflow.MlflowClient().get_registered_model("again").aliases == {"challenger": 1, "champion": 2}


@pytest.mark.parametrize("address", ["models:/mine@nobody", "models:/mine/99", "models:/other@challenger"])
def test_what_is_not_registered_is_an_error_that_lists_what_is(
    registered: tracking.Tracked, tmp_path: Path, address: str
) -> None:
    with pytest.raises(ModelError) as caught:
        registry.fetch(address, registered.store, tmp_path)
    assert address in str(caught.value)
    assert "mine (@challenger = 1; versions 1)" in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "models:/mine",
        "models:/mine@",
        "models:/mine/latest",
        "models:/a/b/1",
        "models:mine/1",
        "models:/m@a b",
    ],
)
def test_a_malformed_address_is_an_error_that_shows_the_form(home: Path, address: str) -> None:
    with pytest.raises(ModelError, match="expected models:/NAME@ALIAS or models:/NAME/VERSION"):
        registry.fetch(address)


def test_looking_for_a_model_does_not_create_a_database(home: Path) -> None:
    database = home / "data" / "bot-suspicion" / "mlflow.db"
    database.unlink()
    with pytest.raises(ModelError, match="no registry yet"):
        registry.fetch("models:/mine@champion")
    assert not database.exists()


def test_an_empty_registry_says_how_to_register(home: Path) -> None:
    with pytest.raises(ModelError, match="--register NAME"):
        registry.fetch("models:/mine@champion")


def test_files_changed_in_the_store_are_refused(
    tracked: tracking.Tracked, model_folder: Path, tmp_path: Path
) -> None:
    changed = tmp_path / "changed"
    shutil.copytree(model_folder, changed)
    with (changed / "card.json").open("a", encoding="utf-8") as card:
        card.write(" ")
    registry.register(tracked, "swapped", changed)  # the tag says one thing, the files another
    with pytest.raises(ModelError, match="not what was registered"):
        registry.fetch("models:/swapped@challenger", tracked.store, tmp_path / "cache")
    assert not list((tmp_path / "cache").iterdir())


def test_a_registered_model_of_another_kind_is_refused(tracked: tracking.Tracked, tmp_path: Path) -> None:
    with tracking.connected(tracked.store) as mlflow:
        client = mlflow.MlflowClient()
        client.create_registered_model("foreign")
        (tmp_path / "files").mkdir()
        (tmp_path / "files" / "MLmodel").write_text("flavors: {}\n", encoding="utf-8")
        client.create_model_version("foreign", (tmp_path / "files").as_uri())
    with pytest.raises(ModelError, match="holds no model of this tool"):
        registry.fetch("models:/foreign/1", tracked.store, tmp_path / "cache")


def test_a_broken_registry_is_one_error_that_says_where(home: Path) -> None:
    database = home / "data" / "bot-suspicion" / "mlflow.db"
    database.write_bytes(b"not a database at all" * 100)
    with pytest.raises(ModelError, match=r"cannot be fetched from sqlite:.*mlflow\.db"):
        registry.fetch("models:/mine@champion")


def test_the_entry_point_leads_to_fetch(registered: tracking.Tracked, home: Path, monkeypatch: Any) -> None:
    from detector import api

    monkeypatch.setenv("MLFLOW_TRACKING_URI", registered.store.uri)
    monkeypatch.setattr(api, "_fetcher", lambda scheme: {"models": registry.fetch}[scheme])
    assert (
        api.load_model("models:/mine@challenger").version
        == store.load(registry.fetch("models:/mine@challenger")).version
    )
