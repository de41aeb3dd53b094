import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.contract import MAX_COUNT, PLATFORMS
from detector.repair import display_step, recorded_steps


@pytest.mark.parametrize(
    ("platform", "counter", "value", "step"),
    [
        ("tiktok", "followers", 0, 1),
        ("tiktok", "followers", 9_900, 1),
        ("tiktok", "followers", 10_000, 100),
        ("tiktok", "likes", 999_900, 100),
        ("tiktok", "likes", 1_000_000, 100_000),
        ("tiktok", "views", 1_250_000, 1),  # shown as 1.2M or 1.3M: the exact counter was read
        ("tiktok", "likes", 2_500_000_000, 100_000_000),
        ("tiktok", "likes", -1_720_410_671, 1),
        ("youtube", "followers", 999, 1),
        ("youtube", "followers", 1_230, 10),
        ("youtube", "followers", 1_234, 1),
        ("youtube", "followers", 123_000_000, 1_000_000),
        ("youtube", "views", 123_000_000, 1),
        ("youtube", "likes", 12_300, 1),
        ("instagram", "followers", 1_200_000, 1),
        ("x", "followers", 1_200_000, 1),
        ("somewhere", "followers", 1_200_000, 1),
    ],
)
def test_each_platform_rounds_in_its_own_steps(
    platform: str, counter: str, value: float, step: float
) -> None:
    assert display_step(platform, counter, np.array([float(value)])).tolist() == [step]


@given(st.sampled_from(PLATFORMS), st.sampled_from(["followers", "likes", "views"]), st.integers(0, 10**15))
def test_a_step_divides_the_value_and_is_at_most_a_tenth_of_it(
    platform: str, counter: str, value: int
) -> None:
    step = display_step(platform, counter, np.array([float(value)]))[0]
    assert value % step == 0
    assert step == 1 or step <= value / 10


def test_unknown_values_have_a_step_of_one_and_the_shape_is_kept() -> None:
    values = np.array([[np.nan, 1e6], [np.inf, 12.0]])
    before = values.copy()
    assert display_step("tiktok", "likes", values).tolist() == [[1.0, 1e5], [1.0, 1.0]]
    np.testing.assert_array_equal(values, before)


def test_every_third_digit_of_what_youtube_shows_is_carried() -> None:
    shown = np.array([1_000.0, 9_990.0, 10_000.0, 99_900.0, 100_000.0])
    assert display_step("youtube", "followers", shown).tolist() == [10.0, 10.0, 100.0, 100.0, 1_000.0]


@pytest.mark.parametrize("platform", ["tiktok", "youtube"])
def test_whole_multiples_of_the_step_are_told_as_a_remainder_tells_them_up_to_the_largest_count(platform):
    rng = np.random.default_rng(0)
    sizes = np.floor(10.0 ** rng.uniform(0, 15, 20_000))
    rounded = np.floor(sizes / 10.0 ** rng.integers(0, 9, 20_000)) * 10.0 ** rng.integers(0, 3, 20_000)
    values = np.concatenate([sizes, rounded, sizes + 0.5, [0.0, MAX_COUNT, MAX_COUNT - 1.0]])
    step = display_step(platform, "followers", values)
    digits = np.searchsorted(10.0 ** np.arange(17), values, side="right")
    coarse = display_step(platform, "followers", 10.0 ** np.maximum(digits - 1, 0))  # a power of ten shows it
    assert np.array_equal(step, np.where(values % coarse == 0, coarse, 1.0))
    assert (step > 1).sum() > 1_000


def _written(values: np.ndarray, figures: int) -> np.ndarray:
    """Counts cut to so many leading digits."""
    step = 10.0 ** np.maximum(np.floor(np.log10(values)) - (figures - 1), 0)
    return np.floor(values / step) * step


@pytest.mark.parametrize(("figures", "step"), [(3, 10_000.0), (4, 1_000.0)])
def test_a_history_that_is_written_in_steps_says_so_itself(figures: int, step: float) -> None:
    exact = 2_300_000.0 + np.arange(30) * 1_777.0
    values = np.stack([exact, _written(exact, figures)])
    values[:, 5] = np.nan
    before = values.copy()
    found = recorded_steps(values, display_step("tiktok", "likes", values))
    assert np.unique(found[1]).tolist() == [step]
    np.testing.assert_array_equal(found[0], display_step("tiktok", "likes", values[0]))
    np.testing.assert_array_equal(values, before)


def test_the_coarsest_step_of_a_history_holds_for_all_its_days() -> None:
    values = _written(9_800_000.0 + np.arange(30)[None] * 13_777.0, 3)
    assert np.unique(recorded_steps(values, np.ones_like(values))).tolist() == [100_000.0]


def test_two_values_far_apart_say_it_too() -> None:
    rows = np.array([[21e6, 21e6, 21e6, 22e6, 22e6]])
    assert np.unique(recorded_steps(rows, display_step("tiktok", "likes", rows))).tolist() == [1e6]


@pytest.mark.parametrize(
    "values",
    [
        [52_345.0, 53_000.0, 54_000.0, 55_000.0],  # one exact value
        [900.0, 800.0, 700.0, 600.0],  # small ones are shown exactly everywhere
        [1_500.0] * 4,  # one value alone proves too little
        [23_400.0, 23_500.0, 23_600.0, 23_700.0],  # as TikTok shows them
        [41_000.0] * 4,  # one of TikTok's hundreds may end in another zero
        [np.nan] * 4,
    ],
)
def test_what_chance_or_the_platform_explains_is_no_step_of_its_own(values: list[float]) -> None:
    rows = np.array([values])
    shown = display_step("tiktok", "followers", rows)
    assert recorded_steps(rows, shown) is shown


def test_a_history_without_days_or_accounts_has_no_steps() -> None:
    for shape in ((0, 5), (3, 0)):
        assert recorded_steps(np.ones(shape), np.ones(shape)).shape == shape
