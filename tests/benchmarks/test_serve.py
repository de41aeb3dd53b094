"""The benchmark of the served pages: every question gets an answer, and figures agree with each other."""

import json
import statistics

import pytest

from benchmarks import serve
from benchmarks.speed_page import serve_page


def test_a_short_run_answers_every_question(tmp_path, capsys):
    out = tmp_path / "new" / "serve.json"
    serve.main(["--accounts", "60", "--starts", "1", "--again", "1", "--out", str(out)])
    found = json.loads(out.read_text(encoding="utf-8"))
    assert (found["accounts"], found["starts"]) == (60, 1)
    for name, one in found["questions"].items():
        assert one["first_median_ms"] == statistics.median(one["first_ms"]) > 0
        beside = name not in ("an account's page", "200 whole rows, by the API", "next of the review")
        assert (one["pandas_median_ms"] is not None) == beside
        assert one["bytes"] > 1_000
    assert capsys.readouterr().out == serve.line(found) + "\n"
    page = serve_page(out)
    assert page.count("\n| ") == len(found["questions"])
    assert "60 accounts" in page


def test_what_was_not_measured_is_said(tmp_path):
    assert serve_page(tmp_path / "none.json") == "Not measured yet for this version."


def test_settings_without_sense_are_refused():
    with pytest.raises(SystemExit):
        serve.main(["--starts", "0"])
