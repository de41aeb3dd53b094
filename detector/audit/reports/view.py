"""What the page of a night shows, as plain values: counted, rounded, shortened, made printable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from detector.audit.folder import CHANGES, FLAGGED, GROUPS, MEMBERS, SET_ASIDE, SUMMARY
from detector.audit.reports.changes import ABSENT, KINDS, Changes, Move
from detector.audit.reports.drift import LEAST, Drift
from detector.audit.reports.drift_words import REFIT
from detector.audit.reports.finding import Finding
from detector.audit.reports.flagged import Flagged
from detector.audit.reports.groups import Listed
from detector.audit.reports.promise import ORDINARY_BINS
from detector.audit.reports.tally import Tally
from detector.contract import LEVELS
from detector.crowd.night import Crowd
from detector.crowd.platform_days import PlatformDay
from detector.crowd.words import day_name
from detector.outputs.hostile import printable
from detector.outputs.words import name as name_of
from detector.outputs.words import share as suspicion_of
from detector.sources.address import masked

__all__ = ["Glance", "view"]

TOP, MOVES, FINDINGS, ROWS, TOGETHER = 25, 8, 12, 12, 12
"""Lines of each table on the page; the files beside it have the rest."""

TALLEST = 3.0
"""Times an even spread at which a bar of p-values ends."""

_HIGH, _STEP = 66, 20
_TITLES = {
    "ordinary": "ordinary",
    "unusual": "unusual",
    "suspicious": "suspicious",
    "insufficient_data": "insufficient data",
    ABSENT: "not there",
}
_FIGURES = {
    "became_suspicious": "became suspicious",
    "new_and_suspicious": "new, and suspicious",
    "no_longer_suspicious": "no longer suspicious",
    "gone_and_was_suspicious": "gone, was suspicious",
    "still_suspicious": "still suspicious",
    "new": "new accounts",
    "gone": "accounts gone",
}
_TABLES = {"cohort": "Compared with", "evidence": "Judged by", "support": "Covered by the reference"}


@dataclass(frozen=True, slots=True)
class Glance:
    """A night at a glance: what the page is made of.

    Attributes
    ----------
    run : str
        What it is called, for example the name of its folder.
    source : str
        What was audited; passwords in it are hidden. May be empty.
    model : str
        Who judged.
    law : sequence of str
        Lines that say where all rows and accounts went.
    tally, drift, flagged
        As counted, compared and listed.
    changes : Changes or None
        None without a previous audit.
    crowd : Crowd or None
        What accounts have in common; None where that was not looked for.
    groups : sequence of Listed
        Its groups, with what their members are.
    """

    run: str
    source: str
    model: str
    law: Sequence[str]
    tally: Tally
    drift: Drift
    flagged: Sequence[Flagged]
    changes: Changes | None = None
    crowd: Crowd | None = None
    groups: Sequence[Listed] = ()


def view(glance: Glance) -> dict[str, Any]:
    """The values that the template names."""
    levels = {level: glance.tally.total("level", level) for level in LEVELS}
    n = sum(levels.values())
    files = [FLAGGED, *([CHANGES] if glance.changes else []), SET_ASIDE, SUMMARY]
    files[-2:-2] = [GROUPS, MEMBERS] if glance.crowd else []
    return {
        "run": _short(glance.run),
        "source": _short(masked(glance.source), 200),
        "model": _short(glance.model),
        "headline": f"{_count(levels['suspicious'])} of {_count(n)} accounts are suspicious",
        "expectation": glance.drift.expectation,
        "levels": [
            {"name": level, "title": _TITLES[level], "count": _count(k), "share": _share(k, n)}
            for level, k in _odd_first(levels).items()
        ],
        "stack": _stack(_odd_first(levels)) if n else [],
        "stack_label": ", ".join(f"{_TITLES[name]} {_share(k, n)}" for name, k in _odd_first(levels).items()),
        "law": [_short(line, 300) for line in glance.law],
        "drift": _drift_title(glance.drift),
        "warnings": [_with_code(warning) for warning in glance.drift.warnings],
        "changes": _changes(glance.changes) if glance.changes else None,
        "top": [_flagged(one) for one in glance.flagged[:TOP]],
        "top_shown": _shown(TOP, len(glance.flagged), FLAGGED),
        "crowd": _crowd(glance.crowd, glance.groups) if glance.crowd else None,
        "platforms": [_platform(glance, platform) for platform in glance.tally.platforms()],
        "files": files,
    }


def _drift_title(drift: Drift) -> tuple[str, str]:
    """Its heading, and a sentence for where there are no warnings."""
    if drift.warnings:
        return "These accounts differ from the model's reference", ""
    if drift.too_few:
        return (
            "Too few accounts to tell drift",
            f"Below {LEAST} accounts of a platform nothing is said of it: chance alone moves shares that far.",
        )
    return (
        "No drift from the model's reference",
        "P-values, signals and support lie as the model promises for accounts like its reference's.",
    )


def _odd_first(levels: Mapping[str, int]) -> dict[str, int]:
    return {name: levels[name] for name in ("suspicious", "unusual", "ordinary", "insufficient_data")}


def _stack(levels: Mapping[str, int]) -> list[dict[str, Any]]:
    ends = np.cumsum([0, *levels.values()]) / sum(levels.values()) * 1000
    return [
        {"level": level, "x": f"{ends[i]:.1f}", "width": f"{ends[i + 1] - ends[i]:.1f}"}
        for i, level in enumerate(levels)
    ]


def _with_code(text: str) -> list[tuple[str, bool]]:
    """A warning in pieces: the command in it is shown as one."""
    before, mark, after = text.partition(f"`{REFIT}`")
    return [(before, False), (REFIT, True), (after, False)] if mark else [(text, False)]


def _changes(changes: Changes) -> dict[str, Any]:
    became = [move for move in changes.moves if move.change == KINDS[0]]
    names = (*LEVELS, ABSENT)
    return {
        "same_model": changes.same_model,
        "model_before": _short(changes.model_before),
        "figures": [{"title": _FIGURES[name], "count": _count(n)} for name, n in changes.counts.items()],
        "signals": ", ".join(f"{name} ({n:,})" for name, n in list(changes.signals.items())[:5]),
        "moves": [_move(move) for move in became[:MOVES]],
        "shown": _shown(MOVES, changes.counts[KINDS[0]], CHANGES),
        "titles": [_TITLES[name] for name in names],
        "matrix": [
            {
                "title": _TITLES[then],
                "cells": [{"count": _count(changes.matrix[then][now]), "same": then == now} for now in names],
            }
            for then in names
        ],
    }


def _move(move: Move) -> dict[str, Any]:
    return {
        "name": _who(move),
        "before": _TITLES.get(move.level_before or "", ""),
        "suspicion": suspicion_of(move.suspicion),
        "why": _short(move.why, 700),
    }


def _flagged(one: Flagged) -> dict[str, Any]:
    return {
        "rank": one.rank,
        "name": _who(one),
        "new": one.new,
        "level": one.level,
        "suspicion": suspicion_of(one.suspicion),
        "axis": one.axis or "",
        "reason": _short(one.reason or "", 400),
    }


def _crowd(crowd: Crowd, groups: Sequence[Listed]) -> dict[str, Any]:
    n = len(crowd.groups)
    return {
        "headline": f"{_count(n)} {'group of accounts moves' if n == 1 else 'groups of accounts move'} together"
        if n
        else "No groups",
        "false": f"{crowd.as_dict()['false_groups_expected']:g}",
        "null": _count(crowd.null.cells),
        "shown": _shown(TOGETHER, n, GROUPS),
        "groups": [_listed(one) for one in groups[:TOGETHER]],
        "days": [_platform_day(one) for one in crowd.days if one.what != "event"][:TOGETHER],
    }


def _listed(one: Listed) -> dict[str, Any]:
    return {
        "name": one.group.name,
        "platform": printable(one.group.platform),
        "accounts": _count(len(one.group)),
        "suspicious": _count(one.suspicious),
        "evidence": _short(" ".join(one.group.evidence), 700),
        "members": _short(", ".join(one.members[:4]), 200),
    }


def _platform_day(one: PlatformDay) -> str:
    what = "lost" if one.what == "purge" else "gained"
    return (
        f"{printable(one.platform)}, {day_name(one.day)}: {_percent(one.share)} of {_count(one.known)} accounts {what} "
        f"{one.counter} beyond their usual day; {_percent(one.usual)} is usual."
    )


def _who(one: Flagged | Move) -> str:
    return f"{name_of({'handle': one.handle, 'account_id': one.account_id})} · {printable(one.platform)}"


def _platform(glance: Glance, platform: str) -> dict[str, Any]:
    tally, n = glance.tally, glance.tally.of(platform, "accounts")["all"]
    findings = [one for one in glance.drift.findings if one.platform == platform]
    looks = [one for one in findings if one.what == "p-values"]
    others = [one for one in findings if one.what not in ("p-values", "platform")]
    others.sort(
        key=lambda one: (not one.drifted, one.what in ("above the median", "top 5 %"), -abs(one.effect))
    )
    return {
        "name": platform,
        "title": f"{platform}: {_count(n)} accounts",
        "looks": [_look(one, tally.of(platform, f"look {one.name}")) for one in looks],
        "findings": [_finding(one) for one in others[:FINDINGS]],
        "tables": [_table(title, tally.of(platform, kind), n) for kind, title in _TABLES.items()],
    }


def _look(one: Finding, counts: Mapping[str, int]) -> dict[str, Any]:
    n, bars = sum(counts.values()), []
    for i, share in enumerate(ORDINARY_BINS.tolist()):
        times = counts.get(f"{i:02}", 0) / n / share
        height = min(times, TALLEST) / TALLEST * _HIGH
        bars.append(
            {"x": i * _STEP + 1, "y": f"{_HIGH - height:.1f}", "height": f"{height:.1f}", "odd": times >= 2}
        )
    way = " and ".join(one.name.split("/"))
    said = f"{'drift' if one.drifted else 'no drift'}, index {one.effect:.2f}"
    first = counts.get("00", 0) / n / float(ORDINARY_BINS[0])
    return {
        "title": f"{one.name} ({_count(n)} accounts): {said}",
        "label": f"{way}: {said}; in the oddest hundredth {first:.1f} times as many accounts as among peers",
        "bars": bars,
        "even": f"{_HIGH - _HIGH / TALLEST:.1f}",
    }


def _finding(one: Finding) -> dict[str, Any]:
    low, high = _percent(one.low), _percent(one.high)
    title = {"above the median": f"{one.name}, peers' upper half", "top 5 %": f"{one.name}, peers' top 5 %"}
    return {
        "title": title.get(one.what, {"level": "suspicious"}.get(one.what, one.what)),
        "n": _count(one.n),
        "found": _percent(one.found),
        "promised": high if low == high else f"{low} to {high}",
        "drifted": one.drifted,
        "said": f"yes, {'more' if one.odder else 'less'}" if one.drifted else "no",
    }


def _table(title: str, counts: Mapping[str, int], n: int) -> dict[str, Any]:
    """The largest groups first, those of equal size by name."""
    order = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    more = f"and {len(order) - ROWS:,} smaller ones" if len(order) > ROWS else ""
    rows = [
        {
            "name": "unknown" if name == "none" else _short(name, 120),
            "count": _count(k),
            "share": _share(k, n),
        }
        for name, k in order[:ROWS]
    ]
    return {"title": title, "more": more, "rows": rows}


def _shown(limit: int, n: int, file: str) -> str:
    return f"the first {limit} of {n:,}; more in {file}" if n > limit else f"all {n:,}" if n > 1 else ""


def _short(text: str, longest: int = 100) -> str:
    text = printable(text)
    return text if len(text) <= longest else text[: longest - 3] + "..."


def _count(n: int) -> str:
    return f"{n:,}"


def _share(n: int, of: int) -> str:
    return _percent(n / of) if of else ""


def _percent(share: float) -> str:
    """A share as per cent, with digits where they are few.

    >>> _percent(0.5), _percent(0.0123), _percent(0.00004), _percent(0.0)
    ('50 %', '1.2 %', '0.004 %', '0 %')
    """
    percent = 100 * share
    return f"{percent:.0f} %" if percent >= 10 or percent == 0 else f"{percent:.2g} %"
