"""How long a population takes to be written, and what NumPy alone would: `python benchmarks/simulator.py`.

Creators with 90 days and 30 posts are written as Parquet by `write_population`. The peer is NumPy drawing, in the same
run, as many Poisson numbers as counters were stored: the least that any simulator of counts must do.
"""

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

CREATORS, WORKERS, DAYS, POSTS, SEED = 100_000, 2, 90, 30, 1
RESULTS = Path(__file__).parent / "results" / "simulator.json"
COUNTERS = {"accounts": 4, "posts": 5, "snapshots": 4}
"""Counters in a row of each table."""
_DRAWN_AT_ONCE = 1_000_000


def stored(folder: Path) -> int:
    """Counters in the Parquet files of a population."""
    import pyarrow.parquet as pq

    return sum(
        each * pq.read_metadata(path).num_rows
        for name, each in COUNTERS.items()
        for path in (folder / name).glob("*.parquet")
    )


def numpy_seconds(n: int) -> float:
    """Seconds in which NumPy draws `n` Poisson numbers of a hundred on average, a million at once."""
    rng = np.random.default_rng(SEED)
    start = time.perf_counter()
    for first in range(0, n, _DRAWN_AT_ONCE):
        rng.poisson(100.0, min(_DRAWN_AT_ONCE, n - first))
    return time.perf_counter() - start


def peak_mb() -> float:
    """Largest memory of one process so far: this one, or one of its ended children; Linux counts in KiB."""
    used = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return max(used) / (2**20 if sys.platform == "darwin" else 2**10)


def measure(creators: int, workers: int) -> dict[str, float]:
    """Writes `creators` creators to a folder that is removed again; what it took."""
    from training.simulate.population import write_population

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "lives")
        start = time.perf_counter()
        write_population(folder, creators, SEED, days=DAYS, posts=POSTS, workers=workers)
        seconds = time.perf_counter() - start
        counters = stored(folder)
    peer = numpy_seconds(counters)
    cores = min(workers, os.cpu_count() or 1)
    return {
        "creators": creators,
        "workers": workers,
        "seconds": round(seconds, 3),
        "seconds_per_creator_and_core": round(seconds * cores / creators, 6),
        "counters": counters,
        "numpy_seconds": round(peer, 4),
        "ratio": round(seconds * cores / peer, 1),
        "peak_mb_of_a_process": round(peak_mb(), 1),
        "cores": os.cpu_count() or 1,
    }


def line(found: dict[str, float]) -> str:
    """The result in a line."""
    return (
        f"{found['creators']:,} creators on {found['workers']} workers: {found['seconds']:.1f} s, "
        f"{1_000 * found['seconds_per_creator_and_core']:.2f} ms a creator and core, "
        f"{found['ratio']:.0f} times what NumPy takes to draw {found['counters']:,} Poisson numbers"
    )


def main(arguments: list[str] | None = None) -> None:
    """Measure, print, and write the result where it is kept."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--creators", type=int, default=CREATORS)
    parser.add_argument("--workers", type=int, default=WORKERS)
    parser.add_argument("--out", type=Path, default=RESULTS)
    chosen = parser.parse_args(arguments)
    if chosen.creators < 1 or chosen.workers < 1:
        parser.error("--creators and --workers must be at least 1")
    found = measure(chosen.creators, chosen.workers)
    print(line(found))
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    chosen.out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
