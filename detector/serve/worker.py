"""Worker: a process of its own (`python -m detector.serve.worker`) that reads an upload, judges it, and ends.

It is told what to do in a line of JSON on its standard input, and writes its answer into the folder it was given:
`answer.json`, and `page.html` or `result.json`. Whatever a file does to the readers happens here: memory, time and the
size of files are limited by the system, and the server ends it when its time is over. When its input is closed, the
server is gone, and so is the worker.
"""

import json
import os
import sys
import threading
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from detector.model.model import Model
    from detector.tables import Tables
    from detector.verdict import Result

__all__ = ["ANSWER", "DOCUMENT", "PAGE", "main"]

ANSWER, PAGE, DOCUMENT = "answer.json", "page.html", "result.json"
"""Files of an answer: what is said of it, a page, and the result as `detector score --out FILE.json` writes it."""

_LARGEST_FILE = 1_000_000_000  # bytes that a file may have which the readers unpack, or the worker writes


def main() -> None:
    """Do one job and end."""
    job = json.loads(sys.stdin.buffer.readline())
    _limit(job["memory"], job["seconds"])
    threading.Thread(target=_end_with_input, daemon=True).start()
    out = Path(job["out"])
    try:
        answer = _done(job, out)
    except MemoryError:
        answer = {"error": "It needs more memory than an upload may take. Judge it with `detector score`."}
    except Exception as error:
        answer = _failed(error)
    (out / ANSWER).write_text(json.dumps(answer), encoding="utf-8")


def _failed(error: Exception) -> dict[str, Any]:
    from detector.errors import DetectorError
    from detector.sources.address import masked

    if isinstance(error, DetectorError):
        return {"error": masked(str(error))}
    return {"error": f"unexpected {type(error).__name__}. This is a fault of the tool: please report it."}


def _done(job: dict[str, Any], out: Path) -> dict[str, Any]:
    from detector.api import load_model

    model = load_model(Path(job["model"]))
    return {"report": _report, "score": _score, "account": _account}[job["do"]](job, model, out)


def _report(job: dict[str, Any], model: "Model", out: Path) -> dict[str, Any]:
    """An upload as a page."""
    from detector.outputs.html import report

    tables, result = _judged(job, model)
    (out / PAGE).write_text(report(tables, model, result), encoding="utf-8")
    return _said(tables, result)


def _score(job: dict[str, Any], model: "Model", out: Path) -> dict[str, Any]:
    """An upload as the contract's result."""
    from detector.outputs.json_document import OUTPUT

    tables, result = _judged(job, model)
    with (out / DOCUMENT).open("wb") as stream:
        OUTPUT.write(result, stream)
    return _said(tables, result)


def _account(job: dict[str, Any], model: "Model", out: Path) -> dict[str, Any]:
    """One account of an audit's source with its pictures: judged as the audit did, from what the source holds now."""
    from detector.api import judge
    from detector.errors import SourceError
    from detector.explain import rows_of
    from detector.outputs.html import report
    from detector.serve.source import read_account

    key = (str(job["platform"]), str(job["account_id"]))
    found = read_account(job["source"], key, out)
    tables = rows_of(found, {key})
    if key not in tables.keys():  # noqa: SIM118 - a method of ours, in order
        raise SourceError("The source does not hold this account any more.")
    result = judge(tables, model, reasons="all")
    (out / PAGE).write_text(report(tables, model, result), encoding="utf-8")
    row = next(result.rows())
    return {"row": {name: row[name] for name in ("level", "score", "as_of", "evidence")}}


def _judged(job: dict[str, Any], model: "Model") -> "tuple[Tables, Result]":
    from detector.api import judge, read

    folder = Path(job["files"])
    files = sorted(folder.iterdir())
    source = files[0] if len(files) == 1 else folder
    tables = read(source, platform=job["platform"] or None, account=job["account"] or None)
    return tables, judge(tables, model, reasons="all")


def _said(tables: "Tables", result: "Result") -> dict[str, Any]:
    """Where every row went, and what the readers said of them."""
    from detector.outputs.accounting import law
    from detector.outputs.summary import summary

    aside = [f"{row.where}: {row.reason}; expected {row.expected}" for row in tables.set_aside[:20]]
    more = len(tables.set_aside) - len(aside)
    return {
        "notices": list(tables.notices),
        "law": law(tables, result),
        "set_aside": [*aside, *([f"and {more:,} more"] if more else [])],
        "summary": asdict(summary(result)),
    }


def _limit(memory: int, seconds: float) -> None:
    """What the system holds this process to, where it can."""
    try:
        import resource
    except ImportError:  # Windows: the server's clock alone
        return
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, int(seconds) + 1),
        (resource.RLIMIT_FSIZE, _LARGEST_FILE),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(
            ValueError, OSError
        ):  # a lower limit holds already, or the system knows none of this kind
            resource.setrlimit(kind, (most, most))


def _end_with_input() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    main()
