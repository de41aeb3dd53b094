"""Registry: names, versions and aliases for models in MLflow, and how `models:/NAME@ALIAS` becomes a folder."""

import json
import re
import shutil
import tempfile
import warnings
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from detector.errors import DetectorError, ModelError
from training.copies import recall, remember
from training.fingerprint import folder_sha256
from training.tracking import MODEL_FOLDER, Store, Tracked, connected, store

__all__ = ["fetch", "register"]

TAG = "bot_suspicion.folder_sha256"
"""Tag of a model version: hash of our folder's bytes, so that a download is checked and a cached one reused."""

VERSION_TAG = "bot_suspicion.content_hash"
"""Tag of a model version: the hash that ends the `model_version` of each result."""

_ADDRESS = re.compile(r"models:/(?P<name>[^/:@]+)(@(?P<alias>[\w.-]+)|/(?P<version>\d+))")
_SHOWN = 20


def register(
    run: Tracked,
    name: str,
    folder: Path,
    alias: str = "challenger",
    tags: Mapping[str, str] | None = None,
) -> str:
    """Make a run's model the next version of a registered model, point the alias at it, give its version.

    Parameters
    ----------
    run
        What `training.tracking.track` returned.
    name
        Registered model; it is made if there is none.
    folder
        The model's folder that was logged: its hash goes with the version.
    alias
        `challenger` until it was compared with the `champion`.
    tags
        Put on the version, beside the hash.

    Raises
    ------
    Exception
        Whatever MLflow, its database or its server raise.
    """
    with connected(run.store) as mlflow:
        client = mlflow.MlflowClient()
        with suppress(mlflow.exceptions.MlflowException):  # it is there already; else the next call says so
            client.create_registered_model(name)
        card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
        ours = {**(tags or {}), TAG: folder_sha256(folder), VERSION_TAG: str(card["content_hash"])}
        made = client.create_model_version(
            name, run.model_uri, run.run_id, tags=ours, description=_description(card)
        )
        client.set_registered_model_alias(name, alias, made.version)
        return str(made.version)


def _description(card: Mapping[str, Any]) -> str:
    """What a version is, for people who look at MLflow's page."""
    accounts = ", ".join(f"{name} {one['accounts']:,}" for name, one in sorted(card["platforms"].items()))
    cases = card.get("cases", {})
    text = f"{card['name']}-{card['content_hash'][:12]}: reference accounts {accounts}"
    if any(cases.values()):
        text += f"; cases {cases['inflated']:,} inflated, {cases['genuine']:,} genuine"
    champion = card.get("lineage", {}).get("champion")
    return text + (f"; taught on {champion}" if champion else "")


def fetch(address: str, place: Store | None = None, cache: Path | None = None) -> Path:
    """Fetch a registered model into a folder of this machine, unless it is there already, and check its hash.

    Parameters
    ----------
    address
        `models:/NAME@ALIAS` or `models:/NAME/VERSION`.
    place
        Where to look; the store of `training.tracking.store` if None.
    cache
        Where fetched models are kept; the user's cache folder if None.

    Returns
    -------
    Path
        A folder for `detector.model.store.load`, named by the hash of its content.

    Raises
    ------
    ModelError
        The address is malformed, nothing is registered there, the registry cannot be reached and there is no
        copy of what this very address last led to, or what arrived is not what was registered or not a model
        of this tool.

    Warns
    -----
    UserWarning
        The registry cannot be reached, and the copy of what this address last led to is used: its hash and age.
    """
    place = place or store()
    wanted = _ADDRESS.fullmatch(address)
    if wanted is None:
        raise ModelError(
            f"{address!r} is no model address; expected models:/NAME@ALIAS or models:/NAME/VERSION."
        )
    cache = cache or _default_cache()
    if place.database is not None and not place.database.exists():  # looking must not create a database
        why = f"{address} cannot be found: there is no registry yet at {place.uri}. {_HOW}"
        return _last_copy(address, place, cache, ModelError(why))
    try:
        with connected(place) as mlflow:
            found = _version(mlflow, address, wanted, place)
            digest: str = found.tags.get(TAG, "")
            folder = cache / digest[:16]
            if not (digest and _is_whole(folder, digest)):
                folder = _download(mlflow, address, found, cache)
            with suppress(DetectorError):  # a full disk may not cost the model that is there
                remember(cache, place, address, folder.name)
            return folder
    except ModelError:
        raise
    except Exception as error:  # a database, a server or a disk: MLflow raises of all kinds
        why = f"{address} cannot be fetched from {place.uri}: {_first_line(error).rstrip('.')}."
        return _last_copy(address, place, cache, ModelError(why), error)


