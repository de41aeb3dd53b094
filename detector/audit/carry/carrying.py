"""Carrying: rows of which some accounts are judged and the others carried over, put together as one part."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from detector.audit.carry.earlier import Carried, Earlier
from detector.audit.carry.marks import Marks
from detector.audit.carry.prints import Prints, prints_of
from detector.audit.ledger import Entry
from detector.audit.part import Judged
from detector.audit.plan import Plan
from detector.audit.reports.tally import Tally
from detector.crowd.notable import Notable
from detector.owners import Key

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Carrying", "carrying"]

Spilled = Mapping[int, "pa.Table"]
"""The rows of a bucket by the number of their stream."""


@dataclass(frozen=True, slots=True)
class Carrying:
    """What is carried over into a bucket, if anything: `left` are the rows that have to be judged.

    `rows` counts the rows of the accounts carried over, by table.
    """

    prints: Prints
    carried: Carried | None
    left: Spilled
    rows: Mapping[str, int]

    def joined(self, judged: Judged, doubtful: Collection[Key]) -> Judged:
        """All accounts in order, those carried over among the judged ones, with the prints of the not `doubtful`."""
        import pyarrow as pa

        prints = {key: one for key, one in self.prints.as_dict().items() if key not in doubtful}
        carried = self.carried
        if carried is None or judged.marks is None:
            return replace(judged, prints=prints)
        keys = judged.keys + carried.keys
        order = np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.int64)
        notable = None
        if judged.notable is not None and carried.notable is not None:
            notable = Notable.concat([judged.notable, carried.notable]).take(order)
        return Judged(
            [keys[i] for i in order.tolist()],
            pa.concat_tables([judged.table, carried.table]).combine_chunks().take(order),
            self.added(judged.entry),
            Marks.concat([judged.marks, carried.marks]).take(order),
            prints,
            notable,
        )

    def added(self, entry: Entry) -> Entry:
        """The counts of the accounts that were judged, and those of the others added."""
        if self.carried is None:
            return entry
        columns = self.carried.columns()
        levels = Counter(columns["level"].tolist())
        n, unknown = len(self.carried.keys), levels["insufficient_data"]
        tally = Tally.from_dict(entry.tally)
        tally.merge(self.carried.marks.counted(columns))
        rows = {
            name: (read + self.rows.get(name, 0), used + self.rows.get(name, 0), aside)
            for name, (read, used, aside) in entry.rows.items()
        }
        return replace(
            entry,
            rows=rows,
            accounts=entry.accounts + n,
            scored=entry.scored + n - unknown,
            insufficient=entry.insufficient + unknown,
            levels={name: found + levels[name] for name, found in entry.levels.items()},
            faults=entry.faults + self.carried.n_faults,
            tally=tally.as_dict(),
            carried=n,
        )


def carrying(plan: Plan, spilled: Spilled, before: Earlier | None) -> Carrying:
    """Find out who of a bucket is carried over.

    Raises
    ------
    AuditError
        The earlier audit's files are gone or damaged.
    """
    prints = prints_of([(plan.platforms[number], table) for number, table in spilled.items()])
    carried = None if before is None else before.of(prints)
    if carried is None:
        return Carrying(prints, None, spilled, {})
    known = set(carried.keys)
    same = np.array([key in known for key in prints.keys], dtype=bool)
    left, rows = {}, Counter[str]()
    for (number, table), owner in zip(spilled.items(), prints.owners, strict=True):
        ours: NDArray[np.bool_] = same[owner]
        rows[plan.streams[number].table] += int(ours.sum())
        left[number] = table.filter(_mask(~ours)) if ours.any() else table
    return Carrying(prints, carried, left, rows)


def _mask(values: NDArray[np.bool_]) -> "pa.BooleanArray":
    import pyarrow as pa

    return pa.array(values)
