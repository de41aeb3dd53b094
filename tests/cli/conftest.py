"""The command line run in this process: exit code, what went to stdout and to stderr."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from detector.cli.entry import run


@dataclass(frozen=True, slots=True)
class Ran:
    """What one run of the command line said."""

    code: int
    out: str
    err: str


@pytest.fixture
def detector(capsys, monkeypatch, tmp_path) -> Callable[..., Ran]:
    """Run `detector` with arguments; the user's data directory is a folder of the test."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "user-data"))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("DETECTOR_DEBUG", raising=False)

    def ran(*arguments: object) -> Ran:
        code = run([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return Ran(code, out, err)

    return ran
