"""From arguments to an exit code: whatever goes wrong is said in one paragraph on stderr, never as a traceback.

0 done, 1 an error, 2 wrong usage, 3 accounts found and `--fail-on` was given, 130 interrupted. Asked to end
by SIGTERM or SIGHUP, it ends by that signal.
"""

import errno
import os
import sys
import warnings
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from traceback import extract_tb
from typing import TextIO

import typer

from detector.cli import INTERRUPTED
from detector.cli.app import command
from detector.cli.ending import Asked, heeded
from detector.cli.say import reader_may_leave, say
from detector.errors import DetectorError

__all__ = ["main", "run"]

DEBUG = "DETECTOR_DEBUG"
"""Environment variable: any value but the empty one lets unexpected errors show where they come from."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError):  # not every replacement of stdout can do this
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    warnings.showwarning = _warned
    with heeded():
        code = run(sys.argv[1:] if arguments is None else arguments)
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run the command line; returns the exit code."""
    try:
        with reader_may_leave(), command().make_context("detector", list(arguments)) as context:
            context.command.invoke(context)
    except typer.Exit as wanted:
        return wanted.exit_code
    except (KeyboardInterrupt, typer.Abort) as error:
        say(INTERRUPTED)
        return error.end() if isinstance(error, Asked) else 130
    except DetectorError as error:
        say(f"detector: {error}")
        return error.exit_code
    except typer.TyperException as error:
        return _wrong_usage(error)
    except MemoryError:
        say("detector: not enough memory for this source. Score it in parts, or on a larger machine.")
        return 1
    except OSError as error:
        if error.errno not in _NO_ROOM:
            return _unexpected(error)
        say(
            f"detector: nothing more can be written: {error.strerror}. Make room, and run the same command again."
        )
        return 1
    except Exception as error:
        return _unexpected(error)
    return 0


_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What a redirected output meets where there is no room for it: files have messages of their own."""


def _warned(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """The answer is valid, but weaker than it could be."""
    say(f"note: {message}")


def _wrong_usage(error: typer.TyperException) -> int:
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":  # `detector` alone: its message is the help
        say(error.format_message())
        return error.exit_code
    name = context.command_path if context is not None else "detector"
    message = error.format_message().replace("Value error, ", "")
    end = "" if message.endswith((".", "?")) else "."
    say(f"detector: {message}{end} See `{name} --help`.")
    return error.exit_code


def _unexpected(error: Exception) -> int:
    if os.environ.get(DEBUG):
        import traceback

        say("".join(traceback.format_exception(error)))
    frames = extract_tb(error.__traceback__)
    where = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    say(
        f"detector: unexpected {type(error).__name__}{where}: {str(error)[:300]}. This is a fault of the tool, not "
        f"yours. Files that were not finished were not written. Please report it with the command and what it says "
        f"when run again with {DEBUG}=1."
    )
    return 1
