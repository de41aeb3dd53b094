"""Review: the queue holds what is worth a label, answers are kept at once, and nobody's answer is lost."""

import io
import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from detector.cases import Case, current, disagreements, read_cases
from detector.cli.entry import run
from detector.errors import CasesError, SourceError
from detector.review import Log, queue, read_result

N = 60


def plain(at: int) -> dict[str, Any]:
    """One row of a result; the first ones are the most suspicious."""
    p_value = (at + 1) / (N + 1)
    level = "suspicious" if p_value <= 0.05 else "ordinary"
    reason = {"signal": "few_posts", "axis": "automation", "sentence": f"Sentence {at}.", "contribution": 1.0}
    return {
        "platform": "tiktok",
        "account_id": f"{at:03d}",
        "handle": "hostile\x1b[2J" if at == 0 else None,
        "level": level,
        "suspicion": 100 * (1 - p_value),
        "p_value": p_value,
        "score": -np.log10(p_value),
        "followers_score": float(at % 2),
        "likes_score": 0.1 * at,
        "automation_score": None,
        "followers_suspicion": 50.0,
        "followers_excess": 1.0 + at % 3,
        "evidence": "profile",
        "as_of": datetime(2026, 1, 1),
        "cohort": "tiktok, any size",
        "model_version": "default-abc",
        "reasons": [reason],
        "innocent": [{"explanation": "a giveaway", "checked": False, "ruled_out": False}],
    }


