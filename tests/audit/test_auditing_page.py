"""docs/auditing.md: its snippets run, and it names every column and limit as the code has them."""

import contextlib
import io
import re
from dataclasses import fields
from pathlib import Path

import duckdb
import pytest

from detector.audit.folder import CHANGES, FLAGGED, GROUPS, MEMBERS, PAGE, SCHEMA, SET_ASIDE, SUMMARY
from detector.audit.reports import drift
from detector.audit.reports.changes import KINDS, LISTED, Move
from detector.audit.reports.drift_words import REFIT
from detector.audit.reports.finding import STABILITY_LIMIT
from detector.audit.reports.flagged import TOP, Flagged
from detector.audit.reports.to_database import TABLE

TEXT = (Path(__file__).parents[2] / "docs" / "auditing.md").read_text(encoding="utf-8")


def blocks(kind):
    return re.findall(rf"```{kind}\n(.*?)```", TEXT, re.DOTALL)


@pytest.fixture
def folder(audit, sample, tmp_path, monkeypatch):
    audit("audits/2026-11-26", sample, part=9)
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("folder")
def test_the_snippet_for_pandas_counts_the_levels():
    (code,) = blocks("python")
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(code, {})  # noqa: S102 - our own page
    assert re.search(r"tiktok +insufficient_data +\d", said.getvalue())


@pytest.mark.usefixtures("folder")
def test_the_questions_for_duckdb_are_answered(suspicious):
    first, second = blocks("sql")
    with duckdb.connect() as connection:
        worst = connection.execute(first).fetchall()
        signals = connection.execute(second).fetchall()
    assert len(worst) == suspicious
    assert all(reason.endswith(".") for _, _, reason in worst)
    assert [count for _, count, _ in signals] == sorted((count for _, count, _ in signals), reverse=True)


@pytest.mark.parametrize(("heading", "line"), [("flagged.csv", Flagged), ("changes.csv", Move)])
def test_every_column_of_a_list_is_named_in_order(heading, line):
    section = TEXT.split(f"### {heading}\n")[1].split("\n## ")[0].split("\n### ")[0]
    listed = next(part for part in section.split("\n\n") if part.startswith("`"))
    assert re.findall(r"`(\w+)`", listed) == [field.name for field in fields(line)]


def test_files_kinds_and_limits_are_those_of_the_code():
    for name in (CHANGES, FLAGGED, GROUPS, MEMBERS, PAGE, SET_ASIDE, SUMMARY):
        assert f"| `{name}` |" in TEXT
    assert all(f"`{kind}`" in TEXT for kind in KINDS)
    assert f'"schema": {{"name": "{SCHEMA["name"]}", "version": {SCHEMA["version"]}}}' in TEXT
    assert f"The `--top` ({TOP}) accounts" in TEXT
    assert f"At most {LISTED:,} accounts of each kind" in TEXT
    assert f"the table `{TABLE}`" in TEXT
    assert f"| {STABILITY_LIMIT} + {drift.CHANCE} / accounts |" in TEXT
    assert f"and {drift.SURE:.0f} standard deviations | {drift.SHARE_LIMIT} |" in TEXT
    assert f"| {drift.LEVEL_LIMIT} times, or 1 / {drift.LEVEL_LIMIT} |" in TEXT
    assert f"| {drift.UNJUDGED_LIMIT:.0%} |".replace("%", " %") in TEXT
    assert f"below {drift.LEAST} accounts" in TEXT
    assert REFIT.startswith("detector train fit SOURCE --out")
    assert "detector train fit SOURCE --out models/ours" in TEXT
