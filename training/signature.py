"""Signature: what the logged model takes and gives, in MLflow's terms, generated from the contract."""

from typing import Any

from detector.contract import ACCOUNTS, KEY, RESULT, Kind

__all__ = ["example", "signature"]

_OUTPUTS: dict[Kind, str] = {"number": "double", "count": "double"}


def signature(mlflow: Any) -> Any:
    """An `mlflow.models.ModelSignature`: accounts in, verdicts out. `mlflow` is the imported module.

    Only the key is required and must be text, so that no id of 19 digits is rounded. The counters are of type
    "any": MLflow takes no column of whole numbers for one of doubles, nor one with gaps for whole numbers.
    Lists and records come out as JSON text, so that every consumer can hold them.
    """
    types = mlflow.types.schema
    keys = [types.ColSpec("string", name) for name in KEY]
    others = [column.name for column in ACCOUNTS if column.name not in KEY]
    given = [types.ColSpec(types.AnyType(), name, required=False) for name in others]
    made = [types.ColSpec(_OUTPUTS.get(column.kind, "string"), column.name) for column in RESULT]
    return mlflow.models.ModelSignature(
        inputs=types.Schema(keys + given),
        outputs=types.Schema(made),
        params=types.ParamSchema([types.ParamSpec("reasons", "string", "worst")]),
    )


def example() -> Any:
    """Two invented accounts as a pandas frame."""
    import pandas as pd

    return pd.DataFrame(
        {
            "platform": ["tiktok", "youtube"],
            "account_id": ["1000000000000000001", "1000000000000000002"],
            "followers": [125_000, 48_200],
            "following": [310, 12],
            "likes": [1_900_000, None],
            "posts": [212, 640],
            "views": [None, 9_100_000],
        }
    )
