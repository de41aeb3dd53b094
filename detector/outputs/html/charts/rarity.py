"""How rare: one row a thing judged, from what every peer does to what one in a thousand does."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log10
from typing import Literal

from detector.outputs import words
from detector.outputs.html.drawing import Drawing, Line, Mark, Rect, Scale, Shape, Text
from detector.scoring import SUSPICIOUS, UNUSUAL

__all__ = ["Dot", "rarity_chart"]

ACROSS, RIGHT, ROW, TOP = 234.0, 14.0, 21.0, 20.0
LEFT, WIDEST, LETTER = 92.0, 180.0, 7.6
FARTHEST = 3.0
"""The scale ends at 1 in 1,000, or farther where a p-value is finer."""

MOST_TICKS = 4


@dataclass(frozen=True, slots=True)
class Dot:
    """A row: its name, its p-value (None = not judged), and how it looks."""

    name: str
    p_value: float | None
    shape: Literal["circle", "diamond"]
    look: str


def rarity_chart(name: str, title: str, dots: Sequence[Dot]) -> Drawing:
    """The rows on a scale of how rare such a look is, with the two limits."""
    rarest = max((-log10(dot.p_value) for dot in dots if dot.p_value is not None), default=0.0)
    longest = LETTER * max((len(dot.name) for dot in dots), default=0)
    left = min(max(LEFT, longest), WIDEST)
    scale = Scale(0.0, max(FARTHEST, rarest + 0.1), left, left + ACROSS)
    bottom = TOP + ROW * len(dots)
    shapes: list[Shape] = [*_zones(scale, bottom), *_axis(scale, bottom)]
    for number, dot in enumerate(dots):
        y = TOP + ROW * (number + 0.5)
        shapes.append(Text(0.0, y + 4.0, _fitting(dot.name, int(left / LETTER)), "strong"))
        shapes.append(Line(left, y, left + ACROSS, y, "grid"))
        if dot.p_value is None:
            shapes.append(Text(left + 4.0, y + 4.0, "not judged", "label"))
        else:
            shapes.append(Mark(scale.at(-log10(dot.p_value)), y, dot.shape, dot.look, 6.0))
    said = "; ".join(f"{dot.name}: {_said(dot.p_value)}" for dot in dots)
    return Drawing(name, title, f"{said}.", left + ACROSS + RIGHT, bottom + 20.0, tuple(shapes))


def _zones(scale: Scale, bottom: float) -> list[Shape]:
    unusual, suspicious = scale.at(-log10(UNUSUAL)), scale.at(-log10(SUSPICIOUS))
    zones = (
        (scale.start, unusual, "ordinary"),
        (unusual, suspicious, "unusual"),
        (suspicious, scale.end, "suspicious"),
    )
    shapes: list[Shape] = []
    for start, end, level in zones:
        shapes.append(Rect(start, TOP, end - start, bottom - TOP, f"zone-{level}"))
        shapes.append(Text((start + end) / 2.0, TOP - 6.0, level, "label", "middle"))
    return [*shapes, *(Line(x, TOP, x, bottom, "limit") for x in (unusual, suspicious))]


def _axis(scale: Scale, bottom: float) -> list[Shape]:
    shapes: list[Shape] = []
    for power in range(0, int(scale.high) + 1, ceil(scale.high / MOST_TICKS)):
        x = scale.at(float(power))
        text = "all peers" if power == 0 else f"1 in {10**power:,}"
        edge = scale.end + RIGHT
        last = x > edge - 40.0
        anchor: Literal["start", "middle", "end"] = "end" if last else "middle"
        shapes.append(Line(x, bottom, x, bottom + 4.0, "axis"))
        shapes.append(Text(edge if last else x, bottom + 16.0, text, "label", anchor))
    return shapes


def _fitting(name: str, letters: int) -> str:
    return name if len(name) <= letters else name[: letters - 1] + "…"


def _said(p_value: float | None) -> str:
    if p_value is None:
        return "not judged"
    return "as most peers" if p_value > 0.5 else f"1 in {words.one_in(p_value)}"
