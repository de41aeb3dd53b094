"""`detector train fit`: from a source to a model, whatever becomes of its tracking."""

import json
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from detector.cli.entry import run as run_detector
from detector.model import store
from detector.tables import Tables
from training import tracking
from training.cli import app
from training.fit import FitOutcome, FitSettings
from training.registry import fetch

pytestmark = pytest.mark.filterwarnings("ignore:unclosed database:ResourceWarning")


@pytest.fixture
def source(tmp_path: Path, reference: Tables) -> Path:
    """A folder with accounts.csv: the profiles of the quick fit, and a row that cannot be used."""
    table = reference.accounts
    rows = zip(*(table.column(name) for name in ("account_id", "followers", "likes")), strict=True)
    lines = [f"tiktok,{account},{followers:.0f},{likes:.0f}" for account, followers, likes in rows]
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "accounts.csv").write_text(
        "\n".join(["platform,account_id,followers,likes", *lines, "tiktok,broken,many,5"]) + "\n",
        encoding="utf-8",
    )
    return tmp_path / "source"


@pytest.fixture
def quick_fit(monkeypatch: pytest.MonkeyPatch, outcome: FitOutcome) -> list[dict[str, Any]]:
    """The fit gives the session's outcome at once; the list gets what it was called with."""
    calls: list[dict[str, Any]] = []

    def fit(tables: Tables, settings: FitSettings, **rest: Any) -> FitOutcome:
        calls.append({"tables": tables, "settings": settings, **rest})
        return outcome

    monkeypatch.setattr("training.fit.fit", fit)
    return calls


def train(*arguments: str | Path) -> int:
    """Runs `detector train`, as the main program does."""
    from detector.cli import app as commands

    with pytest.MonkeyPatch.context() as patch:
        # As the entry point would, also where the project is not installed.
        entry = type("Entry", (), {"load": staticmethod(lambda: app)})
        patch.setattr(commands, "_joined", lambda: {"train": entry})
        return run_detector(["train", *map(str, arguments)])


def test_a_database_is_fitted_on_by_the_names_of_its_tables(
    tmp_path: Path, home: Path, quick_fit: list[dict[str, Any]], reference: Tables, capfd: Any
) -> None:
    accounts = reference.accounts
    rows = zip(*(accounts.column(name) for name in ("account_id", "followers", "likes")), strict=True)
    with closing(sqlite3.connect(tmp_path / "crm.db")) as connection, connection:
        connection.execute("CREATE TABLE creators (id TEXT, fans INTEGER, likes INTEGER)")
        connection.executemany("INSERT INTO creators VALUES (?, ?, ?)", rows)
    named = ("--platform", "tiktok", "--map", "account_id=id", "--map", "followers=fans")
    source = f"sqlite:///{tmp_path / 'crm.db'}"
    for how in (
        ("--table", "accounts=creators"),
        ("--query", "accounts=SELECT * FROM creators WHERE fans > 0"),
    ):
        assert train("fit", source, "--out", tmp_path / how[0].strip("-"), *named, *how, "--no-track") == 0
    by_table, by_query = (call["tables"].accounts for call in quick_fit)
    assert by_table.column("followers").tolist() == accounts.column("followers").tolist()
    assert len(by_query) == len(accounts)
    assert (
        train("fit", source, "--out", tmp_path / "x", *named, "--table", "nobody=creators", "--no-track") == 2
    )


