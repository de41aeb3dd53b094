"""For all tests: nothing is written to the user's folders, and what a machine may lack is skipped, in CI failed."""

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import settings

os.environ["MLFLOW_DISABLE_TELEMETRY"] = (
    "true"  # before anything imports it: it looks up a remote host otherwise
)

os.environ.setdefault("OMP_NUM_THREADS", "1")
"""Before anything imports NumPy: tests run one beside another, a worker a core. A second thread of small solves and of
boosted trees waits for a core that another worker has, and keeps its own busy meanwhile."""

pytest.register_assert_rewrite("tests.serve.browsing")

settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("here", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "here")


@pytest.fixture(autouse=True, scope="session")
def _own_data_directory(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The user's data directory is a temporary folder, also for processes that tests start."""
    os.environ["XDG_DATA_HOME"] = str(tmp_path_factory.mktemp("user-data"))
    os.environ.pop("MLFLOW_TRACKING_URI", None)


@pytest.fixture(autouse=True, scope="session")
def _nothing_compiled_by_the_way() -> Iterator[None]:
    """No test compiles signals because those before it have met many accounts; tests of that do it themselves."""
    from detector.signals import compiled

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "WORTH", sys.maxsize)
        patch.setattr(compiled, "READING", sys.maxsize)
        yield


@pytest.fixture
def required() -> Callable[[str], NoReturn]:
    """Say what is missing: `required("models/default is not built")` skips the test here and fails it in CI."""

    def missing(what: str) -> NoReturn:
        if os.environ.get("CI"):
            pytest.fail(f"missing in CI: {what}")
        pytest.skip(what)

    return missing


@pytest.fixture(scope="session")
def _cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A PostgreSQL server of the tests' own on 127.0.0.1: its address, or nothing and what is missing."""
    programs = _server_programs()
    if programs is None:
        yield "", "PostgreSQL's server (initdb, pg_ctl) is not installed: sh scripts/services.sh"
        return
    if os.geteuid() == 0 and shutil.which("runuser") is None:
        yield "", "as root, runuser is needed to start PostgreSQL as another user"
        return
    folder = Path(tempfile.mkdtemp(prefix="detector-postgres-"))  # pytest's own may be closed to other users
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    (folder / "password").write_text(PASSWORD)
    (folder / "password").chmod(0o644)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data, log = folder / "data", folder / "log"
    _as_other(
        programs / "initdb",
        "-D",
        data,
        "-U",
        "tester",
        "-A",
        "scram-sha-256",
        "-N",
        "--pwfile",
        folder / "password",
    )
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
    _as_other(programs / "pg_ctl", "-D", data, "-l", log, "-w", "-o", options, "start")
    try:
        yield f"postgresql://tester@127.0.0.1:{port}/postgres", ""
    finally:
        _as_other(programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)


PASSWORD = "a tester's p@ss/word"  # noqa: S105 - of a server that lives as long as the tests


@pytest.fixture
def postgres(
    _cluster: tuple[str, str], required: Callable[[str], NoReturn], monkeypatch: pytest.MonkeyPatch
) -> str:
    """The address of a running PostgreSQL server; the password is in the environment."""
    address, missing = _cluster
    if not address:
        required(missing)
    for name in [name for name in os.environ if name.startswith("PG")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    return address


def _server_programs() -> Path | None:
    """The folder of PostgreSQL's server programs, which Debian puts on nobody's path; the newest."""
    found = shutil.which("initdb")
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    known = [path.parent for path in places] or ([Path(found).resolve().parent] if found else [])
    return known[-1] if known else None


def _as_other(*command: object) -> None:
    """Run a program as a user who may run PostgreSQL: root may not."""
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    texts = [*prefix, *map(str, command)]
    done = subprocess.run(
        texts, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


SHORT_JAVA = {"JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}
"""For processes that start Spark: Java that lives for a minute compiles its code fast rather than well, which takes
two fifths off a night."""

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
REBOUND = "rebound.example"
"""A name of somebody else's that leads to this machine."""


@pytest.fixture(scope="module")
def _started() -> Iterator[tuple[Any, str]]:
    """A Chromium that Debian installed, or nothing and what is missing."""
    program = next((found for name in CHROMIUMS if (found := shutil.which(name))), None)
    if (
        importlib.util.find_spec("playwright") is None
        or importlib.util.find_spec("axe_playwright_python") is None
    ):
        yield None, "the packages playwright and axe-playwright-python are not installed"
        return
    if program is None:
        yield None, "no Chromium is installed: sh scripts/services.sh"
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # Root may not use Chromium's own sandbox; the pages are ours.
        browser = playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", f"--host-resolver-rules=MAP {REBOUND} 127.0.0.1"],
        )
        yield browser, ""
        browser.close()


@pytest.fixture
def browser(_started: tuple[Any, str], required: Callable[[str], Any]) -> Any:
    browser, missing = _started
    if browser is None:
        required(missing)
    return browser
