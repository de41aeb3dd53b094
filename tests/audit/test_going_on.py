"""An audit goes on where it was stopped, with the same bytes, and leaves alone what is none of its own."""

import os
import shutil
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from detector.errors import DetectorError, SourceError, UsageError
from tests.audit.conftest import everything, parts_of, scored


@pytest.fixture
def few(tmp_path):
    """A folder of two accounts, where it does not matter who they are."""
    (tmp_path / "few" / "accounts").mkdir(parents=True)
    pq.write_table(
        pa.table({"platform": ["tiktok"] * 2, "account_id": ["1", "2"], "followers": [5_000, 60]}),
        tmp_path / "few" / "accounts" / "p.parquet",
    )
    return tmp_path / "few"


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


def audit_command(source: Path, out: Path, workers: int) -> list[str]:
    options = ["--out", str(out), "--workers", str(workers), "--quiet"]
    return [sys.executable, "-m", "detector", "audit", str(source), *options]


@pytest.mark.parametrize(
    ("reached", "all_of_them", "workers"),
    [
        (".work/plan.json", True, 1),
        (".work/ledger/0*.json", True, 2),
        (".work/ledger/0*.json", False, 2),
        ("result/part-*.parquet", True, 1),
    ],
    ids=["reading", "judging", "judging, the parent alone", "looking across accounts"],
)
def test_a_killed_run_ends_with_the_same_bytes(
    audited, lives, whole, tmp_path, reached, all_of_them, workers
):
    """Killed without a chance to say anything, with its workers or alone, as soon as it is there; then it goes on.

    Workers end with their parent: else they would go on writing, and the folder would not be free.
    """
    out = tmp_path / "killed" / "night"
    command = audit_command(lives, out, workers)
    process = subprocess.Popen(command, start_new_session=True)
    while process.poll() is None and not any(out.glob(reached)):
        time.sleep(0.01)
    (partial(os.killpg, process.pid) if all_of_them else process.send_signal)(9)
    process.wait()
    audited(lives, out, workers=workers)
    assert everything(out) == everything(whole(workers))


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


def test_a_full_disk_is_said_and_with_room_the_run_goes_on(audited, lives, whole, tmp_path):
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
    audited(lives, out, workers=1)
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
