"""A truth file gives back what was written, and serves as a file of cases."""

from pathlib import Path

import pytest

from detector.cases import read_cases
from training.simulate.truth import Truth, read_truth, truth_file, write_truth

TRUTH = (
    Truth("tiktok", "1", "genuine", archetype="viral"),
    Truth("tiktok", "0012", "inflated", "likes", "", "like_spike", 0.1, 12_345.0, "2026-05-03"),
)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    write_truth(TRUTH, tmp_path / "t.csv")
    assert read_truth(tmp_path / "t.csv") == TRUTH


def test_a_truth_file_is_a_file_of_cases(tmp_path: Path) -> None:
    write_truth(TRUTH, tmp_path / "t.csv")
    cases = read_cases(tmp_path / "t.csv")
    assert [(case.account_id, case.label, case.axis) for case in cases] == [
        ("1", "genuine", ""),
        ("0012", "inflated", "likes"),
    ]


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("platform,account_id\ntiktok,1\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no truth file"):
        read_truth(tmp_path / "t.csv")


def test_it_stands_beside_the_folder_never_in_it() -> None:
    assert truth_file(Path("data/sample")) == Path("data/sample-truth.csv")
