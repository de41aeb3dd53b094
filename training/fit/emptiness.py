"""Emptiness: marks of an account that was made to follow, and how many ordinary accounts show as many of them.

What a reference says of itself cannot tell whether it holds such accounts: genuine ones of one set follow as many
as follow them, those of another half as many, and each mark is common somewhere. Several marks together are rare among
genuine accounts everywhere. So shares are written down that were counted on accounts labelled genuine, and a reference
in which clearly more show as much holds accounts of another kind (docs/decisions/0026).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from detector.panel import FloatArray

__all__ = ["EMPTINESS", "Emptiness", "Shares", "emptiness", "share_above"]

Shares = tuple[tuple[float, float], ...]
"""Values, ascending, and the share of the ordinary accounts that reach each; below the first one, everybody."""


@dataclass(frozen=True, slots=True)
class Emptiness:
    """`marks` by signal, and how much of all marks `together` (`emptiness`) ordinary accounts reach.

    The shares of the latter are of those that reach its first value: how many these are, each population says itself.
    """

    marks: Mapping[str, Shares]
    together: Shares


def _fewer(counts: Mapping[float, float]) -> Shares:
    """By counts of which few are odd, as signals have them: -ln(1 + count)."""
    return tuple((-float(np.log1p(count)), share) for count, share in counts.items())


EMPTINESS: Mapping[str, Emptiness] = {
    "instagram": Emptiness(
        marks={
            "few_followers": _fewer({100: 0.15, 50: 0.068, 20: 0.03, 5: 0.009}),
            "unreturned_following": (
                (0.5, 0.3),
                (1.0, 0.13),
                (1.5, 0.068),
                (2.0, 0.033),
                (2.5, 0.012),
                (4.0, 0.003),
            ),
            "few_posts": _fewer({5: 0.32, 1: 0.135, 0: 0.083}),
            "empty_biography": _fewer({0: 0.6}),
            "missing_picture": ((1.0, 0.03),),
        },
        together=((1.0, 1.0), (2.0, 0.45)),
    ),
}
"""By platform. The share of each mark is half as large again as the most that is seen in any of four sets of accounts
labelled genuine; of those that reach 1 together at most .40, .17, .05, .02 reach 2, 3, 4, 5 in the set that has most of
them (`python -m benchmarks.labelled_contamination`)."""


def emptiness(signals: Mapping[str, FloatArray], marks: Mapping[str, Shares]) -> FloatArray:
    """The -log10 of the shares of ordinary accounts that show as much of each mark, added up, (n,); 0 where unknown."""
    seen = [-np.log10(share_above(signals[name], shares)) for name, shares in marks.items()]
    return np.asarray(np.nansum(seen, axis=0))


def share_above(values: FloatArray, shares: Shares) -> FloatArray:
    """Share of ordinary accounts at or above each of `values`, (n,) in (0, 1], NaN for NaN.

    Between two values of `shares` their logarithm goes straight, and beyond the last one as between the last two.
    """
    at, log_share = np.array([at for at, _ in shares]), np.log([share for _, share in shares])
    rate = (log_share[-1] - log_share[-2]) / (at[-1] - at[-2]) if len(at) > 1 else 0.0
    found = np.interp(values, at, log_share) + rate * np.maximum(values - at[-1], 0.0)
    found = np.where(values < at[0], 0.0, found)
    return np.where(np.isnan(values), np.nan, np.exp(found))
