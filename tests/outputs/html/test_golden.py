"""The reports of the sample's stories read as they did when a person last reviewed them."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def _script():
    spec = importlib.util.spec_from_file_location("reports", ROOT / "scripts" / "reports.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


REPORTS = _script()


@pytest.mark.parametrize("story", REPORTS.STORIES)
def test_a_report_reads_as_reviewed(page, story):
    kept = (REPORTS.GOLDEN / f"{story}.txt").read_text(encoding="utf-8")
    assert REPORTS.text_of(page(story.removeprefix("sample_"))) == kept, (
        "run `make docs`, and review the difference"
    )


def test_no_text_is_kept_of_a_story_that_is_not_told():
    assert {path.stem for path in REPORTS.GOLDEN.glob("*.txt")} == set(REPORTS.STORIES)


def test_the_text_of_a_page_is_its_blocks_cells_and_pictures_in_words():
    text = REPORTS.text_of(
        "<h1>A <b>name</b></h1><style>x{}</style><svg><title>t</title><desc>two bars</desc><text>9</text>"
        "<line x1='1'/></svg><table><tr><th>a</th><td>1</td></tr></table><ul><li>one</li></ul>"
    )
    assert text == "# A name\npicture: two bars\n| a | 1\n- one\n"
