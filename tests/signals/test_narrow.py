"""Signals give the same bits over the days and posts in use as over the whole width; steps those of their formula."""

from dataclasses import replace

import numpy as np
import pytest

from detector.api import load_model
from detector.model import evidence
from detector.model.evidence import MARGIN, WIDTHS, gather
from detector.panel import HISTORY_COUNTS, MAX_DAYS, MAX_POSTS, FloatArray, Panel, build_panel
from detector.repair import repair
from detector.signals.catalogue import CATALOGUE, Signal
from detector.signals.edges import DELETED, MOST_FALL, Box
from detector.signals.looks import DIP_DAYS, HIDDEN_SHARE, Rates, beside, moved
from detector.signals.quantities import MIN_DAYS
from detector.signals.stats import count, maximum, median
from detector.signals.steps import DRIPS, LONGER, ONE, THREE, TWO, TWO_LOOKS
from detector.signals.unshared import COMPANION_SHARE, FALL_SHARE, MOST_ABSENCE
from detector.tables import Tables
from training.simulate.organic import organic

every_signal = pytest.mark.parametrize("signal", CATALOGUE, ids=lambda signal: signal.name)


@pytest.fixture(scope="module")
def panel() -> Panel:
    """Creators of two platforms, looked at for five days to four months with gaps, some of them inflated in a day."""
    told = repair(organic(220, seed=31, days=25))
    looks, rng = told.snapshots, np.random.default_rng(5)
    kept = looks.take(rng.random(len(looks)) < np.where(rng.random(len(looks)) < 0.5, 1.0, 0.8))
    views = np.where(rng.random(len(kept)) < 0.05, np.nan, 12 * kept.column("likes"))
    spiked = kept.column("likes") + np.where(rng.random(len(kept)) < 0.03, 5_000.0, 0.0)
    built = build_panel(Tables(told.accounts, told.posts, kept.replace(views=views, likes=spiked)))
    built.platform[::3] = "instagram"
    return built


@pytest.fixture(scope="module")
def whole(panel: Panel) -> dict[str, FloatArray]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evidence, "WIDTHS", {"posts": (MAX_POSTS,), "days": (MAX_DAYS,)})
        return gather(panel).signals


@pytest.fixture(scope="module")
def narrow(panel: Panel) -> dict[str, FloatArray]:
    return gather(panel).signals


def test_widths_of_days_are_multiples_of_eight_as_is_the_margin():
    assert [days % 8 for days in (*WIDTHS["days"], MARGIN)] == [0] * (len(WIDTHS["days"]) + 1)
    assert WIDTHS["days"][-1] == MAX_DAYS
    assert WIDTHS["posts"][-1] == MAX_POSTS


def test_the_panel_has_accounts_of_every_width(panel: Panel):
    used = {
        (posts, days)
        for _, posts, days in evidence._blocks(evidence._Widths.of(panel), np.arange(len(panel)))
    }
    assert {days for _, days in used} == set(WIDTHS["days"])
    assert len({posts for posts, _ in used}) > 1


@every_signal
def test_narrow_and_whole_give_the_same_bits(
    signal: Signal, narrow: dict[str, FloatArray], whole: dict[str, FloatArray]
):
    assert narrow[signal.name].tobytes() == whole[signal.name].tobytes()
    assert (~np.isnan(whole[signal.name])).any()


