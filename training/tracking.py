"""Tracking: an MLflow run for each fit and evaluation, in an embedded database unless MLFLOW_TRACKING_URI says else.

This file and `training.registry` alone import mlflow, when they are called: importing it takes over a second.
"""

import json
import logging
import os
import shlex
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "MODEL_FOLDER",
    "Record",
    "Store",
    "Tracked",
    "connected",
    "default_experiment",
    "store",
    "track",
    "track_evaluation",
]

MODEL_FOLDER = "detector_model"
"""Name of our folder (card.json, arrays.npz) among the artifacts of a logged model."""

_DATABASES = ("sqlite", "postgresql", "mysql", "mssql")
_ADVISORY = 7_262_026  # any number that others will hardly take for their own lock
_PARAM_LIMIT = 500  # characters: what is longer stands in settings.json, and as a hash among the parameters
_METRICS_AT_ONCE = 500  # MLflow takes 1,000 in one request


@dataclass(frozen=True, slots=True)
class Store:
    """Where runs and models go: MLflow's address, and where the files of new experiments go.

    `artifacts` is empty where the server decides. `database` is the file of an SQLite store, else None.
    """

    uri: str
    artifacts: str = ""
    database: Path | None = None

    @property
    def page(self) -> str:
        """What opens MLflow's page on this store: a command to type, or the address of a server."""
        if self.uri.startswith(("http://", "https://")):
            return self.uri
        return f"{shlex.quote(sys.executable)} -m mlflow ui --backend-store-uri {shlex.quote(self.uri)}"


@dataclass(frozen=True, slots=True)
class Record:
    """All that a run holds: settings, hashes of the data, figures of merit, plots, words, the model's folder.

    `folder` is not read for an evaluation.
    """

    name: str
    settings: Mapping[str, Any]
    data_sha256: Mapping[str, str]
    metrics: Mapping[str, float]
    notices: tuple[str, ...]
    figures: Mapping[str, "Figure"]
    folder: Path


@dataclass(frozen=True, slots=True)
class Tracked:
    """A finished run: where it is, and the address of its model."""

    store: Store
    experiment: str
    run_id: str
    model_uri: str


def store(environment: Mapping[str, str] | None = None) -> Store:
    """The store that MLFLOW_TRACKING_URI names; else an SQLite file in the user's data folder.

    Files go beside an SQLite file, or to the user's data folder for another database, never to the folder
    that one happens to stand in, as MLflow would.
    """
    from platformdirs import user_data_path

    uri = (os.environ if environment is None else environment).get("MLFLOW_TRACKING_URI", "").strip()
    home = user_data_path("bot-suspicion")
    if not uri:
        uri = f"sqlite:///{(home / 'mlflow.db').as_posix()}"
    kind = uri.partition(":")[0].partition("+")[0]
    if kind == "sqlite":
        database = Path(uri.partition(":///")[2].partition("?")[0]).absolute()
        return Store(uri, (database.parent / "artifacts").as_uri(), database)
    return Store(uri, (home / "artifacts").as_uri() if kind in _DATABASES else "")


@contextmanager
def connected(place: Store) -> Iterator[Any]:
    """The mlflow module, quiet and pointed at a store; the process is left as it was found.

    A database that is not there yet is created, under a lock: two processes doing so at once break it.
    """
    settings, path = _environment(place), list(sys.path)
    before = {name: os.environ.get(name) for name in settings}
    os.environ |= settings
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of mlflow and its parts, on pandas 3 and themselves
            mlflow: Any = import_module("mlflow")
            with _quiet():
                pointed = mlflow.get_tracking_uri() if mlflow.tracking.is_tracking_uri_set() else None
                try:
                    _create(place)
                    mlflow.set_tracking_uri(place.uri)
                    yield mlflow
                finally:
                    mlflow.set_tracking_uri(pointed)
    finally:
        sys.path[:] = path  # a model logged with its code puts that in front
        for name, value in before.items():
            if value is not None:
                os.environ[name] = value
            elif name != "MLFLOW_DISABLE_TELEMETRY":  # mlflow asks again later
                os.environ.pop(name, None)


def default_experiment() -> str:
    """The experiment that MLFLOW_EXPERIMENT_NAME names, else our own."""
    return os.environ.get("MLFLOW_EXPERIMENT_NAME", "").strip() or "bot-suspicion"


def track(record: Record, experiment: str, place: Store) -> Tracked:
    """Log a fit as one run: parameters, hashes, metrics, plots, card, and the model as code plus our folder.

    Raises
    ------
    Exception
        Whatever MLflow, its database or its server raise; a run that was begun is marked as failed.
    """
    with connected(place) as mlflow:
        where = _experiment(mlflow, experiment, place)
        with mlflow.start_run(experiment_id=where, run_name=record.name) as run:
            _log(mlflow, record)
            mlflow.log_artifact(str(record.folder / "card.json"))
            model_uri = _log_model(mlflow, record.folder)
        return Tracked(place, experiment, run.info.run_id, model_uri)


def track_evaluation(
    record: Record, texts: Mapping[str, str], experiment: str, place: Store, tags: Mapping[str, str]
) -> Tracked:
    """Log an evaluation as one run: as `track`, with `texts` (file name -> content) instead of a model.

    Raises
    ------
    Exception
        Whatever MLflow, its database or its server raise; a run that was begun is marked as failed.
    """
    with connected(place) as mlflow:
        where = _experiment(mlflow, experiment, place)
        with mlflow.start_run(experiment_id=where, run_name=record.name, tags=dict(tags)) as run:
            _log(mlflow, record)
            for name, text in texts.items():
                mlflow.log_text(text, name)
        return Tracked(place, experiment, run.info.run_id, "")


