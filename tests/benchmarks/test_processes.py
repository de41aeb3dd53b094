"""What a command costs is that of its whole tree, and a command that fails is never a measurement."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.processes import measured, members, tree

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/statm").exists(), reason="memory is read from Linux's /proc"
)

HOLDS = "import time; block = bytearray({mb} << 20); time.sleep({s})"


def test_memory_of_children_is_counted():
    child = HOLDS.format(mb=150, s=1.2)
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}], check=True); print('done')"
    alone = measured([sys.executable, "-c", HOLDS.format(mb=0, s=0.5)])
    both = measured([sys.executable, "-c", parent])
    assert both.stdout == "done\n"
    assert both.processes == 2
    assert both.rss_mb - alone.rss_mb > 150
    assert both.pss_mb > 150
    assert both.pss_mb <= both.rss_mb + 1
    assert both.wall_s > 1.2


def test_processor_time_of_children_is_counted():
    busy = "import time; end = time.process_time() + 0.4\nwhile time.process_time() < end: pass"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {busy!r}], check=True)"
    assert measured([sys.executable, "-c", parent]).cpu_s > 0.4


def test_a_command_that_fails_is_said_with_its_last_words():
    with pytest.raises(SystemExit, match=r"ended with 3:\nno disk"):
        measured([sys.executable, "-c", "import sys; sys.stderr.write('no disk'); sys.exit(3)"])


def test_a_child_that_lost_its_parent_is_still_of_the_session(tmp_path):
    pid = tmp_path / "pid"
    parent = (
        "import subprocess, sys; from pathlib import Path\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(30)'])\n"
        f"Path({str(pid)!r}).write_text(str(child.pid))"
    )
    started = subprocess.Popen([sys.executable, "-c", parent], start_new_session=True)
    started.wait()
    child = int(pid.read_text())
    try:
        assert members(started.pid) == [child]
        assert child in tree(started.pid)
    finally:
        os.kill(child, 9)
    for _ in range(100):
        if not members(started.pid):
            break
        time.sleep(0.05)
    assert members(started.pid) == []
