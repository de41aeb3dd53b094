"""Puts known inflation into accounts, simulated or real, and says what is true of them then.

One path for every source: what the platform hides is restored, a mechanic is put in, and the result is shown as the
account's counters were shown. What happens to an account depends on the seed, the mechanic, the dose and its own key
alone: it is the same in any company and order.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from detector.tables import Tables
from training.simulate.ledger import Account, Ledger, ledger_of
from training.simulate.mechanics import MECHANICS, Mechanic
from training.simulate.truth import Truth

__all__ = ["NO_ROOM", "Mixed", "drawn", "inject", "mix", "mixture"]

Key = tuple[str, str]

NO_ROOM = "history too short, or counters unknown, hidden or too small for an order"


def inject(
    tables: Tables, mechanic: Mechanic, dose: float, seed: int, keys: Collection[Key] | None = None
) -> tuple[Tables, tuple[Truth, ...]]:
    """Puts a mechanic into accounts.

    Parameters
    ----------
    tables : Tables
        A source as it is read: counters may be rounded, hidden (-1), wrapped (negative likes) or missing. Not changed.
    mechanic : Mechanic
        One of `MECHANICS`.
    dose : float
        In the mechanic's `dose_unit`.
    seed : int
        Not negative. The same seed, the same bytes.
    keys : collection of (platform, account_id), optional
        The accounts to put it into; all where not given.

    Returns
    -------
    tables : Tables
        The same rows in the same order under the same ids; nothing moves but the counters that the mechanic names.
    truth : tuple of Truth
        One for each account into which it was put, in the order of `tables.keys()`. Accounts that lack what it
        needs, or have no room for it, stay as they are and have none.

    Raises
    ------
    ValueError
        For a dose that puts nothing in or that nobody orders, or a seed below zero.
    """
    mechanic.check(dose)
    _check_seed(seed)
    ledger, wanted = ledger_of(tables), None if keys is None else set(keys)
    truth = []
    for account in ledger.accounts:
        if wanted is None or account.key in wanted:
            found = _put(ledger, account, mechanic, dose, _rng(seed, mechanic.name, dose, account.key))
            if found is not None:
                truth.append(found)
    return ledger.tables(), tuple(truth)


@dataclass(frozen=True, slots=True)
class Mixed:
    """What `mix` made: `missed` says of each account drawn for inflation that stayed as it was what it lacks."""

    tables: Tables
    truth: tuple[Truth, ...]
    missed: dict[Key, str]


def mixture(
    tables: Tables, share: float, seed: int, mechanics: Iterable[Mechanic] | None = None
) -> tuple[Tables, tuple[Truth, ...]]:
    """A population with labels: about a `share` of the accounts inflated, the others genuine. See `mix`."""
    mixed = mix(tables, share, seed, mechanics)
    return mixed.tables, mixed.truth


def mix(
    tables: Tables,
    share: float,
    seed: int,
    mechanics: Iterable[Mechanic] | None = None,
    dose: float | None = None,
) -> Mixed:
    """Inflates a random share of the accounts, each by one mechanic at one dose.

    Parameters
    ----------
    tables : Tables
        As for `inject`.
    share : float
        Chance of each account to be drawn, 0 to 1. An account into which none of the mechanics can be put stays
        genuine.
    seed : int
        Not negative.
    mechanics : iterable of Mechanic, optional
        What to draw from; every mechanic where not given.
    dose : float, optional
        Drawn from the mechanic's usual ones where not given.

    Returns
    -------
    Mixed
        `truth` has one row for every account, in the order of `tables.keys()`. An account inflated by a mechanic at
        a dose has what `inject` gives it with the same seed.

    Raises
    ------
    ValueError
        For a share outside 0 to 1, no mechanic, a dose that one of them does not take, or a seed below zero.
    """
    among = tuple(MECHANICS.values() if mechanics is None else mechanics)
    if not 0 <= share <= 1 or not among:
        raise ValueError(f"a share of 0 to 1 gets one of the mechanics given, not {share} of {len(among)}")
    for mechanic in among if dose is not None else ():
        mechanic.check(dose or 0.0)
    _check_seed(seed)
    ledger, missed = ledger_of(tables), {}
    truth = []
    for account in ledger.accounts:
        found = None
        if drawn(account.key, share, seed):
            found = _one_of(ledger, account, seed, among, dose)
            if found is None:
                missed[account.key] = _lacking(account, among)
        truth.append(found or Truth(*account.key, label="genuine"))
    return Mixed(ledger.tables(), tuple(truth), missed)


def drawn(key: Key, share: float, seed: int) -> bool:
    """Whether `mix` draws an account for inflation. With a larger share the same accounts are, and more."""
    return bool(_rng(seed, "drawn", 0.0, key).random() < share)


def _one_of(
    ledger: Ledger, account: Account, seed: int, mechanics: tuple[Mechanic, ...], dose: float | None
) -> Truth | None:
    rng = _rng(seed, "mixture", 0.0, account.key)
    for at in rng.permutation(len(mechanics)):
        mechanic = mechanics[int(at)]
        amount = float(rng.choice(mechanic.doses)) if dose is None else dose
        found = _put(ledger, account, mechanic, amount, _rng(seed, mechanic.name, amount, account.key))
        if found is not None:
            return found
    return None


def _lacking(account: Account, mechanics: tuple[Mechanic, ...]) -> str:
    """What an account needs for the mechanic that asks least of what it does not have."""
    lacking = min((sorted(mechanic.needs - _has(account)) for mechanic in mechanics), key=len)
    if lacking:
        return f"no {' and '.join(lacking)}"
    return NO_ROOM


def _put(
    ledger: Ledger, account: Account, mechanic: Mechanic, dose: float, rng: np.random.Generator
) -> Truth | None:
    if not mechanic.needs <= _has(account):
        return None
    before = ledger.exact(account, rng)
    after = mechanic.put_in(before, dose, rng)
    if after is None:
        return None
    gain = _gain(before, after, "likes" if mechanic.axis == "likes" else "followers")
    if gain.amount < 1 or not ledger.show(account, before, after):
        return None
    return Truth(
        *account.key,
        label="inflated",
        axis=mechanic.axis,
        mechanic=mechanic.name,
        dose=float(dose),
        amount=gain.amount,
        started_on=gain.started_on,
    )


def _has(account: Account) -> set[str]:
    present = {name for name, rows in account.rows.items() if rows.stop > rows.start}
    return present & {"posts", "snapshots"} | ({"profile"} if present & {"accounts", "snapshots"} else set())


@dataclass(frozen=True, slots=True)
class _Gain:
    amount: float
    started_on: str


def _gain(before: Tables, after: Tables, counter: str) -> _Gain:
    """The most that was held of what was put in, and the day of the first look that shows it after one that does not.

    Where no lifetime counter is known, what the posts gained together.
    """
    looks = after.snapshots.column(counter) - before.snapshots.column(counter)
    profile = after.accounts.column(counter) - before.accounts.column(counter)
    lifetime = np.concatenate([profile, looks])
    if np.isfinite(lifetime).any():
        amount = float(np.nanmax(lifetime))
    elif counter == "likes":
        amount = float(np.nansum(after.posts.column(counter) - before.posts.column(counter)))
    else:
        amount = 0.0
    times = before.snapshots.column("observed_at")
    known = np.flatnonzero(np.isfinite(looks) & ~np.isnat(times))
    in_time = known[np.argsort(times[known], kind="stable")]
    first = np.flatnonzero(looks[in_time] > 0)
    began = len(first) > 0 and first[0] > 0
    return _Gain(amount, str(times[in_time[first[0]]].astype("datetime64[D]")) if began else "")


def _rng(seed: int, name: str, dose: float, key: Key) -> np.random.Generator:
    text = "\x1f".join((str(seed), name, repr(float(dose)), *map(str, key)))
    return np.random.default_rng(int.from_bytes(blake2b(text.encode(), digest_size=16).digest(), "little"))


def _check_seed(seed: int) -> None:
    if seed < 0:
        raise ValueError(f"a seed is 0 or more, not {seed}")
