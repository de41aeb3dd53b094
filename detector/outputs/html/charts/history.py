"""Day by day: what each counter gained, the days that stand out marked in all of them, and when posts came out."""

import numpy as np

from detector.explain import Days, Span
from detector.outputs.html.drawing import Drawing, Line, Mark, Path, Rect, Scale, Shape, Text, compact
from detector.panel import FloatArray

__all__ = ["history_chart"]

WIDTH, LEFT, RIGHT = 340.0, 38.0, 6.0
PANEL, GAP, BOTTOM = 62.0, 24.0, 20.0
FLAGS, TITLE = 24.0, 18.0


def history_chart(days: Days, posted: FloatArray, alternative: str) -> Drawing:
    """A panel a counter over the same days.

    Parameters
    ----------
    days : what was found
    posted : days since 1970 on which posts came out, NaN where unknown
    alternative : what the picture says in words
    """
    names = days.known
    width = len(next(iter(days.gains.values())))
    x = Scale(float(days.first), float(width), LEFT, WIDTH - RIGHT)
    top = TITLE + (FLAGS if days.spans else 0.0)
    end = top + len(names) * (PANEL + GAP)
    dated = not np.isnan(posted).all()
    bottom = end + (14.0 if dated else 0.0)
    shapes: list[Shape] = [*_months(days, x, width, top, bottom)]
    for number, span in enumerate(days.spans, start=1):
        shapes += _flag(span, number, x, end)
    for place, name in enumerate(names):
        shapes += _panel(days, name, x, top + place * (PANEL + GAP))
    if dated:
        shapes += _posted(days, posted, x, width, end)
    return Drawing("history", "Day by day", alternative, WIDTH, bottom + BOTTOM, tuple(shapes))


def _flag(span: Span, number: int, x: Scale, end: float) -> list[Shape]:
    """A numbered flag over a stretch, and its shade through all panels."""
    start, stop = x.at(float(span.start)), x.at(float(span.end + 1))
    middle = (start + stop) / 2.0
    look = "odd" if span.axis else "busy"
    return [
        Rect(start - 1.5, 18.0, stop - start + 3.0, end - 34.0, f"shade-{look}"),
        Mark(middle, 10.0, "circle", f"flag-{look}", 8.0),
        Text(middle, 14.0, str(number), "flagged", "middle"),
    ]


def _panel(days: Days, name: str, x: Scale, top: float) -> list[Shape]:
    values = days.gains[name]
    known = values[~np.isnan(values)]
    low, high = min(float(np.min(known)), 0.0), max(float(np.max(known)), 0.0)
    y = Scale(low, high if high > low else 1.0, top + PANEL, top + 4.0)
    odd = {column for span in days.spans if span.axis == name for column in range(span.start, span.end + 1)}
    usual = float(np.median(known))
    shapes: list[Shape] = [
        Text(0.0, top - 4.0, f"{name} a day (usual: {compact(_rough(usual))})", "strong halo"),
        Line(LEFT, y.at(0.0), WIDTH - RIGHT, y.at(0.0), "axis"),
    ]
    if high > 0.0:
        shapes.append(Text(LEFT - 4.0, y.at(high) + 8.0, compact(_rough(high)), "label", "end"))
    if low < 0.0 and y.at(low) - y.at(high) > 20.0 and y.at(low) - y.at(0.0) > 8.0:
        shapes.append(Text(LEFT - 4.0, y.at(low), compact(_rough(low)), "label", "end"))
    columns = np.flatnonzero(~np.isnan(values)).tolist()
    shapes.append(Path(_bars(values, x, y, [column for column in columns if column not in odd]), "bar"))
    shapes.append(Path(_bars(values, x, y, [column for column in columns if column in odd]), "bar-odd"))
    return shapes


def _bars(values: FloatArray, x: Scale, y: Scale, columns: list[int]) -> str:
    parts = []
    for column in columns:
        start, stop = x.at(float(column)), x.at(column + 0.85)
        base, tip = y.at(0.0), y.at(float(values[column]))
        if abs(tip - base) < 0.4:
            continue
        parts.append(f"M{start:.1f} {base:.1f}V{tip:.1f}H{stop:.1f}V{base:.1f}Z")
    return "".join(parts)


def _posted(days: Days, posted: FloatArray, x: Scale, width: int, top: float) -> list[Shape]:
    shapes: list[Shape] = [Text(0.0, top + 3.0, "posts", "label")]
    columns = posted[~np.isnan(posted)] - days.last_day + width - 1
    for column in sorted(set(columns[columns >= days.first].tolist())):
        at = x.at(column + 0.5)
        shapes.append(Line(at, top - 6.0, at, top + 4.0, "post"))
    return shapes


def _months(days: Days, x: Scale, width: int, top: float, bottom: float) -> list[Shape]:
    """The first of each month, or first and last day where no month begins."""
    firsts = [column for column in range(days.first, width) if days.date(column).day == 1]
    shapes: list[Shape] = []
    for column in firsts:
        at = x.at(float(column))
        shapes.append(Line(at, top, at, bottom, "grid"))
        name = f"{days.date(column):%b}"
        shapes.append(Text(min(at, WIDTH - 26.0), bottom + 15.0, f"1 {name}", "label"))
    if not firsts:
        first, last = days.date(days.first), days.date(width - 1)
        shapes.append(Text(LEFT, bottom + 15.0, f"{first.day} {first:%b}", "label"))
        shapes.append(Text(WIDTH - RIGHT, bottom + 15.0, f"{last.day} {last:%b}", "label", "end"))
    return shapes


def _rough(value: float) -> float:
    return float(f"{value:.2g}")
