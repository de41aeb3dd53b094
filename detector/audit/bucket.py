"""Bucket: the rows of a range of accounts → one part of the result. The same bytes whoever does it, and when."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import NDArray

from detector.audit.carry.carrying import carrying
from detector.audit.carry.earlier import Earlier
from detector.audit.carry.marks import MarksBook
from detector.audit.ledger import Entry
from detector.audit.part import Judged, write_part, write_table
from detector.audit.plan import Plan
from detector.audit.reports.tally import Tally
from detector.audit.routing import Platforms, key_columns, n_buckets
from detector.audit.spill import spilled_file
from detector.contract import KEY, LEVELS, TABLES
from detector.crowd.notable import Notable
from detector.errors import DetectorError
from detector.outputs.hostile import json_text
from detector.outputs.set_aside import plain_row
from detector.owners import owners_of
from detector.scoring import score_tables
from detector.sources.assemble import without_duplicates
from detector.sources.keys import odd_ids, read_ids
from detector.sources.raw import RawTable, object_array
from detector.sources.typed import Typed, typed
from detector.tables import SetAside, Tables

if TYPE_CHECKING:
    import pyarrow as pa

    from detector.model.model import Judgement, Model
    from detector.panel import Panel
    from detector.verdict import Result

__all__ = [
    "ASIDE_COLUMNS",
    "aside_file",
    "judge_bucket",
    "judge_rows",
    "write_aside",
]

ASIDE_COLUMNS = ("table", "where", "reason", "expected", "row")
"""Columns of set_aside.parquet; `row` is the row as it was read, as JSON."""

_ROW_BITS = 40


def aside_file(work: Path, bucket: int) -> Path:
    """Where the rows of a bucket go that cannot be used, until the end."""
    return work / "aside" / f"{bucket:05d}.parquet"


def judge_bucket(
    plan: Plan, model: "Model", work: Path, out: Path, bucket: int, before: Earlier | None = None
) -> Entry:
    """Read, type, judge and write the accounts of a bucket; who can be is carried over from `before`.

    Raises
    ------
    DetectorError
        The spilled rows are damaged, or there is no room for the part.
    """
    regular, aside = bucket < n_buckets(plan.bounds), aside_file(work, bucket)
    judged = judge_rows(plan, model, _spilled(plan, work, bucket), aside, before, keyed=regular)
    entry = replace(judged.entry, bucket=bucket)
    return write_part(plan, work, out, judged, entry) if regular else entry


def judge_rows(
    plan: Plan,
    model: "Model",
    spilled: "Mapping[int, pa.Table]",
    aside_path: Path,
    before: Earlier | None = None,
    *,
    keyed: bool = True,
) -> Judged:
    """Type and judge rows of whole accounts, and write those set aside.

    Parameters
    ----------
    spilled
        The rows by the number of their stream, as `detector.audit.spill` writes them.
    aside_path
        Where rows that cannot be used go.
    before
        Who has the same rows as in that audit is carried over from it.
    keyed
        The rows have keys that can be used.
    """
    more = carrying(plan, spilled, before) if plan.settings["incremental"] and keyed else None
    parts = _typed(plan, spilled if more is None else more.left)
    del spilled  # the rows are there in order now: room for what comes
    tables, aside = _joined(parts)
    owners = owners_of(tables)
    keys = sorted(owners.keys)
    lost = _lost(parts, set(keys))
    old = _not_new(tables, keys, plan.settings["since"])
    judged = [key for key in keys if key not in old]
    tally, book = Tally(), MarksBook()
    seen: list[Notable] | None = [] if plan.settings["crowd"] else None

    def observe(judgement: "Judgement", chunk: "Result") -> None:
        tally.add(judgement, chunk)
        if more is not None:
            book.add(judgement, chunk)

    def look(panel: "Panel") -> None:
        if seen is not None:
            seen.append(Notable.of(panel))

    result = score_tables(
        tables,
        model,
        reasons=plan.settings["reasons"],
        keys=judged,
        owners=owners,
        observe=observe,
        seen=look,
    )
    notable = None if seen is None else Notable.concat(seen)
    write_aside(aside_path, aside, parts)
    counted = _entry(parts, tables, keys, aside, result, tally)
    entry = replace(counted, accounts=len(keys) + len(lost), set_aside=len(lost), not_new=len(old))
    if more is None:
        return Judged(judged, result.to_arrow(), entry, notable=notable)
    doubtful = _doubtful(parts, aside, judged)
    return more.joined(Judged(judged, result.to_arrow(), entry, book.marks(), {}, notable), doubtful)


def _entry(
    parts: dict[str, list[Typed]],
    tables: Tables,
    keys: Sequence[tuple[str, str]],
    aside: Sequence[SetAside],
    result: "Result",
    tally: Tally,
) -> Entry:
    level = result.columns["level"]
    levels = {name: int(np.count_nonzero(level == name)) for name in LEVELS}
    rows = {
        name: (
            sum(part.rows_read for part in parts[name]),
            len(getattr(tables, name)),
            sum(row.table == name for row in aside),
        )
        for name in TABLES
    }
    return Entry(
        0,
        rows,
        accounts=len(result),
        scored=len(result) - levels["insufficient_data"],
        insufficient=levels["insufficient_data"],
        set_aside=0,
        not_new=0,
        levels=levels,
        faults=sum(map(len, result.columns["faults"])),
        cleaned={name: sum(part.n_cleaned for part in parts[name]) for name in TABLES},
        odd_ids=_odd_ids(tables, keys),
        part_bytes=0,
        tally=tally.as_dict(),
    )


def _odd_ids(tables: Tables, keys: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """Ids of each table that other tools may have changed. Few buckets have any, which is told by all ids together."""
    if not odd_ids(object_array([one for _, one in keys])):
        return {name: [] for name in TABLES}
    return {name: odd_ids(getattr(tables, name).column("account_id")) for name in TABLES}


def _spilled(plan: Plan, work: Path, bucket: int) -> "dict[int, pa.Table]":
    """The rows of a bucket as they were spilled, by the number of their stream."""
    import pyarrow as pa

    found = {}
    for number in range(len(plan.streams)):
        path = spilled_file(work, number, bucket)
        if not path.exists():
            continue
        try:
            with pa.OSFile(str(path), "rb") as source, pa.ipc.open_stream(source) as reader:
                found[number] = reader.read_all()
        except (pa.ArrowException, OSError) as error:
            raise DetectorError(
                f"{path} is damaged: {error}. Run the audit with --restart to begin anew."
            ) from error
    return found


def _typed(plan: Plan, spilled: "Mapping[int, pa.Table]") -> dict[str, list[Typed]]:
    found: dict[str, list[Typed]] = {name: [] for name in TABLES}
    default = plan.settings["platform"]
    for number, rows in spilled.items():
        stream = plan.streams[number]
        found[stream.table].append(typed(stream.table, _raw(plan, number, rows), stream.names, default))
    return found


def _raw(plan: Plan, number: int, rows: "pa.Table") -> RawTable:
    """The rows of a stream under the files' own names."""
    stream = plan.streams[number]
    table = _by_account(rows, plan.platforms[number])
    columns: dict[str, Any] = {}
    for i, theirs in enumerate(stream.columns):
        if theirs not in key_columns(stream):
            columns[theirs] = table.column(f"c{i}")
    columns[stream.names["account_id"]] = table.column("id")
    if "platform" in stream.names:
        columns[stream.names["platform"]] = _decoded(table.column("p"), plan.platforms[number].found)
    for theirs, value in stream.folders.items():
        if theirs not in columns and theirs in stream.names.values():
            columns[theirs] = object_array([value] * table.num_rows)
    places = _Places(stream.origins, table.column("place").to_numpy())
    return RawTable(stream.origins[0], columns, table.num_rows, places)


