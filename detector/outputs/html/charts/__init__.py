"""The pictures of a report, one file each: from what `detector.explain` found to a drawing and its words."""

from detector.outputs.html.charts.history import history_chart
from detector.outputs.html.charts.posts import posts_chart
from detector.outputs.html.charts.rarity import Dot, rarity_chart
from detector.outputs.html.charts.standing import standing_chart
from detector.outputs.html.charts.waterfall import Bar, waterfall_chart

__all__ = [
    "Bar",
    "Dot",
    "history_chart",
    "posts_chart",
    "rarity_chart",
    "standing_chart",
    "waterfall_chart",
]