@pytest.mark.parametrize("block", [1, 7, 64])
def test_the_size_of_blocks_changes_no_bit(
    panel: Panel, whole: dict[str, FloatArray], block: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(evidence, "BLOCK", block)
    rows = np.arange(0, len(panel), 40 if block == 1 else 5)
    found = gather(panel.part(rows)).signals
    assert [name for name in whole if found[name].tobytes() != whole[name][rows].tobytes()] == []


def test_a_part_of_a_panel_holds_the_newest_days_and_posts(panel: Panel):
    rows = np.array([3, 1])
    part = panel.part(rows, posts=12, days=40)
    for name in HISTORY_COUNTS:
        expected = getattr(panel.history, name)[rows][:, -40:]
        assert np.array_equal(getattr(part.history, name), expected, equal_nan=True)
    assert np.array_equal(part.posts.likes, panel.posts.likes[rows][:, -12:], equal_nan=True)
    assert part.account_id.tolist() == panel.account_id[rows].tolist()


def test_what_is_made_of_a_panel_is_made_once_and_never_carried_to_another(panel: Panel):
    one, other = beside(panel, "likes", "followers"), beside(panel, "likes", "followers")
    assert one[0] is other[0]
    changed = replace(panel, impossible_posts=panel.impossible_posts + 1)
    assert beside(changed, "likes", "followers")[0] is not one[0]


def test_only_what_is_asked_of_a_platform_is_computed(panel: Panel, narrow: dict[str, FloatArray]):
    whole = gather(panel)
    some = gather(panel, {"tiktok": {"like_step", "n_posts"}, "youtube": {"follower_spike"}})
    asked = panel.platform == "tiktok"
    assert set(panel.platform[~asked].tolist()) == {"instagram"}
    assert some.signals["like_step"][asked].tobytes() == narrow["like_step"][asked].tobytes()
    assert some.quantities["n_posts"][asked].tobytes() == whole.quantities["n_posts"][asked].tobytes()
    assert np.isnan(some.signals["like_step"][~asked]).all()
    rest = [name for name in narrow if name != "like_step"]
    assert all(np.isnan(some.signals[name]).all() for name in rest)
    for name, known in whole.atoms.items():
        assert np.array_equal(known, some.atoms[name])
        assert np.array_equal(known, gather(panel, {}).atoms[name])


def test_a_model_says_the_same_of_what_it_asks_for_as_of_the_whole_catalogue(panel: Panel):
    model = load_model()
    own, whole = model.judge(panel), model.judge(panel, gather(panel))
    assert own.score.tobytes() == whole.score.tobytes()
    assert own.overall.tobytes() == whole.overall.tobytes()
    for one, other in zip(own.readings, whole.readings, strict=True):
        for name, part in one.raw.parts.items():
            assert part.tobytes() == other.raw.parts[name].tobytes()


# The steps of likes and followers, written down plainly: every logarithm of every column


def _inside(gain: FloatArray, box: Box) -> FloatArray:
    window = [moved(gain, back) for back in range(box.looks)]
    if box.even:
        return np.minimum.reduce(window)
    total = window[0]
    for one in window[1:]:
        total = total + one
    return total / box.looks


def _edges(rates: Rates, box: Box, noise: FloatArray) -> FloatArray:
    gain, back = _inside(rates.gain, box), np.zeros_like(rates.gain)
    for ahead in range(1, DIP_DAYS + 1):
        back = back - np.minimum(np.nan_to_num(moved(rates.gain, -ahead)), 0.0)
    back = np.where(back > DELETED * gain * box.looks, 0.0, back / box.looks)
    held = gain - back - (1.0 - HIDDEN_SHARE) * rates.step
    beside = [moved(rates.rest, box.looks + further) for further in range(box.edge)]
    beside += [moved(rates.rest, -1 - further) for further in range(box.edge)]
    around = np.fmax(np.fmax.reduce(beside), rates.pace)
    ratio = np.log((np.maximum(held, 0.0) + noise) / (np.maximum(around, 0.0) + noise))
    return np.where(np.isnan(moved(rates.rest, -1)), np.nan, ratio)


def _absence(likes: Rates, other: Rates, box: Box) -> FloatArray:
    both = ~np.isnan(likes.gain) & ~np.isnan(other.gain)
    liked, came = (np.where(both, np.maximum(rates.gain, 0.0), np.nan) for rates in (likes, other))
    own, brought = (_inside(rates.gain, Box(box.looks, box.edge)) for rates in (likes, other))
    totals = [np.sum(np.nan_to_num(values), axis=1)[:, None] for values in (liked, came)]
    rest_liked = totals[0] - box.looks * np.maximum(np.nan_to_num(own), 0.0)
    rest_came = totals[1] - box.looks * np.maximum(np.nan_to_num(brought), 0.0)
    middle = (median(came) / np.maximum(median(liked), 1.0))[:, None]
    rate = np.minimum(np.maximum(rest_came, 0.0) / np.maximum(rest_liked, 1.0), middle)
    noise = other.step + 2.0 + 2.0 * np.sqrt(np.maximum(other.usual, 0.0)) + np.nan_to_num(other.spread)
    noise = noise / np.sqrt(box.looks)
    due = np.maximum(own - likes.step / box.looks, 0.0) * rate
    short = np.clip(np.log((due + noise) / (np.maximum(brought, 0.0) + noise)), 0.0, MOST_ABSENCE)
    return np.where(brought < -3.0 * (other.spread + other.step), 0.0, short)


def _unshared(likes: Rates, other: Rates, box: Box) -> FloatArray:
    shared = np.maximum(np.nan_to_num(_edges(other, box, np.maximum(other.noise, other.spread))), 0.0)
    value = _edges(likes, box, likes.noise) - shared + COMPANION_SHARE * _absence(likes, other, box)
    if not box.even:
        return value
    least, mean = _inside(likes.gain, box), _inside(likes.gain, Box(box.looks, box.edge))
    uneven = np.log((np.maximum(mean, 0.0) + likes.noise) / (np.maximum(least, 0.0) + likes.noise))
    return value - np.maximum(uneven, 0.0)


def _highest(values: FloatArray, likes: Rates) -> FloatArray:
    return np.where(count(likes.gain) >= MIN_DAYS - 1, np.maximum(maximum(values), 0.0), np.nan)


def _sharpest(likes: Rates, other: Rates, boxes: dict[Box, float]) -> FloatArray:
    """The sharpest of steps over some looks, each with its fall and less what it counts less."""
    found = []
    for box, less in boxes.items():
        gain, after = (
            np.maximum(g, 0.0) + likes.noise for g in (_inside(likes.gain, box), moved(likes.rest, -1))
        )
        fall = np.clip(np.log(gain / after), 0.0, MOST_FALL)
        found.append(_unshared(likes, other, box) + FALL_SHARE * fall - less)
    return np.fmax.reduce(found)


def plainly(panel: Panel) -> dict[str, FloatArray]:
    """Each step signal by its formula."""
    likes = beside(panel, "likes", "likes")[0]
    one, two = (_edges(likes, box, likes.noise) for box in (ONE, TWO))
    found = {"like_step": _highest(np.fmax(one, two - TWO_LOOKS), likes)}
    for name in ("followers", "views"):
        other = beside(panel, "likes", name)[1]
        found[f"like_step_without_{name}"] = _highest(
            _sharpest(likes, other, {ONE: 0.0, TWO: TWO_LOOKS}), likes
        )
    own, other = beside(panel, "followers", "likes")
    three = _sharpest(own, other, {ONE: 0.0, TWO: LONGER, THREE: LONGER})
    found["follower_step_without_likes"] = _highest(three, own)
    followers = beside(panel, "likes", "followers")[1]
    drips = [_highest(_unshared(likes, followers, box), likes) for box in DRIPS]
    found["like_drip_without_followers"] = np.fmax.reduce(drips)
    return found


def test_steps_are_their_formula_to_the_last_bit(panel: Panel, whole: dict[str, FloatArray]):
    with np.errstate(invalid="ignore", divide="ignore"):
        expected = plainly(panel)
    for name, values in expected.items():
        known = ~np.isnan(whole[name])
        assert (whole[name][known] > 0).any()
        assert values[known].tobytes() == whole[name][known].tobytes(), name
