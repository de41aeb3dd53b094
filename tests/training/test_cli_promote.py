"""`detector train retrain`, `promote`, `rollback`, `history`, `compare` and `show`, as a person types them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from detector.model import store
from detector.model.model import Model
from detector.tables import Tables
from training import gates, registry, tracking
from training.cli.promote import taught_from
from training.fit import FitOutcome
from training.gates import Outcome
from training.simulate.csv_files import write_tables

pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed database:ResourceWarning"),
    pytest.mark.usefixtures("fewer_trees"),
]

PASSED = Outcome("matrix", True, "mean recall 0.5 -> 0.6", {"recall_challenger": 0.6})
FAILED = Outcome("calibration", False, "missed at 1%", {"at_0.01.challenger": 0.09})

World = tuple[Tables, dict[str, bool]]


@pytest.fixture(scope="module")
def champion(unlabelled: FitOutcome, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("champion") / "champion"
    store.save(unlabelled.model, folder)
    return folder


@pytest.fixture(scope="module")
def source(labelled: Callable[..., World], cases_of: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of accounts, and 60 labels of them beside it."""
    folder = tmp_path_factory.mktemp("source") / "accounts"
    tables, truth = labelled(300, 0.2, seed=12)
    write_tables(tables, folder)
    rows = [f"instagram,{case.account_id},{case.label}" for case in cases_of(truth, 60)]
    (folder.parent / "cases.csv").write_text("\n".join(["platform,account_id,label", *rows]) + "\n")
    return folder


@pytest.fixture
def registered(home: Path, record: tracking.Record, model_folder: Path) -> str:
    """A name with a champion and a challenger, which are the same files."""
    run = tracking.track(record, "e", tracking.store())
    for alias in ("champion", "challenger"):
        registry.register(run, "creators", model_folder, alias)
    return "creators"


def test_the_champion_and_cases_give_a_registered_challenger(
    train: Callable[..., int], home: Path, champion: Path, source: Path, tmp_path: Path, capfd: Any
) -> None:
    cases = source.parent / "cases.csv"
    out = tmp_path / "taught"
    arguments = ("retrain", source, "--cases", cases, "--out", out, "--model", champion)
    assert train(*arguments, "--register", "mine") == 0
    said = capfd.readouterr()
    model = store.load(out)
    assert said.out == f"{model.version}\n"
    assert "registered as version 1, the challenger" in said.err
    lineage = model.card["lineage"]
    assert lineage["champion"] == store.load(champion).version
    assert set(lineage["data_sha256"]) == {"accounts", "cases"}
    assert 5 <= 60 - sum(model.card["cases"].values()) <= 20
    with tracking.connected(tracking.store()) as mlflow:
        version = mlflow.MlflowClient().get_model_version_by_alias("mine", "challenger")
    assert version.tags["bot_suspicion.champion"] == lineage["champion"]
    assert f"taught on {lineage['champion']}" in version.description
    assert train("show", out) == 0
    assert json.loads(capfd.readouterr().out)["lineage"] == lineage
    # The same call gives the same bytes.
    assert train(*arguments[:5], tmp_path / "again", *arguments[6:], "--name", "taught", "--no-track") == 0
    assert store.load(tmp_path / "again").version == model.version


def test_a_fit_with_cases_holds_some_back_for_the_gates_if_told_to(
    train: Callable[..., int], home: Path, source: Path, tmp_path: Path, capfd: Any
) -> None:
    cases, out = source.parent / "cases.csv", tmp_path / "fitted"
    assert train("fit", source, "--cases", cases, "--hold-back", 0.2, "--out", out, "--no-track") == 0
    said = capfd.readouterr().err
    card = store.load(out).card
    assert card["lineage"]["held_back_share"] == 0.2
    apart = 60 - sum(card["cases"].values())
    assert 5 <= apart <= 20
    assert f"held back for the gates: {apart} labelled accounts" in said
    assert train("fit", source, "--hold-back", 0.2, "--out", tmp_path / "other", "--no-track") == 2
    assert "it wants --cases" in capfd.readouterr().err


def test_two_models_are_compared_account_by_account(
    train: Callable[..., int], champion: Path, source: Path, tmp_path: Path, capfd: Any
) -> None:
    out = tmp_path / "compared.csv"
    assert train("compare", champion, "default", source, "--out", out) == 0
    said = capfd.readouterr().out
    assert "insufficient_data" in said  # the shipped model knows no Instagram
    lines = out.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("platform,account_id,level_a,level_b,suspicion_a")
    assert len(lines) == 301


