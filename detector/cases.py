"""Cases: accounts that a person has judged. They clean the reference, calibrate, and are never guessed.

A CSV file with a header line; `platform`, `account_id` and `label` are needed::

    platform,account_id,label,axis,reviewer,reviewed_at,note
    tiktok,6812345678901234567,inflated,followers,kim,2026-03-27,followers doubled in a night
    tiktok,6898765432109876543,genuine,,kim,2026-03-27,
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from itertools import combinations
from pathlib import Path

from detector.contract import AXES, CASES, LABELS, PLATFORMS
from detector.errors import CasesError
from detector.sources.keys import platform_of
from detector.sources.numbers import MISSING_WORDS
from detector.sources.shown import harmless, named, near, shown
from detector.sources.times import NotATimeError, parse_time

__all__ = ["Case", "Cases", "current", "disagreements", "read_cases"]

_COLUMNS = tuple(column.name for column in CASES)
_NEEDED = ("platform", "account_id", "label")
_SPREADSHEET_ID = re.compile(r"[0-9][.,][0-9]+E\+[0-9]{2}")
_MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Case:
    """One label. `axis` is empty when it holds for any axis; `reviewed_at` is in UTC, None when not said."""

    platform: str
    account_id: str
    label: str
    axis: str = ""
    reviewer: str = ""
    reviewed_at: datetime | None = None
    note: str = ""
    queue: str = ""
    model: str = ""
    evidence: str = ""

    def __post_init__(self) -> None:
        for name, value, allowed in (
            ("platform", self.platform, PLATFORMS),
            ("label", self.label, LABELS),
            ("axis", self.axis, (*AXES, "")),
        ):
            if value not in allowed:
                raise ValueError(f"{name} of a case is {value!r}, expected one of {', '.join(allowed)}")
        if not self.account_id:
            raise ValueError("account_id of a case is empty")


Cases = tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class _Problem:
    line: int
    column: str
    found: str
    expected: str


def read_cases(path: str | Path) -> Cases:
    """The cases of a CSV file, in its order.

    Commas, semicolons or tabs, UTF-8 or UTF-16, with or without a byte order mark, columns in any order; other
    columns are left aside. Ids are text. An axis that is empty or `NaN` means any.

    Raises
    ------
    CasesError
        The file cannot be read, a needed column is absent, or rows cannot be used: all problems in one table
        (line, column, found, expected). Nothing is returned then, for a label lost in silence would train a
        model on the contrary. Two different labels for one account and axis are a problem too, unless each
        is signed by a reviewer with a time: then `current` and `disagreements` say what stands.
    """
    path = Path(path)
    header, rows = _table(_text(path), path)
    columns = _columns(header, path)
    problems: list[_Problem] = []
    cases: list[tuple[int, Case]] = []
    for line, cells in rows:
        if len(cells) != len(header):
            problems.append(_Problem(line, "", f"{len(cells)} cells", f"{len(header)}, as in the header"))
            continue
        case, found = _case({name: cells[place].strip() for name, place in columns.items()}, line)
        problems += found
        if case is not None:
            cases.append((line, case))
    problems += _contradictions(cases)
    if problems:
        raise CasesError(_said(problems, path))
    return tuple(case for _, case in cases)


def current(cases: Sequence[Case]) -> Cases:
    """The cases that stand: of one reviewer's answers about one account and axis the last, in time and then in order.

    Answers without a reviewer or a time all stand; a later answer for any axis takes the place of all earlier ones.
    """
    last: dict[tuple[str, str, str], list[int]] = {}
    timed = [number for number, case in enumerate(cases) if case.reviewer and case.reviewed_at is not None]
    for number in sorted(timed, key=lambda number: (str(cases[number].reviewed_at), number)):
        case = cases[number]
        earlier = last.setdefault((case.platform, case.account_id, case.reviewer), [])
        for other in [other for other in earlier if _meet(case.axis, cases[other].axis)]:
            earlier.remove(other)
        earlier.append(number)
    kept = {number for numbers in last.values() for number in numbers}
    unsigned = set(range(len(cases))) - set(timed)
    return tuple(case for number, case in enumerate(cases) if number in kept or number in unsigned)


def disagreements(cases: Sequence[Case]) -> dict[tuple[str, str], tuple[tuple[str, str], ...]]:
    """Accounts about which reviewers disagree, with (reviewer, label) of each; `unsure` disagrees with nobody."""
    grouped: dict[tuple[str, str], list[Case]] = {}
    for case in current(cases):
        if case.label != "unsure":
            grouped.setdefault((case.platform, case.account_id), []).append(case)
    found = {}
    for key, own in sorted(grouped.items()):
        if any(a.label != b.label and _meet(a.axis, b.axis) for a, b in combinations(own, 2)):
            found[key] = tuple(sorted({(case.reviewer, case.label) for case in own}))
    return found


def _meet(axis: str, other: str) -> bool:
    """Whether two labels speak of the same thing: an empty axis means any."""
    return not axis or not other or axis == other


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise CasesError(
            f"The cases in {named(path, 200)} cannot be read: {error.strerror or error}."
        ) from error
    coding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return raw.decode(coding)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise CasesError(
            f"The cases in {named(path, 200)} are no text from line {line} on. Expected a CSV file in UTF-8; "
            "in a spreadsheet, save as `CSV UTF-8`."
        ) from error


def _table(text: str, path: Path) -> tuple[list[str], Sequence[tuple[int, list[str]]]]:
    """The header, and each later row that is not blank with the line it starts on."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    try:
        rows = list(_numbered(text, delimiter))
    except csv.Error as error:
        raise CasesError(f"The cases in {named(path, 200)} are no CSV: {error}.") from error
    if not rows:
        raise CasesError(
            f"The cases in {named(path, 200)} are empty. Expected a header line: {', '.join(_COLUMNS)}."
        )
    return [name.strip() for name in rows[0][1]], rows[1:]