def _by_account(table: Any, platforms: Platforms) -> Any:
    """The rows in order of their accounts, those of each in the order they had, and ids as a dictionary: what follows
    finds accounts in order, and each id once.

    A platform may stand there under several names: its rows keep their order across these.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    whole: Any = table.combine_chunks()
    ids: Any = whole.column("id").combine_chunks().dictionary_encode()
    ids = ids if isinstance(ids, pa.Array) else pa.concat_arrays(ids.chunks)
    codes = pc.fill_null(ids.indices, len(ids.dictionary)).to_numpy().astype(np.int64)
    place = np.append(_places_of(pc.sort_indices(ids.dictionary).to_numpy()), len(ids.dictionary))
    known = sorted(set(platforms.known), key=lambda name: (name is None, name or ""))
    platform = np.array([known.index(name) for name in platforms.known], dtype=np.int64)
    both = platform[whole.column("p").to_numpy()] * len(place) + place[codes]
    whole = whole.set_column(whole.column_names.index("id"), "id", ids)
    if (both[1:] >= both[:-1]).all():
        return whole
    small = both.astype(np.min_scalar_type(both.max()))  # numbers of 16 bits are put in order by counting
    return whole.take(pa.array(np.argsort(small, kind="stable")))


def _places_of(order: NDArray[Any]) -> NDArray[np.int64]:
    """Where each thing stands once put in `order`."""
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return place


def _decoded(numbers: Any, values: Sequence[str | None]) -> Any:
    import pyarrow as pa

    dictionary: Any = pa.array(values, pa.string())
    codes = [chunk.cast(pa.int32()) for chunk in numbers.chunks]
    chunks: Any = [pa.DictionaryArray.from_arrays(one, dictionary) for one in codes]
    return pa.chunked_array(chunks, pa.dictionary(pa.int32(), pa.string()))  # type: ignore[call-overload]


@dataclass(frozen=True, slots=True)
class _Places(Sequence[str]):
    """Where each row stood: its file and its number there, said when somebody asks."""

    origins: tuple[str, ...]
    places: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.places)

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[str]: ...
    def __getitem__(self, row: int | slice) -> str | Sequence[str]:
        if isinstance(row, slice):
            return [self[i] for i in range(len(self))[row]]
        file, number = divmod(int(self.places[row]), 1 << _ROW_BITS)
        return f"{self.origins[file]}, row {number + 1}"


def _joined(parts: dict[str, list[Typed]]) -> tuple[Tables, list[SetAside]]:
    tables: dict[str, Any] = {}
    aside: list[SetAside] = []
    for name, own in parts.items():
        tables[name], twice = without_duplicates(name, own)
        aside += [row for part in own for row in part.set_aside] + twice
    return Tables(**tables), aside


def _lost(parts: dict[str, list[Typed]], kept: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Accounts that were named by rows that were set aside alone."""
    lost: set[tuple[str, str]] = set()
    for part in (part for own in parts.values() for part in own):
        if part.set_aside:
            lost |= {key for key in part.keys_aside if not read_ids("account_id", object_array([key[1]]))}
    return lost - kept


