"""The posts: likes against views, what is usual for the account and its peers, and those that stand out."""

import numpy as np

from detector.explain import Posts
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
)

__all__ = ["posts_chart"]

WIDTH, HEIGHT = 340.0, 262.0
LEFT, RIGHT, TOP, BOTTOM = 44.0, 12.0, 24.0, 52.0


def posts_chart(posts: Posts, alternative: str) -> Drawing:
    """A point a post, on logarithmic scales; a line of equal likes per view rises by one step a step."""
    views, likes = np.maximum(posts.views, 1.0), np.maximum(posts.likes, 1.0)
    x = Scale(float(np.min(views)) / 1.6, float(np.max(views)) * 1.6, LEFT, WIDTH - RIGHT, log=True)
    y = Scale(float(np.min(likes)) / 2.0, float(np.max(likes)) * 2.0, HEIGHT - BOTTOM, TOP, log=True)
    shapes: list[Shape] = [*_axes(x, y), *_legend(bool(posts.odd.any()), not np.isnan(posts.peers[0]))]
    expected, low, high = posts.peers
    if not np.isnan(expected):
        shapes.append(Path(polygon(_ray(x, y, high), _ray(x, y, low)), "band"))
    ends = _ray(x, y, posts.usual)
    shapes.append(Line(*ends[0], *ends[-1], "middle"))
    order = np.argsort(posts.odd, kind="stable")  # those that stand out on top
    for i in order.tolist():
        place = (x.at(float(views[i])), y.at(float(likes[i])))
        if posts.odd[i]:
            shapes.append(Mark(*place, "triangle", "odd", 7.0))
        else:
            shapes.append(Mark(*place, "circle", "post", 3.4))
    return Drawing("posts", "Likes against views", alternative, WIDTH, HEIGHT, tuple(shapes))


def _axes(x: Scale, y: Scale) -> list[Shape]:
    shapes: list[Shape] = []
    for tick in x.ticks():
        shapes.append(Line(x.at(tick), TOP, x.at(tick), HEIGHT - BOTTOM, "grid"))
        shapes.append(Text(x.at(tick), HEIGHT - BOTTOM + 14.0, compact(tick), "label", "middle"))
    for tick in y.ticks():
        shapes.append(Line(LEFT, y.at(tick), WIDTH - RIGHT, y.at(tick), "grid"))
        shapes.append(Text(LEFT - 5.0, y.at(tick) + 4.0, compact(tick), "label", "end"))
    shapes.append(Text(0.0, 12.0, "likes of a post", "strong"))
    shapes.append(Text(WIDTH - RIGHT, HEIGHT - BOTTOM - 5.0, "views of a post", "strong halo", "end"))
    return shapes


def _legend(odd: bool, peers: bool) -> list[Shape]:
    y = HEIGHT - 8.0
    shapes: list[Shape] = [
        Line(LEFT, y - 4.0, LEFT + 18.0, y - 4.0, "middle"),
        Text(LEFT + 23.0, y, "usual here", "label"),
    ]
    if peers:
        shapes += [
            Rect(LEFT + 92.0, y - 8.0, 18.0, 9.0, "band"),
            Text(LEFT + 115.0, y, "half of peers", "label"),
        ]
    if odd:
        shapes += [
            Mark(LEFT + 206.0, y - 4.0, "triangle", "odd", 6.0),
            Text(LEFT + 216.0, y, "stands out", "label"),
        ]
    return shapes


def _ray(x: Scale, y: Scale, rate: float) -> list[tuple[float, float]]:
    """Points of equal likes per view, from the left edge to the right; cut off at the edges of the picture."""
    at = np.geomspace(x.low, x.high, 40)
    return [(x.at(float(views)), y.at(float(views) * rate)) for views in at]
