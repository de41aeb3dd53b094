"""Sorts labelled cases: inflated accounts leave the reference, genuine ones stay, the rest is reported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from detector.cases import Case, current, disagreements
from detector.how_many import how_many

__all__ = ["Sorted", "sort_cases"]


@dataclass(frozen=True, slots=True)
class Sorted:
    """Keys that leave the reference, the labels of the others too, how many were used, notices about the rest.

    `labels` says 1 for inflated accounts of the source and 0 for genuine ones; `drawn` are those of them that a review
    drew at random.
    """

    excluded: frozenset[tuple[str, str]]
    labels: Mapping[tuple[str, str], float]
    drawn: frozenset[tuple[str, str]]
    n_inflated: int
    n_genuine: int
    notices: tuple[str, ...]


def sort_cases(cases: Sequence[Case], keys: Sequence[tuple[str, str]]) -> Sorted:
    """Matches cases with the accounts of the reference; `unsure` cases and unmatched ones are only reported."""
    known = set(keys)
    notices = []
    labels: dict[tuple[str, str], set[str]] = {}
    disputed = disagreements(cases)
    for case in current(cases):
        if (case.platform, case.account_id) in disputed:
            continue
        labels.setdefault((case.platform, case.account_id), set()).add(case.label)
    unmatched = [key for key in labels if key not in known]
    # An account may be inflated on one axis and genuine on another: inflated on any, it leaves the reference.
    inflated = frozenset(key for key, given in labels.items() if "inflated" in given and key in known)
    genuine = {key for key, given in labels.items() if "genuine" in given and key in known} - inflated
    unsure = [key for key, given in labels.items() if given == {"unsure"} and key in known]
    if unmatched:
        some = ", ".join(f"{platform}/{account}" for platform, account in sorted(unmatched)[:5])
        notices.append(
            f"{how_many(len(unmatched), 'labelled account')} not in the source, for example {some}."
        )
    if disputed:
        notices.append(f"Left aside, since reviewers disagree: {how_many(len(disputed), 'account')}.")
    if unsure:
        notices.append(f"Left aside, since labelled unsure: {how_many(len(unsure), 'account')}.")
    used = dict.fromkeys(sorted(inflated), 1.0) | dict.fromkeys(sorted(genuine), 0.0)
    drawn = frozenset(
        (case.platform, case.account_id) for case in cases if case.queue == "random"
    ) & frozenset(used)
    return Sorted(inflated, used, drawn, len(inflated), len(genuine), tuple(notices))
