"""The queue: which accounts are most worth a label, and why each is there.

A random share is always among them: only it says how many ordinary accounts are called suspicious in vain.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.panel import FloatArray
from detector.review.table import Reviewed

__all__ = ["KINDS", "Item", "queue"]

Key = tuple[str, str]

KINDS: Mapping[str, str] = {
    "suspicious": "among the most suspicious that nobody has labelled",
    "like_inflated": "resembles accounts that were labelled inflated more than any that were labelled genuine",
    "uncertain": "close to the line between ordinary and suspicious",
    "unlike": "unlike any account that has been labelled",
    "random": "drawn at random, to learn how often ordinary accounts are called suspicious",
    "second_opinion": "labelled by another reviewer",
    "opened": "opened by the reviewer, out of the queue",
}
"""Why an account is in the queue, by name; kept with each case."""

TURN = (
    "suspicious",
    "like_inflated",
    "uncertain",
    "random",
    "suspicious",
    "like_inflated",
    "unlike",
    "random",
)
"""Whose turn it is, over and over: a quarter each for the suspicious, their like, and chance."""

LINE = 0.02
"""Between the p-values at which accounts are called unusual (0.05) and suspicious (0.01), on the log scale."""

FEATURES = ("followers_score", "likes_score", "automation_score", "followers_excess", "followers_expected")
LOGARITHMIC = ("followers_excess", "followers_expected")


@dataclass(frozen=True, slots=True)
class Item:
    """A place in the result, and the kind of reason (of `KINDS`) for which it is asked about."""

    at: int
    kind: str


def queue(result: Reviewed, labels: Mapping[Key, str], most: int, seed: int = 7) -> list[Item]:
    """The next accounts to label.

    Parameters
    ----------
    result : the accounts
    labels : answers so far; these accounts are left out
    most : items at most
    seed : of the random share
    """
    open_ = np.array([key not in labels for key in result.keys], dtype=bool)
    rankings = _rankings(result, labels, seed)
    orders = {kind: iter(np.argsort(-value, kind="stable").tolist()) for kind, value in rankings.items()}
    found: list[Item] = []
    turn = 0
    while len(found) < most and open_.any():
        kind = TURN[turn % len(TURN)]
        turn += 1
        at = next(
            (at for at in orders.get(kind, iter(())) if open_[at] and rankings[kind][at] > -np.inf), None
        )
        if at is None:
            orders.pop(kind, None)
            if not orders:
                break
            continue
        open_[at] = False
        found.append(Item(at, kind))
    return found


def _rankings(result: Reviewed, labels: Mapping[Key, str], seed: int) -> dict[str, FloatArray]:
    """How much each account is worth a label of each kind; -inf where the kind says nothing."""
    score = np.nan_to_num(result.numbers["score"], nan=-np.inf)
    found = {"suspicious": score, "uncertain": _uncertain(result), "random": _random(len(result), seed)}
    label = np.array([labels.get(key, "") for key in result.keys])
    cases = np.flatnonzero(label != "")
    if len(cases):
        table = _standardised(result)
        found["unlike"] = _distance(table, table[cases])
        inflated, genuine = (np.flatnonzero(label == name) for name in ("inflated", "genuine"))
        if len(inflated):
            far = _distance(table, table[genuine]) if len(genuine) else np.full(len(table), 1.0)
            found["like_inflated"] = far - _distance(table, table[inflated])
    return found


def _uncertain(result: Reviewed) -> FloatArray:
    """Nearness to the line: of the probability to one half where there is one, else of the p-value to `LINE`."""
    with np.errstate(divide="ignore", invalid="ignore"):
        by_p = -np.abs(np.log10(result.numbers["p_value"]) - np.log10(LINE))
    chance = result.numbers.get("probability", np.full(len(result), np.nan))
    by_chance = -4.0 * np.abs(chance - 0.5)
    near = np.where(np.isnan(chance), by_p, by_chance)
    return np.nan_to_num(near, nan=-np.inf, neginf=-np.inf)


def _random(n: int, seed: int) -> FloatArray:
    return np.random.default_rng([seed, n]).random(n)


def _standardised(result: Reviewed) -> FloatArray:
    """Numbers of each account, (n, features), each on the scale of its own spread; the unknown lie in the middle."""
    columns = []
    for name in FEATURES:
        values = result.numbers.get(name, np.full(len(result), np.nan))
        values = np.log1p(np.maximum(values, 0.0)) if name in LOGARITHMIC else values
        known = values[~np.isnan(values)]
        if not len(known):
            continue
        middle = float(np.median(known))
        spread = float(np.median(np.abs(known - middle))) * 1.4826 or 1.0
        columns.append(np.nan_to_num(np.clip((values - middle) / spread, -8.0, 8.0), nan=0.0))
    return np.stack(columns, axis=1) if columns else np.zeros((len(result), 1))


def _distance(table: FloatArray, others: NDArray[np.float64]) -> FloatArray:
    """Distance of each account to the nearest of the others, (n,)."""
    nearest = np.full(len(table), np.inf)
    for other in others:
        nearest = np.minimum(nearest, np.sqrt(np.sum((table - other) ** 2, axis=1)))
    return nearest
