"""Earlier: what of a bucket an earlier audit judged already, of the very same rows.

Carried over is an account whose print is that of the earlier night, where the same model, the same program and the same
options judged. No verdict asks a clock (`detector.repair.times`), so the same rows have the same verdict today.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from detector.audit.carry.kept import Kept, keys_of, marks_in, notable_in
from detector.audit.carry.marks import Marks
from detector.audit.carry.prints import Prints
from detector.audit.folder import finished
from detector.crowd.notable import Notable
from detector.owners import Key

if TYPE_CHECKING:
    import pyarrow as pa

    from detector.audit.folder import Audit

__all__ = ["Carried", "Earlier", "conditions", "conditions_of", "earlier", "earlier_of"]


def conditions(
    model_version: str, reasons: str, engine: str = "local", *, crowd: bool = True
) -> dict[str, str]:
    """All that decides the bytes of a verdict beside the account's own rows, by what a person calls it.

    The engine decides none of them, but each hashes rows in its own way; nor does looking across accounts, but
    what that needs of an account is kept only where it is done.
    """
    from importlib.metadata import version
    from platform import machine

    return {
        "model": model_version,
        "program": _program(),
        "reasons": reasons,
        "engine": engine,
        "packages": " ".join(f"{name} {version(name)}" for name in ("duckdb", "numpy", "pyarrow")),
        "processor": machine(),
        "choice of --crowd": "yes" if crowd else "no",
    }


def _program() -> str:
    """A hash of the program's own text: the number of a version stands still while people work on it."""
    import detector

    root, whole = Path(detector.__file__).parent, hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        whole.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return f"{detector.__version__}-{whole.hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class Carried:
    """The accounts of a bucket that are carried over, in any order: keys, rows of the result without what was found
    across accounts, marks, and what of them to look at across accounts today.
    """

    keys: list[Key]
    table: "pa.Table"
    marks: Marks
    notable: Notable | None

    def columns(self) -> dict[str, NDArray[Any]]:
        """What a tally counts of the rows, as object arrays (n,)."""
        names = ("platform", "level", "support", "evidence", "cohort")
        return {name: np.array(self.table.column(name).to_pylist(), dtype=object) for name in names}

    @property
    def n_faults(self) -> int:
        """Faults that the rows tell of."""
        import pyarrow.compute as pc

        return int(pc.sum(pc.list_value_length(self.table.column("faults"))).as_py() or 0)


@dataclass(frozen=True, slots=True)
class Earlier:
    """The parts of an earlier audit with what was kept beside them."""

    parts: tuple[Kept, ...]

    def of(self, today: Prints) -> Carried | None:
        """Who of these accounts can be carried over; None where it is nobody.

        Raises
        ------
        AuditError
            The earlier audit's files are gone or damaged.
        """
        if not today.keys:
            return None
        low, high, prints = min(today.keys), max(today.keys), today.as_dict()
        found = [_same(one, prints) for one in self.parts if one.last >= low and one.first <= high]
        some = [one for one in found if one is not None]
        if not some:
            return None
        import pyarrow as pa

        whole = pa.concat_tables([one.table for one in some])
        keys = [key for one in some for key in one.keys]
        seen = [one.notable for one in some if one.notable is not None]
        notable = Notable.concat(seen) if len(seen) == len(some) else None
        return Carried(keys, whole, Marks.concat(one.marks for one in some), notable)


def earlier(audit: "Audit", said: Mapping[str, str]) -> tuple[Earlier | None, str]:
    """What can be carried over from an audit under today's `conditions`; or None, and why not.

    Raises
    ------
    AuditError
        Its files are gone or damaged.
    """
    kept: Any = audit.summary.get("carry")
    if not isinstance(kept, dict):
        return None, "it was made without --incremental and kept nothing to carry over"
    other = [name for name in said if kept.get("conditions", {}).get(name) != said[name]]
    if other:
        return None, f"it was judged under another {' and another '.join(other)}"
    parts = [Kept.opened(audit.folder, part) for part in audit.parts]
    return Earlier(tuple(part for part in parts if part is not None)), ""


def earlier_of(settings: Mapping[str, Any], model_version: str) -> tuple[Earlier | None, str]:
    """The same from the settings that a plan holds."""
    if not settings["incremental"]:
        return None, ""
    if settings["previous"] is None:
        return None, "there is no earlier audit"
    return earlier(finished(Path(settings["previous"]).resolve()), conditions_of(settings, model_version))


def conditions_of(settings: Mapping[str, Any], model_version: str) -> dict[str, str]:
    """Today's conditions, from the settings that a plan holds."""
    return conditions(model_version, settings["reasons"], settings["engine"], crowd=settings["crowd"])


def _same(kept: Kept, prints: Mapping[Key, int]) -> Carried | None:
    keys, table = kept.accounts()
    known: Sequence[int | None] = table.column("print").to_pylist()
    rows = [
        i
        for i, (key, one) in enumerate(zip(keys, known, strict=True))
        if one is not None and prints.get(key) == one
    ]
    if not rows:
        return None
    at = np.array(rows, dtype=np.intp)
    result = _own(kept.result()).take(at)
    own = keys_of(result)
    return Carried(own, result, marks_in(table).take(at), notable_in(own, table.take(at)))


def _own(table: "pa.Table") -> "pa.Table":
    """The columns of `RESULT` under its types: what is found across accounts is found anew every night."""
    import pyarrow as pa

    from detector.verdict import Result

    schema = Result.empty().to_arrow().schema
    return pa.table([table.column(field.name).cast(field.type) for field in schema], schema=schema)
