"""Whatever goes wrong inside ends in one paragraph and the right exit code; joined commands load when called."""

import json
import os
import subprocess
import sys
from importlib.metadata import EntryPoint, EntryPoints
from types import ModuleType

import pytest
import typer

from detector.errors import CasesError, DetectorError, SourceError, UsageError

TOOL = [sys.executable, "-c", "from detector.cli import main; main()"]


def failing(error):
    def score_tables(*args, **kwargs):
        raise error

    return score_tables


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (DetectorError("what\nand where"), 1, "detector: what\nand where\n"),
        (SourceError("a \x1b[2J file"), 1, "detector: a \\x1b[2J file\n"),
        (CasesError("three problems"), 1, "detector: three problems\n"),
        (UsageError("so not"), 2, "detector: so not\n"),
        (KeyboardInterrupt(), 130, "detector: interrupted; files that were not finished were not written.\n"),
        (MemoryError(), 1, "detector: not enough memory"),
        (OSError(28, "No space left on device"), 1, "detector: nothing more can be written: No space left"),
    ],
)
def test_an_error_is_said_in_one_paragraph_with_its_exit_code(detector, monkeypatch, error, code, said):
    monkeypatch.setattr("detector.api.load_model", failing(error))
    ran = detector("score", "here")
    assert ran.code == code
    assert ran.err.startswith(said)
    assert ran.out == ""


def test_an_unexpected_error_says_how_to_report_it(detector, monkeypatch, capsys):
    monkeypatch.setattr("detector.api.load_model", failing(KeyError("surprise")))
    ran = detector("score", "here")
    assert ran.code == 1
    assert "unexpected KeyError in test_entry.py, line" in ran.err
    assert "DETECTOR_DEBUG=1" in ran.err


def test_debug_shows_where_an_unexpected_error_comes_from(monkeypatch, capsys):
    from detector.cli.entry import run

    monkeypatch.setenv("DETECTOR_DEBUG", "1")
    monkeypatch.setattr("detector.api.load_model", failing(KeyError("surprise")))
    assert run(["score", "here"]) == 1
    assert "Traceback" in capsys.readouterr().err


@pytest.fixture
def joined(monkeypatch):
    """Join commands as an installed package would."""

    def join(**values: str) -> None:
        entries = [EntryPoint(name, value, "detector.commands") for name, value in values.items()]
        monkeypatch.setattr(
            "importlib.metadata.entry_points", lambda group: EntryPoints(entries).select(group=group)
        )

    return join


def test_joined_commands_are_listed_without_being_imported(detector, joined):
    joined(train="no_such_module:app", other="no_such_module:app")
    ran = detector("--help")
    assert ran.code == 0
    assert "train" in ran.out
    assert "(loads its own packages)" in ran.out
    assert "other" in ran.out


def test_a_joined_command_runs_with_its_own_help_options_and_exit_codes(detector, joined, monkeypatch):
    app = typer.Typer(help="Joined from elsewhere.")

    @app.command()
    def fit(name: str) -> None:
        typer.echo(f"fitted {name}")

    @app.command()
    def stop() -> None:
        raise DetectorError("not today")

    module = ModuleType("joined_commands")
    module.app = app
    monkeypatch.setitem(sys.modules, "joined_commands", module)
    joined(train="joined_commands:app")
    assert detector("train", "fit", "mine").out == "fitted mine\n"
    assert "Joined from elsewhere." in detector("train", "--help").out
    ran = detector("train", "stop")
    assert (ran.code, ran.err) == (1, "detector: not today\n")
    ran = detector("train", "fot")
    assert ran.code == 2
    assert "detector train" in ran.err


def test_a_joined_command_that_cannot_be_imported_says_what_is_missing(detector, joined):
    joined(train="no_such_module:app")
    ran = detector("train", "fit")
    assert ran.code == 1
    assert "The command `train` cannot be loaded: No module named 'no_such_module'" in ran.err


def test_own_commands_cannot_be_taken_over(detector, joined):
    joined(score="no_such_module:app")
    assert "--fail-on" in detector("score", "--help").out


def test_a_reader_that_leaves_early_is_no_error():
    tool = subprocess.Popen([*TOOL, "score", "--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    tool.stdout.close()
    assert tool.stderr.read() == b""
    tool.stderr.close()
    assert tool.wait(timeout=60) == 0


@pytest.mark.parametrize("closed", [(1,), (2,), (0, 1, 2)])
def test_a_closed_stream_is_somebody_who_wants_nothing_of_it(tmp_path, closed):
    out = tmp_path / "result.json"
    typed = [
        "score",
        "--platform",
        "tiktok",
        "--followers",
        "5K",
        "--likes",
        "90K",
        "--posts",
        "60",
        "--out",
        out,
    ]
    close = "".join(f" {number}>&-" for number in closed)
    command = f'exec "$@"{close}'
    done = subprocess.run(
        ["sh", "-c", command, "sh", sys.executable, "-m", "detector", *map(str, typed)],
        capture_output=True,
        check=False,
    )
    assert (done.returncode, b"fault of the tool" in done.stderr) == (0, False)
    assert len(json.loads(out.read_text())["rows"]) == 1


def test_ctrl_c_while_the_commands_are_still_loading_is_said_in_one_line():
    code = """
import sys
class Pressed:
    def find_spec(self, name, path, target=None):
        if name == "detector.cli.entry":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Pressed())
import runpy
runpy.run_module("detector", run_name="__main__")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "detector: interrupted; files that were not finished were not written.\n"


def test_an_output_that_cannot_show_a_character_shows_its_escape():
    done = subprocess.run(
        [*TOOL, "score", "here", "--out", "é\U0001f600.doc"],
        capture_output=True,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
        check=False,
    )
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert b"\\xe9\\U0001f600.doc ends in" in done.stderr


def test_help_and_version_load_nothing_heavy():
    code = (
        "import sys; from detector.cli.entry import run; run(['--help']); run(['score', '--help']); run(['--version']);"
        "heavy = {'pandas', 'pyarrow', 'sklearn', 'scipy', 'mlflow', 'matplotlib', 'training'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


def test_a_warning_is_said_as_a_note():
    code = "import warnings; from detector import api; from detector.cli import main\n"
    code += "def warns(address=None): warnings.warn('weaker than usual'); raise SystemExit(0)\n"
    code += "api.load_model = warns; main(['score', 'here'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "note: weaker than usual\n"
