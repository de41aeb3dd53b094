"""What all gates stand on: the two models, held-back cases, accounts taken as ordinary, and one evaluation of each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from detector.cases import Case, current, disagreements
from detector.model.model import Model
from detector.tables import Tables
from training.accounts import only
from training.evaluate import Evaluation, EvaluationSettings, evaluate
from training.evaluate.judged import Judged, Seen, judged, look
from training.retrain import split_cases

__all__ = ["SETTINGS", "Ground", "Key", "Outcome"]

Key = tuple[str, str]

SETTINGS = EvaluationSettings(
    accounts=900,
    dosed=120,
    per_archetype=60,
    mechanics=(
        "hollow_followers",
        "likes_on_all_posts",
        "follower_package",
        "follower_drip",
        "lifetime_like_spike",
        "follow_unfollow",
    ),
    parts=("archetypes",),
)
"""A small evaluation: a gate asks whether something broke, docs/measuring.md asks how good it is."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a gate found: whether the challenger may pass, and the figures it rests on, in words and by name."""

    gate: str
    passed: bool
    said: str
    figures: Mapping[str, float]


@dataclass(frozen=True, repr=False)
class Ground:
    """What gates look at.

    `champion` is None before the first promotion: comparisons then pass, promises are still asked for. `tables` are
    accounts taken as ordinary save those that `cases` call inflated. `hold_back` is the share that the challenger's
    card says was kept from it.
    """

    champion: Model | None
    challenger: Model
    tables: Tables = field(repr=False)
    cases: Sequence[Case] = ()
    settings: EvaluationSettings = SETTINGS
    say: Callable[[str], None] = lambda text: None

    def __repr__(self) -> str:
        return f"Ground({self.challenger.version} against {self.champion.version if self.champion else 'nobody'})"

    @cached_property
    def labelled(self) -> dict[Key, bool]:
        """Accounts of cases that are in the tables, and whether they are inflated; not the unsure and disputed ones."""
        disputed = disagreements(self.cases)
        known = set(self.tables.keys())
        found: dict[Key, bool] = {}
        for case in current(self.cases):
            key = (case.platform, case.account_id)
            if key in known and key not in disputed and case.label != "unsure":
                found[key] = found.get(key, False) or case.label == "inflated"
        return found

    @cached_property
    def held_back(self) -> dict[Key, bool]:
        """Those of the `labelled` accounts that the challenger was not shown."""
        share = float(dict(self.challenger.card.get("lineage", {})).get("held_back_share") or 0.0)
        apart = {(case.platform, case.account_id) for case in split_cases(self.cases, share)[1]}
        return {key: inflated for key, inflated in self.labelled.items() if key in apart}

    @cached_property
    def drawn(self) -> frozenset[Key]:
        """Accounts that a review drew at random."""
        return frozenset((case.platform, case.account_id) for case in self.cases if case.queue == "random")

    @cached_property
    def ordinary(self) -> Seen:
        """Accounts that nobody called inflated, and that no case taught the challenger."""
        labelled = {(case.platform, case.account_id) for case in self.cases if case.label != "unsure"}
        platforms = set(self.challenger.platforms)
        keys = [k for k in self.tables.keys() if k not in labelled and k[0] in platforms]  # noqa: SIM118
        return look(only(self.tables, keys))

    @cached_property
    def said(self) -> tuple[Judged | None, Judged]:
        """What champion and challenger say of the ordinary accounts."""
        champion = judged(self.ordinary, self.champion) if self.champion is not None else None
        return champion, judged(self.ordinary, self.challenger)

    @cached_property
    def evaluations(self) -> tuple[Evaluation | None, Evaluation]:
        """The same evaluation of both, on the ordinary accounts."""
        tables = only(self.tables, self.ordinary.keys)
        champion = None
        if self.champion is not None:
            champion = evaluate(self.champion, tables, self.settings, say=self.say)
        return champion, evaluate(self.challenger, tables, self.settings, say=self.say)
