"""Speed, side by side in the same run: `make bench`.

Cold: one account scored by a new process, against a process that only imports scikit-learn's forests (what any
tool built on them pays before its first account). Batch: accounts scored whole (panel, signals, peers, axes,
calibration, reasons), against scikit-learn's isolation forest giving bare scores to as many rows.

Forests: see `forests`. Stages: where the time of a verdict goes, see `stages`; CPU time, on one core.

Each pair is run alternately, seven times after one warm-up, and medians are compared: a busy machine slows both.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.forests import contests
from benchmarks.population_tables import Size
from benchmarks.stages import measure, signals
from detector.contract import PLATFORMS
from detector.tables import Table, Tables

RUNS = 7
ACCOUNTS = 20_000
RESULTS = Path(__file__).parent / "results" / "speed.json"
TYPED = ("score", "--platform", "tiktok", "--followers", "1.2M", "--likes", "3.4M", "--posts", "120")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two things measured alternately: seconds of each run, and what their ratio should stay below."""

    name: str
    ours: str
    theirs: str
    ours_s: list[float]
    theirs_s: list[float]
    target: float | None

    @property
    def ratio(self) -> float:
        return statistics.median(self.ours_s) / statistics.median(self.theirs_s)


def seconds(action: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """Time of one call: wall time, or CPU time of this process with `time.process_time`."""
    start = clock()
    action()
    return clock() - start


def alternately(
    ours: Callable[[], object],
    theirs: Callable[[], object],
    runs: int,
    clock: Callable[[], float] = time.perf_counter,
) -> tuple[list[float], list[float]]:
    """Seconds of `runs` calls of each, one after the other, after a call of each that does not count."""
    ours()
    theirs()
    times = [(seconds(ours, clock), seconds(theirs, clock)) for _ in range(runs)]
    return [pair[0] for pair in times], [pair[1] for pair in times]


def process(*command: str) -> Callable[[], object]:
    """A call that runs a command to its end, and fails loudly when the command does."""

    def start() -> None:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")

    return start


def cold(runs: int) -> Pair:
    """One account typed by hand, from a process that starts from nothing."""
    tool = Path(sys.executable).with_name("detector")
    if not tool.exists():
        sys.exit(f"there is no {tool.name} beside {Path(sys.executable).name}: run `make bench`")
    importing = (sys.executable, "-c", "import sklearn.ensemble")
    ours, theirs = alternately(process(str(tool), *TYPED), process(*importing), runs)
    return Pair(
        "cold process",
        "detector score, one account",
        "python -c 'import sklearn.ensemble'",
        ours,
        theirs,
        0.5,
    )


def accounts(n: int, rng: np.random.Generator) -> Tables:
    """Random profiles of believable size: no real account, and no story."""
    followers = np.floor(10 ** rng.uniform(3, 7, n))
    posts = np.floor(10 ** rng.uniform(1, 3, n))
    likes = np.floor(followers * 10 ** rng.normal(1.2, 0.5, n))
    columns = {
        "platform": np.full(n, PLATFORMS[0], dtype=object),
        "account_id": np.array([str(i) for i in range(n)], dtype=object),
        "followers": followers,
        "following": np.floor(10 ** rng.uniform(0, 3, n)),
        "likes": likes,
        "posts": posts,
        "verified": (rng.random(n) < 0.1).astype(float),
    }
    return Tables(accounts=Table("accounts", columns))


def batch(n: int, runs: int) -> Pair:
    """Profiles scored by the shipped model, against an isolation forest's scores of as many rows."""
    from sklearn.ensemble import IsolationForest

    from detector.api import load_model
    from detector.scoring import score_tables

    tables, model = accounts(n, np.random.default_rng(7)), load_model()
    counters = ("followers", "following", "likes", "posts", "verified")
    rows = np.log1p(np.column_stack([tables.accounts.column(name) for name in counters]))
    forest = IsolationForest(n_estimators=100, random_state=7, n_jobs=1).fit(rows)
    ours, theirs = alternately(lambda: score_tables(tables, model), lambda: forest.score_samples(rows), runs)
    name = f"batch of {n:,} profiles"
    return Pair(
        name, "detector, whole verdicts", "IsolationForest.score_samples, 100 trees", ours, theirs, None
    )


def forests(runs: int) -> list[Pair]:
    """Our forests against others on the same rows, in CPU time: all run on one core."""
    found = []
    for one in contests():
        ours, theirs = alternately(one.run_ours, one.run_theirs, runs, time.process_time)
        found.append(Pair(one.name, one.ours, one.theirs, ours, theirs, one.target))
    return found


def stages(n: int, runs: int) -> dict[str, Any]:
    """Microseconds of CPU per account, by stage and for the catalogue of signals."""
    from detector.api import load_model

    size, few = Size(n, days=30, posts=10), max(n // 4, 1)
    spent = measure(size, load_model(), runs)
    catalogue = {posts: signals(Size(few, days=30, posts=posts), runs) for posts in (10, 30)}
    return {
        "accounts": size.accounts,
        "days": size.days,
        "posts": size.posts,
        "microseconds_per_account": spent,
        "catalogue": [
            {"accounts": few, "days": 30, "posts": posts, **one} for posts, one in catalogue.items()
        ],
    }


def report(pair: Pair) -> None:
    """Print one pair as lines of a table."""
    for what, times in ((pair.ours, pair.ours_s), (pair.theirs, pair.theirs_s)):
        spread = f"{min(times):.3f} to {max(times):.3f}"
        print(f"{pair.name:<26}{what:<44}{statistics.median(times):>9.3f} s   ({spread})")
    target = "" if pair.target is None else f"   target: below {pair.target}"
    print(f"{'':<26}{'ratio of medians':<44}{pair.ratio:>9.3f}{target}\n")


def report_stages(found: dict[str, Any]) -> None:
    """Print the stages as lines of a table."""
    print(
        f"{found['accounts']:,} accounts, {found['days']} days, {found['posts']} posts: microseconds per account"
    )
    for stage, spent in found["microseconds_per_account"].items():
        print(f"{'':<26}{stage:<44}{spent:>9.1f}")
    for one in found["catalogue"]:
        print(
            f"catalogue of signals, {one['days']} days, {one['posts']} posts: {one['compiled']:.1f} (plain "
            f"{one['plain']:.1f}), {one['times_sorting']:.1f} times NumPy sorting the panel once"
        )


def machine() -> dict[str, object]:
    """What the figures depend on, without naming the machine."""
    from importlib.metadata import version

    from detector.api import load_model

    packages = {
        name: version(name) for name in ("numpy", "scikit-learn", "coniferest", "numba", "bot-suspicion")
    }
    return {
        "python": platform.python_version(),
        "cpus": os.cpu_count(),
        "arch": platform.machine(),
        **packages,
        "model": load_model().version,
    }


def main() -> None:
    """Measure, print, and write the results where they are kept."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--accounts", type=int, default=ACCOUNTS)
    parser.add_argument("--out", type=Path, default=RESULTS)
    chosen = parser.parse_args()
    if chosen.runs < 1 or chosen.accounts < 1:
        parser.error("--runs and --accounts must be at least 1")
    pairs = [cold(chosen.runs), batch(chosen.accounts, chosen.runs), *forests(chosen.runs)]
    for pair in pairs:
        report(pair)
    staged = stages(chosen.accounts, chosen.runs)
    report_stages(staged)
    found = [{**asdict(pair), "ratio": round(pair.ratio, 3)} for pair in pairs]
    for one in found:
        one["ours_s"], one["theirs_s"] = ([round(s, 4) for s in one[name]] for name in ("ours_s", "theirs_s"))
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"machine": machine(), "runs": chosen.runs, "pairs": found, "stages": staged}, indent=2)
    chosen.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
