"""Looks come in order of account and time, whatever order they stand in and however far their times reach."""

import numpy as np
import pytest

from detector.in_time import InTime, in_time, order_of, together_in_time

UNKNOWN = np.iinfo(np.int64).min
DAY = 86_400_000_000


def _looks(seed: int, unknown: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Accounts and times of 400 looks, some of them at the same moment."""
    rng = np.random.default_rng(seed)
    times = 1_780_000_000_000_000 + rng.integers(0, 60, 400) * DAY
    times[rng.random(400) < unknown] = UNKNOWN
    return rng.integers(0, 40, 400), times


def _same(found: InTime, owner: np.ndarray, times: np.ndarray) -> None:
    """The moments are those that NumPy's lexsort gives, and the larger value of a moment counts."""
    values = np.random.default_rng(0).permutation(len(owner)).astype(np.float64)
    largest: dict[tuple[int, int], float] = {}
    for of, at, value in zip(owner.tolist(), times.tolist(), values.tolist(), strict=True):
        largest[of, at] = max(value, largest.get((of, at), 0.0))
    moments = sorted(largest)
    assert list(zip(found.owner.tolist(), found.times.tolist(), strict=True)) == moments
    assert found.of(values).tolist() == [largest[moment] for moment in moments]


@pytest.mark.parametrize("unknown", [0.0, 0.1])
def test_looks_are_in_order_whether_all_times_are_known_or_not(unknown: float):
    owner, times = _looks(1, unknown)
    _same(in_time(owner, times), owner, times)
    np.testing.assert_array_equal(order_of(owner, times), np.lexsort([times, owner]))


@pytest.mark.parametrize("ordered", [False, True])
@pytest.mark.parametrize("unknown", [0.0, 0.1])
def test_one_more_look_of_some_accounts_goes_where_its_time_says(unknown: float, ordered: bool):
    owner, times = _looks(2, unknown)
    if ordered:
        order = np.lexsort([times, owner])
        owner, times = owner[order], times[order]
    new = np.arange(0, 45, 3)
    new_at = 1_780_000_000_000_000 + np.random.default_rng(3).integers(-5, 65, len(new)) * DAY
    found = together_in_time(owner, times, new, new_at)
    _same(found, np.concatenate([owner, new]), np.concatenate([times, new_at]))


def test_no_looks_are_in_order():
    none = np.empty(0, dtype=np.intp)
    assert len(together_in_time(none, none, none, none).owner) == 0
    assert together_in_time(none, none, np.array([1, 0]), np.array([5, 3])).owner.tolist() == [0, 1]
