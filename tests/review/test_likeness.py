"""Likeness: what the found ones have in common in all signs together is found in others, the same each time."""

import numpy as np

from detector.review.likeness import likeness

SIGNS, N = 12, 400


def test_accounts_that_share_two_signs_with_the_found_ones_look_like_them() -> None:
    rng = np.random.default_rng(0)
    place = rng.integers(-60, 61, (SIGNS, N)).astype(np.int8)
    both, one = np.arange(20), np.arange(20, 60)  # in two signs together, and in the first of them alone
    place[3, both], place[7, both], place[3, one] = 90, -90, 90
    place[7, one] = 40
    labelled = np.concatenate([both[:6], one[:10], np.arange(100, 110)])
    inflated = np.arange(len(labelled)) < 6
    usual = np.setdiff1d(np.arange(N), labelled)
    found = likeness(place, labelled, inflated, usual, 7)
    assert found.min() >= 0
    assert found.max() <= 1
    rest = np.setdiff1d(usual, both)
    assert np.median(found[both[6:]]) > np.quantile(found[rest], 0.99)
    assert np.array_equal(found, likeness(place, labelled, inflated, usual, 7))
