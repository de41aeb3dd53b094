"""The benchmark of the report: its creator is as long as it says, and its ratios are those of its figures."""

import importlib.util
import json
from pathlib import Path

import pytest

import detector

PATH = Path(__file__).resolve().parent.parent / "benchmarks" / "report.py"


@pytest.fixture(scope="module")
def bench():
    spec = importlib.util.spec_from_file_location("report_benchmark", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_creator_has_ninety_days_sixty_posts_and_an_odd_day(bench, tmp_path):
    from detector.explain import odd_days, subjects

    bench.write_creator(tmp_path)
    tables = detector.read(tmp_path)
    assert (len(tables.accounts), len(tables.posts), len(tables.snapshots)) == (1, bench.POSTS, bench.DAYS)
    (subject,) = subjects(tables, detector.load_model(), tables.keys())
    assert [span.axis for span in odd_days(subject).spans] == ["followers"]


def test_figures_of_a_short_run_agree_with_each_other(bench, tmp_path, capsys):
    out = tmp_path / "new" / "report.json"
    bench.main(["--runs", "1", "--out", str(out)])
    found = json.loads(out.read_text(encoding="utf-8"))
    assert set(found["seconds"]) == {"report", *bench.PEERS}
    middle = found["median_s"]
    assert found["ratio_to_matplotlib"] == pytest.approx(middle["report"] / middle["matplotlib"], rel=0.01)
    assert found["ratio_to_jinja2"] == pytest.approx(middle["report"] / middle["jinja2"], rel=0.01)
    assert 10_000 < found["page_bytes"] < 1_000_000
    assert capsys.readouterr().out == bench.line(found) + "\n"


def test_settings_without_sense_are_refused(bench):
    with pytest.raises(SystemExit):
        bench.main(["--runs", "0"])
