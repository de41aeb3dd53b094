"""From an export to the finished report, by a process that starts from nothing: `python benchmarks/report.py`.

One creator with 90 days and 60 posts, into whose history a package of followers was put (odd days take longest to
find), is reported by `detector report`. The peer, in the same run and alternately, is a process that only imports the
chart library that is installed anyway, matplotlib: what a report drawn with it pays before its first line. jinja2,
which fills our templates, and Python alone stand beside them. On a busy machine the processor's time, given too, says
more than the wall's.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

RUNS, DAYS, POSTS, SEED = 9, 90, 60, 16
PACKAGE = 0.3
"""Followers put in on one day, as a share of those that were there."""

TARGET_SECONDS = 2.0
RESULTS = Path(__file__).parent / "results" / "report.json"
RUN = "import sys; from detector.cli import main; main()"
PEERS = {
    "matplotlib": "import matplotlib.pyplot",
    "jinja2": "import jinja2",
    "python": "pass",
}
"""Processes to compare with, by name."""


def write_creator(folder: Path) -> None:
    """A simulated creator as CSV tables, with a package of followers two thirds into its history."""
    from dataclasses import replace

    from training.simulate.csv_files import write_tables
    from training.simulate.population import population

    tables = population(1, SEED, days=2 * DAYS, posts=POSTS)[0]
    newest = np.argsort(tables.snapshots.column("observed_at"))[-DAYS:]
    looks = tables.snapshots.take(newest)
    if (len(looks), len(tables.posts)) != (DAYS, POSTS):
        sys.exit(
            f"seed {SEED} gives {len(looks)} looks and {len(tables.posts)} posts, not {DAYS} and {POSTS}"
        )
    followers = looks.column("followers").copy()
    followers[2 * DAYS // 3 :] += round(PACKAGE * float(np.nanmedian(followers)))
    write_tables(replace(tables, snapshots=looks.replace(followers=followers)), folder)


def seconds(*arguments: str) -> tuple[float, float]:
    """Wall and processor's time of a Python process, which must end well."""
    before, start = os.times(), time.perf_counter()
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)
    wall, after = time.perf_counter() - start, os.times()
    if done.returncode:
        sys.exit(f"{' '.join(arguments)} failed:\n{done.stderr}")
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return round(wall, 4), round(used, 4)


def measure(runs: int) -> dict[str, object]:
    """Times of each process, alternately, after one run of each that does not count."""
    with tempfile.TemporaryDirectory() as scratch:
        source, out = Path(scratch, "creator"), Path(scratch, "report.html")
        source.mkdir()
        write_creator(source)
        ours = ("-c", RUN, "report", str(source), "--out", str(out), "--quiet")
        commands = {"report": ours, **{name: ("-c", code) for name, code in PEERS.items()}}
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for number in range(runs + 1):
            for name, arguments in commands.items():
                took = seconds(*arguments)
                if number:
                    times[name].append(took)
        size = out.stat().st_size
    wall, used = (
        {name: statistics.median(one[place] for one in found) for name, found in times.items()}
        for place in (0, 1)
    )
    return {
        "days": DAYS,
        "posts": POSTS,
        "runs": runs,
        "cores": os.cpu_count() or 1,
        "median_s": {name: round(value, 4) for name, value in wall.items()},
        "median_processor_s": {name: round(value, 4) for name, value in used.items()},
        "ratio_to_matplotlib": round(wall["report"] / wall["matplotlib"], 3),
        "ratio_to_jinja2": round(wall["report"] / wall["jinja2"], 3),
        "target_s": TARGET_SECONDS,
        "page_bytes": size,
        "seconds": {name: [one[0] for one in found] for name, found in times.items()},
    }


def line(found: dict[str, object]) -> str:
    """The result in a line."""
    wall, used = found["median_s"], found["median_processor_s"]
    return (
        f"report of one creator, {found['days']} days and {found['posts']} posts: {wall['report']:.2f} s "  # type: ignore[index]
        f"({used['report']:.2f} s of processor), "  # type: ignore[index]
        f"{found['ratio_to_matplotlib']:.2f} times importing matplotlib alone, {found['page_bytes']:,} bytes"
    )


def main(arguments: list[str] | None = None) -> None:
    """Measure, print, and write the result where it is kept."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--out", type=Path, default=RESULTS)
    chosen = parser.parse_args(arguments)
    if chosen.runs < 1:
        parser.error("--runs must be at least 1")
    found = measure(chosen.runs)
    print(line(found))
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    chosen.out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
