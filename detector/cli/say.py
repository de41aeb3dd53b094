"""Talk goes to stderr, data to stdout; a reader of either may leave early."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

__all__ = ["reader_may_leave", "say"]


def say(text: str) -> None:
    """Print to stderr, each line made printable, without the passwords of addresses. A closed stderr is nobody."""
    from detector.outputs.hostile import printable  # here: `--help` has no need of it, nor of numpy
    from detector.sources.address import masked

    with suppress(BrokenPipeError, ValueError):
        for line in masked(text).splitlines() or [""]:
            sys.stderr.write(printable(line) + "\n")
        sys.stderr.flush()


@contextmanager
def reader_may_leave() -> Iterator[None]:
    """For writing to stdout: in `detector score ... | head` the closed pipe ends the writing, not the work."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        with suppress(OSError, ValueError):
            # Python flushes stdout once more at exit, and would complain about the same pipe.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
