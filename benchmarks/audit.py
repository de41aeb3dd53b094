"""The night at any size, beside its peers: `python -m benchmarks.audit --sizes 10000,100000,1000000,3000000`.

On invented populations of unsorted Parquet, in the same run and on the same files: `detector audit` under a memory
limit; the floor, DuckDB bringing the same tables sorted and nothing else; a script of pandas and scikit-learn with as
many signals; tsfresh with PyOD on a sample, whose cost of an account is what is compared. Of each: wall and processor
time of the whole tree of processes, and its peak memory. Nothing is asserted. Figures are written after each size.
"""

import argparse
import json
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.night import Night, generic, marginal, measure, tool
from benchmarks.populations import Population
from benchmarks.speed import machine

SIZES = "10000,100000"
STARTUP = 100
"""Accounts of the audit that tells what starting costs."""
RESULTS = Path(__file__).parent / "results" / "audit.json"


def run(night: Night, populations: list[Population], out: Path) -> dict[str, Any]:
    """Measure all populations, and write what is known after each."""
    found: dict[str, Any] = {
        "machine": machine(),
        "memory": night.memory,
        "workers": night.workers,
        "runs": night.runs,
        "startup": measure(night, Population(STARTUP), peers=False),
        "nights": [],
    }
    _say(found["startup"])
    if find_spec("tsfresh") is None:
        print("tsfresh is not installed (pip install tsfresh): its cost of an account is not measured")
        found["generic"] = None
    else:
        found["generic"] = generic(night)
        print(f"tsfresh and PyOD: {found['generic']['ms_per_account']:.2f} ms an account")
    for population in populations:
        found["nights"].append(measure(night, population))
        _compare(found)
        _say(found["nights"][-1])
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    for one in found["marginal"]:
        print(f"{one['from']:,} to {one['to']:,}: {one['wall_ms']:.3f} ms an account more")
    return found


def _compare(found: dict[str, Any]) -> None:
    """Costs of an account between sizes, and against tsfresh and PyOD at each size."""
    found["marginal"] = marginal(found["startup"], found["nights"])
    if found["generic"] is not None:
        newest = found["nights"][-1]
        each = 1_000 * newest["audit"]["wall_s"] / newest["accounts"]
        newest["ratios"]["faster_than_generic"] = round(found["generic"]["ms_per_account"] / each, 1)


def _say(one: dict[str, Any]) -> None:
    giants = " with giants" if one["giants"] else ""
    print(f"{one['accounts']:,} accounts{giants}")
    for name in ("audit", "floor", "pandas"):
        if name in one:
            used = one[name]
            memory = (
                "" if used["rss_mb"] is None else f"{used['rss_mb']:>9,.0f} MB ({used['pss_mb']:,.0f} shared)"
            )
            print(f"  {name:<8}{used['wall_s']:>10,.1f} s {used['cpu_s']:>10,.1f} s of processors {memory}")
    stages = ", ".join(f"{stage} {seconds:,.1f} s" for stage, seconds in one["audit"]["seconds"].items())
    print(f"  stages: {stages}")
    for name, ratio in one["ratios"].items():
        print(f"  {name.replace('_', ' ')}: {ratio:g}")


def _sizes(text: str) -> list[int]:
    sizes = [int(part) for part in text.split(",") if part]
    if any(size < 1 for size in sizes):
        raise ValueError(text)
    return sizes


def main(arguments: list[str] | None = None) -> None:
    """Measure, print, and write the results where they are kept."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=_sizes, default=SIZES, help=f"accounts, by commas; else {SIZES}")
    parser.add_argument(
        "--giants", type=_sizes, default="", help="sizes with an account of 5,000 posts in a thousand"
    )
    parser.add_argument("--memory", default="1GB", help="what the audit and the floor may use")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--runs", type=int, default=1, help="of each, in turn; the one of median time counts")
    parser.add_argument(
        "--pandas-up-to", type=int, default=1_000_000, help="above, pandas wants too much memory"
    )
    parser.add_argument("--scratch", type=Path, help="where populations lie, kept for the next time")
    parser.add_argument("--out", type=Path, default=RESULTS)
    chosen = parser.parse_args(arguments)
    if chosen.workers < 1 or chosen.runs < 1:
        parser.error("--workers and --runs must be at least 1")
    populations = [Population(n) for n in chosen.sizes] + [Population(n, giants=True) for n in chosen.giants]
    with tempfile.TemporaryDirectory() as scratch:
        night = Night(
            chosen.scratch or Path(scratch),
            tool(),
            chosen.memory,
            chosen.workers,
            chosen.runs,
            chosen.pandas_up_to,
        )
        run(night, populations, chosen.out)


if __name__ == "__main__":
    main()
