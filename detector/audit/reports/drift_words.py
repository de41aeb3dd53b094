"""Drift in words: what differs from the reference, in which direction, and the command that refits."""

from collections.abc import Iterator, Sequence

from detector.audit.reports.finding import STABILITY_LIMIT, Finding
from detector.how_many import how_many

__all__ = ["REFIT", "warnings_of"]

REFIT = "detector train fit SOURCE --out DIR"
"""The command that fits a model on the population itself."""


def warnings_of(findings: Sequence[Finding]) -> Iterator[str]:
    """A sentence for each kind of drift of a platform, and at the end what to do; nothing where nothing drifted."""
    platforms = dict.fromkeys(finding.platform for finding in findings if finding.drifted)
    for platform in platforms:
        drifted = [finding for finding in findings if finding.drifted and finding.platform == platform]
        yield from _said(platform, drifted)
    whats = {finding.what for finding in findings if finding.drifted} - {"no data"}  # no model mends a source
    if whats == {"level"}:
        yield (
            "Look at the flagged accounts first. If most of them turn out ordinary, their peers are others than the "
            f"model's: fit one with `{REFIT}`, on accounts that you believe ordinary."
        )
    elif whats:
        yield (
            "Scores stay comparable from night to night, for thresholds are the model's. But its peers are not these "
            f"accounts' peers: fit a model on them with `{REFIT}`, on accounts that you believe ordinary."
        )


def _said(platform: str, drifted: Sequence[Finding]) -> Iterator[str]:
    of = {what: [f for f in drifted if f.what == what] for what in dict.fromkeys(f.what for f in drifted)}
    for one in of.get("platform", ()):
        are = "is" if one.n == 1 else "are"
        yield (
            f"{platform}: the model does not know this platform, so its {how_many(one.n, 'account')} {are} not judged."
        )
    for one in of.get("no peers", ()):
        yield (
            f"{platform}: {one.found:.0%} of {one.n:,} accounts have no peers in the reference, where {one.high:.1%} "
            "have none."
        )
    for one in of.get("no data", ()):
        yield (
            f"{platform}: {one.found:.0%} of {one.n:,} accounts lack the data to be judged ({one.high:.1%} in the "
            "reference). See `needed` in the result, and whether a column of the source is gone."
        )
    for one in of.get("level", ()):
        yield (
            f"{platform}: {one.found:.2%} of {one.n:,} judged accounts are suspicious, {one.effect:.1f} times the "
            f"reference's {one.high:.2%}. Counters cannot tell whether more is inflated here, or accounts "
            "are of another kind."
        )
    if "p-values" in of:
        looks = "; ".join(
            f"{one.name} {'odder' if one.odder else 'less odd'} (index {one.effect:.2f})"
            for one in of["p-values"]
        )
        yield (
            f"{platform}: p-values are not spread as among ordinary peers: {looks}. Drift begins at "
            f"{STABILITY_LIMIT}."
        )
    signals = sorted(
        [*of.get("above the median", ()), *of.get("top 5 %", ())], key=lambda one: -abs(one.effect)
    )
    if signals:
        more = f"; and {len(signals) - 3} more" if len(signals) > 3 else ""
        yield f"{platform}: signals lie elsewhere than peers': {'; '.join(map(_signal, signals[:3]))}{more}."


def _signal(one: Finding) -> str:
    promised = one.high if one.odder else one.low
    return f"{one.name} has {one.found:.0%} of accounts in the peers' {_PLACE[one.what]}, not {promised:.0%}"


_PLACE = {"above the median": "upper half", "top 5 %": "top 5 %"}
