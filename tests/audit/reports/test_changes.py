"""Yesterday against today: every account is in the matrix once, and what is said of a move is true."""

import csv

import pytest

from detector.audit.reports.changes import ABSENT, KINDS, find_changes, write_changes
from detector.audit.reports.moved import moved
from detector.audit.reports.rows import opened
from detector.contract import LEVELS

MODEL = "default-0123456789ab"


def compared(before, today, bounds, **options):
    with opened(today.parts, before.parts, bounds) as rows:
        return find_changes(rows, model_before=before.model_version, model=today.model_version, **options)


@pytest.fixture
def both(audit, row):
    """One account for every pair of levels, absent included."""
    names = (*LEVELS, ABSENT)
    pairs = [(then, now) for then in names for now in names if (then, now) != (ABSENT, ABSENT)]
    then = [row(f"{then}-{now}", then) for then, now in pairs if then != ABSENT]
    now = [row(f"{then}-{now}", now) for then, now in pairs if now != ABSENT]
    return audit("before", then, part=4), audit("today", now, part=6)


def test_every_account_is_counted_once_by_both_levels(both, bounds):
    found = compared(*both, bounds)
    cells = {(then, now): n for then, row in found.matrix.items() for now, n in row.items()}
    assert cells.pop((ABSENT, ABSENT)) == 0
    assert set(cells.values()) == {1}
    assert len(cells) == 24


def test_every_crossing_of_the_line_is_listed_by_kind(both, bounds):
    found = compared(*both, bounds)
    names = {kind: {move.account_id for move in found.moves if move.change == kind} for kind in KINDS}
    judged = ("ordinary", "unusual", "insufficient_data")
    assert names["became_suspicious"] == {f"{level}-suspicious" for level in judged}
    assert names["no_longer_suspicious"] == {f"suspicious-{level}" for level in judged}
    assert names["new_and_suspicious"] == {"absent-suspicious"}
    assert names["gone_and_was_suspicious"] == {"suspicious-absent"}
    assert found.left_off == 0
    assert found.counts == {
        "became_suspicious": 3,
        "new_and_suspicious": 1,
        "no_longer_suspicious": 3,
        "gone_and_was_suspicious": 1,
        "still_suspicious": 1,
        "new": 4,
        "gone": 4,
    }


def test_two_equal_nights_have_no_moves(audit, sample, suspicious, bounds):
    found = compared(audit("before", sample, part=3), audit("today", sample, part=4), bounds)
    assert found.moves == ()
    assert sum(map(sum, (row.values() for row in found.matrix.values()))) == len(sample)
    assert found.counts["still_suspicious"] == suspicious


def test_the_list_holds_the_worst_of_each_kind_and_counts_the_rest(audit, row, bounds):
    before = audit("before", [row(f"{i:02}") for i in range(30)])
    today = audit("today", [row(f"{i:02}", "suspicious", score=2.0 + i % 5) for i in range(40)])
    found = compared(before, today, bounds, listed=8)
    became, new = found.moves[:8], found.moves[8:]
    assert [move.account_id for move in became] == ["04", "09", "14", "19", "24", "29", "03", "08"]
    assert {move.change for move in new} == {"new_and_suspicious"}
    assert (len(new), found.left_off) == (8, 30 + 10 - 16)


def test_the_signal_that_moved_most_is_named_with_both_sides(row, reason):
    then = row("a", "unusual", score=1.5, followers_score=1.5)
    then |= {"reasons": [r(1.2, "follower_refills"), r(1.4, "comments_few", "likes")]}
    now = row("a", "suspicious", score=3.0, followers_score=3.0)
    now |= {"reasons": [r(3.1, "follower_refills"), r(1.5, "comments_few", "likes")]}
    found = moved(then, now, up=True, same_model=True)
    assert (found.axis, found.signal) == ("followers", "follower_refills")
    assert (found.contribution_before, found.contribution) == (1.2, 3.1)
    assert "Suspicion of followers: 96.0 before, 99.6 now." in found.why
    assert "follower_refills, 1.2 of the score before and 3.1 now: follower_refills is odd." in found.why


def test_what_fell_most_is_named_where_suspicion_ended(row):
    then = row("a", "suspicious", followers_score=3.0) | {"reasons": [r(3.0, "first"), r(1.0, "second")]}
    now = row("a", "unusual", followers_score=1.5) | {"reasons": [r(1.4, "second"), r(1.1, "first")]}
    found = moved(then, now, up=False, same_model=True)
    assert (found.signal, found.contribution_before, found.contribution) == ("first", 3.0, 1.1)


def test_a_reason_of_one_day_alone_is_new_or_gone(row):
    then = row("a", "unusual") | {"reasons": [r(1.4, "old")]}
    now = row("a", "suspicious") | {"reasons": [r(3.1, "sudden"), r(1.4, "old")]}
    found = moved(then, now, up=True, same_model=True)
    assert (found.signal, found.contribution_before, found.contribution) == ("sudden", None, 3.1)
    assert "New among its reasons: sudden is odd." in found.why
    back = moved(now, then, up=False, same_model=True)
    assert "No longer among its reasons: sudden is odd." in back.why


