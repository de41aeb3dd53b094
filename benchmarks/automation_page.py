"""Table of docs/measuring.md on labelled bots, made from benchmarks/results/automation_bound.json."""

import json
from pathlib import Path
from typing import Any

__all__ = ["automation_bound"]


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


def _with_interval(row: dict[str, Any]) -> str:
    return f"{row['auc']:.3f} [{row['low']:.3f}, {row['high']:.3f}]"
