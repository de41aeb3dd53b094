"""Benchmarks on the reference data are asked alike, and write their figures alike."""

import json
from pathlib import Path

import pytest

from benchmarks.command import on_data, write


def test_the_folder_of_the_data_must_be_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parser = on_data("Something measured.\n\nAnd more.", tmp_path / "results.json")
    assert parser.description == "Something measured."
    given = parser.parse_args(["--data", str(tmp_path)])
    assert (given.data, given.out) == (tmp_path, tmp_path / "results.json")
    for wrong in ([], ["--data", str(tmp_path / "nowhere")], ["--data", __file__]):
        with pytest.raises(SystemExit) as ended:
            parser.parse_args(wrong)
        assert ended.value.code == 2
    assert f"there is no folder {__file__}" in capsys.readouterr().err


def test_figures_are_written_in_order_of_their_names(tmp_path: Path) -> None:
    write({"b": 1, "a": [0.5]}, tmp_path / "new" / "found.json")
    assert list(json.loads((tmp_path / "new" / "found.json").read_text())) == ["a", "b"]
    with pytest.raises(ValueError, match="JSON compliant"):
        write({"a": float("nan")}, tmp_path / "new" / "found.json")
    assert (tmp_path / "new" / "found.json").read_text().endswith("}\n")
