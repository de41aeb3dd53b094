"""HTML: the page that a person reads before a deal. One file: no script, nothing from elsewhere, no network.

`report` makes it with pictures, from tables and a model; `OUTPUT` makes it of a result alone, in words.
"""

from typing import IO

from detector.outputs.html.report import of_result, report
from detector.outputs.output import Output
from detector.verdict import Result

__all__ = ["OUTPUT", "report"]


def _write(result: Result, stream: IO[bytes]) -> None:
    stream.write(of_result(result).encode())


OUTPUT = Output(".html", "a page for people: the verdicts in words", _write)
