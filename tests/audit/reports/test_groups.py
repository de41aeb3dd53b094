"""Groups are listed with how many members are suspicious and who is not named; every member is a row."""

import csv
from types import SimpleNamespace

import numpy as np
import pyarrow.parquet as pq
import pytest

from detector.audit.reports import groups
from detector.audit.reports.groups import SHOWN, write_groups
from detector.crowd.grouping import Group
from detector.crowd.night import Named

DAY = 20_600  # 2026-05-27


def named(name: str, n: int) -> Named:
    days = (("followers", DAY + 2), ("followers", DAY))
    group = Group(accounts=np.arange(n, dtype=np.int64))
    return Named(name, "lockstep", "tiktok", 4.0, 0.0001, days, ("They rose.", "Together."), group)


def member(group: str, i: int, level: str) -> dict[str, object]:
    row = {"group": group, "platform": "tiktok", "account_id": f"{i:03}", "handle": f"h{i:03}"}
    return row | {"level": level, "suspicion": 99.0, "score": 2.0}


@pytest.mark.parametrize("batch", [1, 5, 10_000])
def test_every_member_is_a_row_and_the_first_are_named(tmp_path, monkeypatch, batch):
    monkeypatch.setattr(groups, "_BATCH", batch)
    few, many = SHOWN, SHOWN + 3
    rows = [member("few", i, "ordinary") for i in range(few)]
    rows += [member("many", i, "suspicious" if i < 4 else "unusual") for i in range(many)]
    crowd = SimpleNamespace(groups=(named("many", many), named("few", few)))
    paths = tmp_path / "groups.csv", tmp_path / "groups.parquet"
    found = write_groups(*paths, crowd, SimpleNamespace(ask=lambda query: iter(rows)))
    assert [(one.group.name, one.suspicious, len(one.members)) for one in found] == [
        ("many", 4, SHOWN),
        ("few", 0, SHOWN),
    ]
    with paths[0].open(encoding="utf-8", newline="") as stream:
        lines = list(csv.DictReader(stream))
    assert [(one["rank"], one["accounts"], one["suspicious"]) for one in lines] == [
        ("1", "13", "4"),
        ("2", "10", "0"),
    ]
    assert (lines[0]["first_day"], lines[0]["last_day"]) == ("2026-05-27", "2026-05-29")
    assert lines[0]["members"].endswith("; and 3 more")
    assert "more" not in lines[1]["members"]
    written = pq.read_table(paths[1]).to_pylist()
    assert [(one["group"], one["account_id"]) for one in written] == [
        (row["group"], row["account_id"]) for row in rows
    ]
    assert {(one["kind"], one["evidence"]) for one in written} == {("lockstep", "They rose. Together.")}


def test_no_group_is_a_file_without_rows(tmp_path):
    paths = tmp_path / "groups.csv", tmp_path / "groups.parquet"
    assert write_groups(*paths, SimpleNamespace(groups=()), SimpleNamespace()) == ()
    assert pq.read_table(paths[1]).num_rows == 0
