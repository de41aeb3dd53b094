"""Other stores and other ways to score: PostgreSQL, several trainers at once, `mlflow models serve`."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from detector import api
from detector.model import store
from detector.tables import Table, Tables
from training import champions, registry, tracking

pytestmark = pytest.mark.filterwarnings("ignore:unclosed database:ResourceWarning")

TRAIN = """
import os, sys, traceback
from pathlib import Path
import mlflow.pyfunc, mlflow.store.db.utils, mlflow.store.tracking.sqlalchemy_store, pandas, pyarrow
from training import registry, tracking
folder, started = Path(sys.argv[1]), []
for i in range(int(sys.argv[2])):
    started.append(os.fork())
    if started[-1] == 0:
        ended = 1
        try:
            place = tracking.store()
            record = tracking.Record(f"trainer {i}", {"seed": 1}, {}, {"figure": 1.0}, (), {}, folder)
            run = tracking.track(record, "shared", place)
            version = registry.register(run, "together", folder)
            os.write(1, f"trained {version} {run.run_id}\\n".encode())
            ended = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(ended)
sys.exit(any([os.waitpid(process, 0)[1] for process in started]))
"""


def at_once(uri: str, folder: Path, count: int = 3) -> set[tuple[str, str]]:
    """Version and run of each of several trainers, each a process of its own, which begin at the same time: what they
    import has been imported before they part.
    """
    environment = os.environ | {
        "MLFLOW_TRACKING_URI": uri,
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
    command = [sys.executable, "-c", TRAIN, str(folder), str(count)]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran
    found = [line.split()[1:] for line in ran.stdout.splitlines() if line.startswith("trained ")]
    assert len(found) == count, ran
    return {(version, run) for version, run in found}


def check_all_there(place: tracking.Store, found: set[tuple[str, str]]) -> None:
    with tracking.connected(place) as mlflow:
        client = mlflow.MlflowClient()
        (experiment,) = [e for e in client.search_experiments() if e.name == "shared"]
        runs = client.search_runs([experiment.experiment_id])
        versions = client.search_model_versions("name = 'together'")
        assert {run.info.run_id for run in runs} == {run for _, run in found}
        assert {run.info.status for run in runs} == {"FINISHED"}
        assert {(str(one.version), one.run_id) for one in versions} == found
        assert str(client.get_registered_model("together").aliases["challenger"]) in {"1", "2", "3"}


def test_three_trainers_on_a_fresh_database_lose_nothing(tmp_path: Path, model_folder: Path) -> None:
    uri = f"sqlite:///{tmp_path / 'fresh' / 'mlflow.db'}"
    found = at_once(uri, model_folder)
    assert {version for version, _ in found} == {"1", "2", "3"}
    place = tracking.store({"MLFLOW_TRACKING_URI": uri})
    check_all_there(place, found)
    with tracking.connected(place) as mlflow:
        assert mlflow.MlflowClient().get_experiment("0").artifact_location.startswith(place.artifacts)


def test_three_trainers_on_an_empty_postgresql_lose_nothing_and_a_champion_is_kept_there(
    postgres: str,
    home: Path,
    model_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    required: Callable[[str], NoReturn],
) -> None:
    try:
        import psycopg
    except ImportError:
        required("psycopg is not installed: MLflow reaches PostgreSQL by it")
    name = f"runs_{os.getpid()}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    uri = postgres.rpartition("/")[0] + f"/{name}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    found = at_once(uri, model_folder)
    assert {version for version, _ in found} == {"1", "2", "3"}
    place = tracking.store()
    check_all_there(place, found)
    champions.promote("together", "2", place, [])
    folder = registry.fetch("models:/together@champion", place)
    assert store.load(folder).version == store.load(model_folder).version
    assert [event.version for event in champions.history("together", place)] == ["2"]


SERVED = {
    "platform": ["tiktok", "tiktok"],
    "account_id": ["7000000000000000001", "7000000000000000002"],
    "followers": [900_000.0, 52_000.0],
    "likes": [4_000.0, 800_000.0],
}
NUMBERS = ("suspicion", "p_value", "score", "followers_score", "followers_expected", "probability")


def typed() -> Tables:
    import numpy as np

    text = ("platform", "account_id")
    columns = {
        name: np.array(values, dtype=object if name in text else np.float64)
        for name, values in SERVED.items()
    }
    return Tables(accounts=Table("accounts", columns), rows_read={"accounts": 2})


def test_mlflow_models_serve_answers_with_the_numbers_of_the_tool(
    tracked: tracking.Tracked, model_folder: Path, tmp_path: Path
) -> None:
    registry.register(tracked, "served", model_folder, "champion")
    expected = api.score(typed(), store.load(model_folder)).to_pydict()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", "models:/served@champion"]
    command += ["--env-manager", "local", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    alone = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment = alone | {"MLFLOW_TRACKING_URI": tracked.store.uri, "PATH": path}
    environment["MLFLOW_ALLOW_PICKLE_DESERIALIZATION"] = "false"
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(
            command, env=environment, cwd=tmp_path, stdout=log, stderr=log, start_new_session=True
        )
    try:
        answer = asked(f"http://127.0.0.1:{port}/invocations", {"dataframe_split": split()}, server)
    finally:
        os.killpg(server.pid, 15)
        server.wait()
    assert answer is not None, (tmp_path / "log").read_text(errors="replace")[-3000:]
    rows = answer["predictions"]
    assert [row["account_id"] for row in rows] == SERVED["account_id"]
    for name in NUMBERS:
        got = [None if row[name] is None or row[name] != row[name] else row[name] for row in rows]
        assert got == expected[name], name
    assert [row["level"] for row in rows] == expected["level"]


def split() -> dict[str, Any]:
    return {"columns": list(SERVED), "data": [list(row) for row in zip(*SERVED.values(), strict=True)]}


def asked(url: str, body: dict[str, Any], server: "subprocess.Popen[bytes]") -> Any:
    """The answer as soon as there is one; None when the server ends, or says nothing for three minutes."""
    import requests

    until = time.monotonic() + 180
    while time.monotonic() < until and server.poll() is None:
        try:
            answer = requests.post(url, json=body, timeout=60)
        except requests.exceptions.ConnectionError:
            time.sleep(0.5)
            continue
        assert answer.status_code == 200, answer.text
        return json.loads(answer.text)  # MLflow writes NaN, which Python reads
    return None
