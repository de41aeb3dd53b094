"""Schema: the contract's result as the API describes it, made from the contract itself."""

from dataclasses import fields
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, create_model

from detector.contract import AXES, KEY, LABELS, PLATFORMS, RESULT, Column
from detector.verdict import RECORDS

__all__ = ["Accounts", "Changes", "Given", "Label", "Message", "Queue", "Row", "Scored", "Typed"]

_MOST = 20_000  # characters of a list of recent posts


Number = Annotated[str, StringConstraints(max_length=100)]


def _record(name: str) -> Any:
    kinds: dict[Any, Any] = {float: float | None, bool: bool, str: str}
    record = RECORDS[name]
    columns: dict[str, Any] = {
        one.name: (kinds[one.type], ...) for one in fields(record) if one.name not in KEY
    }
    return create_model(record.__name__, **columns)


def _field(column: Column) -> Any:
    needed = column.name in (*KEY, "level")
    kind: Any = {
        "text": str if needed else str | None,
        "number": float | None,
        "count": int | None,
        "time": str | None,
        "list": list[str],
    }.get(column.kind)
    if column.kind == "records":
        kind = list[_record(column.name)]  # type: ignore[misc]
    unit = f" ({column.unit})" if column.unit else ""
    return kind, Field(description=f"{column.meaning}{unit}")


_COLUMNS: dict[str, Any] = {column.name: _field(column) for column in RESULT}
Row: Any = create_model("Row", **_COLUMNS)
"""One account: every column of the contract's result, null where it is not known."""


class Message(BaseModel):
    """What went wrong, and what to do."""

    error: str


class Scored(BaseModel):
    """The contract's result, with what was said while it was read."""

    notices: list[str]
    law: list[str] = Field(description="where every row that was read has gone")
    set_aside: list[str] = Field(
        description="rows that could not be used, each with its reason; the first 20"
    )
    summary: dict[str, Any]
    rows: list[Row]


class Accounts(BaseModel):
    """Accounts of an audit, a part of all that are looked for."""

    total: int = Field(description="how many there are")
    offset: int
    rows: list[Row]


class Changes(BaseModel):
    """What changed since the audit before."""

    figures: dict[str, Any] = Field(description="`changes` of summary.json")
    moves: list[dict[str, str]] = Field(
        description="lines of changes.csv; empty text where there is no value"
    )


class Queue(BaseModel):
    """The account that the review asks about now."""

    kind: str
    why: str
    number: int
    of: int
    row: Row


class Label(BaseModel):
    """An answer of a reviewer."""

    model_config = ConfigDict(extra="forbid")

    platform: str = Field(description="one of " + ", ".join(PLATFORMS), max_length=20)
    account_id: str = Field(max_length=2_000)
    label: str = Field(description="one of " + ", ".join(LABELS), max_length=20)
    axis: str = Field("", description="one of " + ", ".join(AXES) + ", or empty for any", max_length=20)
    note: str = Field("", max_length=2_000)


class Given(BaseModel):
    """A case as it was written."""

    platform: str
    account_id: str
    label: str
    axis: str
    reviewer: str
    reviewed_at: str
    note: str


class Typed(BaseModel):
    """Numbers read off a profile page, as they stand there: `1.2M`, `12,3K`, `3400`."""

    model_config = ConfigDict(extra="forbid")

    platform: str = Field(description="one of " + ", ".join(PLATFORMS), max_length=20)
    handle: str = Field("", max_length=200)
    followers: Number | int | None = None
    following: Number | int | None = None
    likes: Number | int | None = None
    posts: Number | int | None = None
    views: Number | int | None = None
    recent_views: str = Field("", description="of the latest posts: `12K; 9.1K; -`", max_length=_MOST)
    recent_likes: str = Field("", max_length=_MOST)
    recent_comments: str = Field("", max_length=_MOST)
    verified: bool | None = None
