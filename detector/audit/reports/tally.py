"""The tally of a night: whole numbers, counted chunk by chunk, that say how the population lies beside the reference.

Counts add up exactly and in any order, so chunks, workers and a resumed run give the same tally.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.model.model import Judgement, Reading
from detector.model.unit import FOREST, log_shares
from detector.verdict import Result

__all__ = [
    "EDGES",
    "MEDIAN",
    "TOP_SHARE",
    "Tally",
    "Word",
    "counted_as",
    "look_name",
    "pair_name",
    "words_of",
]

Word = tuple[str, str, str]
"""What a look says of an account: the look, a bin or a signal, and ``bin``, ``judged``, ``above`` or ``top``."""

EDGES = (0.0, 0.01, 0.05, *(round(0.1 * i, 1) for i in range(1, 11)))
"""Bins of p-values: the levels' limits, then tenths. Each bin holds its upper end."""

MEDIAN, TOP_SHARE = 0.5, 0.05
"""A signal is counted above the peers' median, and among their top 5 %."""

_ROUNDING = 1e-9
_COUNTED = ("level", "support", "evidence", "cohort")


@dataclass(slots=True)
class Tally:
    """Counts by (platform, kind, name).

    ==================  =====================================  ========================================
    kind                name                                   counted
    ==================  =====================================  ========================================
    accounts            ``all``                                every account
    level, support,     the value; ``none`` where missing      every account
    evidence, cohort
    unjudged            ``no peers`` or ``no data``            accounts with insufficient data, by what is lacking
    look AXIS/BLOCK     number of the bin of `EDGES`           accounts judged by that look, by p-value
    judged AXIS/BLOCK   a signal and what it is expected from  accounts judged by it
    above AXIS/BLOCK    the same                               of these, above the peers' median
    top AXIS/BLOCK      the same                               of these, among the peers' top 5 %
    ==================  =====================================  ========================================

    A look is an axis on a block of evidence. Its p-values are those that the model was calibrated for: on ordinary
    accounts like the reference's, every tenth of the scale holds a tenth of them.
    """

    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def add(self, judgement: Judgement, result: Result) -> None:
        """Count the accounts of one chunk: what the model said of them, and the rows that came of it."""
        self.add_rows(result.columns)
        platform = result.columns["platform"]
        for reading in judgement.readings:
            for word, rows in words_of(reading):  # a unit belongs to one platform
                own = str(platform[rows[0]])
                self.counts.update({(own, *key): len(rows) for key in counted_as(word)})

    def add_rows(self, columns: Mapping[str, NDArray[Any]]) -> None:
        """Count what the rows of a result say by themselves."""
        platform = columns["platform"].astype(str)
        for name in np.unique(platform).tolist():
            mine = platform == name
            self.counts[name, "accounts", "all"] += int(mine.sum())
            for kind in _COUNTED:
                found = Counter("none" if v is None else v for v in columns[kind][mine].tolist())
                self.counts.update({(name, kind, value): n for value, n in found.items()})
            # Without data no look has a support. Else there are peers for no look, or not for the chief one.
            lost = mine & (columns["level"] == "insufficient_data")
            no_support = np.array([support is None for support in columns["support"]], dtype=bool)
            for value, which in (("no data", lost & no_support), ("no peers", lost & ~no_support)):
                if which.any():
                    self.counts[name, "unjudged", value] += int(which.sum())

    def merge(self, other: "Tally") -> None:
        """Add the counts of another tally."""
        self.counts.update(other.counts)

    def platforms(self) -> list[str]:
        """The platforms that were met, in order."""
        return sorted({platform for platform, _, _ in self.counts})

    def of(self, platform: str, kind: str) -> dict[str, int]:
        """Counts of one kind by name, in the order of the names."""
        found = {name: n for (p, k, name), n in self.counts.items() if (p, k) == (platform, kind)}
        return dict(sorted(found.items()))

    def kinds(self, platform: str) -> list[str]:
        """The kinds that were counted on a platform, in order."""
        return sorted({kind for p, kind, _ in self.counts if p == platform})

    def total(self, kind: str, name: str) -> int:
        """One count over all platforms."""
        return sum(n for (_, k, counted), n in self.counts.items() if (k, counted) == (kind, name))

    def as_dict(self) -> dict[str, Any]:
        """Nested and ordered, for JSON: ``{platform: {kind: {name: count}}}``."""
        return {
            platform: {kind: self.of(platform, kind) for kind in self.kinds(platform)}
            for platform in self.platforms()
        }

    @classmethod
    def from_dict(cls, nested: Mapping[str, Mapping[str, Mapping[str, int]]]) -> "Tally":
        """The tally that `as_dict` wrote."""
        found: Counter[tuple[str, str, str]] = Counter()
        for platform, kinds in nested.items():
            for kind, names in kinds.items():
                found.update({(platform, kind, name): int(n) for name, n in names.items()})
        return cls(found)


def look_name(axis: str, block: str) -> str:
    """How a look is named.

    >>> look_name("followers", "history")
    'followers/history'
    """
    return f"{axis}/{block}"


def pair_name(signal: str, given: tuple[str, ...]) -> str:
    """How a signal and what it is expected from are named.

    >>> pair_name("likes_below_followers", ("followers", "posts"))
    'likes_below_followers(followers,posts)'
    """
    return f"{signal}({','.join(given)})"


def words_of(reading: Reading) -> Iterator[tuple[Word, NDArray[np.intp]]]:
    """What one reading says of the accounts it judged: a word, and of whom (positions in the panel, at least one)."""
    if not reading.judged.any():
        return
    look, rows = look_name(reading.unit.axis, reading.unit.block), reading.rows[reading.judged]
    bins = np.searchsorted(EDGES[1:-1], np.power(10.0, -reading.surprise[reading.judged]), side="left")
    for number in np.unique(bins).tolist():
        yield (look, f"{number:02}", "bin"), rows[bins == number]
    pairs = {pair[0]: pair for pair in reading.unit.patterns[reading.pattern].pairs}
    names = [name for name in reading.raw.parts if name != FOREST]
    shares = log_shares(names, with_forest=FOREST in reading.raw.parts)
    for name, part in reading.raw.parts.items():
        known = reading.judged & ~np.isnan(part)
        surprise, who = part[known] - shares[name] + _ROUNDING, reading.rows[known]
        shown = FOREST if name == FOREST else pair_name(*pairs[name])
        above, top = (surprise >= -np.log10(share) for share in (MEDIAN, TOP_SHARE))
        for how, which in (("judged", ~above), ("above", above & ~top), ("top", top)):
            if which.any():
                yield (look, shown, how), who[which]


def counted_as(word: Word) -> tuple[tuple[str, str], ...]:
    """Under which kinds and names a word is counted: who is in the top is above the median, and judged.

    >>> counted_as(("likes/history", "like_spike()", "above"))
    (('judged likes/history', 'like_spike()'), ('above likes/history', 'like_spike()'))
    """
    look, what, how = word
    if how == "bin":
        return ((f"look {look}", what),)
    kinds = ("judged", "above", "top")
    return tuple((f"{kind} {look}", what) for kind in kinds[: kinds.index(how) + 1])
