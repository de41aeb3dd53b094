"""Files that are there whole or not at all: written beside their place, then moved onto it."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import copymode
from typing import IO

from detector.errors import DetectorError, UsageError

__all__ = ["check_writable", "intended", "replacing"]

_DRAFT = re.compile(r"\.(.+)\.[0-9]+\.part")
"""How `replacing` names what it has not moved yet: a dot, the name, the process."""


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A binary stream whose content becomes the file at `path` when the block ends without an error.

    A link keeps pointing where it points. On any error an older file at `path` stays as it was.

    Raises
    ------
    DetectorError
        The file cannot be written there (no folder, no permission, no space).
    """
    target = path.resolve()
    part = target.with_name(f".{target.name[:100]}.{os.getpid()}.part")
    try:
        with part.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        if target.exists():
            copymode(target, part)  # a result that was private stays so
        part.replace(target)
    except OSError as error:
        raise DetectorError(_why_not(path, error)) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def intended(name: str) -> str | None:
    """What a draft that a killed process left behind was to be named; None where `name` is none of a draft.

    >>> intended(".result.csv.4711.part"), intended("result.csv")
    ('result.csv', None)
    """
    found = _DRAFT.fullmatch(name)
    return None if found is None else found[1]


def check_writable(path: Path) -> None:
    """Find out before the work whether a file can be written at `path`.

    Raises
    ------
    UsageError
        Its folder does not exist, or it is a folder itself.
    DetectorError
        Its folder may not be written to.
    """
    if path.is_dir():
        raise UsageError(f"{path} is a folder, expected the name of a file to write.")
    folder = path.resolve().parent
    if not folder.is_dir():
        raise UsageError(
            f"{path} cannot be written: there is no folder {folder}. Create it, or name another."
        )
    if not os.access(folder, os.W_OK):
        raise DetectorError(
            f"{path} cannot be written: no permission to write into {folder}. Name another folder."
        )


def _why_not(path: Path, error: OSError) -> str:
    return (
        f"{path} cannot be written: {error.strerror or error}. Nothing was changed there; "
        "name a file in a folder that exists, may be written to and has room."
    )
