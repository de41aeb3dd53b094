"""The result: one row per account, and the records that explain it. What `score` makes and outputs write.

A `Result` is columnar, with exactly the columns of `detector.contract.RESULT`, in that order.

========  ========================================  =================
kind      dtype                                     missing
========  ========================================  =================
text      object (str)                              None
number    float64, finite                           NaN
count     float64, whole and non-negative           NaN
time      datetime64[us], UTC                       NaT
list      object (tuple of str)                     the empty tuple
records   object (tuple of Reason, Innocent, Fault) the empty tuple
========  ========================================  =================
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from math import isfinite
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from detector.contract import EVIDENCE, LEVELS, RESULT, SUPPORT, Column
from detector.tables import Fault

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["RECORDS", "Innocent", "Reason", "Result"]

_KINDS = {column.name: column.kind for column in RESULT}
_KEY = ("platform", "account_id")
_WORDS = {"level": LEVELS, "support": (*SUPPORT, None), "evidence": (*EVIDENCE, None)}
_CHUNK = 4096  # rows turned into Python values at a time, so that a large result streams


@dataclass(frozen=True, slots=True)
class Reason:
    """One signal that adds to the suspicion of one account.

    `value` and `expected` are in `unit`; `peers_percentile` is 0..100, the share of peers below this
    account; `contribution` is the signal's part of the score. NaN where a figure has no meaning.
    """

    signal: str
    axis: str
    value: float
    expected: float
    unit: str
    peers_percentile: float
    contribution: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Innocent:
    """What else could explain it. `ruled_out` only where `checked`: without data, it stays open."""

    explanation: str
    checked: bool
    ruled_out: bool


RECORDS: Mapping[str, type] = MappingProxyType({"reasons": Reason, "innocent": Innocent, "faults": Fault})
"""The kind of record that each records column of the result holds."""


@dataclass(init=False, frozen=True, slots=True, repr=False, eq=False)
class Result:
    """The judged accounts, one row each, as columns (see the module's table for dtypes and missing values).

    Parameters
    ----------
    columns
        One sequence or array for each column of `detector.contract.RESULT`; all of one length.

    Raises
    ------
    ValueError
        Columns are missing, unknown or of different lengths, a key or a level is missing, a number is
        infinite, or a value lies outside of what the contract allows.
    TypeError
        A value is not of its column's kind.
    """

    columns: Mapping[str, NDArray[Any]]

    def __init__(self, columns: Mapping[str, Sequence[Any] | NDArray[Any]]) -> None:
        absent = [name for name in _KINDS if name not in columns]
        unknown = [name for name in columns if name not in _KINDS]
        if absent or unknown:
            raise ValueError(f"a result lacks the columns {absent} and has the unknown columns {unknown}")
        typed = {column.name: _typed(column, columns[column.name]) for column in RESULT}
        lengths = {name: len(values) for name, values in typed.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"the columns of a result differ in length: {lengths}")
        object.__setattr__(self, "columns", MappingProxyType(typed))

    @classmethod
    def empty(cls) -> "Result":
        """A result of no accounts."""
        return cls({name: [] for name in _KINDS})

    @classmethod
    def concat(cls, parts: Iterable["Result"]) -> "Result":
        """The rows of all parts, in the order given."""
        parts = list(parts)
        if not parts:
            return cls.empty()
        if len(parts) == 1:
            return parts[0]
        whole = object.__new__(cls)  # of parts that were checked
        joined = {name: np.concatenate([part.columns[name] for part in parts]) for name in _KINDS}
        object.__setattr__(whole, "columns", MappingProxyType(joined))
        return whole

    def __len__(self) -> int:
        return len(self.columns["platform"])

    def __repr__(self) -> str:
        levels, counts = np.unique(self.columns["level"].astype(str), return_counts=True)
        said = ", ".join(f"{count} {level}" for level, count in zip(levels, counts, strict=True))
        return f"Result({len(self)} accounts{': ' if said else ''}{said})"

    def take(self, rows: NDArray[Any] | Sequence[int]) -> "Result":
        """The rows of a boolean mask or of an index array, in that order."""
        chosen = np.asarray(rows)
        if chosen.dtype != bool:
            chosen = chosen.astype(np.intp)
        return Result({name: values[chosen] for name, values in self.columns.items()})

    def rows(self) -> Iterator[dict[str, Any]]:
        """Each account as plain Python values: None for missing, records as dictionaries, times as ISO text.

        Text that has no UTF-8 form (a lone surrogate, from a damaged export) holds U+FFFD in its place.
        """
        for start in range(0, len(self), _CHUNK):
            plain = [_plain(name, self.columns[name][start : start + _CHUNK]) for name in _KINDS]
            for row in zip(*plain, strict=True):
                yield dict(zip(_KINDS, row, strict=True))

    def to_arrow(self) -> "pa.Table":
        """As an Arrow table: lists of structs, counts as int64, times in UTC, null for missing."""
        import pyarrow as pa

        types = {name: _arrow_type(pa, name) for name in _KINDS}
        arrays = [_arrow(pa, name, self.columns[name], types[name]) for name in _KINDS]
        return pa.table(arrays, schema=pa.schema(list(types.items())))


def _objects(values: Sequence[Any] | NDArray[Any]) -> NDArray[Any]:
    """One object per row; `np.array` would make a list of equal tuples two-dimensional."""
    if isinstance(values, np.ndarray) and values.dtype == object and values.ndim == 1:
        return values.copy()
    return np.fromiter(iter(values), dtype=object, count=len(values))


def _typed(column: Column, values: Sequence[Any] | NDArray[Any]) -> NDArray[Any]:
    if column.kind in ("number", "count"):
        return _numbers(column, values)
    if column.kind == "time":
        return np.asarray(values, dtype="datetime64[us]")
    if column.kind == "text":
        return _texts(column, _objects(values))
    return _tuples(column, _objects(values))


def _numbers(column: Column, values: Sequence[Any] | NDArray[Any]) -> NDArray[Any]:
    numbers = np.asarray(values, dtype=np.float64)
    if np.isinf(numbers).any():
        raise ValueError(
            f"{column.name} is infinite in row {int(np.isinf(numbers).argmax())}; expected a number"
        )
    low, high = _range(column)
    if np.any((numbers < low) | (numbers > high)) or (column.name == "p_value" and np.any(numbers == 0)):
        raise ValueError(f"{column.name} holds a value outside of its range, {column.unit}")
    if column.kind == "count" and not np.all(np.isnan(numbers) | ((numbers >= 0) & (numbers % 1 == 0))):
        raise ValueError(f"{column.name} holds a value that is not a whole number from 0 upwards")
    return numbers


def _range(column: Column) -> tuple[float, float]:
    low, dots, high = column.unit.partition("..")
    return (float(low), float(high)) if dots else (-np.inf, np.inf)


def _texts(column: Column, values: NDArray[Any]) -> NDArray[Any]:
    if _sound_texts(column, values.tolist()):
        return values
    for i, value in enumerate(values):
        if value is None and column.name in _KEY:
            raise ValueError(f"{column.name} is missing in row {i}")
        if value is not None and not isinstance(value, str):
            raise TypeError(f"{column.name} in row {i} is {type(value).__name__}, expected text or None")
        if column.name in _WORDS and value not in _WORDS[column.name]:
            raise ValueError(f"{column.name} in row {i} is {value!r}, expected one of {_WORDS[column.name]}")
    return values


def _sound_texts(column: Column, values: list[Any]) -> bool:
    """Whether there is nothing to say of any row, told by the few types and words that there are."""
    kinds = set(map(type, values))
    if type(None) in kinds and column.name in _KEY:
        return False
    words = _WORDS.get(column.name)
    return all(issubclass(kind, (str, type(None))) for kind in kinds) and (
        words is None or set(values) <= set(words)
    )


def _tuples(column: Column, values: NDArray[Any]) -> NDArray[Any]:
    expected = RECORDS.get(column.name, str)
    plain = values.tolist()
    if set(map(type, plain)) <= {tuple} and all(
        issubclass(kind, expected) for kind in {type(item) for value in plain for item in value}
    ):
        return values
    for i, value in enumerate(values):
        if not isinstance(value, tuple) or not all(isinstance(item, expected) for item in value):
            raise TypeError(f"{column.name} in row {i} is no tuple of {expected.__name__}: {value!r:.80}")
    return values


def _utf8(text: str) -> str:
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _plain(name: str, values: NDArray[Any]) -> list[Any]:
    kind = _KINDS[name]
    if kind == "text":
        return [None if value is None else _utf8(value) for value in values]
    if kind == "list":
        return [[_utf8(item) for item in value] for value in values]
    if kind == "records":
        return [[_plain_record(record) for record in value] for value in values]
    if kind == "time":
        texts = np.datetime_as_string(values).tolist()
        return [None if text == "NaT" else text.removesuffix(".000000") + "Z" for text in texts]
    number = int if kind == "count" else float
    return [number(value) if isfinite(value) else None for value in values.tolist()]


_FIELDS: Mapping[type, list[tuple[str, Any]]] = {
    kind: [(field.name, field.type) for field in fields(kind) if field.name not in _KEY]
    for kind in RECORDS.values()
}
"""Fields of a record as it is written: the account's key stands in the row already."""


def _plain_record(record: Reason | Innocent | Fault) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for name, kind in _FIELDS[type(record)]:
        value = getattr(record, name)
        if kind is float:
            plain[name] = float(value) if value is not None and isfinite(value) else None
        else:
            plain[name] = bool(value) if kind is bool else _utf8(str(value))
    return plain


def _arrow_type(pa: Any, name: str) -> Any:
    kind = _KINDS[name]
    if kind == "list":
        return pa.list_(pa.string())
    if kind == "records":
        plain = {str: pa.string(), float: pa.float64(), bool: pa.bool_()}
        return pa.list_(pa.struct([(field, plain[type_]) for field, type_ in _FIELDS[RECORDS[name]]]))
    return {
        "text": pa.string(),
        "number": pa.float64(),
        "count": pa.int64(),
        "time": pa.timestamp("us", tz="UTC"),
    }[kind]


def _arrow(pa: Any, name: str, values: NDArray[Any], arrow_type: Any) -> Any:
    kind = _KINDS[name]
    if kind in ("number", "count"):
        unknown = np.isnan(values)
        plain = values if kind == "number" else np.where(unknown, 0, values).astype(np.int64)
        return pa.array(plain, mask=unknown, type=arrow_type)
    if kind == "time":
        return pa.array(values, type=arrow_type)
    if kind == "text":
        return _arrow_texts(pa, values.tolist())
    items = [item for value in values.tolist() for item in value]
    offsets = np.concatenate([[0], np.cumsum([len(value) for value in values.tolist()], dtype=np.int64)])
    if kind == "records":
        inner = pa.array([_plain_record(item) for item in items], type=arrow_type.value_type)
    else:
        inner = _arrow_texts(pa, items)
    return pa.ListArray.from_arrays(pa.array(offsets, type=pa.int32()), inner, type=arrow_type)


def _arrow_texts(pa: Any, texts: list[str | None]) -> Any:
    try:
        return pa.array(texts, type=pa.string())
    except UnicodeEncodeError:  # a lone surrogate, from a damaged export
        return pa.array([None if text is None else _utf8(text) for text in texts], type=pa.string())
