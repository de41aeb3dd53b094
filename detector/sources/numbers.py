"""Counts as people and tools write them, read into numbers: `1.2M`, `12,3K`, `1 234`, `2.5E+06`.

A count is whole, so a mark is read as what makes it whole, and where two readings are possible none is taken:

===================  ==========  ==================================================================
written              read as     why
===================  ==========  ==================================================================
``1,234``            1234        a thousands mark: groups of three (or lakhs, ``12,34,567``)
``1.234.567``        1234567     the same; also with spaces of any width and with apostrophes
``1.234``            a problem   1234 in one country, 1.234 in another and in every programming language
``12,3K  3.4 mio``   12300 ...   before an abbreviation either mark is a decimal mark
``1,234K``           a problem   1234 or 1234000
``12,3``             a problem   no whole number
``12345.0  12,0``    12345 ...   a decimal mark, since no group of three follows; whole
``-  n/a  NaN  ""``  missing
===================  ==========  ==================================================================

A column may tell more than one value: where it holds ``1.234.567``, and no point that must be a decimal mark,
``1.234`` is 1234, and a notice says so.

Negative counts are handed on: a wrapped 32-bit counter is one, and `detector.repair` judges it.
"""

import re
import unicodedata
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.contract import MAX_COUNT
from detector.sources.raw import Problem, code_points, is_none
from detector.sources.shown import shown

__all__ = ["MISSING_WORDS", "NotACountError", "parse_count", "read_counts"]

MISSING_WORDS = frozenset(
    [
        "",
        "-",
        "--",
        "---",
        "\u2013",
        "\u2014",
        "nan",
        "nat",
        "null",
        "nil",
        "none",
        "na",
        "n/a",
        "#n/a",
        "<na>",
        "\\n",
    ]
)
"""What tools and people write for "not known" (casefolded); `\\N` is MySQL's."""

EXPECTED = "a whole number such as 12345, 12,345 or 12.3K"
_POWERS = {
    3: "k tsd tausend thousand thousands тыс 千 천 rb",
    4: "万 萬 만",
    5: "lakh lakhs",
    6: "m mn mln mio million millions millionen млн jt",
    7: "cr crore crores",
    8: "億 亿 억",
    9: "b bn g mrd mld billion billions milliarde milliarden milliard milliards млрд",
}
_SCALES = {word: Decimal(10**power) for power, words in _POWERS.items() for word in words.split()}
_POINT_UNITS = frozenset(
    ["k", "thousand", "thousands", "m", "mn", "million", "millions", "b", "bn", "g", "billion"]
)
_NUMBER = re.compile(r"(-?)([0-9](?:[0-9.,' ]*[0-9])?)(?:e([+-]?[0-9]{1,3}))? ?([^\W\d_]+)?\.?")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:[^0-9][0-9]{3})+")
_LAKHS = re.compile(r"[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}")
_POINT_ONCE = re.compile(r"\s*-?[1-9][0-9]{0,2}\.[0-9]{3}\s*")
_POINT_GROUPS = re.compile(r"\s*-?[1-9][0-9]{0,2}(?:(?:\.[0-9]{3}){2,}(?:,[0-9]+)?|\.[0-9]{3},[0-9]+)\s*")
_POINT_DECIMAL = re.compile(
    r"\s*-?(?:[0-9,]+\.(?:[0-9]{1,2}|[0-9]{4,})|[0-9]{4,}\.[0-9]*|0[0-9]*\.[0-9]*)\s*"
)
_SPACES = re.compile(r"[\s\u2007\u2060]")  # \s covers no-break, narrow no-break and thin spaces
_MARKS = str.maketrans({"’": "'", "\u2032": "'", "ʼ": "'", "\u066c": ",", "\u066b": ".", "\u2212": "-"})  # noqa: RUF001
_LONGEST = 40
_PLAIN_DIGITS = 15  # as many digits as stay exact, and below MAX_COUNT
_BLOCK = 1 << 16


class NotACountError(ValueError):
    """A text that is no count, or could be two; the message says why."""


