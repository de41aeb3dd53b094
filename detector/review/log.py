"""The log of answers: an append-only file of cases with who, when, which model and which evidence."""

import csv
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import IO

from detector.cases import Case, Cases, current, read_cases
from detector.contract import CASES
from detector.errors import CasesError
from detector.review.queue import Said

__all__ = ["Answer", "Log", "standing"]

COLUMNS = tuple(column.name for column in CASES)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reviewer said of an account: `label` of the contract, `axis` empty for any."""

    label: str
    axis: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Log:
    """The file. It is read anew each time, since other reviewers may write to it too."""

    path: Path

    def read(self) -> Cases:
        """All answers in the order given; none where there is no file yet."""
        return read_cases(self.path) if self.path.exists() else ()

    def labels(self, reviewer: str = "") -> dict[tuple[str, str], str]:
        """The standing label of each account: of one reviewer, or of anybody where none is named."""
        return {
            (case.platform, case.account_id): case.label
            for case in current(self.read())
            if reviewer in ("", case.reviewer)
        }

    def append(self, case: Case) -> None:
        """One more row at the end, under a lock; what is there is never changed.

        Raises
        ------
        CasesError
            It cannot be written.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab") as stream, _locked(stream):
                stream.seek(0, os.SEEK_END)
                start = "" if stream.tell() else _line(COLUMNS)
                stream.write((start + _line([_cell(case, name) for name in COLUMNS])).encode())
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise CasesError(f"The answer cannot be written to {self.path}: {error.strerror}.") from error


def standing(cases: Iterable[Case]) -> dict[tuple[str, str], Said]:
    """The standing answer about each account, by whomever, and why it was asked about; the latest last."""
    found: dict[tuple[str, str], Said] = {}
    for case in current(tuple(cases)):
        key = (case.platform, case.account_id)
        found.pop(key, None)
        found[key] = Said(case.label, case.queue)
    return found


def _cell(case: Case, name: str) -> str:
    value = getattr(case, name)
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return "" if value is None else str(value)


def _line(cells: "list[str] | tuple[str, ...]") -> str:
    text = StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()


@contextmanager
def _locked(stream: IO[bytes]) -> Iterator[None]:
    """Several reviewers may share the file: one line at a time. Where there is no such lock, appending is enough."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    fcntl.flock(stream, fcntl.LOCK_EX)
    yield
