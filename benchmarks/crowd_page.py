"""The tables of docs/crowd.md, from the contract and benchmarks/results: `make docs`."""

import json
from pathlib import Path
from typing import Any

from detector.contract import BATCH

__all__ = [
    "NOT_MEASURED",
    "alarms_page",
    "beside_page",
    "clones_page",
    "columns_page",
    "driver_page",
    "growth_page",
    "lockstep_page",
    "real_page",
]

NOT_MEASURED = "Not measured yet for this version."


def columns_page() -> str:
    """The columns that an audit adds."""
    rows = ["| column | kind | meaning | unit |", "|---|---|---|---|"]
    return "\n".join(
        [*rows, *(f"| `{one.name}` | {one.kind} | {one.meaning} | {one.unit} |" for one in BATCH)]
    )


def lockstep_page(path: Path, name: str = "lockstep") -> str:
    """Planted groups by run, and by how they were planted."""
    runs = _part(path, name)
    if runs is None:
        return NOT_MEASURED
    rows = [
        "| accounts | seed | planted | found | found, or told with another | told in all | false | members right "
        "| members found | smeared night: false cells |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for run in runs:
        rows.append(
            f"| {run['accounts']:,} | {run['seed']} | {run['planted']} | {run['found']} | {run['found_or_joined']} "
            f"| {run['groups']} "
            f"| {run['false']} | {run['members_right']:.0%} | {run['members_found']:.0%} | {run['null']['cells']} |"
        )
    rows += [
        "",
        "Found: a group of which most are its accounts. False: a group of which most are in none that was planted. "
        "Members right: share of all accounts told that were planted; members found: share of the planted that were "
        "told with their group.",
        "",
        "| size | amounts | groups | found | members found |",
        "|---|---|---:|---:|---:|",
    ]
    every = [row for run in runs for row in run["rows"]]
    for low, high in ((10, 20), (20, 60), (60, 201)):
        for amounts in ("the same", "in proportion"):
            own = [row for row in every if low <= row["accounts"] < high and row["amounts"] == amounts]
            found = sum(row["right"] > 0 for row in own)
            share = sum(row["right"] for row in own) / sum(row["accounts"] for row in own)
            rows.append(f"| {low} to {high - 1} | {amounts} | {len(own)} | {found} | {share:.0%} |")
    hard = [row for row in every if row["accounts"] < 20 and row["orders"] == 4]
    missed, all_missed = (sum(row["right"] == 0 for row in some) for some in (hard, every))
    rows += [
        "",
        f"Missed were {missed} of {len(hard)} groups of fewer than 20 accounts that got four orders, and "
        f"{all_missed - missed} of the {len(every) - len(hard)} others.",
    ]
    return "\n".join(rows)


def alarms_page(path: Path) -> str:
    """What nights without groups gave."""
    found = _part(path, "alarms")
    if found is None:
        return NOT_MEASURED
    return (
        f"{found['nights']} nights of {found['accounts']:,} accounts: {sum(found['groups'])} groups in all, where "
        f"{found['expected_a_night'] * found['nights']:g} may be expected; {found['null_cells']} false cells in the "
        "smeared nights."
    )


def real_page(path: Path) -> str:
    """What real accounts gave."""
    runs = _part(path, "real")
    if runs is None:
        return NOT_MEASURED
    rows = ["| real accounts | accounts | groups | smeared: false cells |", "|---|---:|---:|---:|"]
    rows += [
        f"| {run['name']} | {run['accounts']:,} | {run['groups']} | {run['null_cells']} |" for run in runs
    ]
    return "\n".join(rows)


def clones_page(path: Path) -> str:
    """How well a farm is ranked."""
    runs = _part(path, "clones")
    if runs is None:
        return NOT_MEASURED
    rows = [
        "| accounts | seed | clones | AUC `batch_score` | AUC `batch_clones` | AUC isolation forest | in groups "
        "| of them clones |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for run in runs:
        auc = run["auc"]
        rows.append(
            f"| {run['accounts']:,} | {run['seed']} | {run['bots']:,} | {auc['batch_score']:.3f} "
            f"| {auc['batch_clones']:.3f} | {auc['forest']:.3f} | {run['told']:,} "
            f"| {run['right'] / max(run['told'], 1):.1%} |"
        )
    return "\n".join(rows)


def growth_page(path: Path, audits: Path) -> str:
    """Cost by size, and that of the largest beside what else an audit of as many accounts does."""
    runs = _part(path, "growth")
    if runs is None:
        return NOT_MEASURED
    rows = [
        "| accounts | jumps | what is notable, s | groups, s | columns, s | ms an account "
        "| times that of half as many |",
        "|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for run in runs:
        times = f"{run['times']:.2f}" if "times" in run else ""
        rows.append(
            f"| {run['accounts']:,} | {run['jumps']:,} | {run['collect']:.1f} | {run['find']:.1f} "
            f"| {run['columns']:.1f} | {run['ms_an_account']:.3f} | {times} |"
        )
    last = runs[-1]
    total = _total(last)
    for night in _part(audits, "nights") or []:
        if night["accounts"] == last["accounts"] and not night["giants"]:
            within = "crowd" in night["audit"]["seconds"]
            rest = night["audit"]["cpu_s"] - total * within
            rows += [
                "",
                f"{total:.0f} s of processor at {last['accounts']:,} accounts, where all else of an audit takes about "
                f"{rest:.0f} s ([speed.md](speed.md)): {total / rest:.0%} more.",
            ]
    return "\n".join(rows)


def _total(run: dict[str, Any]) -> float:
    return float(run["collect"] + run["find"] + run["columns"])


def driver_page(path: Path) -> str:
    """What a driver does alone, for more accounts than were measured."""
    runs = _part(path, "growth")
    if runs is None:
        return NOT_MEASURED
    few, many = runs[0], runs[-1]
    more = many["accounts"] - few["accounts"]
    spent = sum(many[name] - few[name] for name in ("find", "columns"))
    each, size = spent / more, (many["shards_mb"] - few["shards_mb"]) * 1e6 / more
    rows = [
        f"An account more, between {few['accounts']:,} and {many['accounts']:,}: {1000 * each:.3f} ms of the driver's "
        f"processor, and {size:.0f} bytes of files that tasks leave. At that rate:",
        "",
        "| accounts | core hours of the driver | files, GB |",
        "|---:|---:|---:|",
    ]
    for accounts in (10_000_000, 100_000_000, 1_000_000_000):
        rows.append(f"| {accounts:,} | {each * accounts / 3600:.1f} | {size * accounts / 1e9:,.1f} |")
    return "\n".join(rows)


def beside_page(path: Path) -> str:
    """A whole audit with and without."""
    found = _part(path, "audit")
    if found is None:
        return NOT_MEASURED
    ours, without = found["with"], found["without"]
    return (
        f"A whole audit of {found['accounts']:,} accounts with posts, one worker: {without['cpu_s']:.0f} s of "
        f"processor without, {ours['cpu_s']:.0f} s with the signals across accounts, {found['more']:.0%} more; "
        f"{without['rss_mb'] / 1024:.2f} and {ours['rss_mb'] / 1024:.2f} GiB of memory."
    )


def _part(path: Path, name: str) -> Any:
    return json.loads(path.read_text(encoding="utf-8")).get(name) if path.is_file() else None