@pytest.fixture
def result(tmp_path: Path) -> Path:
    """A result in two parts, as an audit leaves it."""
    folder = tmp_path / "audit" / "result"
    folder.mkdir(parents=True)
    rows = [plain(at) for at in range(N)]
    for name, part in (("part-0", rows[:25]), ("part-1", rows[25:])):
        parquet.write_table(pa.Table.from_pylist(part), folder / f"{name}.parquet")
    return folder.parent


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Runs `detector review` with typed lines; exit code, and what was printed."""

    def answer(lines: list[str], *arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(line + "\n" for line in lines)))
        code = run(["review", *map(str, arguments)])
        said = capfd.readouterr()
        return code, said.out, said.err

    return answer


def test_all_parts_of_an_audit_are_read_and_a_single_file_too(result: Path) -> None:
    whole, part = read_result(result), read_result(result / "result" / "part-0.parquet")
    assert (len(whole), len(part)) == (N, 25)
    assert whole.keys[N - 1] == ("tiktok", f"{N - 1:03d}")


def test_a_queue_holds_the_suspicious_the_uncertain_and_some_at_random(result: Path) -> None:
    found = read_result(result)
    items = queue(found, {}, 16)
    kinds = Counter(item.kind for item in items)
    assert set(kinds) == {"suspicious", "uncertain", "random"}
    assert kinds["random"] >= 4
    assert items[0].at == 0
    assert len({item.at for item in items}) == 16
    assert queue(found, {}, 16) == items
    assert queue(found, {}, 16, seed=8) != items
    uncertain = [found.numbers["p_value"][item.at] for item in items if item.kind == "uncertain"]
    assert uncertain[0] == min(found.numbers["p_value"][1:], key=lambda p: abs(np.log10(p) - np.log10(0.02)))


def test_with_answers_it_looks_for_the_like_of_the_inflated_and_the_unlike_any(result: Path) -> None:
    found = read_result(result)
    odd = [key for key in found.keys if int(key[1]) % 2][:6]
    even = [key for key in found.keys if not int(key[1]) % 2][:6]
    labels = dict.fromkeys(odd, "inflated") | dict.fromkeys(even, "genuine")
    items = queue(found, labels, 24)
    assert {item.kind for item in items} == {"suspicious", "like_inflated", "uncertain", "unlike", "random"}
    assert not {found.keys[item.at] for item in items} & set(labels)
    like = [int(found.keys[item.at][1]) % 2 for item in items if item.kind == "like_inflated"]
    assert np.mean(like) > 0.8
    far = [item.at for item in items if item.kind == "unlike"]
    assert min(far) > 20  # their likes_score is far from that of all twelve


def test_the_whole_result_can_be_asked_about_once(result: Path) -> None:
    items = queue(read_result(result), {}, 1_000)
    assert sorted(item.at for item in items) == list(range(N))


def test_answers_are_cases_with_who_when_model_and_evidence(result: Path, answered: Any) -> None:
    lines = ["if doubled in a night", "maybe", "g", "u cannot tell", "s", "q"]
    code, out, err = answered(lines, result, "--reviewer", "kim")
    assert code == 0
    assert "is no answer" in out
    assert "\x1b" not in out
    assert "1 genuine, 1 inflated, 1 unsure" in err
    cases = read_cases(result / "cases.csv")
    assert [(case.label, case.axis, case.note) for case in cases] == [
        ("inflated", "followers", "doubled in a night"),
        ("genuine", "", ""),
        ("unsure", "", "cannot tell"),
    ]
    first = cases[0]
    assert (first.account_id, first.reviewer, first.model, first.queue) == (
        "000",
        "kim",
        "default-abc",
        "suspicious",
    )
    assert first.reviewed_at is not None
    seen = json.loads(first.evidence)
    assert seen["level"] == "suspicious"
    assert seen["reasons"] == ["few_posts"]


def test_a_session_is_taken_up_where_it_was_left_and_the_file_only_grows(result: Path, answered: Any) -> None:
    answered(["i", "g"], result, "--reviewer", "kim")  # the answers end: so does the session
    before = (result / "cases.csv").read_bytes()
    answered(["i"], result, "--reviewer", "kim")
    after = (result / "cases.csv").read_bytes()
    assert after.startswith(before)
    assert len(read_cases(result / "cases.csv")) == 3
    assert len({case.account_id for case in read_cases(result / "cases.csv")}) == 3


def test_reviewers_who_disagree_are_reported_and_both_kept(result: Path, answered: Any) -> None:
    answered(["i", "g"], result, "--reviewer", "kim")
    code, _, err = answered(["g", "g"], result, "--reviewer", "lee", "--second-opinion")
    assert code == 0
    assert "reviewers disagree about tiktok/000: kim: inflated, lee: genuine" in err
    cases = read_cases(result / "cases.csv")
    assert [case.queue for case in cases[2:]] == ["second_opinion"] * 2  # these are no random share
    assert answered([], result, "--reviewer", "lee", "--second-opinion")[2].startswith("Nobody else")


def test_nothing_left_is_said(result: Path, answered: Any) -> None:
    answered(["g"] * N, result, "--reviewer", "kim", "--most", "100")
    assert "has a label already" in answered([], result, "--reviewer", "kim")[2]


def test_what_is_no_result_is_said(tmp_path: Path, answered: Any) -> None:
    assert answered([], tmp_path, "--reviewer", "kim")[0] == 1
    parquet.write_table(pa.table({"platform": ["x"]}), tmp_path / "x.parquet")
    with pytest.raises(SourceError, match="no column account_id"):
        read_result(tmp_path)
    (tmp_path / "x.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(SourceError, match="cannot be read"):
        read_result(tmp_path)


def signed(label: str, who: str, day: int, axis: str = "") -> Case:
    return Case("tiktok", "1", label, axis, who, datetime(2026, 1, day, tzinfo=UTC))


@pytest.mark.parametrize(
    ("cases", "standing", "disputed"),
    [
        ([signed("inflated", "kim", 1), signed("genuine", "kim", 2)], ["genuine"], False),
        ([signed("genuine", "kim", 2), signed("inflated", "kim", 1)], ["genuine"], False),
        ([signed("inflated", "kim", 1), signed("genuine", "lee", 2)], ["inflated", "genuine"], True),
        ([signed("inflated", "kim", 1), signed("unsure", "lee", 2)], ["inflated", "unsure"], False),
        (
            [signed("inflated", "kim", 1, "likes"), signed("genuine", "kim", 2, "followers")],
            ["inflated", "genuine"],
            False,
        ),
        ([signed("inflated", "kim", 1, "likes"), signed("genuine", "kim", 2)], ["genuine"], False),
    ],
)
def test_the_last_answer_of_a_reviewer_stands(cases: list[Case], standing: list[str], disputed: bool) -> None:
    assert [case.label for case in current(cases)] == standing
    assert bool(disagreements(cases)) is disputed


def test_a_log_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(CasesError, match="cannot be written"):
        Log(tmp_path / "file" / "cases.csv").append(signed("genuine", "kim", 1))


def test_notes_with_commas_quotes_and_lines_come_back(tmp_path: Path) -> None:
    log = Log(tmp_path / "cases.csv")
    case = Case(
        "x", "1", "genuine", "", "k, m", datetime(2026, 1, 1, tzinfo=UTC), 'a "b", c', "random", "m-1", "{}"
    )
    log.append(case)
    log.append(case)
    assert log.read() == (case, case)
