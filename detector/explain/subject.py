"""Subject: one account with all that was judged of it, its arrays, its judgement and its readings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from detector.model.model import Judgement, Model, Reading
from detector.model.peers import Peer
from detector.panel import Panel, build_panel
from detector.repair import repair
from detector.tables import Table, Tables

__all__ = ["Subject", "subjects"]


@dataclass(frozen=True, slots=True, repr=False)
class Subject:
    """One account: a panel of one row, and what the model says of it (arrays of length 1)."""

    panel: Panel
    judgement: Judgement

    def __repr__(self) -> str:
        return f"Subject({self.panel.platform[0]}: {len(self.judgement.readings)} readings)"

    def reading(self, axis: str, block: str) -> Reading | None:
        """The look at an axis on a block of evidence, None where it could not be taken."""
        for reading in self.judgement.readings:
            if (reading.unit.axis, reading.unit.block) == (axis, block):
                return reading
        return None

    def peer(self, signal: str, axis: str, block: str) -> Peer | None:
        """What peers make expected of a signal, None where it is not part of the look."""
        reading = self.reading(axis, block)
        if reading is None:
            return None
        for pair in reading.unit.patterns[reading.pattern].pairs:
            if pair[0] == signal:
                return reading.unit.peers.get(pair)
        return None


def subjects(tables: Tables, model: Model, keys: Sequence[tuple[str, str]]) -> Iterator[Subject]:
    """The accounts `keys` of a source as read, one at a time, in that order.

    Each is judged alone, which gives the same bits as among others.
    """
    repaired = repair(_of(tables, set(keys)))
    for key in keys:
        panel = build_panel(repaired, [key])
        yield Subject(panel, model.judge(panel))


def _of(tables: Tables, keys: set[tuple[str, str]]) -> Tables:
    """The rows of some accounts alone: repairing a whole night's source for a few pages would take long."""
    own: dict[str, Table] = {}
    for table in (tables.accounts, tables.posts, tables.snapshots):
        pairs = zip(table.column("platform").tolist(), table.column("account_id").tolist(), strict=True)
        mine = np.fromiter((pair in keys for pair in pairs), dtype=bool, count=len(table))
        own[table.name] = table.take(mine)
    faults = tuple(fault for fault in tables.faults if (fault.platform, fault.account_id) in keys)
    return Tables(own["accounts"], own["posts"], own["snapshots"], faults=faults)
