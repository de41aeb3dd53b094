"""Several creators on one page: who stands out, how rarely, on which axis, and in a few lines why."""

from collections.abc import Sequence
from dataclasses import replace
from math import isnan
from typing import Any

from detector.contract import AXES, LEVELS
from detector.explain import Days
from detector.outputs import words
from detector.outputs.html import phrases, pictures
from detector.outputs.html.charts import Dot, history_chart, rarity_chart
from detector.outputs.html.creator import Drawn
from detector.outputs.html.drawing import Drawing
from detector.outputs.html.view import Shortly
from detector.outputs.summary import Summary

__all__ = ["LISTED", "TOLD", "comparison", "shortly", "summary_lines"]

LISTED = 500
"""Rows of the comparison: more belong into a table (`--out FILE.csv`), and the page stays below a megabyte."""

TOLD = 20
"""Creators of whom is said why."""

DRAWN = 30
"""Rows of the picture."""

REASONS = 3
SPARK = ("followers", "likes", "views")


def shortly(number: int, name: str, row: dict[str, Any], followers: float, drawn: Drawn | None) -> Shortly:
    """One creator among several, under a name of its own; `followers` as shown, NaN where unknown."""
    odds, _ = phrases.odds(row)
    groups = phrases.innocent_groups(row["innocent"])
    possible = next((group.items for group in groups if group.look == "possible"), ())
    return Shortly(
        number,
        name,
        f"{words.printable(row['platform'])} · id {words.printable(row['account_id'])[:60]}",
        row["level"],
        phrases.LEVEL_TEXT[row["level"]],
        phrases.verdict(row),
        odds or "no verdict",
        tuple(_axis(row, axis) for axis in AXES),
        "unknown" if isnan(followers) else f"{followers:,.0f}",
        words.about(row["followers_expected"]) if row["followers_expected"] is not None else "unknown",
        (row["evidence"] or "").replace("+", ", "),
        tuple(words.printable(reason["sentence"]) for reason in row["reasons"][:REASONS]),
        "; ".join(possible),
        _spark(number, row, drawn.days) if drawn and drawn.days else None,
        pictures.history_finding(drawn.days) if drawn and drawn.days else "",
    )


def _axis(row: dict[str, Any], axis: str) -> str:
    p = phrases.axis_p(row, axis)
    if p is None:
        return "not judged"
    return "as most" if p > 0.5 else f"1 in {words.one_in(p)}"


def _spark(number: int, row: dict[str, Any], days: Days) -> Drawing | None:
    """One counter, day by day: the one that stands out, else the first that is known."""
    known = days.known
    marked = [span.counter for span in days.spans]
    counter = next((name for name in (*marked, *phrases.leading(row), *SPARK) if name in known), None)
    if counter is None:
        return None
    own = tuple(span for span in days.spans if span.counter == counter)
    one = replace(days, gains={counter: days.gains[counter]}, spans=own)
    drawing = history_chart(one, days.gains[counter] * float("nan"), pictures.history_alternative(one))
    return replace(drawing, name=f"days-{number}")


def comparison(rows: Sequence[dict[str, Any]]) -> Drawing:
    """The first creators on the scale of rarity."""
    dots = [
        Dot(
            name,
            row["p_value"],
            "diamond" if row["level"] in ("suspicious", "unusual") else "circle",
            row["level"] if row["level"] != "insufficient_data" else "none",
        )
        for row, name in zip(rows[:DRAWN], words.names(rows[:DRAWN]), strict=True)
    ]
    return rarity_chart("rarity", "How rare each one's look is among ordinary peers", dots)


def summary_lines(counts: Summary, listed: int, told: int) -> tuple[str, ...]:
    """How many of which level, what chance alone would give, and what the page leaves out."""
    said = ", ".join(
        f"{counts.levels[name]:,} {name.replace('_', ' ')}" for name in LEVELS if counts.levels[name]
    )
    lines = [f"{counts.accounts:,} accounts: {said}."]
    if counts.scored > 1:
        lines.append(
            f"If all {counts.scored:,} judged accounts were ordinary, about {words.roughly(counts.expected_by_chance)} "
            "would be called suspicious by chance."
        )
    if counts.accounts > listed:
        lines.append(
            f"The {listed:,} most suspicious are listed. A table (--out FILE.csv) keeps all of them."
        )
    if listed > told:
        lines.append(f"Of the first {told} it is said why; a report of one creator alone says more.")
    return tuple(lines)