def parse_count(text: str) -> float:
    """One count from text.

    Parameters
    ----------
    text
        As typed or as it stands in a file; see the table above.

    Returns
    -------
    float
        Whole, possibly negative; NaN where the text means "not known".

    Raises
    ------
    NotACountError
        It is no whole number, it could be two, or no counter is that large.

    Examples
    --------
    >>> [parse_count(text) for text in ("1.2M", "12,3K", "1 234", "3.4 mio", "1'234", "-")]
    [1200000.0, 12300.0, 1234.0, 3400000.0, 1234.0, nan]
    """
    cleaned = text.strip().casefold()
    if cleaned in MISSING_WORDS:
        return float("nan")
    if len(cleaned) > _LONGEST:
        raise NotACountError(f"{shown(text, _LONGEST)} is no number")
    found = _NUMBER.fullmatch(_ascii(cleaned))
    if found is None:
        raise NotACountError(f"{shown(text)} is no number")
    sign, digits, exponent, unit = found.groups()
    scale = _scale(unit, exponent, text)
    number = _decimal(digits, unit, exponent is not None, text) * scale
    return _counted(-number if sign else number, text)


def read_counts(values: NDArray[Any]) -> tuple[NDArray[np.float64], list[Problem], list[str]]:
    """A column of counts; plain digits and numbers never pass through a Python loop.

    Parameters
    ----------
    values
        Shape (n,): numbers, or objects (text, numbers, None).

    Returns
    -------
    counts : float64 array of shape (n,)
        NaN where missing or where there is a problem.
    problems : list of Problem
        One per value that is no count, in row order.
    notices : list of str
        How the column was understood, where it could have been otherwise.
    """
    if values.dtype.kind in "iuf":
        return *_checked(values.astype(np.float64), values), []
    if values.dtype.kind != "O":
        values = values.astype(object)
    counts = np.full(len(values), np.nan)
    problems: list[Problem] = []
    for start in range(0, len(values), _BLOCK):
        part = slice(start, start + _BLOCK)
        counts[part], found = _block(values[part])
        problems += [Problem(start + problem.row, problem.reason, problem.expected) for problem in found]
    doubtful = {problem.row for problem in problems if _is(_POINT_ONCE, values[problem.row])}
    sure = _groups_of_points(values) if doubtful else None
    if sure is None:
        return counts, problems, []
    for row in doubtful:
        counts[row] = float(values[row].replace(".", ""))
    one = shown(values[min(doubtful)])
    said = [f"a point between digits was read as a thousands mark in {one}, as it must be in {shown(sure)}"]
    return counts, [problem for problem in problems if problem.row not in doubtful], said


def _groups_of_points(values: NDArray[Any]) -> str | None:
    """A value whose points can only group thousands, None when there is none or another's is a decimal mark."""
    if any(_is(_POINT_DECIMAL, value) for value in values.tolist()):
        return None
    return next((value for value in values.tolist() if _is(_POINT_GROUPS, value)), None)


