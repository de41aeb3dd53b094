"""Night: the rows of a finished audit, asked for in SQL over its parts. Nothing is loaded whole.

DuckDB is shut in: it reads the parts of this audit and no other file, and no setting can be changed.
"""

import os
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from glob import escape
from typing import Any

from detector.audit.folder import RESULT, Audit
from detector.contract import RESULT as COLUMNS
from detector.errors import AuditError
from detector.serve.wanted import Wanted

__all__ = ["BRIEF", "Found", "Night", "plain"]

Row = dict[str, Any]

BRIEF = (
    "platform, account_id, handle, level, suspicion, followers_suspicion, likes_suspicion, automation_suspicion, "
    "followers_excess, evidence, reasons[1].sentence AS reason"
)
"""What a list shows of an account."""

WHOLE = ", ".join(column.name for column in COLUMNS)

_BATCH = 1_000
_LISTS = tuple(column.name for column in COLUMNS if column.kind in ("list", "records"))


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of a page of an answer, and how many there are in all."""

    rows: list[Row]
    total: int


class Night:
    """A finished audit, open for questions from several threads.

    Parameters
    ----------
    audit
        The folder.
    memory
        What DuckDB may use, as it reads it.
    threads
        Of DuckDB, for all questions together.
    """

    def __init__(self, audit: Audit, memory: str = "512MB", threads: int | None = None) -> None:
        self.audit = audit
        self._connection = _opened(audit, memory, threads or min(os.cpu_count() or 1, 4))

    @property
    def summary(self) -> Mapping[str, Any]:
        """What summary.json says."""
        return self.audit.summary

    @property
    def cohorts(self) -> dict[str, dict[str, int]]:
        """Accounts of each cohort by platform, the largest first."""
        found = self.summary.get("cohorts") or {}
        return {
            platform: dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
            for platform, counts in found.items()
        }

    def find(self, wanted: Wanted, columns: str = BRIEF) -> Found:
        """The accounts that are looked for.

        Raises
        ------
        AuditError
            The parts cannot be read any more.
        """
        where, parameters = wanted.where()
        total = self._ask(f"SELECT count(*) AS n FROM today {where}", parameters)[0]["n"]  # noqa: S608 - our names
        rows = self._ask(
            f"SELECT {columns} FROM today {where} ORDER BY {wanted.order()} LIMIT $most OFFSET $first",  # noqa: S608
            {**parameters, "most": wanted.limit, "first": wanted.offset},
        )
        return Found(rows, total)

    def account(self, platform: str, account_id: str) -> Row | None:
        """The whole row of an account; None where it is not in the audit.

        Raises
        ------
        AuditError
            The parts cannot be read any more.
        """
        found = self._ask(
            f"SELECT {WHOLE} FROM today WHERE platform = $platform AND account_id = $account_id",  # noqa: S608
            {"platform": platform, "account_id": account_id},
        )
        return found[0] if found else None

    def close(self) -> None:
        """Close the parts."""
        self._connection.close()

    def _ask(self, statement: str, parameters: Mapping[str, Any]) -> list[Row]:
        import duckdb

        try:
            with closing(self._connection.cursor()) as cursor:
                answer = cursor.sql(statement, params=dict(parameters) or None).to_arrow_reader(_BATCH)
                return [plain(row) for batch in answer for row in batch.to_pylist()]
        except duckdb.Error as error:
            said = str(error).strip().split("\n")[0].rstrip(".!")
            raise AuditError(f"The parts of {self.audit.folder} cannot be read: {said}.") from error


def plain(row: Mapping[str, Any]) -> Row:
    """A row as `detector.verdict.Result.rows` gives it: times as ISO text, no list is missing."""
    found = {name: _iso(value) if isinstance(value, datetime) else value for name, value in row.items()}
    return {name: value or [] if name in _LISTS else value for name, value in found.items()}


def _iso(moment: datetime) -> str:
    text = moment.astimezone(UTC).replace(tzinfo=None).isoformat()
    return text + "Z"


def _opened(audit: Audit, memory: str, threads: int) -> Any:
    import duckdb

    connection = duckdb.connect(config={"memory_limit": memory, "threads": threads})
    folder = (audit.folder / RESULT).resolve()
    try:
        connection.execute("SET parquet_metadata_cache = true")
        _define(connection, [str(folder / part.name) for part in audit.parts])
        _shut_in(connection, str(folder))
        connection.execute("SET lock_configuration = true")
    except duckdb.Error as error:
        said = str(error).strip().split("\n")[0].rstrip(".!")
        raise AuditError(f"The parts of {audit.folder} cannot be read: {said}. Are they whole?") from error
    return connection


def _shut_in(connection: Any, folder: str) -> None:
    connection.execute(f"SET allowed_directories = [{_text(folder + '/')}]")
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute("SET autoload_known_extensions = false")
    connection.execute("SET enable_external_access = false")


def _define(connection: Any, parts: Sequence[str]) -> None:
    if parts:
        files = ", ".join(_text(escape(part)) for part in parts)
        connection.execute(f"CREATE VIEW today AS SELECT * FROM read_parquet([{files}])")  # noqa: S608
        return
    from detector.verdict import Result

    connection.register("nobody", Result.empty().to_arrow())
    connection.execute("CREATE TABLE today AS SELECT * FROM nobody")


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
