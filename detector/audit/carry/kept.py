"""Kept: the file beside a part of a result that the next night carries over from: a print and marks for each row.

==========  =================  =================================================================
column      type               meaning
==========  =================  =================================================================
print       uint64, or null    of the account's rows; null where it has to be judged every night
marks       list of uint16     what it adds to the tally, as numbers of words
jumps, ...  see `Notable`      what the night looks at across accounts, where it does
==========  =================  =================================================================

The file's metadata has the words, the first and the last key, and a hash of all keys, so that nobody's print is taken
for another's.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from detector.audit.carry.marks import Marks, words_from
from detector.audit.folder import CARRY
from detector.contract import KEY
from detector.crowd.notable import COLUMNS, Notable
from detector.errors import AuditError
from detector.outputs.atomic import replacing
from detector.owners import Key

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Kept", "kept_file", "keys_of", "marks_in", "notable_in", "write_kept"]


def kept_file(folder: Path, part: str) -> Path:
    """Where it lies for a part of that name (``part-00000.parquet``) in an audit's folder."""
    return folder / CARRY / part


def write_kept(
    path: Path,
    keys: Sequence[Key],
    prints: Mapping[Key, int],
    marks: Marks,
    notable: Notable | None = None,
) -> None:
    """Write the prints and marks of the rows of a part, and what is notable; accounts without a print get none."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    known = [prints.get(key) for key in keys]
    table = pa.table(
        {
            "print": pa.array(known, pa.uint64()),
            "marks": pa.ListArray.from_arrays(
                pa.array(marks.starts, pa.int32()), pa.array(marks.codes, pa.uint16())
            ),
        }
    )
    if notable is not None:
        own = notable.to_arrow()
        for name in COLUMNS:
            table = table.append_column(name, own.column(name))
    ends = json.dumps([keys[0], keys[-1]] if keys else [])
    said = {b"words": marks.vocabulary(), b"ends": ends.encode(), b"keys": _digest(keys)}
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as stream:
        pq.write_table(table.replace_schema_metadata(said), stream, compression="zstd")


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept beside one part of an earlier result: where both lie, and the first and the last key."""

    part: Path
    path: Path
    first: Key
    last: Key

    @classmethod
    def opened(cls, folder: Path, part: Path) -> "Kept | None":
        """That of a part; None where the part has no rows.

        Raises
        ------
        AuditError
            It is gone or damaged.
        """
        path = kept_file(folder, part.name)
        ends = json.loads(_metadata(path)[b"ends"])
        if not ends:
            return None
        (platform, first), (other, last) = ends
        return cls(part, path, (platform, first), (other, last))

    def accounts(self) -> tuple[list[Key], "pa.Table"]:
        """The keys of the part's rows, and the table that `write_kept` wrote.

        Raises
        ------
        AuditError
            The two files are not of the same night.
        """
        keys = keys_of(_read(self.part, list(KEY)))
        if _digest(keys) != _metadata(self.path).get(b"keys"):
            raise AuditError(
                f"{self.part} and {self.path} are not of the same night, so nothing can be carried over from them. "
                "Run the audit without --incremental."
            )
        return keys, _read(self.path)

    def result(self) -> "pa.Table":
        """The part itself."""
        return _read(self.part)


def marks_in(table: "pa.Table") -> Marks:
    """The marks of a table that `write_kept` wrote."""
    words = words_from((table.schema.metadata or {})[b"words"])
    column: Any = table.column("marks").combine_chunks()
    starts = column.offsets.to_numpy().astype(np.int64)
    return Marks(words, starts - starts[0], column.flatten().to_numpy())


def notable_in(keys: Sequence[Key], table: "pa.Table") -> Notable | None:
    """What is notable of rows with these keys, of a table that `write_kept` wrote; None where it was not told."""
    return Notable.from_arrow(keys, table) if set(COLUMNS) <= set(table.column_names) else None


def keys_of(table: "pa.Table") -> list[Key]:
    """The keys of a result's rows."""
    platforms, ids = (table.column(name).to_pylist() for name in KEY)
    return [(str(platform), str(one)) for platform, one in zip(platforms, ids, strict=True)]


def _digest(keys: Sequence[Key]) -> bytes:
    return hashlib.sha256(json.dumps(keys).encode()).hexdigest().encode()


def _metadata(path: Path) -> Mapping[bytes, bytes]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.read_schema(path).metadata or {}
    except (pa.ArrowException, OSError) as error:
        raise _gone(path, error) from error


def _read(path: Path, columns: list[str] | None = None) -> "pa.Table":
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.read_table(path, columns=columns, partitioning=None)
    except (pa.ArrowException, OSError) as error:
        raise _gone(path, error) from error


def _gone(path: Path, error: Exception) -> AuditError:
    said = str(error).splitlines()[0]
    return AuditError(
        f"{path} of the audit to carry over from cannot be read: {said}. Run the audit without --incremental."
    )
