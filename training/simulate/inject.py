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

__all__ = ["inject", "mixture"]

Key = tuple[str, str]


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


def mixture(
    tables: Tables, share: float, seed: int, mechanics: Iterable[Mechanic] | None = None
) -> tuple[Tables, tuple[Truth, ...]]:
    """A population with labels: about a `share` of the accounts inflated, the others genuine.

    Parameters
    ----------
    tables : Tables
        As for `inject`.
    share : float
        Chance of each account to be inflated, 0 to 1. An account into which none of the mechanics can be put stays
        genuine.
    seed : int
        Not negative.
    mechanics : iterable of Mechanic, optional
        What to draw from; every mechanic where not given. Doses are drawn from each one's usual ones.

    Returns
    -------
    tables : Tables
    truth : tuple of Truth
        One for every account, in the order of `tables.keys()`.

    Raises
    ------
    ValueError
        For a share outside 0 to 1, no mechanic, or a seed below zero.
    """
    drawn_from = tuple(MECHANICS.values() if mechanics is None else mechanics)
    if not 0 <= share <= 1 or not drawn_from:
        raise ValueError(
            f"a share of 0 to 1 gets one of the mechanics given, not {share} of {len(drawn_from)}"
        )
    _check_seed(seed)
    ledger = ledger_of(tables)
    truth = tuple(_drawn(ledger, account, share, seed, drawn_from) for account in ledger.accounts)
    return ledger.tables(), truth


def _drawn(
    ledger: Ledger, account: Account, share: float, seed: int, mechanics: tuple[Mechanic, ...]
) -> Truth:
    rng = _rng(seed, "mixture", share, account.key)
    if rng.random() < share:
        for at in rng.permutation(len(mechanics)):
            mechanic = mechanics[int(at)]
            dose = float(rng.choice(mechanic.doses))
            found = _put(ledger, account, mechanic, dose, _rng(seed, mechanic.name, dose, account.key))
            if found is not None:
                return found
    return Truth(*account.key, label="genuine")


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
