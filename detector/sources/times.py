"""Times as files hold them, read into UTC: ISO 8601 with or without a zone, dates, unix seconds and finer.

No zone means UTC. Numbers are told apart by size, for their ranges between 1990 and 2100 do not touch: seconds,
milliseconds, microseconds or nanoseconds since 1970; dates such as 20260327; a spreadsheet's days since 1900.
Dates written otherwise are read by `detector.sources.dates`.
"""

import re
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.sources.dates import DayOrder, NotATimeError, order_of, read_written
from detector.sources.numbers import MISSING_WORDS
from detector.sources.raw import Problem, code_points, is_none
from detector.sources.shown import shown

__all__ = ["NotATimeError", "parse_time", "read_times"]

EXPECTED = "a time such as 2026-03-27T18:00:00Z, 2026-03-27 or unix seconds"
_FIRST, _LAST = (
    np.datetime64("1990-01-01", "us").astype(np.int64),
    np.datetime64("2100-01-01", "us").astype(np.int64),
)
_PER_UNIT = (10**6, 10**3, 1, 10**-3)  # microseconds in a second, a millisecond, a microsecond, a nanosecond
_SERIALS = (32_874, 73_051)  # 1990 and 2100 as a spreadsheet counts days
_SERIAL_EPOCH = 25_569  # 1970
_COMPACT = (19_900_101, 21_000_101)
_NUMBER = re.compile(r"[0-9]{5,19}([.,][0-9]*)?")
_ZONE_NAME = re.compile(r" ?(?:UTC|GMT)$")
_ZONE_REGION = re.compile(r"(?<=[Z0-9])\[[A-Za-z_/+-]+\]$")  # Java repeats the zone's name after its offset
_SPACED_ZONE = re.compile(r" ([+-][0-9]{2}:?[0-9]{2})$")
_LONGEST = 48
_BLOCK = 1 << 16
_NOT_A_TIME = np.datetime64("NaT")

_DAY = "dddd-dd-dd"
_SECOND = _DAY + "sdd:dd:dd"
_LAYOUTS = {  # by length: the layout of each place (d = digit, s = T or space), and where the zone starts
    len(_DAY): (_DAY, None),
    len(_SECOND): (_SECOND, None),
    len(_SECOND) + 1: (_SECOND + "Z", -1),
    len(_SECOND) + 7: (_SECOND + ".dddddd", None),
    len(_SECOND) + 8: (_SECOND + ".ddddddZ", -1),
    len(_SECOND) + 6: (_SECOND + "+00:00", -6),
    len(_SECOND) + 13: (_SECOND + ".dddddd+00:00", -6),
    len(_SECOND) + 5: (_SECOND + ".dddZ", -1),
}


