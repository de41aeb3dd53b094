"""Power: how often known inflation was called suspicious, by evidence and size, as it was measured of a model.

Kept beside the card as `power.json`, one row a line. The training side counts it (`training.evaluate.power`); here it
is read, checked and looked up. A model without it says that its power was not measured.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, isfinite, sqrt
from typing import Any

from detector.contract import AXES, EVIDENCE

__all__ = ["BANDS", "MAX_POWER_BYTES", "Caught", "Power", "Way"]

FORMAT = 1
MAX_POWER_BYTES = 5_000_000
"""Twenty times what the shipped model has."""

BANDS = ((0.0, 1e3), (1e3, 1e4), (1e4, 1e5), (1e5, 1e6), (1e6, 1e7), (1e7, inf))
"""Followers as shown, from and below which accounts count as of one size; `(0, inf)` is any size."""

UNITS = ("share", "times")
Z95 = 1.96


@dataclass(frozen=True, slots=True)
class Way:
    """A way to inflate: the axis on which it counts, a title, and the unit of its dose.

    `share`: what is added, as a share of the counter before it; `times`: the counter afterwards, in those before.
    """

    name: str
    axis: str
    title: str
    unit: str


@dataclass(frozen=True, slots=True)
class Caught:
    """How many accounts with one dose of one way were called so, by one kind of evidence, on one platform.

    Counted are judged accounts that show from `low` to below `high` followers with the dose in them; `unusual` counts
    the suspicious too. `on` is the number of the population in `Power.populations`.
    """

    platform: str
    evidence: str
    low: float
    high: float
    way: str
    dose: float
    accounts: int
    unusual: int
    suspicious: int
    on: int

    @property
    def share(self) -> float:
        """Share that was called suspicious, 0 to 1."""
        return self.suspicious / self.accounts

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the share (Wilson 1927)."""
        return wilson(self.suspicious, self.accounts)


def wilson(k: int, n: int) -> tuple[float, float]:
    """95 % interval of k of n.

    >>> [round(end, 3) for end in wilson(9, 10)]
    [0.596, 0.982]
    """
    share, weight = k / n, Z95**2 / n
    centre = (share + weight / 2) / (1 + weight)
    reach = Z95 / (1 + weight) * sqrt(share * (1 - share) / n + weight / (4 * n))
    return max(centre - reach, 0.0), min(centre + reach, 1.0)


@dataclass(frozen=True, slots=True, repr=False)
class Power:
    """All that was counted of a model. `populations` say in words into which accounts inflation was put."""

    ways: Mapping[str, Way]
    populations: tuple[str, ...]
    rows: tuple[Caught, ...]
    _alike: dict[tuple[str, str], list[Caught]] = field(init=False, default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        for row in self.rows:
            self._alike.setdefault((row.platform, row.evidence), []).append(row)

    def __repr__(self) -> str:
        return f"Power({len(self.rows)} rows of {len(self.ways)} ways to inflate)"

    def of(self, platform: str, evidence: str, followers: float) -> tuple[Caught, ...]:
        """What is known of accounts like one, by way and dose: of its size where enough were counted, else of any.

        `followers` may be NaN. Rows come in the order of the ways, small doses first.
        """
        found: dict[tuple[str, float], Caught] = {}
        for row in self._alike.get((platform, evidence), ()):
            whole = (row.low, row.high) == (0.0, inf)
            if not whole and not row.low <= followers < row.high:
                continue
            known = found.get((row.way, row.dose))
            if known is None or not whole:
                found[row.way, row.dose] = row
        order = {name: place for place, name in enumerate(self.ways)}
        return tuple(sorted(found.values(), key=lambda row: (order[row.way], row.dose)))

    def evidences(self, platform: str) -> tuple[str, ...]:
        """Kinds of evidence that were measured on a platform, the least first."""
        known = {row.evidence for row in self.rows if row.platform == platform}
        return tuple(evidence for evidence in EVIDENCE if evidence in known)

    def text(self) -> str:
        """As JSON, one row a line; the same each time."""
        rows = ",\n  ".join(json.dumps(_packed(row)) for row in self.rows)
        ways = ",\n  ".join(
            f"{json.dumps(name)}: {json.dumps([way.axis, way.title, way.unit])}"
            for name, way in self.ways.items()
        )
        populations = json.dumps(list(self.populations))
        return (
            f'{{\n "format": {FORMAT},\n "populations": {populations},\n "ways": {{\n  {ways}\n }},\n'
            f' "columns": {json.dumps(COLUMNS)},\n "rows": [\n  {rows}\n ]\n}}\n'
        )

    @classmethod
    def read(cls, text: str) -> "Power":
        """From the text of a file.

        Raises
        ------
        ValueError
            It is no such file, or counts what cannot be.
        """
        content = json.loads(text)
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            raise ValueError(f"it is not of format {FORMAT}")
        try:
            ways = {name: _way(name, *packed) for name, packed in content["ways"].items()}
            populations = tuple(map(_text, content["populations"]))
            rows = tuple(_row(packed, ways, len(populations)) for packed in content["rows"])
        except (KeyError, TypeError, AttributeError, OverflowError) as error:
            raise ValueError(f"a part of it is missing or not what it should be ({error})") from error
        return cls(ways, populations, rows)


COLUMNS = (
    *("platform", "evidence", "followers_from", "followers_below", "way", "dose"),
    *("judged", "unusual_or_more", "suspicious", "population"),
)


def _packed(row: Caught) -> list[Any]:
    high = None if row.high == inf else row.high
    counts = [row.accounts, row.unusual, row.suspicious, row.on]
    return [row.platform, row.evidence, row.low, high, row.way, row.dose, *counts]


def _way(name: str, axis: str, title: str, unit: str) -> Way:
    if axis not in AXES or unit not in UNITS:
        raise ValueError(f"{name!r} is on the axis {axis!r} in {unit!r}")
    return Way(_text(name), axis, _text(title), unit)


def _row(packed: Sequence[Any], ways: Mapping[str, Way], populations: int) -> Caught:
    platform, evidence, low, high, way, dose, *counts = packed
    n, unusual, suspicious, on = map(_whole, counts)
    ends = float(low), inf if high is None else float(high)
    row = Caught(_text(platform), evidence, *ends, way, float(dose), n, unusual, suspicious, on)
    sound = evidence in EVIDENCE and way in ways and 0 <= row.low < row.high and 0 < row.dose < inf
    if (
        not sound
        or not isfinite(row.low)
        or not 0 <= suspicious <= unusual <= n
        or n < 1
        or on >= populations
    ):
        raise ValueError(f"the row {packed!r:.100} counts what cannot be")
    return row


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{value!r:.50} is no count")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 300:
        raise ValueError(f"{value!r:.50} is no short text")
    return value
