"""RawTable -> Table: names resolved, values typed, and every row that cannot be used set aside with the reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.contract import KEY, TABLES, Kind
from detector.errors import SourceError
from detector.sources.columns import REQUIRED, resolve
from detector.sources.flags import DamagedIdError, read_flags, read_text
from detector.sources.keys import read_ids, read_platforms
from detector.sources.numbers import read_counts
from detector.sources.raw import Problem, RawTable, object_array
from detector.sources.shown import harmless, named
from detector.sources.times import read_times
from detector.tables import SetAside, Table, missing

__all__ = ["Typed", "typed"]


@dataclass(frozen=True, slots=True)
class Typed:
    """A typed file: the rows kept, all rows, which rows of the file are kept, the rows set aside.

    `notices` speak of its columns, without the file's name; handles of the rows `cleaned` lost control characters.
    """

    table: Table
    whole: Table
    raw: RawTable
    rows: NDArray[np.int64]
    set_aside: tuple[SetAside, ...]
    notices: tuple[str, ...]
    cleaned: NDArray[np.intp]

    @property
    def n_cleaned(self) -> int:
        return len(self.cleaned)

    @property
    def keys_aside(self) -> set[tuple[str, str]]:
        """Platform and id of the rows set aside, where both could be read."""
        rows = np.setdiff1d(np.arange(self.raw.n_rows), self.rows)
        pairs = zip(self.whole.column("platform")[rows], self.whole.column("account_id")[rows], strict=True)
        return {(platform, one) for platform, one in pairs if platform is not None and one is not None}

    @property
    def rows_read(self) -> int:
        return self.raw.n_rows + len(self.raw.unreadable)


def typed(name: str, raw: RawTable, mapping: Mapping[str, str], platform: str | None) -> Typed:
    """Type the rows of a file as rows of a table.

    Parameters
    ----------
    name
        ``accounts``, ``posts`` or ``snapshots``.
    raw
        The file's rows.
    mapping
        Contract name -> the file's own name.
    platform
        Platform of rows that name none.

    Raises
    ------
    SourceError
        A key column is missing, or its ids were damaged before we saw them.
    """
    resolved = resolve(name, raw.origin, [*raw.columns, *raw.others], mapping)

    columns: dict[str, NDArray[Any]] = {}
    problems: dict[int, list[Problem]] = {}
    notices = list(resolved.notices)
    for column in TABLES[name]:
        theirs = resolved.names.get(column.name)
        if theirs is None and column.name not in KEY:
            continue
        if column.kind == "text":
            columns[column.name], found = _texts(raw, name, column.name, theirs, platform)
        else:
            values = raw.values(str(theirs), column.kind)
            columns[column.name], found, said = _column(name, column.name, column.kind, values)
            notices += [f"{column.name}: {how}" for how in said]
        for problem in found:
            problems.setdefault(problem.row, []).append(_placed(problem, column.name, theirs))
    cleaned = np.empty(0, dtype=np.intp)
    if "handle" in columns:
        columns["handle"], cleaned = _harmless(columns["handle"])
    kept = np.ones(raw.n_rows, dtype=bool)
    kept[list(problems)] = False
    set_aside = [SetAside(name, lost.where, lost.reason, lost.expected, lost.row) for lost in raw.unreadable]
    set_aside += [_set_aside(name, raw, row, problems[row]) for row in sorted(problems)]
    table = Table(name, columns)
    rows = np.flatnonzero(kept)
    kept_table = table.take(rows) if problems else table
    return Typed(kept_table, table, raw, rows, tuple(set_aside), tuple(notices), cleaned)


def _column(
    table: str, name: str, kind: Kind, values: NDArray[Any]
) -> tuple[NDArray[Any], list[Problem], list[str]]:
    """The column typed, what is wrong with its rows, and how it was understood where that is to be said."""
    if kind == "count":
        return read_counts(values)
    if kind == "flag":
        return *read_flags(values), []
    return _times(values, name, required=name in REQUIRED[table])


def _times(
    values: NDArray[Any], name: str, *, required: bool
) -> tuple[NDArray[Any], list[Problem], list[str]]:
    times, problems, said = read_times(values)
    if required:
        known = {problem.row for problem in problems}
        absent = [int(row) for row in np.flatnonzero(np.isnat(times)) if row not in known]
        problems += [
            Problem(row, f"{name} is missing", "a time such as 2026-03-27T18:00:00Z") for row in absent
        ]
    return times, problems, said


def _texts(
    raw: RawTable, table: str, name: str, theirs: str | None, platform: str | None
) -> tuple[NDArray[Any], list[Problem]]:
    """A column of texts: each different one is looked at once."""
    if theirs is None:
        values, codes = missing("text", 1), np.zeros(raw.n_rows, dtype=np.intp)
    else:
        values, codes = raw.coded(theirs)
    try:
        texts, problems = read_text(values)
    except DamagedIdError as error:
        raise SourceError(
            f"{raw.origin} holds {name} as floating-point numbers such as {error}: from 2**53 on these have lost "
            "their last digits, so ids are damaged. Export this column as text or as integers."
        ) from error
    if name == "platform":
        found, unknown = read_platforms(texts, platform)
        damaged = {problem.row for problem in problems}
        texts, problems = found, problems + [problem for problem in unknown if problem.row not in damaged]
    elif name in REQUIRED[table]:
        damaged = {problem.row for problem in problems}
        problems += [problem for problem in read_ids(name, texts) if problem.row not in damaged]
    return texts[codes], _spread(problems, codes)


def _spread(problems: list[Problem], codes: NDArray[np.intp]) -> list[Problem]:
    """Problems of different values as problems of the rows that hold them, in their order."""
    if not problems:
        return []
    by_code: dict[int, list[Problem]] = {}
    for problem in problems:
        by_code.setdefault(problem.row, []).append(problem)
    rows = np.flatnonzero(np.isin(codes, list(by_code)))
    return [
        Problem(row, problem.reason, problem.expected)
        for row, code in zip(rows.tolist(), codes[rows].tolist(), strict=True)
        for problem in by_code[code]
    ]


def _placed(problem: Problem, ours: str, theirs: str | None) -> Problem:
    if problem.reason.startswith(ours):
        return problem
    column = ours if theirs in (None, ours) else f"{ours} (column {named(theirs, 40)})"
    return Problem(problem.row, f"{column}: {problem.reason}", problem.expected)


def _set_aside(table: str, raw: RawTable, row: int, problems: list[Problem]) -> SetAside:
    reason = "; ".join(problem.reason for problem in problems)
    expected = "; ".join(dict.fromkeys(problem.expected for problem in problems))
    return SetAside(table, raw.where(row), reason, expected, raw.row(row))


def _harmless(texts: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Texts without control characters, and the rows that had some."""
    cleaned = [text if text is None else (harmless(text).strip() or None) for text in texts.tolist()]
    pairs = enumerate(zip(texts.tolist(), cleaned, strict=True))
    changed = np.array([row for row, (before, after) in pairs if before != after], dtype=np.intp)
    return (object_array(cleaned), changed) if len(changed) else (texts, changed)
