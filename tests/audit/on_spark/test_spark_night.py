"""Spark gives the rows that this machine gives, to the last bit. All nights are of one session, which costs seconds."""

import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.populations import Population, write_population
from tests.audit.conftest import parts_of
from tests.conftest import SHORT_JAVA

NIGHTS = """
import json, sys, warnings
from pathlib import Path
warnings.simplefilter("error")
from detector import load_model
from detector.audit.on_spark import night
from detector.audit.run import Watch, audit
from detector.audit.settings import AuditSettings
from detector.errors import DetectorError
from detector.engines import spark as engine
engine.CHUNK_ROWS, engine.BATCH_ROWS, night.LEAST_ROWS = 4_000, 700, 15_000
model, said = load_model(), []
with engine.opened(2) as session:
    for one in json.loads(sys.argv[1]):
        options = {**one, "out": Path(one["out"]), "previous": one.get("previous") and Path(one["previous"])}
        try:
            audit(AuditSettings(engine="spark", **options), model, Watch(said.append, lambda *_: None))
        except DetectorError as error:
            said.append(f"{type(error).__name__}: {error}")
    assert session.conf.get("spark.sql.session.timeZone") == "UTC"
print(json.dumps(said))
"""


def odd_source(folder):
    """Keys and values that are seldom so, in a folder whose name stands for others, with folders that are columns."""
    source = folder / "odd [x] {ü}*?%20 a'b"
    for name in ("TikTok", "ig"):
        (source / "accounts" / f"platform={name}").mkdir(parents=True)
    (source / "posts").mkdir()
    (source / "snapshots").mkdir()
    ids = [
        " a ",
        "a",
        None,
        "",
        "b\x00",
        "'",
        "\\",
        "Ünï\u2003",
        "\U0001f600",
        "bad\x07id",
        "12.0",
        "a",
        "a b",
    ] + [f"{i:04}" for i in range(40)]
    n = len(ids)
    for i, name in enumerate(("TikTok", "ig")):
        rows = {
            "user_id": ids,
            "follower_count": [
                None if j % 7 == 6 else 5_000.0 + j + (0.5 if j % 11 == 10 else 0.0) for j in range(n)
            ],
            "likes": pa.array([j * 10**4 for j in range(n - 1)] + [2**64 - 1], pa.uint64()),
            "handle": [None if j % 5 == 4 else f"h{j}" + "\u202e" * (j % 6 == 1) for j in range(n)],
            "verified": ["yes" if j % 2 else "maybe" for j in range(n)],
        }
        pq.write_table(pa.table(rows), source / "accounts" / f"platform={name}" / f"{i}.parquet")
    days = np.datetime64("2026-03-01", "us") + np.arange(40).astype("timedelta64[D]")
    kinds = (pa.timestamp("ns"), pa.timestamp("us", "UTC"), pa.timestamp("ns", "UTC"), pa.date32())
    for i, kind in enumerate(kinds):
        times = pa.array(days.astype("datetime64[us]"), pa.timestamp("us"))
        rows = {
            "platform": ["tiktok", "TikTok", None, "myspace"] * 10,
            "account_id": [["a", "0001", "0002", None][j % (3 + i % 2)] for j in range(40)],
            "observed_at": times.cast(pa.timestamp("us")).cast(kind) if i < 3 else times.cast(kind),
            "followers": pa.array(
                [4_000 + 9 * day + i for day in range(40)], pa.int32() if i == 1 else pa.int64()
            ),
        }
        pq.write_table(pa.table(rows), source / "snapshots" / f"{i}.parquet")
    rows = {
        "platform": pa.array(["tiktok"] * 9_006).dictionary_encode(),
        "account_id": pa.array([12, 12, 12, 13, None, 13] + [77] * 9_000, pa.int64()),
        "post_id": [1, 1, 2, 1, 5, None, *range(9_000)],
        "views": [100, 120, 90, 0, 1, 2, *range(100, 9_100)],
        "likes": [10, 20, 500, 0, 1, 2, *range(10, 9_010)],
        "pinned": ["yes", "no", None, "maybe", "no", "no"] + [None] * 9_000,
    }
    pq.write_table(pa.table(rows), source / "posts" / "p.parquet")
    return source


