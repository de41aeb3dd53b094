"""The list for the morning: who is on it, in which order, and that no name on it does any harm."""

import csv

import numpy as np
import pytest

from detector.audit.reports.flagged import find_flagged, write_flagged
from detector.audit.reports.rows import opened
from detector.errors import AuditError


def listed(today, before, bounds, top=500):
    with opened(today.parts, None if before is None else before.parts, bounds) as rows:
        return find_flagged(rows, top)


def read(path):
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_suspicious_come_before_unusual_and_higher_scores_before_lower(audit, row, bounds):
    today = audit(
        "today",
        [
            row("a", "unusual", score=1.4),
            row("b", "suspicious", score=2.5),
            row("c"),
            row("d", "insufficient_data"),
            row("e", "suspicious", score=3.5),
            row("f", "unusual", score=1.9),
        ],
        part=2,
    )
    found = listed(today, None, bounds)
    assert [one.account_id for one in found] == ["e", "b", "f", "a"]
    assert [one.rank for one in found] == [1, 2, 3, 4]
    assert {one.new for one in found} == {None}  # nothing to compare with


def test_those_that_are_new_come_first_within_their_level(audit, row, bounds):
    before = audit("before", [row("a", "suspicious"), row("b", "unusual"), row("c"), row("d", "unusual")])
    today = audit(
        "today",
        [
            row("a", "suspicious", score=9.0),
            row("b", "suspicious", score=2.1),
            row("c", "unusual", score=1.4),
            row("d", "unusual", score=1.9),
            row("e", "suspicious", score=2.2),
        ],
    )
    found = listed(today, before, bounds)
    assert [(one.account_id, one.new, one.level_before) for one in found] == [
        ("e", True, None),
        ("b", True, "unusual"),
        ("a", False, "suspicious"),
        ("c", True, "ordinary"),
        ("d", False, "unusual"),
    ]


def test_one_that_is_less_odd_than_before_is_not_new(audit, row, bounds):
    before = audit("before", [row("a", "suspicious")])
    (found,) = listed(audit("today", [row("a", "unusual")]), before, bounds)
    assert (found.new, found.level_before) == (False, "suspicious")


def test_the_top_is_the_top_of_the_same_order(audit, row, bounds):
    rows = [row(f"{i:03}", "suspicious", score=2.0 + i % 7) for i in range(60)]
    today = audit("today", rows, part=9)
    everyone = listed(today, None, bounds)
    assert len(everyone) == 60
    assert listed(today, None, bounds, top=10) == everyone[:10]
    ranked = [(-one.score, one.account_id) for one in everyone]
    assert ranked == sorted(ranked)


def test_equal_ids_on_two_platforms_are_two_accounts(audit, row, bounds):
    before = audit("before", [row("a", "suspicious"), row("a", platform="youtube")])
    both = [row("a", "suspicious"), row("a", "suspicious", platform="youtube")]
    found = listed(audit("today", both), before, bounds)
    assert [(one.platform, one.new) for one in found] == [("youtube", True), ("tiktok", False)]


def test_the_reason_is_the_strongest_of_the_leading_axis(audit, row, reason, bounds):
    reasons = (reason("comments_few", 3.0, "likes"), reason("follower_refills", 2.5), reason("x", 1.0))
    one = row("a", "suspicious", likes_suspicion=98.0, automation_suspicion=12.0, reasons=reasons)
    (found,) = listed(audit("today", [one]), None, bounds)
    assert (found.axis, found.reason) == ("followers", "follower_refills is odd.")
    assert found.could_also_be == "A star who seldom posts; Posts were deleted"


def test_without_a_reason_the_cell_is_empty(audit, row, bounds):
    (found,) = listed(audit("today", [row("a", "suspicious", reasons=())]), None, bounds)
    assert found.reason is None


def test_the_file_is_safe_for_spreadsheets_and_terminals(audit, row, reason, bounds, hostile, tmp_path):
    one = row(
        "a", "suspicious", handle=hostile, cohort="@" + hostile, reasons=(reason("s", 1.0, sentence=hostile),)
    )
    write_flagged(tmp_path / "flagged.csv", listed(audit("today", [one]), None, bounds))
    text = (tmp_path / "flagged.csv").read_text(encoding="utf-8")
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\x00" not in text
    assert text.count("\n") == 2  # no name breaks a line
    (found,) = read(tmp_path / "flagged.csv")
    assert all(found[name].startswith("'") for name in ("handle", "cohort", "reason"))
    assert found["handle"].startswith("'=1+2\\x1b")


def test_the_file_says_what_a_person_needs_to_begin(audit, row, bounds, tmp_path):
    write_flagged(tmp_path / "f.csv", listed(audit("today", [row("007", "suspicious")]), None, bounds))
    (found,) = read(tmp_path / "f.csv")
    wanted = {"rank": "1", "new": "", "account_id": "007", "level": "suspicious", "suspicion": "99.6"}
    wanted |= {"axis": "followers", "followers_expected": "1000", "followers_excess": "2.5"}
    wanted |= {
        "evidence": "profile",
        "as_of": "2026-05-03T00:00:00Z",
        "cohort_size": "412",
        "p_value": "0.004",
    }
    assert {name: found[name] for name in wanted} == wanted


def test_the_same_parts_give_the_same_bytes(audit, sample, bounds, tmp_path):
    written = []
    for name, part in (("one", 3), ("two", 11)):
        write_flagged(tmp_path / f"{name}.csv", listed(audit(name, sample, part=part), None, bounds))
        written.append((tmp_path / f"{name}.csv").read_bytes())
    assert written[0] == written[1]
    odd = np.isin(sample.columns["level"], ("suspicious", "unusual"))
    assert len(read(tmp_path / "one.csv")) == odd.sum() > 5


def test_a_list_of_nobody_is_its_header(audit, row, bounds, tmp_path):
    for name, rows in (("none", []), ("calm", [row("a")])):
        write_flagged(tmp_path / "f.csv", listed(audit(name, rows), None, bounds))
        assert read(tmp_path / "f.csv") == []
        assert (tmp_path / "f.csv").read_text().startswith("rank,new,level_before,platform,account_id")


def test_a_folder_with_signs_of_patterns_in_its_name_is_read(audit, row, bounds):
    assert len(listed(audit("a[b]*'c?", [row("a", "suspicious")]), None, bounds)) == 1


def test_a_damaged_part_is_said(audit, row, bounds):
    today = audit("today", [row("a", "suspicious")])
    today.parts[0].write_bytes(b"PAR1 no parquet PAR1")
    with pytest.raises(AuditError, match="cannot be read"):
        listed(today, None, bounds)
