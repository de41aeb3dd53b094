"""How the process ends when another asks it to: as tidily as by Ctrl-C, then by the very signal, as the other expects.

Without this, SIGTERM (`kill`, a service that stops) and SIGHUP (a terminal that closes) would leave behind what a
`with` removes: the folder that an export was unpacked into, the workers of an audit.
"""

import atexit
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

__all__ = ["Asked", "heeded"]

_SIGNALS = ("SIGTERM", "SIGHUP")  # the second is not known everywhere


class Asked(KeyboardInterrupt):
    """The process was asked to end, by a signal of this number."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def end(self) -> int:
        """See to it that the process ends by the signal, after all else; the exit code where it cannot be sent."""
        _last.append(self.number)
        return 128 + self.number


_last: list[int] = []


@contextmanager
def heeded() -> Iterator[None]:
    """Within it a signal to end is raised as `Asked`; one that is ignored (`nohup`) stays so.

    What comes later, when nothing is under way any more, ends the process at once, as ever.
    """
    atexit.register(_end)  # before all others, and so called after them
    numbers = [number for name in _SIGNALS if (number := getattr(signal, name, None)) is not None]
    own = [number for number in numbers if signal.getsignal(number) is signal.SIG_DFL]
    for number in own:
        signal.signal(number, _ask)
    try:
        yield
    finally:
        for number in own:
            signal.signal(number, signal.SIG_DFL)


def _ask(number: int, frame: FrameType | None) -> NoReturn:
    signal.signal(number, signal.SIG_DFL)  # who asks twice does not want to wait
    raise Asked(number)


def _end() -> None:
    for number in _last:
        sys.stdout.flush()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
