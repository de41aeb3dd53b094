"""Prints: what an account's rows come to as one number. The order of the rows and the names of columns do not matter.

Each row is hashed where it is read; the sum of an account's rows is its print. A changed account goes unseen where two
sums of 64 bits agree by chance: once in some 10^13 nights of a million changed accounts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from detector.audit.routing import Platforms
from detector.contract import KEY, TABLES
from detector.owners import Key
from detector.sources.databases.base import quoted
from detector.sources.streams import Stream

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["PRINT", "Prints", "print_of_row", "prints_of"]

PRINT = "print"
"""The column of spilled rows that holds the hash of each."""


def print_of_row(stream: Stream) -> str:
    """The hash of a row as SQL: of the table, and of the type and value of every column but the key, which rows share.

    A value that comes under another name is the same; one of another type is another, which is safe.
    """
    items = [_text(stream.table)]
    for column in TABLES[stream.table]:
        theirs = stream.names.get(column.name)
        if column.name in KEY or theirs is None:
            continue
        items.append(_text(column.name))
        if theirs in stream.folders:
            value = stream.folders[theirs]
            items.append("NULL" if value is None else _text(value))
        else:
            items += [f"typeof({quoted(theirs)})", quoted(theirs)]
    return f"hash({', '.join(items)})"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


@dataclass(frozen=True, slots=True)
class Prints:
    """The accounts that rows name: their keys, their prints as uint64 (n,), and whose each row is by file of rows."""

    keys: list[Key]
    sums: NDArray[np.uint64]
    owners: tuple[NDArray[np.intp], ...]

    def as_dict(self) -> dict[Key, int]:
        """Print by account."""
        return dict(zip(self.keys, self.sums.tolist(), strict=True))


def prints_of(spilled: Sequence[tuple[Platforms, "pa.Table"]]) -> Prints:
    """The prints of all accounts of a bucket, from the rows of all its tables.

    Parameters
    ----------
    spilled
        Rows with `id`, `p` (the number of the platform in that stream) and the hash, and what the numbers mean.
    """
    import pyarrow as pa

    chunks: list[Any] = [chunk for _, table in spilled for chunk in table.column("id").chunks]
    if not chunks:
        return Prints([], np.empty(0, np.uint64), tuple(np.empty(0, np.intp) for _ in spilled))
    encoded = pa.concat_arrays(chunks).dictionary_encode()
    names = sorted({name for platforms, _ in spilled for name in platforms.known if name is not None})
    number = {name: i for i, name in enumerate(names)}
    platform = np.concatenate([_numbers(platforms, table, number) for platforms, table in spilled])
    both = encoded.indices.to_numpy().astype(np.int64) * len(names) + platform
    found, owner = np.unique(both, return_inverse=True)
    hashes = np.concatenate([table.column(PRINT).to_numpy() for _, table in spilled]).astype(np.uint64)
    sums = np.zeros(len(found), np.uint64)
    np.add.at(sums, owner, hashes)
    ids = encoded.dictionary.to_pylist()
    keys = [(names[one % len(names)], ids[one // len(names)]) for one in found.tolist()]
    ends = np.cumsum([table.num_rows for _, table in spilled])[:-1]
    return Prints(keys, sums, tuple(np.split(owner, ends)))


def _numbers(platforms: Platforms, table: "pa.Table", number: dict[str, int]) -> NDArray[np.int64]:
    """The platform of each row under one numbering for all streams; rows of a bucket always have a known one."""
    own = np.array([number.get(name or "", 0) for name in platforms.known], dtype=np.int64)
    found: NDArray[np.int64] = own[table.column("p").to_numpy()]
    return found
