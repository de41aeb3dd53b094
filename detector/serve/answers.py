"""Answers: the queue of the review for one reviewer, and the cases it writes."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from detector.cases import Case, Cases, current
from detector.errors import ServeError
from detector.review import Answer, Log, Queue, Reviewed, case_of, read_result, signs_of_result, standing
from detector.sources.shown import harmless

__all__ = ["Answers", "Asked"]

Key = tuple[str, str]

ROUND = 40
"""Accounts of a round, which is counted beside each of them."""

LONGEST_NOTE = 2_000


@dataclass(frozen=True, slots=True)
class Asked:
    """An account that is asked about, why (of `KINDS`), and its place in this round."""

    key: Key
    kind: str
    number: int
    of: int


class Answers:
    """What was said so far, and what is asked next. Several threads may use it.

    Parameters
    ----------
    folder
        Of the audit whose accounts are asked about; its numbers alone are read, once they are needed.
    log
        Where answers go.
    reviewer
        Who answers.
    now
        The clock, in UTC.
    """

    def __init__(
        self, folder: Path, log: Log, reviewer: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.log, self.reviewer = log, reviewer
        self._folder, self._now, self._lock = folder, now, threading.RLock()
        self._rounds: dict[bool, list[tuple[Key, str]]] = {False: [], True: []}
        self._skipped: set[Key] = set()
        self._chosen: tuple[Reviewed, Queue] | None = None
        self._read: tuple[object, Cases] = (None, ())

    def cases(self) -> Cases:
        """All answers in the file; it is read again when it has changed.

        Raises
        ------
        CasesError
            It has problems.
        """
        with self._lock:
            state = _state(self.log.path)
            if state != self._read[0]:
                self._read = (state, self.log.read())
            return self._read[1]

    def of(self, key: Key) -> list[Case]:
        """The standing labels of an account, one of each reviewer and axis."""
        return [case for case in current(self.cases()) if (case.platform, case.account_id) == key]

    def next(self, *, second: bool = False) -> Asked | None:
        """The account to ask about now, None where there is none.

        With `second` it is one that others have labelled and this reviewer has not.
        """
        with self._lock:
            return self._second() if second else self._next()

    def give(self, row: dict[str, Any], answer: Answer) -> Case:
        """Write down what is said of an account.

        Raises
        ------
        CasesError
            It cannot be written.
        ServeError
            Nobody is named who says so, or the note is too long.
        """
        if not self.reviewer:
            raise ServeError("Whose answers are these? Start with --reviewer NAME.", 409)
        note = harmless(answer.note).strip()
        if len(note) > LONGEST_NOTE:
            raise ServeError(f"The note is longer than {LONGEST_NOTE:,} characters.")
        key = (row["platform"], row["account_id"])
        with self._lock:
            kinds = {item: kind for known in self._rounds.values() for item, kind in known}
            said = Answer(answer.label, answer.axis if answer.label != "unsure" else "", note)
            case = case_of(row, kinds.get(key, "opened"), said, self.reviewer, self._now())
            self.log.append(case)
        return case

    def skip(self, key: Key) -> None:
        """Not ask about an account again until the server is started anew."""
        with self._lock:
            self._skipped.add(key)

    def _next(self) -> Asked | None:
        """The account of this round that is still open, else one more, chosen by all answers so far."""
        whole = self._rounds[False]
        result, queue = self._queue()
        said = standing(self.cases())
        left = queue.left(said, self._skipped)
        if not whole or whole[-1][0] in said or whole[-1][0] in self._skipped:
            item = queue.next(said, self._skipped)
            if item is None:
                return None
            if len(whole) >= ROUND:
                whole.clear()
            whole.append((result.keys[item.at], item.kind))
        return Asked(*whole[-1], len(whole), min(ROUND, len(whole) - 1 + left))

    def _second(self) -> Asked | None:
        found = self._open_again()
        if not found:
            mine, labels = self._labelled(self.reviewer), self._labelled("")
            others = [key for key in self._queue()[0].keys if key in labels and key not in mine]
            self._rounds[True] = [(key, "second_opinion") for key in others if key not in self._skipped][
                :ROUND
            ]
            found = self._open_again()
        if not found:
            return None
        whole = self._rounds[True]
        return Asked(*found[0], whole.index(found[0]) + 1, len(whole))

    def _open_again(self) -> list[tuple[Key, str]]:
        done = self._labelled(self.reviewer)
        return [one for one in self._rounds[True] if one[0] not in done and one[0] not in self._skipped]

    def _labelled(self, reviewer: str) -> dict[Key, str]:
        return {
            (case.platform, case.account_id): case.label
            for case in current(self.cases())
            if reviewer in ("", case.reviewer)
        }

    def _queue(self) -> tuple[Reviewed, Queue]:
        if self._chosen is None:
            result = read_result(self._folder, numbers_only=True)
            self._chosen = result, Queue(result, signs_of_result(result))
        return self._chosen


def _state(path: Path) -> object:
    """What tells whether a file has changed."""
    try:
        found = path.stat()
    except OSError:
        return "absent"
    return found.st_mtime_ns, found.st_size, found.st_ino
