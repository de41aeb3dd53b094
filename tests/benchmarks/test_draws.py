"""Numbers by place do not depend on what else is asked for, and are spread as they should be."""

import numpy as np
import pytest

from benchmarks.draws import normal, stream, uniform

PLACES = np.arange(200_000)


@pytest.mark.parametrize("draw", [uniform, normal])
def test_a_place_has_its_number_alone_and_among_others(draw):
    source = stream(1, "size")
    assert (draw(source, PLACES)[[7, 3]] == draw(source, np.array([7, 3]))).all()


def test_numbers_are_spread_evenly_or_normally():
    even, bell = uniform(stream(1, "a"), PLACES), normal(stream(1, "a"), PLACES)
    assert even.min() > 0
    assert even.max() < 1
    assert np.histogram(even, bins=10, range=(0, 1))[0] == pytest.approx(np.full(10, 20_000), rel=0.03)
    assert (bell.mean(), bell.std()) == pytest.approx((0.0, 1.0), abs=0.01)
    assert np.mean(np.abs(bell) < 1) == pytest.approx(0.683, abs=0.03)


def test_streams_of_other_names_and_seeds_are_others():
    draws = [uniform(stream(seed, name), PLACES) for seed, name in ((1, "a"), (1, "b"), (2, "a"))]
    assert np.abs(np.corrcoef(draws) - np.eye(3)).max() < 0.01
