"""What the page is started with, and how much a request may take."""

from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["HOST", "Limits", "Serving"]

HOST = "127.0.0.1"
"""The only address it listens at: nobody else in the network reaches it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a request may take.

    Attributes
    ----------
    upload : int
        Bytes of a request, files included.
    files : int
        Files of an upload.
    seconds : float
        For a request to arrive, and again for a worker to read and judge what it brought.
    memory : int
        Bytes of address space of a worker.
    workers : int
        Workers at a time; further uploads wait for as long as a worker may take, then they are refused.
    kept : int
        Reports that are kept in memory.
    """

    upload: int = 50_000_000
    files: int = 20
    seconds: float = 60.0
    memory: int = 2_000_000_000
    workers: int = 2
    kept: int = 24


@dataclass(frozen=True, slots=True)
class Serving:
    """What is served.

    Attributes
    ----------
    folder : Path, optional
        Folder of a finished audit; without one there are reports alone.
    cases : Path, optional
        Where answers of the review go; `cases.csv` in the audit's folder where none is named.
    model : str, optional
        Address of a model; None is the shipped one.
    reviewer : str
        Who answers.
    port : int
        0 for a free one.
    """

    folder: Path | None = None
    cases: Path | None = None
    model: str | None = None
    reviewer: str = ""
    port: int = 0
    limits: Limits = field(default_factory=Limits)