def _doubtful(
    parts: dict[str, list[Typed]], aside: Sequence[SetAside], keys: Sequence[tuple[str, str]]
) -> set[tuple[str, str]]:
    """Accounts of which something is said every night: of rows set aside, of handles, of their ids."""
    found = {(str(row.row.get("platform")), str(row.row.get("account_id"))) for row in aside}
    for part in (part for own in parts.values() for part in own):
        found |= part.keys_aside if part.set_aside else set()
        who = (part.whole.column(name)[part.cleaned].tolist() for name in KEY)
        found |= set(zip(*who, strict=True))
    return found | {key for key in keys if odd_ids(object_array([key[1]]))}


def _not_new(tables: Tables, keys: Sequence[tuple[str, str]], since: str | None) -> set[tuple[str, str]]:
    """Accounts without a row that was seen at that time or later; those whose time is unknown count as new."""
    if since is None:
        return set()
    start = np.datetime64(since, "us")
    new: set[tuple[str, str]] = set()
    for table in (tables.accounts, tables.posts, tables.snapshots):
        times = table.column("observed_at")
        rows = np.flatnonzero((times >= start) | (np.isnat(times) & (table.name == "accounts")))
        new |= set(zip(table.column("platform")[rows], table.column("account_id")[rows], strict=True))
    return set(keys) - new


def write_aside(path: Path, rows: Sequence[SetAside], parts: dict[str, list[Typed]] | None = None) -> None:
    """Write rows set aside, each with the numbers that put all of them in order at the end."""
    if not rows:
        return
    import pyarrow as pa

    order = {name: i for i, name in enumerate(TABLES)}
    plain = [_texts(row) for row in rows]
    table = pa.table(
        {
            **{name: pa.array([one[name] for one in plain], pa.string()) for name in ASIDE_COLUMNS},
            "table_number": pa.array([order[row.table] for row in rows], pa.int64()),
            "place": pa.array(list(_places(rows, parts)), pa.int64()),
        }
    )
    write_table(path, table)


def _texts(row: SetAside) -> dict[str, str]:
    plain = plain_row(row)
    plain["row"] = json_text(plain["row"])
    return {name: text.encode("utf-8", "replace").decode("utf-8") for name, text in plain.items()}


def _places(rows: Sequence[SetAside], parts: dict[str, list[Typed]] | None) -> Iterator[int]:
    """A number that grows with the place in the source."""
    numbers: dict[str, int] = {}
    for part in (part for own in (parts or {}).values() for part in own):
        places = part.raw.places
        if isinstance(places, _Places):
            files = {origin: i for i, origin in enumerate(places.origins)}
            numbers |= {origin: i for origin, i in files.items() if origin not in numbers}
    for i, row in enumerate(rows):
        origin, _, number = row.where.rpartition(", row ")
        known = number.isdigit() and origin in numbers
        yield (numbers[origin] << _ROW_BITS) + int(number) if known else i
