"""Times: zones, unix numbers of four units, and what is none."""

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.sources.times import NotATimeError, parse_time, read_times

READ = {
    "2026-03-27": "2026-03-27T00:00:00",
    "20260327": "2026-03-27T00:00:00",
    "2026/3/7": "2026-03-07T00:00:00",
    "2026-03-27 18:00": "2026-03-27T18:00:00",
    "2026-03-27 18:00:00": "2026-03-27T18:00:00",
    "2026-03-27T18:00:00Z": "2026-03-27T18:00:00",
    "2026-03-27T18:00:00.123Z": "2026-03-27T18:00:00.123",
    "2026-03-27T20:00:00+02:00": "2026-03-27T18:00:00",
    "2026-03-27T20:00:00+0200": "2026-03-27T18:00:00",
    "2026-03-27 13:00:00 -05:00": "2026-03-27T13:00:00-05:00",
    "2026-03-27 18:00:00 UTC": "2026-03-27T18:00:00",
    "2026-03-27 18:00:00.25 UTC": "2026-03-27T18:00:00.250",
    "2026-03-27T18:00:00.123456789Z": "2026-03-27T18:00:00.123456",
    "1774634400": "2026-03-27T18:00:00",
    "1774634400.5": "2026-03-27T18:00:00.500",
    "1774634400000": "2026-03-27T18:00:00",
    "1774634400000000": "2026-03-27T18:00:00",
    "1774634400000000000": "2026-03-27T18:00:00",
}
REFUSED = [
    "27/03/2026",
    "03/27/2026",
    "2026-02-30",
    "2026-03",
    "2026",
    "12:00",
    "yesterday",
    "1850-01-01",
    "2250-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "0",
    "-1",
    "1" * 19 + "0",
    "2026-03-27" + " " * 60 + "x",
]


def expected_of(text: str) -> np.datetime64:
    moment = datetime.fromisoformat(READ[text])
    moment = moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)
    return np.datetime64(moment, "us")


@pytest.mark.parametrize("text", READ)
def test_a_time_is_read_as_utc(text):
    assert parse_time(text) == expected_of(text)


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_time_is_refused(text):
    with pytest.raises(NotATimeError, match="no time"):
        parse_time(text)


@pytest.mark.parametrize("value", [True, [1], {"a": 1}, float("inf"), 10**40, 12, -5])
def test_json_values_that_are_no_times_are_refused(value):
    with pytest.raises(NotATimeError):
        parse_time(value)


@pytest.mark.parametrize("value", [None, "", "NaN", "null", float("nan")])
def test_not_known_is_missing(value):
    assert np.isnat(parse_time(value))


def test_a_column_of_mixed_zones_and_layouts_is_read_and_its_problems_named():
    texts = [*READ, *REFUSED, None, ""]
    times, problems = read_times(np.array(texts, dtype=object))
    assert times.dtype == np.dtype("datetime64[us]")
    assert [problem.row for problem in problems] == list(range(len(READ), len(READ) + len(REFUSED)))
    np.testing.assert_array_equal(times[: len(READ)], [expected_of(text) for text in READ])
    assert np.isnat(times[len(READ) :]).all()


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_arrays_of_times_keep_their_instant(unit):
    values = np.array(["2026-03-27T18:00:00", "NaT", "1850-01-01"], dtype=f"datetime64[{unit}]")
    times, problems = read_times(values)
    assert times[0] == np.datetime64("2026-03-27T18:00:00")
    assert np.isnat(times[1:]).all()
    assert [problem.row for problem in problems] == [2]


def test_integer_columns_are_told_apart_by_size_and_stay_exact():
    values = np.array([1774634400, 1774634400001, 1774634400000001, 1774634400000001999, 7])
    times, problems = read_times(values)
    assert times[0] == np.datetime64("2026-03-27T18:00:00", "us")
    assert times[1] == np.datetime64("2026-03-27T18:00:00.001", "us")
    assert times[2] == np.datetime64("2026-03-27T18:00:00.000001", "us")
    assert times[3] == np.datetime64("2026-03-27T18:00:00.000001", "us")
    assert [problem.row for problem in problems] == [4]


def test_usual_layouts_of_a_long_column_never_reach_the_parser(monkeypatch):
    def never(value):
        raise AssertionError(f"{value} was parsed in a loop")

    monkeypatch.setattr("detector.sources.times.parse_time", never)
    for layout in ("2026-03-{:02d}", "2026-03-{:02d}T10:00:00Z", "2026-03-{:02d} 10:00:00.123456+00:00"):
        times, problems = read_times(
            np.array([layout.format(i % 28 + 1) for i in range(100_000)], dtype=object)
        )
        assert not np.isnat(times).any()
        assert not problems


MOMENTS = st.datetimes(datetime(1990, 1, 3), datetime(2099, 12, 29))


@given(MOMENTS, st.integers(-14 * 60, 14 * 60))
def test_the_zone_changes_the_writing_and_never_the_instant(moment, minutes):
    zone = timezone(timedelta(minutes=minutes))
    written = moment.replace(tzinfo=UTC).astimezone(zone).isoformat()
    assert parse_time(written) == np.datetime64(moment, "us")
    times, problems = read_times(np.array([written, moment.isoformat()], dtype=object))
    assert (times == np.datetime64(moment, "us")).all()
    assert not problems


@given(st.one_of(st.text(max_size=30), st.integers(), st.floats(), st.booleans(), st.none()))
def test_nothing_but_a_time_or_a_problem_comes_out(value):
    array = np.empty(1, dtype=object)
    array[0] = value
    times, problems = read_times(array)
    assert np.isnat(times[0]) or not problems
