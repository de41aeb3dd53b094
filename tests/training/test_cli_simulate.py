"""`detector train simulate`: tables that `detector` reads, with the truth beside them, whole or not at all."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import detector
from detector.cli.entry import run as run_detector
from training.cli import app
from training.simulate.inject import inject
from training.simulate.mechanics import MECHANICS
from training.simulate.truth import read_truth, truth_file

SAMPLE = Path(__file__).parents[2] / "data" / "sample"


def simulate(*arguments: str | Path) -> int:
    """Runs `detector train simulate`, as the main program does."""
    from detector.cli import app as commands

    with pytest.MonkeyPatch.context() as patch:
        entry = type("Entry", (), {"load": staticmethod(lambda: app)})
        patch.setattr(commands, "_joined", lambda: {"train": entry})
        return run_detector(["train", "simulate", *map(str, arguments)])


def content(folder: Path) -> dict[str, bytes]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    found = {str(path.relative_to(folder)): path.read_bytes() for path in files}
    return found | {"truth": truth_file(folder).read_bytes()}


@pytest.mark.parametrize("file_format", ["parquet", "csv"])
def test_one_seed_gives_the_same_bytes_that_detector_reads(
    tmp_path: Path, file_format: str, capfd: pytest.CaptureFixture[str]
) -> None:
    options = ("--accounts", 12, "--inflated", 0.5, "--seed", 5, "--format", file_format)
    for name in ("one", "two"):
        assert simulate("--out", tmp_path / name, *options) == 0
    assert content(tmp_path / "one") == content(tmp_path / "two")
    tables, truth = detector.read(tmp_path / "one"), read_truth(tmp_path / "one-truth.csv")
    assert not tables.set_aside
    assert [one.key for one in truth] == tables.keys()
    inflated = sum(one.label == "inflated" for one in truth)
    assert 0 < inflated < 12
    said = capfd.readouterr()
    assert f"12 accounts, {inflated} of them inflated" in said.err
    assert not said.out
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "one",
        "one-truth.csv",
        "two",
        "two-truth.csv",
    ]


def test_both_formats_hold_the_same_counters(tmp_path: Path) -> None:
    for file_format in ("parquet", "csv"):
        out = tmp_path / file_format
        assert simulate("--out", out, "--accounts", 8, "--inflated", 1, "--format", file_format, "-q") == 0
    one, other = (detector.read(tmp_path / name) for name in ("parquet", "csv"))
    for name in ("accounts", "posts", "snapshots"):
        for column, values in getattr(one, name).columns.items():
            assert np.array_equal(
                values, getattr(other, name).column(column), equal_nan=values.dtype.kind in "fM"
            ), (name, column)


def test_no_account_is_inflated_unless_it_is_asked_for(tmp_path: Path) -> None:
    assert simulate("--out", tmp_path / "x", "--accounts", 5, "--days", 30, "--posts", 4, "--quiet") == 0
    assert {one.label for one in read_truth(tmp_path / "x-truth.csv")} == {"genuine"}


def test_a_source_gets_what_inject_gives_it_and_stays_as_it_was(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = content(SAMPLE)
    options = ("--mechanic", "follower_drip", "--dose", 0.25, "--seed", 3)
    assert simulate("--inject-into", SAMPLE, "--out", tmp_path / "dosed", *options) == 0
    assert content(SAMPLE) == before
    source, dosed = detector.read(SAMPLE), detector.read(tmp_path / "dosed")
    expected, truth = inject(source, MECHANICS["follower_drip"], 0.25, 3)
    for name in ("accounts", "posts", "snapshots"):
        for column, values in getattr(expected, name).columns.items():
            found = getattr(dosed, name).columns[column]
            assert np.array_equal(values, found, equal_nan=values.dtype.kind in "fM"), (name, column)
    written = read_truth(tmp_path / "dosed-truth.csv")
    assert tuple(one for one in written if one.label == "inflated") == truth
    assert len(written) == 25
    said = capfd.readouterr().err
    assert "accounts: 25 rows = 25 used + 0 set aside" in said
    assert f"follower_drip {len(truth):>18}  at 0.25" in said


def test_accounts_that_cannot_be_inflated_are_counted_with_the_reason(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "accounts.csv").write_text(
        "platform,account_id,followers\ntiktok,a,500\ntiktok,b,many\n", encoding="utf-8"
    )
    options = ("--mechanic", "follower_package", "--out", tmp_path / "out")
    assert simulate("--inject-into", tmp_path / "in", *options) == 0
    said = capfd.readouterr().err
    assert "1 account, 0 of them inflated" in said
    assert "1 to be inflated stay as they are: no snapshots" in said
    assert (tmp_path / "out.set_aside.jsonl").exists()


def test_simulated_tables_are_replaced_and_others_never(tmp_path: Path) -> None:
    assert simulate("--out", tmp_path / "x", "--accounts", 3, "--format", "csv", "-q") == 0
    assert simulate("--out", tmp_path / "x", "--accounts", 4, "-q") == 0
    assert sorted(path.name for path in (tmp_path / "x").iterdir()) == ["accounts", "posts", "snapshots"]
    truth_file(tmp_path / "x").unlink()
    held = sorted((tmp_path / "x").rglob("*"))
    assert simulate("--out", tmp_path / "x", "--accounts", 5, "-q") == 2
    assert sorted((tmp_path / "x").rglob("*")) == held


def _nothing(tmp: Path) -> None:
    """The folder is as it is."""


def _file(tmp: Path) -> None:
    (tmp / "out").write_text("x", encoding="utf-8")


def _other(tmp: Path) -> None:
    (tmp / "out").mkdir()
    (tmp / "out" / "thesis.txt").write_text("x", encoding="utf-8")


def _other_truth(tmp: Path) -> None:
    (tmp / "out-truth.csv").write_text("mine\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("prepare", "options", "code", "said"),
    [
        (_nothing, ["--mechanic", "follower_drp"], 2, "Did you mean follower_drip"),
        (_nothing, ["--archetype", "nobody"], 2, "--archetype 'nobody' is not known"),
        (_nothing, ["--mechanic", "hollow_followers", "--dose", "0.5"], 2, "takes a dose above 1"),
        (_nothing, ["--dose", "nan"], 2, "takes a dose above 0"),
        (_nothing, ["--dose", "0.1"], 2, "name one --mechanic"),
        (_nothing, ["--inflated", "2"], 2, "--inflated"),
        (_nothing, ["--inflated", "0", "--dose", "0.1"], 2, "inflates no account"),
        (_nothing, ["--accounts", "0"], 2, "--accounts"),
        (_nothing, ["--days", "3"], 2, "--days"),
        (_nothing, ["--seed", "-1"], 2, "--seed"),
        (_nothing, ["--format", "xlsx"], 2, "--format"),
        (_nothing, ["--platform", "myspace"], 2, "one of tiktok"),
        (_nothing, ["--map", "followers=fans"], 2, "--map is for the columns of a source"),
        (_nothing, ["--inject-into", "{sample}", "--accounts", "5"], 2, "--accounts describe simulated"),
        (_nothing, ["--inject-into", "{tmp}/none"], 1, "none"),
        (_nothing, ["--inject-into", "{tmp}"], 2, "would be written into the source"),
        (_file, [], 2, "is not a folder"),
        (_other, [], 2, "thesis.txt and it is not simulated tables"),
        (_other_truth, [], 2, "is no truth file"),
    ],
)
def test_wrong_usage_is_said_before_the_work_and_writes_nothing(
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    prepare: Callable[[Path], None],
    options: list[str],
    code: int,
    said: str,
) -> None:
    prepare(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    given = [option.replace("{tmp}", str(tmp_path)).replace("{sample}", str(SAMPLE)) for option in options]
    assert simulate("--out", tmp_path / "out", *given) == code
    error = capfd.readouterr().err
    assert said in error
    assert "Traceback" not in error
    assert sorted(tmp_path.rglob("*")) == before


def test_what_was_there_comes_back_when_the_truth_cannot_be_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "x"
    assert simulate("--out", out, "--accounts", 3, "-q") == 0
    before, rename = content(out), Path.rename

    def fails(path: Path, target: Path) -> Path:
        if path.name == "new-truth.csv":
            raise OSError(28, "No space left on device")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", fails)
    assert simulate("--out", out, "--accounts", 4, "-q") == 1
    assert "No space left on device" in capfd.readouterr().err
    assert content(out) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x", "x-truth.csv"]


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    assert simulate("--out", tmp_path / "file" / "out", "--accounts", 2) == 1
    assert "cannot be written to" in capfd.readouterr().err


def test_the_list_names_every_mechanic_in_eighty_columns(capfd: pytest.CaptureFixture[str]) -> None:
    assert simulate("--list") == 0
    text = capfd.readouterr().out
    assert all(f"  {name} " in text for name in MECHANICS)
    assert max(map(len, text.splitlines())) <= 80


def test_help_names_every_option(capfd: pytest.CaptureFixture[str]) -> None:
    assert simulate("--help") == 0
    text = capfd.readouterr().out
    options = "out accounts days posts seed platform inflated mechanic dose archetype inject-into map format"
    for option in [*options.split(), "workers", "list", "quiet"]:
        assert f"--{option}" in text