@pytest.mark.parametrize(
    ("out", "said"),
    [("accounts.csv", "would overwrite a file of the source"), ("no/c.csv", "there is no folder")],
)
def test_a_comparison_overwrites_nothing_of_the_source_and_asks_before_the_work(
    train: Callable[..., int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: Any,
    out: str,
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    text = "platform,account_id,followers\ntiktok,1,500\n"
    Path("accounts.csv").write_text(text)
    assert train("compare", "default", "default", "accounts.csv", "--out", out) == 2
    assert said in capfd.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["accounts.csv"]
    assert Path("accounts.csv").read_text() == text


def test_without_a_file_to_write_rows_set_aside_go_to_the_users_data(
    train: Callable[..., int], tmp_path: Path, home: Path, capfd: Any
) -> None:
    source = tmp_path / "rows.csv"
    source.write_text("platform,account_id,followers\ntiktok,1,500\ntiktok,2,many\n")
    assert train("compare", "default", "default", source) == 0
    assert str(home / "data" / "bot-suspicion" / "set-aside") in capfd.readouterr().err
    assert list(Path.cwd().iterdir()) == []


def test_the_same_two_models_move_nobody(
    train: Callable[..., int], champion: Path, source: Path, capfd: Any
) -> None:
    assert train("compare", champion, champion, source, "--quiet") == 0
    assert "moved by 0.0 points in the mean" in capfd.readouterr().out


def test_a_challenger_that_passes_becomes_champion_and_can_be_rolled_back(
    train: Callable[..., int], registered: str, source: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> None:
    monkeypatch.setattr(gates, "run", lambda ground, say: (PASSED,))
    assert train("promote", registered, source, "--dry-run") == 0
    assert "nothing was changed" in capfd.readouterr().err
    assert train("promote", registered, source) == 0
    said = capfd.readouterr()
    assert said.out == "passed  matrix           mean recall 0.5 -> 0.6\n"
    assert "version 2 of creators is the champion, before it 1" in said.err
    assert train("history", registered) == 0
    assert "promote  version 2    recall 0.600  <- champion" in capfd.readouterr().out
    assert train("rollback", registered, "--why", "too eager") == 0
    assert "version 1 of creators is the champion again" in capfd.readouterr().out
    assert train("history", registered, "--json") == 0
    events = json.loads(capfd.readouterr().out)
    assert [event["action"] for event in events] == ["promote", "rollback"]
    assert (
        train("promote", registered, source) == 1
    )  # its alias is gone: nothing is promoted twice by accident
    assert "has no challenger" in capfd.readouterr().err


def test_a_failed_gate_stops_it_unless_somebody_says_why(
    train: Callable[..., int], registered: str, source: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> None:
    monkeypatch.setattr(gates, "run", lambda ground, say: (PASSED, FAILED))
    assert train("promote", registered, source) == 1
    said = capfd.readouterr()
    assert "FAILED  calibration      missed at 1%" in said.out
    assert "Not promoted: calibration failed. Version 1 stays the champion." in said.err
    assert train("promote", registered, source, "--force", "  ") == 2
    assert train("promote", registered, source, "--force", "one country alone") == 0
    capfd.readouterr()
    assert train("history", registered) == 0
    assert "forced: one country alone" in capfd.readouterr().out


def test_before_the_first_champion_a_challenger_is_compared_with_the_model_it_was_taught_from(
    champion: Path, tmp_path: Path
) -> None:
    version = store.load(champion).version
    told: list[str] = []

    def origin(address: object, said: str) -> str | None:
        lineage = {"champion_address": str(address), "champion": said}
        found = taught_from(Model({}, {"lineage": lineage}), told.append)
        return None if found is None else found.version

    assert origin(champion, version) == version
    assert taught_from(Model({}, {})) is None
    assert told == []
    assert origin(champion, "another-123") is None  # the folder holds something else by now
    assert told.pop().startswith("not compared with another-123, which the challenger was taught from: ")
    assert origin(tmp_path / "gone", version) is None
    assert version in told.pop()


def test_without_any_champion_retrain_says_where_to_start(
    train: Callable[..., int], home: Path, source: Path, tmp_path: Path, capfd: Any
) -> None:
    cases = source.parent / "cases.csv"
    assert train("retrain", source, "--cases", cases, "--out", tmp_path / "x", "--register", "nobody") == 1
    assert "--model default" in capfd.readouterr().err


def test_cases_of_a_platform_that_the_champion_does_not_know_are_an_error(
    train: Callable[..., int], home: Path, source: Path, tmp_path: Path, capfd: Any
) -> None:
    cases = source.parent / "cases.csv"
    arguments = ("--cases", cases, "--out", tmp_path / "x", "--model", "default", "--no-track")
    assert train("retrain", source, *arguments) == 1
    assert "instagram: the champion does not know this platform" in capfd.readouterr().err
