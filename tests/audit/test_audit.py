"""An audit gives what `score` gives, ordered by key, from any source, and goes on where it was stopped."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
import zipfile
from contextlib import closing
from functools import cache, partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import detector
from detector.audit import plan
from detector.audit.routing import bounds_of
from detector.errors import DetectorError, SourceError, UsageError
from tests.audit.conftest import parts_of

KEY = [("platform", "ascending"), ("account_id", "ascending")]


@pytest.fixture(scope="module")
def whole(lives, model, tmp_path_factory):
    """The folder of a night of `lives` that nothing disturbed, by its number of workers. Tests read it only."""
    from detector.audit.run import Watch, audit
    from detector.audit.settings import AuditSettings

    @cache
    def made(workers: int) -> Path:
        folder = tmp_path_factory.mktemp("whole") / "night"  # which the page shows
        settings = AuditSettings(str(lives), folder, crowd=True, workers=workers)
        audit(settings, model, Watch(lambda _: None, lambda *_: None))
        return folder

    return made


@pytest.fixture
def few(tmp_path):
    """A folder of two accounts, where it does not matter who they are."""
    (tmp_path / "few" / "accounts").mkdir(parents=True)
    pq.write_table(
        pa.table({"platform": ["tiktok"] * 2, "account_id": ["1", "2"], "followers": [5_000, 60]}),
        tmp_path / "few" / "accounts" / "p.parquet",
    )
    return tmp_path / "few"


def scored(source, model, **more):
    """What `detector score` gives, in the order of keys, and the tables it was given."""
    tables = detector.read(source, **more)
    return detector.score(tables, model).sort_by(KEY), tables


def assert_same(audited, source, model, out=None, **more):
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


def test_the_result_is_that_of_score_to_the_last_bit(audited, lives, model):
    summary = assert_same(audited, lives, model)
    assert summary["parts"] > 1
    assert summary["accounts"]["in"] == 300


def test_the_sample_in_text_is_read_as_a_whole_and_judged_alike(audited, model):
    summary = assert_same(audited, Path(detector.__file__).parents[1] / "data" / "sample", model)
    assert any("as a whole" in notice for notice in summary["notices"])


def _table(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def _packed(path: Path, text: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("creators.csv", text)
    return path


LONE = "platform,account_id,followers,likes,posts\ntiktok,1,50000,90000,40\ntiktok,2,700,9000,x\n"


@pytest.mark.parametrize(
    ("name", "write"), [("creators.csv", _table), ("creators.db", None), ("creators.zip", _packed)]
)
def test_a_lone_file_that_is_not_parquet_is_judged_as_score_judges_it(audited, model, tmp_path, name, write):
    path = tmp_path / "source" / name
    path.parent.mkdir()
    if write is not None:
        write(path, LONE)
    else:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE accounts (platform, account_id, followers, likes, posts)")
            connection.execute("INSERT INTO accounts VALUES ('tiktok', '1', 50000, 90000, 40)")
            connection.commit()
    summary = assert_same(audited, path, model)
    assert summary["accounts"]["scored"] + summary["accounts"]["insufficient_data"] == 1


def test_awkward_parquet_is_typed_as_score_types_it(audited, model, tmp_path):
    """Blanks around ids, other names of platforms, rows twice, keys missing, halves of followers, nanoseconds."""
    source = tmp_path / "source"
    for table in ("accounts", "posts", "snapshots"):
        (source / table).mkdir(parents=True)
    pq.write_table(
        pa.table(
            {
                "Platform": ["TikTok", "twitter", None, "myspace", "TikTok", "TikTok", "ig", "TikTok"],
                "user_id": [" a ", "a", "b", "c", "a", None, "Ünï\u2003", "bad\x07id"],
                "follower_count": [5_000.0, 70.0, 80.0, 9.0, 6_000.0, 1.0, 12.5, 3.0],
                "likes": ["7000", "80", None, "9", "8000", "1", "2", "3"],
                "handle": ["a\u202eb", None, "=x", "c", "d", "e", "f", "g"],
                "unknown": [1] * 8,
            }
        ),
        source / "accounts" / "one.parquet",
    )
    days = np.datetime64("2026-03-01", "ns") + np.arange(40).astype("timedelta64[D]")
    for i, kind in enumerate((pa.timestamp("ns"), pa.timestamp("us", "UTC"), pa.timestamp("ns", "UTC"))):
        pq.write_table(
            pa.table(
                {
                    "platform": ["tiktok"] * 40,
                    "account_id": ["a"] * 40 if i < 2 else [str(j % 3) for j in range(40)],
                    "observed_at": pa.array(days.astype("datetime64[us]"), pa.timestamp("us")).cast(kind),
                    "followers": [4_000 + 9 * day + i for day in range(40)],
                }
            ),
            source / "snapshots" / f"{i}.parquet",
        )
    pq.write_table(
        pa.table(
            {
                "platform": pa.array(["tiktok"] * 6).dictionary_encode(),
                "account_id": pa.array([12, 12, 12, 13, None, 13], pa.int64()),
                "post_id": [1, 1, 2, 1, 5, None],
                "views": [100, 120, 90, 0, 1, 2],
                "likes": [10, 20, 500, 0, 1, 2],
                "pinned": ["yes", "no", None, "maybe", "no", "no"],
            }
        ),
        source / "posts" / "p.parquet",
    )
    summary = assert_same(audited, source, model, mapping={"followers": "follower_count"}, platform="youtube")
    assert summary["rows"]["accounts"]["set_aside"] > 3
    who = summary["accounts"]
    assert who["in"] == who["scored"] + who["insufficient_data"] + who["set_aside"]


def test_accounts_of_which_every_row_was_set_aside_are_counted(audited, tmp_path):
    pq.write_table(
        pa.table({"platform": ["tiktok"] * 2, "account_id": ["a", "b"], "followers": [1.5, 10.0]}),
        tmp_path / "accounts.parquet",
    )
    summary, _ = audited(tmp_path / "accounts.parquet")
    assert summary["accounts"] == {"in": 2, "scored": 0, "insufficient_data": 1, "set_aside": 1, "not_new": 0}


@pytest.mark.parametrize("name", ["a'b", "[x]", "star*", "q?", "ü"])
def test_folders_of_any_name_are_read(audited, model, tmp_path, name):
    folder = tmp_path / name / "accounts"
    folder.mkdir(parents=True)
    for i in range(2):
        pq.write_table(
            pa.table({"platform": ["tiktok"], "account_id": [f"a{i}"], "followers": [10 + i]}),
            folder / f"{i}.parquet",
        )
    assert_same(audited, tmp_path / name, model)


def test_partitioned_folders_give_columns(audited, model, tmp_path):
    for platform in ("TikTok", "instagram"):
        folder = tmp_path / "s" / "accounts" / f"platform={platform}"
        folder.mkdir(parents=True)
        pq.write_table(pa.table({"account_id": ["1", "2"], "followers": [5_000, 60]}), folder / "p.parquet")
    summary = assert_same(audited, tmp_path / "s", model)
    assert summary["accounts"]["in"] == 4


def test_since_leaves_out_who_was_not_seen_lately(audited, tmp_path):
    times = np.array(["2026-01-01", "2026-02-01", "2026-03-01"], "datetime64[us]")
    pq.write_table(
        pa.table({"platform": ["tiktok"] * 3, "account_id": list("abc"), "observed_at": times}),
        tmp_path / "accounts.parquet",
    )
    summary, folder = audited(tmp_path / "accounts.parquet", since="2026-02-01T00:00:00")
    assert parts_of(folder).column("account_id").to_pylist() == ["b", "c"]
    assert summary["accounts"]["not_new"] == 1


def test_the_same_command_again_finds_it_done(audited, few):
    summary, folder = audited(few)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    again, _ = audited(few, folder)
    assert again == summary
    assert before == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_other_options_or_another_state_are_not_mixed_into_a_folder(audited, few):
    _, folder = audited(few)
    with pytest.raises(UsageError, match="asked for otherwise"):
        audited(few, folder, reasons="all")
    os.utime(few / "accounts" / "p.parquet", (1, 1))
    with pytest.raises(UsageError, match="another state"):
        audited(few, folder)
    summary, _ = audited(few, folder, restart=True)
    assert summary["accounts"]["in"] == 2


def test_a_folder_with_other_files_is_left_alone(audited, lives, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.tex").write_text("x")
    with pytest.raises(UsageError, match=r"thesis\.tex"):
        audited(lives, tmp_path / "full", restart=True)
    assert (tmp_path / "full" / "thesis.tex").read_text() == "x"


def test_a_source_that_changes_on_the_way_is_noticed(audited, lives, tmp_path, monkeypatch):
    from detector.audit import run

    copied = tmp_path / "copied"
    shutil.copytree(lives, copied)
    real = run.spill

    def changing(*arguments, **more):
        found = real(*arguments, **more)
        os.utime(copied / "posts" / "part-1.parquet", (1, 1))
        return found

    monkeypatch.setattr(run, "spill", changing)
    with pytest.raises(SourceError, match="changed since this audit began"):
        audited(copied)


def test_no_room_is_said_and_nothing_lost(audited, lives, tmp_path, monkeypatch, model):
    """As on a full disk: the second part cannot be written; with room again the run goes on after the first."""
    from detector.audit import part as module

    real, written = module.write_table, []

    def full(path, result):
        if written:
            raise DetectorError(f"{path} cannot be written: No space left on device.")
        written.append(path)
        real(path, result)

    monkeypatch.setattr(module, "write_table", full)
    with pytest.raises(DetectorError, match="No space"):
        audited(lives, crowd=False)  # with it, parts wait in the folder of work, which is gone at the end
    monkeypatch.setattr(module, "write_table", real)
    done = written[0].stat().st_mtime_ns
    _, folder = audited(lives, crowd=False)
    assert written[0].stat().st_mtime_ns == done
    assert parts_of(folder).equals(scored(lives, model)[0])


def test_a_second_audit_into_the_folder_leaves(audited, lives, tmp_path):
    import fcntl

    folder = tmp_path / "audit"
    folder.mkdir()
    with (folder / ".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(DetectorError, match="Another audit works"):
            audited(lives)


def everything(folder: Path) -> dict[str, bytes]:
    """All files of an audit by name; seconds, which no two runs share, left out of the summary."""
    found = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    summary = json.loads(found.pop("summary.json"))
    del summary["seconds"], summary["finished_at"]
    return {**found, "summary.json": json.dumps(summary).encode()}


def audit_command(source: Path, out: Path, workers: int) -> list[str]:
    options = ["--out", str(out), "--workers", str(workers), "--quiet"]
    return [sys.executable, "-m", "detector", "audit", str(source), *options]


@pytest.mark.parametrize(
    ("reached", "all_of_them"),
    [
        (".work/plan.json", True),
        (".work/ledger/0*.json", True),
        (".work/ledger/0*.json", False),
        ("result/part-*.parquet", True),
    ],
    ids=["reading", "judging", "judging, the parent alone", "looking across accounts"],
)
def test_a_killed_run_ends_with_the_same_bytes(lives, whole, tmp_path, reached, all_of_them):
    """Killed without a chance to say anything, with its workers or alone, as soon as it is there; then it goes on.

    Workers end with their parent: else they would go on writing, and the folder would not be free.
    """
    out = tmp_path / "killed" / "night"
    command = audit_command(lives, out, 2)
    process = subprocess.Popen(command, start_new_session=True)
    while process.poll() is None and not any(out.glob(reached)):
        time.sleep(0.01)
    (partial(os.killpg, process.pid) if all_of_them else process.send_signal)(9)
    process.wait()
    subprocess.run(command, check=True)
    assert everything(out) == everything(whole(2))


def test_drafts_of_a_killed_run_are_swept_away(audited, lives, whole, tmp_path, monkeypatch):
    broken = tmp_path / "broken" / "night"
    monkeypatch.setattr(
        "detector.audit.run.collect_aside", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt)
    )
    with pytest.raises(KeyboardInterrupt):
        audited(lives, broken)
    monkeypatch.undo()
    for name in (".set_aside.parquet.4711.part", "result/.part-00000.parquet.4711.part"):
        (broken / name).write_bytes(b"half")
    audited(lives, broken)
    assert everything(broken) == everything(whole(1))
    (broken / ".summary.json.4711.part").write_bytes(b"half")
    audited(lives, broken)
    assert everything(broken) == everything(whole(1))
    (broken / ".notes.txt.4711.part").write_bytes(b"somebody else's")
    with pytest.raises(UsageError, match="notes"):
        audited(lives, broken)


def test_yesterday_is_compared_with_today(audited, lives, whole, tmp_path, model):
    """An account gets many followers overnight: it is named, with the signal that moved."""
    before = whole(1)
    today = tmp_path / "today"
    shutil.copytree(lives, today)
    ordinary = parts_of(before).filter(pa.compute.equal(parts_of(before).column("level"), "ordinary"))
    who = ordinary.sort_by([("followers_expected", "descending")]).column("account_id")[40].as_py()
    for table in ("accounts", "snapshots"):
        for part in (today / table).iterdir():
            rows = pq.read_table(part).to_pylist()
            newest = max(row["observed_at"] for row in rows)
            for row in rows:
                if (
                    row["account_id"] == who
                    and row["followers"]
                    and (table == "accounts" or row["observed_at"] >= newest)
                ):
                    row["followers"] *= 40
            pq.write_table(pa.Table.from_pylist(rows, pq.read_schema(part)), part)
    summary, folder = audited(today, tmp_path / "2", previous=before)
    assert summary["changes"]["became_suspicious"] + summary["changes"]["new_and_suspicious"] == 1
    assert summary["changes"]["same_model"]
    moved = (folder / "changes.csv").read_text()
    assert who in moved
    assert who in (folder / "flagged.csv").read_text().splitlines()[1]
    page = re.sub(r"<[^>]*>|\s+", " ", (folder / "index.html").read_text())
    assert re.search(r"(became|new, and) suspicious +1 ", page)


def test_a_full_disk_is_said_and_with_room_the_run_goes_on(lives, whole, tmp_path):
    """The system refuses files above some kilobytes, as a full disk refuses them: at every stage nothing is lost."""
    out = tmp_path / "full" / "night"
    command = audit_command(lives, out, 1)
    for kilobytes in (20, 200):

        def limited(most=kilobytes * 1024):
            import resource

            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

        ran = subprocess.run(command, preexec_fn=limited, capture_output=True, text=True)
        assert ran.returncode == 1, kilobytes
        assert "run the same command again" in ran.stderr or "cannot be written" in ran.stderr, ran.stderr
        assert not (out / "summary.json").exists()
    subprocess.run(command, check=True)
    assert everything(out) == everything(whole(1))


def test_a_run_goes_on_with_fewer_workers_and_less_memory(audited, lives, tmp_path, monkeypatch, model):
    from detector.audit import run

    real = run.judge

    def refusing(shared, bucket):
        if bucket:
            raise DetectorError("ended from outside")
        return real(shared, bucket)

    monkeypatch.setattr(run, "judge", refusing)
    with pytest.raises(DetectorError):
        audited(lives, memory=2_000_000_000)
    monkeypatch.setattr(run, "judge", real)
    _, folder = audited(lives, memory=500_000_000)
    assert parts_of(folder).equals(scored(lives, model)[0])


def test_an_audit_does_not_write_into_its_source(audited, lives):
    with pytest.raises(UsageError, match="in each other"):
        audited(lives, lives / "audit")


def test_answers_of_a_review_stay_in_the_folder(audited, few):
    summary, folder = audited(few)
    (folder / "cases.csv").write_text("platform,account_id,label\n")
    assert audited(few, folder)[0] == summary
    audited(few, folder, restart=True)
    assert (folder / "cases.csv").exists()


def test_of_looks_under_two_names_of_a_platform_the_last_read_counts(audited, model, tmp_path):
    """`tiktok` and `TikTok` are one platform: which of two rows stays goes by their place, not by the spelling."""
    for names in (("tiktok", "TikTok"), ("TikTok", "tiktok")):
        source = tmp_path / names[0]
        (source / "snapshots").mkdir(parents=True)
        rows = {
            "platform": list(names),
            "account_id": ["1", "1"],
            "observed_at": np.array(["2026-01-01"] * 2, "datetime64[us]"),
            "followers": [100, 70_000],
        }
        pq.write_table(pa.table(rows), source / "snapshots" / "p.parquet")
        summary, folder = audited(source, tmp_path / f"of-{names[0]}")
        assert summary["rows"]["snapshots"]["set_aside"] == 1
        assert pq.read_table(folder / "set_aside.parquet").column("where").to_pylist() == [
            row.where for row in scored(source, model)[1].set_aside
        ]


def test_ids_and_platforms_that_would_end_a_statement_are_routed_like_any(
    audited, model, tmp_path, monkeypatch
):
    """Quotes, backslashes and NUL in keys, and bounds among them."""
    monkeypatch.setattr(plan, "bounds_of", lambda connection, streams, _: bounds_of(connection, streams, 200))
    ids = [
        f"{sign}{i:05}" for i in range(200) for sign in ("'", "\\", "a\x00b", "';--", "\u202e", "\U0001f600")
    ]
    for name, platforms in (
        ("ids", ["tiktok"] * len(ids)),
        ("platforms", ["tik\x00tok", "a'b"] * (len(ids) // 2)),
    ):
        source = tmp_path / name
        (source / "accounts").mkdir(parents=True)
        pq.write_table(
            pa.table({"platform": platforms, "account_id": ids, "followers": [5] * len(ids)}),
            source / "accounts" / "p.parquet",
        )
        parts = assert_same(audited, source, model, out=tmp_path / f"of-{name}")["parts"]
        assert parts > 1 or name == "platforms"  # which nobody knows: their rows are set aside


def test_spilled_rows_that_were_lost_stop_the_run(audited, lives, monkeypatch):
    """As after a loss of power: a spilled file ends early, at a place where it could as well have ended."""
    from detector.audit import bucket as module

    real = module._raw

    def torn(plan, number, path):
        raw = real(plan, number, path)
        columns = {name: column[:-1] for name, column in raw.columns.items()}
        return type(raw)(raw.origin, columns, raw.n_rows - 1, raw.places[:-1])

    monkeypatch.setattr(module, "_raw", torn)
    with pytest.raises(DetectorError, match="--restart"):
        audited(lives)
