"""The command line: `detector score` and the commands that other packages join. `main` is the console script."""

import os
import sys
from collections.abc import Sequence

__all__ = ["INTERRUPTED", "main"]

INTERRUPTED = "detector: interrupted; files that were not finished were not written."


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with its exit code.

    The commands are loaded here and not before, so that Ctrl-C is answered from the first moment on.
    """
    _open_closed_streams()
    try:
        from detector.cli import entry
    except KeyboardInterrupt:
        sys.stderr.write(f"{INTERRUPTED}\n")
        sys.exit(130)
    entry.main(arguments)


def _open_closed_streams() -> None:
    """Whoever closes stdin, stdout or stderr (`>&-`) wants nothing of it.

    In this order each takes the number that is free, or the next file opened would be written to as if it were stdout.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 - stays open; devnull is no path
