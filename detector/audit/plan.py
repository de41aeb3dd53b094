"""Plan: what decides every byte of an audit, found out once and written down before the work."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detector.audit.folder import SCHEMA, finished
from detector.audit.routing import Bound, Platforms, bounds_of, platforms_of
from detector.audit.settings import AuditSettings
from detector.audit.staging import Staged, fingerprint, read_whole, stage
from detector.sources.address import masked
from detector.sources.streams import NotStreamable, Stream

if TYPE_CHECKING:
    from detector.model.model import Model

__all__ = ["Plan", "asked", "make_plan"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What an audit of a source will be.

    Attributes
    ----------
    asked : str
        Hash of what was asked for: settings, model, version of the tool. Another command has another.
    fingerprint : str, optional
        Of the source's files.
    staged : Staged
    platforms : tuple of Platforms
        For each stream.
    bounds : tuple of Bound
    model_version : str
    settings : mapping
        As plain values, for the summary and for workers.
    """

    asked: str
    fingerprint: str | None
    staged: Staged
    platforms: tuple[Platforms, ...]
    bounds: tuple[Bound, ...]
    model_version: str
    settings: Mapping[str, Any]

    @property
    def streams(self) -> tuple[Stream, ...]:
        return self.staged.streams

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "asked": self.asked,
            "fingerprint": self.fingerprint,
            "staged": self.staged.as_dict(),
            "platforms": [asdict(one) for one in self.platforms],
            "bounds": self.bounds,
            "model_version": self.model_version,
            "settings": dict(self.settings),
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Plan":
        platforms = tuple(Platforms(tuple(one["found"]), tuple(one["known"])) for one in plain["platforms"])
        bounds = tuple((str(platform), str(one)) for platform, one in plain["bounds"])
        return cls(
            plain["asked"],
            plain["fingerprint"],
            Staged.from_dict(plain["staged"]),
            platforms,
            bounds,
            plain["model_version"],
            plain["settings"],
        )


def asked(settings: AuditSettings, model: "Model") -> tuple[str, dict[str, Any]]:
    """A hash of all that decides the rows of the result beside the source, and the settings as plain values.

    Memory and workers only decide where parts are cut, which a plan holds: they may change when a run goes on.
    """
    from detector import __version__

    said = {
        "source": masked(settings.source),
        "platform": settings.platform,
        "mapping": dict(settings.mapping),
        "tables": dict(settings.tables),
        "queries": dict(settings.queries),
        "since": settings.since,
        "reasons": settings.reasons,
        "top": settings.top,
        "previous": None if settings.previous is None else str(settings.previous),
        "engine": settings.engine,
        "incremental": settings.incremental,
        "crowd": settings.crowd,
        "rows_per_bucket": settings.rows_per_bucket,
        "workers": settings.workers,
    }
    before = None if settings.previous is None else finished(settings.previous).finished_at
    bytes_of = {name: value for name, value in said.items() if name not in ("rows_per_bucket", "workers")}
    whole = {**bytes_of, "before": before, "model": model.version, "tool": __version__, "schema": SCHEMA}
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest(), said


def make_plan(settings: AuditSettings, model: "Model", work: Path, connection: Any) -> Plan:
    """Look at the source, and decide how it is divided.

    Raises
    ------
    SourceError, UsageError
        As `detector.sources.read`.
    """
    from detector.sources.keys import check_platform

    seen = fingerprint(settings.source)
    default = check_platform(settings.platform)
    staged = stage(settings, work / "staged")
    try:
        platforms = [platforms_of(connection, stream, default) for stream in staged.streams]
    except NotStreamable as why:
        staged = read_whole(settings, work / "staged", str(why))
        platforms = [platforms_of(connection, stream, default) for stream in staged.streams]
    n_rows = sum(stream.n_rows for stream in staged.streams)
    # a few buckets a worker even of small sources, so that all have something to do to the end
    rows_per_bucket = min(settings.rows_per_bucket, max(n_rows // (4 * settings.workers), 20_000))
    pairs = list(zip(staged.streams, platforms, strict=True))
    bounds = bounds_of(connection, pairs, rows_per_bucket) if settings.engine == "local" else ()
    number, said = asked(settings, model)
    return Plan(number, seen, staged, tuple(platforms), bounds, model.version, said)
