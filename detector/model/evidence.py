"""Evidence: every signal, quantity and atom of a panel, computed once and used by all units of a model."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.panel import HISTORY_COUNTS, MAX_DAYS, MAX_POSTS, POST_COUNTS, FloatArray, Panel, in_a_row
from detector.signals.catalogue import CATALOGUE, SIGNALS, joined_names
from detector.signals.compiled import fast, meet
from detector.signals.quantities import ATOMS, QUANTITIES, known_atoms

__all__ = ["Evidence", "completed", "gather"]


@dataclass(frozen=True, slots=True, repr=False)
class Evidence:
    """Signals and quantities by name, each (n,) with NaN = unknown, and which atoms are known, each bool (n,)."""

    signals: dict[str, FloatArray]
    quantities: dict[str, FloatArray]
    atoms: dict[str, NDArray[np.bool_]]
    n: int

    def __repr__(self) -> str:
        return f"Evidence({self.n} accounts x {len(self.signals)} signals)"

    def take(
        self,
        rows: NDArray[np.intp] | NDArray[np.bool_],
        signals: Collection[str] | None = None,
        quantities: Collection[str] | None = None,
    ) -> "Evidence":
        """The same for some accounts, with the signals and quantities named; with all and the atoms by default.

        Where `rows` are positions they ascend, so that as many as there are means all of them, and nothing is copied.
        """
        every = rows.dtype != bool and len(rows) == self.n

        def picked(values: dict[str, Any], names: Collection[str] | None) -> dict[str, Any]:
            chosen = values if names is None else {name: values[name] for name in names}
            return chosen if every else {name: one[rows] for name, one in chosen.items()}

        return Evidence(
            picked(self.signals, signals),
            picked(self.quantities, quantities),
            {} if signals is not None else picked(self.atoms, None),
            int(rows.sum()) if rows.dtype == bool else len(rows),
        )


WIDTHS = {"posts": (12, 32, MAX_POSTS), "days": (40, 80, MAX_DAYS)}
"""Posts and days that signals are computed over: the first that hold all of an account's. Most have a month of looks.

Narrow and wide give the same bits: what is left away is unknown, and all widths of days are multiples of 8, so that
NumPy adds up a row in the same order (docs/decisions/0014)."""

MARGIN = 8
"""Unknown days that are kept before the first known one: some signals look a week back."""

BLOCK = 2_000
"""Accounts computed at a time: 2,000 x 40 days are 640 KB an array. Fewer fit the cache better, but the catalogue takes
some thousands of calls, three to four milliseconds whatever the number of accounts."""


EVERYTHING = frozenset([*(signal.name for signal in CATALOGUE), *QUANTITIES])


def gather(
    panel: Panel, asked: Mapping[str, Collection[str]] | None = None, joined: Collection[str] = ()
) -> Evidence:
    """Computes the whole catalogue on a panel. A signal without its needs is NaN, whatever its function gave.

    Parameters
    ----------
    panel : Panel
    asked : names of signals and quantities by platform, optional
        Only these are computed, the others are NaN; of other platforms atoms alone. Everything by default.
    joined : names of other packages' signals to compute besides, where `asked` is not given

    Raises
    ------
    SignalError
        Another package's signal is asked for that is not installed, or fails.
    """
    n = len(panel)
    meet(n)
    named = joined if asked is None else {name for names in asked.values() for name in names}
    others = joined_names(named)
    found = Evidence(
        {name: np.full(n, np.nan) for name in (*(signal.name for signal in CATALOGUE), *others)},
        {name: np.full(n, np.nan) for name in QUANTITIES},
        {name: np.zeros(n, dtype=bool) for name in ATOMS},
        n,
    )
    widths = _Widths.of(panel)
    with np.errstate(invalid="ignore", divide="ignore"):
        for platform, own in _by_platform(panel, asked):
            names = EVERYTHING.union(others) if asked is None else asked.get(platform, ())
            for rows, posts, days in _blocks(widths, own):
                _fill(found, panel.part(rows, posts, days), rows, names)
    return found


def completed(evidence: Evidence, panel: Panel, asked: Mapping[str, Collection[str]]) -> Evidence:
    """The same with other packages' signals that are asked for: evidence is gathered without knowing of a model."""
    lacking = {name for names in asked.values() for name in joined_names(names)} - set(evidence.signals)
    if not lacking:
        return evidence
    only = {platform: [name for name in names if name in lacking] for platform, names in asked.items()}
    more = gather(panel, only).signals
    signals = evidence.signals | {name: more[name] for name in sorted(lacking)}
    return Evidence(signals, evidence.quantities, evidence.atoms, evidence.n)


