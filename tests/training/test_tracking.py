"""Tracking: real MLflow on databases below tmp_path."""

import json
import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from training import tracking

# SQLAlchemy leaves the closing of SQLite connections to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed database:ResourceWarning")


def test_a_run_holds_settings_hashes_metrics_plots_card_and_model(
    record: tracking.Record, tracked: tracking.Tracked
) -> None:
    with tracking.connected(tracked.store) as mlflow:
        run = mlflow.get_run(tracked.run_id)
        params, metrics = run.data.params, run.data.metrics
        files = {item.path for item in mlflow.MlflowClient().list_artifacts(tracked.run_id)}
        pictures = {item.path for item in mlflow.MlflowClient().list_artifacts(tracked.run_id, "plots")}
        settings = json.loads(mlflow.artifacts.load_text(f"{run.info.artifact_uri}/settings.json"))
        assert mlflow.get_experiment_by_name("an experiment").experiment_id == run.info.experiment_id
    assert run.info.status == "FINISHED"
    assert (params["seed"], params["name"], params["data.accounts.sha256"]) == ("7", "quick", "a" * 64)
    assert params["sources"].startswith("sha256:")  # too long for a parameter: whole in settings.json
    assert settings["sources"][0]["name"] == "s" * 600
    assert {name.replace("(%)", "___") for name in record.metrics} == set(metrics)
    assert np.isnan(metrics["unknown"])
    assert files >= {"card.json", "notices.txt", "settings.json"}
    assert pictures == {"plots/calibration.png", "plots/false_alarms.png"}