def test_fit_writes_the_model_and_says_what_it_did(
    home: Path, source: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "models" / "mine"
    assert train("fit", source, "--out", out, "--no-track") == 0
    said = capfd.readouterr()
    assert said.out == f"{store.load(out).version}\n"
    assert "accounts: 161 rows = 160 used + 1 set aside" in said.err
    assert re.search(r"tiktok: 160 reference accounts in \d+ cohorts", said.err)
    assert re.search(r"tiktok +10k to 100k: +\d+ of +\d+ \(\d", said.err)
    aside = out.with_name("mine.set_aside.jsonl")
    assert str(aside) in said.err
    (line,) = aside.read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["row"]["account_id"] == "broken"
    assert sorted(path.name for path in out.iterdir()) == ["arrays.npz", "card.json"]
    assert not [path for path in home.rglob("*.db*") if "artifacts" in path.parts]


def test_the_same_source_and_seed_give_the_same_bytes(home: Path, source: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert train("fit", source, "--out", tmp_path / name, "--name", "same", "--no-track", "--quiet") == 0
    for name in ("card.json", "arrays.npz"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_fit_is_tracked_and_registered_and_the_page_is_named(
    home: Path,
    source: Path,
    tmp_path: Path,
    quick_fit: list[dict[str, Any]],
    capfd: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "mine"
    assert train("fit", source, "--out", out, "--seed", "11", "--register", "creators") == 0
    said = capfd.readouterr()
    assert said.out == f"{store.load(out).version}\n"
    place = tracking.store()
    assert place.page in said.err
    assert "models:/creators@challenger" in said.err
    assert quick_fit[0]["settings"] == FitSettings(name="mine", seed=11)
    (run_id,) = re.findall(r"tracked as run (\w+) of the experiment bot-suspicion", said.err)
    with tracking.connected(place) as mlflow:
        params = mlflow.get_run(run_id).data.params
    assert (params["seed"], params["source"]) == ("11", str(source))
    assert len(params["data.accounts.sha256"]) == 64
    assert store.load(fetch("models:/creators@challenger")).version == store.load(out).version
    assert not list(Path.cwd().iterdir())


@pytest.mark.parametrize(
    "uri", ["sqlite:////proc/nowhere/mlflow.db", "unknown://somewhere", "http://127.0.0.1:9"]
)
def test_the_model_is_written_when_tracking_fails(
    home: Path,
    source: Path,
    tmp_path: Path,
    quick_fit: list[dict[str, Any]],
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    uri: str,
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    out = tmp_path / "mine"
    assert train("fit", source, "--out", out, "--quiet") == 0
    said = capfd.readouterr()
    assert said.out == f"{store.load(out).version}\n"
    assert f"warning: the fit was not tracked at {uri}" in said.err
    assert "Traceback" not in said.err
    assert len(said.err.splitlines()) == 1
    assert not list(Path.cwd().iterdir())


def test_a_name_that_cannot_be_registered_costs_neither_model_nor_run(
    home: Path,
    source: Path,
    tmp_path: Path,
    quick_fit: list[dict[str, Any]],
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert train("fit", source, "--out", tmp_path / "mine", "--register", "a/b:c") == 0
    said = capfd.readouterr().err
    assert "tracked as run" in said
    assert "warning: the model was tracked, but not registered as a/b:c" in said


def test_no_track_leaves_mlflow_alone(
    home: Path,
    source: Path,
    tmp_path: Path,
    quick_fit: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shutil.rmtree(home)
    monkeypatch.setattr(tracking, "track", lambda *_: pytest.fail("tracked"))
    assert train("fit", source, "--out", tmp_path / "mine", "--no-track", "--quiet") == 0
    assert not home.exists()


def test_cases_reach_the_fit_and_their_hash_the_run(
    home: Path, source: Path, tmp_path: Path, quick_fit: list[dict[str, Any]]
) -> None:
    cases = tmp_path / "cases.csv"
    cases.write_text("platform,account_id,label\ntiktok,a0001,inflated\n", encoding="utf-8")
    assert train("fit", source, "--out", tmp_path / "mine", "--cases", cases, "--no-track", "--quiet") == 0
    (case,) = quick_fit[0]["cases"]
    assert (case.platform, case.account_id, case.label) == ("tiktok", "a0001", "inflated")


def test_other_column_names_are_mapped(
    home: Path, source: Path, tmp_path: Path, quick_fit: list[dict[str, Any]]
) -> None:
    path = source / "accounts.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("followers", "fans", 1), encoding="utf-8")
    options = ("--map", "followers=fans", "--no-track", "--quiet")
    assert train("fit", source, "--out", tmp_path / "mine", *options) == 0
    assert (quick_fit[0]["tables"].accounts.column("followers") > 0).all()


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--out", "{tmp}/mine", "--no-track", "--register", "x"], 2, "--no-track leaves MLflow alone"),
        (["--out", "{tmp}/source"], 2, "accounts.csv and no card.json"),
        (["--out", "{tmp}/mine", "--name", "a b"], 2, "is no name for a model"),
        (["--out", "{tmp}/b@d"], 2, "give one with --name"),
        (["--out", "{tmp}/mine", "--seed", "-1"], 2, "--seed"),
        (["--out", "{tmp}/mine", "--map", "followers"], 2, "followers=follower_count"),
        (["--out", "{tmp}/mine", "--cases", "{tmp}/none.csv"], 1, "none.csv"),
        ([], 2, "--out"),
    ],
)
def test_wrong_usage_is_said_before_the_work_and_writes_nothing(
    home: Path,
    source: Path,
    tmp_path: Path,
    quick_fit: list[dict[str, Any]],
    capfd: pytest.CaptureFixture[str],
    options: list[str],
    code: int,
    said: str,
) -> None:
    assert train("fit", source, *(option.replace("{tmp}", str(tmp_path)) for option in options)) == code
    assert said in capfd.readouterr().err
    assert not quick_fit
    assert not (tmp_path / "mine").exists()


def test_too_few_accounts_are_an_error_and_an_older_model_stays(
    home: Path, tmp_path: Path, model_folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "mine"
    shutil.copytree(model_folder, out)
    before = store.load(out).version
    few = tmp_path / "accounts.csv"
    few.write_text("platform,account_id,followers,likes\ntiktok,a,5,6\ntiktok,b,7,8\n", encoding="utf-8")
    assert train("fit", few, "--out", out, "--no-track") == 1
    assert "too few for a model" in capfd.readouterr().err
    assert store.load(out).version == before


def test_help_names_every_option(capfd: pytest.CaptureFixture[str]) -> None:
    assert train("fit", "--help") == 0
    text = capfd.readouterr().out
    for option in ("--out", "--cases", "--platform", "--map", "--name", "--seed", "--no-track", "--register"):
        assert option in text
