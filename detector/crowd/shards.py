"""Shards: what a bucket leaves of its accounts for the pass over all of them, as three small Parquet files."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from detector.contract import PLATFORMS
from detector.crowd.draws import draws, seeds
from detector.crowd.jumps import jumps_of
from detector.crowd.shape import COUNTS, has_history, shape_of
from detector.outputs.atomic import replacing
from detector.panel import Panel

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ACCOUNT_BITS", "TABLES", "Collector", "shard_file"]

ACCOUNT_BITS = 32
"""An account's number is its bucket's, moved up by so many bits, and its row in the bucket: in the order of keys."""

_SHAPE_TURN = 1_000
"""Turns of draws below this belong to jumps' counters, so that no draw is used twice."""

TABLES: dict[str, dict[str, str]] = {
    "jumps": {
        "account": "int64",
        "platform": "int8",
        "counter": "int8",
        "day": "int32",
        "amount": "double",
        "noise": "double",
        "grain": "double",
        "level": "double",
        "smear": "float",
    },
    "shapes": {
        "account": "int64",
        "platform": "int8",
        "large": "int8",
        "history": "bool",
        **{f"x{i}": "double" for i in range(len(COUNTS))},
        **{f"s{i}": "float" for i in range(len(COUNTS))},
    },
    "days": {
        "platform": "int8",
        "counter": "int8",
        "day": "int32",
        "known": "int64",
        "rises": "int64",
        "falls": "int64",
    },
}
"""Columns of each table and their Arrow types; `smear` and `s0`, ... are the draws of the null."""


def shard_file(folder: Path, table: str, bucket: int) -> Path:
    """Where a bucket's rows of a table go."""
    return folder / table / f"{bucket:05d}.parquet"


@dataclass(slots=True)
class Collector:
    """Takes the panels of a bucket, one after the other, and writes its shards."""

    bucket: int
    _parts: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {name: [] for name in TABLES})
    _seen: int = 0

    def add(self, panel: Panel) -> None:
        """Take what is notable of the next accounts of the bucket."""
        start = (self.bucket << ACCOUNT_BITS) + self._seen
        self._seen += len(panel)
        platform = np.array([PLATFORMS.index(name) for name in panel.platform.tolist()], dtype=np.int8)
        seed = seeds(panel.platform.tolist(), panel.account_id.tolist())
        jumps, days = jumps_of(panel)
        of = jumps.account
        turn = jumps.day * len(COUNTS) + jumps.counter + _SHAPE_TURN
        self._parts["jumps"].append(
            {name: getattr(jumps, name) for name in ("counter", "day", "amount", "noise", "grain", "level")}
            | {"account": start + of, "platform": platform[of], "smear": draws(seed[of], turn)}
        )
        place, large = shape_of(panel)
        self._parts["shapes"].append(
            {
                "account": start + np.arange(len(panel)),
                "platform": platform,
                "large": large,
                "history": has_history(panel),
            }
            | {f"x{i}": place[:, i] for i in range(len(COUNTS))}
            | {f"s{i}": draws(seed, i) for i in range(len(COUNTS))}
        )
        self._parts["days"].append(
            {name: getattr(days, name) for name in ("counter", "day", "known", "rises", "falls")}
            | {
                "platform": np.array(
                    [PLATFORMS.index(name) for name in days.platform.tolist()], dtype=np.int8
                )
            }
        )

    def tables(self) -> "dict[str, pa.Table]":
        """What was taken, as Arrow tables by name."""
        import pyarrow as pa

        found = {}
        for name, columns in TABLES.items():
            parts = self._parts[name]
            arrays = [
                pa.array(_joined([part[column] for part in parts], kind), from_pandas=True)
                for column, kind in columns.items()
            ]
            found[name] = pa.table(arrays, names=list(columns))
        return found

    def write(self, folder: Path) -> None:
        """Write the shards of the bucket.

        Raises
        ------
        DetectorError
            There is no room for them.
        """
        import pyarrow.parquet as pq

        for name, table in self.tables().items():
            path = shard_file(folder, name, self.bucket)
            path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(path) as stream:
                pq.write_table(table, stream)


def _joined(parts: list[Any], kind: str) -> Any:
    dtype = np.dtype({"double": "float64", "float": "float32"}.get(kind, kind))
    return np.concatenate([np.empty(0, dtype=dtype), *(part.astype(dtype) for part in parts)])
