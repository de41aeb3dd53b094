"""HTML: the page that a person reads before a deal. One file: no script, nothing from elsewhere, no network.

`report` makes it with pictures, from tables and a model; `OUTPUT` makes it of a result alone, in words.
"""

from pathlib import Path
from typing import IO, TYPE_CHECKING

from detector.outputs.atomic import replacing
from detector.outputs.html.report import of_result, report
from detector.outputs.output import Output
from detector.verdict import Result

if TYPE_CHECKING:
    from detector.model.model import Model
    from detector.tables import Tables

__all__ = ["OUTPUT", "report", "write_report"]


def write_report(tables: "Tables", model: "Model", result: Result, path: Path) -> None:
    """Write the page with pictures; see `report`. The file is there whole or not at all."""
    with replacing(path) as stream:
        stream.write(report(tables, model, result).encode())


def _write(result: Result, stream: IO[bytes]) -> None:
    stream.write(of_result(result).encode())


OUTPUT = Output(".html", "a page for people: the verdicts in words", _write)
