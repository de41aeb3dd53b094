"""What an audit is asked to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["ROWS_PER_BYTE", "AuditSettings"]

ROWS_PER_BYTE = 1 / 1200
"""Rows of a bucket for each byte that a worker may use. A million accounts of 41 rows, two workers and 1 GB peak at
1.25 GB with this, of which the processes themselves are 0.4 GB (benchmarks/results/audit.json)."""

LEAST_FOR_DATABASE = 200_000_000
"""Bytes; DuckDB sorts and groups by spilling below its limit, and fails where that is smaller still."""


@dataclass(frozen=True, slots=True)
class AuditSettings:
    """What decides the bytes of the result, and how it is worked out.

    Attributes
    ----------
    source : str
        As `detector.sources.read` takes it.
    out : Path
    model : str, optional
        Address of the model; None is the shipped one.
    platform, mapping, tables, queries
        As `detector.sources.read` takes them.
    since : str, optional
        ISO time: accounts without a newer row are counted, not judged.
    reasons : str
        ``worst`` or ``all``.
    top : int
        Accounts in flagged.csv.
    previous : Path, optional
        Folder of the audit to compare with.
    incremental : bool
        Accounts whose rows are those that `previous` judged are carried over from it, where the same model, program and
        options judged; and what the next night needs for that is kept.
    crowd : bool
        Whether signals across accounts are added, as columns `batch_*` and as groups.
    database : str, optional
        Address of a PostgreSQL database that takes the result too.
    memory : int
        Bytes that the audit should keep to, workers included.
    workers : int
        Processes that judge.
    engine : str
        Who does the work: ``local`` processes, or ``spark``.
    """

    source: str
    out: Path
    model: str | None = None
    platform: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, str] = field(default_factory=dict)
    queries: Mapping[str, str] = field(default_factory=dict)
    since: str | None = None
    reasons: str = "worst"
    top: int = 500
    previous: Path | None = None
    incremental: bool = False
    crowd: bool = True
    database: str | None = None
    memory: int = 1_000_000_000
    workers: int = 1
    engine: str = "local"

    @property
    def rows_per_bucket(self) -> int:
        """Rows that a bucket may hold, giants aside: an account is never divided."""
        return max(int(self.memory / self.workers * ROWS_PER_BYTE), 20_000)

    @property
    def database_memory(self) -> str:
        """What DuckDB may use, as it is told: two fifths, for Arrow and NumPy hold batches of the same rows."""
        return f"{max(self.memory // 5 * 2, LEAST_FOR_DATABASE) // 1_000_000}MB"
