"""The tables of docs/speed.md and docs/serving.md, from benchmarks/results: `make docs`."""

import json
import statistics
from pathlib import Path
from typing import Any

__all__ = ["audit_page", "catalogue_page", "kills_page", "median_of", "pairs_page", "serve_page"]

NOT_MEASURED = "Not measured yet for this version."
GIB = 1024.0


def pairs_page(path: Path) -> str:
    """One cold process and one batch, each beside its peer."""
    if not path.is_file():
        return NOT_MEASURED
    measured = _json(path)
    rows = [
        "| what | ours | s | beside | s | ours / beside |",
        "|---|---|---:|---|---:|---:|",
    ]
    for pair in measured["pairs"]:
        ours, theirs = (statistics.median(pair[f"{side}_s"]) for side in ("ours", "theirs"))
        rows.append(
            f"| {pair['name']} | {pair['ours']} | {ours:.2f} | {pair['theirs']} | {theirs:.2f} | {pair['ratio']:.2f} |"
        )
    return "\n".join(
        [*rows, "", f"Medians of {measured['runs']} runs in turn; {_place(measured['machine'])}."]
    )


def catalogue_page(path: Path) -> str:
    """What the signals cost beside sorting the same numbers, and where the time of a verdict goes."""
    if not path.is_file():
        return NOT_MEASURED
    measured = _json(path)
    staged = measured["stages"]
    rows = [
        "| days | posts | signals, microseconds | plain NumPy | sorting the panel once | times the sorting |",
        "|---:|---:|---:|---:|---:|---:|",
    ]
    for one in staged["catalogue"]:
        rows.append(
            f"| {one['days']} | {one['posts']} | {one['compiled']:.0f} | {one['plain']:.0f} | {one['sorting']:.2f} | "
            f"{one['times_sorting']:.0f} |"
        )
    stages = ", ".join(f"{name} {spent:.1f}" for name, spent in staged["microseconds_per_account"].items())
    said = (
        f"Microseconds of one core for each of {staged['accounts']:,} accounts with {staged['days']} days and "
        f"{staged['posts']} posts, by stage: {stages}. {_place(measured['machine'])}."
    )
    return "\n".join([*rows, "", said])


def audit_page(path: Path) -> str:
    """The night by size: beside its peers, by stage, and what an account more costs."""
    if not path.is_file():
        return NOT_MEASURED
    found = _json(path)
    tables = [_beside(found), _stages(found), _more(found)]
    start = found["startup"]["audit"]
    said = [
        f"`detector audit --memory {found['memory']} --workers {found['workers']}`, each figure from "
        f"{median_of(found['runs'])}; {_place(found['machine'])}. An audit of {found['startup']['accounts']} accounts, "
        f"so all but starting, takes {start['wall_s']:.1f} s.",
    ]
    return "\n\n".join([*said, *(table for table in tables if table)])


def kills_page(path: Path) -> str:
    """How often audits were killed, where, and what came of it."""
    if not path.is_file():
        return NOT_MEASURED
    found = _json(path)
    whom = ", ".join(f"{n} times {who}" for who, n in found["whom"].items())
    when = ", ".join(f"{n} {moment}" for moment, n in found["when"].items())
    end = "every one ended with the bytes of the audit that nobody disturbed"
    if found["faults"]:
        end = f"{len(found['faults'])} faults were found: " + "; ".join(found["faults"])
    return (
        f"{found['kills']} kills of audits of {found['accounts']:,} accounts ({whom}; {when}), each audit killed up to "
        f"five times and then let come to its end: {end}."
    )