_HOW = "Register one with `detector train fit SOURCE --out DIR --register NAME`."


def _last_copy(
    address: str, place: Store, cache: Path, unreachable: ModelError, cause: Exception | None = None
) -> Path:
    """The copy of what this address of this registry last led to, said with its hash and age; else the error."""
    copy = recall(cache, place, address)
    if copy is None or not copy.folder.is_dir() or folder_sha256(copy.folder)[:16] != copy.folder.name:
        raise unreachable from cause
    warnings.warn(
        f"{unreachable} Used instead: the copy of {address} with the hash {copy.folder.name}, "
        f"fetched {copy.age(datetime.now(UTC))} ago; the address may lead to a newer model by now.",
        stacklevel=3,
    )
    return copy.folder


def _default_cache() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("bot-suspicion") / "models"


def _version(mlflow: Any, address: str, wanted: "re.Match[str]", place: Store) -> Any:
    client = mlflow.MlflowClient()
    try:
        if wanted["alias"]:
            return client.get_model_version_by_alias(wanted["name"], wanted["alias"])
        return client.get_model_version(wanted["name"], wanted["version"])
    except mlflow.exceptions.MlflowException as error:
        if error.error_code not in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            raise
        known = [_described(client, model) for model in client.search_registered_models(max_results=_SHOWN)]
        there = "; ".join(known) if known else f"none. {_HOW}"
        raise ModelError(
            f"There is no {address} in the registry at {place.uri}. Registered: {there}"
        ) from error


def _described(client: Any, model: Any) -> str:
    aliases = ", ".join(f"@{alias} = {version}" for alias, version in sorted(model.aliases.items()))
    versions = sorted(
        int(v.version) for v in client.search_model_versions(f"name = '{model.name}'", max_results=100)
    )
    return f"{model.name} ({aliases or 'no alias'}; versions {', '.join(map(str, versions)) or 'none'})"


def _download(mlflow: Any, address: str, found: Any, cache: Path) -> Path:
    from detector.model.store import load

    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix=".part-") as part:
        source = f"models:/{found.name}/{found.version}/artifacts/{MODEL_FOLDER}"
        try:
            folder = Path(mlflow.artifacts.download_artifacts(artifact_uri=source, dst_path=part))
        except (mlflow.exceptions.MlflowException, OSError) as error:
            raise ModelError(
                f"{address} (version {found.version} of {found.name}) holds no model of this tool: "
                f"its files have no artifacts/{MODEL_FOLDER}, or are gone. {_first_line(error)}"
            ) from error
        digest, registered = folder_sha256(folder), found.tags.get(TAG, "")
        if registered and digest != registered:
            raise ModelError(
                f"{address} is not what was registered: its files hash to {digest[:16]}, expected "
                f"{registered[:16]}. They were changed or damaged in the store; register the model again."
            )
        load(folder)  # checks the card's own content hash; what does not load is not kept
        return _kept(folder, cache / digest[:16], digest)


def _kept(folder: Path, place: Path, digest: str) -> Path:
    if _is_whole(place, digest):  # another process was first
        return place
    if place.exists():
        shutil.rmtree(place)
    try:
        folder.replace(place)
    except OSError:
        if not _is_whole(place, digest):
            raise
    return place


def _is_whole(folder: Path, digest: str) -> bool:
    return folder.is_dir() and folder_sha256(folder) == digest


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:300]
