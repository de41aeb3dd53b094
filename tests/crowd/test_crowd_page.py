"""docs/crowd.md names the columns, kinds and limits that the code has."""

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
    for page in ("lockstep_page", "alarms_page", "clones_page", "growth_page", "real_page", "beside_page"):
        assert getattr(crowd_page, page)(path) == crowd_page.NOT_MEASURED
