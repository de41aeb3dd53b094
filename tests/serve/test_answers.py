"""The review behind the page: an account is asked about once, and nobody's answer is lost."""

from datetime import UTC, datetime

import pytest

from detector.cases import read_cases
from detector.errors import CasesError, ServeError
from detector.review import Answer, Log
from detector.serve.answers import Answers

NOW = datetime(2026, 5, 5, 12, tzinfo=UTC)


@pytest.fixture
def reviewer(night, tmp_path):
    def made(name: str) -> Answers:
        return Answers(night, Log(tmp_path / "cases.csv"), name, lambda: NOW)

    return made


@pytest.fixture
def row(rows):
    return {(row["platform"], row["account_id"]): row for row in rows}


def test_every_account_is_asked_about_once(reviewer, row):
    kim, seen = reviewer("kim"), []
    while (asked := kim.next()) is not None:
        assert (asked.number, asked.of) == (len(seen) + 1, len(row))
        seen.append(asked.key)
        kim.give(row[asked.key], Answer("genuine"))
    assert sorted(seen) == sorted(row)
    assert [case.label for case in read_cases(kim.log.path)] == ["genuine"] * len(row)


def test_asking_again_asks_about_the_same_account(reviewer):
    kim = reviewer("kim")
    assert kim.next() == kim.next()


def test_what_was_skipped_is_not_asked_about_again(reviewer, row):
    kim = reviewer("kim")
    for _ in row:
        asked = kim.next()
        assert asked is not None
        kim.skip(asked.key)
    assert kim.next() is None
    assert not kim.log.path.exists()
    assert reviewer("kim").next() is not None


def test_a_second_opinion_is_about_what_others_have_labelled(reviewer, row):
    kim, lee = reviewer("kim"), reviewer("lee")
    asked = kim.next()
    kim.give(row[asked.key], Answer("inflated", "likes"))
    assert kim.next(second=True) is None
    second = lee.next(second=True)
    assert (second.key, second.kind) == (asked.key, "second_opinion")
    lee.give(row[second.key], Answer("genuine"))
    assert lee.next(second=True) is None
    assert {case.reviewer: case.label for case in kim.of(asked.key)} == {"kim": "inflated", "lee": "genuine"}


def test_a_case_says_why_it_was_asked_about_and_on_what_it_rests(reviewer, row):
    kim = reviewer("kim")
    asked = kim.next()
    kim.give(row[asked.key], Answer("inflated", "likes", "  doubled\x1b[2J\u202e in a night "))
    (case,) = read_cases(kim.log.path)
    assert (case.queue, case.axis, case.reviewed_at) == (asked.kind, "likes", NOW)
    assert case.note == "doubled[2J in a night"
    assert case.model == row[asked.key]["model_version"]
    assert '"level"' in case.evidence
    assert row[asked.key]["handle"] not in case.evidence


def test_an_account_that_was_opened_is_said_to_be(reviewer, row):
    kim = reviewer("kim")
    kim.give(next(iter(row.values())), Answer("unsure", "likes"))
    (case,) = read_cases(kim.log.path)
    assert (case.queue, case.axis) == ("opened", "")


def test_answers_of_nobody_are_refused(reviewer, row):
    with pytest.raises(ServeError, match="--reviewer"):
        reviewer("").give(next(iter(row.values())), Answer("genuine"))


def test_a_note_has_a_length(reviewer, row):
    with pytest.raises(ServeError, match="longer than"):
        reviewer("kim").give(next(iter(row.values())), Answer("genuine", "", "x" * 2_001))


def test_cases_that_others_write_are_seen(reviewer, row):
    kim, lee = reviewer("kim"), reviewer("lee")
    first = kim.next()
    lee.give(row[first.key], Answer("genuine"))
    assert kim.next().key != first.key


def test_cases_with_problems_are_said(reviewer):
    kim = reviewer("kim")
    kim.log.path.write_text("platform,account_id,label\ntiktok,1,perhaps\n")
    with pytest.raises(CasesError, match="perhaps"):
        kim.next()
