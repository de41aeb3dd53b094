"""An incremental night is a full one: the same bytes, for the price of the accounts that changed."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from detector.audit import plan, run
from detector.audit.carry.earlier import conditions, earlier
from detector.audit.carry.kept import Kept, kept_file
from detector.audit.folder import finished
from detector.audit.routing import bounds_of
from detector.cli import audit as command
from detector.errors import AuditError, DetectorError, UsageError
from tests.audit.conftest import parts_of

N = 60
"""Accounts."""


@pytest.fixture(scope="module")
def creators(tmp_path_factory):
    """Some invented creators with posts and histories."""
    from training.simulate.population import write_population

    folder = tmp_path_factory.mktemp("creators")
    write_population(folder, n=N, seed=11)
    return folder


@pytest.fixture(autouse=True, scope="module")
def _several_parts():
    """So few accounts would be one part."""
    with pytest.MonkeyPatch.context() as patch:
        cut(patch, 2_000)
        yield


def cut(patch, rows):
    """Cut the parts of nights to come at about so many rows."""
    patch.setattr(plan, "bounds_of", lambda connection, streams, _: bounds_of(connection, streams, rows))


@pytest.fixture(scope="module")
def yesterday(creators, model, tmp_path_factory, _several_parts):
    """The folder of a night that kept what the next one carries over."""
    from detector.audit.run import Watch, audit
    from detector.audit.settings import AuditSettings

    folder = tmp_path_factory.mktemp("nights") / "yesterday"
    settings = AuditSettings(str(creators), folder, incremental=True)
    audit(settings, model, Watch(lambda _: None, lambda *_: None))
    assert len(list((folder / "result").iterdir())) > 2
    return folder


@pytest.fixture
def today(creators, tmp_path):
    """The source of a day later, to be changed."""
    shutil.copytree(creators, tmp_path / "today")
    return tmp_path / "today"


def files_of(folder: Path) -> dict[str, bytes]:
    """The files that people and programs read, by name; of the summary what both kinds of a night say."""
    found = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.parent.name != "carry"
    }
    summary = json.loads(found.pop("summary.json"))
    for name in ("seconds", "finished_at", "asked", "carry"):
        summary.pop(name, None)
    summary["settings"].pop("incremental")
    return {**found, "summary": json.dumps(summary).encode()}


def assert_equal_to_full(audited, source, yesterday, tmp_path, **more):
    """Audit a source both ways; gives how many accounts were carried over, and the incremental night's folder."""
    summary, folder = audited(
        source, tmp_path / "some" / "night", previous=yesterday, incremental=True, **more
    )
    _, full = audited(source, tmp_path / "all" / "night", previous=yesterday, **more)
    assert files_of(folder) == files_of(full)
    return summary["carry"]["accounts"], folder


def changed(folder, table, change):
    """Rewrite the parts of a table: `change` gets all rows, and gives those that stay."""
    parts = sorted((folder / table).iterdir())
    schema = pq.read_schema(parts[0])
    rows = [row for part in parts for row in pq.read_table(part).to_pylist()]
    pq.write_table(pa.Table.from_pylist(change(rows), schema), parts[0])
    for part in parts[1:]:
        part.unlink()


def test_where_nothing_changed_everybody_is_carried_over(audited, today, yesterday, tmp_path):
    """Rows stand in another order and in other files: that is no change."""
    rng = np.random.default_rng(5)
    for table in ("accounts", "posts", "snapshots"):
        changed(today, table, lambda rows: [rows[i] for i in rng.permutation(len(rows))])
    carried, folder = assert_equal_to_full(audited, today, yesterday, tmp_path)
    assert carried == N
    kept = sorted((folder / "carry").iterdir())
    assert [path.read_bytes() for path in kept] == [
        (yesterday / "carry" / path.name).read_bytes() for path in kept
    ]


