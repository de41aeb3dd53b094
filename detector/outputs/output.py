"""What an output is: the ending of its files, a word about it, and the function that writes a result."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from detector.verdict import Result

__all__ = ["Output"]


@dataclass(frozen=True, slots=True)
class Output:
    """One format. `write` puts the whole result into a binary stream: the same bytes for the same result."""

    suffix: str
    says: str
    write: Callable[[Result, IO[bytes]], None]
