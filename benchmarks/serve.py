"""How soon `detector serve` answers over a large audit: `python -m benchmarks.serve`, `--accounts 10000` for less.

An audit of invented accounts is served by a process of its own, and asked over HTTP, one question after the other. A
question's first answer is the first one after a start of the server; the server is started several times, and asked in
another order each time. Processor's time is that of the server alone, which other work of the machine hardly moves.
Beside each question about a list stands pandas, which reads the columns that the list shows of all parts, and filters
and sorts them.
"""

import argparse
import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from benchmarks.populations import Population, write_population

ACCOUNTS, STARTS, AGAIN, TARGET_MS = 100_000, 5, 5, 200.0
RESULTS = Path(__file__).parent / "results" / "serve.json"
ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)/")

SHOWN = (
    "platform",
    "account_id",
    "handle",
    "level",
    "suspicion",
    "score",
    "followers_suspicion",
    "likes_suspicion",
    "likes_score",
    "automation_suspicion",
    "followers_excess",
    "evidence",
    "cohort",
    "reasons",
)


def questions(summary: dict[str, Any], account: dict[str, str]) -> dict[str, str]:
    """What is asked, by name."""
    cohort = max(summary["cohorts"]["tiktok"].items(), key=lambda item: item[1])[0]
    one = f"platform={account['platform']}&account_id={account['account_id']}"
    return {
        "all, by suspicion": "/accounts",
        "sorted by likes": "/accounts?sort=likes",
        "sorted by name": "/accounts?sort=name&order=up",
        "search, one account": f"/accounts?q={quote(account['handle'])}",
        "search, a tenth of them": "/accounts?q=d_1",
        "suspicious, standing out on likes": "/accounts?level=suspicious&axis=likes",
        "largest cohort": f"/accounts?cohort={quote(cohort)}",
        "the 90th hundredth": f"/accounts?offset={summary['accounts']['scored'] * 9 // 10}",
        "an account's page": f"/account?{one}",
        "200 whole rows, by the API": "/api/accounts?limit=200",
        "next of the review": "/review",
    }


def pandas_answers(parts: list[str], summary: dict[str, Any], handle: str) -> dict[str, float]:
    """Milliseconds that pandas takes for the questions about a list."""
    import pandas as pd

    cohort = max(summary["cohorts"]["tiktok"].items(), key=lambda item: item[1])[0]
    filters = {
        "all, by suspicion": lambda frame: frame,
        "sorted by likes": lambda frame: frame,
        "sorted by name": lambda frame: frame,
        "search, one account": lambda frame: frame[frame.handle.str.contains(handle, regex=False)],
        "search, a tenth of them": lambda frame: frame[frame.handle.str.contains("d_1", regex=False)],
        "suspicious, standing out on likes": lambda frame: frame[
            (frame.level == "suspicious") & (frame.likes_suspicion >= 95)
        ],
        "largest cohort": lambda frame: frame[frame.cohort == cohort],
        "the 90th hundredth": lambda frame: frame,
    }
    orders = {"sorted by likes": ["likes_suspicion", "likes_score"], "sorted by name": ["handle"]}
    found = {}
    for name, chosen in filters.items():
        start = time.perf_counter()
        frame = chosen(pd.read_parquet(parts, columns=list(SHOWN)))
        by = orders.get(name, ["suspicion", "score"])
        ordered = frame.sort_values([*by, "platform", "account_id"], ascending=name == "sorted by name")
        ordered.iloc[:50].to_dict("records")
        found[name] = 1000 * (time.perf_counter() - start)
    return found


@contextmanager
def served(audit: Path) -> Iterator[tuple[int, int]]:
    """A server of that audit: its port and its process id."""
    command = [sys.executable, "-m", "detector", "serve", str(audit), "--port", "0", "--reviewer", "nobody"]
    with tempfile.TemporaryDirectory() as scratch:
        command += ["--cases", str(Path(scratch, "cases.csv"))]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            try:
                yield _port(process), process.pid
            finally:
                process.terminate()


def _port(process: "subprocess.Popen[str]") -> int:
    said = ""
    for line in process.stderr or ():
        said += line
        found = ADDRESS.search(line)
        if found:
            return int(found[1])
    sys.exit(f"the server did not start:\n{said}")


