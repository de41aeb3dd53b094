"""Labels are read whole or not at all, and every problem of a file is said at once."""

import csv
import io
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detector.cases import Case, Cases, read_cases
from detector.contract import AXES, LABELS, PLATFORMS
from detector.errors import CasesError
from detector.sources.numbers import MISSING_WORDS

HEADER = "platform,account_id,label,axis,reviewer,reviewed_at,note\n"


@pytest.fixture
def read(tmp_path: Path):
    def from_text(text: str | bytes) -> Cases:
        path = tmp_path / "cases.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_cases(path)

    return from_text


def problems(read, text: str | bytes) -> str:
    with pytest.raises(CasesError) as caught:
        read(text)
    return str(caught.value)


def test_a_row_becomes_a_case(read):
    cases = read(HEADER + 'tiktok,00123,inflated,followers,kim,2026-03-27T20:00:00+02:00,"one, two"\n')
    time = datetime(2026, 3, 27, 18, tzinfo=UTC)
    assert cases == (Case("tiktok", "00123", "inflated", "followers", "kim", time, "one, two"),)


@pytest.mark.parametrize("account_id", ["6812345678901234567", "007", "12e45", "UC_x-1", "1,5", "=1+1"])
def test_ids_stay_the_text_they_are(read, account_id):
    assert read(f'platform,account_id,label\ntiktok,"{account_id}",genuine\n')[0].account_id == account_id


@pytest.mark.parametrize("axis", ["", "NaN", "null", " "])
def test_an_axis_that_is_not_said_means_any(read, axis):
    assert read(HEADER + f"tiktok,1,genuine,{axis},,,\n")[0].axis == ""


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_spreadsheets_of_any_country_are_read(read, coding, delimiter, end):
    text = end.join(
        ["label|account_id|platform|handle|note", "Inflated|1|TikTok|x|ü", "||||", "unsure|2|Twitter||"]
    )
    cases = read(text.replace("|", delimiter).encode(coding))
    assert [(case.platform, case.account_id, case.label, case.note) for case in cases] == [
        ("tiktok", "1", "inflated", "ü"),
        ("x", "2", "unsure", ""),
    ]


def test_a_header_alone_is_no_case(read):
    assert read(HEADER) == ()


def test_all_problems_are_said_at_once_with_their_lines(read):
    said = problems(
        read,
        HEADER + "tiktok,1,inflated,,,,\n"
        "myspace,2,inflated,,,,\n"
        "\n"
        'tiktok,3,genuine,,,,"two\nlines"\n'
        "tiktok,,maybe,shares,,yesterday,\n"
        "tiktok,5\n"
        "tiktok,6.81E+18,genuine,,,,\n",
    )
    assert "6 problems" in said or "7 problems" in said
    lines = {tuple(line.split()[:2]) for line in said.splitlines() if line[:1].isdigit()}
    assert lines == {
        ("3", "platform"),
        ("7", "account_id"),
        ("7", "label"),
        ("7", "axis"),
        ("7", "reviewed_at"),
        ("8", "2"),
        ("9", "account_id"),
    }
    assert "one of inflated, genuine, unsure" in said


@pytest.mark.parametrize(
    ("first", "second", "clash"),
    [
        ("inflated,", "genuine,", True),
        ("inflated,followers", "genuine,", True),
        ("inflated,followers", "genuine,followers", True),
        ("inflated,", "unsure,likes", True),
        ("inflated,followers", "genuine,likes", False),
        ("inflated,followers", "inflated,", False),
        ("genuine,", "genuine,", False),
    ],
)
def test_labels_that_contradict_each_other_are_a_problem(read, first, second, clash):
    text = f"platform,account_id,label,axis\ntiktok,1,{first}\nyoutube,1,unsure,\ntiktok,1,{second}\n"
    if clash:
        said = problems(read, text)
        assert "line 2" in said
        assert "\n4 " in said
    else:
        assert len(read(text)) == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("\n\n", "empty"),
        ("platform,label\ntiktok,genuine\n", "no column `account_id`"),
        ("platform,account_id,label,Axis\n", "Did you mean `axis`?"),
        ("platform,account,label\n", "Did you mean `account_id`?"),
        ("platform,account_id,label,label\n", "two columns label"),
        (HEADER + 'tiktok,1,"genuine', "no CSV"),
        (HEADER.encode() + b"tiktok,1,genuine,,,,caf\xe9\n", "line 2"),
        (b"PAR1\x15\x04\x80\xff", "no text"),
        ('{"platform": "tiktok"}', "no column"),
    ],
)
def test_a_file_that_is_no_table_of_cases_is_refused_with_the_reason(read, text, said):
    assert said in problems(read, text)


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(CasesError, match="No such file"):
        read_cases(tmp_path / "absent.csv")


def test_a_folder_in_place_of_a_file_is_said(tmp_path):
    with pytest.raises(CasesError, match="cannot be read"):
        read_cases(tmp_path)


def test_hostile_text_cannot_reach_the_terminal(read):
    assert problems(read, HEADER + "tiktok,\x1b[2J,gen\u202euine,,,,\n").replace("\n", "").isprintable()
    assert read(HEADER + "tiktok,1,genuine,,,,a\x1b[2Jb\n")[0].note == "a[2Jb"


def test_thousands_of_problems_fit_on_a_page(read):
    said = problems(read, HEADER + "tiktok,1,maybe,,,,\n" * 5000)
    assert "5,000 problems" in said
    assert "and 4,900 more" in said
    assert len(said.splitlines()) < 120


def test_thousands_of_rows_for_one_account_are_compared_quickly(read):
    rows = ["tiktok,1,inflated,followers,,,\n", "tiktok,1,genuine,likes,,,\n"] * 20_000
    assert len(read(HEADER + "".join(rows))) == 40_000


@pytest.mark.parametrize(
    "change", [{"label": "fraud"}, {"axis": "shares"}, {"platform": "TikTok"}, {"account_id": ""}]
)
def test_a_case_made_by_hand_is_checked(change):
    with pytest.raises(ValueError, match=next(iter(change))):
        Case(**{"platform": "tiktok", "account_id": "1", "label": "genuine", **change})


TEXT = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), max_size=20).map(str.strip)
CASE = st.builds(
    Case,
    st.sampled_from(PLATFORMS),
    st.from_regex(r"[0-9A-Za-z_]{1,20}", fullmatch=True).filter(
        lambda text: text.casefold() not in MISSING_WORDS
    ),
    st.sampled_from(LABELS),
    st.sampled_from([*AXES, ""]),
    TEXT,
    st.none() | st.datetimes(datetime(2005, 1, 1), datetime(2090, 1, 1)).map(lambda t: t.replace(tzinfo=UTC)),
    TEXT,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(CASE, max_size=6, unique_by=lambda case: (case.platform, case.account_id)),
    st.sampled_from(",;\t"),
)
def test_what_was_written_is_read_back(read, cases, delimiter):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(HEADER.strip().split(","))
    for case in cases:
        when = case.reviewed_at.isoformat() if case.reviewed_at else ""
        writer.writerow(
            [case.platform, case.account_id, case.label, case.axis, case.reviewer, when, case.note]
        )
    assert read(out.getvalue()) == tuple(cases)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: (HEADER + text).encode("utf-8", "ignore"))
)
def test_any_bytes_give_cases_or_one_clear_error(read, raw):
    with suppress(CasesError):  # any other exception fails the test
        assert all(isinstance(case, Case) for case in read(raw))
