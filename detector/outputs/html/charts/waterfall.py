"""What adds how much to the score: bars that start where the one before ended, and end at the score."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10

from detector.outputs.html.drawing import Drawing, Line, Rect, Scale, Shape, Text
from detector.scoring import SUSPICIOUS, UNUSUAL

__all__ = ["Bar", "rounded", "waterfall_chart"]

WIDTH, LEFT, RIGHT, ROW, TOP, BOTTOM = 340.0, 4.0, 52.0, 31.0, 20.0, 8.0
LONGEST = 52
ROOM = 105.0
"""Units that the name of a limit needs."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of the score: its name, and what it adds, in hundredths, so that the bars as shown sum up."""

    name: str
    hundredths: int


def rounded(amounts: Sequence[float], total: float) -> list[int]:
    """Amounts in hundredths whose sum is the total's: what rounding down loses goes to the largest remainders.

    >>> rounded([1.004, 0.504, 0.494], 2.002)
    [101, 50, 49]
    """
    whole = round(total * 100)
    floors = [int(amount * 100 // 1) for amount in amounts]
    order = sorted(range(len(amounts)), key=lambda i: (floors[i] - amounts[i] * 100, i))
    for i in order[: max(whole - sum(floors), 0)]:
        floors[i] += 1
    return floors


def waterfall_chart(bars: Sequence[Bar]) -> Drawing:
    """A row a bar, the longest first, and the score below."""
    total = sum(bar.hundredths for bar in bars)
    scale = Scale(0.0, max(total / 100.0, 1.0), LEFT, WIDTH - RIGHT)
    bottom = TOP + ROW * (len(bars) + 1)
    shapes: list[Shape] = [*_limits(scale, bottom)]
    reached = 0
    for number, bar in enumerate(bars):
        top = TOP + ROW * number
        shapes += _row(bar.name, reached, bar.hundredths, scale, top, "share")
        reached += bar.hundredths
        if number + 1 < len(bars):
            at = scale.at(reached / 100.0)
            shapes.append(Line(at, top + 16.0, at, top + ROW + 16.0, "link"))
    shapes += _row("score", 0, total, scale, TOP + ROW * len(bars), "total")
    said = "; ".join(f"{bar.name}: {bar.hundredths / 100:.2f}" for bar in bars)
    alternative = f"{said}; together the score, {total / 100:.2f}."
    return Drawing(
        "shares", "What adds how much to the score", alternative, WIDTH, bottom + BOTTOM, tuple(shapes)
    )


def _row(name: str, start: int, hundredths: int, scale: Scale, top: float, look: str) -> list[Shape]:
    left, right = scale.at(start / 100.0), scale.at((start + hundredths) / 100.0)
    text = name if len(name) <= LONGEST else name[: LONGEST - 1] + "…"
    sign = "" if look == "total" else "+"
    return [
        Text(LEFT, top + 11.0, text, ("strong" if look == "total" else "label") + " halo"),
        Rect(left, top + 15.0, max(right - left, 1.0), 11.0, look),
        Text(right + 5.0, top + 25.0, f"{sign}{hundredths / 100:.2f}", "strong halo"),
    ]


def _limits(scale: Scale, bottom: float) -> list[Shape]:
    """Where the levels start, as far as the scale reaches; named where there is room."""
    unusual, suspicious = -log10(UNUSUAL), -log10(SUSPICIOUS)
    reached = [
        (at, text)
        for at, text in ((unusual, "unusual from 1.3"), (suspicious, "suspicious from 2"))
        if at <= scale.high
    ]
    shapes: list[Shape] = [Line(scale.at(at), 12.0, scale.at(at), bottom, "limit") for at, _ in reached]
    crowded = scale.at(suspicious) - scale.at(unusual) < ROOM
    named = reached[-1:] if crowded else reached
    return [*shapes, *(_limit_name(scale.at(at), text) for at, text in named)]


def _limit_name(x: float, text: str) -> Text:
    """Right of its line, or left of it where the picture ends."""
    return (
        Text(x - 3.0, 10.0, text, "label", "end") if x > WIDTH - ROOM else Text(x + 3.0, 10.0, text, "label")
    )
