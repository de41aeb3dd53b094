"""What signals across accounts find, what they flag in vain, and what they cost: `python -m benchmarks.crowd`.

Organic accounts are simulated creators (`training.simulate`), lifted by events of their niches, with a purge day and
days of wrong counters (`benchmarks.crowd_plants`). Lockstep groups and a farm of clones are put into them. Thresholds
were chosen on other seeds than those measured here. Growth is measured on invented accounts of `benchmarks.lives`.
"""

import argparse
import json
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.crowd_plants import Group, Plants, farm, planted
from benchmarks.crowd_population import invented_panel, organic_panel, part_of, read_panel
from benchmarks.incremental import bytes_below
from detector.audit.spill import connect
from detector.crowd.night import Crowd, find_crowd, write_columns
from detector.crowd.notable import Notable
from detector.crowd.shards import ACCOUNT_BITS, write_shards
from detector.panel import Panel

__all__ = ["Seen", "alarms", "beside_the_audit", "clones", "growth", "lockstep", "real", "seen"]

CHUNK = 4_000
MEMORY = "400MB"
"""What DuckDB gets of an audit's --memory of 1 GB."""

LOSSY = Plants(never=0.15, late=0.12, divided=0.08)
"""A third of the orders lost, late or divided."""

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen across a panel's accounts: the crowd, the columns by row, seconds of each stage."""

    crowd: Crowd
    columns: dict[str, NDArray[Any]]
    seconds: dict[str, float]


def seen(panel: Panel, scratch: Path, threads: int = 1) -> Seen:
    """Look across the accounts of a panel, as an audit does with one bucket."""
    began = time.process_time()
    notable = notable_of(panel)
    return looked(notable, scratch, threads, time.process_time() - began)


def notable_of(panel: Panel) -> Notable:
    """What is notable of the accounts of a panel, taken in chunks as an audit takes them."""
    parts = (part_of(panel, start, start + CHUNK) for start in range(0, len(panel), CHUNK))
    return Notable.concat(Notable.of(part) for part in parts)


def looked(notable: Notable, scratch: Path, threads: int, collected: float) -> Seen:
    """Look across accounts of which it took so many seconds to find what is notable."""
    import pyarrow.parquet as pq

    shards = scratch / "shards"
    clock = [time.process_time() - collected]
    write_shards(shards, 0, notable)
    clock.append(time.process_time())
    connection = connect(MEMORY, threads, scratch / "duckdb")
    try:
        crowd = find_crowd(connection, shards)
        clock.append(time.process_time())
        write_columns(connection, crowd, scratch / "columns.parquet")
        clock.append(time.process_time())
    finally:
        connection.close()
    columns = pq.read_table(scratch / "columns.parquet", columns=["batch_score", "batch_clones"])
    names = ("collect", "find", "columns")
    return Seen(
        crowd,
        {name: columns.column(name).to_numpy() for name in columns.column_names},
        {name: round(b - a, 2) for name, a, b in zip(names, clock, clock[1:], strict=False)},
    )


def lockstep(organic: Panel, plants: Plants, scratch: Path) -> Figures:
    """Groups put in, and which of them were found: by a group most of whose accounts are its own."""
    panel, groups = planted(organic, plants)
    found = seen(panel, scratch)
    own = [_rows(one.group.accounts) for one in found.crowd.groups]
    everyone = set().union(*(group.rows.tolist() for group in groups))
    false = [rows for rows in own if len(rows & everyone) < len(rows) / 2]
    rows = [_found(group, own) for group in groups]
    return {
        "accounts": len(panel),
        "seed": plants.seed,
        "planted": len(groups),
        "found": sum(row["right"] > 0 for row in rows),
        "found_or_joined": sum(row["right"] > 0 or row["with_others"] > row["accounts"] / 2 for row in rows),
        "groups": len(own),
        "false": len(false),
        "members_right": round(sum(len(rows & everyone) for rows in own) / max(sum(map(len, own)), 1), 3),
        "members_found": round(sum(row["right"] for row in rows) / sum(row["accounts"] for row in rows), 3),
        "null": found.crowd.as_dict()["null"],
        "platform_days": sorted({one.what for one in found.crowd.days}),
        "rows": rows,
    }


