"""Stands in for an audit: parts made by two workers, each renamed into place. `stand_in.py DIR [flaw]`.

A flaw makes it go wrong after a kill: `halves` writes parts where they will stay and trusts what it finds, `orphans`
leaves a process behind that does not end, `stuck` refuses to go on, `counts` writes into the result how often it was
run.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

PARTS = 6
PAUSE_S = 0.03


def part(folder: Path, number: int, flaw: str) -> None:
    path = folder / f"part-{number}.txt"
    if path.exists():
        return
    draft = path if flaw == "halves" else folder / f".draft-{number}-{os.getpid()}"
    with draft.open("w") as stream:
        for line in range(3):
            stream.write(f"{number} {line}\n")
            stream.flush()
            time.sleep(PAUSE_S)
    draft.replace(path)


def worker(folder: Path, first: int, flaw: str) -> None:
    parent = os.getppid()
    for number in range(first, PARTS, 2):
        if os.getppid() != parent:
            return
        part(folder, number, flaw)


def audit(folder: Path, flaw: str) -> int:
    began = time.monotonic()
    own = [sys.executable, __file__, str(folder), flaw]
    lingers = subprocess.Popen([*own, "lingers"]) if flaw == "orphans" else None
    folder.mkdir(parents=True, exist_ok=True)
    runs = folder / ".runs"
    n = int(runs.read_text() or 0) + 1 if runs.exists() else 1  # it may be killed between opening and writing
    if flaw == "stuck" and n > 1:
        sys.stderr.write("there is something already\n")
        return 1
    runs.write_text(str(n))
    for old in folder.glob(".draft-*"):
        old.unlink(missing_ok=True)
    workers = [subprocess.Popen([*own, str(first)]) for first in range(2)]
    for one in workers:
        one.wait()
    if lingers:
        lingers.kill()
        lingers.wait()
    summary = {"parts": PARTS, "seconds": {"all": time.monotonic() - began}}
    if flaw == "counts":
        summary["runs"] = n
    draft = folder / ".draft-summary"
    draft.write_text(json.dumps(summary))
    draft.replace(folder / "summary.json")
    for old in [*folder.glob(".draft-*"), runs]:
        old.unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    where, kind = Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""
    if sys.argv[3:] == ["lingers"]:
        time.sleep(60)
    elif len(sys.argv) > 3:
        worker(where, int(sys.argv[3]), kind)
    else:
        sys.exit(audit(where, kind))
