"""Settings: all that an evaluation depends on besides the model and the accounts."""

from dataclasses import dataclass

__all__ = ["PARTS", "REPORTING_SEED", "EvaluationSettings"]

REPORTING_SEED = 770_000
"""Simulated accounts that figures are reported on. Nothing is chosen on them: tests, the sample and the models'
history calibration draw other seeds."""

PARTS = ("baselines", "signals", "held_out", "archetypes")
"""What is computed besides the matrix of mechanics, doses and views."""


@dataclass(frozen=True, slots=True)
class EvaluationSettings:
    """All that an evaluation depends on besides the model and the accounts.

    `accounts` simulated ones where the user gives none: one third is learnt from by the baselines, two thirds are
    scored, and inflation is put into `dosed` of these. `per_archetype` simulated accounts of each innocent archetype.
    `views` and `mechanics` default to all that the accounts allow. `parts` of `PARTS` are computed besides the matrix.
    """

    accounts: int = 6_000
    dosed: int = 800
    per_archetype: int = 200
    seed: int = REPORTING_SEED
    platform: str = "tiktok"
    days: int = 90
    posts: int = 30
    views: tuple[str, ...] = ()
    mechanics: tuple[str, ...] = ()
    doses: tuple[float, ...] = ()
    parts: tuple[str, ...] = PARTS
    workers: int = 1
