"""Killed and run again: does an audit end as if nothing had happened? `python -m benchmarks.kills --kills 100`.

The audit of an invented population is started and ended by SIGKILL, again and again, until it was let come to its end
by the same command. Then every file of its folder must be, byte for byte, that of an audit nobody disturbed. Half of
the kills come at a random time, half right after a random change in the folder, where files are renamed and noted
down; half of both kill the process and all its workers, half the process alone. The command line alone is used.
"""

import argparse
import json
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.night import Night, tool
from benchmarks.populations import Population, write_population
from benchmarks.processes import members

__all__ = ["Report", "difference", "kill_often", "main"]

RESULTS = Path(__file__).parent / "results" / "kills.json"

KILLS_OF_A_TRIAL = 5
"""So many kills at most before an audit is let come to its end."""

AUDIT = "audit"
"""Folder of each audit, so named for all of them: a page may show the name."""

TIMES = ("seconds", "finished_at")
"""Keys of summary.json that two runs may differ in."""

LOOK_S, LINGER_S = 0.001, 10.0
"""Seconds between two looks at the folder; seconds that workers who lost their parent may take to end."""

Command = Callable[[Path], list[str]]


@dataclass(slots=True)
class Report:
    """What came of it.

    Attributes
    ----------
    kills : (whom, when, where in the folder the newest file was) of each kill
    trials : audits that were killed at least once and came to their end
    undisturbed_s : seconds of the audit that nobody disturbed
    refused : times that the command left because workers of the killed run were still ending
    faults : what was wrong, each with the number of its trial; none is the only good answer
    """

    kills: list[tuple[str, str, str]] = field(default_factory=list)
    trials: int = 0
    undisturbed_s: float = 0.0
    refused: int = 0
    faults: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for a file."""
        whom, when, where = (Counter(kill[i] for kill in self.kills) for i in range(3))
        return {
            "kills": len(self.kills),
            "whom": dict(sorted(whom.items())),
            "when": dict(sorted(when.items())),
            "newest_file_in": dict(sorted(where.items())),
            "trials": self.trials,
            "undisturbed_s": round(self.undisturbed_s, 2),
            "refused": self.refused,
            "faults": self.faults,
        }


def kill_often(command: Command, scratch: Path, kills: int, rng: np.random.Generator) -> Report:
    """Kill audits `kills` times, and compare each that then came to its end with one that nobody disturbed.

    Parameters
    ----------
    command : the command line of an audit into a folder
    scratch : where the folders of the audits may lie
    kills : how often
    rng : says when and whom

    Raises
    ------
    SystemExit
        The audit that nobody disturbed failed.
    """
    reference, start = scratch / "undisturbed" / AUDIT, time.perf_counter()
    calm = _Run(command(reference), reference)
    changes = calm.changes()
    report = Report(undisturbed_s=time.perf_counter() - start)
    if calm.wait():
        raise SystemExit(f"the audit that nobody disturbed ended with {calm.wait()}:\n{calm.said()}")
    moments = _moments(report.undisturbed_s, changes, rng)
    while len(report.kills) < kills and not report.faults:
        out, before = scratch / f"trial-{report.trials}" / AUDIT, len(report.kills)
        faults = _trial(command, out, report, islice(moments, min(KILLS_OF_A_TRIAL, kills - before)))
        if not faults and len(report.kills) > before:
            faults = difference(reference, out)
        report.faults += [f"trial {report.trials}: {fault}" for fault in faults]
        report.trials += len(report.kills) > before
        if not faults:  # else it is there to be looked at
            shutil.rmtree(out.parent)
    return report


def difference(expected: Path, found: Path) -> list[str]:
    """Files of one folder that the other lacks, or that differ; times in summary.json aside."""
    names = {
        folder: {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        for folder in (expected, found)
    }
    said = [f"{name} is missing" for name in sorted(names[expected] - names[found])]
    said += [f"{name} should not be there" for name in sorted(names[found] - names[expected])]
    for name in sorted(names[expected] & names[found]):
        one, other = ((folder / name).read_bytes() for folder in (expected, found))
        if name == "summary.json":
            one, other = _without_times(one), _without_times(other)
        if one != other:
            said.append(f"{name} differs")
    return said


@dataclass(frozen=True, slots=True)
class _Moment:
    """When a kill is due: so many seconds after the start, or right after so many changes in the folder."""

    whom: str
    seconds: float = math.inf
    changes: float = math.inf

    @property
    def when(self) -> str:
        return "at a time" if self.changes == math.inf else "after a change"


def _moments(seconds: float, changes: int, rng: np.random.Generator) -> Iterator[_Moment]:
    """Spread over an audit's time, and over the changes that it makes in its folder."""
    while True:
        for whom in ("all processes", "the parent alone"):
            yield _Moment(whom, seconds=rng.uniform(0.0, seconds))
            yield _Moment(whom, changes=int(rng.integers(1, changes + 1)))


