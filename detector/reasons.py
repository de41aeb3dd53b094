"""Reasons: from what each signal adds to sentences with numbers, innocent explanations, and evidence still needed."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.model.lessons import LN10, ODDS_CEILING, Said
from detector.model.model import Judgement, Model, Reading
from detector.model.unit import FOREST, FOREST_SHARE, Pair
from detector.panel import FloatArray, Panel
from detector.signals.catalogue import SIGNALS, Signal, shown
from detector.signals.innocent import EXPLANATIONS
from detector.signals.quantities import QUANTITIES
from detector.verdict import Innocent, Reason

__all__ = ["Told", "tell"]

MIN_SURPRISE = 1.0
"""A signal is a reason from one in ten peers on; more common deviations explain nothing."""

MAX_REASONS = 6

FOREST_SENTENCE = "Taken together, its signals for {axis} are rarer than those of {share} of its peers."


CASES = "cases"
"""Name of the reason that labelled cases give; no signal has it."""

MIN_ADDED = 0.1
"""In powers of ten: labelled cases that move a score by less are no reason."""

CASES_SENTENCE = (
    "People labelled {n} accounts: like those they called {label}, by {what}; the odds of being inflated are {odds} "
    "times those of these cases as a whole."
)


@dataclass(frozen=True, slots=True)
class Told:
    """Per account, all of length n."""

    reasons: list[tuple[Reason, ...]]
    innocent: list[tuple[Innocent, ...]]
    needed: list[tuple[str, ...]]
    followers_expected: FloatArray


def tell(panel: Panel, judgement: Judgement, model: Model, wanted: NDArray[np.bool_]) -> Told:
    """Reasons and innocent explanations for the accounts of the mask `wanted`; the rest for everyone."""
    n = len(panel)
    asked = np.flatnonzero(wanted)
    found: dict[int, list[Reason]] = {row: [] for row in asked.tolist()}
    for reading in judgement.readings:
        for row, reason in _reasons(reading, np.flatnonzero(wanted[reading.rows] & reading.judged)):
            found[row].append(reason)
    for said in judgement.heard.said if judgement.heard is not None else ():
        for row, reason in _from_cases(said, wanted):
            found[row].append(reason)
    own = panel.part(asked)
    checks = (
        {name: explanation.check(own) for name, explanation in EXPLANATIONS.items()} if len(asked) else {}
    )
    reasons: list[tuple[Reason, ...]] = [()] * n
    innocent: list[tuple[Innocent, ...]] = [()] * n
    for place, (row, own_reasons) in enumerate(found.items()):
        reasons[row] = _strongest(own_reasons)
        innocent[row] = _innocent(reasons[row], checks, place)
    return Told(reasons, innocent, _needed(panel, judgement, model), _followers_expected(judgement, n))


def _strongest(found: list[Reason]) -> tuple[Reason, ...]:
    """The first reasons by what they add. Of an axis' forests, of counters and of history, the stronger speaks."""
    kept: dict[tuple[str, str], Reason] = {}
    for reason in sorted(found, key=lambda r: (-r.contribution, r.signal)):
        kept.setdefault((reason.axis, reason.signal), reason)
    first = list(kept.values())[:MAX_REASONS]
    # What people's labels changed is always said, also where it lowers the score and so comes last.
    first += [reason for reason in kept.values() if reason.signal == CASES and reason not in first]
    return tuple(first)