def test_new_looks_a_new_account_a_vanished_one_and_a_changed_post(audited, today, yesterday, tmp_path):
    """Each kind of change in another account: these are judged, the others carried over, and it is a full night."""
    ids = sorted(pq.read_table(today / "accounts").column("account_id").to_pylist())
    looked, posted, vanished, renamed, unlisted = ids[3], ids[14], ids[25], ids[36], ids[47]

    def look(rows):
        own = max((row for row in rows if row["account_id"] == looked), key=lambda row: row["observed_at"])
        new = {**own, "observed_at": own["observed_at"] + np.timedelta64(1, "D").item()}
        new["followers"] = 3 * (own["followers"] or 1_000)
        return [row for row in rows if row["account_id"] not in (vanished, unlisted)] + [new]

    def post(rows):
        own = next(row for row in rows if row["account_id"] == posted and row["likes"] is not None)
        own["likes"] += 1
        return [row for row in rows if row["account_id"] != vanished]

    def account(rows):
        for row in rows:
            row["handle"] = "another" if row["account_id"] == renamed else row["handle"]
        kept = [row for row in rows if row["account_id"] != vanished]
        return [*kept, {**kept[0], "account_id": "0 new"}]

    changed(today, "snapshots", look)
    changed(today, "posts", post)
    changed(today, "accounts", account)
    carried, folder = assert_equal_to_full(audited, today, yesterday, tmp_path)
    with_history = set(pq.read_table(yesterday / "result").column("account_id").to_pylist())
    assert {looked, posted, vanished, renamed, unlisted} <= with_history
    assert carried in (N - 5, N - 4)  # an account that never had looks lost none
    found = set(parts_of(folder).column("account_id").to_pylist())
    assert "0 new" in found
    assert vanished not in found
    assert (folder / "changes.csv").exists()


def test_the_night_after_carries_over_from_an_incremental_one(audited, today, yesterday, tmp_path):
    """A third night of other parts: what was carried over once is carried over again."""
    _, second = audited(today, tmp_path / "second", previous=yesterday, incremental=True)
    changed(today, "accounts", lambda rows: [row | {"following": 1} for row in rows[:10]] + rows[10:])
    summary, third = audited(
        today, tmp_path / "third", previous=second, incremental=True, workers=1, memory=400_000_000
    )
    assert N - 10 <= summary["carry"]["accounts"] < N
    _, full = audited(today, tmp_path / "full" / "third", previous=second, memory=400_000_000)
    assert parts_of(third, crowd=True).equals(parts_of(full, crowd=True))


def test_bounds_of_parts_may_differ_between_nights(audited, creators, yesterday, tmp_path, monkeypatch):
    """One part becomes many: rows are looked up by key, wherever they lay."""
    cut(monkeypatch, 600)
    carried, folder = assert_equal_to_full(audited, creators, yesterday, tmp_path)
    assert carried == N
    assert len(list((folder / "result").iterdir())) > len(list((yesterday / "result").iterdir()))


