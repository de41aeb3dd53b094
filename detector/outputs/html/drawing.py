"""Drawing: a chart as a few shapes in a box of fixed units, written out as inline SVG by the template.

Own code and no chart library: docs/decisions/0011. Colours are classes of the page's style sheet, so that one drawing
serves light, dark and print; whatever a colour says is said by a shape, a number or a word as well.
"""

from dataclasses import dataclass, field
from math import ceil, floor, log10
from typing import Literal

__all__ = ["Drawing", "Line", "Mark", "Path", "Rect", "Scale", "Text", "compact", "polygon", "polyline"]


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    look: str
    kind: str = "line"


@dataclass(frozen=True, slots=True)
class Path:
    """An SVG path."""

    d: str
    look: str
    kind: str = "path"


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float
    look: str
    kind: str = "rect"


@dataclass(frozen=True, slots=True)
class Text:
    """A text; `anchor` says which end of it stands at x."""

    x: float
    y: float
    text: str
    look: str = "label"
    anchor: Literal["start", "middle", "end"] = "start"
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Mark:
    """A point: its shape says what it is, its colour repeats it."""

    x: float
    y: float
    shape: Literal["circle", "triangle", "diamond", "ring"]
    look: str
    size: float = 4.0
    kind: str = "mark"

    @property
    def d(self) -> str:
        """The outline of the shapes that are no circles."""
        x, y, s = self.x, self.y, self.size
        if self.shape == "triangle":
            return f"M{x:.1f} {y - s:.1f}L{x + s:.1f} {y + 0.8 * s:.1f}L{x - s:.1f} {y + 0.8 * s:.1f}Z"
        return f"M{x:.1f} {y - s:.1f}L{x + s:.1f} {y:.1f}L{x:.1f} {y + s:.1f}L{x - s:.1f} {y:.1f}Z"


Shape = Line | Path | Rect | Text | Mark


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart: a title and what it shows in words (its text alternative), a size in units, and its shapes."""

    name: str
    title: str
    alternative: str
    width: float
    height: float
    shapes: tuple[Shape, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Scale:
    """Numbers from `low` to `high` onto units from `start` to `end`, straight or logarithmic; beyond it is cut off."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def at(self, value: float) -> float:
        """Place of a value.

        >>> Scale(1.0, 100.0, 0.0, 50.0, log=True).at(10.0)
        25.0
        """
        low, high, here = (self._read(number) for number in (self.low, self.high, value))
        share = (here - low) / (high - low) if high > low else 0.5
        return self.start + (self.end - self.start) * min(max(share, 0.0), 1.0)

    def _read(self, value: float) -> float:
        return log10(max(value, 1e-9)) if self.log else value

    def ticks(self, most: int = 5) -> list[float]:
        """Round numbers within the scale, at most about `most`.

        >>> Scale(0.0, 47.0, 0.0, 1.0).ticks(3), Scale(30.0, 40_000.0, 0.0, 1.0, log=True).ticks()
        ([0.0, 20.0, 40.0], [100.0, 1000.0, 10000.0])
        """
        if self.log:
            powers = range(ceil(log10(max(self.low, 1e-9))), floor(log10(max(self.high, 1e-9))) + 1)
            step = max(1, ceil(len(powers) / most))
            return [10.0**power for power in powers if power % step == 0] or [self.low, self.high]
        rough = max(self.high - self.low, 1e-9) / most
        unit = 10.0 ** floor(log10(rough))
        step_size = next(unit * times for times in (1, 2, 5, 10) if unit * times >= rough)
        first = ceil(self.low / step_size)
        return [i * step_size for i in range(first, floor(self.high / step_size) + 1)]


def polyline(points: list[tuple[float, float]]) -> str:
    """The path through points."""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) if points else ""


def polygon(over: list[tuple[float, float]], under: list[tuple[float, float]]) -> str:
    """The closed path along `over` and back along `under`."""
    return polyline([*over, *reversed(under)]) + "Z"


def compact(value: float) -> str:
    """A number for an axis: 1,200 as 1.2K.

    >>> compact(1200.0), compact(-56_000.0), compact(0.0), compact(2.5e9)
    ('1.2K', '-56K', '0', '2.5B')
    """
    for step, letter in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        if abs(value) >= step * 0.9995:
            return f"{value / step:.3g}{letter}"
    return f"{value:.3g}"
