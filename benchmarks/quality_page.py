"""Tables of docs/measuring.md and the README, made from benchmarks/results: how well models find what was put in."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

__all__ = [
    "alarms",
    "amounts",
    "bench",
    "contaminated",
    "evaluated",
    "in_short",
    "populations",
    "reach",
    "shifts",
    "unpaid",
]

PAYS = 0.01
"""Recall at 1 %: a hundredth is the least that these tables can tell from chance."""


def evaluated(content: dict[str, Any], prefix: str, names: Iterable[str]) -> dict[str, str]:
    """Tables of an evaluation, by the name of their part of the page."""
    from training.evaluate.report import BLOCKS

    return {f"{prefix}-{name}": BLOCKS[name][2](content) for name in names}


def populations(measured: dict[str, Any], name: str) -> str:
    """One table for each real population, under its title."""
    from training.evaluate.report import BLOCKS, summary

    make = BLOCKS[name][2]
    return "\n\n".join(f"**{one['title']}**. {summary(one)}\n\n{make(one)}" for one in measured["real"])


def unpaid(measured: dict[str, Any]) -> str:
    """Signals without which no mechanic is found less often by a hundredth, in any population."""
    populations = [measured["simulated"], *measured["real"]]
    lost: dict[str, list[float]] = {}
    axis = {}
    for one in (signal for content in populations for signal in content["signals"]):
        lost.setdefault(one["signal"], []).extend(one["lost"].values())
        axis[one["signal"]] = one["axis"]
    rows = ["| signal | axis | adds at best | costs at worst |", "|---|---|---|---|"]
    for name, values in sorted(lost.items(), key=lambda pair: (axis[pair[0]], min(pair[1]), pair[0])):
        if max(values) < PAYS:
            rows.append(f"| `{name}` | {axis[name]} | {max(values):+.3f} | {min(values):+.3f} |")
    return "\n".join(rows)


def amounts(path: Path) -> str:
    """How near told amounts are to what was put in, and how often the interval holds it."""
    if not path.is_file():
        return "Not measured yet."
    rows = [
        "| accounts | evidence | put in | dose | told | interval holds it | too low | too high | off by | high / low |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    quiet = []
    for ground in _json(path)["grounds"]:
        said = ground["untouched"]
        told = " and ".join(f"{said[counter]} an amount of {counter}" for counter in ("followers", "likes"))
        quiet.append(
            f"- {ground['title']}, {ground['view']}: of {said['accounts']} untouched accounts {told}."
        )
        for row in ground["rows"]:
            cells = [ground["title"], ground["view"], row["mechanic"].replace("_", " "), f"{row['dose']:g}"]
            cells += [f"{row['told']} of {row['accounts']}"]
            cells += [f"{row[name]:.0%}" for name in ("covered", "too_low", "too_high")]
            cells += [f"{row['off_by'] - 1:.0%}", f"{row['width']:.1f}"]
            rows.append("| " + " | ".join(cells) + " |")
    return "\n".join([*rows, "", "Told all the same where nothing was put in:", "", *quiet])


def alarms(real: list[dict[str, Any]]) -> str:
    """Untouched accounts called suspicious, against what a calibrated 1 % allows."""
    rows = [
        "| population | untouched and judged | suspicious | calibrated 1 %: 99 % interval |",
        "|---|---|---|---|",
    ]
    for one in real:
        found = one["alarms"]
        inside = f"{found['low']} to {found['high']}"
        rows.append(f"| {one['title']} | {found['judged']} | {found['suspicious']} | {inside} |")
    return "\n".join(rows)


def reach(path: Path) -> str:
    """How far out ordinary accounts lie, by population and signal, beside what the fit lets them."""
    from training.fit.contamination import REACH

    rows = [
        "| population | signal | 20 % | 10 % | 5 % | 2 % | let reach |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, found in _json(path)["reach"].items():
        allowed = REACH["youtube" if name == "channels" else "tiktok"]
        for row in found["rows"]:
            if row["signal"] in allowed and "reach" in row:
                far = " | ".join(f"{one:.2f}" for one in row["reach"])
                rows.append(f"| {name} | `{row['signal']}` | {far} | {allowed[row['signal']]:g} |")
    return "\n".join(rows)


def contaminated(path: Path) -> str:
    """Recall with a clean and with a contaminated reference, side by side."""
    rows = [
        "| population | put in | dose | found at 1 % | contaminated | suspicious | contaminated | left out |",
        "|---|---|---|---|---|---|---|---|",
    ]
    found = _json(path)["recall"]
    for clean, dirty in zip(found[::2], found[1::2], strict=True):
        left = ", ".join(f"{one:.1%}" for one in dirty["left_out"])
        for one, other in zip(clean["doses"], dirty["doses"], strict=True):
            figures = " | ".join(
                f"{value:.2f}"
                for value in (one["recall"], other["recall"], one["suspicious"], other["suspicious"])
            )
            rows.append(
                f"| {clean['population']} | `{clean['mechanic']}` | {one['dose']:g} | {figures} | {left} |"
            )
    alarms_of = {
        share: [one["false_alarms"] for one in found if one["share"] == share]
        for share in (0.0, found[1]["share"])
    }
    said = "; ".join(
        f"{'a clean' if share == 0 else 'a contaminated'} reference: {min(all_):.1%} to {max(all_):.1%}"
        for share, all_ in alarms_of.items()
    )
    return "\n".join(rows) + f"\n\nUntouched accounts called suspicious with {said}."


def shifts(found: list[dict[str, Any]]) -> str:
    """A model of one population meets another."""
    rows = [
        "| model of ... | reference | met | followers | judged | suspicious | of those judged |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in found:
        for row in one["rows"]:
            share = f"{row['suspicious'] / row['judged']:.1%}" if row["judged"] else "-"
            rows.append(
                f"| {one['name']} | {one['reference']:,} | {one['accounts']:,} | {row['dose']} | "
                f"{row['judged'] / one['accounts']:.1%} | {row['suspicious']} | {share} |"
            )
    return "\n".join(rows)


IN_SHORT: dict[str, tuple[tuple[str, float, str], ...]] = {
    "creators": (
        ("hollow_followers", 3, "profile+posts"),
        ("hollow_followers", 5, "profile+posts"),
        ("hollow_followers", 10, "profile+posts"),
        ("hollow_followers", 10, "profile"),
        ("likes_on_all_posts", 3, "profile+posts"),
        ("likes_on_chosen_posts", 10, "profile+posts"),
    ),
    "channels": (
        ("follower_package", 0.05, "profile+history"),
        ("follower_package", 0.25, "profile+history"),
        ("follower_drip", 0.25, "profile+history"),
    ),
}
"""Cells of the matrix that the README shows."""


def in_short(measured: dict[str, Any]) -> str:
    """The figures that the README gives."""
    from training.simulate.mechanics import MECHANICS

    rows = ["| put into real accounts | evidence | found at 1 % false alarms [95 %] |", "|---|---|---|"]
    for one in measured["real"]:
        cells = {(cell["mechanic"], cell["dose"], cell["view"]): cell for cell in one["cells"]}
        place = one["title"].split(",")[0]
        for name, dose, view in IN_SHORT[one["name"]]:
            found = cells[name, dose, view]["recall"]["1 %"]
            size = f"x{dose:g}" if MECHANICS[name].dose_unit.startswith("times") else f"{dose:.0%}"
            share = f"{found['value']:.0%} [{found['low']:.0%}, {found['high']:.0%}]"
            rows.append(f"| {place}: {MECHANICS[name].title}, {size} | {view} | {share} |")
    return "\n".join(rows)


def bench(path: Path) -> str:
    """The public bench's own table of the shipped settings, where it was run; its figures as it gives them."""
    if not path.is_file():
        return "Not run yet for this version."
    run = _json(path)
    rows = [
        "| task | mode | put in | AUC | recall at 1 % | at 5 % | axis AUC | caught | false | of judged | no data |"
    ]
    rows.append("|---|---|---|" + "---:|" * 8)
    names = ("auc", "recall", "recall_5", "axis_auc")
    shares = ("caught", "false_suspicious", "false_of_judged", "insufficient")
    for row in run["rows"]:
        figures = ["" if row[name] is None else f"{row[name]:.3f}" for name in names]
        percents = ["" if row[name] is None else f"{100 * row[name]:.1f} %" for name in shares]
        rows.append("| " + " | ".join([row["task"], row["mode"], row["dose"], *figures, *percents]) + " |")
    return "\n".join([*rows, "", run.get("note", "")]).strip()


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
