"""How far to trust it: data used, counters that cannot be right, the model, and how often it is wrong."""

import re
from typing import Any

import numpy as np

from detector.explain import Subject
from detector.model.model import Model
from detector.outputs import words
from detector.outputs.html.view import Section, Table
from detector.signals.stats import count

__all__ = ["counters_table", "faults_section", "model_sections"]

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
MOST_FAULTS = 6


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
    found = [words.printable(fault["sentence"]) for fault in row["faults"]]
    if not found:
        return Section("Faults in the data", ("No counter was found that cannot be right.",))
    more = (f"... and {len(found) - MOST_FAULTS:,} more.",) if len(found) > MOST_FAULTS else ()
    return Section("Faults in the data", ("Counters that cannot be right:",), (*found[:MOST_FAULTS], *more))


def model_sections(platform: str, followers: float, version: str, model: Model | None) -> tuple[Section, ...]:
    """The model and how often it is wrong, for accounts of a platform and size (NaN = any)."""
    from detector import __version__

    name = f"Model {words.printable(version)}, detector {__version__}."
    if model is None:
        return (Section("Model", (name,)), Section("How wrong it can be", (BY_DEFINITION, BLIND)))
    return (
        Section("Model", (name, *_reference(platform, model))),
        Section("How wrong it can be", (BY_DEFINITION, *_alarms(platform, followers, model), BLIND)),
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
