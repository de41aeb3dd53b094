"""How far to trust it: data used, counters that cannot be right, the model, and how often it is wrong."""

import re
from typing import Any

import numpy as np

from detector.explain import Subject
from detector.model.model import Model
from detector.model.power import Caught, Power
from detector.outputs import words
from detector.outputs.html.view import Section, Table
from detector.signals.stats import count
from detector.worth import HARDLY, shows

__all__ = ["counters_table", "doses_section", "faults_section", "model_sections"]

SHOWN = ("followers", "following", "likes", "posts", "views")
NAMES = {"likes": "likes, lifetime", "views": "views, lifetime"}
BY_DEFINITION = (
    "The levels count ordinary peers: about 1 in 100 ordinary accounts is called suspicious all the same, and 1 in 20 "
    "unusual or more. Among many accounts some alarms are therefore false ones."
)
BLIND = (
    "What it misses: small doses, and on a single look without posts or history nearly all but large ones. An ordinary "
    "verdict is no proof of honesty. docs/measuring.md counts what is found at which dose."
)
NO_PROOF = "An ordinary verdict is no proof of honesty."

DOSES = "What such evidence shows of inflation, dose by dose"
TOLD = 3
"""Doses of a way to inflate that are told: a small, a middling and the largest."""


def counters_table(subject: Subject) -> Table:
    """What the verdict saw."""
    panel = subject.panel
    rows = [
        (
            NAMES.get(name, name),
            f"{panel.profile[name][0]:,.0f}" if panel.profile[name][0] >= 0 else "unknown",
        )
        for name in SHOWN
    ]
    rows.append(("recent posts used", f"{count(panel.posts.views + 0 * panel.posts.views)[0]:,.0f}"))
    looks = max(float(count(getattr(panel.history, name))[0]) for name in ("followers", "likes", "views"))
    rows.append(("days with a look", f"{looks:,.0f}" if looks > 1 else "1 or none"))
    return Table("Counters used", ("counter", "value"), tuple(rows))


def faults_section(row: dict[str, Any]) -> Section:
    """Counters that cannot be right."""
    found = words.faults(row)
    if not found:
        return Section("Faults in the data", ("No counter was found that cannot be right.",))
    return Section("Faults in the data", ("Counters that cannot be right:",), tuple(found))


def doses_section(row: dict[str, Any], followers: float, model: Model | None) -> Section | None:
    """How often inflation that was put in is called suspicious by such evidence, dose by dose; on the screen alone.

    None where that was not measured, or nothing was judged.
    """
    if model is None or model.power is None or row["level"] == "insufficient_data":
        return None
    power, seen = model.power, row["evidence"] or ""
    rows = [one for one in power.of(row["platform"], seen, followers) if shows(one.way, seen)]
    items = [_way(power, [one for one in rows if one.way == name]) for name in power.ways]
    if not any(items):
        return None
    on = sorted({power.populations[one.on] for one in rows})
    said = (
        "Share of accounts of about this size, with such evidence, that are called suspicious when inflation is put "
        f"into them: {words.printable('; '.join(on))}. Doses are shares of what was there, or times it; in brackets "
        "95 % intervals."
    )
    return Section(DOSES, (said,), tuple(item for item in items if item))


def _way(power: Power, rows: list[Caught]) -> str:
    """One way to inflate at a few doses; empty where even the largest is hardly ever found."""
    if not rows or rows[-1].share < HARDLY:
        return ""
    places = sorted({round(part * (len(rows) - 1) / TOLD) for part in range(1, TOLD + 1)})
    way = power.ways[rows[0].way]
    doses = "; ".join(f"at {_dose(rows[at].dose, way.unit)} {_share(rows[at])}" for at in places)
    return f"{words.printable(way.title)}: {doses}"


def _dose(dose: float, unit: str) -> str:
    return f"{dose:g} times" if unit == "times" else f"{dose:.0%}"


def _share(row: Caught) -> str:
    low, high = row.interval
    return f"{row.share:.0%} [{low:.0%}, {high:.0%}]"


def model_sections(
    platform: str, followers: float, version: str, model: Model | None, worth: str = ""
) -> tuple[Section, ...]:
    """The model and how often it is wrong, for accounts of a platform and size (NaN = any).

    `worth` is what a verdict on such evidence is worth, where that was measured.
    """
    misses = f"{words.printable(worth)} {NO_PROOF}" if worth else BLIND
    from detector import __version__

    name = f"Model {words.printable(version)}, detector {__version__}."
    if model is None:
        return (Section("Model", (name,)), Section("How wrong it can be", (BY_DEFINITION, misses)))
    return (
        Section("Model", (name, *_reference(platform, model))),
        Section("How wrong it can be", (BY_DEFINITION, *_alarms(platform, followers, model), misses)),
    )


def _reference(platform: str, model: Model) -> list[str]:
    if platform not in model.platforms:
        return [f"It knows no accounts of {platform}."]
    n = model.platforms[platform].n_accounts
    lines = [f"Its reference on {platform}: {n:,} accounts, unlabelled: some surely have inflated counters."]
    limits = [words.printable(str(item)) for item in model.card.get("not_for", ())]
    if limits:
        lines.append(f"Not made for: {'; '.join(limits)}.")
    return lines


def _alarms(platform: str, followers: float, model: Model) -> list[str]:
    """Accounts left out of the fit that were called suspicious, in this size band and in all."""
    card = model.card.get("cross_validation") or {}
    share, n = card.get(f"{platform}.suspicious_share"), card.get(f"{platform}.accounts")
    if share is None or n is None:
        return []
    said = f"Counted on {n:,.0f} {platform} accounts left out of the fit: {share:.1%} were called suspicious"
    band = _band(platform, followers, card)
    if band is None:
        return [f"{said}."]
    low, n_band, share_band = band
    return [f"{said}; of {n_band:,.0f} of about this size (from {low:,} followers) {share_band:.1%}."]


def _band(platform: str, followers: float, card: dict[str, Any]) -> tuple[int, float, float] | None:
    found = (re.fullmatch(rf"{re.escape(platform)}\.from_(\d+)\.suspicious_share", name) for name in card)
    starts = sorted(int(match[1]) for match in found if match)
    below = [start for start in starts if np.isfinite(followers) and start <= followers]
    if not below:
        return None
    start = f"{platform}.from_{below[-1]}"
    return below[-1], float(card.get(f"{start}.accounts", np.nan)), float(card[f"{start}.suspicious_share"])
