"""Night: the rows of a finished audit, asked for in SQL. Nothing is loaded whole.

What lists show and are sorted by is copied from the parts into a file of DuckDB's once, under its memory limit, and
lies in a temporary folder until the night is closed; whole rows are read from the parts. DuckDB is shut in: it reads
the parts of this audit and no other file, and no setting can be changed.
"""

import os
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from glob import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from detector.audit.folder import RESULT, Audit
from detector.contract import RESULT as COLUMNS
from detector.errors import AuditError
from detector.serve.wanted import Wanted

__all__ = ["BRIEF", "Found", "Night", "plain"]

Row = dict[str, Any]

BRIEF = (
    "platform, account_id, handle, level, suspicion, followers_suspicion, likes_suspicion, automation_suspicion, "
    "followers_excess, evidence, reason"
)
"""What a list shows of an account."""

_SOUGHT = (
    "platform, account_id, handle, level, suspicion, followers_suspicion, likes_suspicion, automation_suspicion, "
    "score, followers_score, likes_score, automation_score, followers_excess, as_of, evidence, cohort, "
    "reasons[1].sentence AS reason"
)
"""What is copied: the columns of `BRIEF`, and what accounts are found and sorted by."""

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
        self._scratch = TemporaryDirectory(prefix="detector-serve-")
        try:
            self._connection = _opened(
                audit, Path(self._scratch.name), memory, threads or min(os.cpu_count() or 1, 4)
            )
        except BaseException:
            self._scratch.cleanup()
            raise

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

    def find(self, wanted: Wanted, *, whole: bool = False) -> Found:
        """The accounts that are looked for, with the columns of `BRIEF`, or all of them.

        Raises
        ------
        AuditError
            The parts cannot be read any more.
        """
        where, parameters = wanted.where()
        total = self._ask(f"SELECT count(*) AS n FROM sought {where}", parameters)[0]["n"]  # noqa: S608 - our names
        rows = self._ask(
            f"SELECT {BRIEF} FROM sought {where} ORDER BY {wanted.order()} LIMIT $most OFFSET $first",  # noqa: S608
            {**parameters, "most": wanted.limit, "first": wanted.offset},
        )
        return Found(self._whole(rows) if whole and rows else rows, total)

    def _whole(self, brief: Sequence[Row]) -> list[Row]:
        """The whole rows of some accounts, in that order."""
        ids = {f"id{number}": row["account_id"] for number, row in enumerate(brief)}
        names = ", ".join(f"${name}" for name in ids)
        rows = self._ask(f"SELECT {WHOLE} FROM today WHERE account_id IN ({names})", ids)  # noqa: S608
        found = {(row["platform"], row["account_id"]): row for row in rows}
        return [found[row["platform"], row["account_id"]] for row in brief]

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
        """Close the parts, and remove what was copied."""
        self._connection.close()
        self._scratch.cleanup()

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


def _opened(audit: Audit, scratch: Path, memory: str, threads: int) -> Any:
    import duckdb

    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory,
        "threads": threads,
        "temp_directory": str(scratch / "spilled"),
    }
    connection = duckdb.connect(scratch / "sought.duckdb", config=config)
    folder = (audit.folder / RESULT).resolve()
    try:
        connection.execute("SET parquet_metadata_cache = true")
        _define(connection, [str(folder / part.name) for part in audit.parts])
        connection.execute(f"CREATE TABLE sought AS SELECT {_SOUGHT} FROM today")  # noqa: S608
        connection.execute("CHECKPOINT")
        _shut_in(connection, str(folder))
        connection.execute("SET lock_configuration = true")
    except duckdb.Error as error:
        said = str(error).strip().split("\n")[0].rstrip(".!")
        connection.close()
        raise AuditError(
            f"The parts of {audit.folder} cannot be read: {said}. Are they whole, and is there room on the disk?"
        ) from error
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
