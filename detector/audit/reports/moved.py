"""Why an account moved between two audits: which axis, which signal, and what else was different. Two rows in.

Reasons are written for unusual and suspicious accounts alone, so one side often has none: that is said, not guessed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from detector.contract import AXES
from detector.outputs.words import share

__all__ = ["Moved", "moved"]

Row = Mapping[str, Any]

_UNWRITTEN = "the reasons of an ordinary account are not written"


@dataclass(frozen=True, slots=True)
class Moved:
    """What moved most in the direction of the change; None where it cannot be said.

    `contribution_before` and `contribution` are the signal's parts of the score, None on a side where it is not
    among the reasons. `why` says all of it in sentences.
    """

    axis: str | None
    signal: str | None
    contribution_before: float | None
    contribution: float | None
    why: str


def moved(before: Row | None, after: Row | None, *, up: bool, same_model: bool) -> Moved:
    """What moved between two rows of one account.

    Parameters
    ----------
    before, after : mapping or None
        Its row in the previous and in this audit (columns as in `detector.contract.RESULT`, records as
        dictionaries); None where it has none. Not both.
    up : bool
        Whether it became more suspicious: the strongest rise is looked for, else the strongest fall.
    same_model : bool
        Whether one model judged both.
    """
    sign = 1.0 if up else -1.0
    axis = _axis(before, after, sign)
    reasons = _by_signal(before), _by_signal(after)
    key = _signal(*reasons, sign)
    parts = [None if key is None else side.get(key) for side in reasons]
    said = [
        _presence(before, after),
        _axis_sentence(axis, before, after),
        _signal_sentence(parts[0], parts[1], before, after),
        *_else(before, after, same_model=same_model),
    ]
    return Moved(
        key[0] if key else axis,
        key[1] if key else None,
        parts[0]["contribution"] if parts[0] else None,
        parts[1]["contribution"] if parts[1] else None,
        " ".join(sentence for sentence in said if sentence),
    )


def _presence(before: Row | None, after: Row | None) -> str:
    if before is None:
        return "It was not in the previous audit."
    return "It is not in this audit's source any more." if after is None else ""


def _axis(before: Row | None, after: Row | None, sign: float) -> str | None:
    """The axis whose score moved most in the direction; one that is judged on one side only counts in full."""
    moves = {
        axis: sign * (_score(after, axis) - _score(before, axis))
        for axis in AXES
        if _judged(before, axis) or _judged(after, axis)
    }
    best = max(moves, key=lambda axis: moves[axis], default=None)
    return best if best is not None and moves[best] > 0 else None


def _judged(row: Row | None, axis: str) -> bool:
    return row is not None and row[f"{axis}_suspicion"] is not None


def _score(row: Row | None, axis: str) -> float:
    return float(row[f"{axis}_score"] or 0.0) if row is not None and _judged(row, axis) else 0.0


def _axis_sentence(axis: str | None, before: Row | None, after: Row | None) -> str:
    if axis is None or before is None or after is None:
        return ""
    then, now = (
        f"{share(row[f'{axis}_suspicion'])}" if _judged(row, axis) else "not judged"
        for row in (before, after)
    )
    return f"Suspicion of {axis}: {then} before, {now} now."


def _by_signal(row: Row | None) -> dict[tuple[str, str], Row]:
    return {(one["axis"], one["signal"]): one for one in row["reasons"]} if row is not None else {}


def _signal(
    before: Mapping[tuple[str, str], Row], after: Mapping[tuple[str, str], Row], sign: float
) -> tuple[str, str] | None:
    """The signal whose part of the score moved most in the direction.

    What is not among a side's reasons counts as much as the least of all that are: it can hardly be more.
    """
    parts = [
        {key: float(one["contribution"] or 0.0) for key, one in side.items()} for side in (before, after)
    ]
    keys = dict.fromkeys([*parts[1], *parts[0]])  # strongest first, today's first
    if not keys:
        return None
    least = min([*parts[0].values(), *parts[1].values()])
    moves = {key: sign * (parts[1].get(key, least) - parts[0].get(key, least)) for key in keys}
    best = max(keys, key=lambda key: moves[key])
    return best if moves[best] > 0 or not (before and after) else None


def _signal_sentence(then: Row | None, now: Row | None, before: Row | None, after: Row | None) -> str:
    had, has = bool(before and before["reasons"]), bool(after and after["reasons"])
    if then is not None and now is not None:
        return (
            f"What moved most is {now['signal']}, {then['contribution']:.1f} of the score before and "
            f"{now['contribution']:.1f} now: {now['sentence']}"
        )
    if now is not None:
        if had or before is None:
            return f"{'New among its reasons' if had else 'Strongest'}: {now['sentence']}"
        return f"Strongest now: {now['sentence']} How it was before is not known: {_unwritten(before)}."
    if then is not None:
        if has or after is None:
            return f"{'No longer among its reasons' if has else 'Strongest before'}: {then['sentence']}"
        return f"Strongest before: {then['sentence']} What is left of it is not known: {_unwritten(after)}."
    return "None of its reasons moved that way." if had and has else "No reason of either audit says more."


def _unwritten(row: Row) -> str:
    return "it could not be judged" if row["level"] == "insufficient_data" else _UNWRITTEN


def _else(before: Row | None, after: Row | None, *, same_model: bool) -> Iterator[str]:
    """What else was different, and may be the cause."""
    if after is not None and after["level"] == "insufficient_data" and after["needed"]:
        yield f"To judge it again it needs {after['needed'][0]}."
    if before is None or after is None:
        return
    if before["evidence"] != after["evidence"]:
        yield f"Evidence: {before['evidence']} before, {after['evidence']} now."
    if before["cohort"] != after["cohort"] and before["cohort"] and after["cohort"]:
        yield f"Peers: {before['cohort']} before; {after['cohort']} now."
    if before["as_of"] == after["as_of"] and same_model:
        yield "Its data are of the same time as before: they were corrected or added to."
    if not same_model:
        yield "Another model judged it before, so the move may be the model's."
