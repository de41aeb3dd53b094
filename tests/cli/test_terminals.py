"""Terminals, pipes and signals: colour and progress for people alone, and no complaint when they leave."""

import os
import signal
import subprocess
import sys
from textwrap import dedent

import pytest

from detector.cli.progress import WORTH_SHOWING, progress_bar

STAND_IN = dedent(
    """
    import sys, tempfile, time
    import numpy as np
    from detector import api
    from detector.cli import main
    from detector.contract import RESULT
    from detector.tables import Table, Tables
    from detector.verdict import Result

    def judge(tables, model, **options):
        n = len(tables.accounts)
        fill = {"number": np.nan, "count": np.nan, "time": "NaT", "list": (), "records": (), "text": None}
        columns = {column.name: [fill[column.kind]] * n for column in RESULT}
        columns |= {name: tables.accounts.column(name) for name in ("platform", "account_id")}
        return Result(columns | {"level": ["suspicious"] * n, "p_value": [0.001] * n})

    def read(address, **options):
        if address == "slow":
            print("reading", file=sys.stderr, flush=True)
            time.sleep(60)
        if address == "unpacked":
            with tempfile.TemporaryDirectory():
                print("reading", file=sys.stderr, flush=True)
                time.sleep(60)
        return Tables(Table.from_rows("accounts", [{"platform": "x", "account_id": str(i)} for i in range(3000)]))

    api.read, api.load_model, api.judge = read, lambda address=None: None, judge
    main()
    """
)


def start(*arguments: object, **variables: str) -> subprocess.Popen:
    command = [sys.executable, "-c", STAND_IN, "score", *map(str, arguments)]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=heed_signals,
        env=os.environ | variables,
    )


def heed_signals() -> None:
    """Of a shell's background jobs the system ignores Ctrl-C, under nohup SIGHUP, and children inherit that."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


@pytest.mark.parametrize("shown", [(), ("--json",)])
def test_a_reader_that_leaves_early_stops_the_printing_and_not_the_work(tmp_path, shown):
    tool = start("here", *shown, "--out", tmp_path / "r.csv", "--fail-on", "suspicious")
    tool.stdout.close()
    said = tool.stderr.read().decode()
    tool.stderr.close()
    assert tool.wait(timeout=60) == 3
    assert (
        said
        == "accounts: 3,000 rows = 3,000 used + 0 set aside\n3,000 accounts = 3,000 scored + 0 with insufficient data\n"
    )
    assert len((tmp_path / "r.csv").read_text().splitlines()) == 3001


def test_an_interrupt_ends_with_130_and_leaves_no_file(tmp_path):
    tool = start("slow", "--out", tmp_path / "r.csv")
    assert tool.stderr.readline() == b"reading\n"
    tool.send_signal(signal.SIGINT)
    out, err = tool.communicate(timeout=60)
    assert tool.returncode == 130
    assert (out, err) == (b"", b"detector: interrupted; files that were not finished were not written.\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_who_is_asked_to_end_cleans_up_and_ends_by_that_signal(tmp_path, name):
    tool = start("unpacked", "--out", tmp_path / "r.csv", TMPDIR=str(tmp_path))
    assert tool.stderr.readline() == b"reading\n"
    assert len(list(tmp_path.iterdir())) == 1
    tool.send_signal(getattr(signal, name))
    out, err = tool.communicate(timeout=60)
    assert tool.returncode == -getattr(signal, name)
    assert (out, err) == (b"", b"detector: interrupted; files that were not finished were not written.\n")
    assert list(tmp_path.iterdir()) == []


def test_who_is_asked_to_end_when_all_is_done_ends_without_a_word():
    code = "import atexit, os, signal; from detector.cli import main\n"
    code += "atexit.register(lambda: os.kill(os.getpid(), signal.SIGTERM))\n"
    code += "main(['--version'])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False, preexec_fn=heed_signals
    )
    assert (done.returncode, done.stderr) == (-signal.SIGTERM, b"")


def test_a_signal_that_is_ignored_stays_so():
    code = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
    code += "from detector.cli import main; from detector.cli import ending\n"
    code += (
        "import atexit; atexit.register(lambda: print(signal.getsignal(signal.SIGHUP) is signal.SIG_IGN))\n"
    )
    code += "main(['--version'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("True\n")


@pytest.mark.parametrize(("total", "shown"), [(WORTH_SHOWING - 1, False), (WORTH_SHOWING, True)])
def test_progress_is_shown_on_a_terminal_when_there_is_something_to_wait_for(
    monkeypatch, capsys, total, shown
):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with progress_bar() as progress:
        progress(0, total)
        progress(total, total)
    out, err = capsys.readouterr()
    assert ("scoring" in err) is shown
    assert out == ""


def test_progress_is_not_shown_when_quiet_or_when_nobody_watches(monkeypatch):
    with progress_bar() as progress:
        assert progress is None
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with progress_bar(quiet=True) as progress:
        assert progress is None


def test_a_terminal_gets_colours_and_a_pipe_gets_none():
    pty = pytest.importorskip("pty")
    leader, follower = pty.openpty()
    environment = {
        name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")
    }
    with os.fdopen(leader, "rb", buffering=0) as screen:
        tool = subprocess.Popen(
            [sys.executable, "-c", STAND_IN, "score", "here"],
            stdout=follower,
            stderr=subprocess.DEVNULL,
            env=environment | {"TERM": "xterm-256color"},
        )
        os.close(follower)
        seen = b""
        try:
            while block := screen.read(65536):
                seen += block
        except OSError:  # the way Linux says that the other end is closed
            pass
        assert tool.wait(timeout=60) == 0
    assert b"\x1b[1;31m" in seen
    piped = start("here")
    out, _ = piped.communicate(timeout=60)
    assert b"\x1b" not in out
    assert b"SUSPICIOUS" in out
