"""Rows: all streams of a source as one Spark table, so that one shuffle brings an account's rows together.

Streams have other columns. They share slots by type: the third 64-bit number of a stream stands in ``bigint_2``,
whatever it means there, and `Layout` says what it was.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from detector.audit.carry.prints import PRINT
from detector.audit.plan import Plan
from detector.audit.routing import BLANKS, Platforms, key_columns
from detector.contract import KEY, TABLES
from detector.errors import SourceError
from detector.sources.shown import listed
from detector.sources.streams import Stream

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import Column, DataFrame, SparkSession

__all__ = ["Layout", "rows_of_all"]

ROW_BITS = 40
KEY_KIND = "key"
"""Instead of a type: the column is one of the key, which has its own place."""


@dataclass(frozen=True, slots=True)
class Layout:
    """For each stream the slots of its columns, in their order, and Spark's type of each."""

    slots: tuple[tuple[tuple[str, str], ...], ...]
    with_prints: bool

    def spilled(self, chunk: "pa.Table") -> "dict[int, pa.Table]":
        """The rows of a chunk by stream, as they would lie in a bucket (`detector.audit.spill`)."""
        import pyarrow as pa
        import pyarrow.compute as pc

        stream, found = chunk.column("stream"), {}
        for number, slots in enumerate(self.slots):
            own = chunk.filter(pc.equal(stream, pa.scalar(number, stream.type)))
            if own.num_rows:
                columns: dict[str, Any] = {"p": own.column("found"), "id": own.column("id")}
                columns["place"] = own.column("place")
                if self.with_prints:
                    columns[PRINT] = pa.chunked_array(
                        [one.view(pa.uint64()) for one in own.column(PRINT).chunks]
                    )
                for i, (slot, kind) in enumerate(slots):
                    if kind != KEY_KIND:
                        columns[f"c{i}"] = _restored(own.column(slot), kind)
                found[number] = pa.table(columns)
        return found


def _restored(column: "pa.ChunkedArray[Any]", kind: str) -> Any:
    """A column with the type that the files have, where Spark has none like it."""
    import pyarrow as pa

    if kind.startswith("nanos"):
        zone = kind.partition(" ")[2] or None
        type_: Any = pa.timestamp("ns", zone)
        found = pa.chunked_array([chunk.view(type_) for chunk in column.chunks], type_)
        # DuckDB reads those with a zone as microseconds
        return found if zone is None else found.cast(pa.timestamp("us", zone), safe=False)
    return column.cast(pa.uint64()) if kind.startswith("decimal") else column


def rows_of_all(session: "SparkSession", plan: Plan) -> "tuple[DataFrame, Layout]":
    """The rows of all streams, and what the slots hold.

    The columns are `p` the platform (null where unknown), `id`, `apart` (null for rows of an account), the number of
    the `stream`, `place`, `found` the number of the platform as it stands there, a print where one is asked for, slots.
    """
    frames, layouts, with_prints = [], [], bool(plan.settings["incremental"])
    for number, (stream, platforms) in enumerate(zip(plan.streams, plan.platforms, strict=True)):
        source = session.read.option("__globPaths__", "false").parquet(*stream.paths)
        slots = _slots(stream, source)
        frames.append(_select(session, source, number, stream, platforms, slots, with_prints))
        layouts.append(tuple((slot, kind) for slot, kind, _ in slots))
    types = {slot: _type(frame, slot) for frame in frames for slot in frame.columns}
    whole = None
    for frame in frames:
        wide = frame.select(*(_or_null(frame, name, types[name]) for name in types))
        whole = wide if whole is None else whole.unionByName(wide)
    if whole is None:
        raise SourceError("The source holds no rows.")
    return whole, Layout(tuple(layouts), with_prints)


def _type(frame: "DataFrame", name: str) -> Any:
    return frame.schema[name].dataType


def _or_null(frame: "DataFrame", name: str, kind: Any) -> "Column":
    from pyspark.sql import functions as F  # noqa: N812 - as everywhere

    return frame[name] if name in frame.columns else F.lit(None).cast(kind).alias(name)


def _slots(stream: Stream, source: "DataFrame") -> list[tuple[str, str, str]]:
    """Slot, kind and own name of each column that is no key, in the order of `stream.columns`."""
    kinds = {
        stream.names[column.name]: column.kind
        for column in TABLES[stream.table]
        if column.name in stream.names
    }
    types = {field.name: field.dataType.simpleString() for field in source.schema.fields}
    seen: Counter[str] = Counter()
    found, keys = [], key_columns(stream)
    for theirs in stream.columns:
        if theirs in keys:
            found.append(("id", KEY_KIND, theirs))  # counted, as `routing.rows_of` counts it
            continue
        kind = types[theirs]
        name = re.sub(r"\W+", "_", kind).strip("_")
        nanos = kind == "bigint" and kinds[theirs] == "time"
        found.append((f"{name}_{seen[name]}", _nanos(stream, theirs) if nanos else kind, theirs))
        seen[name] += 1
    return found


