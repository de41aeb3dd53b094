"""False alarms: no more ordinary accounts may be called suspicious, in any size band and of any innocent archetype."""

import numpy as np

from training.evaluate.alarms import Alarm, by_size
from training.gates.ground import Ground, Outcome
from training.plots import binomial_interval

__all__ = ["false_alarms"]

NAME = "false alarms"

PROMISED = 0.01
SURE = 2.58
"""Standard deviations: of a dozen kinds one misses a 95 % interval by chance in every other run."""

MIN_JUDGED = 30
"""Accounts of a kind below which a share says nothing."""


def false_alarms(ground: Ground) -> Outcome:
    """Counts of `suspicious` by kind. A kind fails where its share is above both what is promised and what the
    champion does, beyond chance: its 99 % interval lies above the larger of the two.
    """
    before, after = ground.said
    champion, challenger = ground.evaluations
    kinds = {f"size {one.kind}": one for one in by_size(after)} | _archetypes(challenger.by_archetype)
    kinds["all"] = _all(tuple(by_size(after)))
    others: dict[str, Alarm] = {}
    if before is not None and champion is not None:
        others = {f"size {one.kind}": one for one in by_size(before)} | _archetypes(champion.by_archetype)
        others["all"] = _all(tuple(by_size(before)))
    failed, figures = [], {}
    for kind, one in kinds.items():
        if one.judged < MIN_JUDGED:
            continue
        figures[f"{kind}.challenger"] = one.share
        allowed = PROMISED
        if kind in others and others[kind].judged:
            figures[f"{kind}.champion"] = others[kind].share
            allowed = max(allowed, float(np.nan_to_num(others[kind].share)))
        if binomial_interval(one.suspicious, one.judged, SURE)[0] > allowed:
            failed.append(f"{kind}: {one.suspicious} of {one.judged}, {allowed:.1%} allowed")
    said = f"{kinds['all'].suspicious} of {kinds['all'].judged} ordinary accounts ({kinds['all'].share:.2%})"
    if "all" in others:
        said += f", by the champion {others['all'].suspicious} of {others['all'].judged}"
    said += f"; {len(figures)} shares by size and archetype"
    return Outcome(NAME, not failed, said + "".join(f"; above: {one}" for one in failed), figures)


def _archetypes(alarms: tuple[Alarm, ...]) -> dict[str, Alarm]:
    return {f"archetype {one.kind}": one for one in alarms}


def _all(alarms: tuple[Alarm, ...]) -> Alarm:
    judged, suspicious = (sum(getattr(one, name) for one in alarms) for name in ("judged", "suspicious"))
    accounts, unusual = (sum(getattr(one, name) for one in alarms) for name in ("accounts", "unusual"))
    return Alarm("all", accounts, judged, unusual, suspicious, *binomial_interval(suspicious, judged))
