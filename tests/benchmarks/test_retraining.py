"""The table of retraining beside fitting: means, lowest, and the difference draw by draw."""

import json
from pathlib import Path
from typing import Any

from scripts.pages import retrained


def row(way: str, cases: int, draw: int, auc: float, *, every: bool = False) -> dict[str, Any]:
    return {
        "fold": 0,
        "draw": draw,
        "way": way,
        "cases": cases,
        "all": every,
        "auc": auc,
        "auc_size_matched": auc / 2,
    }


def test_ways_stand_side_by_side_and_differ_by_the_same_draws(tmp_path: Path) -> None:
    rows = [row("unlabelled", 0, 0, 0.6), row("fit", 40, 0, 0.9), row("fit", 40, 1, 0.8)]
    rows += [row("retrain", 40, 0, 0.8), row("retrain", 40, 1, 0.9)]
    rows += [row(way, 200, 0, 0.95) for way in ("fit", "retrain")]
    rows += [row(way, 300, 0, 0.96, every=True) for way in ("fit", "retrain")]
    path = tmp_path / "retraining.json"
    path.write_text(json.dumps({"accounts": 9, "inflated": 4, "folds": 3, "draws": 2, "rows": rows}))
    lines = retrained(path).splitlines()
    assert lines[4:] == [
        "| none | 0.600 (0.600) | 0.300 | 0.600 (0.600) | 0.300 |  |",
        "| 40 | 0.850 (0.800) | 0.425 | 0.850 (0.800) | 0.425 | +0.000, -0.100 |",
        "| 200 | 0.950 (0.950) | 0.475 | 0.950 (0.950) | 0.475 | +0.000, +0.000 |",
        "| all | 0.960 (0.960) | 0.480 | 0.960 (0.960) | 0.480 | +0.000, +0.000 |",
    ]
    assert retrained(tmp_path / "none.json") == "Not measured yet."
