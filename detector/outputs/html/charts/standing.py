"""Where the account stands: its followers against its likes or views, with the band of its peers."""

from typing import Literal

import numpy as np

from detector.explain import Band
from detector.outputs.html.drawing import (
    Drawing,
    Line,
    Mark,
    Path,
    Rect,
    Scale,
    Shape,
    Text,
    compact,
    polygon,
    polyline,
)
from detector.signals.quantities import QUANTITIES

__all__ = ["against", "standing_chart"]

WIDTH, HEIGHT = 340.0, 262.0
LEFT, RIGHT, TOP, BOTTOM = 44.0, 12.0, 24.0, 52.0


def against(band: Band) -> str:
    """What runs along the bottom, in words."""
    return "likes as after 30 posts" if band.settled else QUANTITIES[band.quantity].text


def standing_chart(band: Band) -> Drawing:
    """Followers over likes (or views), both on logarithmic scales."""
    x, y = _scales(band)
    lines = {
        share: [(x.at(a), y.at(b)) for a, b in zip(band.at, values, strict=True)]
        for share, values in band.lines.items()
    }
    middle = [(x.at(a), y.at(b)) for a, b in zip(band.at, band.middle, strict=True)]
    shapes: list[Shape] = [*_axes(x, y, against(band))]
    shapes.append(Path(polygon(lines[0.25], lines[0.75]), "band"))
    shapes.append(Path(polyline(middle), "middle"))
    shapes += [Path(polyline(lines[0.05]), "far"), Path(polyline(lines[0.01]), "farther")]
    shapes += _legend()
    here, place = (x.at(band.x), y.at(band.followers)), y.at(band.expected)
    shapes.append(Line(here[0], here[1], here[0], place, "link"))
    shapes.append(Mark(here[0], place, "ring", "usual", 4.0))
    shapes.append(Mark(*here, "diamond", "account", 7.0))
    shapes += _named(band, here, place)
    return Drawing(
        "standing",
        f"Followers against {against(band)}",
        _alternative(band),
        WIDTH,
        HEIGHT,
        tuple(shapes),
    )


def _scales(band: Band) -> tuple[Scale, Scale]:
    lowest = float(min(band.followers, np.min(band.lines[0.75])))
    highest = float(max(band.followers, np.max(band.lines[0.01])))
    x = Scale(
        max(float(band.at[0]), 1.0),
        max(float(band.at[-1]), band.x, 10.0),
        LEFT,
        WIDTH - RIGHT,
        log=True,
    )
    return x, Scale(max(lowest * 0.7, 1.0), max(highest * 1.4, 10.0), HEIGHT - BOTTOM, TOP, log=True)


def _axes(x: Scale, y: Scale, along: str) -> list[Shape]:
    shapes: list[Shape] = []
    for tick in x.ticks():
        shapes.append(Line(x.at(tick), TOP, x.at(tick), HEIGHT - BOTTOM, "grid"))
        shapes.append(Text(x.at(tick), HEIGHT - BOTTOM + 14.0, compact(tick), "label", "middle"))
    for tick in y.ticks():
        shapes.append(Line(LEFT, y.at(tick), WIDTH - RIGHT, y.at(tick), "grid"))
        shapes.append(Text(LEFT - 5.0, y.at(tick) + 4.0, compact(tick), "label", "end"))
    shapes.append(Text(0.0, 12.0, "followers", "strong"))
    shapes.append(Text(WIDTH - RIGHT, HEIGHT - BOTTOM - 5.0, along, "strong halo", "end"))
    return shapes


def _legend() -> list[Shape]:
    """What the band and the lines are, below the picture."""
    y = HEIGHT - 8.0
    return [
        Rect(LEFT, y - 8.0, 18.0, 9.0, "band"),
        Text(LEFT + 23.0, y, "half of peers", "label"),
        Line(LEFT + 104.0, y - 4.0, LEFT + 122.0, y - 4.0, "far"),
        Text(LEFT + 126.0, y, "1 in 20 above", "label"),
        Line(LEFT + 209.0, y - 4.0, LEFT + 227.0, y - 4.0, "farther"),
        Text(LEFT + 231.0, y, "1 in 100", "label"),
    ]


def _named(band: Band, here: tuple[float, float], place: float) -> list[Shape]:
    """Words beside the two marks, on the side where there is room."""
    anchor: Literal["start", "end"] = "end" if here[0] > WIDTH * 0.55 else "start"
    x = here[0] + (11.0 if anchor == "start" else -11.0)
    own = Text(x, here[1] + 4.0, f"this account: {compact(band.followers)}", "strong halo", anchor)
    if abs(here[1] - place) < 16.0:
        return [own]
    return [
        own,
        Text(x, place + 4.0, f"peers: {compact(float(f'{band.expected:.2g}'))}", "label halo", anchor),
    ]


def _alternative(band: Band) -> str:
    low, high = (compact(float(f"{band.here[share]:.2g}")) for share in (0.75, 0.25))
    rare, rarer = (compact(float(f"{band.here[share]:.2g}")) for share in (0.05, 0.01))
    return (
        f"This account has {band.followers:,.0f} followers. Of peers with such counters half have {low} to {high}; "
        f"1 in 20 has more than {rare}, 1 in 100 more than {rarer}."
    )