def test_tracking_is_quiet_and_leaves_process_and_working_directory_as_they_were(
    home: Path, record: tracking.Record, capfd: pytest.CaptureFixture[str]
) -> None:
    before = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    path, levels = list(sys.path), [logging.getLogger(name).level for name in ("mlflow", "alembic")]
    tracking.track(record, "e", tracking.store())
    assert capfd.readouterr() == ("", "")
    assert {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"} == before
    assert sys.path == path
    assert [logging.getLogger(name).level for name in ("mlflow", "alembic")] == levels
    assert not list(Path.cwd().iterdir())


def test_the_logged_model_holds_no_pickle_and_names_its_requirements(tracked: tracking.Tracked) -> None:
    assert tracked.store.database is not None
    files = [path for path in tracked.store.database.parent.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"MLmodel", "arrays.npz", "pyfunc_model.py", "requirements.txt"}
    assert not [path for path in files if path.suffix in (".pkl", ".pickle", ".joblib", ".skops")]
    wanted = next(path for path in files if path.name == "requirements.txt").read_text(encoding="utf-8")
    assert {line.partition("==")[0] for line in wanted.split()} == {"mlflow", "numpy", "pandas"}
    assert not [path for path in files if "default_model" in path.parts or "__pycache__" in path.parts]


SCORE = """
import sys, mlflow, pandas as pd
mlflow.set_tracking_uri(sys.argv[1])
model = mlflow.pyfunc.load_model(sys.argv[2])
frame = pd.DataFrame({
    "platform": ["tiktok", "tiktok"], "account_id": ["7000000000000000001", "007"],
    "followers": [900_000, 12_000], "likes": [4_000, None], "an_extra_column": [1, 2],
})
result = model.predict(frame, params={"reasons": "all"})
import detector
print(detector.__file__)
print(result.to_json(orient="records"))
"""


def test_the_logged_model_scores_elsewhere_with_pickles_forbidden(
    tracked: tracking.Tracked, tmp_path: Path
) -> None:
    place = tracked.store
    assert place.database is not None
    alone = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-c", SCORE, place.uri, tracked.model_uri],
        env=alone | {"MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    package, rows = done.stdout.splitlines()[-2:]
    assert str(place.database.parent) in package, "the model's own copy of detector was not used"
    scored = json.loads(rows)
    assert [row["account_id"] for row in scored] == ["7000000000000000001", "007"]
    assert scored[0]["level"] in ("suspicious", "unusual", "ordinary")
    assert scored[0]["score"] > 0
    assert isinstance(json.loads(scored[0]["reasons"]), list)
    assert scored[1]["level"] == "insufficient_data"


def test_the_lock_lets_one_in_at_a_time(tmp_path: Path) -> None:
    waiting = (
        "import sys; from pathlib import Path; from training.tracking import _locked\n"
        "print('asked', flush=True)\n"
        "with _locked(Path(sys.argv[1])): print('in', flush=True)"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    with tracking._locked(tmp_path / "lock"):
        other = subprocess.Popen(
            [sys.executable, "-c", waiting, str(tmp_path / "lock")],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert other.stdout is not None
        assert other.stdout.readline() == "asked\n"
        with pytest.raises(subprocess.TimeoutExpired):
            other.wait(0.5)
    assert other.communicate() == ("in\n", None)


def test_runs_go_to_the_users_data_folder_unless_told_otherwise(home: Path) -> None:
    place = tracking.store({})
    assert place.database == home / "data" / "bot-suspicion" / "mlflow.db"
    assert place.uri == f"sqlite:///{place.database}"
    assert place.artifacts == (home / "data" / "bot-suspicion" / "artifacts").as_uri()


@pytest.mark.parametrize(
    ("uri", "beside"),
    [
        ("sqlite:///own.db", "cwd/artifacts"),
        ("postgresql+psycopg2://someone@db/runs", "home/data/bot-suspicion/artifacts"),
        ("http://127.0.0.1:5000", None),
        ("databricks", None),
    ],
)
def test_the_users_own_store_is_honoured(home: Path, uri: str, beside: str | None) -> None:
    place = tracking.store({"MLFLOW_TRACKING_URI": uri})
    assert place.uri == uri
    assert place.artifacts == ((home.parent / beside).as_uri() if beside else "")


def test_the_page_is_opened_by_a_command_that_a_shell_takes_or_by_an_address(tmp_path: Path) -> None:
    database = tmp_path / "a b" / "mlflow.db"
    page = tracking.Store(f"sqlite:///{database}", "", database).page
    assert page.endswith(f"-m mlflow ui --backend-store-uri 'sqlite:///{database}'")
    assert tracking.Store("https://runs.example").page == "https://runs.example"


def test_no_name_of_an_experiment_leads_out_of_the_artifacts(home: Path) -> None:
    place, names = tracking.store(), ["../../escape", "a/b", "..", "plain"]
    with tracking.connected(place) as mlflow:
        ids = [tracking._experiment(mlflow, name, place) for name in names]
        locations = [mlflow.get_experiment(where).artifact_location for where in ids]
    below = [location.removeprefix(place.artifacts + "/") for location in locations]
    assert below[-1] == "plain"
    assert not any("/" in name or "." in name for name in below)
    assert len(set(below)) == len(names)


def test_a_deleted_experiment_is_named(home: Path, record: tracking.Record) -> None:
    place = tracking.store()
    with tracking.connected(place) as mlflow:
        mlflow.delete_experiment(mlflow.create_experiment("gone"))
    with pytest.raises(ValueError, match="'gone' was deleted"):
        tracking.track(record, "gone", place)


def test_a_run_that_breaks_off_is_marked_as_failed(
    home: Path, record: tracking.Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> str:
        raise OSError("disk full")

    monkeypatch.setattr(tracking, "_log_model", fail)
    place = tracking.store()
    with pytest.raises(OSError, match="disk full"):
        tracking.track(record, "e", place)
    with tracking.connected(place) as mlflow:
        (run,) = mlflow.search_runs(experiment_names=["e"], output_format="list")
    assert run.info.status == "FAILED"


def test_the_caller_keeps_the_store_that_it_uses(home: Path, database: Path) -> None:
    shutil.copy(database, home / "own.db")
    own = tracking.Store(f"sqlite:///{home / 'own.db'}", (home / "files").as_uri(), home / "own.db")
    with tracking.connected(own) as mlflow:
        with tracking.connected(tracking.store({})):
            assert mlflow.get_tracking_uri() == tracking.store({}).uri
        assert mlflow.get_tracking_uri() == own.uri
    assert "MLFLOW_TRACKING_URI" not in os.environ


def test_importing_the_training_side_loads_no_heavy_package() -> None:
    code = (
        "import sys, training.cli, training.tracking, training.registry, training.plots, training.pyfunc_model\n"
        "print([name for name in ('mlflow', 'matplotlib', 'sklearn') if name in sys.modules])\n"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
