"""Routing: to which bucket a row goes, as SQL. Buckets are ranges of (platform, account_id), in order.

Keys are compared byte by byte, as Python compares text. The last bucket takes the rows whose key cannot be used.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from detector.sources.databases.base import quoted
from detector.sources.flags import read_text
from detector.sources.keys import read_platforms
from detector.sources.raw import object_array
from detector.sources.streams import NotStreamable, Stream, from_files

__all__ = ["BLANKS", "Bound", "Platforms", "bounds_of", "bucket_of", "n_buckets", "platforms_of", "rows_of"]

Bound = tuple[str, str]
"""The first key of a bucket: platform, account_id."""

MOST_PLATFORMS = 200
SAMPLE_FROM = 2_000_000
SAMPLE = 16
"""Of sources of two million rows and more every 16th account is counted to place the bounds."""

BLANKS = "".join(chr(point) for point in range(1, 0x3001) if chr(point).isspace())
"""None lies higher, and to ask a million characters took a third of a second of every process."""

PLACE = "(CAST(file_index AS BIGINT) << 40) + file_row_number"
"""The number of a row's file in the stream, and of the row in the file."""


@dataclass(frozen=True, slots=True)
class Platforms:
    """The platforms that a stream names, as they stand there, and under the contract's names (None = unknown)."""

    found: tuple[str | None, ...]
    known: tuple[str | None, ...]


def platforms_of(connection: Any, stream: Stream, default: str | None) -> Platforms:
    """The different platforms of a stream.

    Raises
    ------
    NotStreamable
        There are too many for a column of platforms.
    """
    theirs = stream.names.get("platform")
    if theirs is None:
        found: list[str | None] = [None]
    elif theirs in stream.folders:
        found = [stream.folders[theirs]]
    else:
        column = f"CAST({quoted(theirs)} AS VARCHAR)"
        query = f"SELECT DISTINCT {column} AS p FROM {from_files(stream.paths)} ORDER BY p NULLS FIRST"  # noqa: S608
        found = [row[0] for row in connection.sql(f"{query} LIMIT {MOST_PLATFORMS + 1}").fetchall()]
    if len(found) > MOST_PLATFORMS:
        raise NotStreamable(f"{stream.origins[0]} names more than {MOST_PLATFORMS} platforms")
    known, _ = read_platforms(read_text(object_array(found))[0], default)
    return Platforms(tuple(found), tuple(known.tolist()))


def rows_of(stream: Stream, platforms: Platforms, *more: str) -> str:
    """A SELECT of a stream's rows: `p` the number of the platform, `id`, `place`, and c0, c1, ... the other columns.

    `more` are further items, as SQL over the files' own columns.
    """
    columns = [
        f"{quoted(theirs)} AS c{i}"
        for i, theirs in enumerate(stream.columns)
        if theirs not in key_columns(stream)
    ]
    items = [
        f"{_number(stream, platforms)} AS p",
        f"{_id(stream)} AS id",
        f"{PLACE} AS place",
        *more,
        *columns,
    ]
    return f"SELECT {', '.join(items)} FROM {from_files(stream.paths)}"  # noqa: S608 - names are quoted


def key_columns(stream: Stream) -> set[str]:
    """Own names of the columns of the key."""
    return {stream.names[ours] for ours in ("platform", "account_id") if ours in stream.names}


def bounds_of(
    connection: Any, streams: Sequence[tuple[Stream, Platforms]], rows_per_bucket: int
) -> tuple[Bound, ...]:
    """First keys of all buckets but the first, so that each holds about that many rows of all tables together."""
    n_rows = sum(stream.n_rows for stream, _ in streams)
    sample = SAMPLE if n_rows >= SAMPLE_FROM else 1
    counted: dict[Bound, int] = {}
    for stream, platforms in streams:
        rows = rows_of(stream, platforms)
        query = f"SELECT p, id, count(*) FROM ({rows}) WHERE hash(id) % {sample} = 0 GROUP BY p, id"  # noqa: S608
        reader = connection.sql(query).to_arrow_reader(100_000)
        for batch in reader:
            for p, one, n in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                platform = platforms.known[p]
                if one and platform is not None:
                    counted[platform, one] = counted.get((platform, one), 0) + n * sample
    bounds, held = [], 0
    for key in sorted(counted):
        if held and held + counted[key] > rows_per_bucket:
            bounds.append(key)
            held = 0
        held += counted[key]
    return tuple(bounds)


def n_buckets(bounds: Sequence[Bound]) -> int:
    """Buckets of rows whose key can be used; the bucket of this number takes the others."""
    return len(bounds) + 1


def bucket_of(bounds: Sequence[Bound], platforms: Platforms) -> str:
    """The number of the bucket of a row with `p` and `id`, as SQL."""
    aside = n_buckets(bounds)
    cases = [f"WHEN id IS NULL OR id = '' THEN {aside}"]
    for known in sorted({name for name in platforms.known if name is not None}):
        numbers = ", ".join(str(i) for i, name in enumerate(platforms.known) if name == known)
        first = sum(platform < known for platform, _ in bounds)
        own = [one for platform, one in bounds if platform == known]
        cases.append(f"WHEN p IN ({numbers}) THEN {_tree(own, first, first + len(own))}")
    return f"CAST(CASE {' '.join(cases)} ELSE {aside} END AS USMALLINT)"


def _tree(bounds: Sequence[str], low: int, high: int, base: int | None = None) -> str:
    """Nested comparisons that find the place of `id` among sorted bounds: as many as their number has binary digits."""
    base = low if base is None else base
    if low == high:
        return str(low)
    middle = (low + high + 1) // 2
    bound = _text(bounds[middle - 1 - base])
    left, right = _tree(bounds, low, middle - 1, base), _tree(bounds, middle, high, base)
    return f"CASE WHEN id < {bound} THEN {left} ELSE {right} END"


def _number(stream: Stream, platforms: Platforms) -> str:
    if len(platforms.found) == 1:
        return "CAST(0 AS USMALLINT)"
    column = f"CAST({quoted(stream.names['platform'])} AS VARCHAR)"
    cases = [
        f"WHEN {column} IS NULL THEN {i}" if found is None else f"WHEN {column} = {_text(found)} THEN {i}"
        for i, found in enumerate(platforms.found)
    ]
    return f"CAST(CASE {' '.join(cases)} END AS USMALLINT)"


def _id(stream: Stream) -> str:
    theirs = stream.names["account_id"]
    if theirs in stream.folders:
        value = stream.folders[theirs]
        return "CAST(NULL AS VARCHAR)" if value is None else _text(value.strip())
    text = f"CAST({quoted(theirs)} AS VARCHAR)"
    ends = " AND ".join(f"unicode({text}[{i}]) BETWEEN 33 AND 126" for i in (1, -1))
    # Nearly all ids end in plain signs, and trimming all the same took three quarters of the time of reading:
    # 5.5 s for 3 million ids, 0.3 s this way.
    return f"CASE WHEN {ends} THEN {text} ELSE trim({text}, {_text(BLANKS)}) END"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