def _log(mlflow: Any, record: Record) -> None:
    mlflow.log_params(_params(record))
    items = [(_metric_name(name), float(value)) for name, value in record.metrics.items()]
    for start in range(0, len(items), _METRICS_AT_ONCE):
        mlflow.log_metrics(dict(items[start : start + _METRICS_AT_ONCE]))
    mlflow.log_text(_json(dict(record.settings)), "settings.json")
    mlflow.log_text("\n".join(record.notices) + "\n", "notices.txt")
    for name, figure in record.figures.items():
        mlflow.log_figure(figure, f"plots/{name}.png")


def _environment(place: Store) -> dict[str, str]:
    ours = {
        "MLFLOW_DISABLE_TELEMETRY": "true",  # else importing mlflow looks up a remote host
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",  # of 7, which keep an unreachable server waiting for minutes
        "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",  # stdout is for data
        "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    }
    kept = {name: os.environ.get(name, value) for name, value in ours.items()}
    return kept | {"MLFLOW_TRACKING_URI": place.uri}


@contextmanager
def _quiet() -> Iterator[None]:
    """Below errors, mlflow and alembic talk to themselves; a failure reaches us as an exception anyway."""
    loggers = [logging.getLogger(name) for name in ("mlflow", "alembic")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _create(place: Store) -> None:
    kind = place.uri.partition(":")[0].partition("+")[0]
    if place.database is None and kind != "postgresql":
        return
    module: Any = import_module("mlflow.store.tracking.sqlalchemy_store")
    with _one_at_a_time(place):
        # Given our folder, MLflow's own experiment "Default" does not point at the working directory either.
        module.SqlAlchemyStore(place.uri, place.artifacts).engine.dispose()


@contextmanager
def _one_at_a_time(place: Store) -> Iterator[None]:
    """A file's lock beside an SQLite file; on PostgreSQL the server's own, which holds for all machines."""
    if place.database is not None:
        place.database.parent.mkdir(parents=True, exist_ok=True)
        with _locked(place.database.with_name(place.database.name + ".lock")):
            yield
        return
    sqlalchemy: Any = import_module("sqlalchemy")
    engine = sqlalchemy.create_engine(place.uri, poolclass=sqlalchemy.pool.NullPool)
    try:
        with engine.connect() as connection:  # closing it gives the lock back, however the process ends
            connection.execute(sqlalchemy.text(f"SELECT pg_advisory_lock({_ADVISORY})"))
            yield
    finally:
        engine.dispose()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Wait until no other process holds the lock; the system gives it back even when a process is killed."""
    with path.open("a+b") as stream:
        if sys.platform == "win32":
            import msvcrt

            stream.seek(0)
            msvcrt.locking(stream.fileno(), msvcrt.LK_LOCK, 1)
        else:
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _experiment(mlflow: Any, name: str, place: Store) -> str:
    client = mlflow.MlflowClient()
    found = client.get_experiment_by_name(name)
    if found is None:
        location = f"{place.artifacts}/{_folder_name(name)}" if place.artifacts else None
        try:
            return str(client.create_experiment(name, artifact_location=location))
        except mlflow.exceptions.MlflowException:  # another trainer was first
            found = client.get_experiment_by_name(name)
            if found is None:
                raise
    if found.lifecycle_stage != "active":
        raise ValueError(f"the experiment {name!r} was deleted in MLflow: restore it, or name another")
    return str(found.experiment_id)


def _folder_name(experiment: str) -> str:
    """Readable, different for different names, and never a path (`../x`), which MLflow would follow."""
    plain = "".join(sign if sign.isalnum() or sign in "-_" else "_" for sign in experiment)[:40]
    return plain if plain == experiment else f"{plain}-{sha256(experiment.encode()).hexdigest()[:8]}"


def _params(record: Record) -> dict[str, str]:
    params = {
        name: value if isinstance(value, str) else _json(value) for name, value in record.settings.items()
    }
    params |= {f"data.{name}.sha256": digest for name, digest in record.data_sha256.items()}
    return {
        name: value if len(value) <= _PARAM_LIMIT else f"sha256:{sha256(value.encode()).hexdigest()}"
        for name, value in params.items()
    }


def _metric_name(name: str) -> str:
    return "".join(sign if sign.isalnum() or sign in "_-. /" else "_" for sign in name)


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def _log_model(mlflow: Any, folder: Path) -> str:
    """The folder as a pyfunc written as code, with a copy of `detector`: it loads where nothing is installed."""
    from training.signature import example, signature

    with tempfile.TemporaryDirectory() as stage:
        shutil.copytree(folder, Path(stage, MODEL_FOLDER))
        package = Path(sys.modules["detector"].__file__ or "").parent
        unwanted = shutil.ignore_patterns("__pycache__", "default_model")
        shutil.copytree(package, Path(stage, "detector"), ignore=unwanted)
        info = mlflow.pyfunc.log_model(
            name="model",
            python_model=str(Path(__file__).with_name("pyfunc_model.py")),
            artifacts={MODEL_FOLDER: str(Path(stage, MODEL_FOLDER))},
            code_paths=[str(Path(stage, "detector"))],
            signature=signature(mlflow),
            input_example=example(),
            # Named here: working them out takes MLflow 3.5 s each time.
            pip_requirements=[f"{name}=={version(name)}" for name in ("mlflow", "numpy", "pandas")],
        )
    return str(info.model_uri)
