"""Held-back cases: the challenger must rank accounts that people labelled no worse than the champion does."""

import numpy as np

from detector.model.model import Model
from training.accounts import only
from training.evaluate.figures import auc
from training.evaluate.judged import judged, look
from training.gates.ground import Ground, Outcome

__all__ = ["held_back_cases", "knows_them"]

NAME = "held-back cases"
MIN_EACH = 5
"""Held-back accounts of each label below which nothing can be said."""

RESAMPLES = 1_000
WORSE_IN = 0.9
"""Share of resamples in which it must rank worse for it to count as worse: chance alone gives one half."""

TOO_MUCH = 0.02
"""AUC that may not be lost whatever chance says."""


def held_back_cases(ground: Ground) -> Outcome:
    """Paired bootstrap of the AUC over the same accounts."""
    truth = ground.held_back
    n_inflated = sum(truth.values())
    counts = {"inflated": float(n_inflated), "genuine": float(len(truth) - n_inflated)}
    if min(counts.values()) < MIN_EACH:
        said = (
            f"{n_inflated} inflated and {len(truth) - n_inflated} genuine accounts were held back; "
            f"it takes {MIN_EACH} of each. Give the --cases that it was taught with, and a SOURCE with their accounts; "
            "`train fit` holds some back with --hold-back."
        )
        return Outcome(NAME, False, said, counts)
    seen = look(only(ground.tables, truth))
    inflated = np.array([truth[key] for key in seen.keys])
    after = judged(seen, ground.challenger).score
    figures = counts | {"auc_challenger": auc(after[~inflated], after[inflated])}
    if ground.champion is None:
        return Outcome(NAME, True, f"AUC {figures['auc_challenger']:.3f}; no champion yet", figures)
    before = judged(seen, ground.champion).score
    figures["auc_champion"] = auc(before[~inflated], before[inflated])
    rng = np.random.default_rng(len(truth))
    up, down = np.flatnonzero(inflated), np.flatnonzero(~inflated)
    gains = np.empty(RESAMPLES)
    for at in range(RESAMPLES):
        some, others = rng.choice(up, len(up)), rng.choice(down, len(down))
        gains[at] = auc(after[others], after[some]) - auc(before[others], before[some])
    gain = figures["auc_challenger"] - figures["auc_champion"]
    low, high = np.quantile(gains, [0.025, 0.975]).tolist()
    figures |= {"gain": gain, "gain_low": low, "gain_high": high}
    worse = float(np.mean(gains < 0)) >= WORSE_IN or gain < -TOO_MUCH
    said = (
        f"AUC {figures['auc_champion']:.3f} -> {figures['auc_challenger']:.3f} "
        f"({gain:+.3f}, {low:+.3f} to {high:+.3f}) on {n_inflated} inflated and {len(truth) - n_inflated} genuine"
    )
    if knows_them(ground.champion):
        said += "; the champion was taught on them itself, for it was fitted without --hold-back"
    return Outcome(NAME, not worse, said, figures)


def knows_them(champion: Model) -> bool:
    """Whether a champion learnt from all cases, so that held-back ones flatter it."""
    learnt = any(platform.lessons for platform in champion.platforms.values())
    return learnt and not dict(champion.card.get("lineage", {})).get("held_back_share")
