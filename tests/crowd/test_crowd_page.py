"""docs/crowd.md names the columns, kinds and limits that the code has."""

import json
from pathlib import Path

from benchmarks import crowd_page
from detector.audit.reports.groups import COLUMNS, MEMBER_COLUMNS
from detector.crowd import cells, jumps, night
from detector.crowd.kinds import KINDS

TEXT = (Path(__file__).parents[2] / "docs" / "crowd.md").read_text(encoding="utf-8")


def test_columns_kinds_and_limits_are_those_of_the_code():
    assert all(f"| `{kind.what}` |" in TEXT for kind in KINDS)
    assert all(f"`{name}`" in TEXT for name in (*COLUMNS, *MEMBER_COLUMNS))
    assert f"{jumps.FAR:.0f} times what chance" in TEXT
    assert f"and {jumps.LEAST:.0f} at least" in TEXT
    assert f"at most **{cells.FALSE_CELLS + night.FALSE_GROUPS:g} false groups" in TEXT
    assert f"{cells.FALSE_CELLS:g} from cells and {night.FALSE_GROUPS:g} from" in TEXT
    assert f"{cells.NEAR:g}\ntimes as dense" in TEXT or f"{cells.NEAR:g} times as dense" in TEXT


def test_what_was_not_measured_is_said(tmp_path):
    path = tmp_path / "none.json"
    for page in ("lockstep_page", "alarms_page", "clones_page", "driver_page", "real_page", "beside_page"):
        assert getattr(crowd_page, page)(path) == crowd_page.NOT_MEASURED
    assert crowd_page.growth_page(path, path) == crowd_page.NOT_MEASURED


def test_costs_are_told_beside_an_audit_and_of_more_accounts(tmp_path):
    one = {"jumps": 5, "collect": 1.0, "find": 2.0, "columns": 1.0, "shards_mb": 1.0, "ms_an_account": 0.4}
    two = one | {"find": 3.0, "shards_mb": 2.0, "ms_an_account": 0.25, "times": 0.62}
    runs = [one | {"accounts": 10_000}, two | {"accounts": 20_000}]
    (tmp_path / "crowd.json").write_text(json.dumps({"growth": runs}))
    with_it = {"cpu_s": 25.0, "seconds": {"score": 8.0, "crowd": 3.0}}
    nights = [{"accounts": 20_000, "giants": giants, "audit": with_it} for giants in (False, True)]
    (tmp_path / "audit.json").write_text(json.dumps({"nights": nights}))
    text = crowd_page.growth_page(tmp_path / "crowd.json", tmp_path / "audit.json")
    assert "5 s of processor at 20,000 accounts" in text
    assert text.count("all else of an audit takes about 20 s ([speed.md](speed.md)): 25% more") == 1
    assert "| 1,000,000,000 | 27.8 | 100.0 |" in crowd_page.driver_page(tmp_path / "crowd.json")
