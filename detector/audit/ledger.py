"""Ledger: what is done, written down after it is there whole. A run that was killed goes on from it."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from detector.errors import DetectorError
from detector.outputs.atomic import replacing

__all__ = ["Entry", "as_entry", "entries", "note", "read_json", "write_json"]


@dataclass(frozen=True, slots=True)
class Entry:
    """What one bucket came to; all numbers are counts.

    `rows` is (read, used, set aside) by table. accounts = scored + insufficient + set_aside + not_new.
    `odd_ids` are ids that other tools may have changed, by table. `tally` is what drift is told by. `carried` of the
    accounts were not judged anew, since their rows are those of the night before.
    """

    bucket: int
    rows: Mapping[str, tuple[int, int, int]]
    accounts: int
    scored: int
    insufficient: int
    set_aside: int
    not_new: int
    levels: Mapping[str, int]
    faults: int
    cleaned: Mapping[str, int]
    odd_ids: Mapping[str, list[str]]
    part_bytes: int
    tally: Mapping[str, Any] = field(default_factory=dict)
    carried: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def write_json(path: Path, value: Any) -> None:
    """Write plain values so that they are there whole or not at all, and stay after a loss of power."""
    with replacing(path) as stream:
        stream.write(json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace"))
    with suppress(OSError):
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def read_json(path: Path) -> Any | None:
    """What was written there, None where nothing was.

    Raises
    ------
    DetectorError
        It is damaged.
    """
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise DetectorError(
            f"{path} is damaged: {error}. Run the audit with --restart to begin anew."
        ) from error


def note(folder: Path, entry: Entry) -> None:
    """Write down that a bucket is done."""
    write_json(folder / f"{entry.bucket:05d}.json", entry.as_dict())


def entries(folder: Path) -> dict[int, Entry]:
    """What is written down, by bucket."""
    found = {}
    for path in sorted(folder.glob("[0-9]*.json")):
        entry = as_entry(read_json(path))
        found[entry.bucket] = entry
    return found


def as_entry(plain: Any) -> Entry:
    """The entry that `Entry.as_dict` made plain."""
    rows = {name: (int(a), int(b), int(c)) for name, (a, b, c) in plain["rows"].items()}
    return Entry(**{**plain, "rows": rows})
