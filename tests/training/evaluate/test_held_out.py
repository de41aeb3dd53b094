"""A held-out mechanic's weights were chosen without it."""

import numpy as np

from detector.model.model import LOOKS, WEIGHTS
from training.evaluate.held_out import Looks, candidates, hold_out

FOLLOWERS_HISTORY = LOOKS.index(("followers", "history"))
LIKES_HISTORY = LOOKS.index(("likes", "history"))


def _looks(rng: np.random.Generator, odd: int | None, n: int = 800, surprise: float = 2.6) -> Looks:
    values = -np.log10(rng.uniform(size=(n, len(LOOKS))))
    if odd is not None:
        values[:, odd] = surprise
    return Looks(values, np.arange(n) % 2 == 0)


def test_weights_are_drawn_beside_the_shipped_ones() -> None:
    weights = candidates(np.random.default_rng(1), 20)
    assert weights.shape == (21, len(LOOKS))
    assert np.allclose(weights[0], WEIGHTS / WEIGHTS.sum())
    assert (weights > 0).all()


def test_a_mechanic_that_nothing_else_resembles_loses_when_held_out() -> None:
    rng = np.random.default_rng(2)
    untouched = _looks(rng, None, 4_000)
    dosed = {
        "followers": (_looks(rng, FOLLOWERS_HISTORY),),
        "again": (_looks(rng, FOLLOWERS_HISTORY),),
        "likes": (_looks(rng, LIKES_HISTORY),),
    }
    found = {one.mechanic: one for one in hold_out(untouched, dosed, np.random.default_rng(3))}
    assert found["likes"].held_out < found["likes"].seen
    assert found["followers"].held_out > 0.5  # its kin was chosen on
    at = found["likes"].weights
    assert at[LIKES_HISTORY] < at[FOLLOWERS_HISTORY]


def test_choosing_and_counting_share_no_account() -> None:
    rng = np.random.default_rng(4)
    untouched = _looks(rng, None, 2_000)
    # Accounts that may be chosen on are never found, the others always: the counted recall must not know of it.
    mixed = _looks(rng, LIKES_HISTORY, surprise=9.0)
    mixed.surprise[mixed.choosing] = 0.0
    (found,) = hold_out(untouched, {"likes": (mixed,)}, np.random.default_rng(5))
    assert found.shipped == 1.0
