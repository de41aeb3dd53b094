"""Parquet -> RawTable: columns stay Arrow until they are typed; ids never pass through floats."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from detector.contract import Kind
from detector.errors import SourceError
from detector.sources.columns import known_names
from detector.sources.raw import RawTable, object_array
from detector.sources.shown import repeated, shown
from detector.sources.sniff import cannot_read

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["coded", "footer_of", "read_parquet", "to_numpy"]


def read_parquet(path: Path, name: str, mapping: Mapping[str, str]) -> RawTable:
    """Read the columns of a Parquet file that some table knows; they are converted when they are asked for.

    Raises
    ------
    SourceError
        It cannot be opened, is cut off or damaged, or has a column name twice.
    """
    with _damage(name):
        parquet_file = _opened(path, name)
        names = parquet_file.schema_arrow.names
        known = set(known_names(names, mapping).values())
        table = parquet_file.read([column for column in names if column in known])
    columns = {column: table.column(column) for column in names if column in table.column_names}
    others = tuple(column for column in names if column not in columns)
    return RawTable(name, columns, parquet_file.metadata.num_rows, others=others)


def footer_of(path: Path, name: str) -> "tuple[pa.Schema, int]":
    """The columns of a Parquet file and the number of its rows, without reading any.

    Raises
    ------
    SourceError
        As `read_parquet`.
    """
    with _damage(name):
        file = _opened(path, name)
        return file.schema_arrow, file.metadata.num_rows


def _opened(path: Path, name: str) -> Any:
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
    opened = parquet.ParquetFile(path)
    twice = repeated(opened.schema_arrow.names)
    if twice is not None:
        raise SourceError(f"{name} has more than one column {shown(twice)}: which one counts? Rename others.")
    return opened


@contextmanager
def _damage(name: str) -> Iterator[None]:
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError, ValueError) as error:
        raise SourceError(
            f"{name} is a damaged Parquet file: {shown(error, 120)}. Write it again."
        ) from error


def to_numpy(column: "pa.ChunkedArray[Any]", kind: Kind, where: str) -> NDArray[Any]:
    """An Arrow column as a NumPy array that values of `kind` can be read from.

    Integers become text exactly where text is wanted and floats where counts are; times become UTC. Arrow's own
    `to_numpy` would import pandas (half a second), so buffers are read as they are.

    Raises
    ------
    SourceError
        The bytes of a text are not UTF-8, or a time is out of range.
    """
    import pyarrow as pa
    from pyarrow import types

    found = column.type.value_type if types.is_dictionary(column.type) else column.type
    is_time = types.is_timestamp(found) or types.is_date(found)
    is_number = types.is_integer(found) or types.is_floating(found) or types.is_decimal(found)
    is_whole = types.is_integer(found) or (types.is_decimal(found) and found.scale == 0)
    try:
        plain = column.cast(found)
        if is_time:
            times = _times(plain)
            return times if kind == "time" else object_array([None if np.isnat(t) else str(t) for t in times])
        if _is_text(found) or (is_whole and kind == "text"):
            return object_array(plain.cast(pa.string()).to_pylist())
        if types.is_integer(found) and plain.null_count == 0:  # nanoseconds need all their digits
            width = np.dtype(np.uint64 if types.is_uint64(found) else np.int64)
            return _buffer(plain.cast(pa.uint64() if types.is_uint64(found) else pa.int64()), width)
        if is_number:
            return _buffer(plain.cast(pa.float64(), safe=False), np.dtype(np.float64), np.nan)
        return object_array(plain.to_pylist())
    except (pa.ArrowException, ValueError, OverflowError) as error:
        raise SourceError(
            f"{where} cannot be read: {shown(error, 120)}. Write text, integers or times."
        ) from error


def coded(column: "pa.ChunkedArray[Any]", where: str) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Different values of a column as `to_numpy` gives them for texts, and which each row holds, shape (n,).

    One dictionary for all rows is taken as it is, with values that no row holds.

    Raises
    ------
    SourceError
        As `to_numpy`.
    """
    import pyarrow as pa
    from pyarrow import types

    found = column.type.value_type if types.is_dictionary(column.type) else column.type
    views = types.is_string_view(found) or types.is_binary_view(found)  # Arrow cannot encode these
    if views or not (_is_text(found) or types.is_integer(found)):
        values = to_numpy(column, "text", where)
        return values, np.arange(len(values))
    try:
        if types.is_dictionary(column.type) and column.num_chunks == 1:  # its values were told apart already
            encoded: Any = column.chunk(0)
        else:
            whole = column.cast(found).combine_chunks()
            encoded = (
                whole if isinstance(whole, pa.Array) else pa.concat_arrays(whole.chunks)
            ).dictionary_encode()
    except (pa.ArrowException, ValueError) as error:
        raise SourceError(f"{where} cannot be read: {shown(error, 120)}. Write text or integers.") from error
    values = to_numpy(pa.chunked_array([encoded.dictionary]), "text", where)
    codes = _buffer(pa.chunked_array([encoded.indices.cast(pa.int64())]), np.dtype(np.int64), -1)
    if (codes < 0).any():
        values = object_array([*values.tolist(), None])
        codes = np.where(codes < 0, len(values) - 1, codes)
    return values, codes.astype(np.intp)


def _is_text(arrow_type: Any) -> bool:
    from pyarrow import types

    tests = (types.is_string, types.is_large_string, types.is_string_view)
    binary = (types.is_binary, types.is_large_binary, types.is_binary_view)
    return any(test(arrow_type) for test in (*tests, *binary))


_MICROSECONDS = {"s": 1_000_000, "ms": 1_000, "us": 1, "day": 86_400_000_000}


def _times(column: "pa.ChunkedArray[Any]") -> NDArray[Any]:
    """Instants in UTC; those beyond what microseconds can hold come out at its ends, which no reader believes."""
    import pyarrow as pa
    from pyarrow import types

    unit = (
        "day" if types.is_date32(column.type) else "ms" if types.is_date64(column.type) else column.type.unit
    )
    is_days = types.is_date32(column.type)
    numbers = (column.cast(pa.int32()).cast(pa.int64())) if is_days else column.cast(pa.int64())
    missing = np.iinfo(np.int64).min  # what NumPy takes for no time
    found = _buffer(numbers, np.dtype(np.int64), missing)
    if unit == "ns":
        micros = found // 1000
    else:
        most = np.iinfo(np.int64).max // _MICROSECONDS[unit]
        micros = np.clip(found, -most, most) * _MICROSECONDS[unit]
    return np.where(found == missing, missing, micros).astype("datetime64[us]")


def _buffer(column: "pa.ChunkedArray[Any]", dtype: np.dtype[Any], null: Any = 0) -> NDArray[Any]:
    """The values of a column of 64-bit numbers, with `null` where it has none."""
    parts: list[NDArray[Any]] = [np.empty(0, dtype=dtype)]
    for chunk in column.chunks:
        bits, data = (memoryview(part) if part is not None else b"" for part in chunk.buffers())
        span = slice(chunk.offset, chunk.offset + len(chunk))
        values = np.frombuffer(data, dtype)[span].copy() if len(chunk) else parts[0]
        if chunk.null_count:
            is_valid = np.unpackbits(np.frombuffer(bits, np.uint8), bitorder="little")[span]
            values[is_valid == 0] = null
        parts.append(values)
    return np.concatenate(parts)
