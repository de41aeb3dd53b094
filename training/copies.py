"""Copies: which fetched folder each address of each registry last led to, for when the registry cannot be reached."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from detector.how_many import how_many
from detector.outputs.atomic import replacing
from training.tracking import Store

__all__ = ["Copy", "recall", "remember"]


@dataclass(frozen=True, slots=True)
class Copy:
    """A fetched folder and when it was last known to be what the address leads to, UTC."""

    folder: Path
    known_at: datetime

    def age(self, now: datetime) -> str:
        """How long ago that was, in words.

        >>> Copy(Path("x"), datetime(2026, 1, 1, tzinfo=UTC)).age(datetime(2026, 1, 3, 5, tzinfo=UTC))
        '2 days'
        """
        passed = max(now - self.known_at, timedelta(0))
        for length, word in ((timedelta(days=1), "day"), (timedelta(hours=1), "hour")):
            if passed >= length:
                return how_many(passed // length, word)
        return how_many(passed // timedelta(minutes=1), "minute")


def remember(cache: Path, place: Store, address: str, folder: str, now: datetime | None = None) -> None:
    """Writes down that an address leads to a folder of the cache."""
    content = {"address": address, "folder": folder, "known_at": (now or datetime.now(UTC)).isoformat()}
    path = _note(cache, place, address)
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as stream:
        stream.write(json.dumps(content).encode())


def recall(cache: Path, place: Store, address: str) -> Copy | None:
    """What the same address of the same registry last led to; None where nothing readable was written down."""
    try:
        content = json.loads(_note(cache, place, address).read_text(encoding="utf-8"))
        if content["address"] != address or not str(content["folder"]).isalnum():
            return None
        return Copy(cache / content["folder"], datetime.fromisoformat(content["known_at"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _note(cache: Path, place: Store, address: str) -> Path:
    return cache / ".addresses" / (sha256(f"{place.uri}\0{address}".encode()).hexdigest()[:32] + ".json")
