"""The benchmark of the simulator: it counts what it wrote, and its ratios are those of its figures."""

import importlib.util
import json
from pathlib import Path

import pytest

PATH = Path(__file__).resolve().parent.parent / "benchmarks" / "simulator.py"


@pytest.fixture(scope="module")
def simulator():
    spec = importlib.util.spec_from_file_location("simulator_benchmark", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_figures_of_a_small_run_agree_with_each_other(simulator, tmp_path, capsys):
    from training.simulate.population import population

    out = tmp_path / "new" / "simulator.json"
    simulator.main(["--creators", "50", "--workers", "1", "--out", str(out)])
    found = json.loads(out.read_text(encoding="utf-8"))
    tables = population(50, simulator.SEED)[0]
    rows = {name: len(getattr(tables, name)) for name in simulator.COUNTERS}
    assert found["counters"] == sum(simulator.COUNTERS[name] * n for name, n in rows.items())
    assert found["seconds_per_creator_and_core"] == pytest.approx(found["seconds"] / 50, rel=0.05)
    assert found["ratio"] == pytest.approx(found["seconds"] / found["numpy_seconds"], rel=0.05)
    assert found["peak_mb_of_a_process"] > 20
    assert capsys.readouterr().out == simulator.line(found) + "\n"


def test_counters_are_those_that_a_life_has(simulator):
    from training.simulate.render import COUNTERS, POST_COUNTERS

    assert {
        "accounts": len(COUNTERS),
        "posts": len(POST_COUNTERS),
        "snapshots": len(COUNTERS),
    } == simulator.COUNTERS


@pytest.mark.parametrize("wrong", [("--creators", "0"), ("--workers", "0")])
def test_settings_without_sense_are_refused(simulator, wrong):
    with pytest.raises(SystemExit):
        simulator.main([*wrong])
