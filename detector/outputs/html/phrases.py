"""The sentences of a report that say what was found: the verdict, how rare it is, each axis by itself.

Words as everywhere: inflated, unusual, suspicious. Counters cannot tell who sent what, so nobody is accused.
"""

from math import isclose
from typing import Any

from detector.contract import AXES
from detector.how_many import how_many
from detector.outputs import words
from detector.outputs.html.view import AxisTile, Group
from detector.scoring import SUSPICIOUS, UNUSUAL

__all__ = [
    "LEVEL_TEXT",
    "axis_p",
    "axis_tiles",
    "innocent_groups",
    "leading",
    "odds",
    "peers_text",
    "verdict",
]

LEVEL_TEXT = {
    "suspicious": "Suspicious",
    "unusual": "Unusual",
    "ordinary": "Ordinary",
    "insufficient_data": "No verdict",
}

TITLES = {"followers": "Followers", "likes": "Likes", "automation": "Automation"}

MEANINGS = {
    "followers": "Are there followers that the likes, views and posts do not carry?",
    "likes": "Are there likes that the followers, views and comments do not carry?",
    "automation": "Does the account itself behave like a bot?",
}

_CLAUSES = {
    "followers": "its likes, views and posts do not carry its followers, or the way they came",
    "likes": "its followers, views and comments do not carry its likes, or the way they came",
    "automation": "the account itself behaves as automated accounts do",
}

_BOTH = "its followers and its likes do not fit its other counters, or the way they came"

_SUBJECTS = {"followers": "inflated followers", "likes": "inflated likes", "automation": "automation"}


def axis_p(row: dict[str, Any], axis: str) -> float | None:
    """Share of ordinary peers that look at least as odd on one axis, None where it is not judged."""
    suspicion = row[f"{axis}_suspicion"]
    return None if suspicion is None else max(1.0 - suspicion / 100.0, 1e-6)


def leading(row: dict[str, Any]) -> list[str]:
    """The axes that carry the verdict: those as odd as its level asks for, else the oddest of all."""
    limit = SUSPICIOUS if row["level"] == "suspicious" else UNUSUAL
    known = {axis: p for axis in AXES if (p := axis_p(row, axis)) is not None}
    found = [axis for axis, p in known.items() if p <= limit * (1.0 + 1e-9)]
    return found or sorted(known, key=lambda axis: known[axis])[:1]


def verdict(row: dict[str, Any]) -> str:
    """The verdict in one sentence."""
    level, axes = row["level"], leading(row)
    if level == "insufficient_data":
        return _no_verdict(row)
    if level == "ordinary":
        return _nothing(row)
    both = {"followers", "likes"} <= set(axes)
    clause = (
        _BOTH if both else "; ".join(_CLAUSES[axis] for axis in axes) or "its counters do not fit together"
    )
    if level == "suspicious":
        of = " and ".join(_SUBJECTS[axis] for axis in axes) or "inflation"
        return f"Suspicious of {of}: {clause}."
    return f"Unusual, and worth a question before a deal: {clause}."


def _nothing(row: dict[str, Any]) -> str:
    odd = [axis for axis in AXES if (p := axis_p(row, axis)) is not None and p <= 0.1]
    judged = [TITLES[axis].lower() for axis in AXES if axis_p(row, axis) is not None]
    if odd:
        which = " and ".join(TITLES[axis].lower() for axis in odd)
        verb = "stand" if odd != ["automation"] else "stands"
        return f"Ordinary, all in all: its {which} {verb} out a little, no more than those of many honest creators."
    if not judged:
        return "Nothing stands out: its counters look like those of ordinary creators."
    which = " and ".join([", ".join(judged[:-1]), judged[-1]] if len(judged) > 1 else judged)
    look = "looks as it does" if judged == ["automation"] else "look as they do"
    return f"Nothing stands out: {which} {look} with ordinary creators."


def _no_verdict(row: dict[str, Any]) -> str:
    if row["needed"] and row["needed"][0].startswith("a model for "):
        return f"No verdict: the model knows no accounts of {words.printable(row['platform'])}."
    if row["support"] == "outside" or (row["needed"] and row["needed"][0].startswith("a model ")):
        return "No verdict: the model's reference has too few accounts like this one to compare it with."
    if row["needed"]:
        return f"No verdict: the data do not allow one. Most needed: {words.printable(row['needed'][0])}."
    return "No verdict: the data do not allow one."


def odds(row: dict[str, Any]) -> tuple[str, str]:
    """How rare in a few signs, and what that counts."""
    p = row["p_value"]
    if p is None:
        return "", ""
    of = (
        "creators of this size"
        if row["cohort"] and "followers" in row["cohort"]
        else "creators like this one"
    )
    if p > 0.5:
        return "common", f"most ordinary {of} look at least this odd"
    return f"1 in {words.one_in(p)}", f"ordinary {of} looks this odd"


def peers_text(row: dict[str, Any]) -> str:
    """Compared with whom."""
    if row["support"] == "outside" or not row["cohort"]:
        return "No peers in the model's reference."
    size = f", {how_many(row['cohort_size'], 'account')}" if row["cohort_size"] else ""
    finest = isclose(row["p_value"] or 1.0, 1.0 / ((row["cohort_size"] or 0) + 1.0), rel_tol=1e-6)
    limit = " It may be rarer still: so many peers allow no finer figure." if finest else ""
    edge = " It lies at their edge: read this with care." if row["support"] == "edge" else ""
    return f"Compared with: {words.printable(row['cohort'])}{size}.{limit}{edge}"


def axis_tiles(row: dict[str, Any]) -> tuple[AxisTile, ...]:
    """The three axes, each by itself."""
    return tuple(_tile(row, axis) for axis in AXES)


def _tile(row: dict[str, Any], axis: str) -> AxisTile:
    p = axis_p(row, axis)
    if p is None:
        state, look, said = "not judged", "insufficient_data", "the data do not tell"
    else:
        said = "as most peers" if p > 0.5 else f"1 in {words.one_in(p)} peers looks as odd"
        if p <= SUSPICIOUS * (1.0 + 1e-9):
            state, look = "stands out strongly", "suspicious"
        elif p <= UNUSUAL * (1.0 + 1e-9):
            state, look = "stands out", "unusual"
        else:
            state, look = "ordinary", "ordinary"
    if p is not None and row["level"] == "insufficient_data":
        state, look = f"{state}, by what there is", "insufficient_data"
    return AxisTile(axis, TITLES[axis], MEANINGS[axis], state, look, said)


def innocent_groups(explanations: list[dict[str, Any]]) -> tuple[Group, ...]:
    """What else could explain it, by what the data say of it; groups without a line are left out."""
    groups = (
        (
            "Possible",
            "possible",
            "The data leave these standing.",
            [e for e in explanations if e["checked"] and not e["ruled_out"]],
        ),
        (
            "Open",
            "open",
            "The data cannot tell; only the creator can.",
            [e for e in explanations if not e["checked"]],
        ),
        (
            "Ruled out",
            "ruled",
            "The data speak against these.",
            [e for e in explanations if e["checked"] and e["ruled_out"]],
        ),
    )
    return tuple(
        Group(title, look, note, tuple(words.printable(e["explanation"]).rstrip(".") for e in found))
        for title, look, note, found in groups
        if found
    )
