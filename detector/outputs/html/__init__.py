"""HTML: the page that a person reads before a deal. One file: no script, nothing from elsewhere, no network.

`report` makes it with pictures, from tables and a model; `OUTPUT` makes it of a result alone, in words. What makes it
is imported when a page is asked for: other outputs have no need of it.
"""

from pathlib import Path
from typing import IO, TYPE_CHECKING

from detector.outputs.atomic import replacing
from detector.outputs.output import Output
from detector.verdict import Result

if TYPE_CHECKING:
    from detector.model.model import Model
    from detector.tables import Tables

__all__ = ["OUTPUT", "report", "write_report"]


def report(tables: "Tables", model: "Model", result: Result) -> str:
    """The page as HTML, with pictures: of one creator the whole report, of several a comparison.

    Parameters
    ----------
    tables : Tables
        As read; those of the result's accounts are drawn.
    model : Model
        What judged them.
    result : Result
        Its verdict; without the reasons of an account its page has none.
    """
    from detector.outputs.html.assemble import report as made

    return made(tables, model, result)


def write_report(tables: "Tables", model: "Model", result: Result, path: Path) -> None:
    """Write the page of `report`. The file is there whole or not at all."""
    with replacing(path) as stream:
        stream.write(report(tables, model, result).encode())


def _write(result: Result, stream: IO[bytes]) -> None:
    from detector.outputs.html.assemble import of_result

    stream.write(of_result(result).encode())


OUTPUT = Output(".html", "a page for people: the verdicts in words", _write)
