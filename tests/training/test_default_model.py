"""The shipped model is built from data sets alone, bit for bit, and its card says on what it rests."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from detector.model import store
from detector.tables import Tables
from training import default_model
from training.fit import FitOutcome, FitSettings
from training.reference import NOT_SHIPPED, REFERENCES

MAIN = (
    "import sys; from pathlib import Path; from detector.tables import Tables\n"
    "from training.default_model import build\n"
    "build(Path(sys.argv[1]), Path(sys.argv[2]), histories=Tables(), power=False)\n"
)


@pytest.fixture(scope="module")
def built(references: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model of the small stand-in sets."""
    out = tmp_path_factory.mktemp("built") / "default"
    default_model.build(references, out, histories=Tables(), power=False)
    return out


def test_two_builds_in_two_processes_give_the_same_bytes(
    built: Path, references: Path, tmp_path: Path
) -> None:
    out = tmp_path / "again"
    environment = os.environ | {
        "PYTHONHASHSEED": "12345",
        "OMP_NUM_THREADS": "1" if os.environ["OMP_NUM_THREADS"] != "1" else "2",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
    subprocess.run([sys.executable, "-c", MAIN, str(references), str(out)], env=environment, check=True)
    names = sorted(path.name for path in built.iterdir())
    assert names == sorted(path.name for path in out.iterdir())
    for name in names:
        assert (built / name).read_bytes() == (out / name).read_bytes(), name


def test_the_card_says_on_what_it_rests_and_for_whom_it_is_not(built: Path) -> None:
    card = json.loads((built / "card.json").read_text(encoding="utf-8"))
    assert card["name"] == "default"
    assert [source["name"] for source in card["sources"]] == [r.source.name for r in REFERENCES]
    assert all(source["licence"] and source["collected"] and source["n"] > 0 for source in card["sources"])
    assert card["not_for"] == list(default_model.NOT_FOR)
    assert not any(name in json.dumps(card) for name in NOT_SHIPPED)


def test_neither_names_of_accounts_nor_paths_are_in_the_model(built: Path, references: Path) -> None:
    content = b"".join(path.read_bytes() for path in built.iterdir())
    for trace in (b"c0001", b"u0001", b"t0001", b"k0001", b"v000101", str(references).encode()):
        assert trace not in content


def test_the_fit_gets_the_simulated_histories_and_a_fixed_seed(
    references: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outcome: FitOutcome
) -> None:
    calls: list[dict[str, Any]] = []

    def fit(tables: Tables, settings: FitSettings, **rest: Any) -> FitOutcome:
        calls.append({"tables": tables, "settings": settings, **rest})
        return outcome

    monkeypatch.setattr("training.fit.fit", fit)
    monkeypatch.setattr(default_model, "HISTORIES", 3)
    monkeypatch.setattr(default_model, "HITS", 2)
    default_model.build(references, tmp_path / "out", power=False)
    (call,) = calls
    assert len(call["history_reference"].accounts) == len(call["history_reference"].keys()) == 3 + 2
    assert len(call["history_reference"].snapshots) > 5
    assert (call["settings"].name, call["settings"].seed) == ("default", default_model.SEED)
    assert not set(call["tables"].keys()) & set(call["history_reference"].keys())


def test_it_says_what_it_read_and_how_it_does(
    references: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    outcome: FitOutcome,
) -> None:
    monkeypatch.setattr("training.fit.fit", lambda *_, **__: outcome)
    monkeypatch.setattr(default_model, "HISTORIES", 3)
    monkeypatch.setattr(default_model, "HITS", 2)
    default_model.main(references, tmp_path / "out", power=False)
    said = capfd.readouterr()
    assert said.out == ""
    assert "tiktok-user-sample-2024: 100 accounts (tiktok, 2024-02; licence: MIT)" in said.err
    assert "160 reference accounts" in said.err
    assert store.load(tmp_path / "out").version in said.err


def test_a_missing_set_ends_with_one_paragraph_and_exit_code_1(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "training.default_model", str(tmp_path), "--out", str(tmp_path / "out")],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("default_model: ")
    assert "tiktok-creators-2020" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()
