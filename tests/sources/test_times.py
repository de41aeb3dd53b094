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
    "2026-03-27 18:00:00+00": "2026-03-27T18:00:00",
    "2026-03-27T20:00:00+02:00[Europe/Berlin]": "2026-03-27T18:00:00",
    "2026.03.27": "2026-03-27T00:00:00",
    "2026-03-27 6:05": "2026-03-27T06:05:00",
    "27.03.2026": "2026-03-27T00:00:00",
    "1.4.2026 18:00": "2026-04-01T18:00:00",
    "27/03/2026": "2026-03-27T00:00:00",
    "03/27/2026": "2026-03-27T00:00:00",
    "3/27/2026 6:05 PM": "2026-03-27T18:05:00",
    "3/27/2026 12:05:09 a.m.": "2026-03-27T00:05:09",
    "27-03-2026 18:00:00": "2026-03-27T18:00:00",
    "5/5/2026": "2026-05-05T00:00:00",
    "27 March 2026": "2026-03-27T00:00:00",
    "27-Mar-2026": "2026-03-27T00:00:00",
    "March 27th, 2026 at 6:05 pm": "2026-03-27T18:05:00",
    "Mar 27, 2026": "2026-03-27T00:00:00",
    "27. März 2026": "2026-03-27T00:00:00",
    "27 de marzo de 2026": "2026-03-27T00:00:00",
    "1. août 2026": "2026-08-01T00:00:00",
    "Fri Mar 27 18:00:00 +0000 2026": "2026-03-27T18:00:00",
    "Fri Mar 27 18:00:00 2026": "2026-03-27T18:00:00",
    "Fri, 27 Mar 2026 20:00:00 +0200": "2026-03-27T18:00:00",
    "Fri, 27 Mar 2026 18:00:00 GMT": "2026-03-27T18:00:00",
    "2026年3月27日 18:00": "2026-03-27T18:00:00",
    "46108": "2026-03-27T00:00:00",
    "46108.75": "2026-03-27T18:00:00",
    "46108,75": "2026-03-27T18:00:00",
    "1774634400": "2026-03-27T18:00:00",
    "1774634400.5": "2026-03-27T18:00:00.500",
    "1774634400000": "2026-03-27T18:00:00",
    "1774634400000000": "2026-03-27T18:00:00",
    "1774634400000000000": "2026-03-27T18:00:00",
}
REFUSED = [
    "03/04/2026",
    "27.03.26",
    "27.13.2026",
    "31/02/2026",
    "27 Foo 2026",
    "2026-03-27 13:00 PM",
    "2026-03-27 10:00 PST",
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
    with pytest.raises(NotATimeError, match=r"no time|could be two days|may be several"):
        parse_time(text)


@pytest.mark.parametrize("value", [True, [1], {"a": 1}, float("inf"), 10**40, 12, -5])
def test_json_values_that_are_no_times_are_refused(value):
    with pytest.raises(NotATimeError):
        parse_time(value)


@pytest.mark.parametrize("value", [None, "", "NaN", "null", float("nan")])
def test_not_known_is_missing(value):
    assert np.isnat(parse_time(value))


def test_a_column_of_mixed_zones_and_layouts_is_read_and_its_problems_named():
    texts = [*READ, *REFUSED, None, ""]  # of both orders, so that 03/04/2026 stays in doubt
    times, problems, _ = read_times(np.array(texts, dtype=object))
    assert times.dtype == np.dtype("datetime64[us]")
    assert [problem.row for problem in problems] == list(range(len(READ), len(READ) + len(REFUSED)))
    np.testing.assert_array_equal(times[: len(READ)], [expected_of(text) for text in READ])
    assert np.isnat(times[len(READ) :]).all()


ORDERS = {
    "a day above 12": (["3/4/2026", "27/3/2026"], ["2026-04-03", "2026-03-27"], "day first, as `27/3/2026`"),
    "a month's day above 12": (
        ["3/4/2026", "3/27/2026"],
        ["2026-03-04", "2026-03-27"],
        "month first, as `3/27/2026`",
    ),
    "nothing": (["3/4/2026", "5/5/2026"], ["NaT", "2026-05-05"], ""),
    "both": (["3/4/2026", "27/3/2026", "3/27/2026"], ["NaT", "2026-03-27", "2026-03-27"], ""),
    "dots, which tell nothing of slashes": (["3/4/2026", "27.3.2026"], ["NaT", "2026-03-27"], ""),
}


@pytest.mark.parametrize("told_by", ORDERS)
def test_the_column_as_a_whole_tells_which_number_is_the_day(told_by):
    texts, expected, said = ORDERS[told_by]
    times, problems, notices = read_times(np.array(texts, dtype=object))
    np.testing.assert_array_equal(times, np.array(expected, dtype="datetime64[us]"))
    assert [problem.row for problem in problems] == [i for i, day in enumerate(expected) if day == "NaT"]
    assert all("could be two days" in problem.reason for problem in problems)
    assert len(notices) == bool(said)
    assert said in "".join(notices)


@pytest.mark.parametrize("values", [np.array([46108.75, np.nan]), np.array(["46108.75", None], dtype=object)])
def test_days_of_a_spreadsheet_are_read_with_a_notice(values):
    times, problems, notices = read_times(values)
    assert times[0] == np.datetime64("2026-03-27T18:00:00")
    assert not problems
    assert "`46108.75` were read as a spreadsheet's days" in notices[0]


def test_dates_as_whole_numbers_are_dates():
    times, problems, notices = read_times(np.array([20260327, 20260230, 1774634400]))
    assert times[0] == np.datetime64("2026-03-27")
    assert times[2] == np.datetime64("2026-03-27T18:00:00")
    assert [problem.row for problem in problems] == [1]
    assert not notices


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_arrays_of_times_keep_their_instant(unit):
    values = np.array(["2026-03-27T18:00:00", "NaT", "1850-01-01"], dtype=f"datetime64[{unit}]")
    times, problems, _ = read_times(values)
    assert times[0] == np.datetime64("2026-03-27T18:00:00")
    assert np.isnat(times[1:]).all()
    assert [problem.row for problem in problems] == [2]


def test_integer_columns_are_told_apart_by_size_and_stay_exact():
    values = np.array([1774634400, 1774634400001, 1774634400000001, 1774634400000001999, 7])
    times, problems, _ = read_times(values)
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
        times, problems, _ = read_times(
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
    times, problems, _ = read_times(np.array([written, moment.isoformat()], dtype=object))
    assert (times == np.datetime64(moment, "us")).all()
    assert not problems


@given(st.one_of(st.text(max_size=30), st.integers(), st.floats(), st.booleans(), st.none()))
def test_nothing_but_a_time_or_a_problem_comes_out(value):
    array = np.empty(1, dtype=object)
    array[0] = value
    times, problems, _ = read_times(array)
    assert np.isnat(times[0]) or not problems
