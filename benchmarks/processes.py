"""What a command costs as a whole: wall time, processor time and peak memory of its process and all below it.

Memory is sampled from Linux's /proc. The resident memory of all processes is added up, so pages that several of them
share count several times: an upper bound. Beside it stands the proportional share (PSS), which counts each page once.
"""

import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

__all__ = ["Usage", "measured", "members", "tree"]

EVERY_S = 0.1
"""Seconds between two looks at the resident memory."""

WIDER_EVERY = 5
"""Looks between two searches for new processes, with a look at their proportional share: both take milliseconds.
All looks together took 4 % of a processor on a busy machine."""

_PAGE = os.sysconf("SC_PAGE_SIZE")
_MB = 2.0**20


@dataclass(frozen=True, slots=True)
class Usage:
    """What a command took.

    Attributes
    ----------
    wall_s : seconds from start to end
    cpu_s : processor seconds, of user and system, of all its processes
    rss_mb : largest sum of resident memory, MiB; None where there is no /proc
    pss_mb : the same with shared pages counted once, MiB, looked at less often
    processes : most processes at once
    stdout : what it printed
    """

    wall_s: float
    cpu_s: float
    rss_mb: float | None
    pss_mb: float | None
    processes: int
    stdout: str

    def figures(self) -> dict[str, float | None]:
        """The numbers, rounded."""
        return {
            "wall_s": round(self.wall_s, 3),
            "cpu_s": round(self.cpu_s, 3),
            "rss_mb": None if self.rss_mb is None else round(self.rss_mb, 1),
            "pss_mb": None if self.pss_mb is None else round(self.pss_mb, 1),
            "processes": self.processes,
        }


def measured(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Usage:
    """Run a command to its end.

    Raises
    ------
    SystemExit
        It failed; what it said last is shown.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=err, env=environment, start_new_session=True)
        watch = _Watch(process.pid)
        try:
            _, status, used = os.wait4(process.pid, 0)
        except BaseException:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
        finally:
            watch.stop()
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{' '.join(command)} ended with {process.returncode}:\n{_text(err)[-3000:]}")
        return Usage(
            wall, used.ru_utime + used.ru_stime, watch.rss_mb, watch.pss_mb, watch.processes, _text(out)
        )


def tree(root: int) -> list[int]:
    """The process `root`, all below it, and all of its session that lost their parent."""
    if not Path("/proc/self").exists():
        return []
    parents, sessions = {}, {}
    for name in os.listdir("/proc"):  # noqa: PTH208 - paths of hundreds of processes take longer than reading them
        if name.isdigit() and (stat := _read(f"/proc/{name}/stat")):
            fields = stat.rpartition(b")")[2].split(maxsplit=4)
            parents[int(name)], sessions[int(name)] = int(fields[1]), int(fields[3])
    found = {root} | {pid for pid, session in sessions.items() if session == root}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return sorted(found)


def members(session: int) -> list[int]:
    """Processes still alive in a session whose first process has ended."""
    return [pid for pid in tree(session) if pid != session and _rss(pid)]


class _Watch:
    """A thread that looks at a tree of processes until told to stop, and keeps the peaks."""

    def __init__(self, root: int) -> None:
        self.rss_mb: float | None = None
        self.pss_mb: float | None = None
        self.processes = 1
        self._root = root
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        looks, pids = 0, [self._root]
        while True:
            if wider := looks % WIDER_EVERY == 0:
                pids = tree(self._root)
                self.processes = max(self.processes, len(pids))
            if rss := sum(map(_rss, pids)):
                self.rss_mb = max(self.rss_mb or 0.0, rss / _MB)
            if wider and (pss := sum(map(_pss, pids))):
                self.pss_mb = max(self.pss_mb or 0.0, pss / _MB)
            looks += 1
            if self._ended.wait(EVERY_S):
                return


def _rss(pid: int) -> int:
    """Bytes resident; 0 for a process that has ended."""
    fields = _read(f"/proc/{pid}/statm").split()
    return int(fields[1]) * _PAGE if fields else 0


def _pss(pid: int) -> int:
    """Bytes resident, shared pages divided among those who share them; 0 for a process that has ended."""
    lines = _read(f"/proc/{pid}/smaps_rollup").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(b"Pss:")) * 1024


def _read(path: str) -> bytes:
    """What the kernel says, nothing where the process has ended."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        return b""
    try:
        return os.read(handle, 1 << 14)
    except OSError:
        return b""
    finally:
        os.close(handle)


def _text(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode(errors="replace")
