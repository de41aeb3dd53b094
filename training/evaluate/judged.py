"""Judged: what a model says of a set of accounts, as arrays. Without reasons, which an evaluation does not read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.contract import AXES
from detector.model.evidence import Evidence, gather
from detector.model.model import LOOKS, Judgement, Model
from detector.owners import cut, owners_of
from detector.panel import FloatArray, Panel, panel_of
from detector.repair import repair
from detector.scoring import CHUNK, axis_p_values, evidence_of, levels
from detector.tables import Tables
from training.evaluate.cross_fit import CrossFitted

__all__ = ["UNKNOWN", "Judged", "Seen", "judged", "look"]

Key = tuple[str, str]

UNKNOWN = -99.0
"""Score of an account that has none: it ranks last. Scores are never below -1."""


@dataclass(frozen=True, slots=True, repr=False)
class Seen:
    """Accounts of one view, ready to be judged by several models: their panel and the evidence in it, by chunk."""

    keys: tuple[Key, ...]
    parts: tuple[tuple[Panel, Evidence], ...] = field(repr=False)

    def __repr__(self) -> str:
        return f"Seen({len(self.keys)} accounts)"

    def take(self, mask: NDArray[np.bool_]) -> "Seen":
        """Some of the accounts, by a mask (n,)."""
        parts, start = [], 0
        for panel, evidence in self.parts:
            rows = np.flatnonzero(mask[start : start + len(panel)])
            start += len(panel)
            if len(rows):
                parts.append((panel.part(rows), evidence.take(rows)))
        return Seen(tuple(key for key, own in zip(self.keys, mask, strict=True) if own), tuple(parts))

    def each(self, value: Callable[[Panel], FloatArray]) -> FloatArray:
        """A number for each account, (n,), from a function of a panel."""
        return np.concatenate([value(panel) for panel, _ in self.parts])


@dataclass(frozen=True, slots=True, repr=False)
class Judged:
    """Arrays of shape (n,), in the order of `keys`.

    `score` and `axis_score` rank (`UNKNOWN` where nothing is known), `p_value` and `axis_p` are NaN where nothing
    may be said, `looks` (n, looks) holds each look's surprise (-log10 p), NaN where it may not carry a verdict.
    `followers` are as shown, `evidence` is the kind that an account has.
    """

    keys: tuple[Key, ...]
    score: FloatArray
    level: NDArray[np.object_]
    p_value: FloatArray
    axis_score: dict[str, FloatArray]
    axis_p: dict[str, FloatArray]
    looks: FloatArray
    followers: FloatArray
    evidence: NDArray[np.object_]

    def __repr__(self) -> str:
        return f"Judged({len(self.keys)} accounts)"

    def __len__(self) -> int:
        return len(self.keys)


def look(tables: Tables) -> Seen:
    """Repairs the tables, and computes the evidence of all accounts, chunk by chunk."""
    owners = owners_of(tables)
    panels = (panel_of(own, whose) for own, whose in cut(repair(tables, owners), owners, CHUNK))
    return Seen(tuple(owners.keys), tuple((panel, gather(panel)) for panel in panels))


def judged(seen: Seen, model: Model | CrossFitted) -> Judged:
    """What the model says of accounts that were looked at; of several, each account's the one that did not see it."""
    if isinstance(model, CrossFitted):
        return _by_fold(seen, model)
    parts = list(_judge(seen, model))
    return Judged(
        seen.keys,
        score=np.concatenate([_ranked(one.score) for one, _ in parts]),
        level=np.concatenate([levels(one)[0] for one, _ in parts]),
        p_value=np.concatenate([levels(one)[1] for one, _ in parts]),
        axis_score={
            axis: np.concatenate([_ranked(one.axis_scores[axis]) for one, _ in parts]) for axis in AXES
        },
        axis_p={axis: np.concatenate([axis_p_values(one, axis) for one, _ in parts]) for axis in AXES},
        looks=np.concatenate([_looks(one) for one, _ in parts]),
        followers=np.concatenate([panel.profile["followers"] for _, panel in parts]),
        evidence=np.concatenate([evidence_of(one) for one, _ in parts]),
    )


def _by_fold(seen: Seen, model: CrossFitted) -> Judged:
    """Each account by the model that did not see it, in the order of all."""
    fold = model.fold(seen.keys)
    numbers = sorted(set(fold.tolist()))
    said = [judged(seen.take(fold == number), model.models[number]) for number in numbers]
    places = np.argsort(np.concatenate([np.flatnonzero(fold == number) for number in numbers]))

    def merged(values: list[NDArray[Any]]) -> NDArray[Any]:
        return np.asarray(np.concatenate(values)[places])

    return Judged(
        seen.keys,
        score=merged([one.score for one in said]),
        level=merged([one.level for one in said]),
        p_value=merged([one.p_value for one in said]),
        axis_score={axis: merged([one.axis_score[axis] for one in said]) for axis in AXES},
        axis_p={axis: merged([one.axis_p[axis] for one in said]) for axis in AXES},
        looks=merged([one.looks for one in said]),
        followers=merged([one.followers for one in said]),
        evidence=merged([one.evidence for one in said]),
    )


def _judge(seen: Seen, model: Model) -> Iterator[tuple[Judgement, Panel]]:
    for panel, evidence in seen.parts:
        yield model.judge(panel, evidence), panel


def _ranked(score: FloatArray) -> FloatArray:
    return np.nan_to_num(score, nan=UNKNOWN)


def _looks(judgement: Judgement) -> FloatArray:
    found = np.full((len(judgement.leading), len(LOOKS)), np.nan)
    for reading in judgement.readings:
        at = LOOKS.index((reading.unit.axis, reading.unit.block))
        found[reading.rows[reading.judged], at] = reading.surprise[reading.judged]
    return found
