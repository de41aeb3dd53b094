"""What the kinds of databases share: which tables are read, with which columns, and how one account is asked for."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from detector.contract import TABLES
from detector.errors import SourceError, UsageError
from detector.sources.columns import Resolved, check_mapped, known_names, resolve
from detector.sources.raw import RawTable
from detector.sources.shown import named, repeated, shown

__all__ = [
    "Database",
    "Field",
    "Relation",
    "Selection",
    "check_relations",
    "quoted",
    "read_tables",
    "selections",
]

Value = str | int
_PART = re.compile(r'"((?:[^"\0]|"")+)"|([^\W\d][\w$]*)')
_MOST_INTEGER = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Relation:
    """What a table of ours is read from: a table's name, or the text of a query."""

    table: str
    sql: str
    is_query: bool

    @property
    def origin(self) -> str:
        """How messages name it."""
        return f"query for {self.table}" if self.is_query else f"table {named(self.sql)}"


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a relation: its name, the expression that selects it, and what ids in it are compared as.

    `compared` is the expression for that where it is another one.
    """

    name: str
    expression: str
    compares: Literal["text", "integer"] = "text"
    compared: str | None = None


class Database(Protocol):
    """One open database, read-only. Errors of its driver leave it as SourceError, with what the server said."""

    marker: str
    """What stands before a parameter's number in a statement."""
    folds: bool
    """Whether names without quotes are meant in small letters."""

    def has(self, name: Sequence[str]) -> bool:
        """Whether there is a table of that name (schema first)."""
        ...

    def fields(self, source: str, origin: str) -> list[Field]:
        """The columns of a table or query, given as it stands after FROM."""
        ...

    def read(self, statement: str, parameters: Sequence[Value], origin: str) -> tuple[list[Any], int]:
        """All rows, streamed in batches: an array a column (NumPy or Arrow), and their number.

        Raises
        ------
        SourceError
            The connection ended, or the statement failed, on the way: no part of the rows is handed on.
        """
        ...


def check_relations(
    tables: Mapping[str, str] | None, queries: Mapping[str, str] | None
) -> dict[str, Relation | None]:
    """What each of our tables is to be read from, where that was said; None = it is to be left out.

    Raises
    ------
    UsageError
        A name is none of our tables, or one is given both ways.
    """
    found: dict[str, Relation | None] = {}
    for option, given in (("--table", tables or {}), ("--query", queries or {})):
        for ours, sql in given.items():
            if ours not in TABLES:
                raise UsageError(
                    f"{option} {named(ours)}=... is no table of ours: expected one of {', '.join(TABLES)}."
                )
            if ours in found:
                raise UsageError(f"Both --table and --query say what {ours} is read from; keep one.")
            is_query = option == "--query"
            text = sql.strip().rstrip(";").strip() if is_query else sql.strip()
            if is_query and not text:
                raise UsageError(
                    f"--query {ours}= is empty. Write a SELECT, or leave {ours} out with --table {ours}= ."
                )
            found[ours] = Relation(ours, text, is_query) if text else None
    return found


def read_tables(
    database: Database,
    wanted: Mapping[str, Relation | None],
    mapping: Mapping[str, str],
    account: str | None,
    name: str,
) -> list[tuple[str, RawTable]]:
    """The rows of each table that is there, or was named.

    Parameters
    ----------
    database
        Open.
    wanted
        As `check_relations` gives it; tables not in it are read from the table of their own name where there is one.
    mapping
        Contract name -> the database's own name.
    account
        Id or handle: the rows of other accounts stay in the database.
    name
        How messages name the database.

    Raises
    ------
    SourceError
        There is no such table or column, or the database failed.
    """
    there = _there(database, wanted, name)
    ids = [] if account is None else list(dict.fromkeys((account, account.strip().lstrip("@").casefold())))
    read = []
    for relation in there:
        raw, own = _read(database, relation, mapping, account, ids)
        read.append((relation.table, raw))
        ids += [found for found in own if found not in ids]
    if account is not None and not any(raw.n_rows for _, raw in read):
        raise SourceError(
            f"There is no account {shown(account)} in {name}. Give an account_id or a handle that it holds."
        )
    return read


def selections(
    database: Database, wanted: Mapping[str, Relation | None], mapping: Mapping[str, str], name: str
) -> list["Selection"]:
    """How all rows of each table that is there, or was named, are asked for; parameters as for `read_tables`.

    Raises
    ------
    SourceError
        There is no such table or column, or the database failed.
    """
    found = [_selection(database, relation, mapping)[0] for relation in _there(database, wanted, name)]
    check_mapped([column for one in found for column in one.columns], mapping)
    return found


@dataclass(frozen=True, slots=True)
class Selection:
    """A statement that selects the rows of a relation, and what its columns are."""

    table: str
    origin: str
    statement: str
    columns: tuple[str, ...]
    resolved: Resolved


