"""The queue: which account is most worth a label now, and why. Each answer changes what is asked next.

Every sign (`signs.py`) is a way to find inflated accounts; which of them tells is learnt from the answers, each of
which counts for all signs near whose top the account lies. Some accounts come by chance: only they say how many
ordinary ones are called suspicious.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.panel import FloatArray
from detector.review.likeness import MIN_FOUND, likeness
from detector.review.signs import OUTSIDE, Signs
from detector.review.table import Reviewed

__all__ = ["KINDS", "Item", "Queue", "Said"]

Key = tuple[str, str]

KINDS: Mapping[str, str] = {
    "suspicious": "among the most suspicious that nobody has labelled",
    "like_inflated": "shows what accounts that were labelled inflated show",
    "uncertain": "close to the line between ordinary and suspicious",
    "unlike": "shows something that no account that has been labelled shows",
    "random": "drawn at random, to learn how often ordinary accounts are called suspicious",
    "second_opinion": "labelled by another reviewer",
    "opened": "opened by the reviewer, out of the queue",
}
"""Why an account is in the queue, by name; kept with each case."""

LINE = 0.02
"""Between the p-values at which accounts are called unusual (0.05) and suspicious (0.01), on the log scale."""

FIRST = 40
"""Answers in which chance has a small share: there is no probability from so few, and each find teaches much."""

SHARES = {"random": (0.05, 0.25), "uncertain": (0.025, 0.125)}
"""Of the first answers, and of all further ones. A quarter by chance gives the 30 cases that correct for what the queue
prefers (`training.fit.chance`) within 160 answers."""

PATIENCE = 5
"""Answers that these kinds may lag behind: they wait for an answer that was not `inflated`, so that a queue that finds
one after the other goes on."""

PRIOR, PRIOR_OF_SCORE, PRIOR_CASES, DEEPER = 0.3, 0.5, 4.0, 0.8
"""Share of inflated accounts at the top of a sign before any answer, how many answers that is worth, and what is left
of it in each further zone. With the two below chosen on simulated populations other than those that are reported:
docs/decisions/0023."""

REACH = 1
"""Zones below its own of which an answer counts for an account too."""

AGREEING, SCORE_BESIDE = 5, 0.25
"""The best signs whose mean counts beside the best one, and the weight of the unlabelled ranking beside both."""

LIKENESS = 1.0
"""Weight of how much an account looks like the inflated ones in all signs together, beside the worth of its signs."""

MORE_THAN_NOT = 0.5
"""Likeness from which an account is asked about for it."""

MOST_COMPARED = 2_000
"""Accounts that are compared by all signs: those with the best single ones."""

MOST_USUAL = 1_000
"""Accounts without an answer, drawn by chance, that stand for what is usual."""

NEAR = 40
"""Accounts closest to the line, of which the likeliest to be inflated is asked about as uncertain."""


@dataclass(frozen=True, slots=True)
class Item:
    """A place in the result, and the kind of reason (of `KINDS`) for which it is asked about."""

    at: int
    kind: str


@dataclass(frozen=True, slots=True)
class Said:
    """A standing answer: its label, and for which kind of the queue it was asked; empty for imported cases."""

    label: str
    kind: str = ""


class Queue:
    """What is asked next, given all answers so far. The same answers give the same account.

    Parameters
    ----------
    result : the accounts
    signs : of the same accounts
    seed : of the random share
    """

    def __init__(self, result: Reviewed, signs: Signs, seed: int = 7) -> None:
        n = len(result)
        self._signs, self._seed = signs, seed
        self._place = {key: at for at, key in enumerate(result.keys)}
        self._drawn = np.random.default_rng([seed, n]).permutation(n)
        self._near = np.argsort(-_nearness(result), kind="stable")
        self._behind = np.empty(n)
        self._behind[np.argsort(signs.score, kind="stable")] = np.arange(n) / max(n, 1) * 1e-3

    def next(self, said: Mapping[Key, Said], skipped: Collection[Key] = ()) -> Item | None:
        """The account to ask about, None where all have an answer.

        Parameters
        ----------
        said : standing answers, the latest last
        skipped : accounts that are not to be asked about now
        """
        open_ = np.ones(len(self._behind), dtype=bool)
        open_[[self._place[key] for key in (*said, *skipped) if key in self._place]] = False
        if not open_.any():
            return None
        kind = _turn(said)
        if kind == "random":
            return Item(int(self._drawn[np.argmax(open_[self._drawn])]), kind)
        if kind == "uncertain":
            near = np.zeros_like(open_)
            near[self._near[open_[self._near]][:NEAR]] = True
            return Item(self._best(said, near).at, kind)
        return self._best(said, open_)

    def left(self, said: Mapping[Key, Said], skipped: Collection[Key] = ()) -> int:
        """How many accounts can still be asked about."""
        return len(self._behind) - len({key for key in (*said, *skipped) if key in self._place})

    def _best(self, said: Mapping[Key, Said], open_: NDArray[np.bool_]) -> Item:
        """The account that its signs, by what was answered so far, make most likely to be inflated."""
        hits, asked = self._counts(said)
        zone = self._signs.zone
        prior = np.full((len(zone), 1), PRIOR)
        prior[0] = PRIOR_OF_SCORE
        prior = PRIOR_CASES * prior * DEEPER ** np.arange(OUTSIDE)
        worth = np.pad((hits + prior) / (asked + PRIOR_CASES), ((0, 0), (0, 1)))
        best = np.zeros(zone.shape[1])
        for own, each in zip(worth, zone, strict=True):
            np.maximum(best, own[each], out=best)
        best = np.where(open_, best + SCORE_BESIDE * worth[0, zone[0]] + self._behind, -np.inf)
        compared = min(MOST_COMPARED, int(open_.sum()))
        some = np.sort(np.argpartition(-best, compared - 1)[:compared])
        table = np.take_along_axis(worth, zone[:, some], axis=1)
        table = np.sort(table, axis=0)[-AGREEING:]
        like = self._like(said, some)
        first = int(np.argmax(best[some] + table.mean(axis=0) + LIKENESS * like))
        at = int(some[first])
        return Item(
            at, "like_inflated" if like[first] >= MORE_THAN_NOT else self._kind(at, worth, hits, asked)
        )

    def _like(self, said: Mapping[Key, Said], some: NDArray[np.intp]) -> FloatArray:
        """How much each of some accounts looks like the inflated ones; 0 before enough of these were found."""
        answers = {
            self._place[key]: one.label == "inflated" for key, one in said.items() if self._tells(key, one)
        }
        if sum(answers.values()) < MIN_FOUND:
            return np.zeros(len(some))
        labelled = np.fromiter(answers, dtype=np.intp)
        usual = self._drawn[~np.isin(self._drawn, labelled)][:MOST_USUAL]
        rows = np.concatenate([some, labelled, usual])
        where = np.arange(len(rows))
        first, last = len(some), len(some) + len(labelled)
        inflated = np.fromiter(answers.values(), dtype=bool)
        found = likeness(self._signs.place[:, rows], where[first:last], inflated, where[last:], self._seed)
        return found[:first]

    def _tells(self, key: Key, one: Said) -> bool:
        return key in self._place and one.label in ("inflated", "genuine")

    def _kind(self, at: int, worth: FloatArray, hits: FloatArray, asked: FloatArray) -> str:
        """Why: by the sign that speaks loudest."""
        zone = self._signs.zone[:, at]
        loudest = int(np.argmax(worth[np.arange(len(zone)), zone]))
        if zone[loudest] == OUTSIDE or loudest == 0:
            return "suspicious"
        if hits[loudest, zone[loudest]]:
            return "like_inflated"
        return "suspicious" if asked[loudest, zone[loudest]] else "unlike"

    def _counts(self, said: Mapping[Key, Said]) -> tuple[FloatArray, FloatArray]:
        """Of each sign (signs, zones): inflated accounts, and all with an answer, that count for a zone."""
        hits, asked = np.zeros((2, len(self._signs.names), OUTSIDE + 1))
        signs = np.arange(len(self._signs.names))
        for key, one in said.items():
            if self._tells(key, one):
                zone = self._signs.zone[:, self._place[key]]
                asked[signs, zone] += 1.0
                hits[signs, zone] += one.label == "inflated"
        upto = np.minimum(np.arange(OUTSIDE) + REACH, OUTSIDE - 1)
        return np.cumsum(hits, axis=1)[:, upto], np.cumsum(asked, axis=1)[:, upto]


def _turn(said: Mapping[Key, Said]) -> str | None:
    """Whose turn it is: of a kind with a share of its own, or None: that of the most likely."""
    asked = [one for one in said.values() if one.kind not in ("", "second_opinion", "opened")]
    if not asked:
        return None
    hit = asked[-1].label == "inflated"
    early, late = min(len(asked) + 1, FIRST), max(len(asked) + 1 - FIRST, 0)
    for kind, (of_first, of_further) in SHARES.items():
        due = of_first * early + of_further * late - sum(one.kind == kind for one in asked)
        if due > (PATIENCE if hit else 0):
            return kind
    return None


def _nearness(result: Reviewed) -> FloatArray:
    """Nearness to the line: of the probability to one half where there is one, else of the p-value to `LINE`."""
    with np.errstate(divide="ignore", invalid="ignore"):
        by_p = -np.abs(np.log10(result.numbers["p_value"]) - np.log10(LINE))
    chance = result.numbers.get("probability", np.full(len(result), np.nan))
    by_chance = -4.0 * np.abs(chance - 0.5)
    near = np.where(np.isnan(chance), by_p, by_chance)
    return np.nan_to_num(near, nan=-np.inf, neginf=-np.inf)
