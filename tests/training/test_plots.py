"""Plots count what they claim to count, and are drawn without a screen."""

import io
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from training.plots import binomial_interval, figures, size_bands


def out_of_fold(n: int = 400, platform: str = "tiktok") -> dict[str, NDArray[Any]]:
    rng = np.random.default_rng(0)
    p_value = rng.uniform(1e-4, 1, n)
    return {
        "platform": np.full(n, platform, dtype=object),
        "followers": 10 ** rng.uniform(1, 8, n),
        "p_value": p_value,
        "followers_p": rng.uniform(1e-4, 1, n),
        "likes_p": np.full(n, np.nan),
        "automation_p": rng.uniform(1e-4, 1, n),
        "level": np.where(p_value <= 0.01, "suspicious", "ordinary").astype(object),
        "cohort": np.full(n, "all", dtype=object),
    }


def test_bands_hold_every_account_once() -> None:
    held = out_of_fold()
    held["followers"][:3] = [np.nan, 0.0, 100.0]
    held["level"][1] = "insufficient_data"
    bands = size_bands(held)
    assert sum(band.n for band in bands) == 400
    assert sum(band.judged for band in bands) == 399
    assert sum(band.suspicious for band in bands) == int((held["level"] == "suspicious").sum())
    assert [band.band for band in bands][-1] == "size unknown"


def test_an_account_on_a_bound_belongs_to_the_band_above() -> None:
    held = {name: values[:2] for name, values in out_of_fold().items()}
    held["followers"] = np.array([999.0, 1000.0])
    assert [band.band for band in size_bands(held)] == ["100 to 1k", "1k to 10k"]


def test_platforms_are_counted_apart() -> None:
    one, two = out_of_fold(50), out_of_fold(60, "youtube")
    both = {name: np.concatenate([one[name], two[name]]) for name in one}
    counted = {p: sum(b.n for b in size_bands(both) if b.platform == p) for p in ("tiktok", "youtube")}
    assert counted == {"tiktok": 50, "youtube": 60}


def test_a_band_in_which_nobody_was_judged_has_no_share() -> None:
    held = out_of_fold(5)
    held["level"][:] = "insufficient_data"
    assert all(np.isnan(band.share) and (band.low, band.high) == (0.0, 1.0) for band in size_bands(held))


@pytest.mark.parametrize(("hits", "n", "low", "high"), [(0, 100, 0.0, 0.0370), (50, 100, 0.4038, 0.5962)])
def test_the_interval_is_wilsons(hits: int, n: int, low: float, high: float) -> None:
    assert binomial_interval(hits, n) == pytest.approx((low, high), abs=5e-5)


def test_every_plot_becomes_a_picture_of_what_it_shows() -> None:
    drawn = figures(out_of_fold())
    assert set(drawn) == {"calibration", "false_alarms"}
    for figure in drawn.values():
        file = io.BytesIO()
        figure.savefig(file, format="png")
        assert file.getvalue().startswith(b"\x89PNG")
    _, labels = drawn["calibration"].axes[0].get_legend_handles_labels()
    assert any("followers (400 accounts)" in label for label in labels)
    assert not any("likes" in label for label in labels)  # no p-value is known: no line that claims one


def test_plots_of_nothing_judged_are_drawn_too() -> None:
    held = out_of_fold(3)
    held["level"][:] = "insufficient_data"
    for name in ("p_value", "followers_p", "automation_p"):
        held[name][:] = np.nan
    for figure in figures(held).values():
        figure.savefig(io.BytesIO(), format="png")
