"""Tables of docs/measuring.md on contaminated references: inflated likes at best, and who lies far out of a unit.

Made from benchmarks/results/contamination_bound.json and contamination.json.
"""

import json
from pathlib import Path
from typing import Any

__all__ = ["contamination_bound", "contamination_draws", "far_out"]


def contamination_bound(path: Path) -> str:
    """Recall at 1 % of ours and of models that were told the injection, a row an evidence, dose and reference."""
    if not path.is_file():
        return "Not measured yet."
    found = json.loads(path.read_text(encoding="utf-8"))["rows"]
    ways = list(dict.fromkeys(row["by"] for row in found))
    by = {(row["evidence"], row["dose"], row["share"], row["by"]): row for row in found}
    lines = [
        "| evidence | likes | reference | " + " | ".join(ways) + " |",
        "|---|---:|---|" + "---:|" * len(ways),
    ]
    for evidence, dose, share in sorted(
        {key[:3] for key in by}, key=lambda key: (key[0] == "profile", *key[1:])
    ):
        reference = f"{share:.0%} inflated" if share else "as it is"
        cells = [_with_interval(by.get((evidence, dose, share, way))) for way in ways]
        lines.append(f"| {evidence} | x{dose:g} | {reference} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def contamination_draws(path: Path) -> str:
    """How much of what a clean reference finds a contaminated one finds, a row a dose: means over draws, and the least
    and the most of one draw.
    """
    rows = json.loads(path.read_text(encoding="utf-8")).get("draws") if path.is_file() else None
    if not rows:
        return "Not measured yet."
    clean, inflated = sorted({row["share"] for row in rows})
    mixed = f"{inflated:.0%} inflated"
    lines = [
        f"| likes | at 1 %, reference as it is | {mixed} | share of it | at 5 %, as it is | {mixed} | share of it |",
        "|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for dose in sorted({row["dose"] for row in rows}):
        cells = []
        for figure in ("recall", "recall_5"):
            of = {
                share: [
                    row["recall"][0] if figure == "recall" else row[figure]
                    for row in rows
                    if (row["dose"], row["share"]) == (dose, share)
                ]
                for share in (clean, inflated)
            }
            cells += [
                f"{sum(of[share]) / len(of[share]):.3f} [{min(of[share]):.2f}, {max(of[share]):.2f}]"
                for share in of
            ]
            cells.append(f"{sum(of[inflated]) / max(sum(of[clean]), 1e-9):.0%}")
        lines.append(f"| x{dose:g} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def far_out(path: Path) -> str:
    """How many times as many ordinary accounts lie far out as the law of maxima says, and as the fit reckons with."""
    from training.fit.units import ODD

    measured = json.loads(path.read_text(encoding="utf-8")).get("far_out") if path.is_file() else None
    if measured is None:
        return "Not measured yet."
    lines = [
        "| population | unit | accounts | 5 % | 2 % | 1 % | 0.5 % | reckoned with |",
        "|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name, found in measured.items():
        for row in found:
            times = " | ".join(f"{one:.2f}" for one in row["times"])
            odd = ODD.get((row["axis"], row["block"]), 1.0)
            unit = f"{row['axis']} by {row['block']}"
            lines.append(f"| {name} | {unit} | {row['accounts']:,} | {times} | {odd:g} |")
    return "\n".join(lines)


def _with_interval(row: dict[str, Any] | None) -> str:
    if row is None:
        return ""
    value, low, high = row["recall"]
    return f"{value:.2f} [{low:.2f}, {high:.2f}]; {row['recall_5']:.2f}"
