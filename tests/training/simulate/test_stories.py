"""The stories of data/sample: complete, repeatable, written where no score reads the truth."""

import csv
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from detector.contract import AXES, LEVELS, TABLES
from training.simulate.stories import STORIES, main, stories
from training.simulate.truth import truth_file

ROOT = Path(__file__).parents[3]
PROMISED = {
    "viral_hit",
    "dormant_star",
    "giveaway",
    "tiny_newcomer",
    "wrapped_counter",
    "hollow_followers",
    "like_spike",
    "follower_drip",
    "follower_refill",
    "like_shower",
}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_promised_story_is_told_and_most_creators_are_innocent() -> None:
    names = [story.name for story in STORIES]
    assert len(names) == len(set(names)) >= 20
    assert set(names) >= PROMISED
    assert sum(story.inflated for story in STORIES) < len(STORIES) / 2


def test_truth_speaks_the_contracts_language() -> None:
    for story in STORIES:
        assert set(story.levels) <= set(LEVELS)
        assert story.axis in (None, *AXES)
        assert ("suspicious" in story.levels) == story.inflated


def test_the_same_seed_writes_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("one", "3"), ("same", "3"), ("other", "4")):
        assert main(["--seed", seed, "--out", str(tmp_path / name)]) == 0
    for file in ("accounts.csv", "posts.csv", "snapshots.csv"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "same" / file).read_bytes()
        assert (tmp_path / "one" / file).read_bytes() != (tmp_path / "other" / file).read_bytes()
    assert truth_file(tmp_path / "one").read_bytes() == truth_file(tmp_path / "same").read_bytes()


def test_files_hold_the_tables_cell_by_cell(tmp_path: Path) -> None:
    main(["--seed", "3", "--out", str(tmp_path / "out")])
    tables, _ = stories(3)
    for table in (tables.accounts, tables.posts, tables.snapshots):
        written = rows(tmp_path / "out" / f"{table.name}.csv")
        assert len(written) == len(table)
        for column in TABLES[table.name]:
            if column.name not in table.columns:
                assert column.name not in written[0]
                continue
            cells = [row[column.name] for row in written]
            values = table.column(column.name)
            if column.kind == "count":
                assert np.array_equal(
                    np.array([float(cell or "nan") for cell in cells]), values, equal_nan=True
                )
            elif column.kind == "flag":
                assert [cell == "true" for cell in cells] == (values == 1).tolist()
            elif column.kind == "time":
                assert np.array_equal(
                    np.array([cell.rstrip("Z") for cell in cells], "datetime64[us]"), values
                )
            else:
                assert cells == values.tolist()


def test_the_truth_lies_outside_the_folder_that_is_read(tmp_path: Path) -> None:
    main(["--seed", "3", "--out", str(tmp_path / "out")])
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "accounts.csv",
        "posts.csv",
        "snapshots.csv",
    ]
    truth = rows(tmp_path / "out-truth.csv")
    accounts = rows(tmp_path / "out" / "accounts.csv")
    assert [one["account_id"] for one in truth] == [one["account_id"] for one in accounts]


def test_only_the_handle_tells_the_story() -> None:
    tables, truth = stories(3)
    told = {one.story for one in truth}
    for table in (tables.accounts, tables.posts, tables.snapshots):
        for name, values in table.columns.items():
            if values.dtype == object and name != "handle":
                assert not any(story in str(value) for value in set(values) for story in told), name


def test_accounts_of_different_seeds_never_share_an_id() -> None:
    ids = [one.account_id for seed in range(3) for one in stories(seed)[1]]
    assert len(ids) == len(set(ids)) == 3 * len(STORIES)


def test_doses_are_those_that_people_buy() -> None:
    for seed in range(5):
        tables, truth = stories(seed)
        looks = {}
        for one in truth:
            own = tables.snapshots.take(tables.snapshots.column("account_id") == one.account_id)
            looks[one.story] = (own.column("followers"), own.column("likes"))
        followers, likes = looks["follower_package"]
        jump = np.diff(followers).max() / followers[int(np.argmax(np.diff(followers)))]
        assert 0.1 < jump < 1.0
        followers, likes = looks["like_spike"]
        day = int(np.argmax(np.diff(likes)))
        assert np.diff(likes)[day] > 0.15 * likes[-1]
        assert np.diff(followers)[day] < 0.05 * followers[day]
        followers, likes = looks["hollow_followers"]
        assert likes[-1] / followers[-1] < 2


def test_the_shipped_sample_tells_these_stories_within_a_megabyte() -> None:
    sample = ROOT / "data" / "sample"
    truth = rows(ROOT / "data" / "sample-truth.csv")
    assert [one["story"] for one in truth] == [story.name for story in STORIES]
    assert [tuple(one["levels"].split()) for one in truth] == [story.levels for story in STORIES]
    assert [one["account_id"] for one in rows(sample / "accounts.csv")] == [
        one["account_id"] for one in truth
    ]
    assert sum(path.stat().st_size for path in sample.iterdir()) < 1_000_000


def test_every_story_is_explained_in_the_readme_of_the_data() -> None:
    text = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    for story in STORIES:
        assert (
            f"_{story.name.split('_', 1)[1]}" in text
            if story.name.startswith("ordinary")
            else story.name in text
        )


def test_a_negative_seed_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--seed", "-1", "--out", str(tmp_path / "out")])
    assert stopped.value.code == 2
    assert "--seed is -1, expected 0 or more" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_said_in_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(SystemExit) as stopped:
        main(["--out", str(tmp_path / "file")])
    assert stopped.value.code == 1
    assert "name a folder for --out" in capsys.readouterr().err
    assert (tmp_path / "file").read_text(encoding="utf-8") == "in the way"


def test_the_module_runs_as_a_program(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "training.simulate.stories",
        "--seed",
        "7",
        "--out",
        str(tmp_path / "out"),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert f"{len(STORIES)} stories written" in done.stderr
    assert done.stdout == ""
