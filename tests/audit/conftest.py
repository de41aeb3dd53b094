"""Audits made by hand and out of the sample creators, as an engine leaves them: parts of a result and a summary."""

import functools
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detector.audit.folder import SCHEMA, Audit, finished
from detector.audit.reports.rows import Bounds
from detector.contract import AXES, RESULT
from detector.verdict import Innocent, Reason, Result

ROOT = Path(__file__).parents[2]
HOSTILE = "=1+2\x1b[31m\u202e<script>alert(1)</script>\x00\n\"'&" + "\u0301" * 5
VERSION = "default-0123456789ab"
KEY = [("platform", "ascending"), ("account_id", "ascending")]

_P = {"ordinary": 0.6, "unusual": 0.04, "suspicious": 0.004, "insufficient_data": None}


def make_reason(signal: str, contribution: float, axis: str = "followers", sentence: str = "") -> Reason:
    """A reason that adds `contribution`."""
    said = sentence or f"{signal} is odd."
    return Reason(signal, axis, 5.0, 1.0, "times", 99.0, contribution, said)


def make_row(account_id: str, level: str = "ordinary", **changes: Any) -> dict[str, Any]:
    """A row of a result; its p-value goes with its level."""
    p_value = changes.pop("p_value", _P[level])
    suspicion = None if p_value is None else 100.0 * (1.0 - p_value)
    explained = level in ("unusual", "suspicious")
    row = (
        {f"{axis}_{what}": None for axis in AXES for what in ("suspicion", "score")}
        | {"needed": ()}
        | {
            "platform": "tiktok",
            "account_id": account_id,
            "handle": f"handle_{account_id}",
            "suspicion": suspicion,
            "p_value": p_value,
            "followers_suspicion": suspicion,
            "score": None if p_value is None else -float(np.log10(p_value)),
            "level": level,
            "support": "outside" if p_value is None else "inside",
            "as_of": "2026-05-03T00:00:00",
            "evidence": "profile",
            "followers_expected": 1000.0,
            "followers_excess": 2.5,
            "reasons": (make_reason("followers_beyond_engagement", 2.0),) if explained else (),
            "innocent": (
                Innocent("Posts were deleted.", checked=False, ruled_out=False),
                Innocent("A star who seldom posts.", checked=True, ruled_out=False),
                Innocent("Fame made elsewhere.", checked=True, ruled_out=True),
            )
            if explained
            else (),
            "cohort": "tiktok, 10K to 100K followers",
            "cohort_size": 412,
            "model_version": VERSION,
        }
    )
    return row | changes


def build(rows: Sequence[dict[str, Any]]) -> Result:
    """A result of these rows, ordered by key; what a row does not say is missing."""
    rows = sorted(rows, key=lambda row: (row["platform"], row["account_id"]))
    absent = {"number": float("nan"), "count": float("nan"), "time": "NaT", "list": (), "records": ()}

    def value(row: dict[str, Any], name: str, kind: str) -> Any:
        return absent.get(kind) if row.get(name) is None else row[name]

    return Result({c.name: [value(row, c.name, c.kind) for row in rows] for c in RESULT})


def write_audit(
    folder: Path, result: Result, *, part: int = 7, day: int = 3, version: str = VERSION, **summary: Any
) -> Audit:
    """A finished audit of a result that is ordered by key, `part` accounts a file."""
    import pyarrow.parquet as pq

    (folder / "result").mkdir(parents=True)
    table = result.to_arrow()
    starts = range(0, len(result), part)
    for i, start in enumerate(starts):
        pq.write_table(table.slice(start, part), folder / "result" / f"part-{i:05}.parquet")
    said = {
        "schema": SCHEMA,
        "finished_at": f"2026-05-{day:02}T03:00:00Z",
        "model_version": version,
        "parts": len(starts),
    }
    (folder / "summary.json").write_text(json.dumps(said | summary))
    return finished(folder)


@pytest.fixture
def audit(tmp_path: Path) -> Callable[..., Audit]:
    """Write an audit: `audit("monday", rows, part=2, day=4)`."""

    def made(name: str, rows: Sequence[dict[str, Any]] | Result, **options: Any) -> Audit:
        result = rows if isinstance(rows, Result) else build(rows)
        return write_audit(tmp_path / name, result, **options)

    return made


@pytest.fixture
def bounds(tmp_path: Path) -> Bounds:
    """Little memory, and a folder to spill into."""
    return Bounds(tmp_path / "scratch", memory="100MB")


@pytest.fixture(scope="session")
def sample() -> Result:
    """The sample creators as the shipped model judges them, ordered by key."""
    from detector import api

    result = api.judge(api.read(ROOT / "data" / "sample"))
    keys = [result.columns["account_id"].astype(str), result.columns["platform"].astype(str)]
    return result.take(np.lexsort(keys))


