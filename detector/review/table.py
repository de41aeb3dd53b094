"""The result to review: one Parquet file of `detector score`, or the parts that an audit left in a folder."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from detector.contract import AXES, LEVELS
from detector.errors import SourceError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Reviewed", "read_result"]

Key = tuple[str, str]

NUMBERS = (
    "suspicion",
    "p_value",
    "score",
    *(f"{axis}_suspicion" for axis in AXES),
    *(f"{axis}_score" for axis in AXES),
    "followers_expected",
    "followers_excess",
    "probability",
)
TEXTS = ("platform", "account_id", "level")
SHOWN = (
    "handle",
    "evidence",
    "support",
    "as_of",
    "cohort",
    "cohort_size",
    "model_version",
    "reasons",
    "innocent",
)


@dataclass(frozen=True, slots=True, repr=False)
class Reviewed:
    """A result as arrays of length n: keys, levels, `numbers` by name (NaN = missing), and `row` for all the rest."""

    keys: tuple[Key, ...]
    level: NDArray[np.object_]
    numbers: Mapping[str, NDArray[np.float64]]
    table: "pa.Table" = field(repr=False)

    def __repr__(self) -> str:
        return f"Reviewed({len(self.keys)} accounts)"

    def __len__(self) -> int:
        return len(self.keys)

    def row(self, at: int) -> dict[str, Any]:
        """One account as plain Python values."""
        found: dict[str, Any] = self.table.slice(at, 1).to_pylist()[0]
        return found


def read_result(path: Path, *, numbers_only: bool = False) -> Reviewed:
    """Reads a result: a Parquet file, or a folder with `result/*.parquet` or Parquet files of its own.

    With `numbers_only` it is what `queue` needs and no more: rows lack what is shown of an account.

    Raises
    ------
    SourceError
        There is none, or it lacks columns of the contract's result.
    """
    import pyarrow as pa
    from pyarrow import parquet

    files = _files(path)
    try:
        parts = [parquet.read_table(file, columns=_columns(file, numbers_only)) for file in files]
        table = pa.concat_tables(parts, promote_options="default")
    except (pa.ArrowException, OSError) as error:
        raise SourceError(
            f"The result in {path} cannot be read: {str(error).splitlines()[0].rstrip('.')}. Expected what `detector "
            "audit SOURCE --out DIR` or `detector score SOURCE --out FILE.parquet` writes."
        ) from error
    absent = [name for name in (*TEXTS, "score", "p_value") if name not in table.column_names]
    if absent:
        raise SourceError(
            f"{path} is no result: it has no column {absent[0]}. Expected what `detector score --out FILE.parquet` "
            "writes."
        )
    numbers = {
        name: np.asarray(table.column(name).to_numpy(zero_copy_only=False), dtype=np.float64)
        for name in NUMBERS
        if name in table.column_names
    }
    texts = [table.column(name).to_pylist() for name in TEXTS]
    unknown = next((level for level in texts[2] if level not in LEVELS), None)
    if unknown is not None or None in texts[0] or None in texts[1]:
        raise SourceError(f"{path} is no result: a row has the level {unknown!r} or no account.")
    keys = tuple((str(platform), str(account)) for platform, account in zip(texts[0], texts[1], strict=True))
    return Reviewed(keys, np.array(texts[2], dtype=object), numbers, table)


def _columns(file: Path, numbers_only: bool) -> list[str]:
    """Those that are wanted of the columns that a file has."""
    from pyarrow import parquet

    wanted = (*TEXTS, *NUMBERS, *(() if numbers_only else SHOWN))
    there = parquet.read_schema(file).names
    return [name for name in wanted if name in there]


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    found = sorted((path / "result").glob("*.parquet")) or sorted(path.glob("*.parquet"))
    if not found:
        raise SourceError(
            f"{path} holds no result. Expected a folder that `detector audit SOURCE --out DIR` wrote, or a file of "
            "`detector score SOURCE --out FILE.parquet`."
        )
    return found
