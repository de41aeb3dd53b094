"""The test of kills passes what is whole after them, and finds each way of going wrong."""

import json
import re
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from benchmarks import kills
from benchmarks.kills import difference, kill_often, main

STAND_IN = Path(__file__).with_name("stand_in.py")

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="processes are read from Linux's /proc"
)


def often(tmp_path, flaw, n=8):
    return kill_often(
        lambda out: [sys.executable, str(STAND_IN), str(out), flaw], tmp_path, n, np.random.default_rng(5)
    )


def test_an_audit_that_goes_on_where_it_stopped_has_no_fault(tmp_path):
    report = often(tmp_path, "")
    assert report.faults == []
    assert len(report.kills) == 8
    assert report.trials >= 2
    found = report.as_dict()
    assert sum(found["newest_file_in"].values()) == sum(found["whom"].values()) == found["kills"] == 8
    assert set(found["whom"]) == {"all processes", "the parent alone"}
    assert set(found["when"]) == {"at a time", "after a change"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["undisturbed"]


@pytest.mark.parametrize(
    ("flaw", "fault"),
    [
        ("halves", r"trial \d: part-\d\.txt differs"),
        ("counts", r"trial \d: summary\.json differs"),
        ("stuck", r"trial \d: exit code 1: there is something already"),
    ],
)
def test_what_goes_wrong_after_a_kill_is_found(tmp_path, flaw, fault):
    report = often(tmp_path, flaw, 20)
    assert report.faults
    assert any(re.match(fault, one) for one in report.faults), report.faults


def test_workers_left_behind_are_found_and_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(kills, "LINGER_S", 0.5)
    report = often(tmp_path, "orphans", 20)
    assert any("left behind" in fault for fault in report.faults), report.faults
    deadline = time.monotonic() + 60.0  # who was told to end may take a moment on a busy machine
    while _left(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not _left(tmp_path)


def _left(folder: Path) -> list[str]:
    commands = [_command(path) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [command for command in commands if str(folder) in command]


def _command(process: Path) -> str:
    try:
        return (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""  # ended meanwhile


def test_an_audit_that_fails_undisturbed_is_said(tmp_path):
    with pytest.raises(SystemExit, match=r"nobody disturbed ended with 2:\nno source"):
        kill_often(
            lambda out: [sys.executable, "-c", "import sys; sys.stderr.write('no source'); sys.exit(2)"],
            tmp_path,
            1,
            np.random.default_rng(1),
        )


def test_folders_differ_by_missing_added_and_changed_files_but_not_by_times(tmp_path):
    one, other = tmp_path / "a", tmp_path / "b"
    for folder, seconds in ((one, 1.0), (other, 2.0)):
        (folder / "result").mkdir(parents=True)
        (folder / "result" / "p").write_text("same")
        (folder / "summary.json").write_text(json.dumps({"accounts": 3, "seconds": seconds}))
    assert difference(one, other) == []
    (other / "result" / "p").write_text("Same")
    (one / "only").write_text("")
    (other / ".work").mkdir()
    (other / ".work" / "rest").write_text("")
    (other / "summary.json").write_text(json.dumps({"accounts": 4, "seconds": 1.0}))
    assert difference(one, other) == [
        "only is missing",
        ".work/rest should not be there",
        "result/p differs",
        "summary.json differs",
    ]


def test_settings_without_sense_are_refused():
    with pytest.raises(SystemExit):
        main(["--kills", "0"])
