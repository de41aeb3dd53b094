"""For all tests: nothing is written to the user's folders, and what a machine may lack is skipped, in CI failed."""

import os
from collections.abc import Callable
from typing import NoReturn

import pytest
from hypothesis import settings

os.environ["MLFLOW_DISABLE_TELEMETRY"] = (
    "true"  # before anything imports it: it looks up a remote host otherwise
)

settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("here", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "here")


@pytest.fixture(autouse=True, scope="session")
def _own_data_directory(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The user's data directory is a temporary folder, also for processes that tests start."""
    os.environ["XDG_DATA_HOME"] = str(tmp_path_factory.mktemp("user-data"))
    os.environ.pop("MLFLOW_TRACKING_URI", None)


@pytest.fixture
def required() -> Callable[[str], NoReturn]:
    """Say what is missing: `required("models/default is not built")` skips the test here and fails it in CI."""

    def missing(what: str) -> NoReturn:
        if os.environ.get("CI"):
            pytest.fail(f"missing in CI: {what}")
        pytest.skip(what)

    return missing
