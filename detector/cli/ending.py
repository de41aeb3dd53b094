"""How the process ends when another asks it to: as tidily as by Ctrl-C, then by the very signal, as the other expects.

Without this, SIGTERM (`kill`, a service that stops) and SIGHUP (a terminal that closes) would leave behind what a
`with` removes: the folder that an export was unpacked into, the workers of an audit.
"""

import atexit
import os
import signal
import sys
from types import FrameType
from typing import NoReturn

__all__ = ["Asked", "heed"]

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


def heed() -> None:
    """From here on a signal to end is raised as `Asked`; one that is ignored (`nohup`) stays so."""
    atexit.register(_end)  # before all others, and so called after them
    for name in _SIGNALS:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _ask)


def _ask(number: int, frame: FrameType | None) -> NoReturn:
    signal.signal(number, signal.SIG_DFL)  # who asks twice does not want to wait
    raise Asked(number)


def _end() -> None:
    for number in _last:
        sys.stdout.flush()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
