"""Report: the tables of an evaluation in Markdown, for docs/measuring.md and for a user's own report.md."""

from collections.abc import Callable, Sequence

from training.evaluate.alarms import PROMISED
from training.evaluate.document import Document
from training.simulate.mechanics import MECHANICS

__all__ = ["BLOCKS", "page"]


def page(content: Document) -> str:
    """The whole report: what was evaluated, then every table under its heading."""
    parts = [f"# Evaluation of {content['model']}", summary(content)]
    parts += [
        f"## {title}\n\n{words}\n\n{table}"
        for title, words, make in BLOCKS.values()
        if (table := make(content))
    ]
    if content["notices"]:
        parts.append("## Notices\n\n" + "\n".join(f"- {notice}" for notice in content["notices"]))
    return "\n\n".join(parts) + "\n"


def summary(content: Document) -> str:
    """Who was tested, in one line."""
    return f"{content['tested']:,} untouched accounts were scored: {content['accounts']}."


def matrix(content: Document) -> str:
    """Recall by mechanic, dose and view; for the fullest view with its interval, at 0.1 % too, and the levels."""
    views = list(dict.fromkeys(cell["view"] for cell in content["cells"]))
    head = ["put in", "dose", *views[:-1], f"{views[-1]} [95 %]", "at 0.1 %", "suspicious", "unusual or more"]
    rows = []
    for (mechanic, dose), cells in _by_dose(content).items():
        full = cells[views[-1]]
        one, rare = full["recall"]["1 %"], full["recall"]["0.1 %"]
        rows.append(
            [
                _title(mechanic),
                _dose(dose),
                *(_share(cells[view]["recall"]["1 %"]["value"]) for view in views[:-1]),
                f"{_share(one['value'])} [{_share(one['low'])}, {_share(one['high'])}]",
                f"{_share(rare['value'])} [{_share(rare['low'])}, {_share(rare['high'])}]",
                _share(full["suspicious"]),
                _share(full["unusual"]),
            ]
        )
    return _table(head, rows)


def baselines(content: Document) -> str:
    """Recall at 1 % of others on the same accounts, by the fullest view; empty where none was asked."""
    full = [cell for cell in content["cells"] if cell["view"] == content["cells"][-1]["view"]]
    names = list(dict.fromkeys(name for cell in full for name in cell["baselines"]))
    if not names:
        return ""
    rows = [
        [
            _title(cell["mechanic"]),
            _dose(cell["dose"]),
            _share(cell["recall"]["1 %"]["value"]),
            *(_share(cell["baselines"].get(name)) for name in names),
        ]
        for cell in full
    ]
    return _table(["put in", "dose", "this tool", *names], rows)


def rules(content: Document) -> str:
    """Published rules: whom they flag."""
    rows = [
        [one["title"], one["source"], _percent(one["untouched"]), _percent(one["inflated"])]
        for one in content["rules"]
    ]
    return _table(["rule as published", "where", "untouched flagged", "inflated flagged"], rows)


def archetypes(content: Document) -> str:
    """False alarms by innocent archetype."""
    return _alarms("archetype", content["by_archetype"])


def cohorts(content: Document) -> str:
    """False alarms by size."""
    return _alarms("followers", content["by_cohort"])


def calibration(content: Document) -> str:
    """Promised against observed shares."""
    rows = [
        [one["view"], one["axis"], f"{one['judged']:,}", *(_percent(share) for share in one["observed"])]
        for one in content["calibration"]
    ]
    return _table(["evidence", "axis", "judged", *(f"p ≤ {100 * at:g} %" for at in PROMISED)], rows)


def held_out(content: Document) -> str:
    """Recall with weights that never saw the mechanic."""
    rows = [
        [_title(one["mechanic"]), _share(one["held_out"]), _share(one["seen"]), _share(one["shipped"])]
        for one in content["held_out"]
    ]
    return _table(["mechanic", "held out", "chosen with it in sight", "shipped weights"], rows)


def signals(content: Document) -> str:
    """What each signal adds, the most useful first."""
    rows = []
    for one in sorted(content["signals"], key=lambda one: -max(one["lost"].values(), default=0.0)):
        best = max(one["lost"], key=lambda name: one["lost"][name])
        worst = min(one["lost"], key=lambda name: one["lost"][name])
        mean = sum(one["lost"].values()) / len(one["lost"])
        rows.append(
            [
                f"`{one['signal']}`",
                one["axis"],
                f"{one['lost'][best]:+.2f} ({_title(best)})",
                f"{one['lost'][worst]:+.2f} ({_title(worst)})",
                f"{mean:+.3f}",
            ]
        )
    return _table(["signal", "axis", "adds most", "adds least", "mean"], rows)


Block = tuple[str, str, Callable[[Document], str]]
BLOCKS: dict[str, Block] = {
    "matrix": (
        "What is found",
        "Share of the inflated accounts that score above 99 % (99.9 %) of the untouched ones, by the evidence that "
        "the tool was given; then the levels that a user sees.",
        matrix,
    ),
    "baselines": (
        "Beside others",
        "Recall at 1 % false alarms on the same accounts. Every baseline learnt from untouched accounts.",
        baselines,
    ),
    "rules": ("Published rules", "Whom thresholds flag that public pages give.", rules),
    "archetypes": (
        "False alarms by innocent story",
        "Simulated creators, nothing put in. The interval is that of the share of those judged.",
        archetypes,
    ),
    "cohorts": ("False alarms by size", "Untouched accounts.", cohorts),
    "calibration": (
        "Are the p-values honest?",
        "Share of the judged untouched accounts with at most each p-value: below the promise is cautious.",
        calibration,
    ),
    "held_out": (
        "Without having looked",
        "Recall at 1 % over all doses when the looks' weights are chosen on all other mechanics and other accounts "
        "(held out), and when the mechanic was among those chosen on.",
        held_out,
    ),
    "signals": (
        "What each signal adds",
        "Recall at 1 % with it minus without it, each mechanic at its middle dose; nothing is refitted.",
        signals,
    ),
}
"""Name of a table -> heading, words, and the function that makes it (empty text where there is nothing to show)."""


def _by_dose(content: Document) -> dict[tuple[str, float], dict[str, Document]]:
    found: dict[tuple[str, float], dict[str, Document]] = {}
    for cell in content["cells"]:
        found.setdefault((cell["mechanic"], cell["dose"]), {})[cell["view"]] = cell
    return found


def _alarms(kind: str, rows: Sequence[Document]) -> str:
    head = [kind, "accounts", "judged", "unusual", "suspicious", "of those judged [95 %]"]
    return _table(
        head,
        [
            [
                one["kind"].replace("_", " "),
                f"{one['accounts']:,}",
                f"{one['judged']:,}",
                f"{one['unusual']:,}",
                f"{one['suspicious']:,}",
                (
                    f"{_percent(one['suspicious'] / one['judged'])} [{_percent(one['low'])}, {_percent(one['high'])}]"
                    if one["judged"]
                    else "-"
                ),
            ]
            for one in rows
        ],
    )


def _title(mechanic: str) -> str:
    return MECHANICS[mechanic].title if mechanic in MECHANICS else mechanic.replace("_", " ")


def _dose(dose: float) -> str:
    return f"{dose:g}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f} %"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])
