"""The rows of one or two audits, asked for in SQL: DuckDB reads the parts under a memory limit, and spills."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from glob import escape
from pathlib import Path
from typing import Any

from detector.errors import AuditError

__all__ = ["Bounds", "Rows", "opened"]

_BATCH = 2_048


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a question may take.

    Attributes
    ----------
    scratch : Path
        Folder for what does not fit into memory; made when it is needed.
    memory : str
        As DuckDB reads it: ``512MB``.
    threads : int
    """

    scratch: Path
    memory: str = "512MB"
    threads: int = 1


class Rows:
    """Relations `today` and, with a previous audit, `before`: every column of the result."""

    def __init__(self, connection: Any, *, has_before: bool) -> None:
        self._connection, self.has_before = connection, has_before

    def ask(self, statement: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        """The rows that a query finds, as dictionaries: times with their zone, records as lists of dictionaries."""
        with _errors():
            relation = self._connection.sql(statement, params=parameters or None)
            for batch in relation.to_arrow_reader(_BATCH):
                yield from batch.to_pylist()


@contextmanager
def opened(today: Sequence[Path], before: Sequence[Path] | None, bounds: Bounds) -> Iterator[Rows]:
    """Open the parts of a result, and of the one before it where there is one.

    Raises
    ------
    AuditError
        A part is missing or damaged (also while rows are asked for), or there is no room to work in.
    """
    import duckdb

    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": bounds.memory,
        "threads": bounds.threads,
        "temp_directory": str(bounds.scratch),
        "preserve_insertion_order": False,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    with _errors(), closing(duckdb.connect(config=config)) as connection:
        for name, parts in {"today": today, "before": before}.items():
            if parts:
                files = ", ".join("'" + escape(str(part)).replace("'", "''") + "'" for part in parts)
                connection.execute(f"CREATE TEMP VIEW {name} AS SELECT * FROM read_parquet([{files}])")  # noqa: S608
            elif parts is not None:  # an audit of no accounts
                from detector.verdict import Result

                connection.register(name, Result.empty().to_arrow())
        yield Rows(connection, has_before=before is not None)


@contextmanager
def _errors() -> Iterator[None]:
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        said = str(error).strip().split("\n")[0].rstrip(".!")
        raise AuditError(
            f"The parts of an audit cannot be read: {said}. Are they whole, and is there room on the disk?"
        ) from error