def _there(database: Database, wanted: Mapping[str, Relation | None], name: str) -> list[Relation]:
    relations = [wanted[table] if table in wanted else _default(database, table) for table in TABLES]
    there = [relation for relation in relations if relation is not None]
    if not there:
        raise SourceError(
            f"{name} has no table {' or '.join(TABLES)}. Name yours with "
            '--table accounts=schema.name, or write --query accounts="select ...".'
        )
    return there


def _default(database: Database, table: str) -> Relation | None:
    return Relation(table, table, False) if database.has([table]) else None


def _read(
    database: Database,
    relation: Relation,
    mapping: Mapping[str, str],
    account: str | None,
    ids: Sequence[str],
) -> tuple[RawTable, list[str]]:
    """The rows of a relation, and the ids among them when one account was asked for."""
    selection, chosen = _selection(database, relation, mapping)
    ours = known_names(selection.columns, mapping)
    where, parameters = "", list[Value]()
    if account is not None:
        where, parameters = _condition(
            database.marker, {field.name: field for field in chosen}, ours, account, ids
        )
    columns, n_rows = database.read(selection.statement + where, parameters, relation.origin)
    others = tuple(name for name in selection.columns if name not in ours.values())
    raw = RawTable(
        relation.origin,
        dict(zip([field.name for field in chosen], columns, strict=True)),
        n_rows,
        others=others,
    )
    if account is None:
        return raw, []
    return raw, [
        str(found).strip() for found in raw.values(ours["account_id"], "text").tolist() if found is not None
    ]


def _selection(
    database: Database, relation: Relation, mapping: Mapping[str, str]
) -> tuple[Selection, list[Field]]:
    """How the rows of a relation are selected, and the columns that are."""
    source = _source(database, relation)
    fields = database.fields(source, relation.origin)
    names = [field.name for field in fields]
    twice = repeated(names)
    if twice is not None:
        raise SourceError(
            f"{relation.origin} has more than one column {shown(twice)}: which one counts? Rename others."
        )
    known = set(known_names(names, mapping).values())
    chosen = [field for field in fields if field.name in known]
    # which column is missing is said before all rows are read
    resolved = resolve(relation.table, relation.origin, names, mapping)
    items = ", ".join(f"{field.expression} AS {quoted(field.name)}" for field in chosen)
    statement = f"SELECT {items} FROM {source}"  # noqa: S608 - names are quoted, queries are the user's
    return Selection(relation.table, relation.origin, statement, tuple(names), resolved), chosen


def _condition(
    marker: str, fields: Mapping[str, Field], ours: Mapping[str, str], account: str, ids: Sequence[str]
) -> tuple[str, list[Value]]:
    """A WHERE that keeps the rows of the ids, or of the handle, and its parameters."""
    key, parameters, tests = fields[ours["account_id"]], list[Value](), []
    for text in ids:
        value = _as_id(text, key)
        if value is not None:
            parameters.append(value)
            tests.append(f"{key.compared or key.expression} = {marker}{len(parameters)}")
    if "handle" in ours:
        parameters.append(account.strip().lstrip("@").casefold())
        handle = fields[ours["handle"]].expression
        tests.append(f"lower(ltrim(CAST({handle} AS text), '@')) = {marker}{len(parameters)}")
    return " WHERE " + (" OR ".join(tests) or "1 = 0"), parameters


def _as_id(text: str, key: Field) -> Value | None:
    if key.compares == "text":
        return text
    is_plain = text.isascii() and text.isdigit() and len(text) < 20 and text == str(int(text))
    return int(text) if is_plain and int(text) <= _MOST_INTEGER else None


def _source(database: Database, relation: Relation) -> str:
    """What stands after FROM. A query stands in brackets, so that it can be but one SELECT."""
    if relation.is_query:
        return f"(\n{relation.sql}\n) AS source"
    parts = _parts(relation)
    if database.folds:
        return ".".join(quoted(part if is_quoted else part.lower()) for part, is_quoted in parts)
    return ".".join(quoted(part) for part, _ in parts)


def _parts(relation: Relation) -> list[tuple[str, bool]]:
    """The parts of a table's name, and whether each was quoted: ``schema.name``, ``"My Schema".name``."""
    found, at = [], 0
    while match := _PART.match(relation.sql, at):
        found.append((match[1].replace('""', '"'), True) if match[1] else (match[2], False))
        at = match.end()
        if at == len(relation.sql):
            return found
        if relation.sql[at] != ".":
            break
        at += 1
    raise UsageError(
        f'--table {relation.table}={named(relation.sql)} is no name of a table. Write name, schema.name or "My Table"; '
        f'for anything else --query {relation.table}="select ...".'
    )


def quoted(name: str) -> str:
    """A name as SQL quotes it."""
    return '"' + name.replace('"', '""') + '"'