def asked(port: int, path: str) -> tuple[float, int]:
    """Milliseconds until an answer is there, and its bytes; it must be a good one."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    start = time.perf_counter()
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    took = 1000 * (time.perf_counter() - start)
    connection.close()
    if answer.status != 200:
        sys.exit(f"{path}: {answer.status}\n{body.decode()[:500]}")
    return took, len(body)


def processor_of(process: int) -> float:
    """Milliseconds of processor that all threads of a process have used; 0 where the system does not say."""
    found = Path(f"/proc/{process}/task").glob("*/schedstat")
    return sum(int(one.read_text(encoding="ascii").split()[0]) for one in found) / 1e6


def memory_of(process: int) -> int | None:
    """Resident memory at its highest, in bytes; None where the system does not say."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except OSError:
        return None
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return None if found is None else int(found[1]) * 1024


def measure(audit: Path, starts: int, again: int) -> dict[str, Any]:
    """Times of all questions."""
    summary = json.loads((audit / "summary.json").read_text(encoding="utf-8"))
    parts = sorted(map(str, (audit / "result").glob("*.parquet")))
    first: dict[str, list[float]] = {}
    later: dict[str, list[float]] = {}
    beside: dict[str, list[float]] = {}
    used: dict[str, list[float]] = {}
    size: dict[str, int] = {}
    memory = []
    for number in range(starts):
        with served(audit) as (port, process):
            if number == 0:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
                connection.request("GET", "/api/accounts?limit=1")
                account = json.loads(connection.getresponse().read())["rows"][0]
                connection.close()
                paths = questions(summary, account)
                continue  # this start has been asked something already
            names = list(paths)
            names = names[number % len(names) :] + names[: number % len(names)]
            for name in names:
                took, size[name] = asked(port, paths[name])
                first.setdefault(name, []).append(took)
            for _ in range(again):
                for name in names:
                    before = processor_of(process)
                    later.setdefault(name, []).append(asked(port, paths[name])[0])
                    used.setdefault(name, []).append(processor_of(process) - before)
            memory.append(memory_of(process))
        for name, took in pandas_answers(parts, summary, account["handle"]).items():
            beside.setdefault(name, []).append(took)
    return {
        "accounts": sum(summary["levels"].values()),
        "parts": len(parts),
        "result_bytes": sum(Path(part).stat().st_size for part in parts),
        "starts": starts - 1,
        "cores": os.cpu_count() or 1,
        "target_ms": TARGET_MS,
        "memory_bytes": max((one for one in memory if one is not None), default=None),
        "questions": {
            name: {
                "first_ms": [round(one, 1) for one in first[name]],
                "first_median_ms": round(statistics.median(first[name]), 1),
                "later_median_ms": round(statistics.median(later[name]), 1),
                "later_processor_ms": round(statistics.median(used[name]), 1),
                "pandas_median_ms": round(statistics.median(beside[name]), 1) if name in beside else None,
                "bytes": size[name],
            }
            for name in paths
        },
    }


def audited(accounts: int, folder: Path) -> Path:
    """An audit of invented accounts, as a night leaves it."""
    source = write_population(Population(accounts), folder / "source", workers=2)
    out = folder / "audit"
    command = [sys.executable, "-m", "detector", "audit", str(source), "--out", str(out), "--quiet"]
    subprocess.run(command, check=True)
    return out


def line(found: dict[str, Any]) -> str:
    """The result, a line a question."""
    lines = [
        f"{found['accounts']:,} accounts, {found['starts']} starts; first answer, later, processor, pandas (ms)"
    ]
    for name, one in found["questions"].items():
        pandas = "-" if one["pandas_median_ms"] is None else f"{one['pandas_median_ms']:.0f}"
        lines.append(
            f"{name:36} {one['first_median_ms']:6.0f} {one['later_median_ms']:6.0f} "
            f"{one['later_processor_ms']:6.0f} {pandas:>6}"
        )
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    """Measure, print, and write the result where it is kept."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--accounts", type=int, default=ACCOUNTS)
    parser.add_argument("--starts", type=int, default=STARTS)
    parser.add_argument("--again", type=int, default=AGAIN)
    parser.add_argument("--audit", type=Path, help="an audit that is there already")
    parser.add_argument("--out", type=Path, default=RESULTS)
    chosen = parser.parse_args(arguments)
    if min(chosen.accounts, chosen.starts, chosen.again) < 1:
        parser.error("--accounts, --starts and --again must be at least 1")
    with tempfile.TemporaryDirectory() as scratch:
        audit = chosen.audit or audited(chosen.accounts, Path(scratch))
        found = measure(audit, chosen.starts + 1, chosen.again)
    print(line(found))
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    chosen.out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