def _from_cases(said: Said, wanted: NDArray[np.bool_]) -> list[tuple[int, Reason]]:
    """What labelled cases add to each wanted account, with the numbers that speak loudest for it."""
    places = np.flatnonzero(wanted[said.rows] & (np.abs(said.added) >= MIN_ADDED))
    if not len(places):
        return []
    lesson = said.lesson
    shares = lesson.trees.shares(said.table[places])
    found = []
    for place, share in zip(places.tolist(), shares, strict=True):
        added = float(said.added[place])
        by_name: dict[str, float] = {}
        for column, part in zip(lesson.columns, share.tolist(), strict=True):
            by_name[column.name] = by_name.get(column.name, 0.0) + part * np.sign(added)
        loudest = sorted(by_name, key=lambda name: (-by_name[name], name))[:3]
        axis = next((SIGNALS[name].axis for name in loudest if name in SIGNALS), "followers")
        log_odds = float(share.sum()) + lesson.trees.root
        odds = float(np.exp(np.clip(log_odds / LN10, -ODDS_CEILING, ODDS_CEILING) * LN10))
        sentence = CASES_SENTENCE.format(
            n=_number(float(lesson.n_inflated + lesson.n_genuine)),
            label="inflated" if added > 0 else "genuine",
            what=_list([_named(name) for name in loudest]),
            odds=_number(odds),
        )
        unit = "times the odds of the cases"
        reason = Reason(CASES, axis, odds, 1.0, unit, float("nan"), added, sentence)
        found.append((int(said.rows[place]), reason))
    return found


def _named(name: str) -> str:
    return QUANTITIES[name].text if name in QUANTITIES else name.replace("_", " ")


def _pairs(reading: Reading) -> dict[str, Pair]:
    return {pair[0]: pair for pair in reading.unit.patterns[reading.pattern].pairs}


def _reasons(reading: Reading, places: NDArray[np.intp]) -> Iterator[tuple[int, Reason]]:
    """Reasons of the accounts that stand at `places` of a reading, each with its row in the panel."""
    pairs = _pairs(reading)
    for name, part in reading.raw.parts.items():
        if name == FOREST:
            for place in places.tolist():
                reason = _of_forest(reading, place, float(part[place]))
                if reason is not None:
                    yield int(reading.rows[place]), reason
            continue
        odd = places[reading.raw.surprises[name][places] >= MIN_SURPRISE]
        if not len(odd):
            continue
        signal, peer = SIGNALS[name], reading.unit.peers[pairs[name]]
        expected = peer.expected({q: reading.evidence.quantities[q][odd] for q in peer.given}, len(odd))
        columns = (reading.rows, reading.evidence.signals[name], reading.raw.surprises[name], part)
        for usual, row, *numbers in zip(
            expected.tolist(), *(one[odd].tolist() for one in columns), strict=True
        ):
            value, surprise, contribution = numbers
            yield row, _reason(signal, peer.given, value, usual, surprise, contribution)


def _of_forest(reading: Reading, place: int, contribution: float) -> Reason | None:
    """What the isolation forest adds, where it is rare."""
    tail = reading.unit.forest_tail
    share = 1.0 - 10.0 ** -(contribution - np.log10(FOREST_SHARE))
    if tail is None or share < 0.9:
        return None
    sentence = FOREST_SENTENCE.format(axis=reading.unit.axis, share=_percent(share))
    joint = float(reading.raw.joint[place])
    usual = float(np.interp(np.log10(2.0), tail.surprise, tail.at))
    unit = "isolation score and weighted sum of surprises"
    return Reason(FOREST, reading.unit.axis, joint, usual, unit, 100.0 * share, contribution, sentence)


def _reason(
    signal: Signal,
    given: tuple[str, ...],
    value: float,
    expected: float,
    surprise: float,
    contribution: float,
) -> Reason:
    seen, usual = shown(signal.show, value), shown(signal.show, expected)
    sentence = signal.sentence.format(
        value=_number(seen),
        expected=_number(_rough(max(usual, 0.0) if signal.show in ("count", "count_below", "z") else usual)),
        times=_number(float(np.exp(min(abs(value - expected), 50.0)))),
        share=_percent(seen),
        expected_share=_percent(usual),
        given=_given([QUANTITIES[name].text for name in given]) or "evidence",
    )
    percentile = 100.0 * (1.0 - 10.0**-surprise)
    return Reason(signal.name, signal.axis, seen, usual, signal.unit, percentile, contribution, sentence)


