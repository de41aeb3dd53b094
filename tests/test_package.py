"""What a person installs: light to import, whole in the wheel, pinned by a lock that names no address."""

import gzip
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODEL = ROOT / "models" / "default"
HEAVY = ("pandas", "pyarrow", "sklearn", "scipy", "mlflow", "matplotlib", "joblib", "duckdb", "hypothesis")
HEAVY += ("openpyxl", "adbc_driver_manager", "adbc_driver_postgresql")
LIGHT = ("numpy", "typer", "rich", "platformdirs")
TYPED = ["score", "--platform", "tiktok", "--followers", "1.2M", "--likes", "3.4M", "--posts", "120"]

EXPORT = {
    "userInfo": {
        "user": {"id": "6800000000000000001", "uniqueId": "example.creator", "verified": False},
        "stats": {"followerCount": 1200000, "followingCount": 80, "heartCount": 3400000, "videoCount": 120},
    }
}


def run(
    arguments: list[object], folder: Path | None = None, **extra: str
) -> subprocess.CompletedProcess[str]:
    """A process as a person would start it: nothing of this checkout on its path but what is installed."""
    known = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "COV_", "UV_PYTHON", "MAKE", "MFLAGS"))
    }
    command = [str(argument) for argument in arguments]
    return subprocess.run(
        command, cwd=folder, env={**known, **extra}, capture_output=True, text=True, check=False
    )


def loaded_by(code: str) -> tuple[int, list[str], str]:
    """Exit code, the heavy packages that a fresh process has loaded after `code`, and what it said."""
    listing = (
        f"import json, sys; sys.stderr.write('\\n' + json.dumps(sorted(set(sys.modules) & set({HEAVY!r}))))"
    )
    done = run([sys.executable, "-c", f"import atexit\natexit.register(lambda: exec({listing!r}))\n{code}"])
    *said, heavy = done.stderr.splitlines()
    return done.returncode, json.loads(heavy), done.stdout + "\n".join(said)


def command_line(arguments: list[str]) -> str:
    return f"import sys\nsys.argv = {['detector', *arguments]!r}\nfrom detector.cli import main\nmain()"


@pytest.mark.parametrize(
    "code",
    ["import detector", "import training", "import detector.cli", "import detector.repair, detector.cases"],
)
def test_importing_loads_nothing_heavy(code):
    done, heavy, said = loaded_by(code)
    assert (done, heavy) == (0, []), said


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["score", "--help"]])
def test_help_loads_nothing_heavy(arguments):
    code, heavy, said = loaded_by(command_line(arguments))
    assert (code, heavy) == (0, []), said
    assert "detector" in said


def test_the_probe_for_heavy_packages_sees_them():
    assert loaded_by("import pyarrow")[1] == ["pyarrow"]


def test_numbers_typed_by_hand_are_scored_without_anything_heavy(required):
    if not (MODEL / "card.json").exists():
        required("models/default is not built")
    code, heavy, said = loaded_by(command_line(TYPED))
    assert (code, heavy) == (0, []), said


def test_one_exported_account_is_scored_without_anything_heavy(required, tmp_path):
    if not (MODEL / "card.json").exists():
        required("models/default is not built")
    path = tmp_path / "profile.json"
    path.write_text(json.dumps(EXPORT))
    code, heavy, said = loaded_by(command_line(["score", str(path)]))
    assert (code, heavy) == (0, []), said
    assert "example.creator" in said


@pytest.mark.parametrize("kind", ["csv", "csv.gz", "sqlite"])
def test_one_account_of_a_table_is_scored_without_anything_heavy(kind, required, tmp_path):
    if not (MODEL / "card.json").exists():
        required("models/default is not built")
    path, names = tmp_path / "accounts", "platform,account_id,followers,likes,posts"
    if kind == "sqlite":
        with sqlite3.connect(path) as connection:
            connection.execute(f"CREATE TABLE accounts ({names})")
            connection.execute("INSERT INTO accounts VALUES ('tiktok', '1', 5000, 60000, 70)")
        connection.close()
    else:
        data = f"{names}\ntiktok,1,5000,60000,70\n".encode()
        path.write_bytes(gzip.compress(data) if kind == "csv.gz" else data)
    code, heavy, said = loaded_by(command_line(["score", str(path)]))
    assert (code, heavy) == (0, []), said