def _beside(found: dict[str, Any]) -> str:
    rows = [
        "| accounts | s | accounts a second | processor s | memory, GiB | floor, s | times the floor "
        "| by processor | pandas, s "
        "| times as fast | pandas' memory, GiB | share of it | times as fast as tsfresh + PyOD |",
        "|---|" + "---:|" * 12,
    ]
    for one in found["nights"]:
        audit, ratios = one["audit"], one["ratios"]
        cells = [
            _title(one),
            f"{audit['wall_s']:,.1f}",
            f"{one['accounts'] / audit['wall_s']:,.0f}",
            f"{audit['cpu_s']:,.1f}",
            _memory(audit),
            f"{one['floor']['wall_s']:,.1f}",
            f"{ratios['times_floor']:.1f}",
            f"{audit['cpu_s'] / one['floor']['cpu_s']:.1f}",
        ]
        if "pandas" in one:
            cells += [
                f"{one['pandas']['wall_s']:,.1f}",
                f"{ratios['faster_than_pandas']:.1f}",
                _memory(one["pandas"]),
            ]
            cells.append(f"{ratios['memory_of_pandas']:.2f}" if "memory_of_pandas" in ratios else "-")
        else:
            cells += ["-"] * 4
        cells.append(f"{ratios['faster_than_generic']:.1f}" if "faster_than_generic" in ratios else "-")
        rows.append("| " + " | ".join(cells) + " |")
    if found["generic"] is not None:
        small, large = found["generic"]["accounts"]
        rows += [
            "",
            f"tsfresh (minimal features) with PyOD takes {found['generic']['ms_per_account']:.1f} ms an account, "
            f"measured between {small:,} and {large:,} accounts and extrapolated from there.",
        ]
    return "\n".join(rows)


def serve_page(path: Path) -> str:
    """How soon the served pages answer, question by question."""
    if not path.is_file():
        return NOT_MEASURED
    found = _json(path)
    rows = [
        "| question | first answer, ms | slowest first | later, ms | processor, ms | pandas, ms |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, one in found["questions"].items():
        pandas = "-" if one["pandas_median_ms"] is None else f"{one['pandas_median_ms']:,.0f}"
        rows.append(
            f"| {name} | {one['first_median_ms']:,.0f} | {max(one['first_ms']):,.0f} | {one['later_median_ms']:,.0f} | "
            f"{one['later_processor_ms']:,.0f} | {pandas} |"
        )
    memory = (
        ""
        if found["memory_bytes"] is None
        else f", at most {found['memory_bytes'] / 2**20:,.0f} MiB of memory"
    )
    said = (
        f"{found['accounts']:,} accounts in {found['parts']} parts of {found['result_bytes'] / 1e6:,.0f} MB in all; "
        f"medians of {found['starts']} starts; {found['cores']} cores{memory}."
    )
    return "\n".join([*rows, "", said])


def _stages(found: dict[str, Any]) -> str:
    names = list(dict.fromkeys(stage for one in found["nights"] for stage in one["audit"]["seconds"]))
    rows = [
        "| accounts | " + " | ".join(f"{name}, s" for name in names) + " |",
        "|---|" + "---:|" * len(names),
    ]
    for one in found["nights"]:
        seconds = one["audit"]["seconds"]
        cells = [f"{seconds[name]:,.1f}" if name in seconds else "-" for name in names]
        rows.append("| " + " | ".join([_title(one), *cells]) + " |")
    return "\n".join(rows)


def _more(found: dict[str, Any]) -> str:
    rows = ["| from | to accounts | ms an account more | processor ms |", "|---:|---:|---:|---:|"]
    for one in found["marginal"]:
        rows.append(f"| {one['from']:,} | {one['to']:,} | {one['wall_ms']:.3f} | {one['cpu_ms']:.3f} |")
    return "\n".join(rows)


def median_of(runs: int) -> str:
    """What a figure is taken from.

    >>> median_of(1), median_of(5)
    ('one run', 'the median of 5 runs')
    """
    return "one run" if runs == 1 else f"the median of {runs:,} runs"


def _title(night: dict[str, Any]) -> str:
    giants = ", one in 1,000 with 5,000 posts" if night["giants"] else ""
    return f"{night['accounts']:,}{giants}"


def _memory(used: dict[str, Any]) -> str:
    return "-" if used["rss_mb"] is None else f"{used['rss_mb'] / GIB:.2f}"


def _place(machine: dict[str, Any]) -> str:
    return f"{machine['cpus']} cores, Python {machine['python']}, model {machine['model']}"


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
