"""What a model promises of accounts like its reference's: the other side of a tally."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from detector.audit.reports.tally import EDGES, look_name, pair_name
from detector.model.model import Model
from detector.model.tail import Tail
from detector.outputs.summary import SUSPICIOUS_P

__all__ = ["ORDINARY_BINS", "promised_levels", "promised_shares", "tail_share"]

ORDINARY_BINS = np.diff(np.array(EDGES))
"""Shares of accounts in the bins of p-values: p-values of ordinary accounts are spread evenly."""

_ROUNDING = 1e-9


def promised_levels(model: Model, platform: str) -> tuple[float, float]:
    """Share of accounts that can be judged, and of these the share of suspicious ones, both 0..1.

    As measured on reference accounts that the fit had not seen, where the card says it; else 1 and the level's limit.
    """
    measured: Mapping[str, Any] = model.card.get("cross_validation") or {}
    judged = float(measured.get(f"{platform}.judged_share", 1.0))
    return judged, float(measured.get(f"{platform}.suspicious_share", SUSPICIOUS_P))


def promised_shares(model: Model, platform: str, share: float) -> dict[tuple[str, str], tuple[float, float]]:
    """For each look and signal, the least and the greatest share of accounts that the top `share` of peers may hold.

    Both are `share` for a signal whose values are all different. Where many peers share one value (no refill at
    all), it may be less: see `tail_share`. A forest promises nothing by itself: it is calibrated together with the
    signals of its look.
    """
    return dict(_shares(model, platform, share)) if platform in model.platforms else {}


def _shares(
    model: Model, platform: str, share: float
) -> Iterator[tuple[tuple[str, str], tuple[float, float]]]:
    for unit in model.platforms[platform].units:
        for pair, peer in unit.peers.items():
            name = look_name(unit.axis, unit.block), pair_name(*pair)
            yield name, (tail_share(peer.tail, share), share)


def tail_share(tail: Tail, share: float) -> float:
    """The share of reference accounts at or above the first stored quantile that `share` of them reach at most.

    >>> from detector.model.tail import fit_tail
    >>> rare = fit_tail(np.array([0.0] * 970 + [1.0] * 30))  # 3 % have any value but 0
    >>> round(tail_share(rare, 0.5), 2), round(tail_share(rare, 0.05), 2)
    (0.03, 0.03)
    """
    first = int(np.searchsorted(tail.surprise, -np.log10(share) - _ROUNDING))
    return float(10.0 ** -tail.surprise[first]) if first < len(tail.surprise) else share
