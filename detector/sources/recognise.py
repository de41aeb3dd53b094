"""Which of the three tables a file is, by its columns and rows, where its name does not say."""

from collections.abc import Mapping, Sequence
from typing import Any

from detector.sources.columns import known_names, looks_like_posts
from detector.sources.flags import DamagedIdError, read_text
from detector.sources.raw import RawTable

__all__ = ["recognised"]


def recognised(raws: Sequence[RawTable], mapping: Mapping[str, str]) -> list[tuple[str, RawTable]]:
    """Each file with its table's name.

    Columns that only posts have make a file posts. The others are looked at together: several times for one
    account make them snapshots (a file a day is a history), otherwise they are accounts.
    """
    posts = [looks_like_posts(raw.columns, mapping) for raw in raws]
    others = [raw for raw, is_posts in zip(raws, posts, strict=True) if not is_posts]
    kind = "snapshots" if _has_several_looks(others, mapping) else "accounts"
    return [("posts" if is_posts else kind, raw) for raw, is_posts in zip(raws, posts, strict=True)]


def _has_several_looks(raws: Sequence[RawTable], mapping: Mapping[str, str]) -> bool:
    first_look: dict[tuple[Any, Any], Any] = {}
    for raw in raws:
        names = known_names(raw.columns, mapping)
        if "account_id" not in names or "observed_at" not in names:
            continue
        ids, times = _texts(raw, names["account_id"]), _texts(raw, names["observed_at"])
        platforms = _texts(raw, names["platform"]) if "platform" in names else [None] * len(ids)
        for platform, account_id, time in zip(platforms, ids, times, strict=True):
            if time is not None and first_look.setdefault((platform, account_id), time) != time:
                return True
    return False


def _texts(raw: RawTable, column: str) -> list[Any]:
    values = raw.values(column, "text")
    try:
        return list(read_text(values)[0])
    except DamagedIdError:
        return list(values)
