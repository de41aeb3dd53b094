"""`detector report`: what it writes, what it says, what it refuses; and the pictures of `detector score`."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"
TOOL = (sys.executable, "-c", "from detector.cli import main; main()")


def test_one_creator_is_reported_in_full(detector, tmp_path):
    out = tmp_path / "report.html"
    ran = detector("report", SAMPLE, "--account", "sample_like_spike", "--out", out)
    assert (ran.code, ran.out) == (0, "")
    assert "1 account = 1 scored" in ran.err
    assert ran.err.endswith(f"report: {out}\n")
    page = out.read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    for picture in ("standing", "history", "posts", "shares"):
        assert f'<figure class="{picture}">' in page


def test_several_creators_are_compared(detector, tmp_path):
    ran = detector("report", SAMPLE, "--out", tmp_path / "all.html", "--quiet")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert "<h1>25 creators compared</h1>" in (tmp_path / "all.html").read_text(encoding="utf-8")


def test_the_same_source_gives_the_same_bytes(detector, tmp_path):
    for name in ("a.html", "b.html"):
        detector("report", SAMPLE, "--account", "sample_giveaway", "--out", tmp_path / name)
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_typed_numbers_become_a_page_too(detector, tmp_path):
    numbers = ("--followers", "1.2M", "--likes", "3.4K", "--posts", "40")
    ran = detector("score", "--platform", "tiktok", *numbers, "--out", tmp_path / "p.html", "--quiet")
    assert ran.code == 0
    page = (tmp_path / "p.html").read_text(encoding="utf-8")
    assert "Suspicious of inflated followers" in page
    assert '<figure class="standing">' in page


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("report", SAMPLE), 2, "--out"),
        (("report", SAMPLE, "--out", "report.pdf"), 2, "report.pdf does not end in .html"),
        (("report", SAMPLE, "--out", SAMPLE / "accounts.html"), 2, "would overwrite"),
        (("report", "nowhere", "--out", "r.html"), 1, "nowhere"),
        (("report", SAMPLE, "--account", "nobody", "--out", "r.html"), 1, "nobody"),
        (
            ("report", SAMPLE, "--account", "sample_like_spik", "--out", "r.html"),
            1,
            "mean sample_like_spike?",
        ),
        (("report", "empty.csv", "--out", "r.html"), 1, "nobody to report on"),
    ],
)
def test_what_cannot_be_done_is_said(detector, tmp_path, monkeypatch, arguments, code, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.csv").write_text("platform,account_id,followers\n")
    ran = detector(*arguments)
    assert ran.code == code, ran.err
    assert said in ran.err
    assert list(tmp_path.glob("*.html")) == []


def test_an_older_page_stays_when_a_new_one_cannot_be_made(detector, tmp_path, monkeypatch):
    out = tmp_path / "report.html"
    out.write_text("older")

    def breaks(*arguments):
        raise RuntimeError("in the middle")

    monkeypatch.setattr("detector.outputs.html.report", breaks)
    assert detector("report", SAMPLE, "--account", "sample_giveaway", "--out", out).code == 1
    assert out.read_text() == "older"


def test_nothing_heavy_is_loaded_for_a_report(tmp_path):
    out = str(tmp_path / "r.html")
    code = (
        "import sys; from detector.cli.entry import run;"
        f"code = run(['report', {str(SAMPLE)!r}, '--account', 'sample_like_spike', '--out', {out!r}]);"
        "heavy = {'pandas', 'pyarrow', 'sklearn', 'scipy', 'mlflow', 'matplotlib', 'rich'} & set(sys.modules);"
        "assert (code, heavy) == (0, set()), (code, heavy)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def _scored(encoding: str) -> str:
    done = subprocess.run(
        [*TOOL, "score", str(SAMPLE), "--account", "sample_like_spike", "--quiet"],
        capture_output=True,
        env=os.environ | {"PYTHONIOENCODING": encoding},
        check=True,
    )
    return done.stdout.decode(encoding)


def test_the_terminal_draws_the_history_with_the_odd_day_in_eighty_columns():
    text = _scored("utf-8")
    lines = text.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("  New likes a day"))
    assert re.fullmatch(r"  [▁▂▃▄▅▆▇█ ]+", lines[at + 1])
    assert lines[at + 1][lines[at + 2].index("^")] == "█"
    assert re.search(r"\^ \d{1,2} [A-Z][a-z]+ 2026: \+[\d,]+", lines[at + 2])
    assert max(map(len, lines)) <= 80


def test_a_terminal_that_cannot_show_blocks_gets_words_alone():
    text = _scored("ascii")
    assert "New likes a day" not in text
    assert "SUSPICIOUS  sample_like_spike" in text