def _rows(accounts: NDArray[np.int64]) -> set[int]:
    return set((accounts & ((1 << ACCOUNT_BITS) - 1)).tolist())


def _found(group: Group, own: list[set[int]]) -> Figures:
    """A planted group beside the found one that holds most of it, and mostly it."""
    members = set(group.rows.tolist())
    mostly = [rows for rows in own if len(rows & members) > len(rows) / 2]
    best = max(mostly, key=lambda rows: len(rows & members), default=set())
    return {
        "accounts": len(members),
        "counter": group.counter,
        "amounts": "the same" if group.same else "in proportion",
        "orders": len(group.days),
        "told": len(best),
        "right": len(best & members),
        "with_others": max((len(rows & members) for rows in own), default=0),
    }


def alarms(organic: Panel, seeds: list[int], scratch: Path) -> Figures:
    """Nights of events alone: what is found is false."""
    groups, cells = [], 0
    for seed in seeds:
        panel, _ = planted(organic, Plants(groups=0, seed=seed))
        crowd = seen(panel, scratch).crowd
        groups.append(len(crowd.groups))
        cells += crowd.null.cells
    expected = crowd.as_dict()["false_groups_expected"]
    return {
        "accounts": len(organic),
        "nights": len(seeds),
        "groups": groups,
        "null_cells": cells,
        "expected_a_night": expected,
    }


def clones(organic: Panel, share: float, seed: int, scratch: Path) -> Figures:
    """A farm of clones: how well the columns rank it, beside an isolation forest on the same counters."""
    from sklearn.ensemble import IsolationForest
    from sklearn.metrics import roc_auc_score

    panel, bots = farm(planted(organic, Plants(groups=0, seed=seed))[0], share, seed)
    found = seen(panel, scratch)
    counters = ("followers", "following", "likes", "posts")
    logs = np.column_stack([np.log1p(np.nan_to_num(panel.profile[name])) for name in counters])
    forest = IsolationForest(random_state=seed).fit(logs)
    told = set().union(*(_rows(one.group.accounts) for one in found.crowd.groups if one.what == "clones"))
    right = int(bots[list(told)].sum()) if told else 0
    return {
        "accounts": len(panel),
        "share": share,
        "seed": seed,
        "auc": {
            **{
                name: round(float(roc_auc_score(bots, np.nan_to_num(values))), 4)
                for name, values in found.columns.items()
            },
            "forest": round(float(roc_auc_score(bots, -forest.score_samples(logs))), 4),
        },
        "groups": sum(one.what == "clones" for one in found.crowd.groups),
        "told": len(told),
        "right": right,
        "bots": int(bots.sum()),
    }


def real(data: Path, scratch: Path) -> list[Figures]:
    """Real accounts that nobody says anything of: what is found there is false, or a find."""
    from training.reference import REFERENCES

    rows = []
    for reference in REFERENCES:
        name = reference.source.name
        panel = read_panel(reference.read(data / name))
        crowd = seen(panel, scratch).crowd
        rows.append(
            {
                "name": name,
                "accounts": len(panel),
                "groups": len(crowd.groups),
                "null_cells": crowd.null.cells,
            }
        )
    return rows


def growth(sizes: list[int], seed: int, scratch: Path) -> list[Figures]:
    """Processor seconds by number of accounts, and how much more an account costs at each doubling.

    Jumps are found account by account, so that is measured on the first size; larger nights are that one several times
    over, on the same days and by other amounts.
    """
    panel, _ = planted(invented_panel(sizes[0], seed), Plants(seed=seed))
    began = time.process_time()
    first = notable_of(panel)
    each = (time.process_time() - began) / sizes[0]
    rows: list[Figures] = []
    for size in sizes:
        notable = several(first, size, seed)
        found = looked(notable, scratch, 1, each * size)
        total = sum(found.seconds.values())
        row = {"accounts": size, "jumps": len(notable.jumps), **found.seconds}
        row |= {"shards_mb": round(bytes_below(scratch / "shards") / 1e6, 1)}
        row |= {"ms_an_account": round(1000 * total / size, 4)}
        if rows:
            row["times"] = round(row["ms_an_account"] / rows[-1]["ms_an_account"], 3)
        rows.append(row)
        print(json.dumps(row), flush=True)
    return rows