def _by_platform(
    panel: Panel, asked: Mapping[str, Collection[str]] | None
) -> Iterator[tuple[str, NDArray[np.intp]]]:
    """The accounts of each platform of which something else is asked; all together where everything is."""
    if asked is None:
        yield "", np.arange(len(panel))
        return
    for platform in sorted(set(panel.platform.tolist())):
        yield platform, np.flatnonzero(panel.platform == platform)


@dataclass(frozen=True, slots=True)
class _Widths:
    """Posts and days over which each account is computed, (n,) each."""

    posts: NDArray[np.intp]
    days: NDArray[np.intp]

    @classmethod
    def of(cls, panel: Panel) -> "_Widths":
        posts = _span(
            [getattr(panel.posts, name) for name in (*POST_COUNTS, "posted_day")], WIDTHS["posts"][0]
        )
        looks = [getattr(panel.history, name) for name in HISTORY_COUNTS]
        days = _span(looks, WIDTHS["days"][0] - MARGIN) + MARGIN
        return cls(_width(posts, WIDTHS["posts"]), _width(days, WIDTHS["days"]))


def _blocks(widths: _Widths, own: NDArray[np.intp]) -> Iterator[tuple[NDArray[np.intp], int, int]]:
    """Of the accounts `own` those that need the same widths, block by block: rows, posts, days."""
    kinds = widths.posts[own] * (MAX_DAYS + 1) + widths.days[own]
    for kind in np.unique(kinds).tolist():
        rows = own[kinds == kind]
        for start in range(0, len(rows), BLOCK):
            yield rows[start : start + BLOCK], *divmod(kind, MAX_DAYS + 1)


def _span(counters: Sequence[FloatArray], least: int) -> NDArray[np.intp]:
    """How far the first column in which any counter is known lies from the end, (n,), and at least `least`."""
    width = counters[0].shape[1]
    older = max(width - least, 1)
    if (loops := fast()) is not None:
        span: NDArray[np.intp] = loops.first_known(tuple(counters), older, least)
        return span
    unknown = np.isnan(counters[0][:, :older])
    for values in counters[1:]:
        unknown &= np.isnan(values[:, :older])
    first = np.argmin(unknown, axis=1)
    return np.where(unknown[np.arange(len(unknown)), first], least, width - first)


def _width(span: NDArray[np.intp], widths: Sequence[int]) -> NDArray[np.intp]:
    return np.asarray(widths)[np.minimum(np.searchsorted(widths, span), len(widths) - 1)]


def _fill(found: Evidence, part: Panel, rows: NDArray[np.intp], names: Collection[str]) -> None:
    """Writes what the accounts `rows` give into the evidence of all."""
    atoms, own = known_atoms(part), in_a_row(rows)
    for name, known in atoms.items():
        found.atoms[name][own] = known
    enough = _Enough(atoms, {name for name, known in atoms.items() if not known.all()})
    others = (SIGNALS[name] for name in joined_names(names))
    for signal in (*(signal for signal in CATALOGUE if signal.name in names), *others):
        _write(found.signals[signal.name], own, signal.value, part, enough.of(signal.needs))
    for name, quantity in ((name, one) for name, one in QUANTITIES.items() if name in names):
        _write(found.quantities[name], own, quantity.value, part, enough.of(quantity.needs))


@dataclass(frozen=True, slots=True)
class _Enough:
    """For which accounts all atoms are known that a signal needs: None where they are for all, asked once."""

    atoms: dict[str, NDArray[np.bool_]]
    lacking: set[str]
    found: dict[tuple[str, ...], NDArray[np.bool_] | None] = field(default_factory=dict)

    def of(self, needs: tuple[str, ...]) -> NDArray[np.bool_] | None:
        if needs not in self.found:
            partly = [self.atoms[atom] for atom in needs if atom in self.lacking]
            self.found[needs] = reduce(np.logical_and, partly) if partly else None
        return self.found[needs]


def _write(
    out: FloatArray,
    rows: NDArray[np.intp] | slice,
    value: Callable[[Panel], FloatArray],
    part: Panel,
    known: NDArray[np.bool_] | None,
) -> None:
    if known is None:
        out[rows] = value(part)
    elif known.any():
        out[rows] = np.where(known, value(part), np.nan)
