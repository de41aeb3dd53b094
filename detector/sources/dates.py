"""Dates as people and programs write them out: `27.03.2026`, `3/27/2026 6:05 PM`, `27 March 2026`, ctime, RFC 2822.

======================  ==================================================================================
written                 read as
======================  ==================================================================================
``27.03.2026``          day first: nobody writes dots the other way round
``27/03/2026``          by the column as a whole: one date with a number above 12 tells which is the day.
``27-03-2026``          Where none has, or two contradict each other, dates that could be two are problems
``2026/3/7 2026.3.7``   year first, whatever the mark
``27 Mar 2026``         month names in English, German, French, Spanish, Italian and Portuguese
``... 6:05 PM +0200``   with a time of day, a half of the day, an offset; `PST` and the like are problems
======================  ==================================================================================

Years have four digits: `03/04/05` could be six days.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from detector.sources.shown import shown

__all__ = ["DayOrder", "NotATimeError", "order_of", "read_written"]


class NotATimeError(ValueError):
    """A text or number that is no time between 1990 and 2100, or could be two."""


@dataclass(frozen=True, slots=True)
class DayOrder:
    """What a column's dates with slashes or dashes say of their order: a date that tells it, or None.

    Attributes
    ----------
    day_first, month_first : str or None
        A date whose first, or second, number is above 12.
    """

    day_first: str | None = None
    month_first: str | None = None

    @property
    def is_day_first(self) -> bool | None:
        """The order of the whole column; None when nothing, or everything, speaks for one."""
        if bool(self.day_first) == bool(self.month_first):
            return None
        return self.day_first is not None


_MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "jan january januar jän jänner janv janvier ene enero gen gennaio janeiro",
            "feb february februar fév févr février febrero febbraio fev fevereiro",
            "mar march mär märz mrz mars marzo março",
            "apr april avr avril abr abril aprile",
            "may mai mayo mag maggio maio",
            "jun june juni juin junio giu giugno junho",
            "jul july juli juil juillet julio lug luglio julho",
            "aug august août aoû ago agosto",
            "sep sept september septembre septiembre set settembre setembro",
            "oct october okt oktober octobre octubre ott ottobre out outubro",
            "nov november novembre noviembre novembro",
            "dec december dez dezember déc décembre dic diciembre dicembre dezembro",
        ),
        start=1,
    )
    for word in words.split()
}
_NUMBERS = re.compile(r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4})(?:[ T,]+(\S.*))?")
_YEAR_FIRST = re.compile(r"([0-9]{4})([./-])([0-9]{1,2})\2([0-9]{1,2})(?:[ T,]+(\S.*))?")
_IDEOGRAPHS = re.compile(r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日\s*(.*)")
_WEEKDAY = r"(?:[^\W\d_]{2,10}\.?,?\s+)?"
_DAY_MONTH = re.compile(
    _WEEKDAY + r"([0-9]{1,2})(?:st|nd|rd|th|\.|º)?[\s/-]*(?:de |of )?([^\W\d_]+)\.?[\s,/-]+(?:de )?([0-9]{4})"
    r"(?:,?\s+(?:at\s+)?(\S.*))?",
    re.IGNORECASE,
)
_MONTH_DAY = re.compile(
    _WEEKDAY + r"([^\W\d_]+)\.?\s+([0-9]{1,2})(?:st|nd|rd|th)?,?\s+([0-9]{4})(?:,?\s+(?:at\s+)?(\S.*))?",
    re.IGNORECASE,
)
_CTIME = re.compile(r"[^\W\d_]{3}\s+([^\W\d_]{3})\s+([0-9]{1,2})\s+([0-9:]{8})\s+(?:(\S+)\s+)?([0-9]{4})")
_CLOCK = re.compile(
    r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?(?:\s*([ap])\.?m\.?)?\s*(\S.*)?",
    re.IGNORECASE,
)
_OFFSET = re.compile(r"([+-])([0-9]{2}):?([0-9]{2})?")


def order_of(texts: Iterable[object]) -> DayOrder:
    """What the dates among the texts say of their order.

    >>> order_of(["3/4/2026", "27/3/2026"]).is_day_first
    True
    """
    day_first = month_first = None
    for text in texts:
        found = _NUMBERS.fullmatch(text.strip()) if isinstance(text, str) else None
        if found is None or found[2] == ".":
            continue
        if int(found[1]) > 12:
            day_first = day_first or str(text).strip()
        elif int(found[3]) > 12:
            month_first = month_first or str(text).strip()
    return DayOrder(day_first, month_first)


def read_written(text: str, order: DayOrder | None = None) -> datetime:
    """The instant that a written date means, in UTC; midnight where no time of day is given.

    Parameters
    ----------
    text
        Without outer blanks.
    order
        What the text's column says of day and month.

    Raises
    ------
    NotATimeError
        It is no date, or it could be two.

    Examples
    --------
    >>> read_written("3/27/2026 6:05 PM").isoformat()
    '2026-03-27T18:05:00+00:00'
    """
    found = _parts(text, order or DayOrder())
    if found is None:
        raise NotATimeError(f"{shown(text)} is no time")
    year, month, day, clock = found
    try:
        return _at(datetime(year, month, day, tzinfo=UTC), clock, text)
    except (ValueError, OverflowError) as error:
        if isinstance(error, NotATimeError):
            raise
        raise NotATimeError(f"{shown(text)} is no time") from error


def _parts(text: str, order: DayOrder) -> tuple[int, int, int, str | None] | None:
    """Year, month, day, and the text of the time of day."""
    if found := _YEAR_FIRST.fullmatch(text):
        return int(found[1]), int(found[3]), int(found[4]), found[5]
    if found := _IDEOGRAPHS.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3]), found[4] or None
    if found := _NUMBERS.fullmatch(text):
        day, month = _day_and_month(int(found[1]), int(found[3]), found[2], order, text)
        return int(found[4]), month, day, found[5]
    if (found := _CTIME.fullmatch(text)) and (month := _month(found[1])):
        return int(found[5]), month, int(found[2]), f"{found[3]} {found[4] or ''}"
    if (found := _DAY_MONTH.fullmatch(text)) and (month := _month(found[2])):
        return int(found[3]), month, int(found[1]), found[4]
    if (found := _MONTH_DAY.fullmatch(text)) and (month := _month(found[1])):
        return int(found[3]), month, int(found[2]), found[4]
    return None


def _day_and_month(first: int, second: int, mark: str, order: DayOrder, text: str) -> tuple[int, int]:
    if mark == "." or first > 12 or first == second:
        return first, second
    if second > 12:
        return second, first
    if order.is_day_first is None:
        why = (
            f", and the column holds both {shown(order.day_first)} and {shown(order.month_first)}"
            if order.day_first
            else ", and no date of this column tells which of the two is the day"
        )
        raise NotATimeError(f"{shown(text)} could be two days{why}")
    return (first, second) if order.is_day_first else (second, first)


def _month(word: str) -> int:
    return _MONTHS.get(word.casefold(), 0)


def _at(day: datetime, clock: str | None, text: str) -> datetime:
    if clock is None:
        return day
    found = _CLOCK.fullmatch(clock)
    if found is None:
        raise NotATimeError(f"{shown(text)} is no time")
    hour, half = int(found[1]), (found[5] or "").casefold()
    if half and not 1 <= hour <= 12:
        raise NotATimeError(f"{shown(text)} is no time")
    hour = hour % 12 + 12 * (half == "p") if half else hour
    micros = int((found[4] or "").ljust(6, "0")[:6])
    moment = day.replace(hour=hour, minute=int(found[2]), second=int(found[3] or 0), microsecond=micros)
    return moment.replace(tzinfo=_zone(found[6], text)).astimezone(UTC)


def _zone(name: str | None, text: str) -> timezone:
    """The zone of an offset. Letters such as EST mean several zones; only those of UTC itself are sure."""
    if name is None or name.upper() in ("Z", "UTC", "GMT", "(UTC)", "(GMT)"):
        return UTC
    found = _OFFSET.fullmatch(name.upper().removeprefix("UTC").removeprefix("GMT"))
    if found is None:
        raise NotATimeError(
            f"{shown(text)} is in a zone that may be several ({shown(name, 20)}): write its offset"
        )
    offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    return timezone(-offset if found[1] == "-" else offset)