def test_the_lock_names_no_address_and_pins_every_package_by_hash():
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    assert not [
        line for line in lines if re.search(r"://|file:| @ |^-|^\s+--(?!hash=sha256:[0-9a-f]{64})", line)
    ]
    starts = [i for i, line in enumerate(lines) if re.match(r"[a-z0-9]", line)]
    assert len(starts) > 50
    for i in starts:
        assert re.match(r"[a-z0-9._-]+==[0-9a-z.]+( ; .+)? \\$", lines[i]), lines[i]
        assert "--hash=sha256:" in lines[i + 1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built as for a release. None where it cannot be built here, with the reason."""
    if not (MODEL / "card.json").exists():
        return None, "models/default is not built"
    out = tmp_path_factory.mktemp("wheel")
    done = run([sys.executable, "-m", "uv", "build", "--wheel", "--out-dir", out, ROOT])
    if done.returncode:
        return None, f"the wheel cannot be built: {done.stderr.strip()[-800:]}"
    (path,) = out.glob("*.whl")
    return path, ""


def test_the_wheel_holds_the_packages_the_model_and_nothing_else(wheel, required):
    path, why = wheel
    if path is None:
        required(why)
    names = zipfile.ZipFile(path).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"detector", "training"}
    shipped = {"detector/py.typed", "training/py.typed", "detector/default_model/card.json"}
    assert shipped <= set(names)
    assert {f"detector/default_model/{file.name}" for file in MODEL.iterdir()} <= set(names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [
        name for name in names if "test" in name.casefold() or name.endswith((".pkl", ".joblib", ".csv"))
    ]


@pytest.fixture(scope="module")
def empty_environment(wheel, tmp_path_factory):
    """The wheel in an environment of its own that has the light dependencies and no other package."""
    path, why = wheel
    if path is None:
        return None, why
    home = tmp_path_factory.mktemp("empty") / "env"
    uv = [sys.executable, "-m", "uv"]
    install = [*uv, "pip", "install", "--python", home]
    packages = [*LIGHT, "--constraint", ROOT / "requirements.lock"]
    steps = (
        [*uv, "venv", "--python", sys.executable, home],
        [*install, *packages],
        [*install, "--no-deps", path],
    )
    for step in steps:
        done = run(step)
        if done.returncode:
            return None, f"no empty environment can be made here: {done.stderr.strip()[-800:]}"
    return home / ("Scripts" if os.name == "nt" else "bin"), ""


def test_the_installed_wheel_scores_an_account_from_another_folder(empty_environment, required, tmp_path):
    programs, why = empty_environment
    if programs is None:
        required(why)
    scored = run([programs / "detector", *TYPED, "--json"], tmp_path)
    assert scored.returncode == 0, scored.stderr
    assert re.search(r'"level": "(ordinary|unusual|suspicious|insufficient_data)"', scored.stdout)
    shown = run([programs / "detector", *TYPED], tmp_path)
    assert re.search(r"ordinary|unusual|suspicious|insufficient", shown.stdout)


def test_the_installed_wheel_uses_the_model_inside_it(empty_environment, required, tmp_path):
    programs, why = empty_environment
    if programs is None:
        required(why)
    code = "from detector.model.store import default_path; print(default_path())"
    done = run([programs / "python", "-c", code], tmp_path)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).is_relative_to(programs.parent.resolve())


def test_what_the_light_installation_lacks_is_said_and_not_a_traceback(empty_environment, required, tmp_path):
    programs, why = empty_environment
    if programs is None:
        required(why)
    done = run([programs / "detector", "train", "fit", "somewhere", "--out", "model"], tmp_path)
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()


def test_every_make_target_has_its_line_of_help():
    text = (ROOT / "Makefile").read_text()
    targets = set(re.search(r"^\.PHONY: (.+)$", text, re.MULTILINE)[1].split())
    assert {"demo", "test", "check", "bench", "docs", "lock", "default-model", "clean", "format"} <= targets
    listed = run(["make", "-s", "--no-print-directory", "-C", ROOT]).stdout
    assert {line.split()[1] for line in listed.splitlines()} == targets


@pytest.mark.skipif(os.name == "nt", reason="the script is for a POSIX shell")
@pytest.mark.parametrize(
    ("python", "said"), [("./old", "./old is Python 3.8.18"), ("./none", "./none was not found")]
)
def test_an_old_python_is_refused_with_the_way_out(tmp_path, python, said):
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "environment.sh", tmp_path / "scripts")
    old = tmp_path / "old"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.8.18" && exit 0\nexit 1\n')
    old.chmod(0o755)
    done = run(["sh", "scripts/environment.sh"], tmp_path, PYTHON=python)
    assert done.returncode == 1
    assert f"needs Python 3.11 or newer; {said}" in done.stderr
    assert "make PYTHON=" in done.stderr
    assert not (tmp_path / ".venv").exists()
