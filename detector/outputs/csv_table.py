"""CSV for spreadsheets and scripts: UTF-8, commas, empty = missing, lists and records as JSON text.

No text cell can start a formula (`detector.outputs.hostile.formula_safe`) or hold a control character.
"""

import csv
from io import TextIOWrapper
from typing import IO, Any

from detector.contract import RESULT
from detector.outputs.hostile import formula_safe, json_text, printable
from detector.outputs.output import Output
from detector.verdict import Result

__all__ = ["OUTPUT"]


def _write(result: Result, stream: IO[bytes]) -> None:
    text = TextIOWrapper(stream, encoding="utf-8", newline="", write_through=True)
    try:
        lines = csv.writer(text, lineterminator="\n")
        lines.writerow([column.name for column in RESULT])
        lines.writerows([_cell(value) for value in row.values()] for row in result.rows())
    finally:
        text.detach()  # the stream is the caller's to close


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return formula_safe(printable(value))
    return json_text(value) if isinstance(value, list) else value


OUTPUT = Output(".csv", "a table for spreadsheets, lists as JSON text", _write)