def test_a_side_without_written_reasons_is_said_and_not_guessed(row):
    now = row("a", "suspicious", followers_score=3.0) | {"reasons": [r(3.1, "sudden")]}
    rose = moved(row("a", followers_score=0.2), now, up=True, same_model=True)
    assert "How it was before is not known: the reasons of an ordinary account are not written." in rose.why
    assert (rose.signal, rose.contribution_before) == ("sudden", None)
    fell = moved(now, row("a", followers_score=0.2), up=False, same_model=True)
    assert "Strongest before: sudden is odd. What is left of it is not known" in fell.why
    assert "Suspicion of followers: 99.6 before, 40.0 now." in fell.why
    lost = moved(now, row("a", "insufficient_data", needed=["followers"]), up=False, same_model=True)
    assert "it could not be judged. To judge it again it needs followers." in lost.why


def test_reasons_that_did_not_rise_are_not_named_for_a_rise(row):
    then = row("a", "unusual") | {"reasons": [r(2.0, "same")]}
    found = moved(then, row("a", "suspicious") | {"reasons": [r(2.0, "same")]}, up=True, same_model=True)
    assert (found.axis, found.signal) == (None, None)
    assert "None of its reasons moved that way." in found.why


def test_what_made_accounts_suspicious_is_counted_and_what_no_longer_does_is_not(audit, row, reason, bounds):
    odd = {"a": "often", "b": "often", "c": "once", "d": "gone"}
    reasons = {name: {"reasons": (reason(signal, 3.1),)} for name, signal in odd.items()}
    before = [row(name, "suspicious" if name == "d" else "ordinary") for name in odd]
    before[3] |= reasons["d"]
    today = [row(name, "ordinary" if name == "d" else "suspicious") for name in odd]
    for one, name in zip(today[:3], "abc", strict=True):
        one |= reasons[name]
    found = compared(audit("before", before), audit("today", today), bounds)
    assert list(found.signals.items()) == [("often", 2), ("once", 1)]


def test_new_and_gone_accounts_say_so(row):
    now = row("a", "suspicious") | {"reasons": [r(3.1, "sudden")]}
    new = moved(None, now, up=True, same_model=True)
    assert new.why == "It was not in the previous audit. Strongest: sudden is odd."
    gone = moved(now, None, up=False, same_model=True)
    assert gone.why == "It is not in this audit's source any more. Strongest before: sudden is odd."


@pytest.mark.parametrize(
    ("changes", "same_model", "said"),
    [
        ({"evidence": "profile+history"}, True, "Evidence: profile before, profile+history now."),
        (
            {"cohort": "tiktok, 1M followers and more"},
            True,
            "followers before; tiktok, 1M followers and more now.",
        ),
        ({}, True, "Its data are of the same time as before"),
        ({}, False, "Another model judged it before, so the move may be the model's."),
    ],
)
def test_what_else_was_different_is_said(row, changes, same_model, said):
    then, now = row("a") | {"reasons": []}, row("a", "suspicious", **changes) | {"reasons": []}
    assert said in moved(then, now, up=True, same_model=same_model).why
    newer = {"as_of": "2026-05-04T00:00:00"}
    assert "same time" not in moved(then, now | newer, up=True, same_model=same_model).why


def test_another_model_is_said_for_the_whole_and_for_each(audit, row, bounds):
    before = audit("before", [row("a")], version="older-1")
    found = compared(before, audit("today", [row("a", "suspicious")]), bounds)
    assert not found.same_model
    assert found.as_dict()["same_model"] is False
    assert "the move may be the model's" in found.moves[0].why


def test_figures_for_the_summary_are_plain(both, bounds):
    import json

    figures = compared(*both, bounds).as_dict()
    assert json.loads(json.dumps(figures)) == figures
    assert (figures["became_suspicious"], figures["listed"], figures["left_off"]) == (3, 8, 0)
    assert figures["signals_that_moved"] == {
        "followers_beyond_engagement": 2
    }  # it weighs as much in the third


def test_the_file_is_safe_and_the_same_each_time(audit, row, reason, hostile, bounds, tmp_path):
    odd = row("-7", "suspicious", handle=hostile, reasons=(reason("s", 2.0, sentence=hostile),))
    written = []
    for part in (1, 5):
        before = audit(f"before-{part}", [row("-7", handle=hostile), row("b")], part=part)
        found = compared(before, audit(f"today-{part}", [odd, row("c", "suspicious")], part=part), bounds)
        write_changes(tmp_path / "changes.csv", found)
        written.append((tmp_path / "changes.csv").read_bytes())
    assert written[0] == written[1]
    text = written[0].decode()
    assert not {"\x1b", "\u202e", "\x00"} & set(text)
    first, second = csv.DictReader(text.splitlines())
    assert (first["account_id"], first["change"]) == ("'-7", "became_suspicious")
    assert first["handle"].startswith("'=1+2")
    assert (second["account_id"], second["level_before"]) == ("c", "")


def r(contribution, signal, axis="followers"):
    """A reason as it is read back."""
    return {"signal": signal, "axis": axis, "contribution": contribution, "sentence": f"{signal} is odd."}
