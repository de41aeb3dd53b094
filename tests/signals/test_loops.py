"""The compiled loops give the bits of NumPy's functions, each of them and the whole catalogue."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from detector.model.evidence import gather
from detector.panel import FloatArray, Panel, build_panel
from detector.repair import repair
from detector.signals import compiled, delivery, gains, history, looks, stats, unshared
from detector.signals.loops import LOOPS
from detector.tables import Tables
from training.simulate.organic import organic


@pytest.fixture(scope="module")
def loops() -> Any:
    pytest.importorskip("numba", reason="numba is not installed: the extra `fast`")
    return compiled.numba_loops()


@pytest.fixture
def by_loops(loops: Any) -> Callable[[Callable[[], Any]], Any]:
    """What a call gives with the compiled loops."""

    def call(action: Callable[[], Any]) -> Any:
        with compiled.using(loops):
            return action()

    return call


def _rows(width: int) -> FloatArray:
    """Rows with ties, gaps, falls and nothing known, from one number to very many."""
    rng = np.random.default_rng(width)
    values = np.round(
        rng.lognormal(2.0, 2.0, (150, width)) * rng.choice([-1.0, 1.0], (150, width), p=[0.2, 0.8])
    )
    values[rng.random(values.shape) < rng.choice([0.0, 0.2, 0.8, 1.0], (150, 1))] = np.nan
    values[0], values[1], values[2, : width // 2] = 0.0, -0.0, np.inf
    return values


def _fields(found: gains.Gains) -> tuple[FloatArray, ...]:
    return found.daily, found.count, found.resolution, found.step


ROW_BY_ROW: dict[str, Callable[[FloatArray], Any]] = {
    "median": lambda rows: stats.median(rows, at_least=3),
    "median_and_mad": stats.median_and_mad,
    "maximum": lambda rows: stats.maximum(rows, at_least=3),
    "count": stats.count,
    "median_of_steps": lambda rows: stats.median_of_steps(np.where(rows > 5, 100.0, 1.0), rows[::-1].copy()),
    "median_of_ratios": lambda rows: stats.median_of_ratios(np.abs(rows), np.abs(rows[::-1].copy()), 3),
    "median_of_ratios_of_odd_counts": lambda rows: stats.median_of_ratios(rows, rows[::-1].copy()),
    "at_places": lambda rows: stats.at_places(rows, np.arange(len(rows) * 3).reshape(3, -1) % rows.shape[1]),
    "in_spreads": lambda rows: gains.in_spreads(
        rows, *(rows[:, 0] + shift for shift in (0.0, 3.0)), rows[:, 0] / rows[:, 0]
    ),
    "weeks": lambda rows: history.weeks(
        rows, rows[::-1].copy(), np.abs(rows[:, 0]) / 7.0, np.full(len(rows), 2.0)
    ),
    "repeats": looks._repeats,
    "spearman": lambda rows: stats.spearman(rows, rows[::-1].copy(), at_least=5),
    "median_of_logs": lambda rows: stats.median_of_logs(np.abs(rows), at_least=3),
    "highest_beyond": lambda rows: history._highest_beyond(rows, rows[::-1].copy()),
    "window_sums": lambda rows: gains.window_sums(rows, 3),
    "coarsened": lambda rows: gains.coarsened(rows, np.where(rows % 3 == 0, 100.0, 1.0)),
    "daily_gains": lambda rows: _fields(gains.daily_gains(np.abs(rows), np.where(rows % 3 == 0, 100.0, 1.0))),
    "top_three": lambda rows: delivery._total_and_top(np.hstack([rows, rows, rows])),
    "risen_together": lambda rows: unshared._risen(rows, rows[::-1].copy()),
    "gains_and_rest": lambda rows: looks._looks_at(~np.isnan(rows)).gains_and_rest(rows),
    "without_dips": looks._without_dips,
    "gains_between": lambda rows: looks._looks_at(~np.isnan(rows)).gains(rows, gains.MAX_GAP),
    "gains_of_another": lambda rows: looks._looks_at(~np.isnan(rows)).gains(
        rows[::-1].copy(), looks.REST_GAP
    ),
}


@pytest.mark.parametrize("width", [1, 4, 12, 40, 60])
@pytest.mark.parametrize("name", ROW_BY_ROW)
def test_a_loop_gives_the_bits_of_its_namesake(name: str, width: int, by_loops: Callable[..., Any]):
    rows = _rows(width)
    kept = rows.copy()
    with np.errstate(all="ignore"):
        found, expected = by_loops(lambda: ROW_BY_ROW[name](rows)), ROW_BY_ROW[name](rows)
    _same(found, expected)
    np.testing.assert_array_equal(rows, kept)


def test_posts_of_the_week_before_a_day_are_found_by_the_loop_too(by_loops: Callable[..., Any]):
    rng = np.random.default_rng(1)
    last = np.array([20_000.0, 20_003.0, np.nan] * 50)
    z = np.round(rng.normal(0.0, 4.0, (150, 40)))
    z[rng.random(z.shape) < 0.1] = np.nan
    posted = np.floor(rng.uniform(19_900.0, 20_010.0, (150, 12)))
    posted[:, :3], posted[9] = np.nan, np.nan
    expected = history._highest_without_post(z, posted, last)
    assert 20 < (expected < np.nanmax(z, axis=1)).sum() < 100
    assert np.isnan(expected[2::3]).all()
    _same(by_loops(lambda: history._highest_without_post(z, posted, last)), expected)


@pytest.mark.parametrize("days", [10, 28])
def test_windows_that_may_drip_are_found_by_the_loop_too(days: int, by_loops: Callable[..., Any]):
    rows = np.abs(_rows(40))
    rows[:40] = np.where(np.arange(40) < 20 + np.arange(40)[:, None] % 15, 5.0, 1.0)
    outside, enough = np.full(len(rows), 4.0), np.arange(len(rows)) % 5 > 0
    expected = delivery._may_drip(rows, outside, enough, days)
    assert len(expected[0]) > 20
    for found, own in zip(
        by_loops(lambda: delivery._may_drip(rows, outside, enough, days)), expected, strict=True
    ):
        np.testing.assert_array_equal(found, own)


@pytest.mark.parametrize("counter", ["followers", "likes"])
def test_shown_steps_of_mixed_platforms_are_those_of_the_loop(
    counter: str, panels: tuple[Panel, ...], by_loops: Callable[..., Any]
):
    mixed = replace(
        panels[1], platform=np.array(["tiktok", "youtube", "x"], dtype=object)[np.arange(120) % 3]
    )
    values = np.outer(10.0 ** (np.arange(120) % 17), np.arange(120.0))
    values[::7, :50] = np.nan
    values[3, -1] = np.inf
    shown = replace(mixed, history=replace(mixed.history, **{counter: values}))
    expected = gains.steps_of(shown.platform, counter, values)
    assert len(np.unique(expected)) > 3
    np.testing.assert_array_equal(by_loops(lambda: gains.shown_steps(shown, counter)), expected)


@pytest.fixture(scope="module")
def panels() -> tuple[Panel, ...]:
    """Creators with gaps, falls and likes that come in a day, over a month, two and four."""
    found = []
    for seed, days in ((31, 30), (32, 55), (33, 110)):
        told, rng = repair(organic(120, seed=seed, days=days)), np.random.default_rng(seed)
        seen = told.snapshots.take(rng.random(len(told.snapshots)) < 0.93)
        likes = seen.column("likes") + np.where(rng.random(len(seen)) < 0.03, 5_000.0, 0.0)
        views = np.where(rng.random(len(seen)) < 0.05, np.nan, 12 * likes)
        followers = seen.column("followers") * np.where(rng.random(len(seen)) < 0.02, 0.9, 1.0)
        moved = seen.replace(views=views, likes=likes, followers=np.floor(followers))
        found.append(build_panel(Tables(told.accounts, told.posts, moved)))
    return tuple(found)


def test_the_whole_catalogue_has_the_same_bits_with_compiled_loops(
    panels: tuple[Panel, ...], by_loops: Callable[..., Any]
):
    for panel in panels:
        found, expected = by_loops(lambda panel=panel: gather(panel)), gather(panel)
        assert any(
            np.nanmax(expected.signals[name], initial=0.0) > 1.0 for name in ("like_step", "follower_refill")
        )
        for name, values in expected.signals.items():
            _same(found.signals[name], values, name)


def test_an_account_has_the_same_bits_alone_with_compiled_loops(
    panels: tuple[Panel, ...], by_loops: Callable[..., Any]
):
    together = by_loops(lambda: gather(panels[0])).signals
    for row in (0, 57, 119):
        alone = by_loops(lambda row=row: gather(panels[0].part(np.array([row])))).signals
        for name, values in together.items():
            _same(alone[name], values[row : row + 1], name)


def test_loops_are_compiled_once_a_process_has_met_enough_accounts(monkeypatch: pytest.MonkeyPatch):
    asked: list[int] = []
    monkeypatch.setattr(compiled, "_loops", [])
    monkeypatch.setattr(compiled, "_met", 0)
    monkeypatch.setattr(compiled, "WORTH", 1_000)
    monkeypatch.setattr(compiled, "find_spec", lambda name: name)
    monkeypatch.setattr(compiled, "numba_loops", lambda: asked.append(1) or asked)
    compiled.meet(999)
    assert compiled.fast() is None
    compiled.meet(1)
    compiled.meet(5_000)
    assert compiled.fast() is asked
    assert asked == [1]


def test_loops_that_an_earlier_process_compiled_are_read_sooner(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(compiled, "_loops", [])
    monkeypatch.setattr(compiled, "_met", 0)
    monkeypatch.setattr(compiled, "READING", 100)
    monkeypatch.setattr(compiled, "find_spec", lambda name: name)
    monkeypatch.setattr(compiled, "numba_loops", object)
    for left, there in ((False, False), (True, True)):
        monkeypatch.setattr(compiled, "_left_behind", lambda left=left: left)
        compiled.meet(100)
        assert (compiled.fast() is not None) == there


def test_without_numba_nothing_is_compiled(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(compiled, "_loops", [])
    monkeypatch.setattr(compiled, "WORTH", 0)
    monkeypatch.setattr(compiled, "find_spec", lambda name: None)
    compiled.meet(10)
    assert compiled.fast() is None


def test_every_loop_is_listed_once():
    names = [loop.__name__ for loop in LOOPS]
    assert len(set(names)) == len(names)


def _same(found: Any, expected: Any, what: str = "") -> None:
    """The same bits, and unknown in the same places."""
    if isinstance(expected, tuple):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            _same(one, other, what)
        return
    known = ~np.isnan(expected)
    np.testing.assert_array_equal(~np.isnan(found), known, err_msg=what)
    assert (found[known] + 0.0).tobytes() == (expected[known] + 0.0).tobytes(), what
