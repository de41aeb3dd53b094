"""One night on one population: the audit and its peers, run in turn on the same files, and their ratios."""

import json
import shutil
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.populations import BLOCK, Population, write_population
from benchmarks.processes import Usage, measured

__all__ = ["GENERIC", "Night", "generic", "marginal", "measure", "tool"]

GENERIC = (250, 1_250)
"""Sizes between which the cost of an account is told for tsfresh and PyOD: their start-up falls away."""

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Night:
    """How nights are measured: the audit's command line, its limits, repetitions, and where files may lie."""

    scratch: Path
    audit: tuple[str, ...]
    memory: str = "1GB"
    workers: int = 2
    runs: int = 1
    pandas_up_to: int = 1_000_000

    def command(self, source: Path, out: Path) -> list[str]:
        """The audit of a source into a folder."""
        limits = ("--memory", self.memory, "--workers", str(self.workers))
        return [*self.audit, "audit", str(source), "--out", str(out), *limits, "--quiet"]

    def peer(self, name: str, *arguments: str) -> list[str]:
        """A script of `benchmarks.peers`."""
        return [sys.executable, "-m", f"benchmarks.peers.{name}", *arguments]


def tool() -> tuple[str, ...]:
    """The command line that is installed beside this Python.

    Raises
    ------
    SystemExit
        There is none.
    """
    found = Path(sys.executable).with_name("detector")
    if not found.exists():
        raise SystemExit(f"there is no {found.name} beside {Path(sys.executable).name}: run `make bench`")
    return (str(found),)


def measure(night: Night, population: Population, *, peers: bool = True) -> Figures:
    """The audit of a population, and what its peers take on the same files; the run of median time of each.

    Returns
    -------
    dict
        accounts, giants, rows, megabytes of files; `audit` with its stages; with peers also `floor`, `pandas` (not
        above `pandas_up_to`, and not among giants), and `ratios`.
    """
    workers = night.workers if population.rows["snapshots"] > BLOCK else 1  # to start more takes longer
    source = write_population(population, night.scratch / _name(population), workers=workers)
    work: dict[str, Callable[[], Figures]] = {"audit": lambda: _audit(night, source)}
    if peers:
        work["floor"] = lambda: _floor(night, source)
        if population.accounts <= night.pandas_up_to and not population.giants:
            work["pandas"] = lambda: _pandas(night, source)
    found: dict[str, list[Figures]] = {name: [] for name in work}
    for _ in range(night.runs):
        for name, run in work.items():
            found[name].append(run())
    middle = {name: _middle(runs) for name, runs in found.items()}
    files = sum(path.stat().st_size for path in source.rglob("*.parquet"))
    about = {"accounts": population.accounts, "giants": population.giants, "rows": population.rows}
    return {**about, "files_mb": round(files / 2**20, 1), **middle, "ratios": _ratios(middle)}


def generic(night: Night) -> Figures:
    """Cost of an account to tsfresh and PyOD: the difference of two small samples, so without their start-up."""
    times = []
    for n in GENERIC:
        source = write_population(Population(n), night.scratch / _name(Population(n)))
        command = night.peer("tsfresh_pyod", str(source), "--jobs", str(night.workers))
        times.append(_middle([measured(command).figures() for _ in range(night.runs)]))
    ms = 1_000 * (times[1]["wall_s"] - times[0]["wall_s"]) / (GENERIC[1] - GENERIC[0])
    return {"accounts": list(GENERIC), "runs": times, "ms_per_account": round(ms, 4)}


def marginal(startup: Figures, nights: Sequence[Figures]) -> list[Figures]:
    """What an account more costs between one size and the next, start-up apart; giants are left out."""
    found = []
    ordered = sorted((one for one in [startup, *nights] if not one["giants"]), key=_accounts)
    for small, large in pairwise(ordered):
        more = _accounts(large) - _accounts(small)
        each = {
            f"{kind}_ms": round(1_000 * (large["audit"][f"{kind}_s"] - small["audit"][f"{kind}_s"]) / more, 4)
            for kind in ("wall", "cpu")
        }
        found.append({"from": _accounts(small), "to": _accounts(large), **each})
    return found


def _accounts(night: Figures) -> int:
    return int(night["accounts"])


def _audit(night: Night, source: Path) -> Figures:
    out = source.with_name(source.name + ".audit")
    shutil.rmtree(out, ignore_errors=True)
    used = measured(night.command(source, out))
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    shutil.rmtree(out)
    return {**used.figures(), "seconds": summary["seconds"], "levels": summary["levels"]}


def _floor(night: Night, source: Path) -> Figures:
    limits = ("--memory", night.memory, "--threads", str(night.workers))
    return _with_words(measured(night.peer("floor", str(source), *limits)))


def _pandas(night: Night, source: Path) -> Figures:
    out = source.with_name(source.name + ".pandas.parquet")
    used = measured(night.peer("pandas_script", str(source), "--out", str(out), "--jobs", str(night.workers)))
    out.unlink()
    return _with_words(used)


def _with_words(used: Usage) -> Figures:
    return {**used.figures(), "said": json.loads(used.stdout)}


def _middle(runs: list[Figures]) -> Figures:
    """The run of median time, and the times of all."""
    times = [run["wall_s"] for run in runs]
    chosen = runs[times.index(statistics.median_low(times))]
    return {**chosen, "all_wall_s": times}


def _ratios(found: dict[str, Figures]) -> dict[str, float]:
    """The audit's time over the floor's; pandas' time over the audit's, and the audit's memory over pandas'."""
    ratios, audit = {}, found["audit"]
    if "floor" in found:
        ratios["times_floor"] = round(audit["wall_s"] / found["floor"]["wall_s"], 2)
    if "pandas" in found:
        ratios["faster_than_pandas"] = round(found["pandas"]["wall_s"] / audit["wall_s"], 2)
        if audit["rss_mb"]:
            ratios["memory_of_pandas"] = round(audit["rss_mb"] / found["pandas"]["rss_mb"], 3)
    return ratios


def _name(population: Population) -> str:
    return f"{population.accounts}{'-giants' if population.giants else ''}"
