"""Shards: what a bucket leaves of its accounts for the pass over all of them, as three small Parquet files."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from detector.contract import PLATFORMS
from detector.crowd.draws import draws, seeds
from detector.crowd.jumps import COUNTERS
from detector.crowd.notable import Notable
from detector.crowd.shape import COUNTS, shape_of
from detector.outputs.atomic import replacing

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ACCOUNT_BITS", "TABLES", "shard_file", "shard_tables", "write_shards"]

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
        "noise": "float",
        "grain": "float",
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


def shard_tables(notable: Notable, bucket: int) -> "dict[str, pa.Table]":
    """What is notable of the accounts of a bucket, in the order of their keys, as Arrow tables by name."""
    import pyarrow as pa

    first = bucket << ACCOUNT_BITS
    platform = np.array([PLATFORMS.index(name) for name in notable.platform.tolist()], dtype=np.int8)
    seed = seeds(notable.platform.tolist(), notable.account_id.tolist())
    made = {
        "jumps": _jumps(notable, first, platform, seed),
        "shapes": _shapes(notable, first, platform, seed),
        "days": _days(notable, platform),
    }
    return {
        name: pa.table(
            {
                column: pa.array(made[name][column], _type(kind), from_pandas=True)
                for column, kind in columns.items()
            }
        )
        for name, columns in TABLES.items()
    }


def _type(kind: str) -> Any:
    import pyarrow as pa

    alias: Any = kind
    return pa.type_for_alias(alias)


def write_shards(folder: Path, bucket: int, notable: Notable) -> None:
    """Write the shards of a bucket.

    Raises
    ------
    OSError
        There is no room for them.
    """
    import pyarrow.parquet as pq

    for name, table in shard_tables(notable, bucket).items():
        path = shard_file(folder, name, bucket)
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as stream:
            pq.write_table(table, stream)


def _jumps(
    notable: Notable, first: int, platform: NDArray[np.int8], seed: NDArray[np.uint64]
) -> dict[str, Any]:
    jumps = notable.jumps
    turn = jumps.day.astype(np.int64) * len(COUNTS) + jumps.counter + _SHAPE_TURN
    return {name: getattr(jumps, name) for name in ("counter", "day", "amount", "noise", "grain")} | {
        "account": first + jumps.account,
        "platform": platform[jumps.account],
        "smear": draws(seed[jumps.account], turn).astype(np.float32),
    }


def _shapes(
    notable: Notable, first: int, platform: NDArray[np.int8], seed: NDArray[np.uint64]
) -> dict[str, Any]:
    place, large = shape_of(notable.counters)
    own = {
        "account": first + np.arange(len(notable), dtype=np.int64),
        "platform": platform,
        "large": large,
        "history": notable.history,
    }
    places = {f"x{i}": place[:, i] for i in range(len(COUNTS))}
    return own | places | {f"s{i}": draws(seed, i).astype(np.float32) for i in range(len(COUNTS))}


def _days(notable: Notable, platform: NDArray[np.int8]) -> dict[str, Any]:
    """How many accounts had a known gain, rose and fell on each day, where any had."""
    jumps, days = notable.jumps, notable.days
    n = len(PLATFORMS) * len(COUNTERS)
    start = int(days.day.min(initial=0))
    width = int((days.day + days.length).max(initial=start)) - start + 1
    line = platform.astype(np.int64)[days.account] * len(COUNTERS) + days.counter
    at = line * width + days.day - start

    def counts(which: NDArray[np.bool_]) -> NDArray[np.int64]:
        ends = np.bincount(at[which] + days.length[which], minlength=n * width)
        found: NDArray[np.int64] = np.cumsum(np.bincount(at[which], minlength=n * width) - ends)
        return found

    fell = jumps.amount < 0
    own = platform.astype(np.int64)[jumps.account[fell]] * len(COUNTERS) + jumps.counter[fell]
    falls = np.bincount(own * width + jumps.day[fell] - start, minlength=n * width)
    known, rises = counts(~days.rose), counts(days.rose)
    used = np.flatnonzero(known)
    return {
        "platform": (used // width // len(COUNTERS)).astype(np.int8),
        "counter": (used // width % len(COUNTERS)).astype(np.int8),
        "day": (used % width + start).astype(np.int32),
        "known": known[used],
        "rises": rises[used],
        "falls": falls[used],
    }