def parse_time(value: Any, order: DayOrder | None = None) -> np.datetime64:
    """One time from text or a number.

    Parameters
    ----------
    value
        Text, a number, or None.
    order
        What its column says of day and month.

    Returns
    -------
    numpy.datetime64
        In microseconds, UTC; NaT where the value means "not known".

    Raises
    ------
    NotATimeError
        It is no time, or none between 1990 and 2100.

    Examples
    --------
    >>> parse_time("2026-03-27T20:00:00+02:00"), parse_time(1774634400000)
    (np.datetime64('2026-03-27T18:00:00.000000'), np.datetime64('2026-03-27T18:00:00.000000'))
    """
    if value is None or value != value:
        return _NOT_A_TIME
    if isinstance(value, str):
        cleaned = value.strip()
        if cleaned.casefold() in MISSING_WORDS:
            return _NOT_A_TIME
        if len(cleaned) > _LONGEST:
            raise NotATimeError(f"{shown(value, _LONGEST)} is no time")
        if not _NUMBER.fullmatch(cleaned):
            return _written(cleaned, order)
        return _unix(int(cleaned) if cleaned.isdigit() else float(cleaned.replace(",", ".")), value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise NotATimeError(f"{shown(value)} is no time")
    return _unix(value, value)


def read_times(values: NDArray[Any]) -> tuple[NDArray[np.datetime64], list[Problem], list[str]]:
    """A column of times; the usual ISO layouts and numbers never pass through a Python loop.

    Parameters
    ----------
    values
        Shape (n,): datetime64, numbers, or objects (text, numbers, None).

    Returns
    -------
    times : datetime64[us] array of shape (n,)
        UTC; NaT where missing or where there is a problem.
    problems : list of Problem
    notices : list of str
        How the column was understood, where it could have been otherwise.
    """
    if values.dtype.kind == "M":
        return *_plausible(values.astype("datetime64[us]"), values), []
    if values.dtype.kind in "iuf" and len(values):
        times = _units(values.astype(np.float64), values)
        rest = np.flatnonzero(np.isnat(times) & ~np.isnan(values.astype(np.float64)))
        problems = [Problem(int(row), f"{shown(values[row])} is no time", EXPECTED) for row in rest]
        return times, problems, _serial_notice(values)
    times, rest = _usual(values)
    order = order_of(values[rest])
    problems = []
    for row in rest.tolist():
        try:
            times[row] = parse_time(values[row], order)
        except NotATimeError as error:
            problems.append(Problem(row, str(error), EXPECTED))
    return times, problems, _order_notice(order) + _serial_notice(values[rest])


def _usual(values: NDArray[Any]) -> tuple[NDArray[np.datetime64], NDArray[np.int64]]:
    """The times in one of the usual layouts, and the rows of the others."""
    times = np.full(len(values), _NOT_A_TIME, dtype="datetime64[us]")
    done = np.zeros(len(values), dtype=bool)
    for start in range(0, len(values), _BLOCK):
        part = slice(start, start + _BLOCK)
        block = values[part].astype(object)
        if set(map(type, block)) <= {str, type(None)}:
            times[part], done[part] = _layouts(block)
    return times, np.flatnonzero(~done)


def _order_notice(order: DayOrder) -> list[str]:
    if order.is_day_first is None:
        return []
    which = "day" if order.is_day_first else "month"
    return [f"dates were read {which} first, as {shown(order.day_first or order.month_first)} must be"]


def _serial_notice(values: NDArray[Any]) -> list[str]:
    """What to say when numbers of a column were taken for days of a spreadsheet."""
    if values.dtype.kind in "iuf":
        rows = np.flatnonzero((values >= _SERIALS[0]) & (values < _SERIALS[1]))
    else:
        rows = np.array([i for i, value in enumerate(values.tolist()) if _is_serial(value)], dtype=np.int64)
    return (
        [f"numbers such as {shown(values[rows[0]])} were read as a spreadsheet's days"] if len(rows) else []
    )


def _is_serial(value: Any) -> bool:
    if isinstance(value, str):
        text = value.strip()
        value = float(text.replace(",", ".")) if len(text) <= _LONGEST and _NUMBER.fullmatch(text) else None
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and _SERIALS[0] <= value < _SERIALS[1]


def _layouts(values: NDArray[Any]) -> tuple[NDArray[np.datetime64], NDArray[np.bool_]]:
    """Texts in one of the usual layouts, read all at once; `done` says which."""
    texts = np.where(is_none(values), "", values)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    times = np.full(len(texts), _NOT_A_TIME, dtype="datetime64[us]")
    done = lengths == 0
    for length, (layout, zone) in _LAYOUTS.items():
        rows = np.flatnonzero(lengths == length)
        if not len(rows):
            continue
        rows = rows[_follows(code_points(texts[rows], length), layout)]
        try:
            found = texts[rows].astype(f"U{length + (zone or 0)}").astype("datetime64[us]")
        except ValueError:  # the 31st of February: one by one, to name its row
            continue
        known, wrong = _plausible(found, found)
        sound = np.ones(len(rows), dtype=bool)
        sound[[problem.row for problem in wrong]] = False
        times[rows[sound]], done[rows[sound]] = known[sound], True
    return times, done


def _follows(codes: NDArray[np.int64], layout: str) -> NDArray[np.bool_]:
    fits = np.ones(len(codes), dtype=bool)
    for place, sign in enumerate(layout):
        code = codes[:, place]
        if sign == "d":
            fits &= (code >= 48) & (code <= 57)
        elif sign == "s":
            fits &= (code == ord("T")) | (code == ord(" "))
        else:
            fits &= code == ord(sign)
    return fits


def _plausible(times: NDArray[Any], values: NDArray[Any]) -> tuple[NDArray[np.datetime64], list[Problem]]:
    number = times.astype(np.int64)
    wrong = ~np.isnat(times) & ((number < _FIRST) | (number > _LAST))
    problems = [Problem(int(row), _implausible(values[row]), EXPECTED) for row in np.flatnonzero(wrong)]
    return np.where(wrong, _NOT_A_TIME, times), problems


def _units(numbers: NDArray[np.float64], values: NDArray[Any]) -> NDArray[np.datetime64]:
    times = np.full(len(numbers), _NOT_A_TIME, dtype="datetime64[us]")
    for per_unit in _PER_UNIT:
        with np.errstate(invalid="ignore", over="ignore"):
            inside = (numbers * per_unit >= _FIRST) & (numbers * per_unit <= _LAST)
        exact = values[inside]
        if exact.dtype.kind in "iu":  # a float64 holds no 64-bit nanoseconds exactly
            micros = (
                exact.astype(np.int64) * int(per_unit) if per_unit >= 1 else exact.astype(np.int64) // 1000
            )
        else:
            micros = np.rint(numbers[inside] * per_unit).astype(np.int64)
        times[inside] = micros.astype("datetime64[us]")
    serial = (numbers >= _SERIALS[0]) & (
        numbers < _SERIALS[1]
    )  # a millisecond is all that such a float tells
    millis = np.rint((numbers[serial] - _SERIAL_EPOCH) * 86_400_000).astype(np.int64)
    times[serial] = (millis * 1000).astype("datetime64[us]")
    for row in np.flatnonzero((numbers >= _COMPACT[0]) & (numbers < _COMPACT[1])).tolist():
        times[row] = _compact(float(numbers[row]))
    return times


def _compact(number: float) -> np.datetime64:
    """A day written as a number, such as 20260327; NaT when no calendar has it."""
    digits = f"{number:.0f}"
    try:
        return (
            np.datetime64(f"{digits[:4]}-{digits[4:6]}-{digits[6:]}", "us")
            if number % 1 == 0
            else _NOT_A_TIME
        )
    except ValueError:
        return _NOT_A_TIME


def _unix(number: float, value: Any) -> np.datetime64:
    array = np.array([number]) if abs(number) < 2**62 else np.array([float("nan")])
    found: np.datetime64 = _units(array.astype(np.float64), array)[0]
    if np.isnat(found):
        raise NotATimeError(_implausible(value))
    return found


def _written(text: str, order: DayOrder | None) -> np.datetime64:
    moment = _iso(text)
    if moment is None:
        moment = read_written(text, order)
    found = np.datetime64(moment.replace(tzinfo=None), "us")
    if not _FIRST <= found.astype(np.int64) <= _LAST:
        raise NotATimeError(_implausible(text))
    return found


def _iso(text: str) -> datetime | None:
    named_zone = _ZONE_NAME.search(text)
    plain = text[: named_zone.start()] + "Z" if named_zone else _SPACED_ZONE.sub(r"\1", text)
    try:
        moment = datetime.fromisoformat(_ZONE_REGION.sub("", plain))
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _implausible(value: Any) -> str:
    return f"{shown(value)} is no time between 1990 and 2100"