@pytest.fixture(scope="session")
def suspicious(sample: Result) -> int:
    """How many of them it calls suspicious."""
    found = int(np.sum(sample.columns["level"] == "suspicious"))
    assert found > 0
    return found


@pytest.fixture
def row() -> Callable[..., dict[str, Any]]:
    """A row of a result: `row("7", "suspicious", score=9.0)`."""
    return make_row


@pytest.fixture
def reason() -> Callable[..., Reason]:
    """A reason: `reason("follower_refills", 3.0, "followers", "A sentence.")`."""
    return make_reason


@pytest.fixture
def hostile() -> str:
    """Text that is a formula, a script, an escape and an override of direction at once."""
    return HOSTILE


@pytest.fixture(scope="session")
def model():
    from detector import load_model

    return load_model()


@pytest.fixture(scope="session")
def lives(tmp_path_factory) -> Path:
    """300 invented creators with posts and histories, as folders of Parquet parts in scattered order."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from training.simulate.population import write_population

    whole = tmp_path_factory.mktemp("lives")
    write_population(whole / "whole", n=300, seed=4242)
    scattered = whole / "scattered"
    rng = np.random.default_rng(7)
    for table in ("accounts", "posts", "snapshots"):
        (scattered / table).mkdir(parents=True)
        rows = pq.read_table(whole / "whole" / table)
        rows = rows.take(pa.array(rng.permutation(rows.num_rows)))
        for i in range(3):
            size = -(-rows.num_rows // 3)
            pq.write_table(rows.slice(i * size, size), scattered / table / f"part-{i}.parquet")
    return scattered


@pytest.fixture
def audited(model, tmp_path, monkeypatch) -> Callable[..., tuple[dict[str, Any], Path]]:
    """Audit a source in small buckets; gives the summary and the folder. This process loads the shipped model once."""
    from detector import api
    from detector.audit.run import Watch, audit
    from detector.audit.settings import AuditSettings

    load = api.load_model
    monkeypatch.setattr(api, "load_model", lambda address=None: model if address is None else load(address))

    def run(source: object, out: Path | None = None, *, restart: bool = False, **more: Any):
        folder = out or tmp_path / "audit"
        settings = AuditSettings(str(source), folder, **more)
        return audit(settings, model, Watch(lambda _: None, lambda *_: None), restart=restart), folder

    return run


def parts_of(folder: Path, *, crowd: bool = False) -> Any:
    """The whole result of an audit as an Arrow table: the columns of `score`, or with `crowd` all of them."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    parts = [pq.read_table(part) for part in sorted((folder / "result").glob("*.parquet"))]
    whole = pa.concat_tables(parts)
    return whole if crowd else whole.select([column.name for column in RESULT])


@pytest.fixture(scope="session")
def whole(lives, model, tmp_path_factory) -> Callable[[int], Path]:
    """The folder of a night of `lives` that nothing disturbed, by its number of workers. Tests read it only."""
    from detector.audit.run import Watch, audit
    from detector.audit.settings import AuditSettings

    @functools.cache
    def made(workers: int) -> Path:
        folder = tmp_path_factory.mktemp("whole") / "night"  # which the page shows
        settings = AuditSettings(str(lives), folder, crowd=True, workers=workers)
        audit(settings, model, Watch(lambda _: None, lambda *_: None))
        return folder

    return made


def scored(source, model, **more):
    """What `detector score` gives, in the order of keys, and the tables it was given."""
    from detector import api

    tables = api.read(source, **more)
    return api.score(tables, model).sort_by(KEY), tables


def assert_same(audited, source, model, out=None, **more):
    """Audit a source and find in its parts what `detector score` gives, rows set aside included; the summary."""
    import pyarrow.parquet as pq

    summary, folder = audited(source, out, **more)
    expected, tables = scored(source, model, **more)
    found = parts_of(folder)
    assert found.equals(expected)
    aside = pq.read_table(folder / "set_aside.parquet").to_pylist()
    told = {(row["table"], row["where"], row["reason"], row["expected"]) for row in aside}
    assert told == {(row.table, row.where, row.reason, row.expected) for row in tables.set_aside}
    assert len(aside) == len(tables.set_aside)
    for name, rows in summary["rows"].items():
        assert rows["read"] == tables.rows_read.get(name, 0)
    return summary


def everything(folder: Path) -> dict[str, bytes]:
    """All files of an audit by name; seconds, which no two runs share, left out of the summary."""
    found = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    summary = json.loads(found.pop("summary.json"))
    del summary["seconds"], summary["finished_at"]
    return {**found, "summary.json": json.dumps(summary).encode()}
