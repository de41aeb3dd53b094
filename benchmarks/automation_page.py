"""Tables of docs/measuring.md on labelled bots, made from benchmarks/results."""

import json
from pathlib import Path
from typing import Any

__all__ = ["automation_bound", "emptiness_shown", "labelled_contamination"]


def automation_bound(path: Path) -> str:
    """Our ranking beside those of models that were told the labels, a row a set."""
    if not path.is_file():
        return "Not measured yet."
    found = json.loads(path.read_text(encoding="utf-8"))
    ways = [(row["by"], row["of"]) for row in found["sets"][0]["rows"]]
    heads = [by if by.startswith("ours") else f"{by}, {of}" for by, of in ways]
    lines = [
        "| set | accounts | labelled | " + " | ".join(heads) + " |",
        "|---|---:|---:|" + "---:|" * len(heads),
    ]
    for one in found["sets"]:
        by = {(row["by"], row["of"]): row for row in one["rows"]}
        cells = [_with_interval(by[way]) for way in ways]
        lines.append(
            f"| {one['task']} | {one['accounts']:,} | {one['labelled']:,} | " + " | ".join(cells) + " |"
        )
    return "\n".join(lines)


def labelled_contamination(path: Path) -> str:
    """What models find whose reference is clean, or holds labelled accounts, two rows a set."""
    if not path.is_file():
        return "Not measured yet."
    found = json.loads(path.read_text(encoding="utf-8"))
    lines = [
        "| set | reference | AUC | recall at 1 % | at 5 % | labelled called suspicious | genuine | left out |",
        "|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    said = {"clean": "genuine accounts", "contaminated": f"{found['share']:.0%} labelled"}
    for one in found["sets"]:
        for name, words in said.items():
            row = one["figures"][name]
            numbers = f"{row['auc']:.3f} | {row['recall at 1 %']:.2f} | {row['recall at 5 %']:.2f}"
            shares = f"{row['caught']:.1%} | {row['false alarms']:.1%} | {row['left out']:.1%}"
            lines.append(f"| {one['task']} | {words} | {numbers} | {shares} |")
    return "\n".join(lines)


def emptiness_shown(path: Path) -> str:
    """How many accounts of each set reach how much of all marks together, two rows a set."""
    if not path.is_file():
        return "Not measured yet."
    found = json.loads(path.read_text(encoding="utf-8"))
    lines = [
        "| set | accounts | " + " | ".join(f"{at:g}" for at in found["together"]) + " |",
        "|---|---|" + "---:|" * len(found["together"]),
    ]
    for one in found["sets"]:
        for kind in ("genuine", "labelled"):
            shares = " | ".join(f"{share:.1%}" for share in one["shown"][kind])
            lines.append(f"| {one['task']} | {one[kind]:,} {kind} | {shares} |")
    return "\n".join(lines)


def _with_interval(row: dict[str, Any]) -> str:
    return f"{row['auc']:.3f} [{row['low']:.3f}, {row['high']:.3f}]"
