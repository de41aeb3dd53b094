"""Uploads are read by a process of its own, which ends with its job, its time, its memory or its server."""

import json
import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path

import pytest

from detector import api
from detector.errors import ServeError
from detector.serve.jobs import Jobs, Upload, safe_names
from detector.serve.settings import Limits

CSV = b"platform,account_id,handle,followers,likes,posts\ntiktok,1,=1+2<b>,120000,3000,40\n"


@pytest.fixture
def scratch(tmp_path, monkeypatch) -> Path:
    """Where workers work: empty again when a job is done."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def jobs():
    made = []

    def make(**limits):
        made.append(Jobs(Limits(**({"seconds": 300} | limits)), api.model_folder()))
        return made[-1]

    yield make
    for one in made:
        one.close()


def uploaded(jobs, content=CSV, name="../../accounts.csv", do="score"):
    return jobs.uploaded(do, [Upload(name, BytesIO(content))], "", "")


def test_an_upload_is_judged_as_a_file_is(jobs, scratch, tmp_path):
    done = uploaded(jobs())
    path = tmp_path / "accounts.csv"
    path.write_bytes(CSV)
    assert json.loads(done.document)["rows"] == list(api.judge(api.read(path), reasons="all").rows())
    assert done.said["law"][0] == "accounts: 1 row = 1 used + 0 set aside"
    assert list(scratch.iterdir()) == []


def test_what_cannot_be_read_is_said_and_leaves_nothing(jobs, scratch):
    with pytest.raises(ServeError, match="neither text nor Parquet"):
        uploaded(jobs(), b"\x7fELF" + bytes(100))
    assert list(scratch.iterdir()) == []


def test_a_worker_that_takes_too_long_is_ended(jobs, scratch):
    with pytest.raises(ServeError, match="took longer than"):
        uploaded(jobs(seconds=0.05))
    assert list(scratch.iterdir()) == []


def test_a_worker_that_takes_too_much_is_ended(jobs, scratch):
    """Nested lists, which take 30 times as much room in memory as in the file."""
    with pytest.raises(ServeError, match="memory"):
        uploaded(jobs(memory=300_000_000), b"[" + b"[]," * 2_000_000 + b"[]]")
    assert list(scratch.iterdir()) == []


def test_uploads_that_find_no_place_are_refused(jobs):
    full = jobs(workers=1, seconds=0.05)
    with full._place(), pytest.raises(ServeError, match="Others are being read") as caught:
        uploaded(full)
    assert caught.value.status == 503


def test_nothing_is_started_when_the_server_ends(jobs):
    ended = jobs()
    ended.close()
    with pytest.raises(ServeError, match="ends"):
        uploaded(ended)


def test_a_worker_ends_with_its_server(tmp_path):
    """Its input is closed, as the system does when the server is killed; the job would have to be told by then."""
    job = {
        "do": "nothing",
        "memory": 4_000_000_000,
        "seconds": 60,
        "out": str(tmp_path / "nowhere"),
        "model": ".",
    }
    worker = subprocess.run(
        [sys.executable, "-c", WAITING], input=json.dumps(job).encode() + b"\n", check=False
    )
    assert worker.returncode == 1


WAITING = """
import time
from detector.serve import worker
worker._done = lambda job, out: time.sleep(600)
worker.main()
"""


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["accounts.csv", "posts.csv"], ["accounts.csv", "posts.csv"]),
        (["ACCOUNTS.CSV"], ["accounts.csv"]),
        (["accounts.csv.gz"], ["accounts.csv.gz"]),
        (["accounts.csv", "accounts.csv"], ["accounts.csv", "upload-2.csv"]),
        (["accounts.csv", "accounts.parquet"], ["accounts.csv", "accounts.parquet"]),
        (["../../etc/passwd"], ["upload-1"]),
        (["/etc/passwd.csv"], ["upload-1.csv"]),
        (["..\\..\\posts.csv"], ["upload-1.csv"]),
        (["a\x00b.json", "\u202egnp.exe", "", ".", "..", ".htaccess"], [
            "upload-1.json", "upload-2", "upload-3", "upload-4", "upload-5", "upload-6",
        ]),
        (["export.zip"], ["upload-1.zip"]),
        (["_posts.csv"], ["upload-1.csv"]),
    ],
)  # fmt: skip
def test_names_of_files_are_made_of_our_own_words(given, expected):
    assert safe_names([Upload(name, BytesIO()) for name in given]) == expected


@pytest.fixture
def environments(monkeypatch):
    """The environments that workers are started with, beside secrets in our own."""
    seen = []
    real = subprocess.Popen

    def started(*arguments, **options):
        seen.append(options["env"])
        return real(*arguments, **options)

    monkeypatch.setattr(subprocess, "Popen", started)
    monkeypatch.setenv("PGPASSWORD", "secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    return seen


def test_a_worker_gets_no_passwords_for_an_upload(jobs, environments):
    with pytest.raises(ServeError):
        uploaded(jobs(seconds=0.01))
    assert "secret" not in environments[0].values()
    assert {"PGPASSWORD", "AWS_SECRET_ACCESS_KEY"}.isdisjoint(environments[0])


def test_a_worker_gets_the_databases_password_for_a_source(jobs, environments):
    """And no other: it reads what the audit read."""
    with pytest.raises(ServeError):
        jobs(seconds=0.01).account({"source": "postgresql://nobody@127.0.0.1:1/none"}, "tiktok", "1")
    assert environments[0]["PGPASSWORD"] == "secret"
    assert "AWS_SECRET_ACCESS_KEY" not in environments[0]
