"""Behaviour: what must hold of any model. More followers never lower the suspicion of inflated followers; renaming
changes nothing.
"""

from dataclasses import replace

import numpy as np

from detector.model.model import Model
from detector.panel import FloatArray
from detector.scoring import score_tables
from detector.tables import Table, Tables
from training.accounts import number_of, only
from training.gates.ground import Ground, Outcome

__all__ = ["behaviour"]

NAME = "behaviour"

ACCOUNTS = 200
FACTORS = (2.0, 5.0, 20.0)
LOWERED = 1.0
"""Suspicion (0 to 100) that must be lost for it to count as lowered: less is the grain of the calibration."""

MAY_BE_LOWERED = 0.01
"""Share of accounts in which it may be lowered beyond the champion's, or at all where there is none. That of automation
may be: whoever is followed looks less like a bot, and the suspicion of all three together follows (decision 0024)."""


def behaviour(ground: Ground) -> Outcome:
    """Both on the same accounts of the source."""
    keys = sorted(ground.ordinary.keys, key=lambda key: number_of("behaviour", *key))[:ACCOUNTS]
    tables = only(ground.tables, keys)
    lowered = _lowered(ground.challenger, tables)
    figures = {"lowered_challenger": lowered, "accounts": float(len(keys))}
    allowed = MAY_BE_LOWERED
    if ground.champion is not None:
        figures["lowered_champion"] = _lowered(ground.champion, tables)
        allowed += figures["lowered_champion"]
    renamed = _changed_by_renaming(ground.challenger, tables)
    figures["changed_by_renaming"] = renamed
    said = (
        f"followers times 2, 5 and 20 lower the suspicion of followers in {lowered:.1%} of {len(keys)} accounts "
        f"({allowed:.1%} allowed); renaming changes {renamed:.1%}"
    )
    return Outcome(NAME, lowered <= allowed and renamed == 0, said, figures)


def _lowered(model: Model, tables: Tables) -> float:
    """Share of accounts, judged on followers throughout, whose suspicion of them falls anywhere as they grow."""
    before = _suspicion(model, _more_followers(tables, 1.0))
    fell, judged = np.zeros(len(before), dtype=bool), ~np.isnan(before)
    for factor in FACTORS:
        after = _suspicion(model, _more_followers(tables, factor))
        judged &= ~np.isnan(after)
        fell |= after < before - LOWERED
        before = np.fmax(before, after)
    return float(fell[judged].mean()) if judged.any() else 0.0


def _suspicion(model: Model, tables: Tables) -> FloatArray:
    values: FloatArray = score_tables(tables, model).columns["followers_suspicion"]
    return values


def _more_followers(tables: Tables, factor: float) -> Tables:
    accounts = tables.accounts
    if not len(accounts):
        return tables
    more = np.round(accounts.column("followers") * factor)
    # Looks of before would contradict the profile: the newest of them counts where it is newer.
    return replace(tables, accounts=accounts.replace(followers=more), snapshots=Table.empty("snapshots"))


def _changed_by_renaming(model: Model, tables: Tables) -> float:
    """Share of accounts of which any number changes when ids and handles do."""

    def renamed(table: Table) -> Table:
        if not len(table):
            return table
        ids = np.array(
            [f"z{number_of('renamed', one):08x}-{one}" for one in table.column("account_id")], dtype=object
        )
        changed = {"account_id": ids}
        if "handle" in table.columns:
            changed["handle"] = np.full(len(table), "somebody", dtype=object)
        return table.replace(**changed)

    other = Tables(
        accounts=renamed(tables.accounts), posts=renamed(tables.posts), snapshots=renamed(tables.snapshots)
    )
    before, after = score_tables(tables, model).columns, score_tables(other, model).columns
    names = [name for name, values in before.items() if values.dtype.kind == "f"]
    same = np.logical_and.reduce(
        [(before[name] == after[name]) | (np.isnan(before[name]) & np.isnan(after[name])) for name in names]
    )
    return float(np.mean(~same)) if len(same) else 0.0
