"""Plots of a fit: are the p-values honest, and how many ordinary accounts of each size are called suspicious.

Everything is counted on out-of-fold p-values: no account was judged by a model that had seen it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Alarms", "binomial_interval", "calibration", "canvas", "false_alarms", "figures", "size_bands"]

_EDGES = (0, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000)
_NAMES = ("below 100", "100 to 1k", "1k to 10k", "10k to 100k", "100k to 1M", "1M to 10M", "10M and more")
_AXES = {"p_value": "overall", "followers_p": "followers", "likes_p": "likes", "automation_p": "automation"}
_PROMISED = 0.01  # what `suspicious` promises: at most 1 % of ordinary peers


@dataclass(frozen=True, slots=True)
class Alarms:
    """Reference accounts of one platform and size: how many there are, were judged, and called suspicious.

    `low` and `high` bound the true share of judged accounts called suspicious (Wilson, 95 %).
    """

    platform: str
    band: str
    n: int
    judged: int
    suspicious: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """Share of the judged accounts called suspicious, NaN if none was judged."""
        return self.suspicious / self.judged if self.judged else float("nan")


def binomial_interval(hits: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's interval for a share of which `hits` among `n` were seen; (0, 1) if nothing was.

    References
    ----------
    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22, 1927.

    >>> low, high = binomial_interval(1, 100)
    >>> round(low, 4), round(high, 4)
    (0.0018, 0.0545)
    """
    if not n:
        return 0.0, 1.0
    share, width = hits / n, 1 + z * z / n
    middle = (share + z * z / (2 * n)) / width
    half = z / width * float(np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)))
    return max(0.0, middle - half), min(1.0, middle + half)


def size_bands(out_of_fold: Mapping[str, NDArray[Any]]) -> tuple[Alarms, ...]:
    """False alarms of each platform and size band that holds an account; accounts of unknown size come last.

    Parameters
    ----------
    out_of_fold
        Arrays of shape (n,): platform and level (text), followers (count, NaN = unknown).
    """
    platforms = np.asarray(out_of_fold["platform"]).astype(str)
    followers = np.asarray(out_of_fold["followers"], dtype=np.float64)
    levels = np.asarray(out_of_fold["level"]).astype(str)
    band = np.digitize(followers, _EDGES) - 1
    band[np.isnan(followers)] = len(_NAMES)
    found = []
    for platform in sorted(set(platforms.tolist())):
        for index, name in enumerate((*_NAMES, "size unknown")):
            inside = (platforms == platform) & (band == index)
            if inside.any():
                found.append(_alarms(platform, name, levels[inside]))
    return tuple(found)


def figures(out_of_fold: Mapping[str, NDArray[Any]]) -> dict[str, "Figure"]:
    """All plots of a fit by name."""
    return {"calibration": calibration(out_of_fold), "false_alarms": false_alarms(size_bands(out_of_fold))}


def calibration(out_of_fold: Mapping[str, NDArray[Any]]) -> "Figure":
    """For each axis, the share of accounts at or below each p-value; an honest model stays on the diagonal.

    Grey: 95 of 100 honest models are inside, at any one p-value, by chance alone (binomial).
    """
    figure, axes = canvas(5.2, 5.2)
    low, most = 1.0, 0
    for name, label in _AXES.items():
        p_values = np.asarray(out_of_fold[name], dtype=np.float64) if name in out_of_fold else np.empty(0)
        known = np.sort(p_values[np.isfinite(p_values)])
        if len(known):
            low, most = min(low, 1 / len(known)), max(most, len(known))
            share = np.arange(1, len(known) + 1) / len(known)
            axes.step(known, share, where="post", label=f"{label} ({len(known):,} accounts)")
    low = min(low, _PROMISED) / 2
    axes.plot([low, 1], [low, 1], color="black", linewidth=0.8, linestyle="--", label="as promised")
    if most:
        grid = np.geomspace(low, 1, 100)
        chance = 1.96 * np.sqrt(grid * (1 - grid) / most)
        axes.fill_between(grid, np.maximum(grid - chance, low / 10), grid + chance, color="black", alpha=0.1)
    axes.set(xscale="log", yscale="log", xlim=(low, 1), ylim=(low, 1))
    axes.set(xlabel="p-value, out of fold", ylabel="share of reference accounts with at most this p-value")
    axes.set_title("Calibration of the p-values")
    axes.legend(loc="upper left", fontsize=8)
    return figure


def false_alarms(bands: tuple[Alarms, ...]) -> "Figure":
    """Share of reference accounts called suspicious by platform and size, with 95 % intervals."""
    figure, axes = canvas(7.0, 1.2 + 0.32 * max(len(bands), 3))
    judged = [band for band in bands if band.judged]
    rows = np.arange(len(judged))
    shares = np.array([band.share for band in judged])
    spans = np.array([[band.share - band.low, band.high - band.share] for band in judged]).reshape(-1, 2).T
    axes.errorbar(100 * shares, rows, xerr=100 * np.clip(spans, 0, None), fmt="o", markersize=4, capsize=3)
    axes.axvline(100 * _PROMISED, color="black", linewidth=0.8, linestyle="--", label="promised: 1 %")
    axes.set_yticks(rows, [f"{b.platform}, {b.band} ({b.judged:,})" for b in judged])
    axes.set_ylim(max(len(judged), 1) - 0.5, -0.5)
    axes.set_xlim(left=0)
    axes.set_xlabel("% of judged reference accounts called suspicious, out of fold")
    axes.set_title("False alarms by number of followers")
    axes.legend(loc="upper right", fontsize=8)
    return figure


def _alarms(platform: str, band: str, levels: NDArray[Any]) -> Alarms:
    judged = int((levels != "insufficient_data").sum())
    suspicious = int((levels == "suspicious").sum())
    return Alarms(platform, band, len(levels), judged, suspicious, *binomial_interval(suspicious, judged))


def canvas(width: float, height: float) -> tuple["Figure", Any]:
    """An empty figure of a size in inches, and its axes."""
    # Not pyplot: it keeps figures in a global list and looks for a screen.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.subplots()
