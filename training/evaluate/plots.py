"""Plots of an evaluation: what is found by evidence, and whether the p-values keep what they promise."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from training.evaluate.alarms import PROMISED
from training.evaluate.document import Document
from training.plots import canvas
from training.simulate.mechanics import MECHANICS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["calibration", "figures", "recall"]


def figures(content: Document) -> Mapping[str, "Figure"]:
    """All plots by name."""
    return {"recall": recall(content), "evaluated_calibration": calibration(content)}


def recall(content: Document) -> "Figure":
    """Recall at 1 %: a row for each mechanic and dose, a column for each view."""
    cells = content["cells"]
    views = list(dict.fromkeys(cell["view"] for cell in cells))
    rows = list(dict.fromkeys((cell["mechanic"], cell["dose"]) for cell in cells))
    found = np.full((len(rows), len(views)), np.nan)
    for cell in cells:
        at = rows.index((cell["mechanic"], cell["dose"])), views.index(cell["view"])
        found[at] = cell["recall"]["1 %"]["value"]
    figure, axes = canvas(3.6 + 1.1 * len(views), 1.2 + 0.24 * len(rows))
    image = axes.imshow(found, vmin=0, vmax=1, cmap="viridis", aspect="auto")
    axes.set_xticks(range(len(views)), [view.replace("+", "\n+ ") for view in views])
    axes.set_yticks(range(len(rows)), [f"{_title(name)}: {dose:g}" for name, dose in rows], fontsize=7)
    for (row, column), value in np.ndenumerate(found):
        if np.isfinite(value):
            colour = "black" if value > 0.6 else "white"
            axes.text(column, row, f"{value:.2f}", ha="center", va="center", fontsize=7, color=colour)
    axes.set_title("Found at 1 % false alarms, by evidence")
    figure.colorbar(image, ax=axes, shrink=0.6)
    return figure


def calibration(content: Document) -> "Figure":
    """Observed share of untouched accounts with at most each promised p-value, overall, by view."""
    figure, axes = canvas(5.5, 4.5)
    axes.plot(
        [PROMISED[0], 1], [PROMISED[0], 1], color="black", linewidth=0.8, linestyle="--", label="as promised"
    )
    for one in content["calibration"]:
        if one["axis"] == "overall":
            axes.plot(
                PROMISED, np.maximum(one["observed"], 1e-4), marker="o", markersize=3, label=one["view"]
            )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("p-value")
    axes.set_ylabel("share of untouched accounts with at most this p-value")
    axes.set_title("Calibration on accounts that the fit did not see")
    axes.legend(fontsize=8)
    return figure


def _title(mechanic: str) -> str:
    return MECHANICS[mechanic].title if mechanic in MECHANICS else mechanic
