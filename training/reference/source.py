"""ReferenceSource: what must be known of a data set before a model may ship that was fitted on it."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from detector.errors import SourceError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ReferenceSource", "counts", "flags", "read_csv", "texts", "times"]


@dataclass(frozen=True, slots=True)
class ReferenceSource:
    """A public data set behind a model, as the model's card tells it.

    `name` is its folder below the data folder; `collected` a year and month (or a span of them); `n` the
    accounts that were used, 0 before the set is read; `restrictions` what its licence or nature forbids.
    """

    name: str
    platform: str
    collected: str
    licence: str
    what: str
    restrictions: str
    n: int = 0

    def for_card(self) -> dict[str, Any]:
        """Plain values, for card.json."""
        return asdict(self)


def read_csv(path: Path, columns: Iterable[str], text: Iterable[str]) -> "pd.DataFrame":
    """The named columns of a file; those in `text` as they are written (an opaque id may look like 12e45).

    Raises
    ------
    SourceError
        The file is missing, unreadable, empty, lacks a column, or holds text where numbers belong.
    """
    import pandas as pd

    wanted = list(columns)
    if not path.is_file():
        raise SourceError(
            f"{path} is missing: expected a reference data set with the columns {', '.join(wanted)}."
        )
    text = tuple(text)
    try:
        rows = pd.read_csv(path, dtype=dict.fromkeys(text, str), encoding="utf-8")
    except (ValueError, OSError) as error:  # pandas' parser errors and UnicodeDecodeError are ValueErrors
        raise SourceError(f"{path} cannot be read as a table: {error}.") from error
    absent = [name for name in wanted if name not in rows.columns]
    if absent:
        raise SourceError(f"{path} lacks the columns {', '.join(absent)}; it has {', '.join(rows.columns)}.")
    if rows.empty:
        raise SourceError(f"{path} has no rows; a reference needs accounts.")
    for name in set(wanted) - set(text):
        if rows[name].dtype.kind not in "iufb":
            raise SourceError(f"{path} holds text in the column {name}; expected numbers alone.")
    return rows[wanted]


def texts(column: "pd.Series") -> NDArray[Any]:
    """Text as Python strings, None where missing."""
    values = column.astype(object)
    return np.asarray(values.where(values.notna(), None), dtype=object)


def counts(column: "pd.Series") -> NDArray[np.float64]:
    """Counts as float64, NaN where missing."""
    return np.array(column, dtype=np.float64)


def flags(column: "pd.Series") -> NDArray[np.float64]:
    """True and False as 1.0 and 0.0."""
    return np.array(column.astype(bool), dtype=np.float64)


def times(column: "pd.Series", unit: str | None = None) -> NDArray[np.datetime64]:
    """Times as UTC microseconds; `unit` is "s" for seconds since 1970, None for ISO text."""
    import pandas as pd

    try:
        moments = pd.to_datetime(column, unit=unit, utc=True, format=None if unit else "ISO8601")
    except (ValueError, TypeError) as error:
        raise SourceError(f"Column {column.name} holds something else than times: {error}.") from error
    return np.array(moments.dt.tz_localize(None), dtype="datetime64[us]")
