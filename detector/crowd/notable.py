"""Notable: the few things of each account that a night looks at across accounts, which also a later night can do with.

What is found in a panel depends on each account alone, so accounts may be taken apart, put together again and carried
over from another night: the same accounts come to the same bits.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from detector.crowd.jumps import Days, Jumps, jumps_of
from detector.crowd.shape import COUNTS, counters_of, has_history
from detector.owners import Key
from detector.panel import FloatArray, Panel

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["COLUMNS", "Notable"]

COLUMNS = ("jumps", "days", "history", *COUNTS)
"""Of the table that `Notable.to_arrow` gives."""

Events = TypeVar("Events", Jumps, Days)


@dataclass(frozen=True, slots=True, repr=False)
class Notable:
    """What is notable of n accounts, in the order of their rows.

    Attributes
    ----------
    platform, account_id : object arrays, (n,)
    jumps : Jumps
    days : Days
    counters : (n, 5)
        Of the profile, as `detector.crowd.shape.COUNTS` names them; NaN where unknown.
    history : bool, (n,)
        Whether jumps could have been seen.
    """

    platform: NDArray[np.object_]
    account_id: NDArray[np.object_]
    jumps: Jumps
    days: Days
    counters: FloatArray
    history: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.platform)

    def __repr__(self) -> str:
        return f"Notable({len(self)} accounts, {len(self.jumps)} jumps)"

    @classmethod
    def none(cls) -> "Notable":
        """Of nobody."""
        empty = np.empty(0, dtype=object)
        unknown = np.empty((0, len(COUNTS)))
        return cls(empty, empty, Jumps.none(), Days.none(), unknown, np.empty(0, dtype=bool))

    @classmethod
    def of(cls, panel: Panel) -> "Notable":
        """What is notable of the accounts of a panel."""
        jumps, days = jumps_of(panel)
        return cls(
            panel.platform, panel.account_id, jumps, days, counters_of(panel.profile), has_history(panel)
        )

    @classmethod
    def concat(cls, parts: Iterable["Notable"]) -> "Notable":
        """The accounts of all parts, in the order given."""
        parts = [cls.none(), *parts]
        starts = np.cumsum([0, *(len(part) for part in parts)])

        def events(name: str) -> Any:
            own = [getattr(part, name) for part in parts]
            moved = [
                replace(one, account=one.account + start) for one, start in zip(own, starts, strict=False)
            ]
            return type(own[0])(
                *(np.concatenate([getattr(one, f.name) for one in moved]) for f in fields(own[0]))
            )

        plain = {
            name: np.concatenate([getattr(part, name) for part in parts])
            for name in ("platform", "account_id", "counters", "history")
        }
        return cls(jumps=events("jumps"), days=events("days"), **plain)

    def take(self, rows: NDArray[np.int64]) -> "Notable":
        """What is notable of some accounts, in that order."""
        return Notable(
            self.platform[rows],
            self.account_id[rows],
            _taken(self.jumps, len(self), rows),
            _taken(self.days, len(self), rows),
            self.counters[rows],
            self.history[rows],
        )

    def to_arrow(self) -> "pa.Table":
        """All but the keys as a table of n rows with the columns `COLUMNS`."""
        import pyarrow as pa

        columns: dict[str, Any] = {name: _lists(getattr(self, name), len(self)) for name in ("jumps", "days")}
        columns["history"] = pa.array(self.history)
        for i, name in enumerate(COUNTS):
            columns[name] = pa.array(self.counters[:, i], pa.float64(), from_pandas=True)
        return pa.table(columns)

    @classmethod
    def from_arrow(cls, keys: Sequence[Key], table: "pa.Table") -> "Notable":
        """What `to_arrow` made a table of; `keys` are those of its rows."""
        counters = [table.column(name).to_numpy().astype(np.float64) for name in COUNTS]
        return cls(
            np.array([platform for platform, _ in keys], dtype=object),
            np.array([one for _, one in keys], dtype=object),
            _events(Jumps, table.column("jumps")),
            _events(Days, table.column("days")),
            np.column_stack(counters),
            table.column("history").to_numpy().astype(bool),
        )


def _taken(events: Events, n: int, rows: NDArray[np.int64]) -> Events:
    """The events of some of `n` accounts, numbered by their place among these."""
    starts = np.searchsorted(events.account, np.arange(n + 1))
    sizes = np.diff(starts)[rows]
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    at = np.repeat(starts[:-1][rows], sizes) + within
    some = {f.name: getattr(events, f.name)[at] for f in fields(events)}
    return type(events)(**some | {"account": np.repeat(np.arange(len(rows), dtype=np.int64), sizes)})


def _lists(events: Jumps | Days, n: int) -> Any:
    """A list of records for each of `n` accounts."""
    import pyarrow as pa

    names = [f.name for f in fields(events) if f.name != "account"]
    records = pa.StructArray.from_arrays([pa.array(getattr(events, name)) for name in names], names)
    starts = np.searchsorted(events.account, np.arange(n + 1))
    return pa.ListArray.from_arrays(pa.array(starts, pa.int32()), records)


def _events(kind: type[Events], column: Any) -> Events:
    lists = column.combine_chunks()
    sizes = np.diff(lists.offsets.to_numpy())
    records, none = lists.flatten(), kind.none()
    values = {
        f.name: records.field(f.name).to_numpy(zero_copy_only=False).astype(getattr(none, f.name).dtype)
        for f in fields(kind)
        if f.name != "account"
    }
    return kind(account=np.repeat(np.arange(len(sizes), dtype=np.int64), sizes), **values)