def _is(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST and pattern.fullmatch(value) is not None


def _block(values: NDArray[Any]) -> tuple[NDArray[np.float64], list[Problem]]:
    kinds = set(map(type, values))
    if kinds <= {int, float, type(None)}:
        try:
            return _checked(values.astype(np.float64), values)
        except OverflowError:
            pass  # an integer of more than 308 digits: one by one, to name its row
    counts, plain = np.full(len(values), np.nan), np.zeros(len(values), dtype=bool)
    if kinds <= {str, type(None)}:
        counts, plain = _plain_digits(values)
    problems = []
    for row in np.flatnonzero(~plain):
        try:
            counts[row] = _count(values[row])
        except NotACountError as error:
            problems.append(Problem(int(row), str(error), EXPECTED))
    return counts, problems


def _plain_digits(values: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The rows that are up to 15 ASCII digits, or absent, by arithmetic on their code points."""
    absent = is_none(values)
    texts = np.where(absent, "", values)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    texts[lengths > _PLAIN_DIGITS] = ""
    codes = code_points(texts, _PLAIN_DIGITS)
    is_digit = (codes >= 48) & (codes <= 57)
    plain = (is_digit.sum(axis=1) == lengths) & (lengths > 0)
    number = np.zeros(len(texts), dtype=np.int64)
    for place in range(min(_PLAIN_DIGITS, int(lengths.max(initial=0)))):
        number = np.where(is_digit[:, place], number * 10 + codes[:, place] - 48, number)
    empty = absent | (lengths == 0)
    return np.where(plain, number, np.nan), plain | empty


def _checked(counts: NDArray[np.float64], values: NDArray[Any]) -> tuple[NDArray[np.float64], list[Problem]]:
    with np.errstate(invalid="ignore"):
        wrong = ~np.isnan(counts) & ((np.abs(counts) > MAX_COUNT) | (counts != np.rint(counts)))
    problems = [Problem(int(row), _why_not(values[row]), EXPECTED) for row in np.flatnonzero(wrong)]
    return np.where(wrong, np.nan, counts), problems


def _count(value: Any) -> float:
    if value is None:
        return float("nan")
    if isinstance(value, str):
        return parse_count(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise NotACountError(f"{shown(value)} is no number")
    if value != value:
        return float("nan")
    if abs(value) > MAX_COUNT or value != int(value):
        raise NotACountError(_why_not(value))
    return float(value)


def _counted(number: Decimal, text: str) -> float:
    if abs(number) > MAX_COUNT:
        raise NotACountError(f"{shown(text)} is more than any public counter shows")
    if number != number.to_integral_value():
        raise NotACountError(f"{shown(text)} is not whole")
    return float(number) + 0.0


def _why_not(value: Any) -> str:
    if isinstance(value, int) and abs(value) > 10**30:  # Python refuses to print very long integers
        return f"an integer of {value.bit_length()} bits is more than any public counter shows"
    if abs(value) > MAX_COUNT:
        return f"{shown(value)} is more than any public counter shows"
    return f"{shown(value)} is not whole"


def _ascii(text: str) -> str:
    if not text.isascii():
        text = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text.translate(_MARKS))
    return _SPACES.sub(" ", text)


def _scale(unit: str | None, exponent: str | None, text: str) -> Decimal:
    if unit is None:
        return Decimal(10) ** int(exponent or 0)
    if unit == "mil":
        raise NotACountError(f"{shown(text)} could be thousands (Spanish, Portuguese) or millions")
    if unit not in _SCALES or exponent is not None:
        raise NotACountError(f"{shown(text)} is no number")
    return _SCALES[unit]


def _decimal(digits: str, unit: str | None, has_exponent: bool, text: str) -> Decimal:
    marks = [c for c in digits if not c.isdigit()]
    if not marks:
        return Decimal(digits)
    last, before = marks[-1], set(marks[:-1])
    if last in before or (last in " '" and not before):  # one mark again and again, or a mark of groups only
        return Decimal(_ungrouped(digits, text))
    if before:
        return _split(digits, last, text)
    if not _GROUPED.fullmatch(digits) or has_exponent or (last == "." and unit in _POINT_UNITS):
        return Decimal(digits.replace(",", "."))
    if last == "," and unit is None:
        return Decimal(digits.replace(",", ""))
    whole, exact = digits.replace(last, ""), digits.replace(last, ".")
    raise NotACountError(f"{shown(text)} could be {whole} or {exact}{' ' + unit if unit else ''}")


def _split(digits: str, mark: str, text: str) -> Decimal:
    whole, _, fraction = digits.rpartition(mark)
    if mark not in ".," or not fraction.isdigit():
        raise NotACountError(f"{shown(text)} is no number")
    return Decimal(f"{_ungrouped(whole, text)}.{fraction}")


def _ungrouped(digits: str, text: str) -> str:
    marks = {c for c in digits if not c.isdigit()}
    if len(marks) != 1 or not (_GROUPED.fullmatch(digits) or _LAKHS.fullmatch(digits)):
        raise NotACountError(f"{shown(text)} is no number: its groups are not of three digits")
    return digits.replace(marks.pop(), "")