def _trial(command: Command, out: Path, report: Report, moments: Iterator[_Moment]) -> list[str]:
    """One audit, killed at these moments as far as it gets to them, and then let come to its end; what went wrong."""
    sessions: list[int] = []
    while True:
        orphans = any(map(members, sessions))
        run = _Run(command(out), out)
        sessions.append(run.pid)
        moment = next(moments, None)
        if moment is not None and run.lives_until(moment):
            report.kills.append((moment.whom, moment.when, _newest(out)))
            run.kill(moment)
        elif run.wait() == 0:
            break
        elif not orphans:
            return [f"exit code {run.wait()}: {run.said()}"]
        else:
            report.refused += 1
            _gone(sessions)
    left = [] if _gone(sessions) else [pid for session in sessions for pid in members(session)]
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    return [f"{len(left)} processes were left behind"] if left else []


class _Run:
    """The command as a process in a session of its own, and the folder it works in."""

    def __init__(self, command: list[str], out: Path) -> None:
        self._out, self._seen = out, _listing(out)
        out.parent.mkdir(parents=True, exist_ok=True)
        self._errors = out.with_name("stderr.txt")
        self._start = time.perf_counter()
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                command, stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True
            )
        self.pid = self._process.pid

    def lives_until(self, moment: _Moment) -> bool:
        """Wait for a moment; False where the command ended before it."""
        changes = 0
        while self._process.poll() is None:
            changes += self._changed()
            if changes >= moment.changes or time.perf_counter() - self._start >= moment.seconds:
                return True
            time.sleep(LOOK_S)
        return False

    def changes(self) -> int:
        """Changes in the folder until the command ends, at least 1."""
        changes = 0
        while self._process.poll() is None:
            changes += self._changed()
            time.sleep(LOOK_S)
        return max(changes, 1)

    def kill(self, moment: _Moment) -> None:
        """End it, with all its workers or alone, and wait until it is gone."""
        with suppress(ProcessLookupError):
            if moment.whom == "all processes":
                os.killpg(self.pid, signal.SIGKILL)
            else:
                os.kill(self.pid, signal.SIGKILL)
        self._process.wait()

    def wait(self) -> int:
        """Its exit code."""
        return self._process.wait()

    def said(self) -> str:
        """The end of what it wrote to stderr."""
        return self._errors.read_text(errors="replace")[-2_000:]

    def _changed(self) -> bool:
        before, self._seen = self._seen, _listing(self._out)
        return before != self._seen


def _listing(folder: Path) -> set[tuple[str, int, int]]:
    """Files under a folder, with size and time; those that vanish meanwhile are passed over."""
    found, left = set(), [str(folder)]
    while left:
        with suppress(OSError), os.scandir(left.pop()) as entries:
            for entry in entries:
                with suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        left.append(entry.path)
                    about = entry.stat(follow_symlinks=False)
                    found.add((entry.path, about.st_size, about.st_mtime_ns))
    return found


def _newest(folder: Path) -> str:
    """Where in the folder the newest file or folder lies, without numbers; empty where there is none yet."""
    newest = max(_listing(folder), key=lambda one: one[2], default=None)
    if newest is None:
        return "nothing yet"
    return re.sub(r"\d+", "N", Path(newest[0]).relative_to(folder).as_posix())


def _gone(sessions: list[int]) -> bool:
    """Wait until no process of the sessions is left; False where some do not end."""
    end = time.monotonic() + LINGER_S
    while any(map(members, sessions)):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def _without_times(summary: bytes) -> Any:
    def kept(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        return {name: value for name, value in pairs if name not in TIMES}

    return json.loads(summary, object_pairs_hook=kept)


def main(arguments: list[str] | None = None) -> None:
    """Kill, compare, print, and write down what came of it; exit code 1 where anything was wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--accounts", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--memory", default="1GB")
    parser.add_argument("--scratch", type=Path, help="where the folders lie; one that went wrong stays there")
    parser.add_argument("--out", type=Path, default=RESULTS)
    chosen = parser.parse_args(arguments)
    if min(chosen.kills, chosen.accounts, chosen.workers) < 1:
        parser.error("--kills, --accounts and --workers must be at least 1")
    with tempfile.TemporaryDirectory() as own:
        scratch = chosen.scratch or Path(own)
        source = write_population(Population(chosen.accounts), scratch / "source")
        night = Night(scratch, tool(), chosen.memory, chosen.workers)
        report = kill_often(
            partial(night.command, source),
            Path(tempfile.mkdtemp(dir=scratch)),
            chosen.kills,
            np.random.default_rng(chosen.seed),
        )
    found = {
        "accounts": chosen.accounts,
        "workers": chosen.workers,
        "memory": chosen.memory,
        **report.as_dict(),
    }
    print(json.dumps(found, indent=2))
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    chosen.out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    sys.exit(bool(report.faults))


if __name__ == "__main__":
    main()