def several(notable: Notable, size: int, seed: int) -> Notable:
    """So many accounts: those given, and others like them with other ids, amounts and counters."""
    parts = [notable]
    while sum(map(len, parts)) < size:
        rng = np.random.default_rng([seed, 4, len(parts)])
        n, jumps = len(notable), notable.jumps
        times = rng.normal(0.0, 0.5, n)[jumps.account] + rng.normal(0.0, 0.3, len(jumps))
        other = replace(
            notable,
            account_id=np.array([f"{one}-{len(parts)}" for one in notable.account_id.tolist()], dtype=object),
            jumps=replace(jumps, amount=jumps.amount * np.exp(times)),
            counters=np.floor(notable.counters * np.exp(rng.normal(0.0, 0.3, (n, 1)))),
        )
        parts.append(other)
    return Notable.concat(parts).take(np.arange(size))


def beside_the_audit(accounts: int, scratch: Path) -> Figures:
    """Whole audits with and without the crowd, in turn, by one worker."""
    from benchmarks.night import Night, tool
    from benchmarks.populations import Population, write_population
    from benchmarks.processes import measured

    night = Night(scratch, tool(), workers=1)
    source = write_population(Population(accounts), scratch / f"audited-{accounts}", workers=1)
    found: Figures = {"accounts": accounts}
    for name, option in (("without", "--no-crowd"), ("with", "--crowd")):
        used = measured([*night.command(source, scratch / "audit"), option, "--restart"])
        summary = json.loads((scratch / "audit" / "summary.json").read_text(encoding="utf-8"))
        found[name] = {**used.figures(), "seconds": summary["seconds"]}
    found["more"] = round(found["with"]["cpu_s"] / found["without"]["cpu_s"] - 1, 3)
    return found


def main(arguments: list[str] | None = None) -> None:
    """Measure all of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path("build/crowd.json"))
    parser.add_argument("--scratch", type=Path, default=Path("build/crowd"))
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--organic-seed", type=int, default=12)
    parser.add_argument("--seeds", type=int, nargs="+", default=[201, 202, 203])
    parser.add_argument("--sizes", type=int, nargs="*", default=[50_000, 100_000, 200_000, 400_000])
    parser.add_argument("--audited", type=int, default=100_000, help="0 = no audits")
    parser.add_argument("--data", type=Path, help="folder of the real reference accounts")
    parser.add_argument(
        "--only", nargs="*", default=["lockstep", "lossy", "alarms", "clones", "growth", "audit"]
    )
    chosen = parser.parse_args(arguments)
    scratch: Path = chosen.scratch
    scratch.mkdir(parents=True, exist_ok=True)
    found = json.loads(chosen.out.read_text(encoding="utf-8")) if chosen.out.exists() else {}
    parts = set(chosen.only) | ({"real"} if chosen.data else set())
    if parts & {"lockstep", "lossy", "alarms", "clones"}:
        organic = organic_panel(chosen.accounts, chosen.organic_seed, scratch)
        if "lockstep" in parts:
            found["lockstep"] = [lockstep(organic, Plants(seed=seed), scratch) for seed in chosen.seeds]
        if "lossy" in parts:
            found["lossy"] = [lockstep(organic, replace(LOSSY, seed=seed), scratch) for seed in chosen.seeds]
        if "alarms" in parts:
            found["alarms"] = alarms(
                organic, [1_000 * k + seed for seed in chosen.seeds for k in (1, 2, 3)], scratch
            )
        if "clones" in parts:
            found["clones"] = [clones(organic, 0.25, seed, scratch) for seed in chosen.seeds]
    if chosen.data is not None:
        found["real"] = real(chosen.data, scratch)
    if "growth" in parts and chosen.sizes:
        found["growth"] = growth(chosen.sizes, chosen.seeds[0], scratch)
    if "audit" in parts and chosen.audited:
        found["audit"] = beside_the_audit(chosen.audited, scratch)
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    chosen.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({name: found[name] for name in parts if name in found}, indent=1))


if __name__ == "__main__":
    main()
