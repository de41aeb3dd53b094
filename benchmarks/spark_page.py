"""The figures of docs/scale.md and of incremental nights in docs/auditing.md, from benchmarks/results: `make docs`."""

import json
from pathlib import Path
from typing import Any

from benchmarks.speed_page import NOT_MEASURED, median_of

__all__ = ["cost_page", "incremental_page", "skew_page", "spark_page"]

ACCOUNTS = 1_000_000_000
"""What the cost of a night is told for."""


def spark_page(path: Path) -> str:
    """Nights by size, on Spark and beside it on the same cores, and what an account more costs."""
    if not path.is_file():
        return NOT_MEASURED
    found = _json(path)
    rows = [
        "| accounts | rows | Spark, s | processor s | here, s | processor s | shuffled, MB | the same rows |",
        "|---:|---:|---:|---:|---:|---:|---:|---|",
    ]
    for night in found["nights"]:
        spark, here = night["spark"], night["local"]
        rows.append(
            f"| {night['accounts']:,} | {night['rows']:,} | {spark['wall_s']:.0f} | {spark['cpu_s']:.0f} "
            f"| {here['wall_s']:.0f} | {here['cpu_s']:.0f} | {spark['shuffle_bytes'] / 1e6:,.0f} "
            f"| {_yes(night['same_rows'])} |"
        )
    more = found["marginal"]
    said = (
        f"An account more, between {more['from']:,} and {more['to']:,} accounts: {more['spark_cpu_ms']:.2f} ms of a "
        f"processor on Spark, {more['local_cpu_ms']:.2f} ms here; {more['shuffle_bytes']:,.0f} bytes shuffled, "
        f"{more['files_bytes']:,.0f} bytes of source ({more['rows']:.0f} rows), "
        f"{more['result_bytes']:,.0f} bytes of result."
    )
    return "\n".join([*rows, "", f"{said} {_place(found)}"])


def cost_page(path: Path) -> str:
    """A night of a thousand million accounts, at the measured cost of an account more."""
    if not path.is_file():
        return NOT_MEASURED
    more = _json(path)["marginal"]
    hours = ACCOUNTS * more["spark_cpu_ms"] / 3.6e6
    tera = {name: ACCOUNTS * more[name] / 1e12 for name in ("shuffle_bytes", "files_bytes", "result_bytes")}
    rows = [
        "| of a thousand million accounts, 30 looks and 10 posts each | a night |",
        "|---|---:|",
        f"| core hours | {hours:,.0f} |",
        f"| on 200 cores, if all are always busy | {hours / 200:.1f} h |",
        f"| source, Parquet | {tera['files_bytes']:.2f} TB |",
        f"| shuffled: written, sent and read once | {tera['shuffle_bytes']:.2f} TB |",
        f"| local disk for the shuffle and for sorting, at 200 cores of 4 a machine | "
        f"{2 * 1_000 * tera['shuffle_bytes'] / 50:,.0f} GB a machine |",
        f"| result, kept a night | {tera['result_bytes']:.2f} TB |",
    ]
    return "\n".join(rows)


def skew_page(path: Path) -> str:
    """What one giant account does to a night."""
    if not path.is_file():
        return NOT_MEASURED
    found = _json(path)
    skew, even = found["skew"], found["nights"][0]["spark"]
    one = skew["spark"]
    return "\n".join(
        [
            "| of "
            + f"{skew['accounts']:,} accounts | tasks | median task, s | longest task, s | night, s | memory, MB |",
            "|---|---:|---:|---:|---:|---:|",
            *(
                f"| {title} | {night['tasks']} | {night['task_median_s']:.1f} | {night['task_max_s']:.1f} "
                f"| {night['wall_s']:.0f} | {night['rss_mb']:,.0f} |"
                for title, night in (("none is larger", even), (f"one has {skew['posts']:,} posts", one))
            ),
            "",
            f"The same rows as on one machine: {_yes(skew['same_rows'])}.",
        ]
    )


def incremental_page(path: Path) -> str:
    """What incremental nights save, by the share of accounts that changed."""
    if not path.is_file():
        return NOT_MEASURED
    found = _json(path)
    rows = [
        "| accounts with a new look | judged | time, of a full night's | processor time | judging alone "
        "| the same bytes |",
        "|---|---:|---:|---:|---:|---|",
    ]
    for night in found["nights"]:
        judged = found["accounts"] - night["carried"]
        some, every = night["run"]["seconds"]["score"], night["beside"]["seconds"]["score"]
        rows.append(
            f"| {night['share']:.0%} | {judged:,} of {found['accounts']:,} | {night['wall_s_ratio']:.2f} "
            f"| {night['cpu_s_ratio']:.2f} | {some / every:.2f} | {_yes(night['same_bytes'])} |"
        )
    kept = found["keeping"]
    said = (
        f"The first night takes {kept['cpu_s_ratio']:.2f} times the processor time of one that keeps nothing, and "
        f"keeps {kept['carry_mb']:.1f} MB beside {kept['result_mb']:.1f} MB of result. "
        f"Figures from {median_of(found['runs'])}, taken in turn; starting Python and the workers is in all of them."
    )
    return "\n".join([*rows, "", said])


def _yes(answer: bool) -> str:
    return "yes" if answer else "NO"


def _place(found: dict[str, Any]) -> str:
    machine = found["machine"]
    return f"{found['cores']} cores, Python {machine['python']}, model {machine['model']}."


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