def _innocent(reasons: tuple[Reason, ...], checks: dict[str, FloatArray], row: int) -> tuple[Innocent, ...]:
    names = dict.fromkeys(
        name for reason in reasons if reason.signal in SIGNALS for name in SIGNALS[reason.signal].innocent
    )
    found = []
    for name in names:
        verdict = float(checks[name][row])
        found.append(Innocent(EXPLANATIONS[name].text, not np.isnan(verdict), verdict == 1.0))
    return tuple(found)


def _needed(panel: Panel, judgement: Judgement, model: Model) -> list[tuple[str, ...]]:
    """What would let it judge, or judge better, of each account; most useful first."""
    has = judgement.atoms
    lacks = (
        (
            judgement.no_peers,
            "a model fitted on accounts like this one: its reference has too few with such counters",
        ),
        (panel.profile["posts"] == 0, "posts: the account shows none"),
        (~has["followers"], "followers"),
        (
            ~(has["likes"] | has["views"] | has["post.likes"] | has["post.views"]),
            "lifetime likes or views",
        ),
        (
            ~(has["post.likes"] & has["post.views"]),
            "views, likes and comments of at least 8 recent posts",
        ),
        (
            ~(has["history.followers"] & (has["history.likes"] | has["history.views"])),
            "daily followers and likes or views of at least 14 days, better 30",
        ),
    )
    code = np.zeros(len(panel), dtype=np.intp)
    for place, (lacking, _) in enumerate(lacks):
        code += lacking.astype(np.intp) << place
    said = {
        one: tuple(text for place, (_, text) in enumerate(lacks) if one >> place & 1)
        for one in set(code.tolist())
    }
    no_model = {name: _no_model(name, model) for name in set(panel.platform.tolist()) - set(model.platforms)}
    return [
        no_model[platform] if platform in no_model else said[one]
        for platform, one in zip(panel.platform.tolist(), code.tolist(), strict=True)
    ]


def _no_model(platform: object, model: Model) -> tuple[str, ...]:
    known = ", ".join(sorted(model.platforms)) or "none"
    return (
        f"a model for {platform} (this one knows {known}): fit one on accounts of your own with "
        "`detector train fit SOURCE --out DIR`",
    )


def _followers_expected(judgement: Judgement, n: int) -> FloatArray:
    """Followers that peers with the same likes, views and posts have, (n,), NaN where that cannot be said."""
    found = np.full(n, np.nan)
    name = "followers_beyond_engagement"
    for reading in judgement.readings:
        pair = _pairs(reading).get(name)
        if pair is None:
            continue
        peer = reading.unit.peers[pair]
        expected = np.expm1(peer.expected(reading.evidence.quantities, len(reading.rows)))
        usable = (reading.support > 0) & ~np.isnan(expected)
        found[reading.rows[usable]] = np.maximum(expected[usable], 0.0).round()
    return found


def _number(value: float) -> str:
    """A number as people read it: whole from 10 on, thousands marked, two digits below.

    >>> _number(1234567.0), _number(3.14159), _number(0.0421)
    ('1,234,567', '3.1', '0.042')
    """
    if abs(value) >= 10:
        return f"{value:,.0f}"
    return f"{value:.2g}"


def _rough(value: float) -> float:
    """Two significant digits: an expectation is no count.

    >>> _rough(4338091.0), _rough(0.0468)
    (4300000.0, 0.047)
    """
    return float(f"{value:.2g}")


def _given(texts: list[str]) -> str:
    """What peers share with the account, shortly.

    >>> _given(["lifetime likes", "posts", "views per post", "likes per post"])
    'lifetime likes, posts and views and likes per post'
    """
    per_post = [text.removesuffix(" per post") for text in texts if text.endswith(" per post")]
    others = [text for text in texts if not text.endswith(" per post")]
    return _list([*others, *([_list(per_post) + " per post"] if per_post else [])])


def _percent(share: float) -> str:
    """A share as per cent, never rounded up to all.

    >>> _percent(0.9999), _percent(0.254)
    ('99.9 %', '25 %')
    """
    percent = 100.0 * share
    return f"{min(percent, 99.9):.1f} %" if percent >= 99 else f"{max(percent, 0.0):.0f} %"


def _list(words: list[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1] if words else ""
