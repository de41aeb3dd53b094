"""The model as MLflow serves it: a frame of accounts in, a frame of verdicts out. MLflow runs this file itself.

It is logged as code beside the model's folder, with a copy of `detector`, so it imports nothing else of ours.
MLflow is there already when it runs the file; imported by anything else, the file does not load it.
"""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

if TYPE_CHECKING:
    from mlflow.pyfunc.model import PythonModel

    from detector.contract import Kind
    from detector.tables import Tables
else:
    PythonModel = getattr(sys.modules.get("mlflow.pyfunc.model"), "PythonModel", object)

FOLDER = "detector_model"


class AccountScorer(PythonModel):
    """Scores accounts by their profile counters, one row each, in the order given."""

    def load_context(self, context: Any) -> None:
        """Read card.json and arrays.npz; nothing is unpickled."""
        from detector.model import store

        self.model = store.load(Path(context.artifacts[FOLDER]))

    def predict(
        self, context: Any, model_input: pd.DataFrame, params: dict[str, Any] | None = None
    ) -> pd.DataFrame:
        """Columns of the contract's accounts in, columns of its result out; lists and records as JSON text."""
        from detector.contract import RESULT
        from detector.scoring import score_tables

        reasons = str((params or {}).get("reasons", "worst"))
        result = score_tables(_tables(model_input), self.model, reasons=reasons)
        frame = pd.DataFrame(result.rows(), columns=[column.name for column in RESULT])
        for column in RESULT:
            if column.kind in ("list", "records"):
                frame[column.name] = [json.dumps(value, allow_nan=False) for value in frame[column.name]]
            elif column.kind in ("number", "count"):
                frame[column.name] = frame[column.name].astype(np.float64)
        return frame


def _tables(frame: pd.DataFrame) -> "Tables":
    """The frame as our accounts table. Columns that the contract does not know are left aside."""
    from detector.contract import ACCOUNTS, KEY
    from detector.errors import SourceError
    from detector.tables import Table, Tables

    absent = [name for name in KEY if name not in frame]
    if absent:
        raise SourceError(f"The frame has no column {absent[0]}; expected at least {' and '.join(KEY)}.")
    columns = {
        column.name: _typed(frame[column.name], column.kind) for column in ACCOUNTS if column.name in frame
    }
    columns["platform"] = _platforms(columns["platform"])
    if any(value is None for value in columns["account_id"]):
        raise SourceError("An account_id is missing; expected the id of an account in every row, as text.")
    keys = pd.MultiIndex.from_arrays([columns["platform"], columns["account_id"]])
    if keys.has_duplicates:
        platform, account_id = keys[keys.duplicated()][0]
        raise SourceError(
            f"Account {account_id!r} on {platform!r} is in the frame twice; expected one row each."
        )
    return Tables(accounts=Table("accounts", columns), rows_read={"accounts": len(frame)})


def _platforms(names: NDArray[Any]) -> NDArray[Any]:
    from detector.contract import PLATFORMS
    from detector.errors import SourceError
    from detector.sources.keys import platform_of

    known = {name: platform_of(name or "") for name in set(names)}
    for name, platform in known.items():
        if platform is None:
            raise SourceError(f"{name!r} is no platform; expected one of {', '.join(PLATFORMS)}.")
    return np.array([known[name] for name in names], dtype=object)


def _typed(column: "pd.Series[Any]", kind: "Kind") -> NDArray[Any]:
    from detector.contract import MAX_COUNT
    from detector.errors import SourceError

    if kind == "text":
        return np.array([None if pd.isna(value) else str(value) for value in column], dtype=object)
    try:
        if kind == "time":
            moments = pd.to_datetime(column, utc=True)
            return np.array(moments.dt.tz_localize(None), dtype="datetime64[us]")
        values = np.array(pd.to_numeric(column), dtype=np.float64, copy=True)
    except (ValueError, TypeError) as error:
        wanted = "times" if kind == "time" else "numbers"
        raise SourceError(f"Column {column.name} cannot be read: {error}; expected {wanted}.") from error
    # Negative counts pass: repair knows wrapped counters.
    bad = np.flatnonzero(np.abs(values) > MAX_COUNT)
    if len(bad):
        found = column.iloc[int(bad[0])]
        raise SourceError(
            f"Column {column.name}, row {bad[0]}: {found} is no count (at most {MAX_COUNT:.0e})."
        )
    return values


if PythonModel is not object:
    sys.modules["mlflow.models"].set_model(AccountScorer())
