"""Shelf: the last reports that were made, in memory alone. They are gone when the server ends."""

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass

__all__ = ["Report", "Shelf"]

_LARGEST = 100_000_000  # characters of all pages together


@dataclass(frozen=True, slots=True)
class Report:
    """A report: the page as one file, and lines on what was read for it."""

    page: str
    notices: tuple[str, ...] = ()
    law: tuple[str, ...] = ()
    set_aside: tuple[str, ...] = ()


class Shelf:
    """The last `most` reports, each under a name that nobody can guess."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, threading.Lock()
        self._kept: OrderedDict[str, Report] = OrderedDict()

    def put(self, report: Report) -> str:
        """Keep a report; the oldest goes where there is no room. Returns its name."""
        name = secrets.token_urlsafe(16)
        with self._lock:
            self._kept[name] = report
            while len(self._kept) > 1 and (len(self._kept) > self._most or self._size() > _LARGEST):
                self._kept.popitem(last=False)
        return name

    def get(self, name: str) -> Report | None:
        """The report of that name; None where there is none any more."""
        with self._lock:
            return self._kept.get(name)

    def _size(self) -> int:
        return sum(len(report.page) for report in self._kept.values())