def _numbered(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield start, cells
        start = reader.line_num + 1


def _columns(header: list[str], path: Path) -> dict[str, int]:
    """Place of each column of the contract that the file has."""
    where = f"The cases in {named(path, 200)}"
    twice = sorted({name for name in header if name in _COLUMNS and header.count(name) > 1})
    if twice:
        raise CasesError(f"{where} have two columns {', '.join(twice)}. Expected each once.")
    columns = {name: header.index(name) for name in _COLUMNS if name in header}
    unknown = [name for name in header if name not in _COLUMNS]
    for name in unknown:  # an `Axis` left aside in silence would make the label hold for all of them
        meant = near(name.casefold(), [column for column in _COLUMNS if column not in columns], 0.7)
        if meant:
            raise CasesError(f"{where} have a column {shown(name)}. Did you mean `{meant}`? Rename it.")
    absent = [name for name in _NEEDED if name not in columns]
    if absent:
        raise CasesError(
            f"{where} have no column {', '.join(f'`{name}`' for name in absent)}; there are: "
            f"{', '.join(shown(name) for name in header[:20])}. Expected: {', '.join(_COLUMNS)}."
        )
    return columns


def _case(cells: dict[str, str], line: int) -> tuple[Case | None, list[_Problem]]:
    """The case of a row, None with what is wrong in it."""
    problems: list[_Problem] = []

    def wrong(column: str, expected: str) -> None:
        problems.append(
            _Problem(line, column, shown(cells[column]) if cells[column] else "nothing", expected)
        )

    platform = platform_of(cells["platform"])
    if platform is None:
        wrong("platform", "one of " + ", ".join(PLATFORMS))
    account_id = cells["account_id"]
    if account_id.casefold() in MISSING_WORDS or harmless(account_id) != account_id:
        wrong("account_id", "the account's stable id, without control characters")
    elif _SPREADSHEET_ID.fullmatch(account_id):
        wrong("account_id", "all digits; a spreadsheet has rounded this id: format the column as text")
    label = cells["label"].casefold()
    if label not in LABELS:
        wrong("label", "one of " + ", ".join(LABELS))
    axis = cells.get("axis", "").casefold()
    axis = "" if axis in MISSING_WORDS else axis
    if axis not in (*AXES, ""):
        wrong("axis", "one of " + ", ".join(AXES) + ", or empty for any")
    reviewed_at = None
    try:
        reviewed_at = _time(cells.get("reviewed_at", ""))
    except NotATimeError:
        wrong("reviewed_at", "a time such as 2026-03-27 or 2026-03-27T18:00:00Z, or empty")
    if problems or platform is None:
        return None, problems
    reviewer, note = harmless(cells.get("reviewer", "")), harmless(cells.get("note", ""))
    seen = [harmless(cells.get(name, "")) for name in ("queue", "model", "evidence")]
    return Case(platform, account_id, label, axis, reviewer, reviewed_at, note, *seen), []


def _time(text: str) -> datetime | None:
    moment = parse_time(text).astype("datetime64[us]").item()
    return None if moment is None else moment.replace(tzinfo=UTC)


def _contradictions(cases: Sequence[tuple[int, Case]]) -> list[_Problem]:
    """Rows of one account whose labels differ though their axes meet (an empty axis meets every axis)."""
    grouped: dict[tuple[str, str], list[tuple[int, Case]]] = {}
    for line, case in cases:
        grouped.setdefault((case.platform, case.account_id), []).append((line, case))
    found = []
    for rows in grouped.values():
        rows = _unsettled(rows)
        # One row of each label and axis is enough to compare: thousands of equal rows stay cheap.
        distinct = {(case.label, case.axis): line for line, case in reversed(rows)}
        for ((label, axis), line), ((other, other_axis), earlier) in combinations(distinct.items(), 2):
            if label == other or not _meet(axis, other_axis):
                continue
            (first, was), (last, now) = sorted([(line, label), (earlier, other)])
            account = shown(rows[0][1].account_id)
            found.append(
                _Problem(last, "label", f"`{now}` for {account}", f"`{was}`, as on line {first}, or one row")
            )
    return found


def _unsettled(rows: list[tuple[int, Case]]) -> list[tuple[int, Case]]:
    """Rows that nobody signed: of one reviewer's signed answers the last stands, and reviewers may disagree."""
    signed = [case for _, case in rows if case.reviewer and case.reviewed_at is not None]
    return rows if len(signed) < len(rows) else []


def _said(problems: Sequence[_Problem], path: Path) -> str:
    table = [("line", "column", "found", "expected")]
    by_line = sorted(problems, key=lambda problem: (problem.line, problem.column))
    table += [(str(one.line), one.column, one.found, one.expected) for one in by_line[:_MOST_SHOWN]]
    widths = [max(len(row[i]) for row in table) for i in range(3)]
    lines = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]])
        for row in table
    ]
    more = len(problems) - _MOST_SHOWN
    lines += [f"and {more:,} more"] if more > 0 else []
    count = "one problem" if len(problems) == 1 else f"{len(problems):,} problems"
    return f"The cases in {named(path, 200)} have {count}; correct the file and try again.\n\n" + "\n".join(
        lines
    )
