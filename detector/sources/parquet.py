"""Parquet -> RawTable: columns stay Arrow until they are typed; ids never pass through floats."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from detector.contract import Kind
from detector.errors import SourceError
from detector.sources.columns import known_names
from detector.sources.raw import RawTable, object_array
from detector.sources.shown import shown
from detector.sources.sniff import cannot_read

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["read_parquet", "to_numpy"]


def read_parquet(path: Path, name: str, mapping: Mapping[str, str]) -> RawTable:
    """Read the columns of a Parquet file that some table knows; they are converted when they are asked for.

    Raises
    ------
    SourceError
        It cannot be opened, is cut off or damaged, or has a column name twice.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with path.open("rb") as file:
            file.seek(0, 2)
            size = file.tell()
            file.seek(max(size - 4, 0))
            ends = file.read(4)
    except OSError as error:
        raise cannot_read(name, error) from error
    if size < 12 or ends != b"PAR1":
        raise SourceError(
            f"{name} is a Parquet file that is cut off: its last bytes are missing. Write it again."
        )
    try:
        parquet_file = parquet.ParquetFile(path)
        names = parquet_file.schema_arrow.names
        twice = sorted({column for column in names if names.count(column) > 1})
        if twice:
            raise SourceError(
                f"{name} has more than one column {shown(twice[0])}: which one counts? Rename the others."
            )
        known = set(known_names(names, mapping).values())
        table = parquet_file.read([column for column in names if column in known])
    except (pa.ArrowException, OSError, ValueError) as error:
        raise SourceError(
            f"{name} is a damaged Parquet file: {shown(error, 120)}. Write it again."
        ) from error
    columns = {column: table.column(column) for column in names if column in table.column_names}
    others = tuple(column for column in names if column not in columns)
    return RawTable(name, columns, parquet_file.metadata.num_rows, others=others)


def to_numpy(column: "pa.ChunkedArray[Any]", kind: Kind, where: str) -> NDArray[Any]:
    """An Arrow column as a NumPy array that values of `kind` can be read from.

    Integers become text exactly where text is wanted and floats where counts are; times become UTC.

    Raises
    ------
    SourceError
        The bytes of a text are not UTF-8.
    """
    import pyarrow as pa
    from pyarrow import types

    arrow_type = column.type
    if types.is_dictionary(arrow_type):
        arrow_type = arrow_type.value_type
    try:
        if types.is_timestamp(arrow_type) or types.is_date(arrow_type):
            return _times(column.cast(arrow_type), kind)
        if types.is_decimal(arrow_type) and arrow_type.scale == 0 and kind == "text":
            return _objects(column.cast(pa.string()))
        if types.is_integer(arrow_type) and kind == "text":
            return _objects(column.cast(arrow_type).cast(pa.string()))
        if _is_text(arrow_type):
            return _objects(column.cast(pa.string()))
        if types.is_integer(arrow_type) and column.null_count == 0:
            return np.asarray(column.cast(arrow_type).to_numpy())
        if types.is_integer(arrow_type) or types.is_floating(arrow_type) or types.is_decimal(arrow_type):
            return np.asarray(column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False))
    except (pa.ArrowException, ValueError) as error:
        raise SourceError(
            f"{where} cannot be read: {shown(error, 120)}. Write it as text, integers or times."
        ) from error
    return object_array(column.to_pylist())


def _is_text(arrow_type: Any) -> bool:
    from pyarrow import types

    tests = (
        types.is_string,
        types.is_large_string,
        types.is_binary,
        types.is_large_binary,
        types.is_string_view,
    )
    return any(test(arrow_type) for test in tests)


def _objects(column: "pa.ChunkedArray[Any]") -> NDArray[Any]:
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=object)


def _times(column: "pa.ChunkedArray[Any]", kind: Kind) -> NDArray[Any]:
    import pyarrow as pa

    if kind != "time":
        return object_array([None if value is None else str(value) for value in column.to_pylist()])
    finer = getattr(column.type, "unit", "") == "ns"  # the digits below a microsecond may go, nothing else
    micros = column.cast(pa.timestamp("us", tz=getattr(column.type, "tz", None)), safe=not finer)
    utc = micros.cast(pa.timestamp("us"))  # drops the zone's name; the instant is UTC already
    return np.asarray(utc.to_numpy(zero_copy_only=False)).astype("datetime64[us]")
