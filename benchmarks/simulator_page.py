"""Tables of docs/simulating.md, made from benchmarks/results: simulated creators beside real ones, and their cost."""

import json
from pathlib import Path
from typing import Any

__all__ = ["daily_likes", "realism", "simulator"]


def realism(path: Path) -> str:
    """Simulated beside real accounts: what a classifier tells, and quantiles of the judged sets."""
    if not path.is_file():
        return "Not measured yet."
    content = _json(path)
    sets = content["sets"]
    rows = ["| set | half | accounts | AUC, boosting | AUC, forest |", "|---|---|---:|---:|---:|"]
    for one in sets:
        title = one["title"] if one["judged"] else f"{one['title']} (not judged)"
        rows += [
            f"| {title} | {half} | {found['accounts']:,.0f} | "
            + " | ".join(
                f"{found[kind]:.3f} ({low:.3f} to {high:.3f})"
                for kind, (low, high) in one["auc_range"][half].items()
            )
            + " |"
            for half, found in one["auc"].items()
        ]
    rows += [
        "",
        f"Means of {content['draws']} simulated populations of other seeds; in brackets the least and the most.",
    ]
    for one in (one for one in sets if one["judged"]):
        leans = ", ".join(f"`{name}`" for name in one["telling"][:4])
        rows += ["", f"**{one['title']}**, {one['accounts']:,} accounts. A forest leans most on {leans}.", ""]
        rows += ["| real / simulated | 5 % | 25 % | 50 % | 75 % | 95 % |", "|---|" + "---:|" * 5]
        for name, sides in one["quantiles"].items():
            pairs = zip(sides["real"], sides["simulated"], strict=True)
            rows.append(f"| `{name}` | " + " | ".join(f"{a:.2f} / {b:.2f}" for a, b in pairs) + " |")
    return "\n".join(rows)


def daily_likes(path: Path) -> str:
    """Daily likes of real series, each window with its place among simulated accounts, and what a classifier tells."""
    from training.simulate.daily import COLUMNS

    found = _json(path).get("daily") if path.is_file() else None
    if not found:
        return "Not measured yet."
    rows = [
        "| series | " + " | ".join(f"`{name}`" for name in COLUMNS) + " |",
        "|---|" + "---:|" * len(COLUMNS),
    ]
    for one in found:
        for window in one["windows"]:
            cells = [
                "-" if value is None else f"{value:.2f} ({window['place'][name]:.2f})"
                for name, value in window["figures"].items()
            ]
            rows.append(f"| {one['title']}: {window['account']} | " + " | ".join(cells) + " |")
    rows += ["", "| series | accounts | classifier | AUC | 95 % over accounts |", "|---|---:|---|---:|---|"]
    for one in found:
        for kind, auc in one["auc"].items():
            interval = f"{auc['low']:.2f} to {auc['high']:.2f}"
            rows.append(f"| {one['title']} | {one['accounts']} | {kind} | {auc['auc']:.2f} | {interval} |")
    return "\n".join([*rows, "", *(f"- `{name}`: {what}" for name, what in COLUMNS.items())])


def simulator(path: Path) -> str:
    """How long a population takes to be written."""
    if not path.is_file():
        return "Not measured yet."
    found = _json(path)
    return (
        f"{found['creators']:,} creators with 90 days and 30 posts on {found['workers']} workers "
        f"({found['cores']} cores): {found['seconds']:,.0f} s, "
        f"{1_000 * found['seconds_per_creator_and_core']:.2f} ms a creator and core, "
        f"{found['ratio']:,.0f} times what NumPy takes on one core to draw as many Poisson numbers as there are stored "
        f"counters ({found['counters']:,}). The largest process held {found['peak_mb_of_a_process']:,.0f} MB."
    )


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
