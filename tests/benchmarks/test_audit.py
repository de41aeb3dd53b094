"""The benchmark of a night: its ratios are those of its figures, and what was not measured is no number."""

import json
import sys
from pathlib import Path

import pytest

from benchmarks import audit, night, speed_page
from benchmarks.night import Night, marginal, measure
from benchmarks.populations import Population

STAND_IN = """
import json, sys, time
from pathlib import Path
assert sys.argv[1] == "audit" and sys.argv[3] == "--out" and sys.argv[5:7] == ["--memory", "600MB"]
time.sleep(0.2)
out = Path(sys.argv[4])
out.mkdir()
(out / "summary.json").write_text(json.dumps({"seconds": {"plan": 0.05, "score": 0.15}, "levels": {"ordinary": 50}}))
"""


PEER = """
import json, sys
from pathlib import Path
if "--out" in sys.argv:
    Path(sys.argv[sys.argv.index("--out") + 1]).touch()
print(json.dumps({"peer": sys.argv[1], "read": sorted(path.name for path in Path(sys.argv[2]).iterdir())}))
"""


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """A command in the place of `detector`; the peers, which tests of their own run, are replaced too."""
    (tmp_path / "peer.py").write_text(PEER, encoding="utf-8")
    monkeypatch.setattr(Night, "peer", lambda _, *words: [sys.executable, str(tmp_path / "peer.py"), *words])
    (tmp_path / "tool.py").write_text(STAND_IN, encoding="utf-8")
    return (sys.executable, str(tmp_path / "tool.py"))


def test_ratios_are_those_of_the_figures(stand_in, tmp_path):
    found = measure(Night(tmp_path / "s", stand_in, "600MB", 1, runs=2), Population(200))
    mine, floor, pandas = found["audit"], found["floor"], found["pandas"]
    assert mine["seconds"] == {"plan": 0.05, "score": 0.15}
    assert mine["wall_s"] == min(mine["all_wall_s"])
    assert len(mine["all_wall_s"]) == len(pandas["all_wall_s"]) == 2
    assert found["rows"] == Population(200).rows
    assert floor["said"] == {"peer": "floor", "read": ["accounts", "posts", "snapshots"]}
    assert pandas["said"]["peer"] == "pandas_script"
    assert found["ratios"] == {
        "times_floor": round(mine["wall_s"] / floor["wall_s"], 2),
        "faster_than_pandas": round(pandas["wall_s"] / mine["wall_s"], 2),
        "memory_of_pandas": round(mine["rss_mb"] / pandas["rss_mb"], 3),
    }
    assert not list((tmp_path / "s").glob("*.audit"))


def test_peers_are_scripts_of_their_own(tmp_path):
    assert Night(tmp_path, ()).peer("floor", "x") == [sys.executable, "-m", "benchmarks.peers.floor", "x"]
    for name in ("floor", "pandas_script", "tsfresh_pyod"):
        assert (Path(night.__file__).parent / "peers" / f"{name}.py").is_file()


def test_above_its_limit_pandas_is_not_run(stand_in, tmp_path):
    found = measure(Night(tmp_path, stand_in, "600MB", 1, pandas_up_to=199), Population(200))
    assert "pandas" not in found
    assert set(found["ratios"]) == {"times_floor"}


def test_costs_of_an_account_are_differences_and_leave_giants_out():
    def one(n, wall, giants=False):
        return {"accounts": n, "giants": giants, "audit": {"wall_s": wall, "cpu_s": 2 * wall}}

    found = marginal(one(100, 1.0), [one(10_100, 11.0), one(10_100, 99.0, giants=True), one(1_100, 2.0)])
    assert found == [
        {"from": 100, "to": 1_100, "wall_ms": 1.0, "cpu_ms": 2.0},
        {"from": 1_100, "to": 10_100, "wall_ms": 1.0, "cpu_ms": 2.0},
    ]


def test_figures_are_written_and_shown(stand_in, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(audit, "tool", lambda: stand_in)
    monkeypatch.setattr(night, "GENERIC", (20, 40))
    monkeypatch.setattr(audit, "find_spec", lambda name: None)
    out = tmp_path / "new" / "audit.json"
    audit.main(
        [
            "--sizes",
            "200,400",
            "--giants",
            "200",
            "--memory",
            "600MB",
            "--pandas-up-to",
            "200",
            "--out",
            str(out),
        ]
    )
    found = json.loads(out.read_text(encoding="utf-8"))
    assert [(one["accounts"], one["giants"]) for one in found["nights"]] == [
        (200, False),
        (400, False),
        (200, True),
    ]
    assert [(one["from"], one["to"]) for one in found["marginal"]] == [(100, 200), (200, 400)]
    assert found["generic"] is None
    assert "tsfresh is not installed" in capsys.readouterr().out
    lines = speed_page.audit_page(out).splitlines()
    assert any(line.startswith("| 200 | ") and line.endswith(" | - |") for line in lines)
    assert any(line.startswith("| 200, one in 1,000 with 5,000 posts | ") for line in lines)
    assert any(line.startswith("| 400 | ") and line.endswith(" | - | - | - | - | - |") for line in lines)
    assert "| 400 | 0.1 | 0.1 |" in lines or "| 400 | 0.1 | 0.2 |" in lines
    assert len({line.count("|") for line in lines if line.startswith("|") and "pandas" in line}) == 1


def test_the_ratio_to_generic_tools_is_of_the_cost_of_an_account(tmp_path):
    found = {"startup": {"accounts": 100, "giants": False, "audit": {"wall_s": 1.0, "cpu_s": 1.0}}}
    found |= {"generic": {"ms_per_account": 5.0}}
    found["nights"] = [
        {"accounts": 1_000, "giants": False, "audit": {"wall_s": 2.0, "cpu_s": 2.0}, "ratios": {}}
    ]
    audit._compare(found)
    assert found["nights"][0]["ratios"] == {"faster_than_generic": 2.5}


@pytest.mark.parametrize(
    "wrong", [("--sizes", "0"), ("--sizes", "many"), ("--runs", "0"), ("--workers", "0")]
)
def test_settings_without_sense_are_refused(wrong):
    with pytest.raises(SystemExit):
        audit.main([*wrong])


def test_what_was_not_measured_is_said(tmp_path):
    for page in (speed_page.audit_page, speed_page.kills_page, speed_page.pairs_page):
        assert page(tmp_path / "none.json") == speed_page.NOT_MEASURED


def test_faults_after_kills_are_shown(tmp_path):
    found = {
        "accounts": 20_000,
        "kills": 4,
        "whom": {"all processes": 3, "the parent alone": 1},
        "faults": [],
    }
    found |= {"when": {"after a change": 2, "at a time": 2}}
    path = Path(tmp_path, "kills.json")
    path.write_text(json.dumps(found))
    assert "every one ended with the bytes" in speed_page.kills_page(path)
    path.write_text(json.dumps({**found, "faults": ["trial 1: part differs"]}))
    assert speed_page.kills_page(path).endswith("1 faults were found: trial 1: part differs.")
