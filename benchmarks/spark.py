"""What a night on Spark costs: `python -m benchmarks.spark --sizes 10000,100000 --giant 200000`.

On invented populations, each audited by this machine's processes and by a local Spark of as many cores, on the same
files: wall and processor time of the whole tree of processes, bytes shuffled, and whether the rows are the
same to the last bit. The difference of two sizes is what an account more costs. Then skew: the same population with one
account of very many posts, and what the task that gets it takes beside the others.
"""

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.night import tool
from benchmarks.populations import Population, write_population
from benchmarks.processes import measured
from benchmarks.speed import machine

RESULTS = Path(__file__).parent / "results" / "spark.json"

Figures = dict[str, Any]


def on_spark(source: Path, out: Path, cores: int) -> Figures:
    """One night on Spark in processes of its own, and what Spark's log of events says of its tasks."""
    shutil.rmtree(out, ignore_errors=True)
    log = out.with_name(out.name + ".events")
    shutil.rmtree(log, ignore_errors=True)
    log.mkdir(parents=True)
    command = [sys.executable, "-m", "benchmarks.peers.spark_night", str(source), str(out), str(log)]
    ran = measured([*command, "--cores", str(cores)])
    used = {**ran.figures(), **json.loads(ran.stdout)}
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    return {**used, "seconds": summary["seconds"], "parts": summary["parts"], **events(log)}


def here(source: Path, out: Path, cores: int) -> Figures:
    """The same night by processes of this machine."""
    shutil.rmtree(out, ignore_errors=True)
    command = [*tool(), "audit", str(source), "--out", str(out), "--workers", str(cores), "--quiet"]
    used = measured(command).figures()
    return {**used, "seconds": json.loads((out / "summary.json").read_text(encoding="utf-8"))["seconds"]}


def events(folder: Path) -> Figures:
    """Of all tasks the bytes shuffled; of those that judge: seconds of each, what was spilled."""
    ended = []
    for path in sorted(folder.rglob("*")):
        for line in path.read_text(encoding="utf-8").split("\n") if path.is_file() else ():
            if not line:
                continue
            event = json.loads(line)
            if event["Event"] == "SparkListenerTaskEnd" and event.get("Task Metrics"):
                ended.append(event)
    metrics = [one["Task Metrics"] for one in ended]
    judging = [one for one in ended if _read(one["Task Metrics"])]
    took = [one["Task Metrics"]["Executor Run Time"] / 1_000 for one in judging]
    return {
        "shuffle_bytes": sum(one["Shuffle Write Metrics"]["Shuffle Bytes Written"] for one in metrics),
        "spilled_bytes": sum(one["Disk Bytes Spilled"] for one in metrics),
        "tasks": len(took),
        "task_median_s": round(statistics.median(took), 2),
        "task_max_s": round(max(took), 2),
    }


def _read(metrics: Figures) -> int:
    read = metrics["Shuffle Read Metrics"]
    return int(read["Remote Bytes Read"]) + int(read["Local Bytes Read"])


def same_rows(one: Path, other: Path) -> bool:
    """Whether two audits have the same rows in the same order."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    tables = [
        pa.concat_tables(pq.read_table(part) for part in sorted((folder / "result").iterdir()))
        for folder in (one, other)
    ]
    return bool(tables[0].equals(tables[1]))


def with_giant(source: Path, folder: Path, posts: int, seed: int = 5) -> Path:
    """The source with one account that has so many posts more."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(source, folder, copy_function=os.link)
    first = sorted((folder / "posts").iterdir())[0]
    schema = pq.read_schema(first)
    row = pq.read_table(first).slice(0, 1)
    rng = np.random.default_rng(seed)
    views = np.floor(np.exp(rng.normal(8.0, 1.0, posts))).astype(np.int64)
    days = np.datetime64("2026-01-01", "us") - rng.integers(1, 2_000, posts).astype("timedelta64[D]")
    columns = {name: row.column(name).to_pylist() * posts for name in schema.names}
    columns |= {"post_id": [f"g{i}" for i in range(posts)], "views": views.tolist()}
    columns |= {"likes": (views // 10).tolist(), "posted_at": days.tolist()}
    pq.write_table(pa.table(columns, schema=schema), folder / "posts" / "part-99999.parquet")
    return folder


def run(sizes: list[int], giant: int, cores: int, scratch: Path) -> Figures:
    """Measure all sizes, then skew on the smallest."""
    found: Figures = {"machine": machine(), "cores": cores, "nights": []}
    for n in sizes:
        population = Population(n)
        source = write_population(population, scratch / str(n))
        night = {
            "accounts": n,
            "rows": sum(population.rows.values()),
            "spark": on_spark(source, scratch / "spark", cores),
        }
        night["local"] = here(source, scratch / "local", cores)
        night["same_rows"] = same_rows(scratch / "spark", scratch / "local")
        night["files_bytes"] = sum(path.stat().st_size for path in source.rglob("*.parquet"))
        night["result_bytes"] = sum(path.stat().st_size for path in (scratch / "spark" / "result").iterdir())
        found["nights"].append(night)
        print(json.dumps(night))
    if len(sizes) > 1:
        found["marginal"] = marginal(found["nights"][0], found["nights"][-1])
    if giant:
        source = with_giant(scratch / str(sizes[0]), scratch / "giant", giant)
        skewed = on_spark(source, scratch / "spark", cores)
        here(source, scratch / "local", cores)
        same = same_rows(scratch / "spark", scratch / "local")
        found["skew"] = {"accounts": sizes[0], "posts": giant, "same_rows": same, "spark": skewed}
        print(json.dumps(found["skew"]))
    return found


def marginal(small: Figures, large: Figures) -> Figures:
    """What an account more costs: start-up falls away."""
    more = large["accounts"] - small["accounts"]

    def each(name: str, engine: str | None = None) -> float:
        one, other = (night if engine is None else night[engine] for night in (small, large))
        return float((other[name] - one[name]) / more)

    return {
        "from": small["accounts"],
        "to": large["accounts"],
        "spark_cpu_ms": round(1_000 * each("cpu_s", "spark"), 4),
        "local_cpu_ms": round(1_000 * each("cpu_s", "local"), 4),
        "shuffle_bytes": round(each("shuffle_bytes", "spark"), 1),
        "files_bytes": round(each("files_bytes"), 1),
        "result_bytes": round(each("result_bytes"), 1),
        "rows": round(each("rows"), 2),
    }


def main(arguments: list[str] | None = None) -> None:
    """Measure, print, and write the results where they are kept."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="10000,100000", help="accounts, by commas, ascending")
    parser.add_argument(
        "--giant", type=int, default=200_000, help="posts of one account in the smallest; 0 for none"
    )
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--out", type=Path, default=RESULTS)
    chosen = parser.parse_args(arguments)
    if chosen.cores < 1:
        parser.error("--cores must be at least 1")
    with tempfile.TemporaryDirectory() as scratch:
        found = run([int(one) for one in chosen.sizes.split(",")], chosen.giant, chosen.cores, Path(scratch))
    chosen.out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