def test_under_another_model_everybody_is_judged(audited, creators, yesterday, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(yesterday, other)
    summary = json.loads((other / "summary.json").read_text())
    summary["carry"]["conditions"]["model"] = "another-0123"
    (other / "summary.json").write_text(json.dumps(summary))
    carried, folder = assert_equal_to_full(audited, creators, other, tmp_path)
    assert carried == 0
    assert "another model" in json.loads((folder / "summary.json").read_text())["carry"]["why_not"]


@pytest.mark.parametrize(
    "name", ["model", "program", "reasons", "engine", "packages", "processor", "choice of --crowd"]
)
def test_whatever_decides_a_verdict_has_to_be_the_same(yesterday, model, name):
    night, same = finished(yesterday), conditions(model.version, "worst")
    assert earlier(night, same)[0] is not None
    found, why = earlier(night, same | {name: "another"})
    assert found is None
    assert f"another {name}" in why


def test_a_night_that_kept_nothing_and_a_first_night_judge_everybody(audited, creators, yesterday, tmp_path):
    first = json.loads((yesterday / "summary.json").read_text())
    assert first["carry"]["why_not"] == "there is no earlier audit"
    assert (yesterday / "carry").exists()
    _, plain = audited(creators, tmp_path / "plain")
    summary, _ = audited(creators, tmp_path / "after", previous=plain, incremental=True)
    assert "without --incremental" in summary["carry"]["why_not"]
    assert not (plain / "carry").exists()


def test_accounts_of_whose_rows_something_is_said_are_judged_every_night(audited, tmp_path):
    """A row twice, a handle with control characters, an id of floats, a row that cannot be used: said again."""
    source = tmp_path / "source"
    (source / "accounts").mkdir(parents=True)
    pq.write_table(
        pa.table(
            {
                "platform": ["tiktok"] * 8,
                "account_id": ["plain", "twice", "twice", "odd.handle", "12.0", "half", "half", "lost"],
                "handle": ["a", "b", "b", "c\u202ed", "e", "f", "g", "h"],
                "followers": [10.0, 20.0, 30.0, 40.0, 50.0, 60.5, 60.0, 0.5],
            }
        ),
        source / "accounts" / "a.parquet",
    )
    _, before = audited(source, tmp_path / "before", incremental=True)
    rows = pq.read_table(source / "accounts" / "a.parquet")
    first = rows.slice(0, 1).set_column(1, "account_id", pa.array(["0 first"]))
    pq.write_table(pa.concat_tables([first, rows]), source / "accounts" / "a.parquet")
    carried, folder = assert_equal_to_full(audited, source, before, tmp_path)
    assert carried == 1
    aside = pq.read_table(folder / "set_aside.parquet").column("where").to_pylist()
    assert any(where.endswith("row 9") for where in aside)


def test_a_killed_incremental_night_goes_on_and_ends_with_the_same_bytes(
    audited, today, yesterday, tmp_path, monkeypatch
):
    changed(today, "accounts", lambda rows: [row | {"following": 1} for row in rows[:8]] + rows[8:])
    cut(monkeypatch, 600)
    judge = run.judge

    def ended(shared, bucket):
        if bucket == 2:
            raise DetectorError("ended from outside")
        return judge(shared, bucket)

    monkeypatch.setattr(run, "judge", ended)
    with pytest.raises(DetectorError, match="ended"):
        audited(today, tmp_path / "some" / "night", previous=yesterday, incremental=True)
    assert not (tmp_path / "some" / "night" / "summary.json").exists()
    monkeypatch.setattr(run, "judge", judge)
    carried, _ = assert_equal_to_full(audited, today, yesterday, tmp_path)
    assert carried == N - 8


def test_files_of_another_night_are_not_carried_over_from(audited, creators, yesterday, tmp_path):
    """A part that was put in another's place, or is gone, ends the run with what to do."""
    other = tmp_path / "other"
    shutil.copytree(yesterday, other)
    part = sorted((other / "result").iterdir())[0]
    pq.write_table(pq.read_table(part).slice(1), part)
    with pytest.raises(AuditError, match="not of the same night"):
        audited(creators, tmp_path / "night", previous=other, incremental=True)
    kept_file(other, part.name).unlink()
    with pytest.raises(AuditError, match="without --incremental"):
        audited(creators, tmp_path / "later", previous=other, incremental=True)


def test_an_old_night_is_removed_with_what_it_kept(yesterday, tmp_path):
    from detector.audit.retention import retain

    for i in range(3):
        shutil.copytree(yesterday, tmp_path / f"night-{i}")
    assert len(retain(tmp_path / "night-2", 1)) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["night-2"]


def test_what_was_kept_tells_whose_it_is(yesterday):
    parts = sorted((yesterday / "result").iterdir())
    kept = [one for one in (Kept.opened(yesterday, part) for part in parts) if one is not None]
    assert all(one.first <= one.last for one in kept)
    keys, table = kept[0].accounts()
    assert len(keys) == table.num_rows
    assert table.column("print").null_count == 0


def test_since_and_incremental_exclude_each_other(audited, creators, tmp_path):
    with pytest.raises(UsageError, match="--since"):
        audited(creators, tmp_path / "night", incremental=True, since="2026-01-01T00:00:00")


def test_the_command_says_what_it_carried_over(creators, yesterday, tmp_path):
    with pytest.raises(UsageError, match="--previous"):
        command.audit(str(creators), tmp_path / "night", incremental=True)
    words = [sys.executable, "-m", "detector", "audit", str(creators), "--out", str(tmp_path / "night")]
    words += ["--previous", str(yesterday), "--incremental", "--workers", "1"]
    ran = subprocess.run(words, capture_output=True, text=True, check=True)
    assert "accounts were carried over" in ran.stderr
