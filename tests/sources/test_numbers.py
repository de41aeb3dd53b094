"""Counts as people write them: each way of writing, each doubt, and columns of a million."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.contract import MAX_COUNT
from detector.sources.numbers import NotACountError, parse_count, read_counts

READ = {
    "12345": 12345,
    "0": 0,
    "007": 7,
    " 42 ": 42,
    "1.2M": 1_200_000,
    "12,3K": 12_300,
    "12.3 k": 12_300,
    "3.4 mio": 3_400_000,
    "3,4 Mio.": 3_400_000,
    "1 Tsd.": 1_000,
    "2 Mrd.": 2_000_000_000,
    "1.1B": 1_100_000_000,
    "1.1 bn": 1_100_000_000,
    "2G": 2_000_000_000,
    "7 thousand": 7_000,
    "1.234M": 1_234_000,
    "1.2万": 12_000,
    "4,5 тыс.": 4_500,
    "1 234": 1234,
    "1\u00a0234\u00a0567": 1_234_567,
    "1\u202f234": 1234,
    "1\u2009234": 1234,
    "1'234": 1234,
    "1\u2019234": 1234,
    "1,234": 1234,
    "1,000": 1000,
    "1,234,567": 1_234_567,
    "1.234.567": 1_234_567,
    "12,34,567": 1_234_567,
    "1,234.5K": 1_234_500,
    "1.234,5 K": 1_234_500,
    "1,234.0": 1234,
    "12345.0": 12345,
    "12,0": 12,
    "0.0": 0,
    "2.5E+06": 2_500_000,
    "2,5E+06": 2_500_000,
    "1e3": 1000,
    "-1720410671": -1_720_410_671,
    "\u22125": -5,
    "١٢٣": 123,
    str(MAX_COUNT): MAX_COUNT,
}
REFUSED = {
    "1.234": "could be 1234 or 1.234",
    "12.000": "could be 12000 or 12.000",
    "1,234K": "could be 1234",
    "1.234 mio": "could be 1234",
    "5 mil": "thousands",
    "12,3": "not whole",
    "0.5": "not whole",
    "1.2345K": "not whole",
    "1e-3": "not whole",
    "inf": "no number",
    "-Infinity": "no number",
    "1e999": "more than any public counter",
    "-1e18": "more than any public counter",
    str(10**18): "more than any public counter",
    str(MAX_COUNT + 1): "more than any public counter",
    "many": "no number",
    "12x": "no number",
    "k": "no number",
    "1_000": "no number",
    "0x10": "no number",
    "²": "no number",
    "+5": "no number",
    "10K+": "no number",
    "--5": "no number",
    "1,2,3": "groups",
    "12 34": "groups",
    "1.2.3": "groups",
    "01,234,567": "groups",
    "1,234,56": "groups",
    "1" * 500: "no number",
    "1\x1b[2J": "\\x1b",
}


@pytest.mark.parametrize("text", READ)
def test_a_count_is_read_as_people_write_it(text):
    assert parse_count(text) == READ[text]


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_count_or_could_be_two_is_refused_with_the_reason(text):
    with pytest.raises(NotACountError) as error:
        parse_count(text)
    assert REFUSED[text] in str(error.value)
    assert str(error.value).isprintable()
    assert len(str(error.value)) < 150


@pytest.mark.parametrize(
    "text", ["", " ", "-", "--", "\u2014", "NaN", "null", "None", "N/A", "#N/A", "<NA>", "\\N"]
)
def test_words_for_not_known_are_missing(text):
    assert math.isnan(parse_count(text))


def test_a_column_names_the_row_of_each_problem_and_keeps_the_others():
    values = np.array(["1", "x", None, "2.5", "-7", "1.2M", ""], dtype=object)
    counts, problems, _ = read_counts(values)
    np.testing.assert_array_equal(counts, [1, np.nan, np.nan, np.nan, -7, 1_200_000, np.nan])
    assert [(problem.row, problem.reason) for problem in problems] == [
        (1, "`x` is no number"),
        (3, "`2.5` is not whole"),
    ]


POINTS = {
    "groups in another row": (["1.234", "987", "1.234.567"], [1234, 987, 1_234_567], 1),
    "a decimal comma after groups": (["12.000", "1.234,0"], [12_000, 1234], 1),
    "nothing": (["1.234", "12.500"], [np.nan, np.nan], 0),
    "a point that is a decimal mark": (["1.234", "1.234.567", "12.0"], [np.nan, 1_234_567, 12], 0),
    "commas, which tell nothing of points": (["1.234", "1,234,567"], [np.nan, 1_234_567], 0),
}


@pytest.mark.parametrize("told_by", POINTS)
def test_the_column_as_a_whole_tells_what_a_point_means(told_by):
    texts, expected, n_notices = POINTS[told_by]
    counts, problems, notices = read_counts(np.array(texts, dtype=object))
    np.testing.assert_array_equal(counts, expected)
    assert [problem.row for problem in problems] == np.flatnonzero(np.isnan(expected)).tolist()
    assert len(notices) == n_notices
    assert all("thousands mark in `1" in notice for notice in notices)


@pytest.mark.parametrize("dtype", [np.int32, np.int64, np.uint64, np.float32, np.float64])
def test_numbers_of_any_width_are_taken_as_they_are(dtype):
    counts, problems, _ = read_counts(np.array([0, 3, 70_000], dtype=dtype))
    assert counts.dtype == np.float64
    assert counts.tolist() == [0, 3, 70_000]
    assert not problems


def test_infinity_fractions_and_too_large_numbers_are_problems_in_numeric_columns_too():
    counts, problems, _ = read_counts(np.array([np.inf, 2.5, 1e18, np.nan, -3.0]))
    np.testing.assert_array_equal(counts, [np.nan, np.nan, np.nan, np.nan, -3])
    assert [problem.row for problem in problems] == [0, 1, 2]


def test_values_of_json_are_counts_only_when_they_are_numbers_or_text():
    values = np.empty(7, dtype=object)
    values[:] = [3, True, [1], {"a": 1}, 10**400, 4.0, "5"]
    counts, problems, _ = read_counts(values)
    np.testing.assert_array_equal(counts, [3, np.nan, np.nan, np.nan, np.nan, 4, 5])
    assert [problem.row for problem in problems] == [1, 2, 3, 4]


def test_plain_digits_of_a_long_column_never_reach_the_parser(monkeypatch):
    def never(text):
        raise AssertionError(f"{text} was parsed in a loop")

    monkeypatch.setattr("detector.sources.numbers.parse_count", never)
    texts = [str(i * 7919) for i in range(200_000)]
    texts[5] = ""
    texts[9] = None
    counts, problems, _ = read_counts(np.array(texts, dtype=object))
    assert counts[-1] == 199_999 * 7919
    assert np.isnan(counts[[5, 9]]).all()
    assert not problems


@given(
    st.lists(st.one_of(st.none(), st.text(max_size=18), st.integers(-(10**19), 10**19).map(str)), max_size=30)
)
def test_a_column_is_read_as_its_values_one_by_one(texts):
    values = np.empty(len(texts), dtype=object)
    values[:] = texts
    before = values.copy()
    counts, problems, _ = read_counts(values)
    assert values.tolist() == before.tolist()
    wrong = {problem.row for problem in problems}
    for row, text in enumerate(texts):
        try:
            expected = float("nan") if text is None else parse_count(text)
        except NotACountError:
            assert row in wrong
            continue
        assert row not in wrong
        assert counts[row] == expected or (math.isnan(expected) and math.isnan(counts[row]))


@given(st.integers(0, MAX_COUNT), st.sampled_from([",", ".", " ", "'", "\u00a0"]))
def test_grouping_changes_no_count_of_two_groups_or_more(number, mark):
    text = f"{number:,}".replace(",", mark)
    if mark == "." and text.count(".") == 1:
        with pytest.raises(NotACountError):
            parse_count(text)
    else:
        assert parse_count(text) == number


@given(st.decimals(0, 999, places=1), st.sampled_from(["K", "M", "B"]), st.sampled_from([".", ","]))
def test_abbreviations_are_exact(number, unit, mark):
    power = {"K": 3, "M": 6, "B": 9}[unit]
    assert parse_count(f"{number}{unit}".replace(".", mark)) == int(number * 10**power)
