"""Wrong usage ends with 2 and a sentence that helps; nothing is read, nothing is written."""

import os
import re

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from detector import __version__
from detector.cli.intake import read_mapping
from detector.contract import PLATFORMS
from detector.errors import UsageError


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Usage: detector"),
        (("scores",), "Did you mean 'score'? See `detector --help`."),
        (("score",), "give a SOURCE"),
        (("score",), "--platform tiktok --followers 1.2M"),
        (("score", "--handle", "x"), "Nothing to score"),
        (("score", "a", "--followers", "3"), "Both a SOURCE (a) and numbers of one account (--followers)"),
        (("score", "a", "--recent-views", "3", "--verified"), "(--recent-views, --verified)"),
        (("score", "--followers", "3"), "--platform is missing"),
        (("score", "--followers", "3"), ", ".join(PLATFORMS)),
        (("score", "--followers", "3", "--platform", "x", "--account", "1"), "--account is for a SOURCE"),
        (("score", "--followers", "3", "--platform", "x", "--map", "likes=a"), "--map is for a SOURCE"),
        (("score", "a", "--folowers", "3"), "--followers"),
        (("score", "a", "b"), "unexpected extra argument(s) (b). See `detector score --help`."),
        (("score", "a", "--fail-on", "odd"), "'suspicious', 'unusual'"),
        (("score", "a", "--reasons", "some"), "--reasons"),
        (("score", "a", "--out", "r.doc"), ".csv, .html, .json, .jsonl, .parquet"),
        (("score", "a", "--out", "nowhere/r.csv"), "there is no folder"),
        (("score", "a", "--map", "followers"), "OURS=THEIRS"),
        (("score", "a", "--map", "nowhere.toml"), "nowhere.toml cannot be read: No such file"),
    ],
)
def test_wrong_usage_is_said(detector, monkeypatch, tmp_path, arguments, said):
    monkeypatch.chdir(tmp_path)
    ran = detector(*arguments)
    assert ran.code == 2
    assert said in ran.err
    assert ran.out == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["a.csv", "folder/accounts.csv", "folder/posts/1.parquet", "folder/old.json"]
)
def test_a_result_never_overwrites_its_source(detector, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder" / "posts").mkdir(parents=True)
    for path in ("a.csv", "folder/old.json"):
        (tmp_path / path).write_text("mine")
    ran = detector("score", name.split("/")[0], "--out", name)
    assert ran.code == 2
    assert "would overwrite" in ran.err
    assert (tmp_path / "a.csv").read_text() == (tmp_path / "folder/old.json").read_text() == "mine"


def test_no_help_is_wider_than_eighty_columns(detector):
    left, seen = [()], 0
    while left:
        command = left.pop()
        shown = detector(*command, "--help").out
        assert max(map(len, shown.splitlines())) <= 80, shown
        _, _, commands = shown.partition("\nCommands:\n")
        left += [(*command, name) for name in re.findall(r"^  (\w+)  ", commands, re.MULTILINE)]
        seen += 1
    assert seen >= 16


@pytest.mark.parametrize("command", [("score",), ("report", "--out", "r.html"), ("audit", "--out", "night")])
@pytest.mark.parametrize("source", ["", " "])
def test_an_empty_source_is_not_the_current_folder(detector, monkeypatch, tmp_path, command, source):
    (tmp_path / "data").mkdir()
    monkeypatch.chdir(tmp_path / "data")
    pq.write_table(pa.table({"platform": ["x"], "account_id": ["1"], "followers": [5]}), "accounts.parquet")
    name, *out = command
    ran = detector(name, source, *(part if part.startswith("--") else tmp_path / part for part in out))
    assert (ran.code, ran.out) == (1, "")
    assert "The address of the source is empty" in ran.err


@pytest.mark.parametrize("source", ["-", os.devnull])
def test_what_can_be_looked_at_only_once_is_no_source(detector, source):
    ran = detector("score", source)
    assert ran.code == 1
    assert "save what comes from elsewhere as a file" in ran.err


def test_the_version_is_printed(detector):
    ran = detector("--version")
    assert (ran.code, ran.out) == (0, f"detector {__version__}\n")


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_goes_to_stdout(detector, option):
    assert "score" in detector(option).out
    assert "--fail-on" in detector("score", option).out


def test_names_of_columns_come_from_options_and_toml_files(tmp_path):
    path = tmp_path / "names.toml"
    path.write_text('\ufeff[map]\nfollowers = "Fan count"\nlikes = "hearts"\n', encoding="utf-8")
    assert read_mapping([str(path), "views=a=b", "likes=hearts"]) == {
        "followers": "Fan count",
        "likes": "hearts",
        "views": "a=b",
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[map", "cannot be read"),
        ("followers = 'a'", "no table [map]"),
        ("[map]\nfollowers = 3", "no table [map] of texts"),
        ("map = 'a'", "no table [map]"),
    ],
)
def test_a_file_of_column_names_that_is_none_is_said(tmp_path, text, said):
    path = tmp_path / "names.toml"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        read_mapping([str(path)])
    assert said in str(caught.value)


def test_two_columns_for_one_of_ours_are_refused():
    with pytest.raises(UsageError, match="two columns for likes: 'a' and 'b'"):
        read_mapping(["likes=a", "likes=b"])
