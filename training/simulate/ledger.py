"""What lies behind the counters that a reader sees, account by account, and how they are shown again.

A source is read as the detector reads it (`detector.repair`): what it leaves aside, nothing is put into. Digits that
a platform hides are drawn within the display step, one draw for a counter of an account and one for a post, so that
a history that stood still still does. Counters that arrived exact stay exact.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from detector.contract import MAX_COUNT
from detector.owners import owners_of
from detector.repair import display_step, repair
from detector.tables import Table, Tables

__all__ = ["COUNTERS", "Account", "Ledger", "coarse_step", "ledger_of"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_PROFILE = ("followers", "following", "likes", "views")
COUNTERS: dict[str, tuple[str, ...]] = {
    "accounts": _PROFILE,
    "posts": ("likes", "views"),
    "snapshots": _PROFILE,
}
"""The counters that a mechanic may move."""

_TURN, _HALF_TURN = 2.0**32, 2.0**31
_TENS = 10.0 ** np.arange(19)


def coarse_step(platform: str, counter: str, counts: Array) -> Array:
    """The step in which a platform shows counts of this size, whether or not these were shown so.

    >>> coarse_step("tiktok", "followers", np.array([9_999.0, 19_440.0, 1_234_567.0])).tolist()
    [1.0, 100.0, 100000.0]
    """
    decade = _TENS[np.maximum(np.searchsorted(_TENS, np.nan_to_num(counts), side="right") - 1, 0)]
    return display_step(platform, counter, decade)


@dataclass(frozen=True, slots=True)
class Account:
    """One account of a ledger: its key and its rows as positions [first, last) in each sorted table."""

    key: tuple[str, str]
    number: int
    rows: dict[str, slice]


@dataclass(frozen=True, slots=True, repr=False)
class Ledger:
    """A source, its rows sorted by account; `true` holds the counters behind `seen`, but for the hidden digits.

    `rounded[table][counter]` (n_accounts,): whether an account's counter arrived rounded. `turned[table]`
    (n_accounts,): whether its lifetime likes arrived as a 32-bit integer that turned over. `changed` collects new
    counters.
    """

    source: Tables
    accounts: tuple[Account, ...]
    order: dict[str, NDArray[np.intp]]
    seen: dict[str, Table]
    true: dict[str, Table]
    rounded: dict[str, dict[str, Mask]]
    turned: dict[str, Mask]
    changed: dict[str, dict[str, Array]] = field(default_factory=lambda: {name: {} for name in COUNTERS})

    def __repr__(self) -> str:
        return f"Ledger({len(self.accounts)} accounts)"

    def exact(self, account: Account, rng: np.random.Generator) -> Tables:
        """The counters of one account as they may truly be: whole numbers, NaN where unknown."""
        hidden = dict(zip(_PROFILE, rng.random(len(_PROFILE)), strict=True))
        n_posts = account.rows["posts"].stop - account.rows["posts"].start
        parts = {}
        for name, counters in COUNTERS.items():
            table, rows = self.true[name], account.rows[name]
            columns = {column: values[rows] for column, values in table.columns.items()}
            for counter in counters:
                share = rng.random(n_posts) if name == "posts" else hidden[counter]
                if counter in columns and self.rounded[name][counter][account.number]:
                    step = coarse_step(account.key[0], counter, columns[counter])
                    columns[counter] = columns[counter] + np.floor(share * step)
            parts[name] = Table(name, columns)
        return Tables(parts["accounts"], parts["posts"], parts["snapshots"])

    def show(self, account: Account, before: Tables, after: Tables) -> bool:
        """Takes over what changed between an account's exact tables, shown as its counters arrived.

        False, and nothing is taken over, where a counter would be larger than any platform's.
        """
        news: list[tuple[str, str, Mask, Array]] = []
        for name, counters in COUNTERS.items():
            old, new = getattr(before, name), getattr(after, name)
            for counter in counters:
                if counter not in old.columns or new.columns[counter] is old.columns[counter]:
                    continue
                values = new.columns[counter]
                moved = (values != old.columns[counter]) & np.isfinite(values)
                if (values[moved] > MAX_COUNT).any():
                    return False
                news.append((name, counter, moved, self._as_it_arrived(account, name, counter, values)))
        for name, counter, moved, values in news:
            if counter not in self.changed[name]:
                self.changed[name][counter] = self.seen[name].columns[counter].copy()
            mine = self.changed[name][counter][account.rows[name]]
            mine[moved] = values[moved]
        return True

    def _as_it_arrived(self, account: Account, name: str, counter: str, values: Array) -> Array:
        if self.rounded[name][counter][account.number]:
            step = coarse_step(account.key[0], counter, values)
            values = np.floor(values / step) * step
        if counter == "likes" and name in self.turned and self.turned[name][account.number]:
            seen = self.seen[name].columns[counter][account.rows[name]]
            # What was 2**31 or more when it arrived did not come as 32 bits.
            values = np.where(seen < _HALF_TURN, (values + _HALF_TURN) % _TURN - _HALF_TURN, values)
        return values

    def tables(self) -> Tables:
        """The source with all changes: the same rows in the same order."""
        parts = {}
        for name, columns in self.changed.items():
            original: Table = getattr(self.source, name)
            back = {}
            for counter, values in columns.items():
                back[counter] = np.empty_like(values)
                back[counter][self.order[name]] = values
            parts[name] = original.replace(**back) if back else original
        return replace(
            self.source, accounts=parts["accounts"], posts=parts["posts"], snapshots=parts["snapshots"]
        )


def ledger_of(tables: Tables) -> Ledger:
    """Opens the ledger of a source. The source itself is never changed."""
    owners = owners_of(tables)
    mended = repair(tables, owners)
    order = {name: np.argsort(owners.of(name), kind="stable") for name in COUNTERS}
    seen = {name: getattr(tables, name).take(order[name]) for name in COUNTERS}
    true = {name: getattr(mended, name).take(order[name]) for name in COUNTERS}
    owner = {name: owners.of(name)[order[name]] for name in COUNTERS}
    n = len(owners)
    bounds = {name: np.searchsorted(owner[name], np.arange(n + 1)).tolist() for name in COUNTERS}
    accounts = tuple(
        Account(key, i, {name: slice(bounds[name][i], bounds[name][i + 1]) for name in COUNTERS})
        for i, key in enumerate(owners.keys)
    )
    rounded = {name: _rounded(true[name], owner[name], n) for name in COUNTERS}
    turned = {name: _turned(seen[name], true[name], owner[name], n) for name in ("accounts", "snapshots")}
    for name, accounts_turned in turned.items():
        rounded[name]["likes"] = rounded[name]["likes"] & ~accounts_turned  # 32 bits come as they are
    return Ledger(tables, accounts, order, seen, true, rounded, turned)


def _rounded(table: Table, owner: NDArray[np.intp], n: int) -> dict[str, Mask]:
    """Which accounts' counters arrived rounded: all that are large enough to show it are whole steps.

    Of a counter too small to show it, the others of the account in the same table tell.
    """
    whole, exact = {}, {}
    for counter in COUNTERS[table.name]:
        values = table.column(counter)
        step = np.ones(len(values))
        for platform, mine in _by_platform(table):
            step[mine] = coarse_step(platform, counter, values[mine])
        tells = (step > 1) & np.isfinite(values)
        off = tells & (values % step != 0)
        exact[counter] = np.bincount(owner[off], minlength=n) > 0
        whole[counter] = (np.bincount(owner[tells], minlength=n) > 0) & ~exact[counter]
    any_whole, any_exact = (np.any(list(found.values()), axis=0) for found in (whole, exact))
    return {
        counter: whole[counter] | (any_whole & ~any_exact & ~exact[counter])
        for counter in COUNTERS[table.name]
    }


def _by_platform(table: Table) -> Iterator[tuple[str, Mask]]:
    platforms = table.column("platform")
    for platform in sorted(set(platforms.tolist())):
        yield platform, (platforms == platform).astype(bool)


def _turned(seen: Table, true: Table, owner: NDArray[np.intp], n: int) -> Mask:
    before, after = seen.column("likes"), true.column("likes")
    turned = (before != after) & np.isfinite(before) & np.isfinite(after)
    found: Mask = np.bincount(owner[turned], minlength=n) > 0
    return found
