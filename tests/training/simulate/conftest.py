"""A middling creator, made anew for each test that asks."""

from collections.abc import Callable

import numpy as np
import pytest

from detector.tables import Tables
from training.simulate.events import Event
from training.simulate.life import Life, live
from training.simulate.organic import LAST_LOOK
from training.simulate.render import to_tables
from training.simulate.traits import Traits

TRAITS = Traits(
    followers=50_000,
    posts=150,
    posts_per_day=0.8,
    views_per_post=9_000.0,
    spread=0.6,
    like_rate=0.13,
    comments_per_like=0.015,
    shares_per_like=0.008,
    saves_per_like=0.04,
    past_likes=0.3,
    conversion=0.3,
    churn_per_day=0.0002,
    catalogue_share=0.3,
    following=230,
    verified=False,
)


@pytest.fixture
def traits() -> Traits:
    return TRAITS


@pytest.fixture
def life_with() -> Callable[..., Life]:
    def make(*events: Event, days: int = 90, seed: int = 3) -> Life:
        return live(TRAITS, days, np.random.default_rng(seed), events)

    return make


@pytest.fixture
def exact(life_with: Callable[..., Life]) -> Tables:
    """Exact tables of the creator, 91 looks and 30 posts."""
    return to_tables(
        life_with(), np.random.default_rng(4), "6800000000000000001", "someone", LAST_LOOK, "tiktok"
    )
