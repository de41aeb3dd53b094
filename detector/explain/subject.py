"""Subject: one account with all that was judged of it, its arrays, its judgement and its readings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.model.evidence import gather
from detector.model.model import Judgement, Model, Reading
from detector.model.peers import Peer
from detector.panel import HISTORY_COUNTS, POST_COUNTS, HistoryPanel, Panel, PostsPanel, build_panel
from detector.repair import repair
from detector.tables import Table, Tables

__all__ = ["Subject", "panel_rows", "rows_of", "subjects"]


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

    Each is judged alone, which gives the same bits as among others; what they rest on is computed once for all.
    """
    keys = list(keys)
    panel = build_panel(repair(rows_of(tables, set(keys))), keys)
    evidence = gather(panel)
    for row in range(len(keys)):
        own = np.array([row], dtype=np.intp)
        alone = panel_rows(panel, own)
        yield Subject(alone, model.judge(alone, evidence.take(own)))


def panel_rows(panel: Panel, rows: NDArray[np.intp]) -> Panel:
    """The panel of some accounts, in that order; one may come again and again."""
    posts = {name: getattr(panel.posts, name)[rows] for name in (*POST_COUNTS, "posted_day")}
    history = {name: getattr(panel.history, name)[rows] for name in (*HISTORY_COUNTS, "last_day")}
    return Panel(
        panel.platform[rows],
        panel.account_id[rows],
        panel.handle[rows],
        {name: values[rows] for name, values in panel.profile.items()},
        PostsPanel(**posts),
        HistoryPanel(**history),
        panel.impossible_posts[rows],
        panel.as_of[rows],
    )


def rows_of(tables: Tables, keys: set[tuple[str, str]]) -> Tables:
    """The rows of some accounts alone: repairing a whole night's source for a few pages would take long."""
    own: dict[str, Table] = {}
    for table in (tables.accounts, tables.posts, tables.snapshots):
        pairs = zip(table.column("platform").tolist(), table.column("account_id").tolist(), strict=True)
        mine = np.fromiter((pair in keys for pair in pairs), dtype=bool, count=len(table))
        own[table.name] = table.take(mine)
    faults = tuple(fault for fault in tables.faults if (fault.platform, fault.account_id) in keys)
    return Tables(own["accounts"], own["posts"], own["snapshots"], faults=faults)
