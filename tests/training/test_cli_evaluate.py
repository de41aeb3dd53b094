"""`detector train evaluate`: figures to stdout, everything to a folder and to MLflow, whatever goes wrong there."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from detector.api import judge, read
from detector.model import store
from detector.tables import Tables
from training.simulate.csv_files import write_tables
from training.simulate.population import population

pytestmark = pytest.mark.filterwarnings("ignore:unclosed database:ResourceWarning")

QUICK = ("--dosed", "30", "--mechanic", "hollow_followers", "--workers", "1")
LIGHT = ("--without", "baselines", "--without", "signals", "--without", "held_out", "--without", "archetypes")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evaluated") / "creators"
    tables = population(320, 11, days=20, posts=6)[0]
    write_tables(Tables(accounts=tables.accounts), folder)
    return folder


def test_a_source_is_evaluated_written_and_tracked(train, source, tmp_path, home, capsys) -> None:  # type: ignore[no-untyped-def]
    import mlflow

    from training import tracking

    out = tmp_path / "out"
    assert train("evaluate", "default", source, "--out", out, *QUICK, *LIGHT) == 0
    captured = capsys.readouterr()
    assert "hollow_followers" in captured.out
    assert max(map(len, captured.out.splitlines())) <= 80
    content = json.loads((out / "evaluation.json").read_text(encoding="utf-8"))
    assert [cell["mechanic"] for cell in content["cells"]] == ["hollow_followers"] * 6
    assert (out / "report.md").read_text(encoding="utf-8").startswith("# Evaluation of default-")
    assert {path.name for path in (out / "plots").iterdir()} == {"recall.png", "evaluated_calibration.png"}
    assert "tracked as run" in captured.err
    with tracking.connected(tracking.store()):
        (run,) = mlflow.MlflowClient().search_runs(
            [experiment.experiment_id for experiment in mlflow.MlflowClient().search_experiments()]
        )
    assert run.data.tags["bot_suspicion.kind"] == "evaluation"
    cell = content["cells"][-1]
    name = f"recall_1.hollow_followers.{cell['dose']:g}.profile"
    assert run.data.metrics[name] == pytest.approx(cell["recall"]["1 %"]["value"])


def test_the_same_call_gives_the_same_bytes(train, source, tmp_path) -> None:  # type: ignore[no-untyped-def]
    for name in ("one", "two"):
        workers = "1" if name == "one" else "2"
        call = (
            "evaluate",
            "default",
            source,
            "--out",
            tmp_path / name,
            "--no-track",
            "--quiet",
            *QUICK[:-1],
            workers,
        )
        assert train(*call, *LIGHT) == 0
    for path in ("evaluation.json", "report.md", "plots/recall.png"):
        assert (tmp_path / "one" / path).read_bytes() == (tmp_path / "two" / path).read_bytes()


def test_json_goes_to_stdout_alone(train, source, capsys) -> None:  # type: ignore[no-untyped-def]
    assert train("evaluate", "default", source, "--json", "--no-track", "--quiet", *QUICK, *LIGHT) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["format"] == 1
    assert captured.err == ""


def test_a_failing_store_costs_no_figures(train, source, capsys, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:////proc/nowhere/mlflow.db")
    assert train("evaluate", "default", source, *QUICK, *LIGHT) == 0
    captured = capsys.readouterr()
    assert "hollow_followers" in captured.out
    assert "warning: the evaluation was not tracked" in captured.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--mechanic", "none"), "--mechanic 'none' is unknown; expected one of follower_package"),
        (("--without", "all"), "--without 'all' is unknown; expected one of baselines"),
    ],
)
def test_wrong_words_are_answered_with_the_right_ones(train, arguments, said, source, capsys) -> None:  # type: ignore[no-untyped-def]
    assert train("evaluate", "default", source, *arguments) == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_cases_need_the_source_they_speak_of(train, tmp_path, capsys) -> None:  # type: ignore[no-untyped-def]
    assert train("evaluate", "default", "--cases", tmp_path / "cases.csv") == 2
    assert "name the source" in capsys.readouterr().err


def test_too_small_a_source_is_said_in_a_sentence(train, tmp_path, capsys) -> None:  # type: ignore[no-untyped-def]
    tables = population(20, 3, days=10, posts=3)[0]
    write_tables(tables, tmp_path / "few")
    assert train("evaluate", "default", tmp_path / "few", "--no-track") == 1
    assert "100 at least" in " ".join(capsys.readouterr().err.split())


def test_a_missing_model_is_said_in_a_sentence(train, source, tmp_path, capsys) -> None:  # type: ignore[no-untyped-def]
    assert train("evaluate", tmp_path / "nothing", source, "--no-track") == 1
    assert "Traceback" not in capsys.readouterr().err


@pytest.fixture(scope="module")
def own_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the shipped model as it was before its power was measured, and a note beside it."""
    folder = tmp_path_factory.mktemp("own") / "model"
    store.save(replace(store.load(store.default_path()), power=None), folder)
    (folder / "note.txt").write_text("ours", encoding="utf-8")
    return folder


def test_what_was_found_is_kept_with_the_model_and_told_by_score(train, source, own_model, capsys) -> None:  # type: ignore[no-untyped-def]
    before = store.load(own_model)
    call = ("evaluate", own_model, source, "--keep", "--no-track", *LIGHT, "--workers", "1")
    assert train(*call, "--mechanic", "hollow_followers", "--dosed", "150") == 0
    after = store.load(own_model)
    assert before.power is None
    assert after.power is not None
    assert {row.evidence for row in after.power.rows} == {"profile"}
    assert after.version != before.version
    assert after.version in capsys.readouterr().err
    assert (own_model / "note.txt").read_text(encoding="utf-8") == "ours"
    tables = Tables(accounts=read(source).accounts)
    old, new = judge(tables, before), judge(tables, after)
    assert list(old.columns["level"]) == list(new.columns["level"])
    ordinary = new.columns["level"] == "ordinary"
    assert all(text.startswith("No sign is worth this much:") for text in new.columns["power"][ordinary])
    assert set(old.columns["power"]) == {None}


@pytest.mark.parametrize("model", ["default", "models:/none@champion", "nothing"])
def test_only_to_the_folder_of_a_model_something_is_added(train, source, model, capsys) -> None:  # type: ignore[no-untyped-def]
    assert train("evaluate", model, source, "--keep", "--no-track") == 2
    assert "--keep adds to the folder of a model" in " ".join(capsys.readouterr().err.split())


def test_too_few_to_count_keep_nothing(train, source, tmp_path, capsys) -> None:  # type: ignore[no-untyped-def]
    folder = tmp_path / "model"
    store.save(replace(store.load(store.default_path()), power=None), folder)
    assert train("evaluate", folder, source, "--keep", "--no-track", *QUICK, *LIGHT) == 1
    assert "Nothing was kept" in " ".join(capsys.readouterr().err.split())
    assert store.load(folder).power is None
