"""Jobs: uploads and sources are read by a worker, a process that is ended when it takes too long or too much."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from detector.contract import TABLES
from detector.errors import ServeError
from detector.serve.settings import Limits
from detector.serve.worker import ANSWER, DOCUMENT, PAGE

__all__ = ["Done", "Jobs", "Upload", "safe_names"]

_SUFFIXES = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet", ".xlsx", ".html", ".htm")
_PACKED = (".zip", ".gz", ".bz2", ".xz", ".zst")
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT")
"""Environment that a worker needs to start; it gets no other, for the rest may hold passwords."""

_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""A thread a processor would reserve memory for each, and two workers would be in each other's way."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent: the name it came with, which is never a path here, and its content."""

    name: str
    content: IO[bytes]


@dataclass(frozen=True, slots=True, repr=False)
class Done:
    """What a worker answered.

    Attributes
    ----------
    said : dict
        Of the data: notices, where rows went, a summary; or the row of an account.
    page : str
        HTML, empty where none was asked for.
    document : bytes
        The result as JSON, empty where it was not asked for.
    """

    said: dict[str, Any]
    page: str = ""
    document: bytes = b""

    def __repr__(self) -> str:
        return f"Done({len(self.page)} characters, {len(self.document)} bytes)"


class Jobs:
    """Starts workers, so many at a time.

    Parameters
    ----------
    limits
        How long and how much a worker may take.
    model
        Folder of the model.
    """

    def __init__(self, limits: Limits, model: Path) -> None:
        self._limits, self._model = limits, model.resolve()
        self._places = threading.BoundedSemaphore(limits.workers)
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock, self._closed = threading.Lock(), False

    def uploaded(self, do: str, files: Sequence[Upload], platform: str, account: str) -> Done:
        """Read and judge files: `do` is `report` or `score`.

        Raises
        ------
        ServeError
            They cannot be read, or it takes too long or too much; the message says what to do.
        """
        with self._place(), _scratch() as scratch:
            folder = scratch / "files"
            folder.mkdir()
            for name, upload in zip(safe_names(files), files, strict=True):
                with (folder / name).open("wb") as stream:
                    shutil.copyfileobj(upload.content, stream)
            job = {"do": do, "files": str(folder), "platform": platform, "account": account}
            return self._run(job, scratch, scratch, {})

    def account(self, source: dict[str, Any], platform: str, account_id: str) -> Done:
        """Read one account of an audit's source again, and draw it.

        Raises
        ------
        ServeError
            The source cannot be read, does not hold it any more, or it takes too long or too much.
        """
        passwords = {name: value for name, value in os.environ.items() if name.startswith("PG")}
        with self._place(), _scratch() as scratch:
            job = {"do": "account", "source": source, "platform": platform, "account_id": account_id}
            return self._run(job, scratch, None, passwords)  # a source may be named from where we are

    def close(self) -> None:
        """End all workers; none is started any more."""
        with self._lock:
            self._closed = True
            running = list(self._running)
        for process in running:
            _end(process)

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._places.acquire(timeout=self._limits.seconds):
            raise ServeError("Others are being read. Try again in a minute.", 503)
        try:
            yield
        finally:
            self._places.release()

    def _run(
        self, job: dict[str, Any], scratch: Path, where: Path | None, environment: dict[str, str]
    ) -> Done:
        out = scratch / "out"
        out.mkdir()
        limits = {"memory": self._limits.memory, "seconds": self._limits.seconds}
        whole = {**job, **limits, "model": str(self._model), "out": str(out)}
        process = self._started(scratch, where, environment)
        try:
            code = _finished(process, json.dumps(whole).encode() + b"\n", self._limits.seconds)
        finally:
            _end(process)
            with self._lock:
                self._running.discard(process)
        return self._answer(out, code)

    def _started(
        self, scratch: Path, where: Path | None, environment: dict[str, str]
    ) -> "subprocess.Popen[bytes]":
        kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        own = {"TMPDIR": str(scratch), "HOME": str(scratch), "PYTHONPATH": _packages()}
        with self._lock:
            if self._closed:
                raise ServeError("The server ends.", 503)
            process = subprocess.Popen(
                [
                    sys.executable,
                    "-P",
                    "-m",
                    "detector.serve.worker",
                ],  # -P: no module out of the folder we are in
                cwd=where,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={**kept, **_ONE_THREAD, **own, **environment},
                start_new_session=True,  # Ctrl-C is for the server, which ends its workers
            )
            self._running.add(process)
        return process

    def _answer(self, out: Path, code: int | None) -> Done:
        if code is None:
            raise ServeError(
                f"It took longer than {self._limits.seconds:.0f} s to read and judge. Use `detector score` for it, or "
                "start with a longer --time-limit."
            )
        try:
            said = json.loads((out / ANSWER).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ServeError(
                f"What reads it ended without an answer ({code}), most likely for lack of memory. Use `detector score` "
                "for it, or start with a larger --memory-limit."
            ) from error
        if "error" in said:
            raise ServeError(str(said["error"]))
        page, document = out / PAGE, out / DOCUMENT
        return Done(
            said,
            page.read_text(encoding="utf-8") if page.exists() else "",
            document.read_bytes() if document.exists() else b"",
        )


def _packages() -> str:
    """Where a worker finds this package, and what PYTHONPATH names."""
    named = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return os.pathsep.join(
        [str(Path(__file__).parents[2]), *(str(Path(one).resolve()) for one in named if one)]
    )


def safe_names(files: Sequence[Upload]) -> list[str]:
    """Names for the files: made of words of ours, by what the given ones mean; none is a path from a request."""
    found: list[str] = []
    for number, upload in enumerate(files, 1):
        given = upload.name.casefold()
        packed = next((suffix for suffix in _PACKED if given.endswith(suffix)), "")
        bare = given.removesuffix(packed)
        suffix = next((one for one in _SUFFIXES if bare.endswith(one)), "")
        table = next((name for name in TABLES if bare.removesuffix(suffix) == name), "")
        name = f"{table or f'upload-{number}'}{suffix}{packed}"
        found.append(name if name not in found else f"upload-{number}{suffix}{packed}")
    return found


@contextmanager
def _scratch() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="detector-serve-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _finished(process: "subprocess.Popen[bytes]", job: bytes, seconds: float) -> int | None:
    """The worker's exit code; None where its time was over. Its input stays open: closed, it would end itself."""
    with suppress(BrokenPipeError):
        if process.stdin is not None:
            process.stdin.write(job)
            process.stdin.flush()
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End the worker and whatever it started, and wait until it is gone."""
    with suppress(ProcessLookupError, PermissionError):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdin is not None:
        with suppress(BrokenPipeError):
            process.stdin.close()
