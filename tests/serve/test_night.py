"""Questions to an audit: the same answers as a look at every row gives, and nothing but its parts is read."""

import pytest

from detector.audit.folder import finished
from detector.contract import RESULT
from detector.errors import AuditError
from detector.serve.night import Night
from detector.serve.wanted import SORTS, Wanted


@pytest.fixture
def opened(night):
    found = Night(finished(night))
    yield found
    found.close()


def named(text):
    return lambda row: text.lower() in (row["handle"] or "").lower()


@pytest.mark.parametrize(
    ("wanted", "holds"),
    [
        (Wanted(), lambda row: True),
        (Wanted(text="SAMPLE_"), named("sample_")),
        (Wanted(text="@sample_"), named("sample_")),
        (Wanted(text="<script>"), named("<script>")),
        (Wanted(text="%"), lambda row: row["account_id"].startswith("%")),
        (Wanted(text="_"), named("_")),
        (Wanted(text="687"), lambda row: row["account_id"].startswith("687")),
        (Wanted(text="../"), lambda row: row["account_id"].startswith("../")),
        (Wanted(text="' OR 1=1 --"), lambda row: False),
        (Wanted(levels=("suspicious", "unusual")), lambda row: row["level"] in ("suspicious", "unusual")),
        (Wanted(axis="likes"), lambda row: (row["likes_suspicion"] or 0) >= 95),
        (
            Wanted(axis="followers", levels=("ordinary",)),
            lambda row: row["level"] == "ordinary" and (row["followers_suspicion"] or 0) >= 95,
        ),
        (Wanted(platform="tiktok"), lambda row: True),
        (Wanted(platform="x"), lambda row: False),
    ],
)
def test_what_is_looked_for_is_found(opened, rows, wanted, holds):
    found = opened.find(wanted)
    expected = {row["account_id"] for row in rows if holds(row)}
    assert {row["account_id"] for row in found.rows} == expected
    assert found.total == len(expected)


def test_a_cohort_is_found_by_its_name(opened, rows):
    for cohort in {row["cohort"] for row in rows}:
        found = opened.find(Wanted(cohort=cohort))
        assert found.total == sum(row["cohort"] == cohort for row in rows)


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("down", [True, False])
def test_every_order_holds_every_account_once(opened, rows, sort, down):
    whole = opened.find(Wanted(sort=sort, down=down)).rows
    parts = [
        row
        for offset in range(0, len(rows), 3)
        for row in opened.find(Wanted(sort=sort, down=down, offset=offset, limit=3)).rows
    ]
    assert parts == whole
    assert sorted(row["account_id"] for row in whole) == sorted(row["account_id"] for row in rows)


@pytest.mark.parametrize(("sort", "column"), [("suspicion", "suspicion"), ("likes", "likes_suspicion")])
def test_an_order_is_that_of_its_column_and_the_unknown_stand_last(opened, sort, column):
    for down in (True, False):
        values = [row[column] for row in opened.find(Wanted(sort=sort, down=down), whole=True).rows]
        known = [value for value in values if value is not None]
        assert known == sorted(known, reverse=down)
        assert values == known + [None] * (len(values) - len(known))


def test_a_whole_row_has_the_columns_of_the_contract(opened, rows):
    row = rows[0]
    found = opened.account(row["platform"], row["account_id"])
    assert list(found) == [column.name for column in RESULT]
    assert found["as_of"].endswith("Z")
    assert found["needed"] == list(row["needed"])


def test_an_account_that_is_not_there_is_none(opened):
    assert opened.account("tiktok", "' OR ''='") is None


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT content FROM read_text('/etc/hostname')",
        "SELECT * FROM read_csv('/etc/passwd')",
        "COPY (SELECT 1) TO 'written.csv'",
        "ATTACH 'other.duckdb'",
        "SET enable_external_access = true",
        "INSTALL httpfs",
    ],
)
def test_nothing_but_its_parts_can_be_reached(opened, statement, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AuditError):
        opened._ask(statement, {})
    assert list(tmp_path.iterdir()) == []


def test_a_part_that_is_damaged_is_said(night, tmp_path):
    import shutil

    shutil.copytree(night, tmp_path / "night")
    part = next((tmp_path / "night" / "result").glob("*.parquet"))
    part.write_bytes(part.read_bytes()[:200])
    with pytest.raises(AuditError, match="cannot be read"):
        Night(finished(tmp_path / "night"))


def test_an_audit_of_nobody_is_no_error(night, tmp_path):
    import json
    import shutil

    shutil.copytree(night, tmp_path / "night")
    for part in (tmp_path / "night" / "result").glob("*.parquet"):
        part.unlink()
    path = tmp_path / "night" / "summary.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"parts": 0}))
    found = Night(finished(tmp_path / "night"))
    assert found.find(Wanted(text="a", levels=("suspicious",), axis="likes")).total == 0
    assert found.account("tiktok", "1") is None
    found.close()
