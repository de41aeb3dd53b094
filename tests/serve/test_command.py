"""`detector serve` itself: where it listens, what it says, how it ends."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys

import pytest

from detector.cli.entry import run


def test_it_serves_this_machine_until_it_is_interrupted(nights, tmp_path):
    command = [sys.executable, "-m", "detector", "serve", str(nights), "--port", "0", "--reviewer", "kim"]
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [*command, "--cases", str(tmp_path / "cases.csv")], stderr=subprocess.PIPE, text=True, env=environment
    )
    try:
        assert process.stderr is not None
        said = ""
        while "token" not in said:
            line = process.stderr.readline()
            assert line, said
            said += line
        port = int(re.search(r"http://127\.0\.0\.1:(\d+)/", said)[1])
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", "/accounts")
        answer = connection.getresponse()
        assert (answer.status, b"Accounts" in answer.read()) == (200, True)
        connection.close()
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
        assert process.wait() == 0
        assert "Traceback" not in rest
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def test_a_port_that_is_taken_is_said(capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert run(["serve", "--port", str(port)]) == 2
    assert f"Port {port} cannot be used" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("nowhere",), 1, "nowhere is no folder"),
        ((".",), 1, "holds no audit"),
        (("--model", "nowhere"), 1, "nowhere"),
        (("--port", "70000"), 2, "--port"),
        (("--memory-limit", "1"), 2, "--memory-limit"),
    ],
)
def test_what_cannot_be_served_is_said(capsys, tmp_path, monkeypatch, arguments, code, said):
    monkeypatch.chdir(tmp_path)
    assert run(["serve", "--port", "0", *arguments]) == code
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_cases_with_problems_are_said_at_the_start(capsys, nights, tmp_path):
    path = tmp_path / "cases.csv"
    path.write_text("platform,account_id,label\ntiktok,1,perhaps\n")
    assert run(["serve", str(nights), "--port", "0", "--cases", str(path)]) == 1
    assert "perhaps" in capsys.readouterr().err


def test_the_command_line_loads_no_server():
    """What the pages need is imported when they are served."""
    code = (
        "import sys, detector.cli.app; "
        "sys.exit(', '.join({'fastapi', 'starlette', 'uvicorn', 'pydantic', 'jinja2'} & set(sys.modules)) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_package_that_is_missing_is_said(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "python_multipart", None)
    assert run(["serve", "--port", "0"]) == 1
    assert "pip install 'bot-suspicion[serve]'" in capsys.readouterr().err
