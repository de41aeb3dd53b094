"""Review: the queue holds what is worth a label, answers are kept at once, and nobody's answer is lost."""

import io
import json
import re
from collections import Counter
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from detector import api
from detector.api import load_model
from detector.cases import Case, current, disagreements, read_cases
from detector.cli.entry import run
from detector.errors import CasesError, SourceError
from detector.review import Item, Log, Queue, Reviewed, Said, read_result, signs_of_result, signs_of_tables
from detector.review.session import shown
from detector.review.signs import OUTSIDE
from detector.tables import Tables
from training.simulate.csv_files import write_tables
from training.simulate.population import population

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


def asked(result: Reviewed, inflated: Collection[int] = (), most: int = N, seed: int = 7) -> list[Item]:
    """What a queue asks, `most` times, where the accounts `inflated` are called so and all others genuine."""
    queue, said = Queue(result, signs_of_result(result), seed), dict[tuple[str, str], Said]()
    items = []
    while len(items) < most and (item := queue.next(said)) is not None:
        items.append(item)
        said[result.keys[item.at]] = Said("inflated" if item.at in inflated else "genuine", item.kind)
    return items


def test_a_queue_holds_the_suspicious_the_uncertain_and_some_at_random(result: Path) -> None:
    found = read_result(result)
    items = asked(found)
    kinds = Counter(item.kind for item in items)
    assert {"suspicious", "uncertain", "random"} <= set(kinds)
    assert 2 <= Counter(item.kind for item in items[:40])["random"] <= 3
    assert 6 <= kinds["random"] <= 8  # a quarter of what comes after the first forty
    assert items[0] == Item(0, "suspicious")
    assert asked(found) == items
    assert asked(found, seed=8) != items
    first = next(number for number, item in enumerate(items) if item.kind == "uncertain")
    rest = set(range(N)) - {item.at for item in items[:first]}
    p_value = found.numbers["p_value"]
    assert items[first].at == min(rest, key=lambda at: abs(np.log10(p_value[at]) - np.log10(0.02)))


def test_while_every_answer_is_a_find_nothing_else_is_asked(result: Path) -> None:
    found = read_result(result)
    items = asked(found, range(N), most=30)
    assert not {item.kind for item in items} & {"uncertain", "random"}
    assert Counter(item.kind for item in asked(found, range(N)))["random"] >= 1  # it waits, but not for ever


def test_it_learns_which_sign_tells(result: Path) -> None:
    """The inflated are those with the most likes for peers, whom the score itself puts last."""
    found = read_result(result)
    inflated = range(N - 8, N)
    items = asked(found, inflated, most=16)
    hits = [item.at in inflated for item in items]
    assert sum(hits) >= 6
    assert "unlike" in {item.kind for item in items}  # how the first of them was met
    after = items[hits.index(True) + 1 :]
    assert Counter(item.kind for item in after if item.at in inflated).keys() <= {"like_inflated", "random"}


def test_an_unsure_answer_is_not_asked_again_and_teaches_nothing(result: Path) -> None:
    found = read_result(result)
    queue = Queue(found, signs_of_result(found))
    assert queue.next({found.keys[0]: Said("unsure", "suspicious")}, skipped=[found.keys[1]]) != Item(
        0, "suspicious"
    )
    plain = queue.next({found.keys[0]: Said("unsure", "second_opinion")})
    assert plain is not None
    assert (plain.at, plain.kind) == (1, "suspicious")


def test_the_whole_result_is_asked_about_once(result: Path) -> None:
    items = asked(read_result(result), most=1_000)
    assert sorted(item.at for item in items) == list(range(N))


def test_with_the_source_signals_are_signs_and_beside_peers_too(tmp_path: Path) -> None:
    tables = population(120, 3, days=10, posts=5)[0]
    told = api.score(tables)
    parquet.write_table(told, tmp_path / "result.parquet")
    found = read_result(tmp_path / "result.parquet")
    few, many = signs_of_result(found), signs_of_tables(found, tables, load_model())
    assert set(few.names) < set(many.names)
    assert {"following_beyond_followers", "followers_beyond_engagement beside peers"} <= set(many.names)
    # Accounts that are not in the source are known by their scores alone.
    some = Tables(accounts=tables.accounts.take(np.arange(60)))
    part = signs_of_tables(found, some, load_model())
    assert (part.zone[len(few.names) :, 60:] == OUTSIDE).all()
    assert np.array_equal(part.zone[: len(few.names)], few.zone)


def test_review_with_a_source_asks_by_it(tmp_path: Path, answered: Any) -> None:
    tables = population(120, 3, days=10, posts=5)[0]
    parquet.write_table(api.score(tables), tmp_path / "result.parquet")
    write_tables(tables, tmp_path / "source")
    code, out, err = answered(["g", "s", "g"], tmp_path / "result.parquet", "--source", tmp_path / "source")
    assert code == 0
    assert "1 of 40" in out
    assert "2 genuine" in err
    assert "not in" not in err
    code, _, err = answered([], tmp_path / "result.parquet", "--model", "default")
    assert code == 2
    assert "--model says how to read --source, which is not given" in err


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


def test_a_result_without_accounts_is_not_called_all_labelled(
    result: Path, tmp_path: Path, answered: Any
) -> None:
    one = next((result / "result").glob("*.parquet"))
    parquet.write_table(parquet.read_table(one).slice(0, 0), tmp_path / "none.parquet")
    code, _, said = answered([], tmp_path / "none.parquet", "--reviewer", "kim")
    assert (code, said) == (0, "This result holds no account.\n")


def test_a_review_shows_the_suspicion_that_a_score_shows() -> None:
    row = plain(0) | {"suspicion": 99.87, "followers_suspicion": 98.96}
    text = shown(row)
    assert re.search(r"suspicion +#+ +99\.8$", text, re.MULTILINE)
    assert re.search(r"followers +#+ +98\.9$", text, re.MULTILINE)


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