def _nanos(stream: Stream, theirs: str) -> str:
    """The kind of a column of nanoseconds, with its zone if it has one: Spark reads both as plain numbers."""
    from detector.sources.parquet import footer_of

    schema, _ = footer_of(Path(stream.paths[0]), stream.origins[0])
    zone = getattr(schema.field(theirs).type, "tz", None)
    return f"nanos {zone}" if zone else "nanos"


def _select(
    session: "SparkSession",
    source: "DataFrame",
    number: int,
    stream: Stream,
    platforms: Platforms,
    slots: list[tuple[str, str, str]],
    with_prints: bool,
) -> "DataFrame":
    from pyspark.sql import functions as F  # noqa: N812 - as everywhere

    where = _with_files(session, source, stream)
    found = _found(stream, platforms)
    known = F.lit(None).cast("string")
    for i, name in enumerate(platforms.known):
        if name is not None:
            known = F.when(found == F.lit(i), F.lit(name)).otherwise(known)
    own_id = _id(stream)
    place = F.shiftleft(F.col("__file").cast("bigint"), ROW_BITS) + F.col("__row")
    keyless = known.isNull() | own_id.isNull() | (own_id == F.lit(""))
    items = [
        known.alias("p"),
        own_id.alias("id"),
        F.when(keyless, place).alias("apart"),
        F.lit(number).cast("short").alias("stream"),
        place.alias("place"),
        found.cast("short").alias("found"),
    ]
    if with_prints:
        items.append(_print(stream).alias(PRINT))
    items += [_column(theirs).alias(slot) for slot, kind, theirs in slots if kind != KEY_KIND]
    return where.select(*items)


def _with_files(session: "SparkSession", source: "DataFrame", stream: Stream) -> "DataFrame":
    """The rows with the number of their file in the stream, and their number in the file."""
    from pyspark.sql import functions as F  # noqa: N812 - as everywhere

    path = F.regexp_replace(F.col("_metadata.file_path"), "^file:/+", "/")
    rows = source.select("*", path.alias("__path"), F.col("_metadata.row_index").alias("__row"))
    numbers = {path: i for i, path in enumerate(stream.paths)}
    pairs = []
    for uri in source.inputFiles():
        own = unquote(urlsplit(uri).path) if uri.startswith("file:") else uri
        if own not in numbers:
            raise SourceError(f"Spark reads {uri}, which is none of {listed(stream.paths, 3)}.")
        pairs.append((re.sub("^file:/+", "/", uri), numbers[own]))
    if len(pairs) == 1:
        return rows.withColumn("__file", F.lit(pairs[0][1]))
    files = session.createDataFrame(pairs, "__path string, __file int")
    return rows.join(F.broadcast(files), "__path")


def _column(name: str) -> "Column":
    from pyspark.sql import functions as F  # noqa: N812 - as everywhere

    return F.col("`" + name.replace("`", "``") + "`")


def _found(stream: Stream, platforms: Platforms) -> "Column":
    """The number of the platform as it stands in the row."""
    from pyspark.sql import functions as F  # noqa: N812 - as everywhere

    number = F.lit(0)
    if len(platforms.found) == 1:
        return number
    text = _column(stream.names["platform"]).cast("string")
    for i, name in enumerate(platforms.found):
        same = text.isNull() if name is None else text == F.lit(name)
        number = F.when(same, F.lit(i)).otherwise(number)
    return number


def _id(stream: Stream) -> "Column":
    from pyspark.sql import functions as F  # noqa: N812 - as everywhere

    theirs = stream.names["account_id"]
    if theirs in stream.folders:
        value = stream.folders[theirs]
        return F.lit(None if value is None else value.strip()).cast("string")
    return F.btrim(_column(theirs).cast("string"), F.lit(BLANKS))


def _print(stream: Stream) -> "Column":
    """As `carry.prints.print_of_row`, by Spark's own hash."""
    from pyspark.sql import functions as F  # noqa: N812 - as everywhere

    items = [F.lit(stream.table)]
    names: Mapping[str, str] = stream.names
    for column in TABLES[stream.table]:
        theirs = names.get(column.name)
        if column.name in KEY or theirs is None:
            continue
        items.append(F.lit(column.name))
        if theirs in stream.folders:
            items.append(F.lit(stream.folders[theirs]).cast("string"))
        else:
            items += [F.typeof(_column(theirs)), _column(theirs).isNull(), _column(theirs)]
    return F.xxhash64(*items)