def with_a_group(source, size=18):
    """Lifts followers of some accounts by the same amounts on the same four days."""
    looks = pa.concat_tables(pq.read_table(path) for path in sorted((source / "snapshots").iterdir()))
    accounts = pa.concat_tables(pq.read_table(path) for path in sorted((source / "accounts").iterdir()))
    followers = np.array(accounts.column("followers").to_pylist(), dtype=float)
    middling = np.flatnonzero((followers > 2_000) & (followers < 9_000))
    members = set(
        accounts.column("account_id").take(pa.array(middling[:: len(middling) // size])).to_pylist()
    )
    day = looks.column("observed_at").to_numpy().astype("datetime64[D]")
    values = looks.column("followers").to_pylist()
    own = [one in members for one in looks.column("account_id").to_pylist()]
    for ago, amount in ((4, 2_500), (9, 1_300), (14, 4_000), (21, 900)):
        later = day > day.max() - ago
        values = [
            value + amount if mine and after and value is not None else value
            for value, mine, after in zip(values, own, later.tolist(), strict=True)
        ]
    column = pa.array(values, looks.schema.field("followers").type)
    for path in (source / "snapshots").iterdir():
        path.unlink()
    lifted = looks.set_column(looks.schema.get_field_index("followers"), "followers", column)
    pq.write_table(lifted, source / "snapshots" / "part-00000.parquet")
    return source


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """Sources by name, and how each is to be read."""
    folder = tmp_path_factory.mktemp("sources")
    many = with_a_group(write_population(Population(2_000, giants=True), folder / "many"))
    odd = odd_source(folder)
    return {
        "many": (many, {}),
        "odd": (odd, {"mapping": {"followers": "follower_count"}, "platform": "youtube"}),
    }


@pytest.fixture(scope="module")
def nights(sources, tmp_path_factory):
    """The folders of all nights by name, and what was said; the second night of `odd` from its first."""
    if find_spec("pyspark") is None:
        return "pyspark is not installed: the Spark engine needs it"
    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        return "Java is not installed: Spark runs on it"
    folder = tmp_path_factory.mktemp("nights")
    wanted = [
        {"source": str(source), "out": str(folder / name), "incremental": name != "many", **options}
        for name, (source, options) in sources.items()
    ]
    source, options = sources["odd"]
    again = {"source": str(source), "out": str(folder / "second"), "previous": str(folder / "odd")}
    wanted.append({**again, "incremental": True, **options})
    environment = os.environ | SHORT_JAVA | {"SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
    ran = subprocess.run(
        [sys.executable, "-c", NIGHTS, json.dumps(wanted)], env=environment, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    return folder, json.loads(ran.stdout.splitlines()[-1])


@pytest.fixture
def spark(nights, required):
    """The folder of a night by name."""
    if isinstance(nights, str):
        required(nights)
    folder, said = nights
    assert not [line for line in said if "Error" in line]
    return lambda name: folder / name


def summary_of(folder):
    """What both engines say of a night."""
    summary = json.loads((folder / "summary.json").read_text())
    for name in ("seconds", "finished_at", "asked", "parts", "carry"):
        summary.pop(name, None)
    for name in ("engine", "workers", "rows_per_bucket", "incremental", "previous"):
        summary["settings"].pop(name)
    return summary


@pytest.mark.parametrize("name", ["many", "odd"])
def test_a_night_on_spark_is_a_night_of_this_machine(spark, sources, audited, tmp_path, name):
    source, options = sources[name]
    _, here = audited(source, tmp_path / name, **options)
    there = spark(name)
    assert parts_of(there, crowd=True).equals(parts_of(here, crowd=True))
    assert pq.read_table(there / "set_aside.parquet").equals(pq.read_table(here / "set_aside.parquet"))
    for file in ("flagged.csv", "groups.csv", "groups.parquet", "index.html"):
        assert (there / file).read_bytes() == (here / file).read_bytes()
    assert summary_of(there) == summary_of(here)


def test_who_moves_together_is_found_on_spark(spark):
    """Of several parts: tasks leave what is notable, groups are found of all, and tasks put the columns beside."""
    members = pq.read_table(spark("many") / "groups.parquet").to_pylist()
    assert {row["kind"] for row in members} == {"lockstep"}
    assert len(members) >= 15
    rows = parts_of(spark("many"), crowd=True).to_pylist()
    assert sum(bool(row["batch_groups"]) for row in rows) == len(members)
    whose = [path for path in (spark("many") / "result").iterdir() if _groups_in(path)]
    assert len(whose) > 1


def _groups_in(path):
    return any(pq.read_table(path).column("batch_groups").to_pylist())


def test_every_range_is_a_part_and_parts_are_in_order(spark):
    parts = sorted((spark("many") / "result").iterdir())
    assert len(parts) > 3
    assert len(parts) == json.loads((spark("many") / "summary.json").read_text())["parts"]
    keys = parts_of(spark("many")).select(["platform", "account_id"]).to_pylist()
    assert keys == sorted(keys, key=lambda key: (key["platform"], key["account_id"]))


def test_beside_every_part_lies_what_the_next_night_carries_over(spark):
    parts, kept = (
        sorted(path.name for path in (spark("odd") / one).iterdir()) for one in ("result", "carry")
    )
    assert parts == kept
    assert not (spark("many") / "carry").exists()


def test_an_incremental_night_on_spark_carries_over_and_is_the_same(spark):
    """Accounts with rows set aside or odd ids are judged again, the others are not."""
    first, second = (spark(name) for name in ("odd", "second"))
    said = json.loads((second / "summary.json").read_text())
    assert 20 < said["carry"]["accounts"] < said["accounts"]["scored"] + said["accounts"]["insufficient_data"]
    assert parts_of(second, crowd=True).equals(parts_of(first, crowd=True))
    assert pq.read_table(second / "set_aside.parquet").equals(pq.read_table(first / "set_aside.parquet"))
    assert summary_of(second)["drift"] == summary_of(first)["drift"]
