"""What an incremental night saves: `python -m benchmarks.incremental --accounts 100000 --shares 0.01,0.05,0.25`.

An invented population is audited, keeping what the next night carries over from. Then a share of the accounts gets a
look more, and the new state is audited in full and incrementally in turn, on the same files and with the same limits:
wall and processor time of the whole tree of processes, and whether the parts of both are the same bytes.
"""

import argparse
import json
import os
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.night import tool
from benchmarks.populations import Population, write_population
from benchmarks.processes import measured
from benchmarks.speed import machine

RESULTS = Path(__file__).parent / "results" / "incremental.json"
TIMES = ("wall_s", "cpu_s")

Figures = dict[str, Any]


def with_new_looks(source: Path, folder: Path, share: float, seed: int = 3) -> int:
    """The source a day later: a file more, of one look of a share of the accounts. Gives how many these are."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(source, folder, copy_function=os.link)
    accounts = pq.read_table(folder / "accounts", columns=["platform", "account_id", "followers"])
    chosen = np.random.default_rng(seed).random(accounts.num_rows) < share
    looked = accounts.filter(pa.array(chosen)).to_pylist()
    schema = pq.read_schema(sorted((folder / "snapshots").iterdir())[0])
    newest = np.datetime64("2030-01-01", "us").item()
    rows = [
        row | {"observed_at": newest, "followers": int((row["followers"] or 10) * 1.01)} for row in looked
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema), folder / "snapshots" / "part-99999.parquet")
    return len(rows)


def night(command: list[str], out: Path) -> Figures:
    """One audit into an empty folder: its cost, and the seconds of its stages."""
    shutil.rmtree(out, ignore_errors=True)
    used = measured([*command, "--out", str(out)]).figures()
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    carried = summary["carry"]["accounts"] if "carry" in summary else 0
    return {**used, "seconds": summary["seconds"], "carried": carried}


def same(one: Path, other: Path) -> bool:
    """Whether two audits have the same parts, to the last byte."""
    parts = sorted((one / "result").iterdir())
    others = sorted((other / "result").iterdir())
    return [path.read_bytes() for path in parts] == [path.read_bytes() for path in others]


def bytes_below(folder: Path) -> int:
    """Size of all files of a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def run(accounts: int, shares: list[float], runs: int, scratch: Path, limits: list[str]) -> Figures:
    """Measure all shares on one population."""
    source = write_population(Population(accounts), scratch / str(accounts))
    base = [*tool(), "audit", *limits, "--quiet"]
    first, plain = scratch / "first", scratch / "plain"
    keeping = [
        night([*base, str(source), "--previous", "latest", "--incremental"], first) for _ in range(runs)
    ]
    without = [night([*base, str(source)], plain) for _ in range(runs)]
    found: Figures = {
        "machine": machine(),
        "accounts": accounts,
        "runs": runs,
        "limits": limits,
        "keeping": {
            **_ratios(keeping, without),
            "carry_mb": round(bytes_below(first / "carry") / 2**20, 2),
            "result_mb": round(bytes_below(first / "result") / 2**20, 2),
        },
        "nights": [],
    }
    for share in shares:
        today = scratch / "today"
        changed = with_new_looks(source, today, share)
        every, some = [], []
        for _ in range(runs):
            command = [*base, str(today), "--previous", str(first)]
            every.append(night(command, scratch / "full"))
            some.append(night([*command, "--incremental"], scratch / "some"))
        found["nights"].append(
            {
                "share": share,
                "changed": changed,
                "carried": some[-1]["carried"],
                "same_bytes": same(scratch / "full", scratch / "some"),
                **_ratios(some, every),
            }
        )
        print(json.dumps(found["nights"][-1]))
    return found


def _ratios(runs: list[Figures], others: list[Figures]) -> Figures:
    """Medians of the ratios of runs that were made one after the other, and the first runs of each as they were."""
    ratios = {
        f"{name}_ratio": round(
            statistics.median(one[name] / other[name] for one, other in zip(runs, others, strict=True)), 3
        )
        for name in TIMES
    }
    return {**ratios, "run": runs[0], "beside": others[0]}


def main(arguments: list[str] | None = None) -> None:
    """Measure, print, and write the results where they are kept."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--shares", default="0,0.05,0.25", help="of accounts with a new look, by commas")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--memory", default="1GB")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=RESULTS)
    chosen = parser.parse_args(arguments)
    if chosen.accounts < 1 or chosen.runs < 1:
        parser.error("--accounts and --runs must be at least 1")
    limits = ["--memory", chosen.memory, "--workers", str(chosen.workers)]
    with tempfile.TemporaryDirectory() as scratch:
        shares = [float(share) for share in chosen.shares.split(",")]
        found = run(chosen.accounts, shares, chosen.runs, Path(scratch), limits)
    chosen.out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
