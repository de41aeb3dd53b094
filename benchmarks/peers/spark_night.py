"""One night on a local Spark that writes down what its tasks did: `python -m benchmarks.peers.spark_night --help`."""

import argparse
import json
import os
import sys
import warnings
from contextlib import suppress
from pathlib import Path

from benchmarks.processes import tree
from detector import load_model
from detector.audit.run import Watch, audit
from detector.audit.settings import AuditSettings

LOGGED = {
    "spark.eventLog.enabled": "true",
    "spark.eventLog.compress": "false",
    "spark.eventLog.rolling.enabled": "false",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}


def main() -> None:
    """Audit, and print the processor time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source")
    parser.add_argument("out", type=Path)
    parser.add_argument("log", type=Path)
    parser.add_argument("--cores", type=int, default=2)
    chosen = parser.parse_args()
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # pyspark 4 on pandas 3
        from pyspark.sql import SparkSession

        own = LOGGED | {"spark.eventLog.dir": chosen.log.resolve().as_uri()}
        session = SparkSession.builder.master(f"local[{chosen.cores}]").config(map=own).getOrCreate()
    settings = AuditSettings(chosen.source, chosen.out, engine="spark", workers=chosen.cores)
    audit(settings, load_model(), Watch(lambda _: None, lambda *_: None))
    print(json.dumps({"cpu_s": round(cpu_seconds(os.getpid()), 2)}))  # while all processes are there
    session.stop()


def cpu_seconds(root: int) -> float:
    """Processor time of a process, of all below it, and of those they have waited for: nobody waits for Java."""
    ticks = 0
    for pid in tree(root):
        with suppress(OSError):
            stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
            ticks += sum(map(int, stat.rpartition(")")[2].split()[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
