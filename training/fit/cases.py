"""Sorts labelled cases: inflated accounts leave the reference, genuine ones stay, the rest is reported."""

from collections.abc import Sequence
from dataclasses import dataclass

from detector.cases import Case

__all__ = ["Sorted", "sort_cases"]


@dataclass(frozen=True, slots=True)
class Sorted:
    """Keys that leave the reference, how many cases were used, and notices about the others."""

    excluded: frozenset[tuple[str, str]]
    n_inflated: int
    n_genuine: int
    notices: tuple[str, ...]


def sort_cases(cases: Sequence[Case], keys: Sequence[tuple[str, str]]) -> Sorted:
    """Matches cases with the accounts of the reference; `unsure` cases and unmatched ones are only reported."""
    known = set(keys)
    notices = []
    labels: dict[tuple[str, str], set[str]] = {}
    for case in cases:
        labels.setdefault((case.platform, case.account_id), set()).add(case.label)
    unmatched = [key for key in labels if key not in known]
    # An account may be inflated on one axis and genuine on another: inflated on any, it leaves the reference.
    inflated = frozenset(key for key, given in labels.items() if "inflated" in given and key in known)
    genuine = sum(
        "genuine" in given and key in known and key not in inflated for key, given in labels.items()
    )
    unsure = [key for key, given in labels.items() if given == {"unsure"} and key in known]
    if unmatched:
        some = ", ".join(f"{platform}/{account}" for platform, account in sorted(unmatched)[:5])
        notices.append(
            f"{len(unmatched)} cases name accounts that are not in the source, for example {some}."
        )
    if unsure:
        notices.append(f"{len(unsure)} cases are labelled unsure and were left aside.")
    return Sorted(inflated, len(inflated), genuine, tuple(notices))
