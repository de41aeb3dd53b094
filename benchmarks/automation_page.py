"""Tables of docs/measuring.md on labelled bots, made from benchmarks/results."""

import json
from pathlib import Path
from typing import Any

__all__ = ["automation_bound", "emptiness_shown", "labelled_contamination", "labelled_reach"]


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
        "| set | reference | AUC | recall at 1 % | at 5 % | labelled called suspicious | genuine | left out "
        "| labelled with peers | recall of these |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    said = {"clean": "genuine accounts", "contaminated": f"{found['share']:.0%} labelled"}
    for one in found["sets"]:
        for name, words in said.items():
            row = one["figures"][name]
            numbers = f"{row['auc']:.3f} | {row['recall at 1 %']:.2f} | {row['recall at 5 %']:.2f}"
            shares = f"{row['caught']:.1%} | {row['false alarms']:.1%} | {row['left out']:.1%}"
            of_judged = f"{row['judged']:.1%} | {row['recall of judged']:.2f}"
            lines.append(f"| {one['task']} | {words} | {numbers} | {shares} | {of_judged} |")
    return "\n".join(lines)


def emptiness_shown(path: Path) -> str:
    """How many accounts of each set reach how much of all marks together, and how many other sets would leave out."""
    if not path.is_file():
        return "Not measured yet."
    found = json.loads(path.read_text(encoding="utf-8"))
    lines = [
        "| set | accounts | "
        + " | ".join(f"{at:g}" for at in found["together"])
        + " | left out by the other sets' shares | by half as much again |",
        "|---|---|" + "---:|" * (len(found["together"]) + 2),
    ]
    for one in found["sets"]:
        by_others = one["left_out_by_others"] or {}
        for kind in ("genuine", "labelled"):
            shares = [f"{share:.1%}" for share in one["shown"][kind]]
            left = [f"{by_others[by]:.1%}" if kind == "genuine" and by_others else "" for by in ("1", "1.5")]
            lines.append(f"| {one['task']} | {one[kind]:,} {kind} | " + " | ".join([*shares, *left]) + " |")
    return "\n".join(lines)


def labelled_reach(path: Path) -> str:
    """How far out signals lie in the labelled sets that know them, beside what the fit lets them."""
    from training.fit.contamination import REACH

    if not path.is_file():
        return "Not measured yet."
    found = json.loads(path.read_text(encoding="utf-8"))
    lines = [
        "| signal | set | reference | 20 % | 10 % | 5 % | 2 % | let reach |",
        "|---|---|---|---:|---:|---:|---:|---:|",
    ]
    said = {"clean": "genuine accounts", "contaminated": f"{found['share']:.0%} labelled"}
    for signal, allowed in REACH["instagram"].items():
        for one in found["sets"]:
            for name, far in one["reach"].get(signal, {}).items():
                numbers = " | ".join(f"{value:.2f}" for value in far)
                lines.append(f"| `{signal}` | {one['task']} | {said[name]} | {numbers} | {allowed:g} |")
    return "\n".join(lines)


def _with_interval(row: dict[str, Any]) -> str:
    return f"{row['auc']:.3f} [{row['low']:.3f}, {row['high']:.3f}]"
