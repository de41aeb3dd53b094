"""Finding: one figure of a night beside what the model promises of it."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

__all__ = ["STABILITY_LIMIT", "Finding", "What"]

STABILITY_LIMIT = 0.15
"""Of the population stability index of a look's p-values. Credit scoring calls 0.1 a slight change, 0.25 a great one;
the reference itself, judged by its model, has up to 0.07, for its calibration is cautious."""

What = Literal["platform", "no peers", "no data", "level", "p-values", "above the median", "top 5 %"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One figure beside what the model promises.

    Attributes
    ----------
    platform, what, name : str
        What was looked at: a platform, and for p-values a look, for shares a signal.
    n : int
        Accounts behind it.
    found, low, high : float
        The share found, 0..1, and between which shares it is as promised; for p-values the mean p-value and 0.5.
    effect : float
        How far apart, in the measure that belongs to it: the stability index of p-values (never negative), Cohen's h
        of shares of a signal, the ratio of suspicious accounts, the difference of accounts not judged.
    drifted : bool
        Whether that is beyond the limit, and beyond chance.
    """

    platform: str
    what: What
    name: str
    n: int
    found: float
    low: float
    high: float
    effect: float
    drifted: bool

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON: shares to an account in a million, the effect to four digits behind the point."""
        shares = {name: round(getattr(self, name), 6) for name in ("found", "low", "high")}
        return asdict(self) | shares | {"effect": round(self.effect, 4) + 0.0}  # no -0.0

    @property
    def odder(self) -> bool:
        """Whether the population is odder than the reference rather than less odd."""
        return self.found < self.low if self.what == "p-values" else self.found > self.high
