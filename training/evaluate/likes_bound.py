"""How well a step of likes could be found at best: by a detector that has learnt from the very same orders.

No shipped model may know how likes are delivered, how many are ordered and that nothing else is ever inflated. A
classifier that has seen thousands of accounts with and without such an order knows all three. What it finds on
accounts that it has not seen is no proof of what is possible, and the nearest thing to a bound that can be measured.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from detector.panel import FloatArray, Panel
from detector.signals import history, steps
from detector.signals.looks import Rates, beside, moved
from detector.signals.stats import count

__all__ = ["easy_to_see", "features", "learnt_scores"]

SEED = 7
AROUND = 3
"""Looks on either side of a candidate day that the classifier sees."""

SLOW = 0.005
"""Usual daily likes over the lifetime likes up to which a tenth of them at once is twenty days' likes or more."""

LEAST_STEPS = 4.0
"""An order of fewer shown steps is nothing that rounding does not do."""


def features(panel: Panel) -> FloatArray:
    """What a history says about one step, (n, features), NaN where unknown.

    The shipped signals, and for the three looks with the highest gains (over one look and over two) likes and
    followers around them in units of the account's own noise, the size of the gain relative to the lifetime likes, and
    how the account usually is.
    """
    likes, followers = beside(panel, "likes", "followers")
    total = np.nanmax(np.where(np.isnan(panel.history.likes), -np.inf, panel.history.likes), axis=1)
    total = np.maximum(np.where(np.isfinite(total), total, 1.0), 1.0)
    signals = (
        steps.like_step,
        steps.like_step_without_followers,
        history.like_spike_without_followers,
        history.follower_spike_without_likes,
        history.follower_spike,
    )
    columns = [signal(panel) for signal in signals]
    columns += [np.log(np.maximum(count(likes.gain), 1.0)), np.log(total)]
    columns += [np.log(likes.noise[:, 0] / total), np.log(followers.noise[:, 0])]
    columns += [likes.spread[:, 0] / likes.noise[:, 0], likes.usual[:, 0] / likes.noise[:, 0]]
    for place in range(3):
        columns += _around(likes, followers, total, place)
    return np.stack(columns, axis=1)


def _around(likes: Rates, followers: Rates, total: FloatArray, place: int) -> list[FloatArray]:
    gain = np.where(np.isnan(likes.gain), -np.inf, likes.gain)
    column = np.argsort(-gain, axis=1, kind="stable")[:, place]
    rows = np.arange(len(gain))
    found = [np.log((np.maximum(likes.gain[rows, column], 0.0) + likes.noise[:, 0]) / total)]
    for rates in (likes, followers):
        noise = np.maximum(rates.noise, rates.spread)[:, 0]
        for away in range(-AROUND, AROUND + 1):
            beside = moved(rates.rest, -away)[rows, column]
            found.append(np.sign(beside) * np.log1p(np.abs(beside) / noise))
    return found


def learnt_scores(
    untouched: FloatArray, inflated: FloatArray, asked: Mapping[str, FloatArray]
) -> dict[str, FloatArray]:
    """Scores of the accounts `asked` (name -> features) by trees that learnt to tell inflated from untouched ones."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(
        max_iter=200,
        learning_rate=0.05,
        max_leaf_nodes=12,
        min_samples_leaf=20,
        l2_regularization=1.0,
        random_state=SEED,
    )
    label = np.repeat([0, 1], [len(untouched), len(inflated)])
    model.fit(np.concatenate([untouched, inflated]), label)
    return {name: np.asarray(model.decision_function(table), float) for name, table in asked.items()}


def easy_to_see(panel: Panel, amount: FloatArray) -> NDArray[np.bool_]:
    """Whether an order of `amount` likes stands out of the untouched account at all, bool (n,).

    False where likes usually grow by more than `SLOW` a day, and where the order is fewer than `LEAST_STEPS` steps in
    which they are shown.
    """
    likes, _ = beside(panel, "likes", "followers")
    total = np.nanmax(np.where(np.isnan(panel.history.likes), 0.0, panel.history.likes), axis=1)
    slow = likes.usual[:, 0] <= SLOW * total
    return np.asarray(slow & (amount >= LEAST_STEPS * likes.step[:, 0]))
