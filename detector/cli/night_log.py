"""How a long work is told on stderr: a bar on a terminal, a line now and then in a file, or JSON lines."""

import json
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import Any

from detector.cli.progress import progress_bar
from detector.cli.say import say

__all__ = ["NightLog"]

EVERY_SECONDS = 15.0


class NightLog:
    """Tells what happens, how far a stage is, at which rate, and how long it will take.

    Parameters
    ----------
    as_json
        Each thing is one JSON object with `at` (UTC), `event` and its figures.
    quiet
        Nothing is told.
    """

    def __init__(self, *, as_json: bool = False, quiet: bool = False) -> None:
        self._as_json, self._quiet = as_json, quiet
        self._stack = ExitStack()
        self._bar: Callable[[int, int], None] | None = None
        self._stage, self._began, self._told, self._from = "", 0.0, 0.0, 0

    def __enter__(self) -> "NightLog":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def say(self, text: str) -> None:
        """A sentence."""
        self._tell("said", text, text=text)

    def note(self, text: str) -> None:
        """Something that makes the answer weaker."""
        self._tell("note", f"note: {text}", text=text)

    def step(self, stage: str, done: int, total: int) -> None:
        """How many rows of how many a stage has behind it."""
        if self._quiet:
            return
        now = time.monotonic()
        if stage != self._stage:
            self._stack.close()
            self._stack = ExitStack()
            watched = not self._as_json
            self._bar = self._stack.enter_context(progress_bar(quiet=not watched, doing=stage))
            self._stage, self._began, self._told, self._from = stage, now, now, done
        if self._bar is not None:
            self._bar(done, total)
        elif now - self._told >= EVERY_SECONDS or (self._as_json and done == total):
            self._told = now
            rate = (done - self._from) / max(now - self._began, 1e-9)
            left = (total - done) / rate if rate > 0 else 0.0
            self._tell(
                "progress",
                f"{stage}: {done:,} of {total:,} rows, {rate:,.0f} a second, {_duration(left)} left",
                stage=stage,
                done=done,
                total=total,
                rows_per_second=round(rate, 1),
                seconds_left=round(left, 1),
            )

    def _tell(self, event: str, line: str, **figures: Any) -> None:
        if self._quiet:
            return
        if not self._as_json:
            say(line)
            return
        from detector.sources.address import masked

        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        sys.stderr.write(masked(json.dumps({"at": at, "event": event, **figures})) + "\n")
        sys.stderr.flush()


def _duration(seconds: float) -> str:
    minutes, rest = divmod(int(seconds + 0.5), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"
