"""Probability: it must mean what it says of held-back cases, and say no worse than the champion's what they are."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.model.model import Model
from detector.panel import FloatArray
from detector.scoring import score_tables
from training.accounts import only
from training.fit.chance import MIN_DRAWN, expected_error
from training.gates.ground import Ground, Key, Outcome

__all__ = ["Held", "by_chance", "probability", "standing_for", "worse_in"]

NAME = "probability"

BOUND = 0.05
"""Expected calibration error that is promised (docs/retraining.md)."""

SURE = 0.95
"""Share of draws with which a probability that is just good enough passes."""

DRAWS = 1_000
WORSE_IN = 0.9
"""Share of paired resamples in which the Brier score must be worse, as for the ranking of held-back cases."""

MIN_CASES = 10
"""Held-back accounts with a probability below which nothing can be said of it."""

PER_BIN, MOST_BINS = 10, 10


@dataclass(frozen=True, slots=True)
class Held:
    """Held-back accounts: what is said of them, what they are, how many accounts each stands for; arrays (n,)."""

    said: FloatArray
    inflated: NDArray[np.bool_]
    weight: FloatArray

    def error(self) -> float:
        """Expected calibration error."""
        return float(expected_error(self.said, self.inflated, self.weight, self.bins))

    def brier(self) -> float:
        """Mean squared distance of what is said from what is."""
        return float(np.average((self.said - self.inflated) ** 2, weights=self.weight))

    @property
    def bins(self) -> int:
        """Of at least ten accounts each, at most ten."""
        return int(np.clip(len(self.said) // PER_BIN, 1, MOST_BINS))


def probability(ground: Ground) -> Outcome:
    """The error of calibration beside what chance gives, and the Brier score beside the champion's.

    It fails where the error is beyond the bound and chance, unless the champion's is as large on the same accounts;
    where the champion says better what they are in nine of ten paired resamples; and where the champion gives a
    probability and the challenger none.
    """
    truth = ground.held_back
    after = _said(ground, ground.challenger)
    before = np.full(len(truth), np.nan) if ground.champion is None else _said(ground, ground.champion)
    known, shared = ~np.isnan(after), ~np.isnan(after) & ~np.isnan(before)
    figures = {"accounts": float(known.sum())}
    if not known.any():
        lost = bool((~np.isnan(before)).any())
        said = "none is given" + (" where the champion gives one" if lost else "")
        return Outcome(NAME, not lost, said, figures)
    if known.sum() < MIN_CASES:
        said = f"{known.sum()} held-back accounts have one; it takes {MIN_CASES} to judge it"
        return Outcome(NAME, True, said, figures)
    inflated, weight = np.array(list(truth.values()), dtype=bool), standing_for(ground)
    held = Held(after[known], inflated[known], weight[known])
    allowed = by_chance(held)
    figures |= {"error_challenger": held.error(), "error_allowed": allowed, "brier_challenger": held.brier()}
    wide = figures["error_challenger"] > allowed
    said = f"calibration error {held.error():.3f} ({BOUND:g} and chance allow {allowed:.3f})"
    worse = False
    if shared.sum() >= MIN_CASES:
        both = [Held(one[shared], inflated[shared], weight[shared]) for one in (before, after)]
        figures |= _beside(*both)
        worse = figures["worse_in"] >= WORSE_IN
        wide = wide and both[1].error() > both[0].error()
        said += (
            f", champion's {both[0].error():.3f}; Brier score {both[0].brier():.3f} -> {both[1].brier():.3f}, worse in "
            f"{figures['worse_in']:.0%} of resamples"
        )
    said += f"; {len(held.said)} held-back accounts"
    return Outcome(NAME, not (wide or worse), said, figures)


def by_chance(held: Held) -> float:
    """The error of calibration that a probability off by `BOUND` throughout shows at most in `SURE` of all draws.

    Labels are drawn for the same accounts from what is said, moved up or down: few accounts show a large error even
    where all is well.

    References
    ----------
    Bröcker, Smith 2007, Increasing the reliability of reliability diagrams (consistency resampling).
    """
    rng = np.random.default_rng(len(held.said))
    found = []
    for moved in (held.said + BOUND, held.said - BOUND):
        drawn = rng.random((DRAWS, len(moved))) < np.clip(moved, 0.0, 1.0)
        errors = expected_error(held.said, drawn, held.weight, held.bins)
        found.append(float(np.quantile(errors, SURE)))
    return max(found)


def worse_in(before: Held, after: Held) -> float:
    """Share of paired resamples of the same accounts in which the second Brier score is larger; ties count half."""
    rng = np.random.default_rng(len(before.said))
    lost = after.weight * ((after.said - after.inflated) ** 2 - (before.said - before.inflated) ** 2)
    sums = lost[rng.integers(len(lost), size=(DRAWS, len(lost)))].sum(axis=1)
    return float((sums > 0).mean() + (sums == 0).mean() / 2)


def standing_for(ground: Ground) -> FloatArray:
    """How many accounts each held-back one stands for, (n,), mean 1 on each platform.

    Where a challenger learnt from enough cases drawn at random its probability speaks of all accounts: then those
    held back that were drawn stand for all that nobody picked, and the others for the picked.
    """
    keys = list(ground.held_back)
    weight = np.ones(len(keys))
    for platform in {key[0] for key in keys}:
        mine = np.array([key[0] == platform for key in keys])
        drawn = np.array([key in ground.drawn for key in keys]) & mine
        labelled = [key for key in ground.labelled if key[0] == platform]
        n_drawn = sum(key in ground.drawn for key in labelled)
        if n_drawn - drawn.sum() < MIN_DRAWN or not drawn.any():
            continue
        picked, n_picked = mine & ~drawn, len(labelled) - n_drawn
        everybody = sum(key[0] == platform for key in ground.tables.keys())  # noqa: SIM118
        weight[drawn] = (everybody - n_picked) / drawn.sum()
        weight[picked] = n_picked / max(picked.sum(), 1)
        weight[mine] /= weight[mine].mean()
    return weight


def _said(ground: Ground, model: Model) -> FloatArray:
    """The probability of each held-back account, (n,), NaN where there is none."""
    truth = ground.held_back
    if not truth:
        return np.empty(0)
    columns = score_tables(only(ground.tables, truth), model).columns
    keys: list[Key] = list(zip(columns["platform"], columns["account_id"], strict=True))
    found: Mapping[Key, float] = dict(zip(keys, columns["probability"].tolist(), strict=True))
    return np.array([found[key] for key in truth], dtype=np.float64)


def _beside(before: Held, after: Held) -> dict[str, float]:
    return {
        "error_champion": before.error(),
        "brier_champion": before.brier(),
        "worse_in": worse_in(before, after),
    }
